// Drafts of a form on this device: kept while typing, given back after a reload or a lost session; an opening also is sent
// once when the network is there again. The form's hidden key makes sure that a draft which is sent twice is recorded once.
// Kept for a day, for one user, and taken away by the sign-out. Nothing here may be needed: the form works without.
"use strict";

(() => {
  const box = document.querySelector("[data-draft]");
  const form = box && box.querySelector("form[data-keep]");
  if (!form) return;
  const DAY = 24 * 60 * 60 * 1000;
  const place = `gridcase:draft:${box.dataset.draftOf}:${box.dataset.draft}`; // enhance.js takes it away when it was done
  const status = box.querySelector("[data-draft-status]");
  const OWN = new Set(["csrf", "add", "drop"]); // belong to the page, not to the draft
  const sends = "draftSends" in box.dataset;
  const refused = !("draftFresh" in box.dataset); // it came back with what was typed

  const typed = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !OWN.has(name));
  const text = () => JSON.stringify(typed().filter(([name]) => name !== "key"));
  const blank = text();

  function read() {
    try {
      const found = JSON.parse(localStorage.getItem(place));
      if (found && Date.now() - found.at < DAY) return found;
    } catch { /* what cannot be read is no draft */ }
    forget();
    return null;
  }
  function forget() {
    try { localStorage.removeItem(place); } catch { /* storage may be forbidden */ }
  }
  function keep(waiting) {
    if (text() === blank && !waiting) return;
    try {
      localStorage.setItem(place, JSON.stringify({ at: Date.now(), waiting, fields: typed() }));
      say(`${box.dataset.draftKept}${new Date().toLocaleTimeString(document.documentElement.lang)}`);
    } catch { /* full or forbidden: the form itself still has it */ }
  }
  function say(words) { if (status) status.textContent = words; }

  // Puts a draft into the form. Lines of a list that this fresh page lacks are asked of the server, which gives back the
  // same form with them; answers whether the page stays.
  function put(fields) {
    const names = new Set([...form.elements].map((one) => one.name));
    for (const one of form.elements) {
      if (!one.name || OWN.has(one.name)) continue;
      const values = fields.filter(([name]) => name === one.name).map(([, value]) => value);
      if (one.type === "checkbox" || one.type === "radio") one.checked = values.includes(one.value);
      else if (values.length) one.value = values[0];
    }
    const missing = fields.filter(([name]) => !names.has(name));
    const more = form.querySelector("button[name=add]");
    if (!missing.length || !more) return true;
    for (const [name, value] of missing) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    form.requestSubmit(more);
    return false;
  }
  function offer() {
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "button bare";
    drop.textContent = box.dataset.draftDrop;
    drop.addEventListener("click", () => { forget(); location.replace(location.pathname); });
    say(box.dataset.draftFound);
    status.append(" ", drop);
  }
  async function send() {
    const draft = read();
    if (!draft || !draft.waiting || !navigator.onLine) return;
    if (put(draft.fields)) form.requestSubmit(form.querySelector(".buttons .button"));
  }

  const found = refused ? null : read();
  if (refused) keep(false); // whoever was refused looks at it first
  if (found && put(found.fields)) {
    offer();
    send();
  }
  let soon;
  form.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(() => keep(false), 400); });
  addEventListener("pagehide", () => { if (!form.dataset.sent) keep(Boolean(read()?.waiting)); });
  form.addEventListener("submit", (event) => {
    const asked = event.submitter && event.submitter.name;
    if (asked) return keep(false); // another line, one less: the page comes back
    keep(sends);
    if (navigator.onLine) return; // the next page takes the draft away when it was done
    event.preventDefault();
    event.stopImmediatePropagation();
    say(box.dataset.draftOffline);
  }, true);
  addEventListener("online", send);
})();

// Keeps a page up to date: hears that something happened (server-sent events), fetches the page again, and replaces the
// marked parts (data-live) that have changed; never what holds the focus, typed text or a selection. It stops in hidden
// tabs and when nobody is signed in any more. Nothing here may be needed: the page works without, it only grows old.
"use strict";

(() => {
  const line = document.getElementById("live");
  if (!line || !window.fetch) return;
  const told = line.dataset;
  const every = Number(told.every) * 1000;
  let position = Number(told.after); // what the page shows, at least
  let wanted = 0; // the place in the log that the next look has to show
  let news = null;
  let stream = null;
  let timer = 0, later = 0; // until the next look: because of news, because a part wants it
  let busy = false;
  let last = 0, spent = 0, failures = 0; // when a look began, what it took, how many failed one after the other
  let over = false;
  let waiting = null; // a page whose parts could not all be put in yet
  let late = false;

  // Hearing.

  function listen() {
    if (stream || over || document.hidden || !("after" in told)) return;
    stream = new EventSource(`/live?after=${position}${told.case ? `&case=${encodeURIComponent(told.case)}` : ""}`);
    stream.onmessage = (event) => {
      wanted = Number(event.lastEventId);
      news = JSON.parse(event.data);
      soon(told.case ? 0 : Math.random() * 800); // not everybody at once
    };
    stream.onerror = () => {
      if (stream.readyState !== EventSource.CLOSED) return; // it comes back by itself
      stop();
      again();
    };
  }
  function stop() {
    stream?.close();
    stream = null;
    clearTimeout(timer);
    clearTimeout(later);
    timer = 0;
  }
  // A part that grows old by itself: an import under way, a board that is kept for a minute.
  function poll() {
    const part = document.querySelector("[data-live-poll]");
    clearTimeout(later);
    if (part && !over && !document.hidden) later = setTimeout(look, Number(part.dataset.livePoll) * 1000);
  }
  // A look costs the server at most a twentieth of the time, however busy it is.
  function soon(pause) {
    timer ||= setTimeout(look, Math.max(pause, last + Math.max(every, 20 * spent) - Date.now()));
  }
  function again() {
    clearTimeout(timer);
    timer = setTimeout(look, Math.min(300, 5 * 2 ** failures++) * 1000 * (0.5 + Math.random()));
  }

  // Looking.

  function address() {
    const part = document.querySelector("[data-live-at]");
    const seen = document.querySelector("form[data-keep] [name=version]")?.value || "0";
    return part ? part.dataset.liveAt + seen : location.href.replace(/#.*/, "");
  }
  async function look() {
    timer = 0;
    if (busy || over || document.hidden) return;
    busy = true;
    last = Date.now();
    const upto = wanted;
    const headers = { Accept: "text/html", "Gridcase-Live": "1", ...(upto && { "Gridcase-Position": String(upto) }) };
    try {
      const answer = await fetch(address(), { headers, redirect: "manual" });
      if (answer.status >= 500 || answer.status === 429) throw answer.status;
      if (!answer.ok) over = true; // signed out, or not theirs any more: the page stays as it was
      else {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        position = Math.max(position, upto, Number(page.getElementById("live")?.dataset.after || 0));
        put(page);
      }
      failures = 0;
    } catch {
      again();
    } finally {
      busy = false;
      spent = Date.now() - last;
    }
    if (over) return stop();
    if (!failures) listen();
    if (wanted > upto) soon(0);
    poll();
  }

  // Putting in.

  const plain = (one) => one.outerHTML.replace(/known_at=[^"&]*/g, "").replace(/>\s+</g, "><");
  function put(page) {
    const anchor = shown();
    const top = anchor?.getBoundingClientRect().top;
    late = false;
    let changed = null;
    for (const old of document.querySelectorAll("[data-live]")) {
      const next = page.querySelector(`[data-live="${old.dataset.live}"]`);
      if (next && renew(old, next.cloneNode(true)) && !("liveQuiet" in next.dataset)) changed ||= next;
    }
    const same = anchor && (anchor.isConnected ? anchor : document.getElementById(anchor.id));
    if (same) scrollBy({ top: same.getBoundingClientRect().top - top, behavior: "instant" });
    waiting = late ? page : null;
    if (changed) say(changed.dataset.liveSays || told.updated);
    else if (late) say(told.waiting);
  }
  function say(words) {
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    const of = news && [news.what, news.case === told.case ? "" : news.case].filter(Boolean).join(" ");
    line.textContent = [words, of, time].filter(Boolean).join(" · ");
    news = null;
    setTimeout((was) => { if (line.textContent === was) line.textContent = ""; }, 20000, line.textContent);
  }
  // What the reader looks at: it stays where it is. Whoever is at the top of a page sees what comes in there.
  function shown() {
    const focus = document.activeElement;
    const box = focus?.getBoundingClientRect();
    if (focus?.closest("main *") && box.bottom > 0 && box.top < innerHeight) return focus;
    if (!scrollY) return null;
    const middle = innerWidth * 0.3; // the wide column
    return [...document.querySelectorAll("main [id]")].find((one) => {
      const { left, right, top } = one.getBoundingClientRect();
      return left < middle && right > middle && top > 0 && top < innerHeight;
    });
  }
  function held(part) {
    const picked = getSelection();
    return part.contains(document.activeElement) || part.matches(":active")
      || (!picked.isCollapsed && picked.containsNode(part, true))
      || [part, ...part.querySelectorAll("input, select, textarea")].some(typed);
  }
  function typed(one) {
    if (one.type === "checkbox" || one.type === "radio") return one.checked !== one.defaultChecked;
    if (one.options) return [...one.options].some((each) => each.defaultSelected) ? [...one.options].some((each) => each.selected !== each.defaultSelected) : one.selectedIndex > 0;
    return "defaultValue" in one && one.value !== one.defaultValue;
  }

  // Makes a part what the server says now, and answers whether that changed anything. Of a part that is held, only the
  // children that are not; the rest is tried again when it is let go.
  function renew(old, next) {
    keepOpen(old, next);
    if (plain(old) === plain(next)) return false;
    if (!held(old)) {
      const scrolled = rollers(old).map((one) => [one.scrollLeft, one.scrollTop]);
      old.replaceWith(next);
      rollers(next).forEach((one, n) => { [one.scrollLeft, one.scrollTop] = scrolled[n] || [0, 0]; });
      if (!matchMedia("(prefers-reduced-motion: reduce)").matches) next.animate([{ backgroundColor: "var(--info-soft)" }, {}], 2500);
      return true;
    }
    const bare = [...old.childNodes].every((one) => one.nodeType === 1 || !one.textContent.trim());
    if (!old.children.length || !bare || old.tagName !== next.tagName || old === document.activeElement) {
      late = true;
      return false;
    }
    for (const { name, value } of next.attributes) old.setAttribute(name, value);
    const there = keyed(old);
    const fixed = [...old.children].find((one) => one.contains(document.activeElement));
    const was = [...old.children].indexOf(fixed);
    let changed = false;
    const order = [...keyed(next)].map(([key, fresh]) => {
      const mine = there.get(key);
      there.delete(key);
      if (!mine) changed = true;
      else if (held(mine)) {
        changed = renew(mine, fresh) || changed;
        return mine;
      } else {
        keepOpen(mine, fresh);
        if (plain(mine) === plain(fresh)) return mine;
        changed = true;
      }
      mine?.remove();
      return fresh;
    });
    for (const mine of there.values()) {
      if (held(mine)) late = true;
      else {
        mine.remove();
        changed = true;
      }
    }
    const cut = order.includes(fixed) ? order.indexOf(fixed) : was;
    order.forEach((one, n) => { if (one !== fixed) old.insertBefore(one, fixed && n < cut ? fixed : null); });
    return changed;
  }
  const rollers = (part) => [...part.querySelectorAll(".scroll, .drawing")];
  function keyed(part) {
    const found = new Map();
    for (const one of part.children) {
      let key = one.id || one.tagName;
      while (found.has(key)) key += "+";
      found.set(key, one);
    }
    return found;
  }
  // What the reader has opened stays open: told apart by where it is and what it is called, numbers left out.
  function folds(part) {
    const found = new Map();
    for (const one of [...(part.matches("details") ? [part] : []), ...part.querySelectorAll("details")]) {
      const home = one.closest("[id]");
      let key = `${part.contains(home) ? home.id : ""} ${one.firstElementChild.textContent.replace(/\d+/g, "").trim()}`;
      while (found.has(key)) key += "+";
      found.set(key, one);
    }
    return found;
  }
  function keepOpen(old, next) {
    const before = folds(old);
    for (const [key, one] of folds(next)) if (before.has(key)) one.open = before.get(key).open;
  }

  // A list taken as a file: it is made before it comes, which takes a while for a long one. Its answer sets a cookie.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-taken] a");
    if (!link) return;
    const words = link.closest("[data-taken]").dataset;
    const mark = String(Date.now());
    const to = new URL(link.href);
    to.searchParams.set("mark", mark);
    const was = link.href;
    link.href = to.href;
    setTimeout(() => { link.href = was; });
    line.textContent = words.takenWaits;
    const watch = setInterval(() => {
      if (document.cookie.includes(`gridcase_file=${mark}`)) say(words.takenReady);
      else if (Date.now() - mark < 600000) return;
      clearInterval(watch);
    }, 250);
  });

  let soonFree = 0;
  function free() {
    clearTimeout(soonFree);
    if (waiting) soonFree = setTimeout(() => waiting && put(waiting), 300);
  }
  for (const name of ["focusout", "pointerup", "selectionchange", "change"]) document.addEventListener(name, free);
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : look()));
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });

  const seen = document.querySelector("form[data-keep] [name=version]")?.value;
  if (told.version && seen && Number(seen) < Number(told.version)) look();
  else listen();
  poll();
})();

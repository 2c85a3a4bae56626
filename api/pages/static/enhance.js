// What pages do better with JavaScript. Every page works without; nothing here may be needed.
"use strict";

// A form is sent once: a second tap on a slow network does nothing. What brings a file, or opens beside, leaves the page here:
// it may be sent again after a while.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
  if ("file" in form.dataset || event.submitter?.formTarget === "_blank") setTimeout(free, 3000, form);
});
function free(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
}

// Whoever comes back with the "back" button may send again.
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(free));

// One menu is open at a time; Escape closes it and goes back to its button.
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details.menu[open]") || document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A wrong form shows what is wrong before anything else.
document.querySelector(".wrongs")?.focus();

// A draft on this device (drafts.js) ends when its form was done; all end with the sign-out.
function forgetDrafts(of) {
  try {
    for (const place of Object.keys(localStorage)) if (place.startsWith(`gridcase:draft:${of}`)) localStorage.removeItem(place);
  } catch { /* storage may be forbidden: then there are none */ }
}
const done = new URLSearchParams(location.search).get("done");
if (done) for (const of of [done, `${location.pathname.split("/")[2]}/${done}`]) forgetDrafts(`${of}:`); // an opening, a step
addEventListener("submit", (event) => { if (event.target.getAttribute("action") === "/sign-out") forgetDrafts(""); });

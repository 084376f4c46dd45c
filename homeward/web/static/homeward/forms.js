// Forms: show and hide what follows from an answer, say when it is saved, and keep trying when it could not be.
// The server decides what shows; without this script a button saves and shows what follows.
const form = document.querySelector("[data-saves]");
let unsaved = false;
let changes = 0;
let sent = 0;
let retry = 0;

function saved() {
  return document.getElementById("form-saved");
}

function show() {
  const state = document.getElementById("form-state");
  if (!state || state.dataset.shown === "all") return;
  const shown = new Set(state.dataset.shown.split(" "));
  for (const part of form.querySelectorAll("[data-part]")) part.hidden = !shown.has(part.id);
}

function failed() {
  const said = saved();
  if (said) said.textContent = "Not saved yet. We keep trying.";
  window.clearTimeout(retry);
  retry = window.setTimeout(() => form.dispatchEvent(new CustomEvent("hw:again")), 5000);
}

if (form) {
  form.addEventListener("input", () => {
    unsaved = true;
    changes += 1;
    const said = saved();
    if (said) said.textContent = "Saving…";
  });
  form.addEventListener("submit", () => { unsaved = false; });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt === form) sent = changes;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form) return;
    if (!event.detail.successful) failed();
    else if (changes === sent) unsaved = false;
    else if (saved()) saved().textContent = "Saving…"; // something was answered since: its turn comes next
  });
  document.addEventListener("htmx:afterSwap", show);
  // Whoever leaves in the middle of a word loses nothing.
  window.addEventListener("pagehide", () => {
    if (unsaved) navigator.sendBeacon(form.dataset.saveTo || form.action, new FormData(form));
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A link to a question moves the keyboard there too.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#q-"], a[href^="#section-"]');
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  const field = target.matches("input, textarea, select") ? target : target.querySelector("input:not([type=hidden]), textarea");
  (target.closest("[data-part]") || target).scrollIntoView({ block: "start" });
  if (field) field.focus({ preventScroll: true });
});

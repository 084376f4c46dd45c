// Live boards: never swap a part of the page that somebody is writing in; say that there is news instead.
const dirty = new WeakSet();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form");
  if (form) dirty.add(form);
});

function isBeingUsed(part) {
  const active = document.activeElement;
  if (active && part.contains(active) && active.matches("input:not([type=hidden]), select, textarea")) return true;
  return [...part.querySelectorAll("form")].some((form) => dirty.has(form)) ||
    part.querySelector("details[open] form") !== null;
}

// What a part says, without the times in it that pass by themselves.
function gist(part) {
  const copy = part.cloneNode(true);
  for (const passing of copy.querySelectorAll("time, .hw-row__small, .hw-made")) passing.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function saysSomethingNew(part, answer) {
  const made = new DOMParser().parseFromString(answer, "text/html").getElementById(part.id);
  return made === null || gist(made) !== gist(part);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const part = event.detail.target;
  if (!part || !part.matches("[data-live]") || event.detail.xhr.status !== 200) return;
  const news = document.querySelector("#news");
  if (isBeingUsed(part)) {
    event.detail.shouldSwap = false;
    if (news) news.hidden = !saysSomethingNew(part, event.detail.xhr.responseText);
  } else if (news) {
    news.hidden = true;
  }
});

// A form that is sent is sent once, however often the button is pressed.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.target.dataset.sent) {
    event.preventDefault();
    return;
  }
  event.target.dataset.sent = "yes";
  for (const button of event.target.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

document.querySelector("#news button")?.addEventListener("click", () => window.location.reload());

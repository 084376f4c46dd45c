// The desk: keys on a card, its small forms in place, finding in the queue and among pathways.
const cards = () => [...document.querySelectorAll("[data-card]")].filter((card) => !card.hidden);

// ---- the small forms of a card open in it; without this the link opens a page with the same forms ----
function openDesk(card, deed) {
  const link = card.querySelector("[data-desk]");
  const box = card.querySelector(".hw-q__desk");
  if (!link || !box) return;
  const show = () => {
    const form = box.querySelector(`[data-deed="${deed}"]`) ?? box.querySelector("form");
    form?.querySelector("textarea, select, input:not([type=hidden])")?.focus();
  };
  if (box.querySelector("form")) { show(); return; }
  htmx.ajax("GET", link.href, { target: box, swap: "innerHTML" }).then(show);
}
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-desk]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const box = link.closest("[data-card]").querySelector(".hw-q__desk");
  if (box.querySelector("form")) { box.replaceChildren(); return; }
  openDesk(link.closest("[data-card]"), "m");
});

// ---- keys, only while the focus is on a card and not in a field ----
document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape") {
    card.querySelector(".hw-q__desk").replaceChildren();
    card.querySelector(".hw-q__name").focus();
    return;
  }
  if (event.target.matches("input, textarea, select")) return;
  const all = cards();
  const step = { j: 1, k: -1 }[event.key];
  if (step) all[all.indexOf(card) + step]?.querySelector(".hw-q__name").focus();
  else if (event.key === "c") card.querySelector("[data-key=c]")?.click();
  else if (["m", "h", "e"].includes(event.key)) openDesk(card, event.key);
  else return;
  event.preventDefault();
});

// ---- find in the queue as somebody types; a name never goes into an address ----
const find = document.getElementById("queue-text");
function look() {
  if (!find) return;
  const words = find.value.trim().toLowerCase();
  let found = 0;
  for (const card of document.querySelectorAll("[data-card]")) {
    card.hidden = Boolean(words) && !card.textContent.toLowerCase().includes(words);
    if (!card.hidden) found += 1;
  }
  for (const part of document.querySelectorAll(".hw-part")) part.hidden = !part.querySelector("[data-card]:not([hidden])");
  document.getElementById("queue-found").textContent = words ? `${found} found` : "";
}
let waiting;
find?.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 150); });
document.getElementById("queue-find")?.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  look();
  cards()[0]?.querySelector(".hw-q__name").focus();
}, true);

// ---- a queue made anew keeps the focus where it was, and what is looked for ----
let focused = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "queue" || !event.detail.shouldSwap) return;
  if (event.detail.target.querySelector(".hw-q__desk form")) { // forms are open in a card: say that there is news
    event.detail.shouldSwap = false;
    const news = document.getElementById("news");
    if (news) news.hidden = false;
    return;
  }
  focused = document.activeElement?.closest("#queue") ? document.activeElement.id : "";
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "queue" && event.detail.elt?.id !== "queue") return;
  look();
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
});

// ---- find among the pathways ----
const pathwayFind = document.querySelector("[data-pathway-find]");
if (pathwayFind) {
  pathwayFind.hidden = false;
  const field = pathwayFind.querySelector("input");
  field.addEventListener("input", () => {
    const words = field.value.trim().toLowerCase().split(/\s+/);
    let found = 0;
    for (const choice of document.querySelectorAll("#pathway-list li")) {
      const said = choice.textContent.toLowerCase();
      choice.hidden = !words.every((word) => said.includes(word));
      if (!choice.hidden) found += 1;
    }
    for (const group of document.querySelectorAll("[data-pathway-group]")) group.hidden = !group.querySelector("li:not([hidden])");
    document.getElementById("pathway-found").textContent = field.value.trim() ? `${found} found` : "";
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    document.querySelector("#pathway-list li:not([hidden]) a")?.click();
  });
}

// Today: moving between visits by keys, the visit beside the day, finding, and a timeline that keeps its place when new.
const page = document.querySelector(".hw-today-page");
const panel = document.getElementById("visit-panel");
const told = document.getElementById("told");
let opener = ""; // the id of the link that opened the visit, where closing gives the focus back
let chosen = new URLSearchParams(location.search).get("visit");
const board = () => document.getElementById("board");
const isPhone = matchMedia("(max-width: 40.0525em)");

// ---- what is busy says so, and is asked once ----
document.addEventListener("submit", (event) => {
  const words = event.target.dataset.busy;
  if (!words) return;
  const button = event.target.querySelector("button[type=submit]");
  setTimeout(() => { button.disabled = true; button.textContent = `${words}…`; }, 0);
});

// ---- how wide an hour is ----
const ZOOMS = 5;
let zoom = Number(localStorage.getItem("today-zoom") ?? 2);
function setZoom(step) {
  const box = board();
  const middle = box ? (box.scrollLeft + box.clientWidth / 2) / box.scrollWidth : 0;
  zoom = Math.min(ZOOMS - 1, Math.max(0, zoom + step));
  localStorage.setItem("today-zoom", zoom);
  for (let n = 0; n < ZOOMS; n++) page.classList.toggle(`hw-zoom-${n}`, n === zoom);
  if (box && step) box.scrollLeft = middle * box.scrollWidth - box.clientWidth / 2;
}
if (page) {
  setZoom(0);
  for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => setZoom(Number(button.dataset.zoom)));
}

// ---- the line of now, by the service's clock: the one on this desk may be wrong ----
let ahead = 0;
function setClock() {
  const made = Number(document.getElementById("today-live")?.dataset.made);
  if (made) ahead = made * 1000 - Date.now();
}
function moveNow() {
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hour: "numeric", minute: "numeric", hourCycle: "h23" });
  const [hour, minute] = clock.format(new Date(Date.now() + ahead)).split(":").map(Number);
  for (const mark of document.querySelectorAll("[data-now]")) {
    mark.className = `${mark.className.replace(/ [hm]\d+/g, "")} h${hour} m${minute}`;
    if (mark.textContent) mark.textContent = `${hour % 12 || 12}:${String(minute).padStart(2, "0")}${hour < 12 ? "am" : "pm"}`;
  }
}
setInterval(moveNow, 30000);

function showNow() {
  const box = board();
  if (!box || box.scrollWidth <= box.clientWidth) return;
  const line = box.querySelector(".hw-nowline");
  const morning = box.querySelector(".hw-hour.h7");
  if (line) box.scrollLeft = line.offsetLeft - box.clientWidth * 0.42;
  else if (morning) box.scrollLeft = morning.offsetLeft; // another day: from the first usual visits
}

// ---- one visit in the tab order; arrows move between the rest ----
const visible = (element) => element.offsetParent !== null && !element.closest("[hidden]");
function rove(to) {
  const box = board();
  if (!box || !page || isPhone.matches) return;
  const links = box.querySelectorAll("a.hw-v");
  if (!links.length) return;
  for (const link of links) link.tabIndex = -1;
  for (const link of box.querySelectorAll(".hw-row__who a")) link.tabIndex = -1;
  (to ?? box.querySelector("a.hw-v.is-chosen") ?? links[0]).tabIndex = 0;
}
function go(link) {
  if (!link) return;
  rove(link);
  link.focus({ preventScroll: true });
  link.scrollIntoView({ block: "nearest", inline: "nearest" });
  setTimeout(() => { if (document.activeElement === link) point(link); }, 60); // scrolling took the words away
}
const rowsShown = () => [...board().querySelectorAll(".hw-row")].filter(visible);
function along(from, step) {
  const row = from.closest(".hw-row");
  const stops = [row.querySelector(".hw-row__who a"), ...row.querySelectorAll("a.hw-v")];
  return stops[stops.indexOf(from) + step];
}
function across(from, step) {
  const rows = rowsShown();
  const here = from.getBoundingClientRect();
  const inName = !from.classList.contains("hw-v");
  for (let n = rows.indexOf(from.closest(".hw-row")) + step; n >= 0 && n < rows.length; n += step) {
    if (inName) return rows[n].querySelector(".hw-row__who a");
    const links = [...rows[n].querySelectorAll("a.hw-v")];
    if (links.length) return links.reduce((best, one) => Math.abs(one.getBoundingClientRect().left - here.left) < Math.abs(best.getBoundingClientRect().left - here.left) ? one : best);
  }
  return undefined;
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel?.querySelector("[data-close]")) { closePanel(); return; }
  const from = event.target.closest?.("#board a.hw-v, #board .hw-row__who a");
  if (!from || event.altKey || event.ctrlKey || event.metaKey || isPhone.matches || !page) return;
  const moves = {
    ArrowRight: () => along(from, 1), ArrowLeft: () => along(from, -1),
    ArrowDown: () => across(from, 1), ArrowUp: () => across(from, -1),
    Home: () => along(from, 1 - [from, ...from.closest(".hw-row").querySelectorAll("a.hw-v")].lastIndexOf(from)),
    End: () => [...from.closest(".hw-row").querySelectorAll("a.hw-v")].pop(),
    j: () => partnersOf(from)[0], J: () => partnersOf(from)[0],
  };
  const to = moves[event.key];
  if (!to) return;
  event.preventDefault();
  go(to());
});

// ---- joint visits, hover and focus ----
function partnersOf(link) {
  if (!link?.dataset.v) return [];
  return [...document.querySelectorAll(`#board a.hw-v[data-v="${link.dataset.v}"]`)].filter((one) => one !== link);
}
let tip;
function point(link) {
  for (const one of document.querySelectorAll(".is-partner")) one.classList.remove("is-partner");
  tip?.remove();
  tip = undefined;
  document.dispatchEvent(new CustomEvent("today:point", { detail: link?.dataset.v }));
  if (!link) return;
  for (const one of partnersOf(link)) one.classList.add("is-partner");
  if (!link.classList.contains("hw-v") || isPhone.matches) return;
  tip = document.createElement("div");
  tip.className = "hw-tip";
  tip.setAttribute("aria-hidden", "true");
  const name = document.createElement("b");
  name.textContent = link.querySelector("b").textContent;
  tip.append(name, link.querySelector("span").textContent.replace(/^, /, ""));
  document.body.append(tip);
  const box = link.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - size.width - 8))}px`;
  tip.style.top = `${box.bottom + 10 + size.height < innerHeight ? box.bottom + 10 : box.top - size.height - 10}px`;
}
const pointed = (event) => event.target.closest?.("[data-v]");
document.addEventListener("pointerover", (event) => { if (event.pointerType === "mouse") point(pointed(event)); });
document.addEventListener("focusin", (event) => point(pointed(event)));
document.addEventListener("scroll", () => { if (tip) { tip.remove(); tip = undefined; } }, true);

// ---- the visit beside the day ----
function mark() {
  for (const one of document.querySelectorAll("#today-live .is-chosen")) one.classList.remove("is-chosen");
  if (!chosen) return;
  for (const one of document.querySelectorAll(`#board a.hw-v[data-v="${chosen}"]`)) {
    one.classList.add("is-chosen");
    one.closest(".hw-row").classList.add("is-chosen");
  }
}
function address() {
  const here = new URL(location.href);
  if (chosen) here.searchParams.set("visit", chosen); else here.searchParams.delete("visit");
  history.replaceState(history.state, "", here);
}
function openPanel(href, visit, takeFocus) {
  chosen = visit ?? chosen;
  mark();
  address();
  htmx.ajax("GET", href, { target: "#visit-panel", swap: "innerHTML" }).then(() => {
    panel.scrollTop = 0;
    if (takeFocus) panel.querySelector("#visit-title")?.focus();
    document.dispatchEvent(new CustomEvent("today:choose", { detail: chosen }));
  });
}
function closePanel() {
  const back = (opener && document.getElementById(opener)) || document.querySelector(`#board a[data-v="${chosen}"], #today-live a[data-v="${chosen}"]`);
  chosen = null;
  mark();
  address();
  panel.innerHTML = '<p class="hw-panel__hint">Choose a visit to see the person, the tasks, why this worker and why then.</p>';
  document.dispatchEvent(new CustomEvent("today:choose", { detail: null }));
  if (back) { if (back.classList.contains("hw-v")) go(back); else back.focus(); }
}
document.addEventListener("today:open", (event) => openPanel(`/today/visits/${event.detail}`, event.detail, false));
document.addEventListener("click", (event) => {
  if (!panel || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a");
  if (!link) return;
  if (link.matches("[data-close]")) { event.preventDefault(); closePanel(); }
  else if (link.matches("#visit-panel [data-panel]")) { event.preventDefault(); openPanel(link.href, null, true); }
  else if (link.matches("#today-live a[data-v]")) { event.preventDefault(); opener = link.id; openPanel(link.href, link.dataset.v, true); }
});

// ---- find: at once, in the page; a name never goes into an address ----
const find = document.getElementById("find-text");
function look() {
  if (!find) return;
  const words = find.value.trim().toLowerCase();
  const count = document.getElementById("find-count");
  let rows = 0;
  let visits = 0;
  for (const row of document.querySelectorAll("#board .hw-row")) {
    const name = row.querySelector(".hw-row__who a")?.textContent.toLowerCase() ?? "";
    const isWorker = Boolean(words) && name.includes(words);
    let found = 0;
    for (const link of row.querySelectorAll("a.hw-v")) {
      const isFound = Boolean(words) && link.querySelector("b").textContent.toLowerCase().includes(words);
      link.classList.toggle("is-found", isFound);
      if (isFound) found += 1;
    }
    if (!row.querySelector(".hw-row__who") && words && row.textContent.toLowerCase().includes(words)) found = 1;
    row.classList.toggle("is-found", isWorker);
    row.hidden = Boolean(words) && !isWorker && !found;
    rows += row.hidden ? 0 : 1;
    visits += found;
  }
  for (const wait of document.querySelectorAll(".hw-wait")) {
    wait.hidden = Boolean(words) && !wait.textContent.toLowerCase().includes(words);
    if (words && !wait.hidden) visits += 1;
  }
  if (count) count.textContent = words ? (page.querySelector(".hw-board") ? `${rows} worker${rows === 1 ? "" : "s"}, ${visits} visit${visits === 1 ? "" : "s"}` : `${visits} visit${visits === 1 ? "" : "s"}`) : "";
  document.dispatchEvent(new CustomEvent("today:board"));
}
let waiting;
find?.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 120); });
document.getElementById("find")?.addEventListener("submit", (event) => {
  event.preventDefault();
  look();
  const first = [...document.querySelectorAll("#board a.hw-v.is-found, .hw-wait__who, #board .hw-row.is-found .hw-row__who a, #board th a")].find(visible);
  if (find.value.trim() && first) { if (first.closest("#board .hw-row__who, #board a.hw-v")) go(first); else first.focus(); }
});

// ---- a new timeline takes the place of the old: scroll, focus, what is folded and what is found stay ----
let kept;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "today-live" || !event.detail.shouldSwap) return;
  const box = board();
  const focus = document.activeElement?.closest("#today-live") ? document.activeElement.id : "";
  kept = {
    left: box?.scrollLeft ?? 0, top: box?.scrollTop ?? 0, list: document.getElementById("waiting-list")?.scrollTop ?? 0,
    y: scrollY, focus,
    folded: [...document.querySelectorAll("#today-live details")].map((one) => [one.id, one.open]),
    polled: event.detail.requestConfig?.path?.includes("seen="),
  };
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (!kept || !(event.detail.target?.id === "today-live" || event.detail.elt?.id === "today-live")) return;
  for (const [id, open] of kept.folded) { const one = document.getElementById(id); if (one) one.open = open; }
  fresh();
  const box = board();
  if (box) { box.scrollLeft = kept.left; box.scrollTop = kept.top; }
  const list = document.getElementById("waiting-list");
  if (list) list.scrollTop = kept.list;
  scrollTo(scrollX, kept.y);
  const focus = kept.focus && document.getElementById(kept.focus);
  if (focus) { if (focus.matches(".hw-v, .hw-row__who a")) rove(focus); focus.focus({ preventScroll: true }); }
  document.getElementById("today-live").classList.add("is-new");
  if (told) {
    const moved = document.querySelector(".hw-moves__count")?.textContent;
    const shown = document.querySelector(".hw-told__made strong")?.textContent ?? "";
    told.textContent = kept.polled ? `The day has changed${moved ? `: ${moved} in the last planning` : ""}` : shown;
  }
  if (kept.polled && chosen && !panel.contains(document.activeElement) && panel.querySelector("article[data-visit]")) openPanel(`/today/visits/${chosen}`, chosen, false);
  keepAddresses();
  kept = undefined;
});
// Links outside the part that is swapped carry the filters that are in the address
function keepAddresses() {
  const here = new URL(location.href);
  for (const link of document.querySelectorAll("a[data-keep]")) {
    const there = new URL(link.href);
    for (const name of ["employer", "can", "only"]) {
      there.searchParams.delete(name);
      for (const value of here.searchParams.getAll(name)) there.searchParams.append(name, value);
    }
    link.href = there;
  }
}
document.addEventListener("htmx:replacedInHistory", keepAddresses);

function fresh() {
  setClock();
  moveNow();
  mark();
  rove();
  if (find?.value.trim()) look(); else document.dispatchEvent(new CustomEvent("today:board"));
}
if (page) {
  if (isPhone.matches && document.querySelectorAll(".hw-row").length > 1) for (const one of document.querySelectorAll(".hw-employer")) one.open = false;
  fresh();
  showNow();
  const here = chosen && document.querySelector(`#board a.hw-v[data-v="${chosen}"]`);
  if (here) here.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// The rota: one stop for Tab, arrow keys between cells, and moving a day's shifts by Space or by drag.
const table = document.getElementById("rota");
const told = document.getElementById("rota-told");
const form = document.getElementById("move");
const mayMove = table?.hasAttribute("data-may-move");
const rows = table ? [...table.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td > a")]).filter((cells) => cells.length) : [];
let here = [0, 0];
let picked = null;

// Where a cell is, from its address: workers/12/2026-11-24
function partsOf(cell) {
  const [, worker, day] = cell.getAttribute("href").split("/");
  return { worker, day };
}

function go(row, column) {
  row = Math.max(0, Math.min(rows.length - 1, row));
  column = Math.max(0, Math.min(rows[row].length - 1, column));
  rows[here[0]][here[1]].tabIndex = -1;
  here = [row, column];
  rows[row][column].tabIndex = 0;
  rows[row][column].focus({ preventScroll: true });
  rows[row][column].scrollIntoView({ block: "nearest", inline: "nearest" });
}

function placeOf(cell) {
  const row = rows.findIndex((cells) => cells.includes(cell));
  return [row, row < 0 ? -1 : rows[row].indexOf(cell)];
}

const hasShift = (cell) => /\d/.test(cell.textContent);
const say = (words) => { if (told) told.textContent = words; };

function pick(cell) {
  picked?.classList.remove("picked");
  picked = cell;
  cell?.classList.add("picked");
}

function putDown(cell) {
  if (!picked || cell === picked) {
    pick(null);
    say("Put back.");
    return;
  }
  const from = partsOf(picked), to = partsOf(cell);
  form.elements.worker.value = from.worker;
  form.elements.day.value = from.day;
  form.elements.to_worker.value = to.worker;
  form.elements.to_day.value = to.day;
  form.requestSubmit();
}

if (rows.length) {
  for (const cells of rows) for (const cell of cells) cell.tabIndex = -1;
  const today = rows[0].findIndex((cell) => cell.parentElement.classList.contains("t"));
  here = [0, Math.max(0, today)];
  rows[here[0]][here[1]].tabIndex = 0;

  // what is sticky stands over the cells: keep them clear of it
  const box = table.parentElement;
  box.style.scrollPadding = `${table.tHead.offsetHeight + 4}px 4px 4px ${table.querySelector("th").offsetWidth + 4}px`;

  table.addEventListener("focusin", (event) => {
    if (!event.target.matches("td > a")) return;
    const [row, column] = placeOf(event.target);
    if (row < 0) return;
    rows[here[0]][here[1]].tabIndex = -1;
    here = [row, column];
    event.target.tabIndex = 0;
  });
  table.addEventListener("keydown", (event) => {
    if (!event.target.matches("td > a") || event.ctrlKey || event.metaKey || event.altKey) return;
    const [row, column] = here;
    const moves = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      Home: [row, 0], End: [row, rows[row].length - 1], PageUp: [row - 10, column], PageDown: [row + 10, column],
    };
    if (moves[event.key]) {
      event.preventDefault();
      go(...moves[event.key]);
    } else if (event.key === " " && mayMove) {
      event.preventDefault();
      if (picked) {
        putDown(event.target);
      } else if (hasShift(event.target)) {
        pick(event.target);
        say("Picked up. Go to another cell and press Space to put it there, or Escape to leave it.");
      } else {
        say("There is no shift here to pick up.");
      }
    } else if (event.key === "Escape" && picked) {
      pick(null);
      say("Put back.");
    }
  });
}

if (rows.length && mayMove) {
  table.addEventListener("dragstart", (event) => {
    const cell = event.target.closest?.("td > a");
    if (!cell || !hasShift(cell)) {
      event.preventDefault();
      return;
    }
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", cell.getAttribute("href"));
    pick(cell);
  });
  table.addEventListener("dragover", (event) => {
    const cell = event.target.closest("td")?.firstElementChild;
    if (!cell || !picked) return;
    event.preventDefault();
    table.querySelector("a.over")?.classList.remove("over");
    cell.classList.add("over");
  });
  table.addEventListener("drop", (event) => {
    const cell = event.target.closest("td")?.firstElementChild;
    event.preventDefault();
    table.querySelector("a.over")?.classList.remove("over");
    if (cell) putDown(cell);
  });
  table.addEventListener("dragend", () => table.querySelector("a.over")?.classList.remove("over"));
}

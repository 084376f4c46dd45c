// Every page: NHS components, and the seconds on each running clock.
import { initAll } from "../vendor/nhsuk.js";

initAll();

function words(seconds) {
  const late = seconds < 0;
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  const length = days ? `${days}d ${hours}h` : hours ? `${hours}h ${String(rest).padStart(2, "0")}m` : `${rest}m`;
  return late ? `${length} late` : `${length} left`;
}

// <time data-due="ISO moment"> counts down in whole minutes; the server wrote the first words.
function tick() {
  const now = Date.now();
  for (const clock of document.querySelectorAll("[data-due]")) {
    const seconds = (Date.parse(clock.dataset.due) - now) / 1000;
    const text = words(seconds);
    if (clock.textContent !== text) clock.textContent = text;
    const box = clock.closest(".hw-clock");
    if (box) {
      box.classList.toggle("hw-clock--late", seconds < 0);
      box.classList.toggle("hw-clock--soon", seconds >= 0 && seconds < 1800);
    }
  }
}
tick();
setInterval(tick, 5000);

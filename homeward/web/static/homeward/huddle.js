// The huddle: timers, the whole screen, and agreeing an action from the keyboard. Saving is forms.js.
const started = Date.now();

function words(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function tick() {
  for (const timer of document.querySelectorAll("[data-running]")) {
    const seconds = Number(timer.dataset.seconds) + Math.floor((Date.now() - started) / 1000);
    timer.textContent = words(seconds);
    timer.classList.toggle("hw-timer--over", seconds > Number(timer.dataset.limit));
  }
}
tick();
setInterval(tick, 1000);

for (const button of document.querySelectorAll("[data-fullscreen]")) {
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  });
}

const form = document.getElementById("the-form");
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector('[value="agree"]'));
});

// Another time is asked only where it is chosen.
const other = document.querySelector("[data-other-time]");
function showOther() {
  other.hidden = form.querySelector("[name=until]:checked")?.value !== "other";
}
form.addEventListener("change", showOther);
showOther();

for (const hint of document.querySelectorAll("[data-keys-hint]")) hint.hidden = false;
if (!document.querySelector(".nhsuk-error-summary")) document.querySelector("[data-first]")?.focus({ preventScroll: true });

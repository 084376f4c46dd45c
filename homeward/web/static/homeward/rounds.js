// Answering a round by keyboard: numbers answer, arrows go on, and after an answer the next question has the focus.
const cards = () => [...document.querySelectorAll("[data-ask]")];
const firstControl = (card) => card?.querySelector("[data-key]") ?? card;
const isTyping = (element) => element.matches("input:not([type=radio]), textarea, select");

function go(from, step) {
  const all = cards();
  firstControl(all[Math.min(Math.max(all.indexOf(from) + step, 0), all.length - 1)])?.focus();
}

function nextWaiting(card) {
  const all = cards();
  const open = (one) => one.querySelector(".hw-ask__answered") === null;
  return all.slice(all.indexOf(card) + 1).find(open) ?? all.find(open);
}

function close(card) {
  card.querySelector(".hw-ask__more").replaceChildren();
  firstControl(card).focus();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const card = event.target.closest("[data-ask]");
  if (!card) return;
  if (event.key === "Escape" && card.querySelector(".hw-answer")) {
    event.preventDefault();
    close(card);
    return;
  }
  if (isTyping(event.target)) return;
  if (/^[1-5]$/.test(event.key)) {
    event.preventDefault();
    card.querySelector(`[data-key="${event.key}"]`)?.click();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.target.matches("[type=radio]")) {
    event.preventDefault();
    go(card, event.key === "ArrowDown" ? 1 : -1);
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-close]");
  if (button) close(button.closest("[data-ask]"));
});

// What an answer asks has the focus as soon as it is there; an answer given moves on to the next question.
document.addEventListener("htmx:afterSwap", (event) => {
  const more = event.detail.target;
  if (more?.matches?.(".hw-ask__more")) {
    more.querySelector(".nhsuk-error-message ~ input, .nhsuk-error-message ~ select, input:not([type=hidden]), select")?.focus();
  }
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig?.elt;
  // a whole card came back for the form that an answer needed: it takes the place of the card
  if (form?.matches?.("[data-answer]") && event.detail.xhr.responseText.includes("data-ask")) {
    event.detail.target = document.getElementById(`ask-${form.dataset.answer}`);
    event.detail.swapOverride = "outerHTML";
  }
});
document.addEventListener("htmx:afterSettle", (event) => {
  const card = document.getElementById(event.detail.elt?.id ?? "");
  if (card?.matches("[data-ask]") && card.querySelector(".hw-ask__answered")) firstControl(nextWaiting(card) ?? card)?.focus();
});

// a part that was made anew has its hint hidden again
function showHints() {
  for (const hint of document.querySelectorAll("[data-keys-hint]")) hint.hidden = false;
}
showHints();
document.addEventListener("htmx:afterSwap", showHints);
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
if (!location.hash) firstControl(cards()[0])?.focus({ preventScroll: true });

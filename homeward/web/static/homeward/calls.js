// A call without the mouse: numbers choose, the down arrow goes to what was found, the focus goes on by itself.
const form = document.getElementById("call-form");
const field = (id) => document.getElementById(id);
// Where the focus goes once a row is answered, by the name of the row.
const NEXT = {
  source: () => field("caller_name"),
  promise: (value) => (value === "at" ? field("call_back_time") : saveButton()),
  outcome: (value) => document.querySelector(`[data-when="${value}"]`)?.querySelector("input, textarea") ?? saveButton(),
};
const saveButton = () => form.querySelector("button[type=submit]");

// ---- only what the outcome needs is asked ----
function showWhatFits() {
  const outcome = form.querySelector("[name=outcome]:checked")?.value ?? "";
  for (const part of form.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== outcome;
  const at = form.querySelector("[name=promise]:checked")?.value === "at";
  field("call_back_time").closest(".nhsuk-form-group").hidden = !at;
  saveButton().textContent = outcome === "referral" ? "Log it and take the referral" : "Log the call";
}

// ---- how long it took, from the first key ----
let begun = 0;
const begin = () => { begun ||= Date.now(); };
form.addEventListener("keydown", begin);
form.addEventListener("input", begin);
form.addEventListener("submit", () => {
  if (begun) form.elements.seconds.value = String(Math.round((Date.now() - begun) / 1000));
});

form.addEventListener("change", (event) => { if (["outcome", "promise"].includes(event.target.name)) showWhatFits(); });

function takeCaller(button) {
  const told = button.dataset;
  field("caller_name").value = told.name;
  field("caller_organisation").value = told.organisation;
  field("caller_phone").value = told.phone;
  const source = form.querySelector(`[name=source][value="${told.source}"]`);
  if (source && !form.querySelector("[name=source]:checked")) source.checked = true;
  field("callers").replaceChildren();
  field("about").focus();
}
form.addEventListener("click", (event) => {
  const caller = event.target.closest("[data-found=caller] button");
  if (caller) takeCaller(caller);
});

form.addEventListener("keydown", (event) => {
  const here = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(saveButton());
    return;
  }
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const row = here.closest("[data-keys]");
  if (row && /^[0-9]$/.test(event.key)) {
    const radio = row.querySelectorAll("input[type=radio]")[(Number(event.key) + 9) % 10];
    if (!radio) return;
    event.preventDefault();
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    NEXT[radio.name]?.(radio.value)?.focus();
    return;
  }
  const list = { caller_name: field("callers"), about: field("about-people") }[here.id];
  if (list && event.key === "ArrowDown") {
    const first = list.querySelector("button, input");
    if (!first) return;
    event.preventDefault();
    first.focus();
    if (first.type === "radio") first.checked = true;
    return;
  }
  const found = here.closest("[data-found]");
  if (!found) return;
  if (event.key === "Enter") {
    event.preventDefault();
    if (here.type === "radio") field(found.dataset.next).focus();
    else here.click();
  } else if (event.key === "Escape") {
    event.preventDefault();
    field(found.dataset.found === "caller" ? "caller_name" : "about").focus();
  } else if (here.matches("button") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    const to = event.key === "ArrowDown" ? here.nextElementSibling : here.previousElementSibling;
    (to ?? (event.key === "ArrowUp" ? field("caller_name") : here)).focus();
  }
});

showWhatFits();
if (form.hasAttribute("data-fresh") && !location.hash) field("source").focus({ preventScroll: true });

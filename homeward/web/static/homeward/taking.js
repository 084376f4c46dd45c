// Only what fits is asked: a person's details, or which staff or service it is about.
const form = document.getElementById("taking-form");
function showWhatFits() {
  const subject = form.querySelector("[name=subject]:checked")?.value ?? "person";
  for (const part of form.querySelectorAll("[data-subject]")) part.hidden = part.dataset.subject !== subject;
}
form.addEventListener("change", (event) => { if (event.target.name === "subject") showWhatFits(); });
showWhatFits();

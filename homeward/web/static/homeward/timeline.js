// The timeline: on a phone the filters are folded away until they are wanted; a page for paper has its button.
const filters = document.getElementById("narrow");
if (filters && window.matchMedia("(max-width: 61.865em)").matches) filters.open = false;

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

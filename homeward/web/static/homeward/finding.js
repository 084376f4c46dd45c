// Finding a person by keyboard: "/" to type, arrows along the people found. Enter opens a link by itself.
const sought = document.getElementById("sought");
const names = () => [...document.querySelectorAll("#found .hw-found__name")];

function isTyping(element) {
  return element.matches("input, textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && !isTyping(event.target)) {
    event.preventDefault();
    sought.focus();
    sought.select();
    return;
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const links = names();
  const place = links.indexOf(document.activeElement);
  if (place < 0 && document.activeElement !== sought) return;
  event.preventDefault();
  const next = place + (event.key === "ArrowDown" ? 1 : -1);
  (next < 0 ? sought : links[Math.min(next, links.length - 1)] ?? sought).focus();
});

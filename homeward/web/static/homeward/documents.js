// Choosing files: they can be dropped on the page's input, and those chosen are listed before they are sent.
const words = (size) => size < 1048576 ? `${Math.max(1, Math.round(size / 1024))} kB` : `${(size / 1048576).toFixed(1)} MB`;

for (const drop of document.querySelectorAll("[data-drop]")) {
  const input = drop.querySelector("input");
  const list = drop.querySelector("[data-drop-list]");
  drop.querySelector("[data-drop-words]").hidden = false;

  const show = () => {
    list.replaceChildren(...[...input.files].map((file) => {
      const line = document.createElement("li");
      line.textContent = `${file.name}, ${words(file.size)}`;
      return line;
    }));
  };
  input.addEventListener("change", show);

  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("hw-drop--over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.remove("hw-drop--over"); });
  }
  drop.addEventListener("drop", (event) => {
    const files = event.dataTransfer.files;
    if (!files.length) return;
    if (!input.multiple && files.length > 1) return;
    input.files = files;
    show();
  });
}

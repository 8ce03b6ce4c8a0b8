// Files that are dropped on a form which takes some: as if they were chosen, and sent once nothing else is missing.

const form = () => document.querySelector("form[data-drop]");

document.addEventListener("dragover", (event) => {
  if (form() && event.dataTransfer.types.includes("Files")) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const target = form();
  if (!target || !event.dataTransfer.files.length) return;
  event.preventDefault();
  target.elements.files.files = event.dataTransfer.files;
  target.requestSubmit();
});

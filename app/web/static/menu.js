// A menu closes when something else is pressed, and with Escape.

const opened = () => document.querySelector("details.ways-out[open]");

document.addEventListener("click", (event) => {
  const menu = opened();
  if (menu && !menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = opened();
  if (event.key !== "Escape" || !menu) return;
  event.preventDefault();
  menu.open = false;
  menu.querySelector("summary").focus();
});

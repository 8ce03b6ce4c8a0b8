// The keyboard: / to the search box, j and k or arrows through the results, in an article on to the next and the
// previous one, Escape back to where one was.
import { visit } from "./visit.js";

const STEPS = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
  const box = document.getElementById("q");
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
  const letter = event.key.length === 1;
  if (typing && (letter || event.target !== box)) return;
  if (event.key === "/") {
    box.focus();
    box.select();
  } else if (event.key === "Escape") {
    if (event.target === box) box.blur();
    else box.focus();
  } else if (event.key in STEPS) {
    if (!through(STEPS[event.key]) && !(letter && along(STEPS[event.key]))) return;
  } else {
    return;
  }
  event.preventDefault();
});

// To the next headline of a list, or from the first one back to the box. An article that is read scrolls by itself.
function through(step) {
  const box = document.getElementById("q");
  const headlines = [...document.querySelectorAll(".result .headline a")];
  const at = headlines.indexOf(document.activeElement);
  const started = at >= 0 || document.activeElement === box;
  if (!started && (step < 0 || document.querySelector(".text"))) return false;
  const next = at < 0 ? (step > 0 ? headlines[0] : null) : at + step < 0 ? box : headlines[at + step];
  next?.focus();
  return Boolean(next);
}

// From an article to the one beside it in the results.
function along(step) {
  const link = document.querySelector(`.trail a[rel=${step > 0 ? "next" : "prev"}]`);
  if (link) visit(link.href);
  return Boolean(link);
}

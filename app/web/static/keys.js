// The keyboard: / to the search box, arrows through the results, Escape back to where one was.

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
  const box = document.getElementById("q");
  const typing = event.target.matches("input:not([type=checkbox]), textarea");
  if (event.key === "/" && !typing) {
    box.focus();
    box.select();
  } else if (event.key === "Escape") {
    if (event.target === box) box.blur();
    else box.focus();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (!typing || event.target === box)) {
    if (!through(event.key === "ArrowDown" ? 1 : -1)) return;
  } else {
    return;
  }
  event.preventDefault();
});

// To the next headline, or from the first one back to the box. The page scrolls by itself where no result is focused.
function through(step) {
  const box = document.getElementById("q");
  const headlines = [...document.querySelectorAll(".result .headline a")];
  const at = headlines.indexOf(document.activeElement);
  if (at < 0 && document.activeElement !== box) return false;
  const next = at < 0 ? (step > 0 ? headlines[0] : null) : at + step < 0 ? box : headlines[at + step];
  next?.focus();
  return Boolean(next);
}

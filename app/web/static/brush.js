// Dragging across the bars of a timeline chooses the days under it; a click is left to the bar's own link.
import { visit } from "./visit.js";

const FURTHEST = 4; // pixels that a click may wander
let drag = null;

document.addEventListener("pointerdown", (event) => {
  const chart = event.target.closest("svg.bars");
  if (chart && event.isPrimary && !event.button) drag = { chart, from: event.clientX, shown: null };
});

document.addEventListener("pointermove", (event) => {
  if (!drag || (!drag.shown && Math.abs(event.clientX - drag.from) < FURTHEST)) return;
  drag.shown ??= begun(drag.chart, event.pointerId);
  const [first, last] = reached(event.clientX);
  const step = 100 / drag.chart.querySelectorAll("g").length;
  drag.shown.setAttribute("x", `${first * step}%`);
  drag.shown.setAttribute("width", `${(last - first + 1) * step}%`);
});

document.addEventListener("pointerup", (event) => {
  const done = drag;
  if (!done?.shown) return void (drag = null);
  const [first, last] = reached(event.clientX);
  const buckets = done.chart.querySelectorAll("g");
  const url = new URL(done.chart.dataset.brush, location.href);
  url.searchParams.set("date_from", buckets[first].dataset.start);
  url.searchParams.set("date_to", buckets[last].dataset.end);
  drag = null;
  visit(url, { keep: true });
});

document.addEventListener("pointercancel", () => {
  drag?.shown?.remove();
  drag = null;
});

function begun(chart, pointer) {
  const shown = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of [["class", "brush"], ["height", "100%"]]) shown.setAttribute(name, value);
  chart.append(shown);
  chart.setPointerCapture(pointer);
  return shown;
}

// The buckets from where the drag began to where the pointer is, first and last.
function reached(x) {
  const { left, width } = drag.chart.getBoundingClientRect();
  const count = drag.chart.querySelectorAll("g").length;
  const bucket = (at) => Math.min(Math.max(Math.floor(((at - left) / width) * count), 0), count - 1);
  return [bucket(drag.from), bucket(x)].sort((a, b) => a - b);
}

document.addEventListener("keydown", (event) => {
  const bar = event.target.closest?.("svg.bars a");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!bar || !step) return;
  const bars = [...bar.closest("svg").querySelectorAll("a")];
  const next = bars[bars.indexOf(bar) + step];
  if (!next) return;
  bar.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
  event.preventDefault();
});

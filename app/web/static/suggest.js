// Completions under the search box, after the combobox pattern of the ARIA practices. Choosing a name narrows to the
// articles that name it, a word completes the query, a phrase is all of it, a headline opens its article.
import { visit } from "./visit.js";

const PAUSE = 90; // milliseconds: shorter than between two keys of a slow typist, longer than of a quick one
const MOST = 10;
const LONGEST = 200; // what the API completes: nothing that people look for begins with more
const KINDS = { entity: "name", phrase: "search", term: "word", headline: "article" };
let asked = new AbortController();
let timer;

const box = () => document.getElementById("q");
const list = () => document.getElementById("suggestions");
const chosen = () => list()?.querySelector("[aria-selected=true]");

document.addEventListener("input", (event) => {
  if (event.target !== box()) return;
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
});

document.addEventListener("focusout", (event) => event.target === box() && close());
document.addEventListener("submit", close, true);

document.addEventListener("keydown", (event) => {
  if (event.target !== box() || !list()) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === "Enter" && chosen()) take(chosen());
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
});

// Before the box loses the focus.
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("#suggestions [role=option]");
  if (!option) return;
  event.preventDefault();
  take(option);
});

// Names, searches and headlines that begin with all that is typed; then words, and names, that begin with its last part.
async function ask() {
  asked.abort();
  asked = new AbortController();
  const typed = box().value.trimStart();
  const last = typed.slice(typed.lastIndexOf(" ") + 1);
  const before = typed.slice(0, typed.length - last.length);
  try {
    const [whole, part] = await Promise.all([
      complete(typed, ["entity", "phrase", "headline"], ""),
      complete(last, before ? ["entity", "term"] : ["term"], before),
    ]);
    const known = new Set(whole.map((each) => each.id ?? each.text));
    show([...whole, ...part.filter((each) => !known.has(each.id ?? each.before + each.text))].slice(0, MOST));
  } catch (error) {
    if (error.name !== "AbortError") close();
  }
}

async function complete(text, kinds, before) {
  if (text.trim().length < 2 || text.length > LONGEST) return [];
  const asking = new URLSearchParams([["q", text], ["limit", MOST / 2], ...kinds.map((kind) => ["kind", kind])]);
  const answer = await fetch(`${box().dataset.complete}?${asking}`, { signal: asked.signal });
  return answer.ok ? (await answer.json()).suggestions.map((each) => ({ ...each, before })) : [];
}

function show(found) {
  close();
  if (!found.length || document.activeElement !== box()) return;
  const options = document.createElement("ul");
  options.id = "suggestions";
  options.className = "suggestions";
  options.setAttribute("role", "listbox");
  options.setAttribute("aria-label", "Completions");
  options.append(...found.map(option));
  box().after(options);
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "true"], ["aria-controls", "suggestions"], ["aria-autocomplete", "list"]])
    box().setAttribute(name, value);
}

function option(suggestion, number) {
  const line = document.createElement("li");
  line.id = `suggestion-${number}`;
  line.setAttribute("role", "option");
  line.setAttribute("aria-selected", "false");
  Object.assign(line.dataset, { kind: suggestion.kind, text: suggestion.text, id: suggestion.id ?? "", before: suggestion.before });
  const text = document.createElement("span");
  text.textContent = suggestion.text;
  const hint = document.createElement("small");
  hint.textContent = suggestion.hint ?? (KINDS[suggestion.kind]);
  line.append(text, hint);
  return line;
}

function move(step) {
  const options = [...list().children];
  const next = options.indexOf(chosen()) + step;
  chosen()?.setAttribute("aria-selected", "false");
  const option = options.at(next === options.length ? 0 : next < 0 ? -1 : next);
  option.setAttribute("aria-selected", "true");
  box().setAttribute("aria-activedescendant", option.id);
}

function take({ dataset: { kind, text, id, before } }) {
  const form = box().form;
  close();
  if (kind === "headline") return visit(`${form.getAttribute("action")}articles/${id}`);
  box().value = kind === "term" || kind === "phrase" ? before + text : before.trim();
  if (kind === "entity") {
    const named = Object.assign(document.createElement("input"), { type: "hidden", name: "entity", value: id });
    if (![...form.elements].some((field) => field.name === "entity" && field.value === id)) form.append(named);
  }
  form.requestSubmit();
}

function close() {
  clearTimeout(timer);
  list()?.remove();
  box()?.removeAttribute("aria-activedescendant");
  if (box()?.hasAttribute("aria-expanded")) box().setAttribute("aria-expanded", "false");
}

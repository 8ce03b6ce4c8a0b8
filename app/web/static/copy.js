// What is copied. A button copies what an element says, or where a link leads. Where the browser keeps the clipboard from us (plain HTTP), the
// text is selected instead.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const label = (button.dataset.label ??= button.textContent);
  try {
    await navigator.clipboard.writeText(source.href ?? source.textContent.trim());
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(source);
    button.textContent = "Selected";
  }
  setTimeout(() => (button.textContent = label), 2000);
});

// A passage of an article takes along where it stands: who published it, when, and the address of its paragraph. What is
// shorter than a sentence is a name or a word to be looked up, and goes alone.
const SENTENCE = 40;

document.addEventListener("copy", (event) => {
  const text = document.querySelector(".text[data-address]");
  const chosen = getSelection();
  if (!text || !chosen.rangeCount || event.target.closest?.("input, textarea")) return;
  const range = chosen.getRangeAt(0);
  const said = chosen.toString().trim();
  if (said.length < SENTENCE || !range.intersectsNode(text)) return;
  const { address, origin } = text.dataset;
  const place = address + paragraph(range.startContainer, text);
  const holder = document.createElement("div");
  holder.append(range.cloneContents());
  holder.querySelectorAll(".anchor").forEach((anchor) => anchor.remove());
  holder.querySelectorAll("a[href]").forEach((link) => link.setAttribute("href", link.href));
  const source = holder.appendChild(document.createElement("p"));
  source.append(...(origin ? [origin, ", "] : []), Object.assign(document.createElement("a"), { href: place, textContent: place }));
  event.clipboardData.setData("text/plain", `${said}\n\n${source.textContent}\n`);
  event.clipboardData.setData("text/html", holder.innerHTML);
  event.preventDefault();
});

// Where a passage begins, as the end of an address; "" for one that begins above the text.
function paragraph(node, text) {
  const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  const found = text.contains(element) && element.closest(".text > [id]");
  return found ? `#${found.id}` : "";
}

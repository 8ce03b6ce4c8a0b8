// Going to another page of the site without loading what stays the same. The address is the state: whatever fails
// here, the browser goes there by itself.

// Where the site begins: a proxy may have put it below a path.
const root = new URL(document.querySelector("form.ask").action).pathname;
const ours = (url) =>
  url.origin === location.origin && url.pathname.startsWith(root) && /^($|articles\/[^/]+$|entities\/)/.test(url.pathname.slice(root.length));
// What the head says of one page, to readers of feeds and to programs that keep references.
const TOLD = "link:is([rel=alternate], [rel=canonical]), meta:is([name^=citation_], [name=description], [property]), script[type='application/ld+json']";
let shown = location.pathname + location.search;
let under_way = new AbortController();

export async function visit(address, { push = true, keep = false, top = 0 } = {}) {
  const url = new URL(address, location.href);
  under_way.abort();
  under_way = new AbortController();
  let page;
  try {
    const answer = await fetch(url, { signal: under_way.signal, headers: { Accept: "text/html" } });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("page")) throw new TypeError("not a page of ours");
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
    return;
  }
  if (push) {
    history.replaceState({ top: scrollY }, "");
    history.pushState({ top: 0 }, "", url);
  }
  shown = url.pathname + url.search;
  exchange(page, keep ? scrollY : top);
}

function exchange(page, top) {
  const focused = document.activeElement;
  const folded = document.getElementById("fold")?.checked;
  document.title = page.title;
  document.head.querySelectorAll(TOLD).forEach((each) => each.remove());
  document.head.append(...page.head.querySelectorAll(TOLD));
  document.getElementById("page").replaceWith(document.adoptNode(page.getElementById("page")));
  const fold = document.getElementById("fold");
  if (fold && folded) fold.checked = true;
  (again(focused) ?? document.getElementById("main")).focus({ preventScroll: true });
  scrollTo({ top, behavior: "instant" });
}

// The same control on the new page: a box by its id, a facet's value by its words, since its address changes with it.
function again(focused) {
  // A box that is focused again would open the keyboard of a phone over what was found.
  if (focused?.matches("input")) return matchMedia("(pointer: coarse)").matches ? null : document.getElementById(focused.id);
  const words = (link) => link.querySelector("span")?.textContent;
  const facet = focused?.matches("[data-keep]") && focused.closest("[aria-labelledby]")?.getAttribute("aria-labelledby");
  return facet ? [...document.querySelectorAll(`[aria-labelledby="${facet}"] a`)].find((link) => words(link) === words(focused)) : null;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href.baseVal ?? link.href, location.href);
  if (!ours(url) || url.hash) return;
  event.preventDefault();
  visit(url, { keep: "keep" in link.dataset });
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form.ask");
  if (!form) return;
  event.preventDefault();
  const said = [...new FormData(form)].filter(([, value]) => value.trim());
  const url = new URL(form.action);
  url.search = new URLSearchParams(said);
  visit(url);
});

addEventListener("popstate", (event) => {
  // A place within the page that is shown (#main) needs no other page.
  if (location.pathname + location.search !== shown) visit(location.href, { push: false, top: event.state?.top ?? 0 });
});

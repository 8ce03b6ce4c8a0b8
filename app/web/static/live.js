// Parts of a page that tell how something goes on are exchanged for newer ones, for as long as they say that it does.

const PAUSE = 2000;

async function look() {
  if (document.hidden || !document.querySelector("[data-live]")) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      // Who is at a link of it goes on to be.
      if (part.contains(document.activeElement)) continue;
      const newer = page.getElementById(part.id);
      if (newer) part.replaceWith(document.adoptNode(newer));
      else part.remove();
    }
    document.title = page.title;
  } catch {
    // The server is away for a moment, or the page is being left.
  }
}

(async () => {
  for (;;) {
    await new Promise((done) => setTimeout(done, PAUSE));
    await look();
  }
})();

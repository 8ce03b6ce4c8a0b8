// Files and folders that are dropped on the form, or chosen in it: sent in as few requests as they fit in, and told of
// one by one. Without this script the form sends itself.

const LOOK = 1000;
const SHOWN = 120; // characters that the server keeps of a name
const LONGEST = 100; // files in one request: what is refused of them is told as soon as they are read

const form = () => document.querySelector("form[data-drop]");
// The link of an empty archive to the form: what is dropped beside it is taken there.
const invitation = () => document.querySelector("a[data-drop]");
let held = []; // what was dropped before the key was typed

document.addEventListener("dragover", (event) => {
  if ((form() || invitation()) && event.dataTransfer.types.includes("Files")) event.preventDefault();
});

document.addEventListener("drop", async (event) => {
  if (!(form() || invitation()) || !event.dataTransfer.files.length) return;
  event.preventDefault();
  // Before anything is waited for: what was dropped is gone after the event.
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
  const dropped = [...event.dataTransfer.files];
  const found = entries.some(Boolean) ? (await Promise.all(entries.filter(Boolean).map(within))).flat() : dropped.map(named);
  if (!form()) await toForm(invitation().href);
  hand(found);
});

document.addEventListener("submit", (event) => {
  const target = event.target.closest("form[data-drop]");
  if (!target || target.elements.url.value.trim()) return;
  const chosen = [...target.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  if (!chosen.length && !held.length) return;
  event.preventDefault();
  hand(chosen.length ? chosen.map(named) : held);
});

async function toForm(address) {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.title = page.title;
  document.getElementById("page").replaceWith(document.adoptNode(page.getElementById("page")));
  history.pushState({ top: 0 }, "", address);
}

const named = (file) => ({ file, name: file.webkitRelativePath || file.name });
// As on the command line: what a folder hides is left out.
const hidden = (name) => name.includes("/") && name.split("/").some((part) => part.startsWith("."));

// All files below what was dropped, with the folders that they are in. Browsers tell of a folder a hundred at a time.
async function within(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, name: entry.fullPath.replace(/^\//, "") }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const each of some) found.push(...(await within(each)));
  }
}

async function hand(found) {
  const target = form();
  held = target.elements.key && !target.elements.key.value ? found : [];
  if (held.length) return target.reportValidity();
  const most = Number(target.dataset.most);
  const rows = found.filter(({ name }) => !hidden(name)).map((each) => ({ ...each, ...row(each.name) }));
  const fits = rows.filter((each) => each.file.size <= most);
  for (const each of rows) {
    if (each.file.size > most) each.end(`is too large for a page: run dateline ingest, or cut it into pieces of ${Math.floor(most / 1e6)} MB`);
  }
  const button = target.querySelector("button");
  button.disabled = true;
  for (const batch of batches(fits, most)) await send(target, batch);
  button.disabled = false;
  for (const input of target.querySelectorAll("input[type=file]")) input.value = "";
}

function batches(rows, most) {
  const made = [];
  let size = Infinity;
  for (const each of rows) {
    if (size + each.file.size > most || made.at(-1).length === LONGEST) {
      made.push([]);
      size = 0;
    }
    made.at(-1).push(each);
    size += each.file.size;
  }
  return made;
}

function row(name) {
  const item = document.createElement("li");
  const [told, bar] = [document.createElement("span"), document.createElement("progress")];
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Sent of ${name}`);
  told.textContent = ": waits";
  item.append(name, told, bar);
  document.getElementById("sent").hidden = false;
  document.querySelector("#sent ul").append(item);
  return {
    sent: (share) => ((bar.value = share), (told.textContent = share < 1 ? `: ${Math.floor(100 * share)} % sent` : ": is being read")),
    end: (words, job) => {
      bar.remove();
      told.textContent = `: ${words} `;
      if (!job) return;
      const link = document.createElement("a");
      link.href = job;
      link.textContent = "All of it";
      link.setAttribute("aria-label", `All that became of ${name} and what was sent with it`);
      told.append(link);
    },
  };
}

// A request for some files. Its bytes are theirs, one after the other, so it is known how far each of them is.
async function send(target, batch) {
  const body = new FormData();
  for (const name of ["key", "source"]) if (target.elements[name]?.value) body.append(name, target.elements[name].value);
  for (const { file, name } of batch) body.append("files", file, name);
  const request = new XMLHttpRequest();
  request.open("POST", target.action);
  request.responseType = "document";
  request.upload.addEventListener("progress", ({ loaded }) => {
    let before = 0;
    for (const each of batch) {
      each.sent(Math.max(0, Math.min(1, (loaded - before) / Math.max(1, each.file.size))));
      before += each.file.size;
    }
  });
  const page = await new Promise((done) => {
    request.onload = () => done(request.response);
    request.onerror = () => done(null);
    request.send(body);
  });
  const job = page?.getElementById("job");
  if (!job) {
    const why = page?.querySelector("main .notes p")?.textContent ?? "the server does not answer: try again";
    for (const each of batch) each.end(`was not taken. ${why}`);
    return;
  }
  for (const each of batch) each.sent(1);
  // The next request need not wait until these are read.
  follow(request.responseURL, batch, job);
}

async function follow(address, batch, job) {
  while (job && ["waiting", "running"].includes(job.dataset.state)) {
    await new Promise((done) => setTimeout(done, LOOK));
    try {
      const answer = await fetch(address, { cache: "no-store" });
      job = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("job") : null;
    } catch {
      // The server is away for a moment; the job is not.
    }
  }
  const refused = [...(job?.querySelectorAll(".refused [data-file]") ?? [])];
  for (const each of batch) {
    const shown = each.name.slice(-SHOWN);
    const own = refused.filter(({ dataset }) => dataset.file === shown || dataset.file.startsWith(`${shown}/`));
    const words = own.slice(0, 3).map((item) => item.textContent.slice(item.dataset.file.length).replace(/^[:,] /, ""));
    const more = own.length > 3 ? `, and ${own.length - 3} more` : "";
    each.end(!job || job.dataset.state === "failed" ? "was not read." : own.length ? `refused: ${words.join("; ")}${more}.` : "is read.", address);
  }
}

"""The page that takes files: who may, without scripts, and what strangers' pages cannot do."""

from __future__ import annotations

import re
import time
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app.archive import open_archive
from app.search.engine import STALE_SECONDS
from app.settings import Settings
from app.store import keys
from tests.fetch.web import serving
from tests.web.conftest import Served

FILE = {"files": ("a.txt", b"date 2025-05-05\n\nA whale was seen.\n")}


def make(folder: Path, *scopes: keys.Scope) -> str:
    with open_archive(Settings(data_dir=folder / "data")) as archive, archive.database.writing() as session:
        return keys.create_key(session, "desk", scopes, "")


def own(client: httpx.Client) -> dict[str, str]:
    """What a browser says of a form that a page of the server sends."""
    return {"Origin": str(client.base_url).rstrip("/")}


def test_an_empty_archive_invites_and_takes_files_without_a_script(served: Served) -> None:
    with served() as client:
        assert 'href="/add"' in client.get("/").text
        form = client.get("/add")
        assert 'type="password"' not in form.text
        assert form.headers["Cache-Control"] == "no-store"
        answer = client.post(
            "/add", files={**FILE, "more": ("b.bin", b"\0\1\2\3" * 99)}, data={"source": "Wire"}, headers=own(client)
        )
        assert answer.status_code == 303, answer.text
        deadline = time.monotonic() + 120
        while 'http-equiv="refresh"' in (page := client.get(answer.headers["Location"]).text):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        text = " ".join(re.sub("<[^>]+>", " ", page).split())
        assert "created 1" in text
        assert "b.bin: is not text" in text
        assert total(client, "whale") == 1
        assert client.get("/v1/sources").json()["results"][0]["name"] == "Wire"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Via": "1.1 proxy"},
        {"Forwarded": "for=203.0.113.9"},
        {"Host": "rebound.example", "Origin": "http://rebound.example"},
        {"Host": "127.0.0.1.rebound.example", "Origin": "http://127.0.0.1.rebound.example"},
    ],
)
def test_a_page_elsewhere_or_who_is_elsewhere_adds_nothing(served: Served, headers: dict[str, str]) -> None:
    with served() as client:
        sent = headers if "Origin" in headers or not headers else own(client) | headers
        assert client.post("/add", files=FILE, headers=sent).status_code == 401
        assert client.get("/metrics").text.count('dateline_jobs{state="done"} 0.0') == 1


@pytest.mark.parametrize("given", [{"local_writes": False}, {"require_key": True}])
def test_without_a_key_nobody_adds_where_that_is_set(served: Served, given: dict[str, bool]) -> None:
    with served(**given) as client:
        assert client.post("/add", files=FILE, headers=own(client)).status_code == 401


@pytest.mark.parametrize("require_key", [False, True])
def test_an_archive_with_keys_asks_for_one(served: Served, tmp_path: Path, require_key: bool) -> None:
    reader, writer = make(tmp_path, "read"), make(tmp_path, "ingest")
    with served(require_key=require_key) as client:
        # The browser has been asked for a key, and sends it along with whatever it asks.
        if require_key:
            client.auth = httpx.BasicAuth("", reader)
        assert 'type="password"' in client.get("/add").text
        assert client.post("/add", files=FILE, headers=own(client)).status_code == 401
        for key, status in ((reader, 403), ("0000beef_x", 401), (writer, 303)):
            assert client.post("/add", files=FILE, data={"key": key}, headers=own(client)).status_code == status


def test_what_is_sent_without_a_file_is_a_page_that_says_so(served: Served) -> None:
    with served() as client:
        answer = client.post("/add", files={"files": ("", b"")}, headers=own(client))
        assert answer.status_code == 422
        assert answer.headers["Content-Type"].startswith("text/html")
        assert client.get("/add/0000").status_code == 404


STORM = b"date 2025-05-06\n\nA storm came.\n"


def told(page: Page, name: str, words: str) -> None:
    """What the page says became of a file."""
    expect(page.locator("#sent li").filter(has_text=name)).to_contain_text(words, timeout=120_000)


def sees_the_job(page: Page) -> None:
    page.get_by_role("link", name="All that became of").first.click()
    expect(page.locator("h1")).to_have_text("Articles added")


def total(client: httpx.Client, words: str) -> int:
    """How many articles a search finds, once it looks at what was just written."""
    time.sleep(2 * STALE_SECONDS)
    found: int = client.get("/v1/search", params={"q": words}).json()["total"]
    return found


@pytest.mark.parametrize("scripts", [True, False])
def test_files_are_chosen_in_a_browser(served: Served, browser: Browser, scripts: bool) -> None:
    with served() as client, browser.new_context(base_url=str(client.base_url), java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_role("link", name="Add articles").first.click()
        page.locator("#files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": FILE["files"][1]})
        page.get_by_role("button", name="Add", exact=True).click()
        if scripts:
            told(page, "a.txt", "is read.")
            sees_the_job(page)
        expect(page.locator("h1")).to_have_text("Articles added", timeout=120_000)
        expect(page.locator(".counts")).to_contain_text("created")


def test_files_are_dropped_in_a_browser_and_each_is_told_of(served: Served, browser: Browser) -> None:
    with served() as client, browser.new_context(base_url=str(client.base_url)) as context:
        page = context.new_page()
        page.goto("/add")
        dropped = page.evaluate_handle(
            "() => { const data = new DataTransfer();"
            " data.items.add(new File(['date 2025-05-05\\n\\nA whale.\\n'], 'a.txt'));"
            ' data.items.add(new File([\'{"title": "A", "text": "B"}\\n{}\\n\'], \'b.jsonl\')); return data; }'
        )
        page.locator("body").dispatch_event("drop", {"dataTransfer": dropped})
        told(page, "a.txt", "is read.")
        told(page, "b.jsonl", "refused: record 2: has neither a headline nor a body.")
        assert Axe().run(page).violations_count == 0
        sees_the_job(page)
        assert total(client, "whale") == 1


@pytest.mark.parametrize("way", ["chosen", "dropped"])
def test_a_folder_is_taken_with_all_that_is_in_it(served: Served, browser: Browser, tmp_path: Path, way: str) -> None:
    folder = tmp_path / "news"
    (folder / "2025" / ".trash").mkdir(parents=True)
    (folder / "a.txt").write_bytes(FILE["files"][1])
    (folder / "2025" / "a.txt").write_bytes(STORM)
    (folder / "2025" / ".trash" / "b.txt").write_bytes(b"Hidden.\n")
    (folder / "2025" / "c.bin").write_bytes(b"\0\1\2" * 90)
    with served() as client, browser.new_context(base_url=str(client.base_url)) as context:
        page = context.new_page()
        page.goto("/add")
        if way == "chosen":
            page.locator("#folder").set_input_files(folder)
            page.get_by_role("button", name="Add", exact=True).click()
        else:
            session = context.new_cdp_session(page)
            data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
            for kind in ("dragEnter", "dragOver", "drop"):
                session.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})
        told(page, "news/a.txt", "is read.")
        told(page, "news/2025/a.txt", "is read.")
        told(page, "news/2025/c.bin", "refused: is not text.")
        expect(page.locator("#sent li")).to_have_count(3)
        assert (total(client, "whale"), total(client, "storm"), total(client, "hidden")) == (1, 1, 0)


@pytest.mark.parametrize("needs_key", [False, True])
def test_files_are_dropped_on_the_front_page_of_an_empty_archive(
    served: Served, browser: Browser, tmp_path: Path, needs_key: bool
) -> None:
    key = make(tmp_path, "ingest") if needs_key else ""
    (tmp_path / "storm.txt").write_bytes(STORM)
    with served() as client, browser.new_context(base_url=str(client.base_url)) as context:
        page = context.new_page()
        page.goto("/")
        expect(page.locator("main")).to_contain_text("drop files or a folder on this page")
        session = context.new_cdp_session(page)
        data = {"items": [], "files": [str(tmp_path / "storm.txt")], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})
        expect(page.locator("h1")).to_have_text("Add articles")
        if needs_key:
            page.locator("#key").fill(key)
            page.get_by_role("button", name="Add", exact=True).click()
        told(page, "storm.txt", "is read.")
        assert page.url.endswith("/add")
        assert total(client, "storm") == 1


def test_a_file_over_the_bound_is_told_before_it_is_sent(served: Served, browser: Browser) -> None:
    with (
        served(max_upload_mb=1) as client,
        browser.new_context(base_url=str(client.base_url)) as context,
    ):
        page = context.new_page()
        page.goto("/add")
        large = {"name": "large.txt", "mimeType": "text/plain", "buffer": b"A whale. " * 200_000}
        many = [
            {"name": f"{n}.txt", "mimeType": "text/plain", "buffer": f"Number {n}.\n".encode() * 24_000}
            for n in range(6)
        ]
        page.locator("#files").set_input_files([large, *many])  # type: ignore[arg-type]
        page.get_by_role("button", name="Add", exact=True).click()
        told(page, "large.txt", "is too large for a page")
        for n in range(6):
            told(page, f"{n}.txt", "is read.")
        assert 'dateline_jobs{state="done"} 2.0' in client.get("/metrics").text


def test_a_wrong_key_is_told_of_each_file(served: Served, browser: Browser, tmp_path: Path) -> None:
    make(tmp_path, "ingest")
    with served() as client, browser.new_context(base_url=str(client.base_url)) as context:
        page = context.new_page()
        page.goto("/add")
        page.locator("#key").fill("0000beef_x")
        page.locator("#files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": STORM})
        page.get_by_role("button", name="Add", exact=True).click()
        told(page, "a.txt", "was not taken. The key is unknown or was revoked.")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_address_is_fetched(served: Served, browser: Browser, scripts: bool) -> None:
    with (
        serving() as web,
        served(fetch_hosts="127.0.0.1") as client,
        browser.new_context(base_url=str(client.base_url), java_script_enabled=scripts) as context,
    ):
        web.put("/storm", PAGE.encode())
        page = context.new_page()
        page.goto("/add")
        for path, title, words in (("/storm", "Articles added", "created 1"), ("/gone", "Articles added", "404")):
            page.goto("/add")
            page.locator("#url").fill(web.url(path))
            page.get_by_role("button", name="Add", exact=True).click()
            expect(page.locator("h1")).to_have_text(title, timeout=120_000)
            expect(page.locator("main")).to_contain_text(words)
        assert total(client, "lighthouse") == 1


PAGE = """<!DOCTYPE html><html lang="en"><head><title>Lighthouse dark</title></head><body><article>
<h1>Lighthouse dark</h1><p>The lighthouse did not shine on Monday, and three hundred ships waited for the morning.</p>
<p>The lamp is to be mended by noon, and the harbour company has promised two more pilots for those who wait.</p>
</article></body></html>"""


def test_an_address_of_the_own_networks_is_refused(served: Served) -> None:
    with serving() as web, served() as client:
        answer = client.post("/add", data={"url": web.url("/")}, files={"files": ("", b"")}, headers=own(client))
        assert answer.status_code == 303
        page = ""
        deadline = time.monotonic() + 120
        while 'class="refused"' not in (page := client.get(answer.headers["Location"]).text):
            assert time.monotonic() < deadline, page
            time.sleep(0.1)
        assert web.asked == []


@pytest.mark.parametrize(
    ("url", "files"),
    [("ftp://a.example/", ("", b"")), ("nonsense", ("", b"")), ("https://a.example/", FILE["files"]), ("", ("", b""))],
)
def test_what_is_no_address_or_too_much_at_once_is_said(served: Served, url: str, files: tuple[str, bytes]) -> None:
    with served() as client:
        answer = client.post("/add", data={"url": url}, files={"files": files}, headers=own(client))
        assert answer.status_code == 422
        assert client.get("/metrics").text.count('dateline_jobs{state="waiting"} 0.0') == 1

"""The page that takes files: who may, without scripts, and what strangers' pages cannot do."""

from __future__ import annotations

import re
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from app.archive import open_archive
from app.settings import Settings
from app.store import keys
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
        assert client.get("/v1/search", params={"source": "Wire"}).json()["total"] == 1


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


def test_an_archive_with_keys_asks_for_one(served: Served, tmp_path: Path) -> None:
    reader, writer = make(tmp_path, "read"), make(tmp_path, "ingest")
    with served() as client:
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


@pytest.mark.parametrize("scripts", [True, False])
def test_files_are_chosen_in_a_browser(served: Served, browser: Browser, scripts: bool) -> None:
    with served() as client, browser.new_context(base_url=str(client.base_url), java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_role("link", name="Add articles").click()
        page.locator("#files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": FILE["files"][1]})
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator("h1")).to_have_text("Articles added", timeout=120_000)
        expect(page.locator(".counts")).to_contain_text("created")


def test_files_are_dropped_in_a_browser(served: Served, browser: Browser) -> None:
    with served() as client, browser.new_context(base_url=str(client.base_url)) as context:
        page = context.new_page()
        page.goto("/add")
        dropped = page.evaluate_handle(
            "() => { const data = new DataTransfer();"
            " data.items.add(new File(['date 2025-05-05\\n\\nA whale.\\n'], 'a.txt')); return data; }"
        )
        page.locator("body").dispatch_event("drop", {"dataTransfer": dropped})
        expect(page.locator("h1")).to_have_text("Articles added", timeout=120_000)

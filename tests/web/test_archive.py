"""The page that tells what the archive holds and does, and withdrawing an article on the page."""

from __future__ import annotations

import json
import re
import time
from html import unescape
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app.alerts.saving import save_search
from app.archive import open_archive
from app.ingest.following import new_feed
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.uploads import Upload, hand_in
from app.ingest.withdrawing import change_status
from app.read.holdings import holdings
from app.read.params import SavedSearchBody
from app.settings import Settings
from app.store import keys
from app.store.feeds import add_feed, feed_id, note_feed
from app.store.tables import Delivery
from tests.web.conftest import Served


def make(folder: Path, *scopes: keys.Scope) -> str:
    with open_archive(Settings(data_dir=folder / "data")) as archive, archive.database.writing() as session:
        return keys.create_key(session, "desk", scopes, "")


def fill(folder: Path, rejected: int = 1) -> str:
    """Put five articles of two sources in, some records that are none, and a job that waits; withdraw one article and
    return its id."""
    records = [
        {"id": n, "title": f"Note {n}", "text": f"A keeper, {n}.", "date": f"2025-05-0{n}", "source": source}
        for n, source in enumerate(("Wire", "Wire", "Wire", "Courier", "Courier"), 1)
    ]
    (folder / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records) + "{}\n" * rejected)
    with open_archive(Settings(data_dir=folder / "data", ingest_workers=1)) as archive:
        ingest([folder / "a.jsonl"], archive, IngestOptions(skip_entities=True))
        with archive.database.reading() as session:
            [id] = session.connection().exec_driver_sql("SELECT id FROM article WHERE external_id = '5'").scalars()
        change_status(archive, "withdraw", [id], "Withdrawn for a reason", "the press office")
    return str(id)


def text(page: httpx.Response) -> str:
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub("<[^>]+>", " ", main)).split())


def as_reader(key: str) -> httpx.BasicAuth:
    """As a browser sends a key that was typed into its own dialogue."""
    return httpx.BasicAuth("", key)


def test_an_archive_says_what_it_holds(served: Served, tmp_path: Path) -> None:
    fill(tmp_path)
    with served() as client:
        assert 'href="/archive"' in client.get("/").text
        page = client.get("/archive")
        assert page.headers["Cache-Control"] == "no-store"
        shown = text(page)
        assert "4 articles, 1 May 2025 to 4 May 2025." in shown
        assert re.search(r"[0-9.,]+ (kB|MB) on disk", shown)
        assert re.search(r"Wire 3 3 May 2025 .*Courier 1 4 May 2025", shown)
        assert "All that came is read" in shown
        assert client.get("/archive?before=3").status_code == 422


def test_who_has_no_key_is_shown_figures_alone(served: Served, tmp_path: Path) -> None:
    fill(tmp_path)
    reader, writer, admin = make(tmp_path, "read"), make(tmp_path, "ingest"), make(tmp_path, "admin")
    refused, withdrawn = "a.jsonl, record 6: has neither a headline nor a body", "Note 5: Withdrawn for a reason"
    with served() as client:
        for auth in (None, as_reader(reader)):
            page = client.get("/archive", auth=auth)
            assert (page.status_code, "4 articles" in page.text) == (200, True)
            assert refused not in text(page)
            assert withdrawn not in text(page)
        assert client.get("/archive/work").headers["WWW-Authenticate"].count("Basic") == 1
        for path in ("work", "jobs", "rejections", "withdrawn"):
            assert client.get(f"/archive/{path}").status_code == 401
            asked_again = client.get(f"/archive/{path}", auth=as_reader(reader))
            assert (asked_again.status_code, "Basic" in asked_again.headers["WWW-Authenticate"]) == (401, True)
            assert "enter one with the scope" in text(asked_again)
            sent = {"Authorization": f"Bearer {reader}"}
            assert client.get(f"/archive/{path}", headers=sent).status_code == 403
        assert client.get("/archive/withdrawn", auth=as_reader(writer)).status_code == 401
        theirs = text(client.get("/archive/work", auth=as_reader(writer)))
        assert refused + " Mend the file, then: dateline ingest --retry" in theirs
        assert withdrawn not in theirs
        all_of_it = text(client.get("/archive/work", auth=as_reader(admin)))
        assert refused in all_of_it
        assert withdrawn in all_of_it


def test_through_a_proxy_an_archive_without_keys_shows_figures_alone(served: Served, tmp_path: Path) -> None:
    fill(tmp_path)
    with served() as client:
        assert "has neither a headline" in client.get("/archive").text
        assert "has neither a headline" not in client.get("/archive", headers={"Via": "1.1 proxy"}).text


def test_long_lists_go_on_without_a_gap(served: Served, tmp_path: Path) -> None:
    fill(tmp_path, rejected=120)
    with served() as client:
        seen: list[str] = []
        assert "All 120 rejections" in text(client.get("/archive"))
        address = "/archive/rejections"
        while address:
            page = client.get(address).text
            seen += re.findall("record ([0-9]+):", page)
            older = re.search('href="(/archive/rejections[^"]*)" rel="next"', page)
            address = unescape(older[1]) if older else ""
        assert seen == [str(number) for number in range(125, 5, -1)]


def test_what_waits_is_told_and_to_whom(served: Served, tmp_path: Path) -> None:
    fill(tmp_path)
    admin = make(tmp_path, "admin")
    with served(local_writes=False) as client:
        body = [{"id": "n", "title": "T", "text": "A storm."}, {"id": "m"}]
        key = {"Authorization": f"Bearer {admin}", "Idempotency-Key": "k"}
        assert client.post("/v1/articles", headers=key, json=body).status_code == 200
        shown = text(client.get("/archive", auth=as_reader(admin)))
        assert "1 article waits for its names" in shown
        assert re.search("1 created, 1 rejected desk", shown)


def test_feeds_and_messages_that_wait_are_told(served: Served, tmp_path: Path) -> None:
    fill(tmp_path)
    later = "2100-01-01T00:00:00+00:00"
    with open_archive(Settings(data_dir=tmp_path / "data")) as archive:
        saved = save_search(archive, SavedSearchBody.checked({"name": "storms", "search": "q=storm"}), "Ada")
        with archive.database.writing() as session:
            add_feed(session, new_feed("https://news.example/feed"))
            number = saved.number or 0
            waiting = Delivery(id="x", search=number, kind="webhook", after=0, upto=1, due_at=later, created_at=later)
            session.add(waiting)
        with archive.database.reading() as session:
            held = holdings(archive, session)
            assert (held.feeds, held.unsent, held.unmeant, held.is_busy) == (1, 1, 0, True)
        with archive.database.writing() as session:
            note_feed(session, feed_id("https://news.example/feed"), next_at=later)
        with archive.database.reading() as session:
            held = holdings(archive, session)
            assert (held.feeds, held.unsent, held.is_busy) == (0, 1, False)
    with served() as client:
        assert "1 message of saved searches to be sent" in text(client.get("/archive"))


def test_a_page_that_tells_of_work_renews_itself(served: Served, tmp_path: Path, browser: Browser) -> None:
    fill(tmp_path)
    with served() as client, browser.new_context(base_url=str(client.base_url)) as context:
        page = context.new_page()
        page.goto("/archive")
        expect(page.locator("#now")).to_contain_text("All that came is read")
        with open_archive(Settings(data_dir=tmp_path / "data")) as archive:
            hand_in(archive, [Upload("storm.txt", BytesIO((tmp_path / "a.jsonl").read_bytes()))], "desk", None)
        page.reload()
        expect(page.locator("#jobs")).to_contain_text("storm.txt: ", timeout=120_000)
        expect(page.locator("#jobs")).to_contain_text("rejected", timeout=120_000)
        expect(page.locator("#now")).to_contain_text("All that came is read", timeout=120_000)


def send(page: Page, key: str, button: str) -> None:
    page.locator("#key").fill(key)
    page.get_by_role("button", name=button, exact=True).click()


def has_no_finding(page: Page) -> None:
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def erases(page: Page, key: str) -> None:
    """Erase the article that is shown."""
    page.get_by_role("link", name="Withdraw").click()
    page.get_by_role("link", name="Erase it for ever").click()
    expect(page.locator(".loss")).to_contain_text("the headline and the text, 3 words")
    page.locator("#reason").fill("Asked for by the keeper")
    page.locator("#sure").check()
    send(page, key, "Erase for ever")
    expect(page.locator("main")).to_contain_text("Asked for by the keeper")
    page.goto(f"{page.url}/erase")
    expect(page.locator("main")).to_contain_text("nothing is left of it")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_article_is_withdrawn_restored_and_erased(
    served: Served, tmp_path: Path, browser: Browser, scripts: bool
) -> None:
    fill(tmp_path)
    admin, writer = make(tmp_path, "admin"), make(tmp_path, "ingest")
    with (
        served() as client,
        browser.new_context(
            base_url=str(client.base_url),
            java_script_enabled=scripts,
            http_credentials={"username": "", "password": admin},
        ) as context,
    ):
        page = context.new_page()

        page.goto("/?q=keeper&sort=date")
        page.locator(".result .headline a").first.click()
        expect(page.locator("h1")).to_have_text("Note 1")
        page.get_by_role("link", name="Withdraw").click()
        page.locator("#reason").fill("Sent by mistake")
        send(page, writer, "Withdraw")
        expect(page.locator("main")).to_contain_text("'admin'")
        page.go_back()
        page.locator("#reason").fill("Sent by mistake")
        send(page, admin, "Withdraw")
        expect(page.locator("main")).to_contain_text("Sent by mistake")
        assert admin not in page.url
        assert client.get("/v1/search", params={"q": "keeper"}).json()["total"] == 3
        page.goto("/archive/work")
        expect(page.locator("main")).to_contain_text("Note 1: Sent by mistake")
        if scripts:
            has_no_finding(page)
        page.get_by_role("link", name="Restore Note 1").click()
        send(page, admin, "Restore")
        expect(page.locator("h1")).to_have_text("Note 1")
        assert client.get("/v1/search", params={"q": "keeper"}).json()["total"] == 4
        erases(page, admin)
        assert client.get("/v1/search", params={"q": "keeper"}).json()["total"] == 3


def test_whoever_may_not_read_an_article_is_told_its_id_alone(served: Served, tmp_path: Path) -> None:
    gone = fill(tmp_path)
    with served() as client:
        page = client.get(f"/articles/{gone}/erase")
        assert (page.status_code, "Note 5" in page.text, gone in page.text) == (200, False, True)


@pytest.mark.parametrize("act", ["withdraw", "restore", "erase"])
def test_what_a_browser_sends_by_itself_withdraws_nothing(
    served: Served, tmp_path: Path, act: str, pytestconfig: pytest.Config
) -> None:
    gone = fill(tmp_path)
    admin, writer = make(tmp_path, "admin"), make(tmp_path, "ingest")
    with served() as client:
        standing = client.get("/v1/search").json()["results"][0]["id"]
        address = f"/articles/{gone if act == 'restore' else standing}/{act}"
        said = {"reason": "for fun"} | ({"sure": "yes"} if act == "erase" else {})
        asked = client.post(address, data=said, auth=as_reader(admin))
        assert (asked.status_code, "Basic" in asked.headers["WWW-Authenticate"]) == (401, False)
        for key, status in (("", 401), ("0000beef_x", 401), (writer, 403)):
            assert client.post(address, data=said | {"key": key}).status_code == status
        assert client.post(address, params={"key": admin}, data=said).status_code == 422
        assert client.get("/v1/search").json()["total"] == 4
        if act == "erase":
            assert client.post(address, data={"reason": "for fun", "key": admin}).status_code == 422
            assert client.get("/v1/search").json()["total"] == 4
        assert client.post(address, data=said | {"key": admin}).status_code == 303
        assert client.get("/v1/search").json()["total"] == (5 if act == "restore" else 3)
        again = client.post(address, data=said | {"key": admin}).status_code
        # In a shared database an erasure goes on until its pages are written anew.
        deadline = time.monotonic() + 60
        while again == 303 and act == "erase" and pytestconfig.option.database == "postgresql":
            assert time.monotonic() < deadline
            time.sleep(0.2)
            again = client.post(address, data=said | {"key": admin}).status_code
        assert again == 409
        assert client.get("/articles/0000000000000000/" + act).status_code == 404

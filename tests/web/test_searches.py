"""Saved searches on the page: saving one, what became of it, and who may."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook

from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from app.store import keys
from app.web.site import create_app
from tests.alerts.test_telling import Desk
from tests.fetch.web import Web, serving
from tests.served import serve
from tests.web.test_archive import as_reader, has_no_finding, text
from tests.web.test_pages import Tags


@dataclass
class House:
    """An archive of one note, served with the settings that a test gives."""

    folder: Path
    web: Web

    @contextmanager
    def open(self, **given: Any) -> Iterator[httpx.Client]:
        settings = Settings(data_dir=self.folder / "data", recognise=False, fetch_hosts="127.0.0.1", **given)
        with serve(create_app(settings)) as client:
            yield client

    def make_key(self, *scopes: keys.Scope) -> str:
        with open_archive(Settings(data_dir=self.folder / "data")) as archive, archive.database.writing() as session:
            return keys.create_key(session, "desk", scopes, "")

    def put(self, *numbers: int) -> None:
        lines = [json.dumps({"id": n, "title": f"Tide {n}", "text": f"High tide {n}."}) for n in numbers]
        (self.folder / "tides.jsonl").write_text("\n".join(lines), encoding="utf-8")
        with open_archive(Settings(data_dir=self.folder / "data")) as archive:
            ingest([self.folder / "tides.jsonl"], archive, IngestOptions(skip_entities=True))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with serving() as web:
        made = House(tmp_path, web)
        made.put(1)
        yield made


def send(client: httpx.Client, at: str, origin: str | None = None, auth: Any = None, **fields: str) -> httpx.Response:
    """Send a form as a browser does."""
    said = {"Origin": origin or str(client.base_url).rstrip("/")}
    return client.post(at, files={name: (None, value) for name, value in fields.items()}, headers=said, auth=auth)


def wait_for(client: httpx.Client, at: str, words: str, patience: float = 120) -> str:
    deadline = time.monotonic() + patience
    while words not in (shown := text(client.get(at))):
        assert time.monotonic() < deadline, shown
        time.sleep(0.1)
    return shown


def saved_at(page: httpx.Response) -> str:
    return str(re.findall(r'href="([^"]*/searches/[0-9a-f]{16})"', page.text)[0])


def test_a_search_is_saved_followed_and_ended_on_this_machine(house: House) -> None:
    hook = Desk(house.web)
    with house.open() as client:
        page = client.get("/?q=tide&sort=date&view=compact&bars=share&date_from=2001").text
        [link] = re.findall(r'href="(/searches/new[^"]*)"', page)
        form = client.get(unescape(link))
        assert form.headers["Cache-Control"] == "no-store"
        assert 'value="tide, from 1 January 2001"' in form.text
        assert "password" not in form.text
        assert "/searches/new" not in client.get("/?sort=date").text
        made = send(client, "/searches/new?q=tide&match=all", name="Tides", webhook=hook.url)
        assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
        [secret] = re.findall(r"whsec_[A-Za-z0-9+/=]+", made.text)
        again = send(client, "/searches/new?q=tide&match=all", name="Tides")
        assert (again.status_code, "is saved as" in again.text) == (409, True)
        at = saved_at(made)
        assert "New 0 articles since" in text(client.get(at))
        house.put(1, 2, 3)
        shown = wait_for(client, at, "By webhook, answered 200,")
        assert re.search("Tide 3 found .*Tide 2 found", shown)
        [(headers, body)] = hook.got
        assert len(Webhook(secret).verify(body, headers)["data"]["articles"]) == 2
        listed = client.get("/searches")
        assert secret not in listed.text + client.get(at).text
        assert re.search("1 saved search, .*Tides tide State on New 2 articles since .*answered 200", text(listed))
        feed = client.get(f"{at}/feed")
        assert feed.headers["Content-Type"].startswith("application/atom+xml")
        assert re.findall("<title>(Tide .)</title>", feed.text) == ["Tide 3", "Tide 2"]
        as_json = client.get(f"{at}/feed?format=json").json()
        assert (as_json["feed_url"], len(as_json["items"])) == (f"{client.base_url}{at}/feed?format=json", 2)
        assert send(client, at, act="off").headers["Location"] == at
        assert "State off" in text(client.get(at))
        assert send(client, at, act="on").status_code == 303
        assert send(client, at, act="gone").status_code == 422
        assert send(client, at, act="delete").headers["Location"] == "/searches"
        assert client.get(at).status_code == 404
        assert "None yet" in text(client.get("/searches"))


def test_what_cannot_be_saved_is_a_page_that_says_why(house: House) -> None:
    with house.open(smtp_url=SecretStr("smtp://127.0.0.1:1"), mail_from="dateline@archive.example") as client:
        for asked in ("", "sort=date", "colour=red", "date=1969-13"):
            assert client.get(f"/searches/new?{asked}").status_code == 422, asked
        good, new = {"name": "Tides"}, "/searches/new?q=tide"
        for fields in ({"webhook": "ftp://a.example"}, {"email": "nobody"}, {"name": ""}, {"more": "x"}):
            answer = send(client, new, **(good | fields))
            assert (answer.status_code, "Ways to go on" in answer.text) == (422, True), fields
        assert 'name="digest"' in client.get("/searches/new?q=tide").text
        made = send(client, new, **good, email="desk@news.example", digest="week")
        assert "desk@news.example every week" in text(made)
        assert "whsec_" not in made.text
        assert send(client, new, name="b", digest="day").status_code == 201
    with house.open() as client:
        assert 'name="digest"' not in client.get("/searches/new?q=tide").text


@pytest.mark.parametrize("require_key", [False, True])
def test_whoever_is_elsewhere_needs_a_key_for_it(house: House, require_key: bool) -> None:
    reader, desk, admin = house.make_key("read"), house.make_key("read", "alerts"), house.make_key("admin")
    good, new = {"name": "Tides"}, "/searches/new?q=tide"
    with house.open(require_key=require_key) as client:
        refused = client.get("/searches")
        assert (refused.status_code, "Basic" in refused.headers["WWW-Authenticate"]) == (401, True)
        asked_again = client.get("/searches", auth=as_reader(reader))
        assert (asked_again.status_code, "Basic" in asked_again.headers["WWW-Authenticate"]) == (401, True)
        form = client.get("/searches/new?q=tide", auth=as_reader(reader))
        assert 'type="password"' in form.text
        # What a browser sends by itself lets it in, and saves nothing.
        for auth in (as_reader(reader), as_reader(admin)):
            assert send(client, new, auth=auth, **good).status_code == 401
            assert send(client, new, auth=auth, key="0000beef_x", **good).status_code == 401
            assert send(client, new, auth=auth, key=reader, **good).status_code == 403
        assert client.post(new, json=good, auth=as_reader(admin)).status_code in (401, 415)
        assert "None yet" in text(client.get("/searches", auth=as_reader(desk)))
        made = send(client, new, "https://elsewhere.example", as_reader(reader), key=desk, **good)
        assert made.status_code == 201
        at = saved_at(made)
        for address in (at, f"{at}/feed"):
            assert client.get(address).status_code == 401
            assert client.get(address, auth=as_reader(reader)).status_code == 401
            assert client.get(address, headers={"Authorization": f"Bearer {reader}"}).status_code == 403
            assert client.get(address, auth=as_reader(desk)).status_code == 200
        assert send(client, at, auth=as_reader(admin), act="delete").status_code == 401
        assert 'type="password"' in client.get(at, auth=as_reader(admin)).text
        assert send(client, at, auth=as_reader(admin), key=desk, act="off").status_code == 303
        assert "State off" in text(client.get(at, auth=as_reader(desk)))


def test_long_lists_of_searches_go_on_without_a_gap(house: House) -> None:
    with house.open() as client:
        for number in range(53):
            assert send(client, f"/searches/new?q=tide{number}", name=f"n{number}").status_code == 201
        seen, at = list[str](), "/searches"
        while at:
            page = client.get(at).text
            seen += re.findall(r'/searches/[0-9a-f]{16}">(n\d+)</a>', page)
            at = unescape(next(iter(re.findall(r'href="([^"]+)" rel="next"', page)), ""))
        assert seen == [f"n{number}" for number in reversed(range(53))]
        at = saved_at(send(client, "/searches/new?q=tide", name="Tides"))
        house.put(*range(1, 48))
        wait_for(client, at, "New 46 articles")
        found = list[str]()
        while at:
            page = client.get(at).text
            found += re.findall(">Tide ([0-9]+)</a>", page)
            at = unescape(next(iter(re.findall(r'href="([^"]+)" rel="next"', page)), ""))
        assert sorted(map(int, found)) == list(range(2, 48))


def test_a_search_that_cannot_be_read_any_more_is_shown_as_it_was_saved(house: House) -> None:
    with house.open() as client:
        assert send(client, "/searches/new?q=tide&source=Wire", name="Tides").status_code == 201
        with open_archive(Settings(data_dir=house.folder / "data")) as archive, archive.database.writing() as session:
            session.connection().exec_driver_sql('UPDATE saved_search SET parameters = \'{"entity_name": ["Nobody"]}\'')
        assert "entity_name=Nobody" in text(client.get("/searches"))


def test_below_a_path_no_link_and_no_form_leaves_it(house: House) -> None:
    desk, below = house.make_key("alerts"), {"X-Forwarded-Prefix": "/news"}
    with house.open(trusted_proxies="127.0.0.1") as client:
        client.headers.update(below)
        form = client.get("/searches/new?q=tide")
        assert 'action="/news/searches/new?q=tide"' in form.text
        made = send(client, "/searches/new?q=tide", key=desk, name="Tides")
        at = saved_at(made)
        assert at.startswith("/news/searches/")
        own = at.removeprefix("/news")
        pages = [client.get(each, auth=as_reader(desk)) for each in ("/searches", own)]
        for page in (form, made, *pages):
            assert {link for link in Tags(page.text).links() if not link.startswith(("/news/", "#"))} == set()
        assert send(client, own, key=desk, act="off").headers["Location"] == at
        assert send(client, own, key=desk, act="delete").headers["Location"] == "/news/searches"


def feed_page(client: httpx.Client, key: str) -> str:
    """Follow a feed, and return the address of its page."""
    body = {"url": "http://127.0.0.1:9/feed"}
    return client.post("/v1/feeds", json=body, headers={"Authorization": f"Bearer {key}"}).headers["Location"][3:]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_reader_saves_a_search_in_a_browser(house: House, browser: Browser, scripts: bool) -> None:
    """Where reading needs a key, which the browser is asked for."""
    hook, admin = Desk(house.web), house.make_key("admin")
    with (
        house.open(require_key=True) as client,
        browser.new_context(
            base_url=str(client.base_url),
            java_script_enabled=scripts,
            http_credentials={"username": "", "password": admin},
        ) as context,
    ):
        page = context.new_page()
        page.goto("/?q=tide")
        assert '/v1/search -H "Authorization: Bearer $KEY"' in (page.locator("#curl").text_content() or "")
        page.locator(".ways-out summary").click()
        page.get_by_role("link", name="Save this search").click()
        expect(page.locator("#name")).to_have_value("tide")
        page.locator("#webhook").fill(hook.url)
        page.locator("#key").fill(admin)
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#secret")).to_contain_text("whsec_")
        assert admin not in page.url
        page.get_by_role("link", name="All saved searches").click()
        page.get_by_role("link", name="tide", exact=True).click()
        page.get_by_text("Delete it").click()
        if scripts:
            has_no_finding(page)
            beside = page.context.new_page()
            for view in ("/searches", feed_page(client, admin)):
                beside.goto(view)
                has_no_finding(beside)
        page.locator("#key").fill(admin)
        page.get_by_role("button", name="Delete").click()
        expect(page.locator("main")).to_contain_text("None yet")

"""Copies on the page: below their hit, each at an address, and two side by side; without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser

from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from app.store import keys
from app.web.site import create_app
from tests.api.test_copies import RECORDS
from tests.served import serve
from tests.store.test_copies import MORE


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("editions") / "data", recognise=False)


@pytest.fixture(scope="module")
def editions(settings: Settings) -> Iterator[httpx.Client]:
    folder = settings.data_dir.parent
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    with open_archive(settings) as archive:
        ingest([folder / "a.jsonl"], archive, IngestOptions(skip_entities=True))
    with serve(create_app(settings)) as client:
        yield client


def results(page: str) -> int:
    return page.count('<li class="result"')


def test_copies_unfold_below_their_hit_and_a_switch_parts_them(editions: httpx.Client) -> None:
    page = editions.get("/", params={"q": "harbour"}).text
    assert (results(page), page.count("<summary>+ 3 copies</summary>")) == (2, 1)
    assert "5 articles" in page, "the number is that of all"
    [switch] = re.findall(r'<a href="([^"]+)" data-keep>Every copy</a>', page)
    parted = editions.get(switch.replace("&amp;", "&")).text
    assert (results(parted), parted.count("copies</summary>")) == (5, 0)
    [back] = re.findall(r'<a href="([^"]+)" data-keep aria-current="true">Every copy</a>', parted)
    assert results(editions.get(back.replace("&amp;", "&")).text) == 2
    assert "Every copy" not in editions.get("/", params={"q": "sugar"}).text


def test_the_call_that_a_page_shows_finds_what_it_shows(editions: httpx.Client) -> None:
    page = editions.get("/", params={"q": "harbour"}).text
    [call] = re.findall(r'href="(/v1/search[^"]+)"', page)
    assert len(editions.get(call.replace("&amp;", "&")).json()["results"]) == results(page)


def test_each_copy_has_an_address_and_its_differences_another(editions: httpx.Client) -> None:
    page = editions.get("/", params={"q": "harbour"}).text
    [unfolded] = re.findall(r'<details class="copies">(.*?)</details>', page, re.DOTALL)
    links = re.findall(r'href="(/articles/[^"]+)"', unfolded)
    assert len(links) == 6
    assert all(editions.get(link).status_code == 200 for link in links)
    article = editions.get(links[0]).text
    assert "Other editions" in article
    assert article.count('class="differ"') == 3


def test_two_editions_stand_side_by_side(editions: httpx.Client) -> None:
    found = {hit["external_id"]: hit["id"] for hit in editions.get("/v1/search?limit=9").json()["results"]}
    page = editions.get(f"/articles/{found['whole']}/diff/{found['more']}").text
    assert f"<ins>{MORE}</ins>" in page
    assert "<del>" not in page
    assert f"/articles/{found['more']}/diff/{found['whole']}" in page
    alike = editions.get(f"/articles/{found['whole']}/diff/{found['again']}").text
    assert ("<ins>" in alike, "<del>" in alike) == (False, False)
    assert ("Word for word the same" in alike, "Word for word the same" in page) == (True, False)
    assert editions.get(f"/articles/{found['whole']}/diff/nothing").status_code == 404


def test_what_unfolds_below_a_hit_stands_below_its_text(editions: httpx.Client, browser: Browser) -> None:
    with browser.new_page(viewport={"width": 1280, "height": 900}, java_script_enabled=False) as page:
        page.goto(f"{editions.base_url}?q=harbour")
        page.get_by_text("+ 3 copies").click()
        [hit] = page.locator(".result", has=page.locator(".copies")).all()
        headline, copies = (hit.locator(part).first.bounding_box() for part in (".headline", ".copies"))
        assert headline is not None
        assert copies is not None
        assert (copies["x"], copies["y"] > headline["y"]) == (headline["x"], True)


def test_an_editor_parts_copies_and_undoes_it_on_the_list(editions: httpx.Client, settings: Settings) -> None:
    """Last, for it changes the archive."""
    with open_archive(settings) as archive, archive.database.writing() as session:
        admin = keys.create_key(session, "desk", ["admin"], "")
    found = {hit["external_id"]: hit["id"] for hit in editions.get("/v1/search?limit=9").json()["results"]}
    difference, copies = f"/articles/{found['whole']}/diff/{found['more']}", f"/v1/articles/{found['whole']}/copies"
    before = editions.get(copies).json()["total"]
    assert 'href="/copies/decisions"' in editions.get(difference).text
    assert editions.post(difference, data={"key": admin, "kind": "apart"}).status_code == 303
    assert editions.get(copies).json()["total"] != before
    joined = {"kind": "together", "other": found["other"], "note": "one <piece>"}
    address = f"/v1/articles/{found['whole']}/copies/decisions"
    assert editions.post(address, json=joined, headers={"Authorization": f"Bearer {admin}"}).status_code == 201

    assert editions.get("/copies/decisions").status_code == 401
    listed = editions.get("/copies/decisions", auth=("editor", admin))
    assert listed.headers["cache-control"] == "no-store"
    assert [text in listed.text for text in ("<h1>Decisions about copies", "2 in all", difference)] == [True] * 3
    said = re.findall(r"<li>(\d)\. .*? (are (?:no )?copies of one piece of news).*?(: .*)?\n", listed.text)
    assert [(number, words) for number, words, _ in said] == [
        ("2", "are copies of one piece of news"), ("1", "are no copies of one piece of news"),
    ]  # fmt: skip
    assert ": one &lt;piece&gt;" in listed.text
    assert editions.post("/copies/decisions", data={"undoes": "1"}, auth=("x", admin)).status_code == 401
    for wrong in ({}, {"undoes": "all"}, {"undoes": "999"}):
        assert editions.post("/copies/decisions", data={"key": admin, **wrong}).status_code == 422, wrong
    for number in re.findall(r'<button name="undoes" value="(\d+)"', listed.text):
        undone = editions.post("/copies/decisions", data={"key": admin, "undoes": number})
        assert (undone.status_code, undone.headers["location"]) == (303, "/copies/decisions")
    assert editions.get(copies).json()["total"] == before
    after = editions.get("/copies/decisions", auth=("editor", admin)).text
    assert (after.count('name="undoes"'), after.count("undone by"), after.count("is undone")) == (0, 2, 2)
    older = editions.get("/copies/decisions?before=2", auth=("editor", admin)).text
    assert ("<li>1. " in older, "<li>2. " in older) == (True, False)

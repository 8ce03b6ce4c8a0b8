"""A search as a feed: what readers of feeds take without a complaint, in an order in which nothing new is missed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import feedparser
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.api.app import create_api
from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.withdrawing import change_status
from app.settings import Settings
from tests.conftest import RECORDS
from tests.served import Api, serve

TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
FORMATS = list(TYPES)
SEARCHES: list[dict[str, str]] = [
    {"q": "truce"}, {"q": "dockers", "source": "Coast Courier"}, {"entity": "person-vladimir-putin"}, {"date": "1998"},
    {"q": "harbour tide", "match": "any"}, {"language": "de"}, {"q": "xylophone"},
]  # fmt: skip
Parsed = dict[str, Any]


def entries(answer: httpx.Response) -> list[Parsed]:
    """What a reader makes of a feed in any format: ids, titles and addresses. It must be valid."""
    assert answer.status_code == 200, answer.text
    if answer.headers["Content-Type"] == TYPES["json"]:
        return [{"id": item["id"], "title": item["title"], "link": item["url"]} for item in valid_json(answer)["items"]]
    etree.fromstring(answer.content)
    read = feedparser.parse(answer.content, response_headers=dict(answer.headers))
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == ("atom10" if "atom" in answer.headers["Content-Type"] else "rss20")
    return list(read.entries)


def valid_json(answer: httpx.Response) -> Any:
    """The feed, held against the rules of JSON Feed 1.1."""
    feed = answer.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed.keys() <= {"version", "title", "home_page_url", "feed_url", "items"}
    assert all(isinstance(feed[name], str) and feed[name] for name in ("title", "home_page_url", "feed_url"))
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert isinstance(item["content_text"], str)
        assert item["content_text"]
        for name in ("date_published", "date_modified"):
            assert name not in item or datetime.fromisoformat(item[name]).tzinfo is not None
        for name in ("url", "external_url"):
            assert name not in item or urlsplit(item[name]).scheme in ("http", "https")
        assert all(author["name"] for author in item.get("authors", []))
        assert all(isinstance(tag, str) for tag in item.get("tags", []))
        # Extensions begin with an underscore and a letter, and hold an object.
        ours = item.keys() - {
            "id", "url", "external_url", "title", "content_text", "date_published", "date_modified", "authors", "tags",
            "language",
        }  # fmt: skip
        assert ours == {"_dateline"}
        assert isinstance(item["_dateline"], dict)
    ids = [item["id"] for item in feed["items"]]
    assert len(set(ids)) == len(ids)
    return feed


def feed(client: httpx.Client, format: str, **params: Any) -> list[Parsed]:
    return entries(client.get("/v1/feed", params={"format": format, **params}))


@pytest.mark.parametrize("format", FORMATS)
def test_every_article_of_a_search_is_in_its_feed(api: Api, format: str) -> None:
    for params in SEARCHES:
        answer = api.http.get("/v1/feed", params={"format": format, "limit": 100, **params})
        assert answer.headers["Content-Type"] == TYPES[format]
        found = api.get("/v1/search", **params, limit=100)
        page = {f"{str(api.http.base_url).rstrip('/')}/articles/{hit['id']}" for hit in found["results"]}
        assert {entry["link"] for entry in entries(answer)} == page


def test_an_entry_says_whose_when_and_of_whom(api: Api) -> None:
    [hit] = api.get("/v1/search", q='headline:"truce holds"')["results"]
    root = str(api.http.base_url).rstrip("/")
    by_format = {format: feed(api.http, format, q='headline:"truce holds"')[0] for format in ("atom", "rss")}
    for entry in by_format.values():
        assert entry["id"] == UUID(entry["id"].removeprefix("urn:uuid:")).urn
        assert entry["title"] == "Truce holds along the river"
        assert entry["link"] == f"{root}/articles/{hit['id']}"
        assert [link["href"] for link in entry["links"] if link["rel"] == "via"] == ["https://news.example/truce"]
        assert entry["author"] == "Desk"
        assert entry["publisher"] == "Harbour Wire"
        assert entry["published_parsed"][:4] == (2025, 5, 12, 12)
        assert entry["summary"].startswith("NEW DELHI, May 12 - A truce between India and Pakistan")
        assert {"Narendra Modi", "Vladimir Putin"} <= {tag["label"] or tag["term"] for tag in entry["tags"]}
    item = valid_json(api.http.get("/v1/feed", params={"format": "json", "q": 'headline:"truce holds"'}))["items"][0]
    assert item["id"] == by_format["atom"]["id"] == by_format["rss"]["id"]
    assert item["external_url"] == "https://news.example/truce"
    assert item["_dateline"] == {"id": hit["id"], "revision": 1, "date": "2025-05-12", "source": "Harbour Wire"}
    article = api.get(f"/v1/articles/{hit['id']}")
    taken_in = datetime.fromisoformat(article["provenance"]["ingested_at"]).replace(microsecond=0)
    assert datetime.fromisoformat(item["date_modified"]) == taken_in
    assert datetime.fromisoformat(by_format["atom"]["updated"]) == taken_in


def test_a_time_keeps_its_offset_and_what_has_no_day_has_no_date(api: Api) -> None:
    atom = {entry["title"]: entry for entry in feed(api.http, "atom", limit=100)}
    rss = {entry["title"]: entry for entry in feed(api.http, "rss", limit=100)}
    assert atom["Moscow welcomes the truce"]["published"] == "2025-05-13T16:40:00+03:00"
    assert (
        parsedate_to_datetime(rss["Moscow welcomes the truce"]["published"]).isoformat() == "2025-05-13T16:40:00+03:00"
    )
    assert not {"published"} & (atom["A note on lighthouses"].keys() | rss["A note on lighthouses"].keys())


@pytest.mark.parametrize("format", FORMATS)
def test_a_feed_knows_its_own_address_and_the_page_of_its_search(api: Api, format: str) -> None:
    asked = {"q": "truce & <talks>", "source": "Harbour Wire", "format": format, "limit": "7", "match": "any"}
    answer = api.http.get("/v1/feed", params=asked)
    if format == "json":
        itself, page, title = (valid_json(answer)[name] for name in ("feed_url", "home_page_url", "title"))
    else:
        read = feedparser.parse(answer.content).feed
        links = {link["rel"]: link["href"] for link in read.links}
        itself, page, title = links["self"], links["alternate"], read.title_detail.value
    assert api.http.get(itself).content == answer.content
    assert dict(parse_qsl(urlsplit(itself).query)) == asked
    shown = {name: value for name, value in asked.items() if name not in ("format", "limit")}
    assert (urlsplit(page).path, dict(parse_qsl(urlsplit(page).query))) == ("/", shown)
    assert title.startswith("Dateline: truce")


def test_a_feed_waits_for_all_words(api: Api) -> None:
    words = {"q": "truce dockers"}
    assert api.get("/v1/search", **words)["query"]["relaxed"]
    assert feed(api.http, "atom", **words) == feed(api.http, "atom", **words, match="all") == []
    assert len(feed(api.http, "atom", **words, match="any")) > 2


@pytest.mark.parametrize(
    ("params", "wrong"),
    [({"format": "xml"}, "format"), ({"limit": 101}, "limit"), ({"limit": 0}, "limit"), ({"sort": "date"}, "sort"),
     ({"cursor": "x"}, "cursor"), ({"facet": "source"}, "facet"), ({"date": "2025-13"}, "date"),
     ({"entity_name": "Nobody At All"}, "entity_name")],
)  # fmt: skip
def test_what_a_feed_cannot_serve_is_refused(api: Api, params: dict[str, Any], wrong: str) -> None:
    found = api.problem(api.http.get("/v1/feed", params=params))
    assert (found["status"], found["errors"][0]["parameter"]) == (422, wrong)


@pytest.mark.parametrize("format", FORMATS)
def test_who_has_the_feed_is_told_so(api: Api, format: str) -> None:
    answer = api.http.get("/v1/feed", params={"format": format, "q": "tide"})
    known = {"If-None-Match": answer.headers["ETag"]}
    assert "no-cache" in answer.headers["Cache-Control"]
    again = api.http.get("/v1/feed", params={"format": format, "q": "tide"}, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    other = api.http.get("/v1/feed", params={"format": format, "q": "harbour"}, headers=known)
    assert other.status_code == 200


def test_the_json_is_what_the_schema_says(api: Api) -> None:
    answer = api.http.get("/v1/feed?format=json")
    content = api.operation("get", "/v1/feed")["responses"]["200"]["content"]
    assert set(content) == set(TYPES.values())
    api.fits(answer, {TYPES["json"]: content[TYPES["json"]]})


Take = Callable[[list[dict[str, Any]]], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", ingest_workers=1)


@pytest.fixture
def take(settings: Settings, tmp_path: Path) -> Take:
    """Takes records into the archive, without names."""
    numbers = iter(range(100))

    def ingested(records: list[dict[str, Any]]) -> None:
        file = tmp_path / f"{next(numbers)}.jsonl"
        file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        with open_archive(settings) as archive:
            ingest([file], archive, IngestOptions(skip_entities=True, source="Harbour Wire"))

    return ingested


@pytest.fixture
def client(settings: Settings) -> Iterator[httpx.Client]:
    with serve(create_api(settings)) as served:
        yield served


def article(id: str, text: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "title": f"About {id}", "text": text, **more}


@pytest.mark.parametrize("format", FORMATS)
def test_what_comes_late_is_first_however_old_it_is(settings: Settings, take: Take, format: str) -> None:
    take([article(f"new-{n}", f"The tide was {n} hands high.", date=f"2026-01-{n + 1:02d}") for n in range(5)])
    take([article("old", "The tide was low.", date="1969-07-20")])
    take([article("new-2", "The tide was 2 hands high, we were told wrongly.", date="2026-01-03")])
    with serve(create_api(settings)) as client:
        found = feed(client, format, q="tide", limit=3)
        assert [entry["title"] for entry in found] == ["About new-2", "About old", "About new-4"]
        whole = feed(client, format, q="tide")
        assert len(whole) == 6
        assert whole[:3] == found


def test_an_id_stays_through_revisions_and_addresses(settings: Settings, take: Take, tmp_path: Path) -> None:
    take([article("a", "The tide was high.")])
    with serve(create_api(settings)) as client:
        [before] = valid_json(client.get("/v1/feed?format=json"))["items"]
    take([article("a", "The tide was low.")])
    with serve(create_api(settings.model_copy(update={"public_url": "https://news.example/far"}))) as client:
        [after] = valid_json(client.get("/v1/feed?format=json"))["items"]
        assert client.get("/v1/feed").text.count("https://news.example/far/articles/") == 1
    assert after["id"] == before["id"]
    assert after["date_modified"] >= before["date_modified"]
    assert (after["_dateline"]["revision"], after["url"]) == (
        2,
        f"https://news.example/far/articles/{after['_dateline']['id']}",
    )


@pytest.mark.parametrize("format", FORMATS)
def test_what_was_withdrawn_is_in_no_feed(settings: Settings, take: Take, format: str) -> None:
    take([article("a", "The tide was high."), article("b", "The tide was low.")])
    with serve(create_api(settings)) as client:
        gone, stays = feed(client, format)
        tag = client.get("/v1/feed", params={"format": format}).headers["ETag"]
        with open_archive(settings) as archive:
            change_status(archive, "withdraw", [gone["link"].rpartition("/")[2]], "a mistake", "Ada")
        answer = client.get("/v1/feed", params={"format": format}, headers={"If-None-Match": tag})
        assert [entry["id"] for entry in entries(answer)] == [stays["id"]]


LEAD = "Dockers in the harbour went back to work on Tuesday. Night shifts are to be paid double."
MENU = "Subscribe to our newsletter and never miss a story from the harbour again."


def test_a_summary_begins_with_a_sentence_of_the_article(settings: Settings, take: Take) -> None:
    others = [
        article(f"o{n}", f"{MENU}\n\nShip {n} came in. {'Its crew was glad. ' * 20}", date=f"2025-{n + 1:02d}-05")
        for n in range(12)
    ]
    long = (
        "The committee on the harbour, its lights, its tides and its pensioners, which had met for weeks with no "
        "word to anyone outside, published its report at last. It has two volumes."
    )
    take([
        *others,
        article("menu", f"{MENU}\n\n{LEAD}", date="2025-03-09"),
        {"id": "twice", "title": "Dockers go back", "text": f"Dockers go back\n\n{LEAD}"},
        {"id": "bare", "text": LEAD},
        {"id": "cut", "text": long},
        {"id": "rest", "title": "Rest", "text": f"of the committee, which met again. {LEAD}"},
        {"id": "small", "title": "Small", "text": f"iPhone makers met again. {LEAD}"},
        {"id": "whole", "title": "Whole", "text": "tides are high today"},
    ])  # fmt: skip
    with serve(create_api(settings)) as client:
        items = valid_json(client.get("/v1/feed?format=json&limit=100"))["items"]
    said = [item["content_text"] for item in items if not item["title"].startswith("About o")]
    whole, small, rest, cut, bare, twice, menu = said
    assert (whole, small, rest) == ("tides are high today", f"iPhone makers met again. {LEAD}", LEAD)
    assert cut.startswith("The committee on the harbour, its lights")
    assert LEAD.endswith(bare)
    assert twice == menu == LEAD
    assert not [item for item in items if "newsletter" in item["content_text"]]


ODD = "a\x00b\x0b\x0c\x1b[31m <b>&amp;</b> ]]> \ufffe\uffff \u202e\u2028 \U0001f600 e\u0301 \ufdd0 \x85 \x9f"


@pytest.mark.parametrize("format", FORMATS)
def test_characters_that_xml_has_not(settings: Settings, take: Take, format: str) -> None:
    take([
        {"id": "odd", "title": f"Odd {ODD}", "text": f"Tide {ODD} here.", "author": f"N {ODD}",
         "url": "javascript:alert(1)", "date": "1655-01-01"},
        {"id": "year", "title": "1", "text": "Tide in a year.", "date": "1955", "url": "https://news.example/?a=<b>&c='"},
    ])  # fmt: skip
    with serve(create_api(settings)) as client:
        answer = client.get(
            "/v1/feed", params={"format": format, "q": f"tide -{ODD}", "match": "any", "source": "Harbour Wire"}
        )
        entries(answer)
        found = feed(client, format, q="tide")
        assert len(found) == 2
        whole = client.get("/v1/feed", params={"format": format}).text
    assert "javascript:" not in whole
    assert "&lt;b&gt;" in whole or format == "json"
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", whole)


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_archive_has_a_valid_feed(client: httpx.Client, format: str) -> None:
    assert feed(client, format) == []


@given(q=st.text(max_size=60), source=st.text(min_size=1, max_size=30), format=st.sampled_from(FORMATS))
def test_any_question_has_a_valid_feed(api: Api, q: str, source: str, format: str) -> None:
    q, source = (text.encode("utf-8", "replace").decode() for text in (q, source))
    answer = api.http.get("/v1/feed", params={"format": format, "q": q, "source": source, "match": "any"})
    if answer.status_code == 200:
        entries(answer)
    else:
        assert api.problem(answer)["status"] == 422


def test_a_feed_of_an_archive_that_needs_keys_needs_one(data_dir: Path) -> None:
    with serve(create_api(Settings(data_dir=data_dir, require_key=True))) as client:
        assert client.get("/v1/feed").status_code == 401


def test_all_records_are_there(api: Api) -> None:
    assert len(feed(api.http, "atom", limit=100)) == len(RECORDS)

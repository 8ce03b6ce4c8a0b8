"""What programs ask of a site by themselves, at its root; and what people see at an address where nothing is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import httpx
import pytest
from lxml import etree

from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.withdrawing import change_status
from app.settings import Settings
from app.web.site import create_app
from tests.served import serve
from tests.web.test_pages import Tags

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PUBLIC = "https://news.example/far"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "news.jsonl"
    records = [{"id": str(n), "text": f"The tide was {n} hands high."} for n in range(25)]
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data")
    with open_archive(settings) as archive:
        ingest([file], archive, IngestOptions(skip_entities=True))
    return settings


def ids(settings: Settings) -> list[str]:
    with open_archive(settings) as archive:
        return sorted(id for (id,) in archive.database.rows("SELECT id FROM article"))


def listed(client: httpx.Client, path: str) -> Iterator[tuple[str, str | None]]:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/xml")
    for entry in etree.fromstring(answer.content):
        yield entry.findtext(f"{SITEMAP}loc"), entry.findtext(f"{SITEMAP}lastmod")


@pytest.mark.parametrize("length", [7, 25, 26])
def test_every_article_is_in_one_sitemap(settings: Settings, monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    monkeypatch.setattr("app.web.crawlers.SITEMAP_LENGTH", length)
    monkeypatch.setattr("app.web.crawlers._READ_AT_ONCE", 3)
    known = ids(settings)
    with open_archive(settings) as archive:
        change_status(archive, "withdraw", known[5:6], "a mistake", "Ada")
    with serve(create_app(settings.model_copy(update={"public_url": PUBLIC}))) as client:
        pages = [urlsplit(address).path.removeprefix("/far") for address, _ in listed(client, "/sitemap.xml")]
        assert len(pages) == -(-24 // length)
        found = [entry for page in pages for entry in listed(client, page)]
        assert found[0] == (f"{PUBLIC}/", None)
        assert [address for address, _ in found[1:]] == [f"{PUBLIC}/articles/{id}" for id in known if id != known[5]]
        for address, changed in found[1:3]:
            article = client.get(f"/v1/articles/{address.rpartition('/')[2]}").json()
            assert changed == article["provenance"]["ingested_at"]
        assert client.get(f"/sitemap-{len(pages) + 1}.xml").status_code == 404
        assert client.get("/sitemap-0.xml").status_code == 422


def test_an_empty_archive_has_a_sitemap(tmp_path: Path) -> None:
    with serve(create_app(Settings(data_dir=tmp_path))) as client:
        [(page, _)] = listed(client, "/sitemap.xml")
        assert [address for address, _ in listed(client, page)] == [f"{client.base_url}/"]


def test_crawlers_may_read_articles_and_names_alone(settings: Settings) -> None:
    with serve(create_app(settings.model_copy(update={"public_url": PUBLIC}))) as client:
        text = client.get("/robots.txt").text
    rules = RobotFileParser()
    rules.parse(text.splitlines())
    assert rules.site_maps() == [f"{PUBLIC}/sitemap.xml"]
    assert "Disallow: /far/*?" in text
    for path, may in {"/": True, "/articles/0": True, "/entities": True, "/v1/search": False, "/add": False}.items():
        assert rules.can_fetch("anybody", f"{PUBLIC}{path}") is may


def test_a_closed_archive_is_closed_to_crawlers(settings: Settings) -> None:
    with serve(create_app(settings.model_copy(update={"require_key": True}))) as client:
        answer = client.get("/robots.txt")
        assert (answer.status_code, answer.text) == (200, "User-agent: *\nDisallow: /\n")
        assert client.get("/sitemap.xml").status_code == client.get("/sitemap-1.xml").status_code == 401
        assert client.get("/favicon.ico").status_code == 200


def test_the_icon_is_at_its_usual_place(site: httpx.Client) -> None:
    icon = next(a["href"] for tag, a in Tags(site.get("/").text).found if a.get("rel") == "icon")
    answer = site.get("/favicon.ico")
    assert (answer.content, answer.headers["Content-Type"]) == (site.get(icon).content, "image/svg+xml")


@pytest.mark.parametrize("path", ["/nowhere", "/article/1", "/entities/person-x/y", "/sitemap-99.xml", "/add/x/y"])
def test_a_wrong_address_is_a_page_for_browsers_and_a_problem_for_programs(site: httpx.Client, path: str) -> None:
    page = site.get(path, headers=BROWSER)
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    tags = Tags(page.text)
    assert any(tag == "form" and a.get("role") == "search" for tag, a in tags.found)
    for link in tags.links():
        assert site.get(link).status_code == 200, link
    problem = site.get(path, headers={"Accept": "application/json"})
    assert (problem.status_code, problem.json()["type"]) == (404, "/problems/no-such-address")


@pytest.mark.parametrize("path", ["/v1/nowhere", "/docs/assets/nowhere", "/assets/nowhere.css"])
def test_what_programs_ask_for_is_answered_as_to_programs(site: httpx.Client, path: str) -> None:
    answer = site.get(path, headers=BROWSER)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-address")

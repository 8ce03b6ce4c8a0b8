"""Pages as they are sent: whole without scripts, small, strict, and true to what the API says."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import col

from app.archive import open_archive
from app.ingest.deciding import decide
from app.ingest.indexing import rebuild
from app.ingest.lock import writing_alone
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from app.store.decisions import Proposal
from app.store.tables import Article
from app.web.site import ROOMS, create_app
from tests.served import serve

ARTICLE, ENTITY = "/articles/78184646ba153278?q=putin", "/entities/person-mikhail-gorbachev"
DIFFERENCE = "/articles/78184646ba153278/diff/fe05d35f8dc52340"
VIEWS = ["/", "/?q=moon", "/?q=xylophone", ARTICLE, DIFFERENCE, ENTITY,
         "/entities/person-nobody", "/?lmit=3", "/entities",
         "/sources", "/calendar", "/how-to-search", "/quotes", "/quotes?speaker=person-nelson-mandela",
         "/compare?a_date_to=1985&b_date_from=1986", "/aggregate?q=moon",
         "/match?text=one+small+step+for+man,+one+giant+leap+for+mankind"]  # fmt: skip
BUDGET = 80_000
"""Bytes of a first view, compressed, the typeface included: a second on a slow phone."""


GEONAMES = {"https://www.geonames.org/", "https://creativecommons.org/licenses/by/4.0/"}


class Tags(HTMLParser):
    """The tags of a page, in order, each with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attributes}))

    def links(self) -> Iterator[str]:
        """Where the page leads and what it loads, but for whose work the places are: that is elsewhere."""
        for tag, attributes in self.found:
            name = {"a": "href", "link": "href", "script": "src", "form": "action"}.get(tag)
            if tag == "script" and is_data(attributes):
                continue
            # The canonical address of a page is whole, and leads to that page.
            if name and attributes[name] not in GEONAMES and attributes.get("rel") != "canonical":
                yield attributes[name]


def is_data(attributes: dict[str, str]) -> bool:
    return attributes.get("type") == "application/ld+json"


def linked_data(page: str) -> Any:
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found)


@pytest.mark.parametrize("view", VIEWS)
def test_every_page_says_whose_work_the_places_are(site: httpx.Client, view: str) -> None:
    linked = {attributes.get("href") for tag, attributes in Tags(site.get(view).text).found if tag == "a"}
    assert linked >= GEONAMES


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_holds_no_inline_script_or_style_and_loads_from_here_alone(site: httpx.Client, view: str) -> None:
    answer = site.get(view)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert not policy.keys() & {"script-src", "style-src"}
    for tag, attributes in Tags(answer.text).found:
        assert tag != "style"
        # Data for programs runs nowhere.
        assert tag != "script" or is_data(attributes) or attributes["src"].startswith("/assets/")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]


def test_every_link_of_the_site_leads_somewhere(site: httpx.Client) -> None:
    seen, coming = set[str](), ["/"]
    kinds = dict.fromkeys(("/", "/?", "/articles/", "/entities/", "/assets/", "/v1/", "/docs"), 0)
    while coming:
        address = coming.pop()
        kind = max((kind for kind in kinds if address.startswith(kind)), key=len)
        if address in seen or kinds[kind] >= 12:
            continue
        seen.add(address)
        kinds[kind] += 1
        answer = site.get(address)
        assert answer.status_code == 200, address
        if answer.headers["Content-Type"].startswith("text/html") and not address.startswith("/docs"):
            coming += [link for link in Tags(answer.text).links() if not link.startswith("#")]
    assert min(kinds.values()) > 0


def test_every_page_is_in_the_docs() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "pages.md").read_text(encoding="utf-8")
    pages = {str(route.path) for room in ROOMS for route in room.router.routes}
    assert {page for page in pages if f"`{page}`" not in documented} == set()


def test_all_names_are_listed_page_after_page(site: httpx.Client) -> None:
    address, seen = "/entities?type=place&sort=name&limit=40", list[str]()
    while address:
        tags = Tags(site.get(address).text).found
        seen += [a["href"].removeprefix("/entities/") for tag, a in tags if tag == "a" and a.get("class") == "place"]
        address = next((a["href"] for tag, a in tags if a.get("rel") == "next"), "")
    with_it = site.get("/v1/entities", params={"type": "place", "sort": "name", "limit": 100}).json()
    assert seen[:100] == [entity["id"] for entity in with_it["results"]]
    assert len(seen) == len(set(seen)) == with_it["total"] > 40


def test_names_are_looked_up_by_how_they_begin(site: httpx.Client) -> None:
    page = site.get("/entities", params={"name": "gorb", "type": "person"})
    assert 'href="/entities/person-mikhail-gorbachev"' in page.text
    assert 'value="gorb"' in page.text
    assert "0 names" in site.get("/entities?name=zzz").text
    refused = site.get("/entities?typ=person")
    assert (refused.status_code, "Did you mean <b>type</b>" in refused.text) == (422, True)
    assert site.get("/entities?type=ship").status_code == 422


@pytest.mark.parametrize("view", ["/", "/?q=moon", ARTICLE, ENTITY, "/entities"])
def test_a_first_view_is_small(site: httpx.Client, view: str) -> None:
    page = site.get(view)
    assets = {link for link in Tags(page.text).links() if link.startswith("/assets/")}
    folder = next(iter(assets)).rpartition("/")[0]
    modules = re.findall(r'import "\./(\w+\.js)"', site.get(f"{folder}/site.js").text)
    assert len(modules) == 6
    whole = [page, *(site.get(asset) for asset in assets | {f"{folder}/{module}" for module in modules})]
    assert all(answer.status_code == 200 for answer in whole)
    assert sum(answer.num_bytes_downloaded for answer in whole) < BUDGET


def test_assets_are_kept_for_good_and_their_address_changes_with_them(site: httpx.Client) -> None:
    style = next(link for link in Tags(site.get("/").text).links() if link.endswith(".css"))
    assert re.fullmatch(r"/assets/[0-9a-f]{12}/site\.css", style)
    assert "immutable" in site.get(style).headers["Cache-Control"]


def test_who_has_a_page_is_told_so(site: httpx.Client) -> None:
    answer = site.get("/?q=moon")
    again = site.get("/?q=moon", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("query", ["/?q=moon", "/?q=%22full+support%22", "/?q=gorbachof+reaktor", "/", "/?sort=date"])
def test_a_page_and_its_api_call_say_the_same(site: httpx.Client, query: str) -> None:
    page = site.get(query).text
    call = next(link for link in Tags(page).links() if link.startswith("/v1/search"))
    answer = site.get(call).json()
    assert re.findall(r'<h2 class="headline[^"]*"><a href="/articles/(\w+)', page) == [
        hit["id"] for hit in answer["results"]
    ]
    number = re.search(r"<h1[^>]*>(?:(\d+)|Nothing)", page)
    assert number is not None
    assert int(number[1] or 0) == answer["total"]
    for term in answer["query"].get("terms", []):
        assert f"<span>{term['text']}</span> <b>{term['count']}</b>" in page


def counted(page: str) -> int:
    found = re.search(r"<h1[^>]*>(\d+) article", page)
    assert found is not None
    return int(found[1])


def test_a_bar_and_a_facet_lead_to_as_many_articles_as_they_say(site: httpx.Client) -> None:
    page = site.get("/?q=president").text
    bars = re.findall(r'<a href="([^"]+)" aria-label="[^"]+: (\d+) articles?"', page)
    facets = re.findall(r'<li><a href="([^"]+)" data-keep><span>[^<]+</span> <b>(\d+)</b>', page)
    assert sum(int(count) for _, count in bars) == counted(page) == 21
    assert len(facets) > 12
    for address, count in (*bars, *facets):
        assert counted(site.get(address.replace("&amp;", "&")).text) == int(count), address


def test_the_command_shown_is_one_that_a_shell_understands(site: httpx.Client) -> None:
    page = site.get("/", params={"q": 'it\'s "full support" & more', "entity": "place-india", "sort": "date"}).text
    shown = re.search(r"<code>(curl.*?)</code>", page, re.DOTALL)
    assert shown is not None
    words = shlex.split(shown[1].replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&"))
    assert words[:2] == ["curl", "-G"]
    assert 'q=it\'s "full support" & more' in words
    assert {"entity=place-india", "sort=date", "facet=person"} <= set(words)


def test_empty_fields_of_a_form_say_nothing(site: httpx.Client) -> None:
    assert site.get("/?q=moon&date_from=&date_to=&source=").status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/?date=1969-13", 422, "The calendar has no 1969-13."),
        ("/?sorrt=date", 422, "Did you mean <b>sort</b>?"),
        ("/?q=moon&cursor=nonsense", 400, "The cursor cannot be used"),
        ("/?q=" + "a+" * 200, 422, "The query text is too complex"),
        ("/?entity_name=Nobody", 422, "No entity is called"),
        ("/articles/0000000000000000", 404, "There is no such thing"),
        ("/articles/78184646ba153278?q=" + "a+" * 200, 422, "The query text is too complex"),
        ("/entities/person-nobody", 404, "There is no such thing"),
    ],
)
def test_what_cannot_be_shown_is_a_page_that_goes_on(site: httpx.Client, address: str, status: int, said: str) -> None:
    answer = site.get(address)
    assert answer.status_code == status
    assert said in answer.text
    for link in Tags(answer.text).links():
        assert site.get(link).status_code == 200, link


Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("address", "status", "problem"),
    [
        ("/?q=" + "a" * 1_001, 422, "query-too-complex"),
        ("/entities/person-nobody", 404, "not-found"),
        ("/articles/" + "a" * 65, 422, "invalid-parameter"),
    ],
)
def test_a_page_that_fails_is_counted_and_stands_in_the_log(
    tmp_path: Path, capsys: Captured, address: str, status: int, problem: str
) -> None:
    with serve(create_app(Settings(data_dir=tmp_path, log_format="json"))) as client:
        answer = client.get(address, headers={"X-Request-ID": "mine"})
        assert f'dateline_refusals_total{{problem="{problem}"}} 1.0' in client.get("/metrics").text
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines() if '"mine"' in line]
    assert [(line["status"], line["problem"], line["client"]) for line in said] == [(status, problem, "127.0.0.1")]
    is_page(answer, status)


def is_page(answer: httpx.Response, status: int) -> None:
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert 'aria-label="Ways to go on"' in answer.text


def ingested(folder: Path, **given: Any) -> Settings:
    (folder / "tides.jsonl").write_text('{"title": "Tides", "text": "The tide came in."}', encoding="utf-8")
    settings = Settings(data_dir=folder / "data", **given)
    with open_archive(settings) as archive:
        ingest([folder / "tides.jsonl"], archive, IngestOptions(skip_entities=True))
    return settings


def test_a_page_put_off_says_when_to_come_again_as_the_api_does(tmp_path: Path) -> None:
    """The index is lost, and who else writes keeps it from being made again."""
    settings = ingested(tmp_path)
    shutil.rmtree(settings.index_dir)
    with writing_alone(settings.lock_path), serve(create_app(settings)) as client:
        answer = client.get("/?q=tide")
        is_page(answer, 503)
        assert answer.headers["Retry-After"] == client.get("/v1/search?q=tide").headers["Retry-After"] == "5"
        assert '<a href="/?q=tide">Try again</a>' in answer.text


def test_a_page_refused_before_it_is_reached_is_a_page_too(tmp_path: Path) -> None:
    with serve(create_app(Settings(data_dir=tmp_path, rate_limit="1/hour"))) as client:
        assert client.get("/").status_code == 200
        answer = client.get("/entities?name=a")
        is_page(answer, 429)
        assert int(answer.headers["Retry-After"]) > 60
        assert client.get("/v1/search").headers["Content-Type"] == "application/problem+json"
    with serve(create_app(Settings(data_dir=tmp_path, require_key=True))) as client:
        answer = client.get("/")
        is_page(answer, 401)
        assert answer.headers["WWW-Authenticate"] == client.get("/v1/search").headers["WWW-Authenticate"]


def test_a_page_of_which_the_disk_fails_is_a_page_too(tmp_path: Path) -> None:
    settings = ingested(tmp_path)
    with serve(create_app(settings)) as client:
        for path in tmp_path.glob("data/archive.sqlite*"):
            with path.open("r+b") as file:
                file.write(b"\xff" * path.stat().st_size)
        answer = client.get("/entities")
        is_page(answer, 503)
        assert answer.headers["Retry-After"] == "30"


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[httpx.Client]:
    record = {
        "title": "<script>alert(1)</script> & co",
        "text": 'Bonn, May 1 - <img src=x onerror="alert(2)"> harbour & "quay".\n\nThe harbour <b>closed</b>.',
        "source": "<i>Wire</i>",
        "author": "<u>Desk</u>",
        "url": "javascript:alert(3)",
        "date": "1999-05-01",
    }
    file = tmp_path / "records.jsonl"
    file.write_text(json.dumps(record), encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data")
    with open_archive(settings) as archive:
        ingest([file], archive, IngestOptions(skip_entities=True))
    with serve(create_app(settings)) as client:
        yield client


def test_no_article_and_no_query_can_write_into_a_page(hostile: httpx.Client) -> None:
    found = hostile.get("/", params={"q": "harbour <script>\"onload='x"})
    [article] = re.findall(r'href="(/articles/[^"]+)"', found.text)
    for page in (found, hostile.get(article.replace("&amp;", "&"))):
        tags = Tags(page.text)
        assert not {"img", "i", "u"} & {tag for tag, _ in tags.found}
        scripts = [attributes for tag, attributes in tags.found if tag == "script" and not is_data(attributes)]
        assert all("src" in attributes for attributes in scripts)
        assert not [link for link in tags.links() if link.startswith("javascript:")]
    assert "<mark>harbour</mark>" in found.text


HOSTILE = '<script>alert(1)</script> & "co" <!-- \\u003c/script> \N{OVERLINE}\N{WATER WAVE}\u2019 ]]>'


def test_an_article_is_told_to_programs_in_their_words(
    hostile: httpx.Client, site: httpx.Client, tmp_path: Path
) -> None:
    [article] = re.findall(r'href="(/articles/[^"?]+)"', hostile.get("/").text)
    with open_archive(Settings(data_dir=tmp_path / "data")) as archive, archive.database.writing() as session:
        session.connection().execute(update(Article).values(headline=HOSTILE))
    told = linked_data(hostile.get(article).text)
    assert (told["@type"], told["headline"]) == ("NewsArticle", HOSTILE)
    assert "sameAs" not in told
    page = site.get("/articles/78184646ba153278?q=putin").text
    told, known = linked_data(page), site.get("/v1/articles/78184646ba153278").json()
    address = f"{site.base_url}/articles/78184646ba153278"
    assert (told["@id"], told["identifier"], told["datePublished"]) == (address, known["id"], known["date"])
    assert {"@type": "Person", "name": "Vladimir Putin", "url": f"{site.base_url}/entities/person-vladimir-putin"} in (
        told["mentions"]
    )
    metas = {
        a.get("name", a.get("property")): a["content"]
        for tag, a in Tags(page).found
        if tag == "meta" and "content" in a
    }
    assert metas["og:title"] == metas["citation_title"] == known["headline"]
    assert metas["og:url"] == metas["citation_public_url"] == address
    assert metas["citation_publication_date"] == known["date"].replace("-", "/")
    assert known["body"].replace("\n", " ").startswith(metas["og:description"][:40])


def test_of_an_article_full_of_hits_the_first_are_marked_and_it_says_so(tmp_path: Path) -> None:
    file = tmp_path / "tides.jsonl"
    file.write_text(json.dumps({"title": "Tides", "text": "tide " * 9_000}), encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data")
    with open_archive(settings) as archive:
        ingest([file], archive, IngestOptions(skip_entities=True))
    with serve(create_app(settings)) as client:
        [article] = re.findall(r'href="(/articles/[^"?]+)', client.get("/").text)
        page = client.get(article, params={"q": "tide"}).text
        assert len(client.get(f"/v1{article}", params={"q": "tide"}).json()["matches"]) == 9_000
        assert "are marked" not in client.get(article).text
    assert page.count("<mark>tide</mark>") == 5_000
    assert "Of 9,000 places that the search hits, the first 5,000 are marked." in page


@pytest.fixture
def mistyped(tmp_path: Path) -> Iterator[httpx.Client]:
    """A month of news, and articles of the first and of the last day of the calendar, from when those were taken."""
    file = tmp_path / "dates.jsonl"
    days = ["1600-01-01", *(f"2020-05-{day:02}" for day in range(1, 31)), "1601-01-01"]
    lines = [json.dumps({"title": f"Tides of {day}", "text": f"The tide of {day}.", "date": day}) for day in days]
    file.write_text("\n".join(lines), encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data")
    with open_archive(settings) as archive:
        ingest([file], archive, IngestOptions(skip_entities=True))
        with archive.database.writing() as session:
            for taken, mistyped in (("1600-01-01", "0001-01-01"), ("1601-01-01", "9999-12-31")):
                session.execute(update(Article).where(col(Article.date) == taken).values(date=mistyped))
        rebuild(archive)
    with serve(create_app(settings)) as client:
        yield client


def test_dates_at_both_ends_of_the_calendar_do_no_harm(mistyped: httpx.Client) -> None:
    """Every year as a bar made a megabyte of the front page."""
    front = mistyped.get("/").text
    assert len(front) < BUDGET
    assert len(mistyped.get("/v1/timeline").json()["buckets"]) == 100
    bars = re.findall(r'<a href="([^"]+)" aria-label="[^"]+: (\d+) articles?"', front)
    ways = re.findall(r'<a href="([^"]+)">(\d+) (?:earlier|later)</a>', front)
    assert [int(count) for _, count in ways] == [1, 1]
    for address, count in (*bars, *ways):
        assert counted(mistyped.get(address.replace("&amp;", "&")).text) == int(count), address


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2025-05-05T14:30:00+02:00", '<time datetime="2025-05-05T14:30:00+02:00">5 May 2025, 14:30 +02:00</time>'),
        ("2025-05-05T14:30:09.5Z", '<time datetime="2025-05-05T14:30:09.5Z">5 May 2025, 14:30 UTC</time>'),
        ("2025-05-05 09:05", '<time datetime="2025-05-05T09:05">5 May 2025, 09:05</time>'),
        ("2025-05-05", '<time datetime="2025-05-05">5 May 2025</time>'),
    ],
)
def test_an_article_and_its_hit_say_when_it_was_published(tmp_path: Path, written: str, shown: str) -> None:
    file = tmp_path / "tides.jsonl"
    file.write_text(json.dumps({"title": "Tides", "text": "The tide.", "date": written}), encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data")
    with open_archive(settings) as archive:
        ingest([file], archive, IngestOptions(skip_entities=True))
    with serve(create_app(settings)) as client:
        front = client.get("/").text
        [article] = re.findall(r'href="(/articles/[^"?]+)', front)
        assert shown in front
        assert shown in client.get(article).text


def test_an_empty_archive_says_how_to_begin(tmp_path: Path) -> None:
    with serve(create_app(Settings(data_dir=tmp_path))) as client:
        assert "dateline ingest" in client.get("/").text


def test_the_page_of_a_merged_entity_leads_to_the_one_that_took_it_in(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with open_archive(settings) as archive:
        ingest([Path(__file__).parents[2] / "seeds"], archive, IngestOptions())
        decide(archive, Proposal("merge", "person-vladimir-putin", target="person-narendra-modi"), "a test")
    with serve(create_app(settings)) as client:
        answer = client.get("/entities/person-vladimir-putin")
        assert (answer.status_code, answer.headers["Location"]) == (301, "/entities/person-narendra-modi")
        page = client.get(answer.headers["Location"])
    assert "Described as" in page.text
    assert "Russian president" in page.text


def test_the_page_of_a_surname_says_that_its_bearers_are_not_told_apart(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1)
    (tmp_path / "in.jsonl").write_text(
        "".join(f'{{"text": "BERGEN, May {n} - Mr. Quillan said on Monday that boat {n} was late."}}\n' for n in (1, 2))
    )
    with open_archive(settings) as archive:
        ingest([tmp_path / "in.jsonl"], archive, IngestOptions())
    with serve(create_app(settings)) as client:
        page = client.get("/entities/person-quillan-unresolved").text
        assert "<span>not told apart</span>" in page
        assert ">2 articles</a>" in page
        assert "not told apart" not in client.get("/entities/place-bergen").text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("C%23", "the # was left out"),
        ("moon+%E2%80%93apollo", "was read as -, NOT"),
        ("headline:+moon", "was read as the field"),
        ("%22moon+lan*%22", "the * was left out"),
        ("%F0%9F%99%82", "so nothing is found"),
    ],
)
def test_a_page_says_what_of_a_query_was_read_otherwise(site: httpx.Client, query: str, said: str) -> None:
    notes = re.search('<aside class="notes".*?</aside>', site.get(f"/?q={query}").text, re.DOTALL)
    assert notes is not None
    assert said in notes[0]


def test_the_page_of_an_entity_names_those_that_may_be_the_same(tmp_path: Path) -> None:
    files = {"a": "Roald Amundsen spoke in Oslo on Monday.", "b": "Roald Amundson spoke in Oslo on Tuesday."}
    for name, text in files.items():
        (tmp_path / f"{name}.txt").write_text(f"The Pole\n\n{text}\n", encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1)
    with open_archive(settings) as archive:
        ingest([tmp_path / "a.txt", tmp_path / "b.txt"], archive, IngestOptions())
    with serve(create_app(settings)) as client:
        shown = client.get("/entities/person-roald-amundsen").text
        assert 'Maybe the same: <a href="/entities/person-roald-amundson">Roald Amundson</a> (1)</p>' in shown
        assert "Maybe the same" not in client.get("/entities/place-oslo").text


@pytest.mark.parametrize(
    ("view", "conditions"),
    [
        ("/", ""),
        ("/?q=moon&sort=date&facet_limit=30", "q=moon"),
        ("/?q=moon&entity=person-neil-armstrong&date=1969", "q=moon&entity=person-neil-armstrong&date=1969"),
        (ENTITY, "entity=person-mikhail-gorbachev"),
    ],
)
def test_a_search_links_its_feeds(site: httpx.Client, view: str, conditions: str) -> None:
    page = site.get(view)
    found = {a["type"]: a["href"] for tag, a in Tags(page.text).found if tag == "link" and a["rel"] == "alternate"}
    assert set(found) == {"application/atom+xml", "application/rss+xml", "application/feed+json"}
    for type, address in found.items():
        path, _, query = address.partition("?")
        assert (path, query.rpartition("format=")[0].rstrip("&")) == ("/v1/feed", conditions)
        answer = site.get(address)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, type)
    shown = [a["href"] for tag, a in Tags(page.text).found if tag == "a" and a["href"].startswith("/v1/feed")]
    assert shown == [f"/v1/feed?{conditions}" if conditions else "/v1/feed"]

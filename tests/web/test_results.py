"""What a result says of its article: nothing twice, and whole sentences where they fit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx
import pytest

from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from app.web.site import create_app
from tests.served import serve

FILLER = "The council met on the matter and went home at night. " * 8
STORIES = [
    {"title": "Harbour Closed By Storm", "text": f"HARBOUR CLOSED BY STORM\n\nShips lay at anchor. {FILLER}"},
    {
        "title": "Harbour Closed",
        "text": f"Harbour closedown looms for the port. {FILLER}",
        "source": "Harbour Wire",
        "url": "https://www.example.org/closed",
    },
    {"title": "Tides", "text": f"{FILLER}Late on Monday, the pilots said they would strike. {FILLER}"},
    {"title": "Tides", "text": "Tides"},
]


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("stories")
    lines = [json.dumps(story | {"date": f"2025-05-0{9 - n}"}) for n, story in enumerate(STORIES)]
    (folder / "stories.jsonl").write_text("\n".join(lines), encoding="utf-8")
    settings = Settings(data_dir=folder / "data")
    with open_archive(settings) as archive:
        ingest([folder / "stories.jsonl"], archive, IngestOptions(skip_entities=True))
    with serve(create_app(settings)) as client:
        yield client


def snippets(client: httpx.Client, **asked: str) -> list[str]:
    return re.findall(r'<p class="snippet">(.*?)</p>', client.get("/", params=asked).text, re.DOTALL)


def test_a_headline_that_the_text_begins_with_is_not_said_again(stories: httpx.Client) -> None:
    repeated, begun, _, alone = snippets(stories)
    assert repeated.startswith("Ships lay at anchor.")
    assert begun.startswith("Harbour closedown looms")
    assert alone == "Tides"


def test_a_sentence_that_is_shown_from_its_start_has_nothing_cut_before_it(stories: httpx.Client) -> None:
    [shown] = snippets(stories, q="pilots")
    assert shown.startswith("Late on Monday, the <mark>pilots</mark>")
    assert shown.endswith("…")


def test_a_view_that_there_is_not_is_refused(stories: httpx.Client) -> None:
    assert stories.get("/?view=compact").status_code == 200
    refused = stories.get("/?view=compat")
    assert (refused.status_code, "Did you mean <b>compact</b>" in refused.text) == (422, True)


def test_an_article_says_who_published_it_and_where_to_read_it(stories: httpx.Client) -> None:
    [address] = re.findall(r'href="(/articles/[^"]+)"', stories.get("/", params={"q": "closedown"}).text)
    page = stories.get(address).text
    assert "<span>Harbour Wire</span>" in page
    assert '<a href="https://www.example.org/closed" rel="noreferrer">Read at example.org</a>' in page


def test_a_search_that_has_not_found_an_article_leads_nowhere_from_it(stories: httpx.Client) -> None:
    [address] = re.findall(r'href="(/articles/[^"?]+)\?q=pilots"', stories.get("/?q=pilots").text)
    assert 'class="trail"' in stories.get(f"{address}?q=pilots").text
    assert 'class="trail"' not in stories.get(f"{address}?q=anchor").text
    assert 'class="trail"' not in stories.get(f"{address}?q=pilots&cursor=WzE0XQ").text
    assert 'class="trail"' not in stories.get(address).text

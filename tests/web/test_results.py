"""What a result says of its article: nothing twice, and whole sentences where they fit."""

from __future__ import annotations

import re

import httpx


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

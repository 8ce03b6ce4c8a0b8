"""What a page offers besides itself: the same search as a file, and how to cite an article."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from app.settings import Settings
from app.web.site import create_app
from tests.served import Api, serve


@pytest.fixture
def site(api: Api) -> Iterator[httpx.Client]:
    with serve(create_app(Settings(data_dir=api.archive.settings.data_dir))) as client:
        yield client


def test_a_search_is_had_as_a_file(site: httpx.Client, api: Api) -> None:
    page = site.get("/", params={"q": "truce", "source": "Harbour Wire", "sort": "date", "limit": "1"}).text
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/v1/export[^"]+)" download', page)]
    assert len(links) == 6
    for link in links:
        answer = site.get(link)
        assert (answer.status_code, answer.headers["Export-Total"]) == (200, "2")


def test_an_article_says_how_to_cite_it(site: httpx.Client, api: Api) -> None:
    id = api.get("/v1/search", q="headline:welcomes")["results"][0]["id"]
    page = site.get(f"/articles/{id}").text
    assert '<p id="p1"' in page
    assert f'rel="canonical" href="{site.base_url}/articles/{id}"' in page
    assert 'name="citation_title" content="Moscow welcomes the truce"' in page
    for link in re.findall(r'href="(/v1/articles/[^"]+/citation[^"]+)"', page):
        assert site.get(link).status_code == 200

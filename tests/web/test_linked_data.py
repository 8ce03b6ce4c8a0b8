"""What programs are told of an article."""

from __future__ import annotations

from typing import Any, cast

import pytest

from app.read.models import Article
from app.web.linked_data import news_article

ADDRESS = "http://localhost:8000/articles/a"


@pytest.mark.parametrize(
    ("author", "kind"),
    [
        ("Ada Lovelace", "Person"),
        ("Reuters", "Organization"),
        ("The Daily Harbour", "Organization"),
        ("Kyodo News", "Organization"),
    ],
)
def test_an_agency_is_no_person(author: str, kind: str) -> None:
    article: dict[str, Any] = {
        "id": "a",
        "headline": "Fog",
        "authors": [author],
        "source": "The Daily Harbour",
        "language": "en",
        "word_count": 1,
        "entities": [{"id": "organization-kyodo", "name": "Kyodo News", "type": "organization", "mentions": []}],
    }
    told = news_article(cast("Article", article), ADDRESS, None, "http://localhost:8000/")
    assert told["author"] == [{"@type": kind, "name": author}]

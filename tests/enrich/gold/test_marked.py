from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from app.enrich.enricher import Enricher
from app.text import fingerprint
from tests.enrich.gold import marked
from tests.enrich.gold.marked import Marked, Tally

BODY = "Turkish Prime Minister Turgut Ozal met Ronald Reagan in Ankara. Ozal left."
MARKS = [(0, 7, "demonym", "place-turkey"), (23, 34, "person", "person-ozal"), (39, 52, "person", "person-reagan")]


@pytest.mark.parametrize("part", marked.PARTS)
def test_marks_are_in_order_and_of_known_types(part: str) -> None:
    articles = marked.load(part)
    assert len(articles) >= 12
    for article in articles:
        assert len(article.sha256) == 64
        assert all(start < end and kind in marked.TYPES for start, end, kind, _ in article.mentions)
        assert all(left[1] <= right[0] for left, right in pairwise(article.mentions))


def test_an_identity_has_the_type_of_its_mentions() -> None:
    for part in marked.PARTS:
        for article in marked.load(part):
            for _, _, kind, identity in article.mentions:
                assert identity.startswith("place-" if kind == "demonym" else f"{kind}-")


def test_no_article_is_in_two_parts() -> None:
    ids = [article.id for part in marked.PARTS for article in marked.load(part)]
    assert len(ids) == len(set(ids))


def test_modern_news_is_only_scored() -> None:
    assert len(marked.load("us-held-out")) == 40
    assert "us-development" not in marked.PARTS


def test_a_text_other_than_the_marked_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text(json.dumps({"id": "7", "body": BODY + " "}), encoding="utf-8")
    with pytest.raises(ValueError, match="does not have article 7 as it was marked"):
        marked.sources([path], [Marked("7", fingerprint(BODY), [])])


def test_figures_are_those_of_names(enricher: Enricher, tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text(json.dumps({"id": "7", "body": BODY}), encoding="utf-8")
    gold = [Marked("7", fingerprint(BODY), MARKS)]
    articles = marked.sources([path], gold)
    scores = marked.score(gold, articles, marked.read(enricher, articles))
    # Ankara and the second Ozal are found, but not marked.
    assert scores.typed == scores.untyped == Tally(2, 4, 2)
    assert scores.by_type["demonym"] == Tally(1, 1, 1)
    assert scores.typed.figures == pytest.approx((0.5, 1.0, 2 / 3))
    assert (scores.found_b_cubed, scores.given_b_cubed) == (1.0, 1.0)


def test_b_cubed() -> None:
    assert marked.b_cubed([("a", "1"), ("a", "1"), ("b", "2")]) == 1.0
    # One cluster of three: precision (2/3 + 2/3 + 1/3) / 3, recall 1.
    assert marked.b_cubed([("a", "1"), ("a", "1"), ("b", "1")]) == pytest.approx(2 * (5 / 9) / (14 / 9))

from __future__ import annotations

from typing import Any

import pytest

from app.ingest.fields import has_text, is_article, taken, unknown


def values(fields: dict[str, Any]) -> dict[str, object]:
    return {name: value for name, (_, value) in taken(fields).items()}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"Title": "T", "Body_Text": "B", "Publish Date": "D"}, {"headline": "T", "body": "B", "date": "D"}),
        ({"ID": 1, "TITLE": "T", "publishedAt": "D"}, {"id": 1, "headline": "T", "date": "D"}),
        ({"title": "T", "maintext": "B", "date_publish": "D", "source_domain": "S"}, None),
        ({"title": "T", "body": "  ", "content": "B"}, {"headline": "T", "body": "B"}),
        ({"title": "T", "body": "NULL", "text": "NaN", "content": "B"}, {"headline": "T", "body": "B"}),
        ({"title": "T", "date": "0000-00-00", "published": "2001"}, {"headline": "T", "date": "2001"}),
        ({"title": "T", "id": "NULL", "url": "None", "author": "N/A"}, {"headline": "T"}),
        ({"title": "T", "id": None, "_id": "x"}, {"headline": "T", "id": "x"}),
        ({"title": "T", "id": 0}, {"headline": "T", "id": 0}),
        (
            {"title": {"rendered": "T"}, "content": {"rendered": "B", "protected": False}},
            {"headline": "T", "body": "B"},
        ),
        (
            {"headline": {"main": "T", "kicker": "K"}, "source": {"id": None, "name": "S"}},
            {"headline": "T", "source": "S"},
        ),
        ({"_id": {"$oid": "5f"}, "title": "T"}, {"id": "5f", "headline": "T"}),
        (
            {"_index": "a", "_id": "1", "_source": {"title": "T", "text": "B"}},
            {"id": "1", "headline": "T", "body": "B"},
        ),
        ({"id": "1", "attributes": {"title": "T"}}, {"id": "1", "headline": "T"}),
        ({"webTitle": "T", "fields": {"bodyText": "B", "byline": "A"}}, {"headline": "T", "body": "B", "authors": "A"}),
        ({"title": "T", "body": ["One.", "Two."]}, {"headline": "T", "body": "One.\n\nTwo."}),
        ({"title": "T", "content": [{"type": "text/html", "value": "B"}]}, {"headline": "T", "body": "B"}),
        (
            {"title": "T", "authors": [{"name": "A"}, "B", {"firstname": "C", "lastname": "D"}]},
            {"headline": "T", "authors": ["A", "B", "C D"]},
        ),
        ({"title": "T", "byline": {"original": "By A"}}, {"headline": "T", "authors": "By A"}),
        ({"title": "T", "author": 3, "byline": "A"}, {"headline": "T", "authors": "A"}),
        ({"title": "T", "text": " NULL ", "content": "B", "x" * 1_000: "y"}, {"headline": "T", "body": "B"}),
        ({"title": "T", "date": float("nan"), "text": []}, {"headline": "T"}),
        ({"title": "T", "description": "D", "content": ""}, {"headline": "T", "body": "D"}),
    ],
)
def test_each_field_is_found_by_the_names_that_others_give_it(
    fields: dict[str, Any], expected: dict[str, object] | None
) -> None:
    assert values(fields) == (expected or {"headline": "T", "body": "B", "date": "D", "source": "S"})


@pytest.mark.parametrize(
    "nothing",
    ["NULL", "null", "None", "NaN", "nan", "N/A", "n/a", "-", "--", "0000-00-00", "0000-00-00 00:00:00", "0", 0, "NA",
     "unknown", "0001-01-01T00:00:00Z", "00/00/0000", "?", " ", "n.d."],
)  # fmt: skip
def test_a_word_for_no_date_is_none(nothing: str | int) -> None:
    assert values({"title": "T", "date": nothing}) == {"headline": "T"}


def test_names_that_mean_nothing_to_us_are_told() -> None:
    assert unknown({"title": "", "mood": 1, "Page": 2, "fields": {"bodyText": "B", "wordcount": 3}}) == {
        "mood", "Page", "wordcount",
    }  # fmt: skip


def test_what_is_an_article_and_what_has_its_text() -> None:
    assert is_article({"_source": {"title": "T"}})
    assert not is_article({"status": "ok", "title": None})
    assert has_text({"title": "T", "maintext": "B"})
    assert not has_text({"title": "T", "description": "A feed."})

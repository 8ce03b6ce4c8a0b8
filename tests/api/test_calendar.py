"""Days that articles speak of: found by a search, counted by the calendar, and the same in both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.api.app import create_api
from app.archive import open_archive
from app.ingest.enriching import enrich
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.ingest.withdrawing import change_status
from app.settings import Settings
from tests.served import Api, closed, serve

NEWS = [
    {"id": "a", "source": "Wire", "title": "Talks", "date": "2025-05-05",
     "text": "The harbour board met on Monday. It had last met on April 22 and will meet again on Friday in the port."},
    {"id": "b", "source": "Wire", "title": "Strike", "date": "2025-05-07",
     "text": "Dockers walked out on Monday, as they had in April. They may stay out until May 16 in the port."},
    {"id": "c", "source": "Coast", "title": "Figures", "date": "2025-05-08",
     "text": "Traffic in the port rose in the first quarter and last week, after a fall in 2024, the board said."},
]  # fmt: skip


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("calendar")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, NEWS)), encoding="utf-8")
    settings = Settings(data_dir=folder / "data", ingest_workers=1)
    with open_archive(settings) as archive:
        # Without names there are no dates; they come with them.
        ingest([folder / "a.jsonl"], archive, IngestOptions(skip_entities=True))
        assert not archive.engine.status().unreadable
        enrich(archive)
        assert verify(archive, deep=True) == []
    app = create_api(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


def found(api: Api, **asked: str) -> set[str]:
    return {hit["external_id"] for hit in api.get("/v1/search", **asked)["results"]}


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"mentions_date": "2025-05-05"}, {"a", "b"}),
        ({"mentions_date": "2025-05-09"}, {"a"}),
        ({"mentions_date": "2025-04"}, {"a", "b"}),  # a day of it, and the month itself, but no week that ends in May
        ({"mentions_date": "2025-04-22"}, {"a"}),
        ({"mentions_date": "2025-W18"}, {"c"}),
        ({"mentions_date": "2025-Q1"}, {"c"}),
        ({"mentions_date": "2024"}, {"c"}),
        ({"mentions_date_from": "2025-05-10"}, {"b"}),
        ({"mentions_date_to": "2024-12-31"}, {"c"}),
        ({"mentions_date_from": "2025-05-09", "mentions_date_to": "2025-05-12"}, {"a"}),
        ({"mentions_date": "2025-05-05", "q": "dockers"}, {"b"}),
        ({"mentions_date": "1999"}, set()),
    ],
)
def test_articles_are_found_by_the_dates_that_they_speak_of(api: Api, asked: dict[str, str], ids: set[str]) -> None:
    assert found(api, **asked) == ids
    said = {each["name"] for each in api.get("/v1/search", **asked)["query"]["filters"]}
    assert said <= {"mentions_date_from", "mentions_date_to"}
    assert said


def test_the_calendar_counts_what_a_search_finds(api: Api) -> None:
    calendar = api.get("/v1/calendar")
    assert calendar["articles"] == 3
    counted = {each["value"]: each["count"] for each in calendar["results"]}
    assert counted["2025-05-05"] == 2
    assert counted["2025-W18"] == counted["2025-Q1"] == counted["2024"] == 1
    for each in calendar["results"]:
        within = api.get("/v1/search", mentions_date=each["value"])["total"]
        assert each["count"] <= within
        assert each["count"] == within or each["granularity"] != "day"
    assert [each["start"] for each in calendar["results"]] == sorted(each["start"] for each in calendar["results"])
    days = api.get("/v1/calendar", mentions_date="2025-05", granularity="day", source="Wire")
    assert [(each["value"], each["count"]) for each in days["results"]] == [
        ("2025-05-05", 2), ("2025-05-09", 1), ("2025-05-16", 1),
    ]  # fmt: skip


def test_an_article_shows_its_dates_where_that_is_asked_for(api: Api) -> None:
    [hit] = api.get("/v1/search", mentions_date="2025-05-09")["results"]
    article = api.get(f"/v1/articles/{hit['id']}", include="dates")
    assert [(each["text"], each["value"], each["granularity"]) for each in article["dates"]] == [
        ("Monday", "2025-05-05", "day"), ("April 22", "2025-04-22", "day"), ("Friday", "2025-05-09", "day"),
    ]  # fmt: skip
    assert all(article["body"][each["start"] : each["end"]] == each["text"] for each in article["dates"])
    assert "dates" not in api.get(f"/v1/articles/{hit['id']}")


@pytest.mark.parametrize(
    "asked",
    [
        {"mentions_date": "2025-13"}, {"mentions_date": "May"}, {"mentions_date": "2025-Q5"},
        {"mentions_date": "2025", "mentions_date_to": "2026"},
        {"mentions_date_from": "2026", "mentions_date_to": "2025"},
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(api: Api, asked: dict[str, str]) -> None:
    for path in ("/v1/search", "/v1/calendar"):
        answer = api.http.get(path, params=asked)
        assert answer.status_code == 422
        assert api.problem(answer)["errors"][0]["parameter"].startswith("mentions_date")


def test_withdrawn_articles_speak_of_nothing(api: Api) -> None:
    """Last, for it changes the archive."""
    [hit] = api.get("/v1/search", mentions_date="2025-05-09")["results"]

    def counts() -> dict[str, Any]:
        return {each["value"]: each["count"] for each in api.get("/v1/calendar")["results"]}

    before = counts()
    change_status(api.archive, "withdraw", [hit["id"]], "wrong", "Ada")
    assert "2025-05-09" not in counts()
    assert counts()["2025-05-05"] == 1
    change_status(api.archive, "restore", [hit["id"]], None, "Ada")
    assert counts() == before
    assert verify(api.archive, deep=True) == []

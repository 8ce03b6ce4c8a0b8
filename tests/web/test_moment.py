"""While the archive changes: what one answer says is of one moment, and everybody in it has a name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.archive import Archive, open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.rules import RULES
from app.search.query import Query
from app.settings import Settings
from app.store.decisions import Proposal, record_decision
from app.store.entities import labels
from app.store.linking import apply_decision, settle_entities
from app.web.site import create_app
from tests.served import serve
from tests.waiting import until

FACETS = "facet=person&facet=place&facet=organization&facet_limit=100"
TOWNS = ("Bergen", "Lisbon", "Cairo", "Madrid", "Vienna")


def records(first: int, count: int) -> str:
    """Some say Jim Harlow and others James Harlow: who that is shows at the end of an ingest alone."""

    def one(n: int) -> dict[str, Any]:
        name, town = ("Jim" if n % 3 else "James"), TOWNS[n % 5]
        text = f"{town.upper()}, May 1 - Senator {name} Harlow spoke in {town} on Monday. Mr. Harlow left by train {n}."
        return {"id": f"n{n}", "title": f"Speech {n}", "text": text, "date": f"20{n % 20:02d}-05-01"}

    return "".join(json.dumps(one(n)) + "\n" for n in range(first, first + count))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "first.jsonl").write_text(records(0, 20))
    with open_archive(Settings(data_dir=tmp_path / "data", ingest_workers=1)) as archive:
        ingest([tmp_path / "first.jsonl"], archive, IngestOptions())
    return tmp_path


@pytest.fixture
def client(folder: Path) -> Iterator[httpx.Client]:
    with serve(create_app(Settings(data_dir=folder / "data", log_level="error"))) as made:
        yield made


def merge_in_the_rows(archive: Archive, id: str, target: str) -> None:
    """As a decision, or what the end of an ingest finds out, stands before the index has followed."""
    with archive.database.writing() as session:
        apply_decision(session, record_decision(session, Proposal("merge", id, target=target), by="test", at=""))
        settle_entities(session, RULES)


def check(answer: Any) -> None:
    for facet in answer["facets"]:
        for value in facet["values"]:
            assert value["label"] != value["value"]
            assert not value["label"].startswith(f"{facet['name']}-")
        assert max((value["count"] for value in facet["values"]), default=0) <= answer["total"]
        assert facet["missing"] <= answer["total"]


def check_entity(client: httpx.Client, id: str) -> None:
    """No count of an answer about an entity exceeds what it is a part of, and its page says the same."""
    entity = client.get(f"/v1/entities/{id}").json()
    assert entity["mention_count"] >= max(entity["article_count"], sum(each["count"] for each in entity["aliases"]))
    assert all(role["count"] <= entity["article_count"] for role in entity["roles"])
    assert all(
        entity["first_date"] <= role["first_date"] and role["last_date"] <= entity["last_date"]
        for role in entity["roles"]
    )
    page = client.get(f"/entities/{id}").text
    [(articles, mentions)] = re.findall(r">([\d,]+) articles?</a>, named ([\d,]+) times?", page)
    parts = [
        number(each) for each in re.findall(r"</span> <b>([\d,]+)</b>", page[page.index("In the same articles") :])
    ]
    assert parts
    assert max(parts) <= number(articles) <= number(mentions)
    [described] = re.findall(r'<h2 id="roles".*?</ul>', page, re.DOTALL)
    assert max(number(each) for each in re.findall(r"<b>([\d,]+)</b>", described)) <= number(articles)


def number(text: str) -> int:
    return int(text.replace(",", ""))


def test_whoever_was_joined_to_another_is_named_until_the_index_follows(folder: Path, client: httpx.Client) -> None:
    with open_archive(Settings(data_dir=folder / "data")) as archive:
        merge_in_the_rows(archive, "place-bergen", "place-lisbon")
        answer = client.get(f"/v1/search?{FACETS}").json()
        check(answer)
        assert "Bergen" in [value["label"] for facet in answer["facets"] for value in facet["values"]]
        assert "place-bergen</a>" not in client.get("/").text
        with archive.database.reading() as session:
            assert labels(session, ["person-ann-lee-4733ca42cb406978", "place-new-york"]) == {
                "person-ann-lee-4733ca42cb406978": "Ann Lee",
                "place-new-york": "New York",
            }


def test_an_answer_is_of_one_moment_while_an_ingest_runs(folder: Path, client: httpx.Client) -> None:
    (folder / "more.jsonl").write_text(records(20, 400))
    seen: set[int] = set()

    def run() -> None:
        with open_archive(Settings(data_dir=folder / "data", ingest_workers=1)) as archive:
            ingest([folder / "more.jsonl"], archive, IngestOptions())

    with ThreadPoolExecutor(1) as executor:
        running = executor.submit(run)
        while not running.done() or len(seen) < 2:
            answer = client.get(f"/v1/search?limit=1&{FACETS}").json()
            check(answer)
            seen.add(answer["total"])
            found = client.get("/v1/search?q=harlow+unheardof&limit=1").json()
            assert max(term["count"] for term in found["query"]["terms"]) == found["total"]
            timeline = client.get("/v1/entities/place-bergen/timeline?interval=year").json()
            assert all(bucket["count"] <= bucket["total"] for bucket in timeline["buckets"])
            check_entity(client, "person-jim-harlow")
            assert client.get("/").status_code == client.get("/entities/place-bergen").status_code == 200
        running.result()
    # The server looks now and then whether somebody else has written to the index.
    until(lambda: client.get("/v1/search?limit=1").json()["total"] == 420)
    assert max(seen) <= 420


def test_what_is_held_still_does_not_move(folder: Path) -> None:
    (folder / "more.jsonl").write_text(records(20, 5))
    with open_archive(Settings(data_dir=folder / "data", ingest_workers=1)) as archive:
        still = archive.engine.still()
        ingest([folder / "more.jsonl"], archive, IngestOptions())
        assert (still.search(Query(None)).total, archive.engine.search(Query(None)).total) == (20, 25)
        assert still.status().generation < archive.engine.status().generation

"""A mirror that follows `/v1/changes` is what the archive is, whatever happens there and wherever it stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from app.api.app import create_api
from app.archive import Archive, open_archive
from app.errors import Conflict, DecisionInvalid, NotFound
from app.ingest.deciding import decide
from app.ingest.enriching import enrich
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.withdrawing import change_status
from app.settings import Settings
from app.store.decisions import Kind, Proposal
from app.store.tables import Alias, Article, Decision, Entity
from app.store.withdrawals import Kind as StatusKind
from tests.following import Mirror, contents
from tests.served import Api, closed, serve

TEXTS = [
    "MOSCOW, May 13 - President Vladimir Putin met Narendra Modi in Moscow. Putin spoke of India.",
    "NEW DELHI, May 14 - Narendra Modi, the Prime Minister, spoke in New Delhi. Modi left for France.",
    "PARIS, May 15 - Emmanuel Macron received Anna Putin in Paris. Ms. Putin spoke. Sign up for our newsletter.",
    "The International Monetary Fund (IMF) met in Washington. Modi was there, said the IMF.",
    "Modi spoke.\n\nCopyright Harbour Wire. All rights reserved by Harbour Wire of Halversund.",
    "Nobody was there.\n\nCopyright Harbour Wire. All rights reserved by Harbour Wire of Halversund.",
]
DATES = ["2025-05-13", "2025-05-13T16:40:00+03:00", "2025-06-01", "1998", None]
Act = Callable[[Archive, Path], None]


def reading(records: list[tuple[int, int, int]], *, skip_entities: bool) -> Act:
    def act(archive: Archive, folder: Path) -> None:
        rows = [
            {"id": f"r{id}", "text": TEXTS[text], "date": DATES[date], "source": "Harbour Wire", "title": f"No. {id}"}
            for id, text, date in records
        ]
        path = folder / "a.jsonl"
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        # The server may be at its first look at the index.
        ingest([path], archive, IngestOptions(skip_entities=skip_entities, patience=120))

    return act


def naming(archive: Archive, _folder: Path) -> None:
    enrich(archive)


def taking_out(kind: StatusKind, number: int) -> Act:
    def act(archive: Archive, _folder: Path) -> None:
        with archive.database.reading() as session:
            ids = session.exec(select(Article.id).order_by(col(Article.id))).all()
        if ids:
            with suppress(Conflict):
                change_status(archive, kind, [ids[number % len(ids)]], "So asked.", "admin")

    return act


def deciding(kind: Kind, number: int, other: int) -> Act:
    def act(archive: Archive, _folder: Path) -> None:
        with archive.database.reading() as session:
            found = session.exec(select(Entity).where(Entity.article_count > 0).order_by(col(Entity.id))).all()
            if not found:
                return
            entity, target = found[number % len(found)], found[other % len(found)]
            form = session.exec(
                select(Alias.text).where(Alias.entity_id == entity.id).order_by(col(Alias.text))
            ).first()
            last = session.exec(select(Decision.number).order_by(col(Decision.number).desc())).first()
        asked: dict[str, Any] = {
            "merge": {"target": target.id},
            "split": {"alias": form, "name": f"Split {other}"},
            "rename": {"name": f"Name {other}"},
            "retype": {"type": ["person", "place", "organization"][other % 3]},
            "pin": {"alias": form},
            "undo": {"undoes": last or 1},
        }
        with suppress(Conflict, DecisionInvalid, NotFound):
            decide(archive, Proposal(kind, entity.id, **asked.get(kind, {})), "admin")

    return act


record = st.tuples(st.integers(0, 4), st.integers(0, len(TEXTS) - 1), st.integers(0, len(DATES) - 1))
ingesting = st.builds(reading, st.lists(record, min_size=1, max_size=4), skip_entities=st.booleans())
number = st.integers(0, 30)
acts = st.one_of(
    ingesting,
    ingesting,
    st.just(naming),
    st.builds(taking_out, st.sampled_from(["withdraw", "restore", "erase"]), number),
    st.builds(deciding, st.sampled_from(["merge", "split", "rename", "retype", "hide", "pin", "undo"]), number, number),
)
stops = st.one_of(st.none(), st.tuples(st.integers(1, 9), st.integers(1, 4)))
"""In between: nothing is read, or some answers of some changes."""


Steps = list[tuple[Act, tuple[int, int] | None]]
histories = given(st.lists(st.tuples(acts, stops), min_size=1, max_size=9))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@histories
def test_a_mirror_is_what_the_archive_is(steps: Steps) -> None:
    follow(steps)


@pytest.mark.torture
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@histories
def test_a_mirror_is_what_the_archive_is_through_many_histories(steps: Steps) -> None:
    follow(steps)


def follow(steps: Steps) -> None:
    with (
        TemporaryDirectory() as folder,
        open_archive(Settings(data_dir=Path(folder) / "data", ingest_workers=1)) as archive,
    ):
        app = create_api(archive.settings)
        with serve(app) as client:
            api = Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})
            mirror = Mirror()
            for act, stop in steps:
                act(archive, Path(folder))
                if stop is not None:
                    mirror.read_on(lambda **asked: api.get("/v1/changes", **asked), limit=stop[0], answers=stop[1])
            mirror.read_on(lambda **asked: api.get("/v1/changes", **asked))
            whole = Mirror()
            whole.read_on(lambda **asked: api.get("/v1/changes", **asked), limit=1000)
        with archive.database.reading() as session:
            truth = contents(session)
    assert mirror.contents() == whole.contents() == truth

"""The same statements on SQLite and on PostgreSQL, over the tables as the models have them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Engine, create_engine, inspect
from sqlmodel import Session, SQLModel, col, select

from app.store import articles, migrations, provenance, quotes
from app.store.bulk import insert_rows
from app.store.dialect import has_initial
from app.store.sequence import newest, next_sequence
from app.store.tables import Article, ArticleEntity, Entity, Lineage, Mention, Quote, Sighting
from tests.store import postgres

_BIG = 1 << 40


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "sqlite":
        with _tables(URL.create("sqlite", database=str(tmp_path_factory.mktemp("rows") / "rows.sqlite"))) as made:
            yield made
        return
    bin = postgres.binaries()
    if bin is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with postgres.running(bin) as url, _tables(url) as made:
        yield made


@contextmanager
def _tables(url: URL) -> Iterator[Engine]:
    engine = create_engine(url)
    with engine.begin() as connection:
        migrations.upgrade(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Nothing of it stays."""
    with Session(engine) as session:
        yield session
        session.rollback()


def _article(id: str, **fields: Any) -> dict[str, Any]:
    row = Article(
        id=id, key=id, headline="Ferry", source="Wire", content_sha256=id, record_sha256=id, file="", record=1,
        ingested_at="", sequence=_BIG, revised=_BIG, pipeline="", body="At last.",
    )  # fmt: skip
    return row.model_dump() | fields


def _put(session: Session, *rows: dict[str, Any]) -> None:
    provenance.put_articles(session, rows)


def test_models_and_migrated_tables_agree(engine: Engine) -> None:
    with engine.begin() as connection:
        migrations.upgrade(connection)  # once more: there is nothing left to do
        # PostgreSQL has no `=` for JSON, which Alembic would compare defaults by.
        defaults = connection.dialect.name == "sqlite"
        options = {"compare_type": True, "compare_server_default": defaults}
        context = MigrationContext.configure(connection, opts=options)
        assert context.get_current_revision() == migrations.HEAD
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_new_archive_has_one_history(session: Session) -> None:
    [lineage] = session.exec(select(Lineage.id)).all()
    assert len(lineage) == 16


def test_sequence_numbers_pass_31_bits_and_never_go_back(session: Session) -> None:
    assert [next_sequence(session, 2), next_sequence(session, _BIG), newest(session)] == [1, 3, _BIG + 2]


def test_an_article_is_added_and_replaced_by_its_id(session: Session) -> None:
    _put(session, _article("a"))
    _put(session, _article("a", headline="Snow", sequence=_BIG + 1))
    found = session.exec(select(Article.headline, Article.sequence, Article.revised)).all()
    assert [tuple(row) for row in found] == [("Snow", _BIG + 1, _BIG)]


def test_a_place_keeps_the_last_time_it_was_read(session: Session) -> None:
    _put(session, _article("a"))
    for at in ("2025-01-02", "2025-01-03", "2025-01-01"):
        provenance.put_sightings(session, [("a", provenance.Seen("here", "sha", at))])
    assert session.exec(select(Sighting.at)).all() == ["2025-01-03"]


def test_sizes_are_in_bytes(session: Session) -> None:
    _put(session, _article("a", body="é" * 10), _article("b", body="e" * 10, sequence=_BIG + 1))
    found = articles.sizes(session, ["a", "b"])
    assert found["a"] - found["b"] == 10


def test_people_with_an_initial_are_told_by_case_and_place(session: Session) -> None:
    _put(session, _article("a"))
    names = {"jo-a-roe": "Jo A. Roe", "jo-roe": "Jo Roe", "jo-x-roe": "Jo a. Roe", "a-roe": "A. Roe", "jo-a": "Jo A."}
    for key, name in names.items():
        session.add(Entity(id=key, name=name, folded=name.lower(), type="person"))
        session.flush()
        row = ArticleEntity(article_id="a", key=key, entity_id=key, name=name, count=1, first=0)
        row.surname = "roe"
        session.add(row)
    session.flush()
    assert session.exec(select(ArticleEntity.key).where(has_initial())).all() == ["jo-a-roe"]


def test_keys_are_ordered_by_their_bytes(session: Session) -> None:
    ids = ["B", "a-b", "aa", "a", "é", "Z"]
    _put(session, *(_article(id, sequence=_BIG + place) for place, id in enumerate(ids)))
    assert list(session.exec(select(Article.id).order_by(col(Article.id)))) == sorted(ids)


def test_partial_indexes_are_partial_on_both(engine: Engine) -> None:
    partial = {
        str(index.name): f"{engine.dialect.name}_where"
        for table in SQLModel.metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    assert len(partial) > 3
    found = {
        str(index["name"]): index.get("dialect_options", {})
        for table in inspect(engine).get_table_names()
        for index in inspect(engine).get_indexes(table)
    }
    assert {name for name, where in partial.items() if where not in found[name]} == set()


def test_quotes_are_counted_and_read_in_order(session: Session) -> None:
    _put(session, _article("a"), _article("b", sequence=_BIG + 1))
    session.add(Entity(id="jo-roe", name="Jo Roe", folded="jo roe", type="person"))
    session.flush()
    spot = {"key": "jo-roe", "type": "person", "rule": "", "pipeline": "", "surface": "Roe", "entity_id": "jo-roe"}
    insert_rows(session, Mention, [{"article_id": "a", "start": 9, "end": 12, "confidence": 1.0, **spot}])
    said = {
        "start": 20,
        "end": 30,
        "speaker_start": 9,
        "speaker_end": 12,
        "rule": "",
        "confidence": 1.0,
        "text": "100% sure?",
    }
    insert_rows(session, Quote, [{"article_id": id, "named": named, **said} for id, named in (("a", 9), ("b", None))])
    assert quotes.quotes_begun(session, None) == {"a": [20], "b": [20]}
    assert quotes.quotes_begun(session, "jo-roe") == {"a": [20]}
    assert quotes.quote_spans(session, ["b"]) == {"b": [(20, 30)]}
    assert list(quotes.texts_said(session, ["b", "a"], "jo-roe")) == [[("a", 20, "100% sure?")]]

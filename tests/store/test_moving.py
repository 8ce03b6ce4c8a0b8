"""What moves from a file into PostgreSQL and back: every value of every table, while others write and nobody waits."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Integer, LargeBinary, Table, create_engine, text
from sqlmodel import Session, SQLModel, select

from app.archive import open_rows
from app.errors import SettingsInvalid, StorageFailed
from app.store.database import Database
from app.store.moving import copy_rows, move_rows
from app.store.sequence import next_sequence
from app.store.tables import Entity, FollowedFeed, Lineage, Mention, Sighting, SketchHash, Unsettled
from tests.store import postgres
from tests.store.all_rows import all_rows, differing_tables

_FILLED = [table for table in SQLModel.metadata.sorted_tables if table.name != Lineage.__tablename__]
_ROWS = 4
_TEXTS = ["\\N \\. \\\\ \\t", "tab\tline\r\n'\"%s ? {}\x7f", "e\u0301 \U0001f600 \ufffd\ufeff\u2028 ő", " "]
_INTEGERS = [-(2**31), 0, -1, 2**31 - 1]
_BIG_ONES = [-(2**63), 0, 2**53 + 1, 2**63 - 1]
_FLOATS = [5e-324, 0.1, -1 / 3, 1.7976931348623157e308]
_JSONS: list[Any] = [[], {"a\u0000\ud800": [1, 1.5, True, None, "ő"]}, [[0, 12], ["text", -1]], {"\\": '"'}]
_BYTES = [b"", bytes(range(256)), b"\\x00", b"\0"]


def _value(column: Column[Any], row: int) -> Any:
    """Return a value such as hardly ever stands in the column: the last row has none where it may have none."""
    if parents := list(column.foreign_keys):
        return _value(parents[0].column, row)
    if column.nullable and row == _ROWS - 1:
        return None
    match column.type:
        case JSON():
            return _JSONS[row]
        case Boolean():
            return row % 2 == 0
        case Float():
            return _FLOATS[row]
        case LargeBinary():
            return _BYTES[row]
        case BigInteger():
            return _BIG_ONES[row]
        case Integer():
            return _INTEGERS[row]
    return _TEXTS[row]


def _changed(column: Column[Any], value: Any) -> Any:
    """Return another value, as little different as there may be."""
    match column.type:
        case JSON():
            return {**value, "": None} if isinstance(value, dict) else [*value, None]
        case Boolean():
            return not value
        case Float():
            return math.nextafter(value, 0)
        case LargeBinary():
            return value + b"\0"
        case Integer():
            return value + 1
    return value + " "


@pytest.fixture
def create(server: postgres.Server, request: pytest.FixtureRequest) -> Callable[[], str]:
    """Makes a database, and returns its address."""
    return lambda: server.create(f"moved_{abs(hash(request.node.name)):x}")


def _heed_nothing(_statement: str) -> None:
    pass


class _Watched(Database):
    """A file of which is told what it is asked."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.tell: Callable[[str], None] = _heed_nothing

    def _told(self, statement: str) -> None:
        self.tell(statement)

    def connect(self) -> sqlite3.Connection:
        made = super().connect()
        made.set_trace_callback(self._told)
        return made


@pytest.fixture
def source(tmp_path: Path) -> Iterator[_Watched]:
    """A file with rows in each table."""
    with closing(_Watched(tmp_path / "archive.sqlite")) as made:
        made.migrate()
        with made.writing() as session:
            for table in _FILLED:
                rows = [{column.name: _value(column, row) for column in table.columns} for row in range(_ROWS)]
                session.connection().execute(table.insert(), rows)
        yield made


def _run(url: str, *statements: Any) -> None:
    """Run statements past the archive, which counts none of them, and without a look at what refers to what."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        for statement in statements:
            connection.execute(statement)
    engine.dispose()


def test_every_value_survives_the_way_there_and_back(
    source: Database, create: Callable[[], str], tmp_path: Path
) -> None:
    rows = all_rows(source)
    kinds = {(type(column.type), column.nullable) for table in _FILLED for column in table.columns}
    assert len(kinds) > 9
    with open_rows(create()) as there, open_rows(str(tmp_path / "back.sqlite")) as back:
        moved = move_rows(source, there)
        assert (moved.copied, moved.followed, moved.differing) == (sum(map(len, rows.values())), 0, [])
        assert all_rows(there) == rows
        moved = move_rows(there, back)
        assert (moved.copied, moved.followed, moved.differing) == (sum(map(len, rows.values())), 0, [])
        assert all_rows(back) == rows
        assert differing_tables(source, back) == []


def test_a_difference_in_any_one_value_is_found_and_brought(source: Database, create: Callable[[], str]) -> None:
    """One column after the other, of all tables at once, in a row that has others before and behind it."""
    url = create()
    with open_rows(url) as target:
        move_rows(source, target)
        for place in range(max(len(table.columns) for table in _FILLED)):
            columns = [table.columns.values()[place] for table in _FILLED if place < len(table.columns)]
            _run(url, *(_one_changed(column.table, column) for column in columns))
            assert set(differing_tables(source, target)) == {column.table.name for column in columns}
            moved = move_rows(source, target)
            # Under another key it is one that is gone, and one that is new.
            assert moved.followed == sum(2 if column.primary_key else 1 for column in columns)
            assert (moved.copied, moved.differing) == (0, [])
            assert differing_tables(source, target) == []
        assert all_rows(target) == all_rows(source)


def _one_changed(table: Table, column: Column[Any]) -> Any:
    own = [each == _value(each, 1) for each in table.primary_key]
    return table.update().where(*own).values({column.name: _changed(column, _value(column, 1))})


def test_missing_and_other_rows_are_found_among_many(source: Database, create: Callable[[], str]) -> None:
    """At the ends of what is read at a time, and in between."""
    chance, url = Random(91), create()
    rows = {(number * 3, 1, f"{number:016x}") for number in range(-2500, 2500)}
    with source.writing() as session:
        session.connection().execute(SketchHash.__table__.insert(), _named(rows))  # type: ignore[attr-defined]
    with open_rows(url) as target:
        copy_rows(source, target)
        ordered = sorted(rows)
        for gone in ([ordered[0]], ordered[995:1003], ordered[-1500:], chance.sample(ordered, 300), ordered):
            others = {(hash + 1, 1, id) for hash, _, id in chance.sample(ordered, 40)}
            table = SQLModel.metadata.tables["sketch_hash"]
            _run(
                url,
                *(table.delete().where(table.c.hash == hash, table.c.day == 1) for hash, _, _ in gone),
                table.insert().values(_named(others)),
            )
            moved = move_rows(source, target)
            assert (moved.followed, moved.differing) == (len(gone) + len(others), [])
            assert differing_tables(source, target) == []


def _named(rows: set[tuple[int, int, str]]) -> list[dict[str, Any]]:
    return [{"hash": hash, "day": day, "article_id": id} for hash, day, id in rows]


def test_rows_give_way_to_others_that_take_their_place(source: Database, create: Callable[[], str]) -> None:
    """A mention of another entity, whose own is gone; a feed that was removed and is followed anew."""
    with open_rows(create()) as target:
        move_rows(source, target)
        with source.writing() as session:
            feed = session.exec(select(FollowedFeed).where(FollowedFeed.number == 0)).one()
            again = FollowedFeed(**dict(feed) | {"number": 7, "id": "again"})
            session.delete(feed)
            session.flush()
            session.add(again)
            session.add(Entity(id="new", type="person", name="New", folded="new"))
            session.flush()
            for table in ("mention", "article_entity"):
                session.connection().execute(text(f"UPDATE {table} SET entity_id = 'new'"))
            session.connection().execute(text("DELETE FROM entity WHERE id <> 'new'"))
        moved = move_rows(source, target)
        assert (moved.followed > 8, moved.differing) == (True, [])
        assert differing_tables(source, target) == []
        with target.reading() as reading:
            assert set(reading.exec(select(Mention.entity_id))) == {"new"}


def test_nobody_waits_and_what_is_written_meanwhile_is_brought(
    source: _Watched, create: Callable[[], str], tmp_path: Path
) -> None:
    """Somebody writes whenever a table begins to be read, and does not wait: a lock would refuse him."""
    read: list[str] = []

    def write(statement: str) -> None:
        _, is_read, rest = statement.partition("\nFROM ")
        if is_read:
            with closing(sqlite3.connect(source.path, timeout=0)) as connection, connection:
                # Where it is refused SQLite passes over that, and the table is missed below.
                connection.execute("INSERT INTO unsettled (key) VALUES (?)", (f"{len(read):04}",))
            read.append(rest.split()[0].strip('"'))

    with open_rows(create()) as target, open_rows(str(tmp_path / "copy.sqlite")) as file:
        for copy in (target, file):
            at_first = len(read)
            source.tell = write
            moved = move_rows(source, copy)
            source.tell = _heed_nothing
            # Each table is read to be copied, and to be compared with all that came by then.
            assert [
                table.name for table in SQLModel.metadata.sorted_tables if read[at_first:].count(table.name) < 2
            ] == []
            assert (moved.differing, moved.followed >= len(_FILLED)) == ([], True)
            assert sum(_sizes(copy).values()) == moved.copied + moved.followed
        again = move_rows(source, target)
        assert (again.copied, again.followed > len(_FILLED), again.differing) == (0, True, [])
        assert differing_tables(source, target) == []


def _sizes(database: Database) -> dict[str, int]:
    return {name: len(rows) for name, rows in all_rows(database).items()}


def test_a_copy_that_goes_on_while_it_is_compared_is_left_as_it_is(source: _Watched, create: Callable[[], str]) -> None:
    with open_rows(create()) as target:
        move_rows(source, target)
        with source.writing() as session:
            session.add(Unsettled(key="one"))
        before: list[Any] = []

        def go_on(statement: str) -> None:
            if "FROM unsettled" in statement and not before:
                with target.writing() as other:
                    next_sequence(other)
                before.append(all_rows(target))

        source.tell = go_on
        with pytest.raises(SettingsInvalid, match="written to the copy"):
            move_rows(source, target)
        assert [all_rows(target)] == before


def test_rows_that_went_with_others_are_missed(source: Database, create: Callable[[], str]) -> None:
    """A file whose tables do not agree has rows of an article that is gone: a copy cannot have them."""
    with open_rows(create()) as target:
        move_rows(source, target)
        with closing(sqlite3.connect(source.path)) as connection, connection:
            connection.execute("DELETE FROM article WHERE id = ?", (_TEXTS[1],))
        moved = move_rows(source, target)
        assert f"Table {Sighting.__tablename__} has other rows" in moved.differing


def test_what_arrives_as_something_else_is_told(source: Database, create: Callable[[], str]) -> None:
    """PostgreSQL has no NUL in its texts."""
    with open_rows(create()) as target:
        move_rows(source, target)
        with source.writing() as session:
            _change(session, "UPDATE entity SET name = 'a' || char(0) WHERE stale")
        moved = move_rows(source, target)
        assert (moved.followed, len(moved.differing)) == (2, 2)
        assert all(each.startswith("Table entity differs at ") for each in moved.differing)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE entity SET name = 'a' || char(0)", "table entity cannot be taken: .*NUL"),
        ("UPDATE entity SET name = CAST(x'ff' AS TEXT)", "decode"),
        ("UPDATE article SET authors = '[' WHERE date IS NULL", "table article cannot be taken: .*json"),
        ('UPDATE mention SET "end" = 2147483648 WHERE "end" = 0', "table mention cannot be taken: .*out of range"),
    ],
)
def test_a_value_that_cannot_be_taken_leaves_nothing_behind(
    source: Database, create: Callable[[], str], change: str, said: str
) -> None:
    with open_rows(create()) as target:
        with source.writing() as session:
            _change(session, change)
        with pytest.raises(StorageFailed, match=said):
            move_rows(source, target)
        assert {name for name, size in _sizes(target).items() if size} == {"lineage"}


def _change(session: Session, statement: str) -> None:
    session.connection().exec_driver_sql(statement)


@pytest.mark.parametrize(
    "change", ["article SET record = 1 << 31 WHERE record = 0", "mention SET start = 1 << 31 WHERE start = 0"]
)
def test_a_value_that_cannot_be_brought_leaves_the_copy_as_it_was(
    source: Database, create: Callable[[], str], change: str
) -> None:
    """Where a row is changed in place, and where it is inserted anew."""
    with open_rows(create()) as target:
        move_rows(source, target)
        before = all_rows(target)
        with source.writing() as session:
            _change(session, f"UPDATE {change}")
        with pytest.raises(StorageFailed, match=r"cannot be taken: .*out of range"):
            move_rows(source, target)
        assert all_rows(target) == before


def test_json_that_is_written_otherwise_says_the_same(source: Database, create: Callable[[], str]) -> None:
    """Copies of before have it written anew."""
    url = create()
    with open_rows(url) as target:
        move_rows(source, target)
        _run(url, text("UPDATE article SET authors = CAST(replace(authors::text, ',', ' ,  ') AS json)"))
        assert move_rows(source, target).followed == 0
        _run(url, text("UPDATE article SET authors = CAST('[1]' AS json) WHERE authors::text = '[]'"))
        assert move_rows(source, target).followed == 1

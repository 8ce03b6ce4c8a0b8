from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.search import cursor
from app.search.cursor import Cursor, Place, Statistics
from app.search.engine import Document
from app.search.numbers import day_number, time_number
from app.search.query import Query, Sort
from app.search.whoosh.engine import WhooshEngine
from app.search.whoosh.snapshot import _TIME_STEP

DAYS = ("2001-05-04", "2001-05-05", "2001-05-05", "2001-05-05", "2001-05-06", None)


@pytest.mark.parametrize("sort", ["date", "-date"])
def test_a_cursor_from_before_there_were_times_goes_on(tmp_path: Path, sort: Sort) -> None:
    """Its key is the number of a day."""
    engine = WhooshEngine.open(tmp_path)
    engine.put([Document(f"{n:016x}", "oil", "", day) for n, day in enumerate(DAYS)], sequence=1)
    query = Query(sort=sort)
    whole = [hit.id for hit in engine.search(query).hits]
    key = day_number("2001-05-05") * (1.0 if sort == "-date" else -1.0)
    place = Place(key, 2)
    former = Cursor(cursor.digest(query), 1, len(DAYS), Statistics(len(DAYS), (1.0, 0.0, 0.0), ()), place, None)
    rest = engine.search(replace(query, cursor=cursor.encode_cursor(former)))
    assert [hit.id for hit in rest.hits] == whole[whole.index(f"{2:016x}") + 1 :]


def test_any_time_stays_inside_its_day_and_milliseconds_are_told_apart() -> None:
    last = time_number("9999-12-31T23:59:59.999-23:59")
    assert 0 < time_number("0001-01-01T00:00+23:59") < last
    assert last * _TIME_STEP < 1
    assert day_number("9999-12-31") + last * _TIME_STEP > day_number("9999-12-31") + (last - 1) * _TIME_STEP

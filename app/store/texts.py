"""Texts of hits: what every page of them asks of the rows, kept until anybody commits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from sys import getsizeof
from typing import NamedTuple

from app.effort import spend
from app.errors import IndexUnavailable
from app.store.database import Database
from app.store.plain import placeholders
from app.store.remembered import Remembered


class ShownText(NamedTuple):
    """A body with what of it is page furniture, which is not shown of a hit."""

    body: str
    furniture: tuple[tuple[int, int], ...]


def texts(database: Database, ids: Sequence[str], version: int | None = None) -> dict[str, ShownText]:
    """Every page of hits asks for them and for nothing else, so they come without a session. `version`: of the rows
    when the request began, where that is known.

    Rows are never deleted: one that is not there was lost, or the index that found it is another archive's. One that
    was withdrawn a moment ago, which the index does not know yet, has no text.
    """
    found = _texts_kept.find(database, ids, version)
    if len(found) < len(ids):
        for id in ids:
            if id not in found:
                raise IndexUnavailable(f"The index finds article {id}, which has no row. Run: dateline verify")
    spend(sum([len(text.body) for text in found.values()]))
    return found


def _read_texts(database: Database, ids: Sequence[str]) -> dict[str, ShownText]:
    rows = database.rows(_TEXTS.format(placeholders(ids)), ids)
    return {id: ShownText(body, furniture_spans(marked)) for id, body, marked in rows}


def furniture_spans(marked: str | None) -> tuple[tuple[int, int], ...]:
    return () if marked in (None, "[]") else tuple((start, end) for start, end in json.loads(marked))


def _text_size(text: ShownText) -> int:
    return getsizeof(text.body) + 300


_TEXTS = """
SELECT id, CASE WHEN status = 'published' THEN body ELSE '' END, CAST(furniture AS TEXT) FROM article WHERE id IN ({})
"""
_texts_kept = Remembered(_read_texts, _text_size, 16 * 1024 * 1024)
"""What is shown once is soon shown again, and lies scattered over the file."""


def without_spans(spans: Iterable[Sequence[int]], text: str) -> str:
    pieces, at = [], 0
    for start, end in spans:
        pieces.append(text[at:start])
        at = end
    return "".join((*pieces, text[at:]))

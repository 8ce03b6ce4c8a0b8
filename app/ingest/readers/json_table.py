"""Tables as one object of JSON: column by column, as pandas writes them, or a list of names beside the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.ingest.fields import field_of

_NAMES = ("columns", "fields", "header", "headers")
_ROWS = ("data", "rows", "values")
# An object with several of each of these is no article: one has a single date, and a single address.
_SINGLE = frozenset(("id", "headline", "body", "date", "source", "url"))
# Paragraphs may come with as many links, so of texts without headlines these alone tell.
_OF_TEXTS = frozenset(("id", "date"))


def table_rows(fields: Mapping[str, object]) -> list[dict[str, object]] | None:
    """Return the rows of a table, each with what is said of all; None where the object is none."""
    if columns := _columns(fields):
        length = len(next(iter(columns.values())))
        return [
            {name: columns[name][at] if name in columns else fields[name] for name in fields} for at in range(length)
        ]
    names, rows = (next((fields[name] for name in among if name in fields), None) for among in (_NAMES, _ROWS))
    if not isinstance(names, list) or not isinstance(rows, list) or not _is_header(names):
        return None
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return None
    return [dict(zip(names, row, strict=True)) for row in rows]


def _columns(fields: Mapping[str, object]) -> dict[str, Sequence[object]]:
    """Return the columns by their names, all of one length; none where there are no two that an article has once."""
    found = {name: cells for name, value in fields.items() if (cells := _cells(value)) is not None}
    if len(found) < 2:
        return {}
    by_field = {field_of(name): cells for name, cells in found.items()}
    told = {field_of(name) for name in fields}
    main = "headline" if "headline" in told else "body"
    length = len(by_field.get(main, ()))
    others = {field for field, cells in by_field.items() if len(cells) == length and field != main}
    if not length or not others & (_SINGLE if main == "headline" else _OF_TEXTS) or _is_one(fields, by_field[main]):
        return {}
    return {name: cells for name, cells in found.items() if len(cells) == length}


def _cells(value: object) -> Sequence[object] | None:
    """Return what may be a column: a list, or an object whose names are the numbers of rows."""
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping) and value and all(name.isdecimal() for name in value):
        return list(value.values())
    return None


def _is_one(fields: Mapping[str, object], main: Sequence[object]) -> bool:
    """Return whether it is rather one article: programs that gather pages write each field as a list, mostly of one."""
    return not any(isinstance(value, Mapping) for value in fields.values()) and len(set(map(str, main))) < 2


def _is_header(names: list[object]) -> bool:
    return all(isinstance(name, str) for name in names) and not {"headline", "body"}.isdisjoint(
        field_of(str(name)) for name in names
    )

"""Counts by two attributes at once, as a table with labels, and as a file for spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from app.archive import Archive
from app.ids import is_entity_id
from app.read.conditions import Asked, query_read, read_conditions
from app.read.models import CrossTable, TableAxis, TableValue, ordered
from app.read.narrowing import narrowed, search_address
from app.read.params import CrossParams
from app.read.records import csv_lines, text_cell
from app.search.answer import Answer, answer
from app.search.attributes import Filters
from app.search.engine import Axis, CrossCounts, SearchEngine
from app.search.query import Query
from app.store import entities as store


@dataclass(frozen=True, slots=True)
class CountedBothWays:
    """The articles of a search, counted. `labels` are names of entities by id."""

    params: CrossParams
    asked: Asked
    found: Answer
    counted: CrossCounts
    labels: Mapping[str, str]

    def table(self, path: str) -> CrossTable:
        """Return the counts for the wire; `path` is where the addresses of values lead."""
        return {
            "query": query_read(self.params, self.asked, self.found),
            "total": self.counted.total,
            "rows": self._axis(self.counted.rows, path),
            "columns": self._axis(self.counted.columns, path),
            "cells": [list(row) for row in self.counted.cells],
        }

    def cell_address(self, path: str, row: int, column: int) -> str | None:
        """Return the search for the articles of one cell; None where no search can ask for them."""
        filters: Filters | None = self.asked.filters
        for axis, number in ((self.counted.rows, row), (self.counted.columns, column)):
            filters = narrowed(filters, axis.name, axis.values[number]) if filters is not None else None
        return search_address(path, self.found.clause, filters) if filters is not None else None

    def _axis(self, axis: Axis, path: str) -> TableAxis:
        values: list[TableValue] = []
        for value, total in zip(axis.values, axis.totals, strict=True):
            shown: TableValue = {"value": value, "label": self.labels.get(value, value), "total": total}
            filters = narrowed(self.asked.filters, axis.name, value)
            if filters is not None:
                shown["url"] = search_address(path, self.found.clause, filters)
            values.append(ordered(TableValue, shown))
        return {"attribute": axis.name, "distinct": axis.distinct, "missing": axis.missing, "values": values}


def count_both_ways(archive: Archive, engine: SearchEngine, session: Session, params: CrossParams) -> CountedBothWays:
    """Count the articles of a search by two attributes at once. `engine` stands still."""
    asked = read_conditions(archive.database, session, params)
    found = answer(engine, Query(asked.parsed.clause, asked.filters, "-date", limit=1), params.match)
    limits = params.rows_limit, params.columns_limit
    counted = engine.cross(Query(found.clause, asked.filters), params.rows, params.columns, limits=limits)
    ids = [value for axis in (counted.rows, counted.columns) for value in axis.values if is_entity_id(value)]
    return CountedBothWays(params, asked, found, counted, store.labels(session, ids))


def table_csv(table: CrossTable) -> bytes:
    """Return the table for a spreadsheet: below the heads how many articles have each of the columns, whatever their
    rows, and beside each row how many have that, whatever its columns."""
    rows, columns = table["rows"], table["columns"]
    lines = [
        [rows["attribute"], "articles", *(text_cell(each["label"]) for each in columns["values"])],
        ["articles", str(table["total"]), *(str(each["total"]) for each in columns["values"])],
        *(
            [text_cell(each["label"]), str(each["total"]), *map(str, cells)]
            for each, cells in zip(rows["values"], table["cells"], strict=True)
        ),
    ]
    return b"\xef\xbb\xbf" + csv_lines(lines)

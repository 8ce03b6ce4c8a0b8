"""Count: the articles of a search by two attributes at once, in a table of which each number is a link."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from app.http.deps import ArchiveDep
from app.http.prefix import prefix_of
from app.read.crossing import count_both_ways
from app.read.models import TableValue
from app.read.params import Conditions, CrossParams
from app.search.engine import AxisName
from app.web.address import Address
from app.web.compare import fields_of
from app.web.pages import render_page

ATTRIBUTES: dict[AxisName, str] = {
    "source": "publisher", "author": "author", "person": "person", "place": "place", "organization": "organization",
    "event": "event", "type": "kind of name", "language": "language", "dateline": "dateline", "year": "year",
    "month": "month",
}  # fmt: skip
"""In the order in which the form offers them."""
ROWS_FIRST, COLUMNS_FIRST = "person", "year"
ASKED_FOR = ("rows", "columns", "q", "date_from", "date_to")

_LISTS = {name for name, field in Conditions.model_fields.items() if field.default_factory is list}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class CountedRow:
    """A row of the table, and where each of its numbers leads, if anywhere."""

    value: TableValue
    cells: list[tuple[int, str | None]]


@router.get("/aggregate")
def show_counts(request: Request, archive: ArchiveDep) -> Response:
    here, search = Address.of(request), f"{prefix_of(request.scope)}/"
    params = CrossParams.checked({"rows": ROWS_FIRST, "columns": COLUMNS_FIRST, **fields_of(here, _LISTS)})
    with archive.database.reading() as session:
        counted = count_both_ways(archive, archive.engine.still(), session, params)
    table = counted.table(search)
    rows = [
        CountedRow(value, [(count, counted.cell_address(search, number, place)) for place, count in enumerate(cells)])
        for number, (value, cells) in enumerate(zip(table["rows"]["values"], table["cells"], strict=True))
    ]
    call = Address("/v1/aggregate", here.having(rows=params.rows, columns=params.columns).without("format").pairs)
    return render_page(
        request, "aggregate.html",
        params=params, table=table, rows=rows, attributes=ATTRIBUTES, hidden=here.without(*ASKED_FOR, "format").pairs,
        call=call, csv=call.having(format="csv"), curl=call.curl(request),
    )  # fmt: skip

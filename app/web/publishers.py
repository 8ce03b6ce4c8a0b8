"""All publishers: how many articles of each, from when to when, and how these lie in time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from app.http.deps import ArchiveDep
from app.http.prefix import prefix_of
from app.read.params import Params
from app.search.attributes import Filters
from app.search.engine import Bucket, SearchEngine
from app.search.query import Query
from app.web.address import Address
from app.web.pages import render_page

SHOWN = 30
"""On a page: each is a search."""
_ALL = 1 << 20
_TALL = 20

router = APIRouter(include_in_schema=False)


class PublisherParams(Params):
    page: Annotated[int, Field(ge=1, le=10_000)] = 1


@dataclass(frozen=True, slots=True)
class Publisher:
    """`path` are bars of its articles over the `width` years of the whole archive, of height 20; "" without dates."""

    name: str
    count: int
    first: str | None
    last: str | None
    articles: Address
    path: str


@router.get("/sources")
def show_publishers(request: Request, archive: ArchiveDep) -> Response:
    here = Address.of(request)
    number = PublisherParams.checked(dict(request.query_params)).page
    engine, root = archive.engine.still(), prefix_of(request.scope)
    found = engine.search(Query(sort="-date", limit=1, facets=("source",), facet_limit=_ALL, dates=True))
    assert found.dates is not None, "the query asked for dates"
    years = [int(day[:4]) for day, count in zip(found.dates.days, found.dates.counts, strict=True) if count]
    [facet] = found.facets
    shown = facet.buckets[SHOWN * (number - 1) : SHOWN * number]
    return render_page(
        request, "sources.html",
        total=facet.distinct, without=facet.missing,
        span=(min(years), max(years)) if years else None, width=max(years) - min(years) + 1 if years else 1,
        publishers=[publisher(engine, each, min(years, default=0), root) for each in shown],
        next=here.having(page=str(number + 1)) if SHOWN * number < facet.distinct else None,
    )  # fmt: skip


def publisher(engine: SearchEngine, bucket: Bucket, since: int, root: str) -> Publisher:
    """Draw the articles of one publisher; bars are 1 wide for each year from `since` on."""
    dates = engine.search(Query(filters=Filters(source=(bucket.value,)), sort="-date", limit=1, dates=True)).dates
    assert dates is not None, "the query asked for dates"
    days = [(day, count) for day, count in zip(dates.days, dates.counts, strict=True) if count]
    years = Counter[int]()
    for day, count in days:
        years[int(day[:4]) - since] += count
    most = max(years.values(), default=1)
    path = "".join(
        f"M{year + 0.1:g} {_TALL}v-{max(round(_TALL * count / most), 2)}h.8V{_TALL}z" for year, count in years.items()
    )
    first, last = (days[0][0], days[-1][0]) if days else (None, None)
    return Publisher(bucket.value, bucket.count, first, last, Address(f"{root}/", (("source", bucket.value),)), path)

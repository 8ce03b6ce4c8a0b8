"""The front page and the results: one page, since a search without words shows the newest articles."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.errors import InvalidParameter
from app.http.deps import ArchiveDep
from app.http.responses import known_state
from app.read.conditions import Asked, query_read, read_conditions
from app.read.facets import facet_views, facet_words
from app.read.models import Facet
from app.read.params import SearchParams
from app.read.timeline import as_share
from app.search.answer import Answer, PartCount, answer
from app.search.attributes import FACETS
from app.search.engine import SearchEngine
from app.search.query import FacetWords, Query
from app.web.address import Address, search_params
from app.web.chart import measure_links, search_chart, shows_share
from app.web.choices import either_of, leaving_out
from app.web.conditions import condition_links
from app.web.pages import Way, render_page
from app.web.results import results
from app.web.ways_out import api_call, ways_out

SORTS = (("relevance", "Best match"), ("-date", "Newest"), ("date", "Oldest"))

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_search(request: Request, archive: ArchiveDep) -> Response:
    params, here = search_params(request), Address.of(request)
    # Who has found a value and takes it has done with looking for one.
    chosen = here.without("facet_query")
    # The index first: then the rows are never behind it, and know whatever it finds.
    engine = archive.engine.still()
    with archive.database.reading() as session:
        asked = read_conditions(archive.database, session, params)
        found = _run_search(engine, params, asked, facet_words(session, params))
        facets = _telling_facets(request, session, params, asked, found)
        listed = results(
            archive, session, found.hits.hits, known_state(request), found.clause, unfolding=params.collapse
        )
    dates, measures = found.hits.dates, measure_links(here)
    if shows_share(here):
        dates = as_share(dates, engine.search(Query(sort="-date", limit=1, dates=True)).dates)
    return render_page(
        request, "search.html",
        here=here, asked_for=here.asked_for(params.cursor), params=params, asked=asked,
        found=found, results=listed, facets=facets, groupings=FACETS,
        either_of=partial(either_of, chosen, asked), leaving_out=partial(leaving_out, chosen),
        read=query_read(params, asked, found), filters=condition_links(here, asked),
        chart=search_chart(dates, here, asked.filters, share=shows_share(here)), measures=measures,
        sorts=_sort_links(here, params, asked), compact=_compact_switch(here), every_copy=_copies_switch(here, found),
        by_words=_words_switch(here, found),
        by_story=_stories_switch(here, params),
        repairs=_repair_links(here, found), next=found.hits.cursor and here.having(cursor=found.hits.cursor),
        out=ways_out(request, here, api_call(here, "/v1/search")),
    )  # fmt: skip


def _run_search(engine: SearchEngine, params: SearchParams, asked: Asked, words: FacetWords | None) -> Answer:
    query = params.to_query(asked.parsed.clause, asked.filters, words)
    return answer(engine, replace(query, dates=True), params.match)


def _sort_links(here: Address, params: SearchParams, asked: Asked) -> list[Way]:
    """Return the ways to sort; without words nothing is a better match than another."""
    ranked = asked.parsed.clause is not None
    present = params.order() if ranked or params.order() != "relevance" else "-date"
    return [
        Way(label, here.having(sort=sort), sort == present) for sort, label in SORTS if ranked or sort != "relevance"
    ]


def _compact_switch(here: Address) -> Way:
    """Return the way to results of two lines each, or back from them."""
    chosen = here.value("view")
    if chosen not in ("", "compact"):
        raise InvalidParameter("view", "Results are shown at their usual length, or compact.", suggestion="compact")
    return Way("Compact", here.without("view") if chosen else here.having(view="compact"), bool(chosen))


def _copies_switch(here: Address, found: Answer) -> Way | None:
    """Return the way to a list with every copy in its own place, or back from it; None where there are no copies."""
    if found.hits.collapsed is None:
        return Way("Every copy", here.without("collapse"), True)
    has_copies = found.hits.collapsed < found.hits.total
    return Way("Every copy", here.having(collapse="none"), False) if has_copies else None


def _words_switch(here: Address, found: Answer) -> Way | None:
    """Return the way to the order by words alone, or back from it; None where meaning has no part in the order."""
    if here.value("ranking") == "words":
        return Way("By words alone", here.without("ranking"), True)
    return Way("By words alone", here.having(ranking="words"), False) if found.hits.ranked_by == "meaning" else None


def _stories_switch(here: Address, params: SearchParams) -> Way:
    """Return the way to a list with each story in one place, or back from it."""
    is_chosen = params.collapse == "stories"
    return Way("By story", here.without("collapse") if is_chosen else here.having(collapse="stories"), is_chosen)


def _telling_facets(
    request: Request, session: Session, params: SearchParams, asked: Asked, found: Answer
) -> list[Facet]:
    """Return the facets that say something: a facet of one value that all articles have narrows nothing."""
    given = [(name, value) for name, value in request.query_params.multi_items() if name != "facet_query"]
    shown = facet_views(session, request.url.path, given, params, asked, found.hits.facets)
    least = 0 if params.facet_query else 1
    return [facet for facet in shown if facet["distinct"] > least or _narrows(facet, found.hits.total)]


def _narrows(facet: Facet, total: int) -> bool:
    return any(value["selected"] or value["count"] < total for value in facet["values"])


def _repair_links(here: Address, found: Answer) -> list[Way]:
    """Return ways on for words that kill a search: the same without them, or one of the others alone."""
    ways = []
    missing = [term.text for term in found.terms if not term.count]
    present = [term.text for term in found.terms if term.count]
    if missing and present:
        ways.append(Way(f"Leave out {', '.join(missing)}", here.having(q=" ".join(present))))
    if not found.hits.total:
        ways += [
            Way(f"Only {term.text} ({term.count:,})", here.having(q=term.text)) for term in _single_words(found.terms)
        ]
    return ways


def _single_words(terms: tuple[PartCount, ...]) -> list[PartCount]:
    return sorted((term for term in terms if term.count), key=lambda term: -term.count)[:4] if len(terms) > 1 else []

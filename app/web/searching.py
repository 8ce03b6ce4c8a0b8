"""How to search: the query language, in examples of names and words that this archive has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request, Response

from app.http.deps import ArchiveDep, no_parameters
from app.http.prefix import prefix_of
from app.read.facets import entity_ids
from app.search.answer import answer
from app.search.engine import SearchEngine
from app.search.query import Query, parse
from app.store import entities as store
from app.web.address import Address
from app.web.pages import render_page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Example:
    """A query that finds `count` articles here."""

    query: str
    says: str
    count: int
    url: Address


@router.get("/how-to-search", dependencies=[Depends(no_parameters)])
def show_language(request: Request, archive: ArchiveDep) -> Response:
    engine, root = archive.engine.still(), prefix_of(request.scope)
    found = engine.search(Query(sort="-date", limit=1, facets=("person", "place", "source"), facet_limit=2))
    with archive.database.reading() as session:
        labels = store.labels(session, entity_ids(found.facets))
    person, place, source = ([labels.get(each.value, each.value) for each in facet.buckets] for facet in found.facets)
    groups = [(title, list(_running(engine, rows, root))) for title, rows in _example_queries(person, place, source)]
    return render_page(request, "searching.html", groups=[(title, rows) for title, rows in groups if rows])


def _running(engine: SearchEngine, rows: list[tuple[str, str]], root: str) -> Iterator[Example]:
    """Leave out what finds nothing in this archive."""
    for query, says in rows:
        count = answer(engine, Query(clause=parse(query).clause, limit=1), "all").hits.total
        if count:
            yield Example(query, says, count, Address(f"{root}/", (("q", query),)))


def _example_queries(
    people: list[str], places: list[str], sources: list[str]
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Make examples of the names that most articles have."""
    person, other = (*people, *places, "moon", "moon")[:2]
    place = (*places, "moon")[0]
    surname, second = person.split()[-1], other.split()[-1]
    yield (
        "Words",
        [
            (f"{surname} {place}", "both, anywhere, in any order and any grammatical form"),
            (f'"{person}"', "exactly these words in this order"),
            (f'"{surname} {place}"~15', "in this order, with at most so many words between them"),
        ],
    )
    yield (
        "Combining",
        [
            (f"{surname} OR {second}", "either; OR in capitals"),
            (f"{surname} -{second}", "the first without the second; NOT is the same"),
            (f"({surname} OR {second}) {place}", "groups"),
        ],
    )
    yield (
        "Parts of words, and other spellings",
        [
            (f"{surname[:4].lower()}*", "words that begin so; at least 3 letters"),
            (f"{surname[:-2]}{surname[-1:]}~", "words a letter away, two for long words"),
        ],
    )
    yield (
        "Fields",
        [
            (f"headline:{surname}", "in the headline"),
            (f'body:"{person}"', "in the text"),
            (f"dateline:{place.split()[0]}", "in the place and date at the head of the text"),
            *((f'source:"{source}"', "of that publisher") for source in sources[:1]),
        ],
    )

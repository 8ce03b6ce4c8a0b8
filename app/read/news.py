"""What is new in a search, for feeds: articles as entries, the one that was added or revised last first.

By the date of publication an article of 1969 that came today would stand where no reader of a feed looks; so the order
is that in which the archive came to know them. An entry keeps its id for good, wherever the archive moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID, uuid5

from sqlmodel import Session

from app.archive import Archive
from app.read.conditions import Asked
from app.read.params import FeedParams
from app.read.salience import by_salience
from app.search.attributes import FILTERS
from app.search.engine import SearchEngine
from app.search.highlight import snippet
from app.search.query import Query, relax
from app.store import articles as store
from app.store.copies import copies_before
from app.store.tables import Article
from app.text import fold, one_line, sentences

CATEGORIES = 10
"""Categories of an entry; the article itself has all."""
_LOOKED_THROUGH, _MOST_PAGES = 100, 10
"""Articles among which those are looked for that no copy came before, at a time, and how often."""
_NOON = "12:00:00Z"
"""Of a day without a time: it is that day nearly everywhere on earth."""
_DATE_LENGTH = len("YYYY-MM-DD")
_URN_SPACE = UUID("0d0a5c1e-7b1f-5d0e-9a53-3f6d1f1b7f45")


@dataclass(frozen=True, slots=True)
class Category:
    """An entity that an article names."""

    id: str
    type: str
    name: str


@dataclass(frozen=True, slots=True)
class NewsEntry:
    """An article in a feed. `urn` is its id for readers of feeds; `published_at` an instant, also of a day without a
    time, and None where the day is not known; `publisher_url` an address of the web."""

    urn: str
    id: str
    revision: int
    title: str
    summary: str
    date: str | None
    published_at: datetime | None
    updated: datetime
    authors: tuple[str, ...]
    source: str | None
    language: str
    publisher_url: str | None
    categories: tuple[Category, ...]


def latest_entries(
    archive: Archive, engine: SearchEngine, session: Session, params: FeedParams, asked: Asked
) -> list[NewsEntry]:
    """Return the articles of a search that were added or revised last."""
    clause = asked.parsed.clause
    wanted = relax(clause) if clause is not None and params.match == "any" else clause
    query = Query(wanted, asked.filters, "-revised", params.limit)
    every = [hit.id for hit in engine.search(query).hits]
    ids = every if params.collapse == "none" else _first_told(engine, session, query)
    rows = store.load_articles(session, ids)
    # The index may not know yet of one that was withdrawn a moment ago.
    return news_entries(archive, session, [rows[id] for id in ids if id in rows and rows[id].status == "published"])


def _first_told(engine: SearchEngine, session: Session, query: Query) -> list[str]:
    """Return the articles of a search without those that came after a copy which it finds too: a reader was told."""
    told: list[str] = []
    page = engine.search(replace(query, limit=_LOOKED_THROUGH))
    for _ in range(_MOST_PAGES):
        ids = [hit.id for hit in page.hits]
        earlier = copies_before(session, ids)
        found = engine.matching(query, {copy for copies in earlier.values() for copy in copies})
        told += [id for id in ids if found.isdisjoint(earlier.get(id, ()))]
        if len(told) >= query.limit or page.cursor is None:
            break
        page = engine.search(replace(query, limit=_LOOKED_THROUGH, cursor=page.cursor))
    return told[: query.limit]


def news_entries(archive: Archive, session: Session, rows: Sequence[Article]) -> list[NewsEntry]:
    """Return articles as entries, in the order given."""
    named = store.named_entities(session, [row.id for row in rows])
    documents = archive.engine.status().documents
    return [_news_entry(row, by_salience(named[row.id], row.headline, documents)[:CATEGORIES]) for row in rows]


def feed_title(params: FeedParams, asked: Asked) -> str:
    """Say what a feed is of: the words and conditions of its search."""
    bounds = (
        params.date,
        params.date_from and f"from {params.date_from}",
        params.date_to and f"until {params.date_to}",
    )
    conditions = [
        FILTERS[name].verb + (asked.entities[value].name if value in asked.entities else value)
        for name in FILTERS
        for value in asked.filters.of(name)
    ]
    return one_line(", ".join(filter(None, (params.q, *conditions, *bounds))))


def _news_entry(row: Article, named: Sequence[store.NamedEntity]) -> NewsEntry:
    is_web = (row.url or "").startswith(("http://", "https://"))
    return NewsEntry(
        urn=uuid5(_URN_SPACE, row.id).urn,
        id=row.id,
        revision=row.revision,
        title=one_line(row.headline),
        summary=_first_sentences(row),
        date=row.date,
        published_at=_instant(row),
        updated=datetime.fromisoformat(row.ingested_at).astimezone(UTC).replace(microsecond=0),
        authors=tuple(map(one_line, row.authors)),
        source=one_line(row.source) if row.source else None,
        language=row.language,
        publisher_url=row.url if is_web else None,
        categories=tuple(Category(each.id, each.type, one_line(each.name)) for each in named),
    )


def _instant(row: Article) -> datetime | None:
    if row.date is None or len(row.date) < _DATE_LENGTH:
        return None
    instant = datetime.fromisoformat(row.published_at or f"{row.date}T{_NOON}")
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _first_sentences(row: Article) -> str:
    """Return how the article begins, without page furniture and without its headline, which is said already: but for
    one that breaks off in a sentence."""
    text = store.told_text(row)
    headline = row.headline.removesuffix("…").rstrip()
    start = text.find(headline) if row.headline_derived else _repeated(headline, text)
    end = start if row.headline.endswith("…") else start + len(headline)
    rest = text[end:].lstrip(" ,;:.\n") if start >= 0 else text
    said = _from_a_sentence(rest or text)
    found = snippet(None, said)
    return one_line(found.text) + (" …" if found.end < len(said) else "")


def _from_a_sentence(text: str) -> str:
    """Return the text from its second sentence on where the first is the rest of one, or a caption: no sentence begins
    with a small letter, but with a name that is written so (iPhone)."""
    starts = [start for start, _ in islice(sentences(text), 2)]
    first = text[starts[0] :].split(maxsplit=1)[0] if starts else ""
    return text[starts[1] :] if len(starts) > 1 and first[:1].islower() and first.lower() == first else text


def _repeated(headline: str, text: str) -> int:
    """Return 0 where the text begins with the headline, as many pages have it; else -1."""
    return 0 if fold(text[: len(headline)]) == fold(headline) and not text[len(headline) :][:1].isalnum() else -1

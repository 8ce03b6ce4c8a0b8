"""The names of articles as recognition found them, in rows: those that count, and those set aside because they stand in
page furniture or in a credit.

What is set aside is in no other table, so nothing that reads or counts names has to know of furniture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select as core_select
from sqlmodel import Session, SQLModel, col, select

from app.store import furniture
from app.store.bulk import delete_in, select_in, table_of
from app.store.furniture import Span
from app.store.plain import chunks
from app.store.tables import Acronym, ArticleEntity, Mention, MentionedDate, Quote, SetAside

Row = dict[str, Any]

_CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Names:
    """The rows of a batch of articles, as dicts of the columns of their tables without `entity_id`."""

    entities: list[Row]
    mentions: list[Row]
    acronyms: list[Row]
    quotes: list[Row] = field(default_factory=list)
    dates: list[Row] = field(default_factory=list)


def set_aside(session: Session, article_ids: Collection[str], names: Names) -> Names:
    """Set aside what stands in the furniture of these articles or in a credit, in place of what was before. Returns the
    rest: an entity that an article names elsewhere too is in both."""
    delete_in(session, SetAside, SetAside.article_id, article_ids)
    spans = furniture.spans_of(session, article_ids)
    aside, kept = _parted(names.mentions, spans)
    quotes_aside, quotes = _parted(names.quotes, spans)
    dates_aside, dates = _parted(names.dates, spans)
    if not aside and not quotes_aside and not dates_aside:
        return names
    _insert(session, Names(names.entities, aside, [], quotes_aside, dates_aside))
    named = set(map(_key_of, kept))
    return Names([row for row in names.entities if _key_of(row) in named], kept, names.acronyms, quotes, dates)


def found_names(session: Session, article_ids: Collection[str]) -> Names:
    """Return what recognition found in these articles, from all rows that it was written to."""
    aside = list(select_in(session, select(SetAside), SetAside.article_id, article_ids))
    mentions = [
        *_kept_rows(session, Mention, article_ids),
        *_put_back((each.article_id, each.mentions) for each in aside),
    ]
    entities = [
        *_kept_rows(session, ArticleEntity, article_ids),
        *_put_back((each.article_id, each.entities) for each in aside),
    ]
    once = {_key_of(row): row for row in entities}
    quotes = [*_kept_rows(session, Quote, article_ids), *_put_back((each.article_id, each.quotes) for each in aside)]
    dates = [
        *_kept_rows(session, MentionedDate, article_ids),
        *_put_back((each.article_id, each.dates) for each in aside),
    ]
    return Names(
        [once[key] for key in sorted(once)],
        sorted(mentions, key=_place),
        _kept_rows(session, Acronym, article_ids),
        sorted(quotes, key=_place),
        sorted(dates, key=_place),
    )


def misplaced_names(session: Session, article_ids: Collection[str]) -> set[str]:
    """Return the articles of which names, quotes or dates in the furniture or in credits count, or others are set
    aside."""
    spans = furniture.spans_of(session, article_ids)
    asides = {
        each.article_id: [*each.mentions, *each.quotes, *each.dates]
        for each in select_in(session, select(SetAside), SetAside.article_id, article_ids)
    }
    wrong = {id for id, rows in asides.items() if not all(_is_inside(row, spans.get(id, ())) for row in rows)}
    counting = [row for model in (Mention, Quote, MentionedDate) for row in _kept_rows(session, model, spans)]
    credited = select(Mention.article_id).where(col(Mention.rule) == _CREDIT).distinct()
    wrong |= set(select_in(session, credited, Mention.article_id, article_ids))
    return wrong | {row["article_id"] for row in counting if _is_inside(row, spans[row["article_id"]])}


def _parted(rows: Iterable[Row], spans: Mapping[str, Sequence[Span]]) -> tuple[list[Row], list[Row]]:
    """Part rows into those that stand in the furniture of their articles, or in a credit, and the others."""
    parts: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        parts[not _is_inside(row, spans.get(row["article_id"], ()))].append(row)
    return parts


def _is_inside(row: Row, spans: Iterable[Span]) -> bool:
    """Return whether it stands in furniture, or in a credit: recognition sees that in the text, and gives the rule."""
    return row.get("rule") == _CREDIT or any(start <= row["start"] and row["end"] <= end for start, end in spans)


def _place(mention: Row) -> tuple[str, int, int]:
    return mention["article_id"], mention["start"], mention["end"]


def _key_of(row: Row) -> tuple[str, str]:
    return row["article_id"], row["key"]


def _insert(session: Session, aside: Names) -> None:
    """Write rows by article, in one order, and of entities only what does not follow from their mentions."""
    rows: defaultdict[str, Row] = defaultdict(lambda: {"mentions": [], "entities": [], "quotes": [], "dates": []})
    for kind, some in (("mentions", aside.mentions), ("quotes", aside.quotes), ("dates", aside.dates)):
        for row in sorted(some, key=_place):
            rows[row["article_id"]][kind].append({name: row[name] for name in row if name != "article_id"})
    named = set(map(_key_of, aside.mentions))
    for row in sorted(filter(lambda row: _key_of(row) in named, aside.entities), key=_key_of):
        known = {"key": row["key"], "name": row["name"], "country": row["country"], "count": 0, "first": 0}
        rows[row["article_id"]]["entities"].append(known)
    listed = [{"article_id": id, **found} for id, found in rows.items()]
    session.connection().execute(table_of(SetAside).insert(), listed)


def _put_back(found: Iterable[tuple[str, list[Row]]]) -> Iterator[Row]:
    return ({"article_id": id, **row} for id, rows in found for row in rows)


# What the archive makes of a row; where it is written again, it is made again.
_MADE = ("entity_id", "split", "surname")


def _kept_rows(session: Session, model: type[SQLModel], article_ids: Iterable[str]) -> list[Row]:
    table = table_of(model)
    wanted = core_select(*(column for column in table.c if column.name not in _MADE))
    here = [wanted.where(table.c.article_id.in_(chunk)) for chunk in chunks(article_ids)]
    return [dict(row) for each in here for row in session.connection().execute(each).mappings()]

"""What people say: quotes with their speakers, read for the API and the pages.

Whose a quote is, the mention says that names its speaker: wherever a decision or more articles move that, the quote
goes too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlmodel import Session

from app.store.plain import chunks, select_plain
from app.store.written import run_written


class SpokenQuote(NamedTuple):
    """A quote with its speaker: the words that stand for him, and the entity, where one is named and not hidden."""

    article_id: str
    start: int
    end: int
    text: str
    speaker_start: int
    speaker_end: int
    speaker: str
    cue: str | None
    rule: str
    confidence: float
    entity_id: str | None
    entity_name: str | None


_NAMED = "LEFT JOIN mention ON mention.article_id = quote.article_id AND mention.start = quote.named"
_SPOKEN = f"""
SELECT quote.article_id, quote.start, quote.end, quote.text, speaker_start, speaker_end,
  substr(article.body, speaker_start + 1, speaker_end - speaker_start), cue, quote.rule, quote.confidence,
  entity.id, entity.name
FROM quote JOIN article ON article.id = quote.article_id {_NAMED}
LEFT JOIN entity ON entity.id = mention.entity_id AND NOT entity.hidden
WHERE quote.article_id IN ({{}}) ORDER BY quote.article_id, quote.start
"""
_TEXTS = "SELECT quote.article_id, quote.start, quote.text FROM quote"
_BEGUN = "SELECT article_id, start FROM quote ORDER BY article_id, start"
# From the mentions of that entity on: they are found by an index, and its quotes beside them.
_BEGUN_OF = """
SELECT quote.article_id, quote.start FROM mention
CROSS JOIN quote
WHERE quote.article_id = mention.article_id AND quote.named = mention.start AND mention.entity_id = ?
ORDER BY quote.article_id, quote.start
"""
_SPANS = """
SELECT article_id, start, quote.end FROM quote WHERE article_id IN (SELECT value FROM json_each(?)) ORDER BY 1, 2
"""


_AT_ONCE = 1_000
"""Quotes that are read at a time."""


def quotes_begun(session: Session, speaker: str | None) -> dict[str, list[int]]:
    """Return where quotes begin in each article that has any, in order; those of one entity, where it is given."""
    statement, values = (_BEGUN, ()) if speaker is None else (_BEGUN_OF, (speaker,))
    found: defaultdict[str, list[int]] = defaultdict(list)
    for id, start in select_plain(session, statement, values):
        found[id].append(start)
    return dict(found)


def quote_spans(session: Session, ids: Iterable[str]) -> dict[str, list[tuple[int, int]]]:
    """Return from where to where the quotes go of each of these articles that has any, in order."""
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for id, start, end in select_plain(session, _SPANS, (list(ids),)):
        found[id].append((start, end))
    return dict(found)


def texts_said(session: Session, ids: Iterable[str], speaker: str | None) -> Iterator[Sequence[tuple[str, int, str]]]:
    """Yield the quotes of these articles, some at a time, each as the article, where it begins, and what is said; those
    of one entity, where it is given."""
    whose = "" if speaker is None else "AND mention.entity_id = ?"
    joined = "" if speaker is None else _NAMED
    for chunk in chunks(ids):
        marks = ", ".join("?" * len(chunk))
        wanted = f"{_TEXTS} {joined} WHERE quote.article_id IN ({marks}) {whose} ORDER BY quote.article_id, quote.start"
        given = (*chunk, *(() if speaker is None else (speaker,)))
        rows = run_written(session.connection(), wanted, given)
        while some := rows.fetchmany(_AT_ONCE):
            yield [(id, start, text) for id, start, text in some]


def spoken_in(session: Session, ids: Iterable[str], speaker: str | None = None) -> dict[str, list[SpokenQuote]]:
    """Return the quotes of each of these articles, in the order of its text; those of one entity, where it is given."""
    found: dict[str, list[SpokenQuote]] = {}
    for chunk in chunks(ids):
        marks = ", ".join("?" * len(chunk))
        for row in select_plain(session, _SPOKEN.format(marks), chunk):
            quote = SpokenQuote(*row)
            if speaker is None or quote.entity_id == speaker:
                found.setdefault(quote.article_id, []).append(quote)
    return found

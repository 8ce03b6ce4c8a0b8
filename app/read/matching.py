"""Where a text that somebody pasted stands in the archive, whole or in parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.errors import FieldInvalid
from app.read.models import ArticlePassages, MatchedPassage, TextMatch, TextSpan
from app.read.quotes import quoted_article
from app.relations.passages import SharedRun, shared_runs
from app.search.analysis import Form, placed_forms
from app.search.engine import SearchEngine
from app.store.articles import load_articles
from app.store.tables import Article

FEWEST = 4
"""Words of a text that is looked for; for fewer there is the search."""
RUN = 8
"""Words one behind the other that an article must have of a text, where it has so many."""
MOST_PASSAGES = 100
"""Of one article: the longest."""


@dataclass(frozen=True, slots=True)
class FoundIn:
    """An article and the passages that it has in common with a text, in the order of its body."""

    article: Article
    passages: list[MatchedPassage]
    covered: float


@dataclass(frozen=True, slots=True)
class TextFound:
    """Where a text stands: in `total` articles, of which `articles` are those with most of it, the earliest first.
    `covered` is how much of its `words` stands in any of these."""

    words: int
    covered: float
    total: int
    articles: list[FoundIn]


def find_text(engine: SearchEngine, session: Session, text: str, limit: int) -> TextFound:
    """Find the articles that have a part of a text. Raises `FieldInvalid` for a text of too few words."""
    forms = placed_forms(text)
    if len(forms) < FEWEST:
        raise FieldInvalid("text", f"Give {FEWEST} words at least; fewer are found by a search.")
    terms, run = [form.term for form in forms], min(RUN, len(forms))
    sharing = engine.sharing(terms, run, limit)
    rows = load_articles(session, sharing.ids)
    covered, found = set[int](), list[FoundIn]()
    for row in sorted((row for row in rows.values() if row.status == "published"), key=_appeared):
        in_body = placed_forms(row.body)
        runs = _longest(shared_runs(terms, [form.term for form in in_body], run))
        places = {place for each in runs for place in range(each.one, each.one + each.length)}
        covered |= places
        passages = [_passage(each, forms, in_body) for each in runs]
        # What was revised since the index was written may have nothing of it any more.
        if passages:
            found.append(FoundIn(row, passages, round(len(places) / len(forms), 3)))
    return TextFound(len(forms), round(len(covered) / len(forms), 3), sharing.total, found)


def text_match(found: TextFound, base: str) -> TextMatch:
    """Return what was found for the wire; `base` is the address of this server."""
    results: list[ArticlePassages] = [
        {"article": quoted_article(each.article, base), "covered": each.covered, "passages": each.passages}
        for each in found.articles
    ]
    return {"words": found.words, "covered": found.covered, "total": found.total, "results": results}


def _appeared(row: Article) -> tuple[bool, str, str, str]:
    """Return what orders articles by when they appeared, those without a date last."""
    return row.date is None, row.date or "", row.published_at or "", row.id


def _longest(runs: Sequence[SharedRun]) -> list[SharedRun]:
    if len(runs) <= MOST_PASSAGES:
        return list(runs)
    kept = sorted(runs, key=lambda run: -run.length)[:MOST_PASSAGES]
    return sorted(kept, key=lambda run: run.other)


def _passage(run: SharedRun, in_text: Sequence[Form], in_body: Sequence[Form]) -> MatchedPassage:
    return {
        "text": _span_of(in_text[run.one : run.one + run.length]),
        "body": _span_of(in_body[run.other : run.other + run.length]),
        "words": run.length,
    }


def _span_of(forms: Sequence[Form]) -> TextSpan:
    return {"start": forms[0].start, "end": forms[-1].end}

"""The answer to a query: the hits, and what a reader needs to know where the query as typed found nothing.

`match="auto"` asks for all words first. It accepts any word where no article has all of them, and for a question of
`QUESTION` or more words that fewer than `ENOUGH` articles have all of (docs/adr/0059): nobody types a whole sentence to
find the one article that repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rapidfuzz.distance import OSA

from app.errors import InvalidCursor
from app.search.engine import Hits, SearchEngine
from app.search.query import And, Clause, Match, Not, Or, Query, Word, parse, relax, render, wanted_words
from app.text import fold

QUESTION = 4
ENOUGH = 20
"""As many as a page shows."""
_SPELLINGS = 10
"""Words that a misspelt one may have been meant to be."""


@dataclass(frozen=True, slots=True)
class PartCount:
    """How many articles have this part of the query, under the same filters."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`relaxed` where any word was enough. `terms` and `did_you_mean` only where not everything was found as typed."""

    hits: Hits
    relaxed: bool
    terms: tuple[PartCount, ...] = ()
    did_you_mean: str | None = None
    clause: Clause | None = None
    """What the hits match."""


def answer(engine: SearchEngine, query: Query, match: Match = "auto") -> Answer:
    """Ask the engine. A cursor goes on with whichever reading the first page took."""
    strict = query.clause
    if strict is None:
        return Answer(engine.search(query), relaxed=False)
    loose = replace(query, clause=relax(strict))
    if match == "any":
        return _with_explanation(engine, query, Answer(engine.search(loose), relaxed=False, clause=loose.clause))
    if match == "auto" and loose.clause != strict:
        return _answer_auto(engine, query, loose)
    return _with_explanation(engine, query, Answer(engine.search(query), relaxed=False, clause=strict))


def _answer_auto(engine: SearchEngine, query: Query, loose: Query) -> Answer:
    if query.cursor:
        return _answer_further_page(engine, query, loose)
    strict = engine.search(query)
    if strict.total >= (ENOUGH if _is_question(query.clause) else 1):
        return Answer(strict, relaxed=False, clause=query.clause)
    return _with_explanation(engine, query, Answer(engine.search(loose), relaxed=True, clause=loose.clause))


def _answer_further_page(engine: SearchEngine, query: Query, loose: Query) -> Answer:
    """A cursor knows which reading it belongs to, whatever has come since."""
    try:
        return Answer(engine.search(query), relaxed=False, clause=query.clause)
    except InvalidCursor:
        return Answer(engine.search(loose), relaxed=True, clause=loose.clause)


def _is_question(clause: Clause | None) -> bool:
    return (
        isinstance(clause, And)
        and not clause.explicit
        and len(clause.clauses) >= QUESTION
        and all(isinstance(child, Word) for child in clause.clauses)
    )


def _with_explanation(engine: SearchEngine, query: Query, found: Answer) -> Answer:
    """Add each part's own count and a better spelling where something is missing."""
    if query.clause is None or query.cursor or (found.hits.total and not found.relaxed):
        return found
    bare = replace(query, limit=1, facets=(), dates=False, question=None)
    parts = list(dict.fromkeys(wanted_words(query.clause)))
    counts = tuple(PartCount(render(part), engine.search(replace(bare, clause=part)).total) for part in parts)
    return replace(found, terms=counts, did_you_mean=_did_you_mean(engine, bare, counts))


def _did_you_mean(engine: SearchEngine, query: Query, counts: tuple[PartCount, ...]) -> str | None:
    """Return the query with each word that nothing has replaced by the nearest one that does have hits."""
    missing = {count.text for count in counts if not count.count}
    corrected, written = query.clause, list(wanted_words(query.clause)) if query.clause else []
    for place, leaf in enumerate(written):
        if isinstance(leaf, Word) and render(leaf) in missing and _is_unknown(engine, leaf):
            beside = [*written[max(place - 1, 0) : place], *written[place + 1 : place + 2]]
            better = _best_spelling(engine, query, leaf, [each for each in beside if render(each) not in missing])
            if better is not None and corrected is not None:
                corrected = _replaced(corrected, leaf, better)
                written[place] = better
    if corrected is None or corrected == query.clause:
        return None
    text = render(corrected)
    found = engine.search(replace(query, clause=relax(corrected))).total
    return text if found and parse(text).clause == corrected else None


def _best_spelling(engine: SearchEngine, query: Query, word: Word, beside: list[Clause]) -> Word | None:
    """Return of the nearest spellings with hits the one that most articles have together with a word beside it."""

    def articles(*clauses: Clause) -> int:
        return engine.search(replace(query, clause=And(clauses) if len(clauses) > 1 else clauses[0])).total

    found = (Word(spelling, word.field) for spelling in engine.spellings(word.text, _SPELLINGS))
    spelt = [better for better in found if articles(better)]
    if not spelt:
        return None
    edits = [OSA.distance(fold(word.text), better.text) for better in spelt]
    nearest = [better for better, count in zip(spelt, edits, strict=True) if count == edits[0]]
    return max(nearest, key=lambda better: sum(articles(better, each) for each in beside))


def _is_unknown(engine: SearchEngine, word: Word) -> bool:
    """Return whether no article has the word, whatever the filters: one that others have is spelt as it was meant."""
    return not engine.search(Query(Word(word.text), limit=1)).total


def _replaced(clause: Clause, old: Word, new: Word) -> Clause:
    match clause:
        case And(clauses, explicit):
            return And(tuple(_replaced(c, old, new) for c in clauses), explicit)
        case Or(clauses):
            return Or(tuple(_replaced(c, old, new) for c in clauses))
        case Not(child):
            return Not(_replaced(child, old, new))
        case _:
            return new if clause == old else clause

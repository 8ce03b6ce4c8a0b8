"""A clause in the terms of an index: which view each leaf reads, with what terms. Engines find by it and highlights are
made by it, so that what is marked is what was found.

bare word          its stem, in the stemmed view
bare compound      its parts as an exact phrase, or the stem of its joined form
quoted words       exact terms at consecutive positions, with up to `slop` words between; without slop also where an
                   inner word stands in two halves
prefix*            every exact term that starts so
word~              every exact term within one edit (two from 8 letters on)
source:word        every value of the attribute that has the words, one behind the other
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from app.search import analysis
from app.search.attributes import WORDED, Field
from app.search.query import And, Clause, Fuzzy, Not, Nothing, Or, Phrase, Prefix, Word, allowed_edits


class StemTerm(msgspec.Struct, frozen=True):
    stem: str
    exact: str
    """The term as typed, for ranking articles that have just this form before others."""
    field: Field | None


class ExactPhrase(msgspec.Struct, frozen=True):
    terms: tuple[str, ...]
    slop: int
    field: Field | None


class PrefixTerms(msgspec.Struct, frozen=True):
    prefix: str
    field: Field | None


class FuzzyTerms(msgspec.Struct, frozen=True):
    term: str
    edits: int
    field: Field | None


class ValueWords(msgspec.Struct, frozen=True):
    """Words of a value of a view, in order, with up to `slop` others between them. The last may be the beginning of a
    word, or up to `edits` letters away from one."""

    view: str
    words: tuple[str, ...]
    slop: int = 0
    is_prefix: bool = False
    edits: int = 0


class AllOf(msgspec.Struct, frozen=True):
    plans: tuple[Plan, ...]


class AnyOf(msgspec.Struct, frozen=True):
    plans: tuple[Plan, ...]


class Without(msgspec.Struct, frozen=True):
    plan: Plan


Leaf = StemTerm | ExactPhrase | PrefixTerms | FuzzyTerms | ValueWords
Plan = Leaf | AllOf | AnyOf | Without


@lru_cache(1_000)
def plan(clause: Clause) -> Plan:
    """Return the plan of a clause. Kept: what is found by it is marked by it a moment later."""
    match clause:
        case And(clauses):
            return AllOf(tuple(map(plan, clauses)))
        case Or(clauses):
            return AnyOf(tuple(map(plan, clauses)))
        case Not(child):
            return Without(plan(child))
        case Word() | Phrase() | Prefix() | Fuzzy() if (view := WORDED.get(clause.field or "")) is not None:
            return _value(view.name, clause)
        case Word(text, field):
            return _word(text, field)
        case Phrase(text, slop, field):
            return _phrase(text, slop, field)
        case Prefix(text, field):
            return PrefixTerms(one_term(text), field)
        case Fuzzy(text, field):
            term = one_term(text)
            return FuzzyTerms(term, allowed_edits(term), field)
        case Nothing():
            return AnyOf(())


def _value(view: str, clause: Word | Phrase | Prefix | Fuzzy) -> Plan:
    words = analysis.phrase_terms(clause.text)
    match clause:
        case Phrase(_, slop):
            return ValueWords(view, words, slop)
        case Prefix():
            return ValueWords(view, words, is_prefix=True)
        case Fuzzy():
            return ValueWords(view, words, edits=allowed_edits(words[-1]))
        case Word():
            return ValueWords(view, words)


def one_term(text: str) -> str:
    """The single term that a prefix or fuzzy word stands on: the joined form of a compound."""
    expansion = analysis.expand(text)
    return (expansion.joined or expansion.parts[0]).term


def leaves(plan: Plan) -> Iterator[Leaf]:
    match plan:
        case AllOf(plans) | AnyOf(plans):
            for child in plans:
                yield from leaves(child)
        case Without(child):
            yield from leaves(child)
        case leaf:
            yield leaf


def wanted_leaves(plan: Plan) -> Iterator[Leaf]:
    """Yield the leaves that can make an article match, so none below a refusal, in reading order."""
    match plan:
        case AllOf(plans) | AnyOf(plans):
            for child in plans:
                yield from wanted_leaves(child)
        case Without():
            return
        case leaf:
            yield leaf


def bare_words(plan: Plan) -> Iterator[StemTerm]:
    """Yield the stems an article is wanted for, in reading order."""
    return (leaf for leaf in wanted_leaves(plan) if isinstance(leaf, StemTerm))


def _phrase(text: str, slop: int, field: Field | None) -> Plan:
    terms = analysis.phrase_terms(text)
    readings = analysis.phrase_readings(terms) if not slop else [terms]
    plans = tuple(ExactPhrase(reading, slop, field) for reading in readings)
    return plans[0] if len(plans) == 1 else AnyOf(plans)


def _word(text: str, field: Field | None) -> Plan:
    expansion = analysis.expand(text)
    terms = tuple(form.term for form in expansion.parts)
    if len(terms) == 1:
        return StemTerm(analysis.stem(terms[0]), terms[0], field)
    phrase = ExactPhrase(terms, 0, field)
    if expansion.joined is None:
        return phrase
    joined = expansion.joined.term
    return AnyOf((phrase, StemTerm(analysis.stem(joined), joined, field)))

"""What somebody types, completed and spelt, from what an engine tells of its words."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from app.errors import QueryTooComplex
from app.search import analysis
from app.search.attributes import Filters
from app.search.engine import ArticleHit, Hits, Suggestion
from app.search.plan import one_term
from app.search.query import MIN_PREFIX, And, Clause, Or, Phrase, Prefix, Query, Word, parse

_CONTINUED = 50
"""Words with which a beginning is continued in headlines, where it begins more than a search may ask for."""
_MISSPELT = 2
"""Letters in which a misspelling may differ."""


@dataclass(frozen=True, slots=True)
class Completion:
    """`starting` gives the most frequent words that begin so, `following` in about how many articles each word that
    begins so stands right behind others."""

    search: Callable[[Query], Hits]
    starting: Callable[[str, int], list[Suggestion]]
    following: Callable[[Sequence[str], str], Counter[str]]

    def suggest(self, prefix: str, limit: int) -> list[Suggestion]:
        found = [match for match in analysis.raw_matches(prefix) if analysis.expand(match[0]).width]
        if not found:
            return []
        words, start = [match[0] for match in found], found[-1].start()
        phrases = self._continued(prefix[:start].lstrip(), one_term(words[-1]), (limit + 1) // 2)
        return [*phrases, *self.starting(one_term(words[-1]), limit), *self._headlines(words, limit)]

    def _continued(self, before: str, beginning: str, limit: int) -> list[Suggestion]:
        """Return the words before with those that follow them in the archive, most often first, as whole queries. Only
        plain words are continued."""
        plain = _plain_words(before)
        terms = analysis.phrase_terms(before) if plain else ()
        # What follows the last two tells more; where nothing does, what follows the last.
        for behind in (terms[-2:], terms[-1:]) if len(terms) > 1 else (terms,):
            following = self.following(behind, beginning) if behind else Counter[str]()
            following.pop(beginning, None)
            if following:
                return self._as_queries(before, plain, _one_form_each(following)[:limit])
        return []

    def _as_queries(self, before: str, plain: Sequence[Clause], following: list[str]) -> list[Suggestion]:
        finding = ((term, self.search(Query(And((*plain, Word(term))), limit=1)).total) for term in following)
        return [Suggestion("phrase", f"{before}{term}", articles) for term, articles in finding if articles]

    def _headlines(self, words: list[str], limit: int) -> list[Suggestion]:
        if len(one_term(words[-1])) < MIN_PREFIX:
            return []
        before, last = [Word(word, "headline") for word in words[:-1]], words[-1]
        try:
            hits = self._with_all(before, Prefix(last, "headline"), limit)
        except QueryTooComplex:
            frequent = [Phrase(each.text, 0, "headline") for each in self.starting(one_term(last), _CONTINUED)]
            hits = self._with_all(before, Or(tuple(frequent)), limit)
        return [Suggestion("headline", hit.card.headline, 1, hit.id) for hit in hits]

    def _with_all(self, words: Sequence[Word], beginning: Clause, limit: int) -> tuple[ArticleHit, ...]:
        clause = And((*words, beginning)) if words else beginning
        return self.search(Query(clause, Filters(), "-date", limit)).hits


def misspelt_letters(term: str) -> int:
    """Return in how many letters another word may differ from one that is misspelt; 0 where none is near."""
    # A word that shares one letter with another is not a misspelling of it.
    return max(min(len(term) - 2, _MISSPELT), 0)


def nearest_spellings(
    term: str, found: Iterable[str], count: Callable[[list[str]], Counter[str]], limit: int
) -> list[str]:
    """Return words that are near a term, the nearest first; of those as near with the same first letter, and then those
    that most articles have."""
    groups: defaultdict[tuple[int, bool], list[str]] = defaultdict(list)
    for text in found:
        groups[OSA.distance(term, text), text[:1] != term[:1]].append(text)
    best: list[str] = []
    # Counting takes the longest: of thousands that are near, the first groups are enough.
    for _, group in sorted(groups.items()):
        counts = count(group)
        best += heapq.nsmallest(limit - len(best), +counts, key=lambda text: (-counts[text], text))
        if len(best) == limit:
            break
    return best


def _plain_words(text: str) -> tuple[Clause, ...]:
    """Return the clauses of a text of bare words, with a space behind the last; none of any other text."""
    if not text[-1:].isspace():
        return ()
    try:
        parsed = parse(text)
    except QueryTooComplex:
        return ()
    clause = parsed.clause
    words = clause.clauses if isinstance(clause, And) and not clause.explicit else (clause,)
    is_plain = not parsed.warnings and all(isinstance(word, Word) and word.field is None for word in words)
    return tuple(word for word in words if word is not None) if is_plain else ()


def _one_form_each(counts: Counter[str]) -> list[str]:
    """Return the most frequent first, and of the forms of a word, which find the same, that one alone."""
    forms: dict[str, str] = {}
    for term in sorted(counts, key=lambda term: (-counts[term], term)):
        forms.setdefault(analysis.stem(term), term)
    return list(forms.values())

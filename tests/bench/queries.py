"""What is asked: some forty queries of each class, in the words of the port, chosen by the corpus's own statistics."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise

from app.search.analysis import stem
from app.search.attributes import Filters
from app.search.engine import Document
from app.search.query import And, Fuzzy, Or, Phrase, Prefix, Query, Word

SEED = 7
EACH = 40
SAMPLE = 20_000
"""Articles that the statistics are taken of, spread evenly over the corpus."""
_PAIRS_OF = 3_000
"""Articles of the sample whose pairs of words are counted: there are nearly as many pairs as words."""

COMMON = 0.2
"""A common term is in more than this share of the articles."""
_MIDDLING = (0.01, 0.08)
_RARE = 0.0004
_LIMIT = 10
_FACET_VALUES = 10
_PREFIX = 5
_MOST_EXPANDED = 50
"""Different words of the sample that a prefix may stand for; the corpus has more, and 200 is the engine's limit."""

# Letters alone: what every peer's tokenizer takes for one word.
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(slots=True)
class Statistics:
    """`forms` gives each stem as it was first met: peers stem differently, so they are asked whole words."""

    articles: int = 0
    frequencies: Counter[str] = field(default_factory=Counter)
    forms: dict[str, str] = field(default_factory=dict)
    vocabulary: set[str] = field(default_factory=set)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    entities: Counter[str] = field(default_factory=Counter)
    years: Counter[int] = field(default_factory=Counter)

    def add(self, document: Document) -> None:
        words = _WORD.findall(document.body.lower())
        stems = {stem(word): word for word in reversed(words)}
        for found, word in stems.items():
            self.forms.setdefault(found, word)
        self.frequencies.update(stems.keys())
        self.vocabulary.update(words)
        self.entities.update(document.entities)
        if document.date:
            self.years[int(document.date[:4])] += 1
        if self.articles < _PAIRS_OF:
            self.pairs.update(pairwise(words))
        self.articles += 1

    def words(self, least: float, most: float) -> list[str]:
        """One form of each stem that is in such a share of the articles."""
        low, high = least * self.articles, most * self.articles
        return [self.forms[s] for s, count in sorted(self.frequencies.items()) if low <= count <= high]


def statistics(documents: Iterable[Document], size: int) -> Statistics:
    gathered = Statistics()
    for document in islice(documents, 0, None, max(size // SAMPLE, 1)):
        gathered.add(document)
    return gathered


def engine_queries(known: Statistics) -> dict[str, list[Query]]:
    """By class. The ranges are bent where the corpus is too small to have words in them."""
    draw = random.Random(SEED)
    common, middling = _common(known), _middling(known)
    rare = known.words(2 / known.articles, max(_RARE, 3 / known.articles))
    common_words = [Word(word) for word in _some(draw, common, EACH)]
    asked = {
        "rare term": [Query(Word(word)) for word in _some(draw, rare, EACH)],
        "common term": [Query(word) for word in common_words],
        "two terms, all": [Query(And((Word(a), Word(b)))) for a, b in _couples(draw, common, middling, EACH)],
        "three common terms, any": [Query(Or(tuple(map(Word, draw.sample(common, 3))))) for _ in range(EACH)],
        "phrase of two": [Query(Phrase(phrase)) for phrase in _phrases(known, draw, EACH)],
        "prefix": [Query(Prefix(prefix)) for prefix in _prefixes(known, draw, middling)],
        "fuzzy, one edit": [Query(Fuzzy(word)) for word in _misspelt(draw, middling)],
        "term, date range, newest first": [
            Query(word, _two_years(known, draw), sort="-date") for word in draw.sample(common_words, len(common_words))
        ],
        "term and entity filter": [
            Query(word, Filters(entity=(entity,)))
            for word, entity in zip(common_words, _frequent_entities(known, draw), strict=False)
        ],
        "term, facets, timeline": [
            Query(Word(word), facets=("person", "year"), facet_limit=_FACET_VALUES, dates=True)
            for word in _mixed(draw, common, middling, EACH)
        ],
    }  # fmt: skip
    return {name: [replace(query, limit=_LIMIT) for query in queries] for name, queries in asked.items()}


@dataclass(frozen=True, slots=True)
class Request:
    """A search over HTTP; `text` is what a person would type. Or whatever has the address `path`."""

    text: str
    facets: bool = False
    path: str = ""


def http_requests(known: Statistics, each: int) -> dict[str, list[Request]]:
    """`each` different ones of a class: a cache of answers must not help. Fewer where the corpus has fewer."""
    draw = random.Random(SEED + 1)
    common, middling = _common(known), _middling(known)
    terms = _mixed(draw, common, middling, each)
    pairs = dict.fromkeys(f"{a} {b}" for a, b in _couples(draw, common, middling, each))
    return {
        "term": [Request(word) for word in terms],
        "and": [Request(pair) for pair in pairs],
        "phrase": [Request(f'"{phrase}"') for phrase in _phrases(known, draw, each)],
        "term with two facets": [Request(word, facets=True) for word in draw.sample(terms, len(terms))],
        "repeated": [Request(word) for word in _spread(known, terms, 10)] * (each // 10),
    }


def _common(known: Statistics) -> list[str]:
    return known.words(COMMON, 1.0)


def _middling(known: Statistics) -> list[str]:
    return known.words(*_MIDDLING)


def _some(draw: random.Random, values: list[str], count: int) -> list[str]:
    return draw.sample(values, min(count, len(values)))


def _mixed(draw: random.Random, common: list[str], middling: list[str], count: int) -> list[str]:
    """Half of them common while there are such."""
    frequent = _some(draw, common, count // 2)
    mixed = frequent + _some(draw, middling, count - len(frequent))
    draw.shuffle(mixed)
    return mixed


def _spread(known: Statistics, words: list[str], count: int) -> list[str]:
    """As rare and as common as `words` are."""
    ranked = sorted(words, key=lambda word: known.frequencies[stem(word)])
    return ranked[:: max(len(ranked) // count, 1)][:count]


def _couples(draw: random.Random, common: list[str], middling: list[str], count: int) -> list[tuple[str, str]]:
    """Two common words in turn with one common and one less so."""
    couples = []
    for i in range(count):
        first = draw.choice(common)
        others = [word for word in (common if i % 2 else middling) if word != first]
        couples.append((first, draw.choice(others)))
    return couples


def _phrases(known: Statistics, draw: random.Random, count: int) -> list[str]:
    found = [" ".join(pair) for pair, times in sorted(known.pairs.items()) if times >= 3 and pair[0] != pair[1]]
    return _some(draw, found or [" ".join(pair) for pair, _ in known.pairs.most_common(count)], count)


def _prefixes(known: Statistics, draw: random.Random, middling: list[str]) -> list[str]:
    standing_for = Counter(word[:_PREFIX] for word in known.vocabulary)
    found = sorted({word[:_PREFIX] for word in middling if len(word) > _PREFIX})
    return _some(draw, [prefix for prefix in found if standing_for[prefix] <= _MOST_EXPANDED], EACH)


def _misspelt(draw: random.Random, middling: list[str]) -> list[str]:
    """Words of five to seven letters with one of them, not the first, changed."""
    words = _some(draw, [word for word in middling if 5 <= len(word) <= 7 and word.isascii()], EACH)
    return [
        word[:at] + draw.choice("aeiou") + word[at + 1 :] for word in words for at in [draw.randrange(1, len(word))]
    ]


def _two_years(known: Statistics, draw: random.Random) -> Filters:
    years = sorted(known.years)
    first = draw.choice(years[:-1] or years)
    return Filters(date_from=f"{first}-01-01", date_to=f"{first + 1}-12-31")


def _frequent_entities(known: Statistics, draw: random.Random) -> list[str]:
    return _some(draw, [entity for entity, _ in known.entities.most_common(400)], EACH)

"""A few hundred articles out of a seed, and Hypothesis strategies for what may be asked of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from app.search.attributes import Field, Filters
from app.search.engine import Document
from app.search.query import And, Clause, FacetWords, Fuzzy, Not, Or, Phrase, Prefix, Word

FREQUENT = ("the", "of", "talks", "minister", "said", "bank", "trade", "oil", "prices", "in", "a", "to")
WORDS = (
    *FREQUENT,
    *"talk talked talking minister's ministers banking banks trader trading traded price priced".split(),
    *"government governing".split(),
    *"university universities universal news new harbour harbor grain wheat strike strikes striking dockers".split(),
    *"counter-terrorism counterterrorism counter terrorism AT&T ATT W-2 w2 U.S. us O'Brien OBrien O’Brien's".split(),
    *"3.5 1,234.50 1234.50 café cafe naïve Zürich MÜNCHEN straße 東京 東京都 Pakistan Pakistan's Putin".split(),
    *"co-operation cooperation re-elected state-of-the-art semi-final semifinal border borders bordering".split(),
    *"treaty treaties cease-fire ceasefire I x 7 1987 1,000 e-mail email".split(),
    *"corporation corporations 10,500 10500 d’Estaing Estaing NGO NGOs F-16 F-16s".split(),
    *"ไทย กรุงเทพไทย ﾄﾖﾀ トヨタ २०१० 2010".split(),
    "'s",
    "—",
    "…",
)
# What stands in texts alone: a query is read as if it were typed without.
ODD = (
    "corpo-\nration",
    "cor\u00adpo\u00adration",
    "10\u202f500",
    "10 500",
    "tra-\nding",
    "counter-\nterrorism",
    "oil\u200b",
)
SOURCES = ("Harbour Wire", "Coast Courier", "The Évening Post", None)
AUTHORS = ("Jane Doe", "JANE DOE", "Oil Desk", "Zoë de la Haye")
PLACES = ("New Delhi", "NEW DELHI", "Zürich", "London", "Québec City", None, None)
LANGUAGES = ("en", "en", "en", "fr", "de")
ENTITIES = (
    *(f"person-p{i}" for i in range(4)),
    "person-p0-unresolved",
    "person-z-unresolved",
    *(f"organization-o{i}" for i in range(5)),
    *(f"place-l{i}" for i in range(5)),
    *(f"event-e{i}" for i in range(3)),
    "placement-x",
    "per",
)
TIMES = (
    "00:00",
    "09:30Z",
    "09:30",
    "11:30:00+02:00",
    "09:30:00.001Z",
    "23:59:59-08:00",
    "00:10+05:30",
    "14:05",
    None,
    None,
    None,
)
STORIES = (f"{7:016x}", None, f"{2**64 - 7:016x}", None)
"""Without one an article is a story by itself."""
MENTIONED = ((), (), ("1986-12-24",), ("1987-01", "1986-12-01"), ("1986-W50",), ("1986-Q4", "1987-02-02"), ("1987",))
FIRST_DAY = date(1986, 11, 20)
_SEPARATORS = (" ", " ", " ", " ", ", ", ". ", "\n", "\n\n", " (", ") ")


def article(chance: random.Random, id: str, sequence: int, longest: int = 50) -> Document:
    place = chance.choice(PLACES)
    day = FIRST_DAY + timedelta(days=chance.randrange(120))
    dated = day.isoformat()[: chance.choice((10,) * 8 + (7, 4))] if chance.random() < 0.85 else None
    time = TIMES[int(id, 16) % len(TIMES)]
    return Document(
        id=id,
        headline=_text(chance, chance.randrange(0, 8)),
        body=_text(chance, chance.randrange(0, longest)),
        date=dated,
        published_at=f"{dated}T{time}" if time and len(dated or "") == 10 else None,
        dateline=f"{place}, {day:%b} {day.day}" if place and chance.random() < 0.8 else None,
        place=place,
        source=chance.choice(SOURCES),
        authors=tuple(chance.sample(AUTHORS, chance.choice((0, 0, 1, 1, 2)))),
        language=chance.choice(LANGUAGES),
        entities=tuple(chance.sample(ENTITIES, chance.randrange(0, 6))),
        url=f"https://news.example/{id}" if chance.random() < 0.5 else None,
        word_count=chance.randrange(1000),
        revised=sequence,
        added=int(id, 16) % 997,
        mentioned=MENTIONED[int(id, 16) % len(MENTIONED)],
        story=STORIES[int(id, 16) % len(STORIES)],
    )


def articles(count: int, seed: int = 1, longest: int = 50) -> list[Document]:
    chance = random.Random(seed)
    ids = [chance.getrandbits(64) for _ in range(count)]
    return [article(chance, f"{id:016x}", 1, longest) for id in ids]


def revision(chance: random.Random, old: Document, sequence: int) -> Document:
    return replace(article(chance, old.id, sequence), revision=old.revision + 1)


def _text(chance: random.Random, count: int) -> str:
    """Some words far more frequent than others, as in any language, and now and then a passage that returns."""
    text = ""
    while count > 0:
        if chance.random() < 0.08:
            text += "the price of oil in the U.S. counter-terrorism talks "
            count -= 8
        word = chance.choice(FREQUENT) if chance.random() < 0.4 else chance.choice(WORDS)
        word = chance.choice(ODD) if chance.random() < 0.04 else word
        text += (word.upper() if chance.random() < 0.05 else word) + chance.choice(_SEPARATORS)
        count -= 1
    return text


_fields: st.SearchStrategy[Field | None] = st.sampled_from(
    (None, None, None, "headline", "body", "dateline", "source", "author")
)
_plain = tuple(word for word in WORDS if any(c.isalnum() for c in word) and word != "'s")
_words = st.sampled_from((*_plain, "absent", "Delhi", "nov", "dec", "minster", "wire", "Evening", "post", "doe", "Zoe"))
words = st.builds(Word, _words, _fields)
bare_words = st.builds(Word, st.sampled_from((*tuple(w for w in _plain if w.isalpha()), "absent")))
_phrases = st.one_of(
    st.lists(_words, min_size=1, max_size=3).map(" ".join),
    st.sampled_from(
        (
            "of oil",
            "price of oil",
            "oil in the US",
            "counter terrorism talks",
            "the U.S.",
            "oil talks",
            "in corporation talks",
            "the corporation",
            "harbour wire",
            "the post",
            "jane doe",
            "de haye",
        )
    ),
)
phrases = st.builds(Phrase, _phrases, st.sampled_from((0, 0, 1, 2, 5, 20)), _fields)
_beginnings = st.sampled_from("tal ban counter coun uni 123 stra zzz e-ma cour even".split())
_misspelt = st.sampled_from("bnak minster terorism univesrity oli us zzzz evning wore".split())
prefixes = st.builds(Prefix, _beginnings, _fields)
fuzzies = st.builds(Fuzzy, _misspelt, _fields)
leaves: st.SearchStrategy[Clause] = st.one_of(words, words, words, phrases, prefixes, fuzzies)


def _joined(children: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    several = st.lists(children, min_size=2, max_size=4).map(tuple)
    return st.one_of(st.builds(And, several, st.booleans()), st.builds(Or, several), st.builds(Not, children))


clauses: st.SearchStrategy[Clause] = st.recursive(leaves, _joined, max_leaves=6)
bare_clauses: st.SearchStrategy[Clause] = st.recursive(
    bare_words,
    lambda children: (
        st.lists(children, min_size=2, max_size=3)
        .map(tuple)
        .flatmap(lambda several: st.one_of(st.builds(And, st.just(several)), st.builds(Or, st.just(several))))
    ),
    max_leaves=5,
)

_days = st.integers(-5, 125).map(lambda n: (FIRST_DAY + timedelta(days=n)).isoformat())


questions = st.lists(
    st.sampled_from([*filter(str.isalpha, _plain), "absent"]), min_size=7, max_size=16, unique=True
).map(lambda several: Or(tuple(map(Word, several))))


def _some(values: Sequence[str | None]) -> st.SearchStrategy[tuple[str, ...]]:
    chosen = st.lists(st.sampled_from([value for value in values if value]), max_size=3, unique=True).map(tuple)
    return st.one_of(st.just(()), st.just(()), chosen)


filters = st.builds(
    Filters,
    date_from=st.one_of(st.none(), st.none(), _days),
    date_to=st.one_of(st.none(), st.none(), _days),
    mentions_from=st.one_of(st.none(), st.none(), st.none(), _days),
    mentions_to=st.one_of(st.none(), st.none(), st.none(), _days),
    entity=_some(ENTITIES),
    entity_any=_some((*ENTITIES, "person-unknown")),
    not_entity=_some(ENTITIES),
    source=_some((*SOURCES, "Nobody")),
    not_source=_some(SOURCES),
    author=_some((*AUTHORS, "Nobody")),
    not_author=_some(AUTHORS),
    dateline=_some(("new delhi", "NEW DELHI", "Zurich", "London", "Québec City", "Nowhere")),
    language=_some(("en", "fr", "de", "xx")),
    story=st.one_of(st.none(), st.none(), st.none(), st.sampled_from((STORIES[0], STORIES[2], f"{9:016x}"))),
)

facet_words: st.SearchStrategy[FacetWords | None] = st.one_of(
    st.none(),
    st.builds(
        FacetWords,
        st.sampled_from(("wire", "w", "evening p", "de la", "do", "haye", "delhi", "q", "1987", "1986 1", "e", "zzz")),
        _some((*ENTITIES, "person-unknown")).map(frozenset),
    ),
)

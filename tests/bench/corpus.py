"""What is searched: articles from a seeded generator, of any number, or from a file as ingest reads it.

Generated words are invented but their numbers are those of news: Zipf-Mandelbrot frequencies, endings that a stemmer
takes off, words that return within an article (a fixed topic for each), pairs that belong together (for phrases), and
names whose popularity is as uneven as that of words. The same seed and number always give the same article.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from app.search.engine import Document
from app.text import fingerprint, normalise

SEED = 20261122

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_CHUNK = 1_000
"""Articles made at a time; each chunk has a generator of its own, so the millionth needs none of those before it."""
_WORDS = 200_000
_STEMS = 70_000
_ONSETS = [*"bcdfghjklmnprstvwz", "br", "cr", "dr", "fr", "gr", "pl", "pr", "st", "tr", "sh", "ch", "th"]
_VOWELS = [*"aeiou", "ai", "ea", "ou", "io"]
_CODAS = ["", "", "n", "r", "l", "s", "t", "m", "nd", "st", "rk"]
_ENDINGS = ["", "s", "ed", "ing", "er", "ers", "ly", "ation", "ment", "ness", "al"]
_SENTENCE = 17
_PARAGRAPH = 4
_MEDIAN_LENGTH = 185
"""Words of a body; with the spread below the mean is about 205."""
_SPREAD = 0.45
_TOPIC = 20
_ON_TOPIC = 0.25
_TOPIC_FROM = 0.35
"""Topics leave out the most frequent words, which make up this share of a text."""
_PAIRED = 0.06
_FIRST_DAY = date(2016, 1, 1).toordinal()
_DAYS = 3_652
_SOURCES = 200
_ENTITIES = {"person": (30_000, 5), "organization": (10_000, 4), "place": (4_000, 3)}
"""How many there are of a type, and how many of them an article draws (some of them twice)."""


@dataclass(frozen=True, slots=True)
class _Language:
    words: npt.NDArray[np.object_]
    cumulated: Floats
    partners: Ints
    """Which word likes to follow which."""


def generate(count: int, start: int = 0) -> Iterator[Document]:
    """Articles number `start` to `start + count`."""
    language = _language()
    for chunk in range(start // _CHUNK, -(-(start + count) // _CHUNK)):
        for number, document in enumerate(_chunk(language, chunk), chunk * _CHUNK):
            if start <= number < start + count:
                yield document


def from_file(path: Path) -> Iterator[Document]:
    """JSON Lines with id, title, body, date and source. Nobody recognises names here: they are drawn by the id."""
    from app.ingest.dates import parse_published

    with path.open("rb") as file:
        for line in file:
            record: dict[str, Any] = msgspec.json.decode(line)
            body = normalise(record.get("body") or record.get("text") or "")
            headline = normalise(record.get("headline") or record.get("title") or "")
            if body or headline:
                id = fingerprint(str(record.get("id") or body))[:16]
                yield _document(
                    id, headline, body,
                    date=parse_published(record.get("date")).date,
                    dateline=record.get("dateline") or None,
                    source=record.get("source") or None,
                    entities=_drawn_by(id),
                )  # fmt: skip


def write(path: Path, documents: Iterable[Document]) -> int:
    """Both what `read` reads and what ingest does: one corpus for every peer."""
    count = 0
    with path.open("wb") as file:
        for document in documents:
            file.write(_encode(document) + b"\n")
            count += 1
    return count


def read(path: Path) -> Iterator[Document]:
    with path.open("rb") as file:
        yield from map(_decode, file)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Document).decode


def _document(
    id: str, headline: str, body: str, *,
    date: str | None, dateline: str | None, source: str | None, entities: tuple[str, ...],
) -> Document:  # fmt: skip
    return Document(
        id=id,
        headline=headline,
        body=body,
        date=date,
        dateline=dateline,
        place=dateline.split(",")[0].title() if dateline else None,
        source=source,
        entities=entities,
        word_count=body.count(" ") + 1,
    )


def _chunk(language: _Language, chunk: int) -> Iterator[Document]:
    rng = np.random.default_rng((SEED, chunk))
    lengths = np.clip(rng.lognormal(np.log(_MEDIAN_LENGTH), _SPREAD, _CHUNK), 30, 1_500).astype(np.int64)
    topics = np.searchsorted(language.cumulated, _TOPIC_FROM + (1 - _TOPIC_FROM) * rng.random((_CHUNK, _TOPIC)))
    bodies = np.split(_body_words(language, rng, lengths, topics), np.cumsum(lengths)[:-1])
    headlines = np.hstack([topics[:, :5], np.searchsorted(language.cumulated, rng.random((_CHUNK, 4)))])
    days = (_FIRST_DAY + rng.integers(0, _DAYS, _CHUNK)).tolist()
    sources = np.searchsorted(_zipf(_SOURCES, 2), rng.random(_CHUNK)).tolist()
    entities = _entities(rng, _CHUNK)
    for i in range(_CHUNK):
        day, place = date.fromordinal(days[i]), str(language.words[3_000 + sources[i] * 7 + i % 5])
        yield _document(
            fingerprint(f"{SEED} {chunk} {i}")[:16],
            " ".join(language.words[headlines[i]]).capitalize(),
            _prose(language.words[bodies[i]].tolist()),
            date=day.isoformat(),
            dateline=f"{place.upper()}, {day:%B} {day.day}",
            source=f"The {str(language.words[1_000 + sources[i]]).capitalize()} Herald",
            entities=entities[i],
        )


def _body_words(language: _Language, rng: np.random.Generator, lengths: Ints, topics: Ints) -> Ints:
    """Word numbers of all bodies of a chunk, one after the other."""
    total = int(lengths.sum())
    words = np.searchsorted(language.cumulated, rng.random(total))
    owners = np.repeat(np.arange(len(lengths)), lengths)
    on_topic = np.flatnonzero(rng.random(total) < _ON_TOPIC)
    words[on_topic] = topics[owners[on_topic], rng.integers(0, _TOPIC, len(on_topic))]
    second = np.flatnonzero(rng.random(total - 1) < _PAIRED) + 1
    words[second] = language.partners[words[second - 1]]
    return words


def _prose(words: list[str]) -> str:
    sentences = [" ".join(words[i : i + _SENTENCE]).capitalize() + "." for i in range(0, len(words), _SENTENCE)]
    return "\n\n".join(" ".join(sentences[i : i + _PARAGRAPH]) for i in range(0, len(sentences), _PARAGRAPH))


def _entities(rng: np.random.Generator, articles: int) -> list[tuple[str, ...]]:
    drawn: list[set[str]] = [set() for _ in range(articles)]
    for kind, (count, each) in _ENTITIES.items():
        numbers = np.searchsorted(_zipf(count, 5), rng.random((articles, each)))
        for mentioned, row in zip(drawn, numbers.tolist(), strict=True):
            mentioned.update(f"{kind}-{number}" for number in row)
    return [tuple(sorted(mentioned)) for mentioned in drawn]


def _drawn_by(id: str) -> tuple[str, ...]:
    return _entities(np.random.default_rng(int(id, 16)), 1)[0]


@cache
def _zipf(count: int, flat: float) -> Floats:
    """Cumulated Zipf-Mandelbrot shares of ranks: 1 / (rank + flat)."""
    shares = 1 / (np.arange(1, count + 1) + flat)
    cumulated: Floats = np.cumsum(shares / shares.sum())
    return cumulated


@cache
def _language() -> _Language:
    draw = random.Random(SEED)
    syllables = [a + b + c for a in _ONSETS for b in _VOWELS for c in _CODAS]
    stems = ["".join(draw.choices(syllables, k=draw.choice((1, 2, 2, 3)))) for _ in range(_STEMS)]
    words: dict[str, None] = {}
    while len(words) < _WORDS:
        word = draw.choice(stems) + draw.choice(_ENDINGS)
        if 3 <= len(word) <= 16:
            words[word] = None
    frequent, rest = list(words)[:3_000], list(words)[3_000:]
    ordered = np.array([*sorted(frequent, key=len), *rest], dtype=object)
    partners = np.random.default_rng(SEED).integers(50, 20_000, _WORDS)
    return _Language(ordered, _zipf(_WORDS, 2.7), partners)

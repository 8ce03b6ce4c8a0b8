"""An article's body as passages: paragraphs and subheads, cut where a name or a hit begins or ends."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, groupby, pairwise
from operator import itemgetter

from app.read.models import Article, EntityMentions, Quote

Stretch = tuple[int, int]
Named = tuple[int, int, EntityMentions]


@dataclass(frozen=True, slots=True)
class TextPiece:
    text: str
    marked: bool
    dateline: bool
    said: Quote | None = None
    """The quote that it is part of."""
    opens: bool = False
    """Whether that quote begins with it."""


@dataclass(frozen=True, slots=True)
class EntityRun:
    """Pieces of one name, or of the text between two."""

    entity: EntityMentions | None
    pieces: tuple[TextPiece, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """`kind`: paragraph, subhead, or furniture of either."""

    kind: str
    runs: tuple[EntityRun, ...]


@dataclass(frozen=True, slots=True)
class _BodyMarks:
    """What is marked in a body, gathered once for all its blocks: a long one has as many of each as words.

    `named` (each of its entity in `entities`), `hits` and `said` (each of its quote in `quotes`) are ascending and
    disjoint; the dateline ends at `dateline`.
    """

    entities: list[EntityMentions]
    named: list[Stretch]
    hits: list[Stretch]
    quotes: list[Quote]
    said: list[Stretch]
    dateline: int
    edges: list[int]
    """Where any of them begins or ends, ascending."""


def passages(article: Article) -> list[Passage]:
    """Return the passages in order. Every character of every block is in exactly one piece, as it stands in the
    body."""
    marked = _gather_marks(article)
    furniture = {place["start"] for place in article["furniture"]}
    return [
        Passage(
            "furniture" if block["start"] in furniture else block["kind"],
            tuple(_entity_runs(article["body"], (block["start"], block["end"]), marked)),
        )
        for block in article["blocks"]
    ]


def _gather_marks(article: Article) -> _BodyMarks:
    names = _disjoint_names(article)
    named, hits = [name[:2] for name in names], [(hit["start"], hit["end"]) for hit in article.get("matches", [])]
    dateline = _dateline_end(article)
    quotes = article.get("quotes", [])
    said = [(quote["start"], quote["end"]) for quote in quotes]
    edges = sorted({dateline, *(edge for spans in (named, hits, said) for edge in chain.from_iterable(spans))})
    return _BodyMarks([name[2] for name in names], named, hits, quotes, said, dateline, edges)


def _disjoint_names(article: Article) -> list[Named]:
    """Ascending and disjoint: of names that overlap the first counts."""
    every = sorted(
        ((place["start"], place["end"], entity) for entity in article["entities"]
         for place in (*entity["mentions"], *entity.get("demonyms", ()))),
        key=lambda name: name[:2],
    )  # fmt: skip
    kept: list[Named] = []
    for name in every:
        if not kept or name[0] >= kept[-1][1]:
            kept.append(name)
    return kept


def _dateline_end(article: Article) -> int:
    """Return where the dateline at the head of the body ends; 0 where the text begins without."""
    text = article.get("dateline", {"text": ""})["text"]
    return len(text) if text and article["body"].startswith(text) else 0


def _entity_runs(body: str, block: Stretch, marked: _BodyMarks) -> Iterator[EntityRun]:
    start, end = block
    inside = marked.edges[bisect_right(marked.edges, start) : bisect_left(marked.edges, end)]
    cuts = pairwise(sorted({start, *inside, end}))
    for number, stretch in groupby(cuts, key=lambda cut: _covering(marked.named, cut[0])):
        pieces = tuple(_text_piece(body[a:b], a, marked) for a, b in stretch)
        yield EntityRun(None if number is None else marked.entities[number], pieces)


def _text_piece(text: str, at: int, marked: _BodyMarks) -> TextPiece:
    number = _covering(marked.said, at)
    quote = marked.quotes[number] if number is not None else None
    opens = quote is not None and quote["start"] == at
    return TextPiece(text, _covering(marked.hits, at) is not None, at < marked.dateline, quote, opens)


def _covering(spans: list[Stretch], at: int) -> int | None:
    """Return which of ascending, disjoint spans holds the offset."""
    number = bisect_right(spans, at, key=_start) - 1
    return number if number >= 0 and at < spans[number][1] else None


_start = itemgetter(0)

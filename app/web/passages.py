"""An article's body as passages: paragraphs and subheads, cut where a name or a hit begins or ends."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from app.api.models import Article, EntityMentions, Span

Named = tuple[int, int, EntityMentions]


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    marked: bool
    dateline: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces of one name, or of the text between two."""

    entity: EntityMentions | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    kind: str
    runs: tuple[Run, ...]


def passages(article: Article) -> list[Passage]:
    """In order. Every character of every block is in exactly one piece, as it stands in the body."""
    names, hits = _names(article), article.get("matches", [])
    dateline = _dateline(article)
    return [
        Passage(block["kind"], tuple(_runs(article["body"], (block["start"], block["end"]), names, hits, dateline)))
        for block in article["blocks"]
    ]


def _names(article: Article) -> list[Named]:
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


def _dateline(article: Article) -> int:
    """Where the dateline at the head of the body ends; 0 where the text begins without."""
    text = article.get("dateline", {"text": ""})["text"]
    return len(text) if text and article["body"].startswith(text) else 0


def _runs(body: str, block: tuple[int, int], names: list[Named], hits: list[Span], dateline: int) -> Iterator[Run]:
    start, end = block
    edges = {start, end, dateline, *(edge for name in names for edge in name[:2])}
    edges |= {edge for hit in hits for edge in (hit["start"], hit["end"])}
    cuts = pairwise(sorted(edge for edge in edges if start <= edge <= end))
    for number, stretch in groupby(cuts, key=lambda cut: _covering([name[:2] for name in names], cut[0])):
        pieces = tuple(
            Piece(body[a:b], _covering([(hit["start"], hit["end"]) for hit in hits], a) is not None, a < dateline)
            for a, b in stretch
        )
        yield Run(None if number is None else names[number][2], pieces)


def _covering(spans: list[tuple[int, int]], at: int) -> int | None:
    """Which of ascending, disjoint spans holds the offset."""
    number = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return number if number >= 0 and at < spans[number][1] else None

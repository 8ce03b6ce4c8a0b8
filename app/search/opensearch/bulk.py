"""What nodes are sent to index or to delete: lines of bulk requests, in pieces of one request each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from app.search import analysis
from app.search.engine import Document
from app.search.opensearch.mapping import Encoder

T = TypeVar("T")
_PIECE_BYTES = 4_000_000
_DELETE = b'{"delete":'
"""How an action begins that has one line; all others have two."""


def indexing(encoder: Encoder, documents: Iterable[Document], sequence: int) -> Iterator[bytes]:
    """Yield what puts articles in place of their older versions."""
    return _joined(_action("index", each.id, sequence) + encoder.body(each) + b"\n" for each in documents)


def deleting(ids: Iterable[str], sequence: int) -> Iterator[bytes]:
    return _joined(_action("delete", id, sequence) for id in ids)


def indexing_words(counts: Mapping[str, int]) -> Iterator[bytes]:
    """Yield what sets how often words have come."""
    return _joined(_word_action(term, count) for term, count in counts.items())


def deleting_words(terms: Iterable[str]) -> Iterator[bytes]:
    return _joined(_DELETE + msgspec.json.encode({"_id": term}) + b"}\n" for term in terms)


def actions_of(piece: bytes) -> list[bytes]:
    """Return the actions of a piece, as many as there are items in the answer to it."""
    lines = iter(piece.splitlines(keepends=True))
    return [line if line.startswith(_DELETE) else line + next(lines) for line in lines]


def cut(items: Iterable[T], size: Callable[[T], int], most: int) -> Iterator[list[T]]:
    """Yield the items in lists, each just larger than `most` but for the last."""
    some, total = list[T](), 0
    for item in items:
        some.append(item)
        total += size(item)
        if total > most:
            yield some
            some, total = [], 0
    if some:
        yield some


def _joined(actions: Iterable[bytes]) -> Iterator[bytes]:
    return map(b"".join, cut(actions, len, _PIECE_BYTES))


def _action(what: str, id: str, sequence: int) -> bytes:
    return f'{{"{what}":{{"_id":"{id}","version":{sequence},"version_type":"external_gte"}}}}\n'.encode()


def _word_action(term: str, count: int) -> bytes:
    plain = analysis.plain_term(term) == term or analysis.phrase_terms(term) == (term,)
    told = {"term": term, "stem": analysis.stem(term), "count": count, "plain": plain}
    return b"%b\n%b\n" % (msgspec.json.encode({"index": {"_id": term}}), msgspec.json.encode(told))

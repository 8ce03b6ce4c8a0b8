"""Where a page ended, and the statistics it was ranked by.

A relevance score depends on how many articles there are and how many have each word. If those moved between two pages,
articles would be shown twice or never. So a cursor carries them: the next page is ranked by the numbers of the first
one, leaves out what came or was revised since, and gives the same total. Nothing is kept on the server, and pages go on
across processes, restarts and merges.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from functools import lru_cache

import msgspec

from app.errors import InvalidCursor
from app.search.attributes import Filters
from app.search.query import Query


class Statistics(msgspec.Struct, array_like=True, frozen=True):
    """Of the archive: `documents` and `mean_lengths` (words, per field); `frequencies`: documents, per leaf."""

    documents: int
    mean_lengths: tuple[float, ...]
    frequencies: tuple[int, ...]


class Place(msgspec.Struct, array_like=True, frozen=True):
    """A rank: the key that is sorted by, descending, and the article id that settles ties, ascending."""

    key: float
    id: int


class Reordered(msgspec.Struct, array_like=True, frozen=True):
    """What is left of the hits that were reordered by meaning, in order: whatever vectors come meanwhile, they stay as
    they were. `ids` and `keys` are arrays of 64-bit numbers and 32-bit floats; behind these hits the rest is ranked by
    words, and shows `share` of its score."""

    ids: bytes
    keys: bytes
    share: float

    @property
    def is_whole(self) -> bool:
        return len(self.ids) % 8 == 0 and len(self.ids) == 2 * len(self.keys)


class Cursor(msgspec.Struct, array_like=True, frozen=True):
    """Only articles whose text is no newer than `sequence` take part. `floor` ends the reordered window, if any. Where
    there is `meaning`, its hits come first, and then what ranks behind `after` by words."""

    query: bytes
    sequence: int
    total: int
    statistics: Statistics
    after: Place
    floor: Place | None
    collapsed: int | None = None
    meaning: Reordered | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Cursor).decode


_FORMULA = "2"
"""Raised with every change of what scores are made of: pages before and after it would not fit together."""


@lru_cache(1_000)
def _filters_as_text(filters: Filters) -> str:
    """Most searches have the same, which are none."""
    return repr(filters)


def digest(query: Query) -> bytes:
    """Return what of a query decides which articles come in which order."""
    formula = f"{_FORMULA} " if query.sort == "relevance" else ""
    collapsed = f" {query.collapse}" if query.collapse else ""
    ranked = f"{formula}{query.clause!r} {_filters_as_text(query.filters)} {query.sort}{collapsed}"
    return hashlib.sha256(ranked.encode("utf-8", "surrogatepass")).digest()[:8]


def encode_cursor(cursor: Cursor) -> str:
    body = _encode(cursor)
    return base64.urlsafe_b64encode(zlib.crc32(body).to_bytes(4, "big") + body).decode().rstrip("=")


def decode_cursor(text: str, query: Query, leaves: int) -> Cursor:
    """Raises `InvalidCursor` for one that is damaged, not ours, or belongs to another query."""
    try:
        packed = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if zlib.crc32(packed[4:]).to_bytes(4, "big") != packed[:4]:
            raise InvalidCursor("The cursor is damaged. Start again from the first page.")
        cursor = _decode(packed[4:])
    except (ValueError, msgspec.MsgspecError) as error:
        raise InvalidCursor("The cursor is not one of this archive. Start again from the first page.") from error
    is_same = cursor.query == digest(query) and len(cursor.statistics.frequencies) == leaves
    if not is_same or (cursor.meaning is not None and query.question is None):
        raise InvalidCursor("The cursor belongs to another query. Keep all parameters but limit as they were.")
    if cursor.meaning is not None and not cursor.meaning.is_whole:
        raise InvalidCursor("The cursor is damaged. Start again from the first page.")
    return cursor

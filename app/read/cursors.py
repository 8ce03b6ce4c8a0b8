"""Cursors of the lists that the store serves: where a page ended, bound to what was asked."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

import msgspec

from app.errors import InvalidCursor
from app.store.entities import After
from app.text import fingerprint


class _PageEnd(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    asked: str
    # Bounded: a larger number is none of ours, and none that SQLite could compare with.
    value: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | str
    id: str


def encode_page_end(after: After, *asked: str) -> str:
    place = _PageEnd(fingerprint(*asked)[:16], *after)
    return urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()


def decode_page_end(cursor: str | None, kind: type[int] | type[str], *asked: str) -> After | None:
    """`kind` of the value that the list is sorted by; no cursor is the beginning."""
    if cursor is None:
        return None
    try:
        place = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=_PageEnd)
    except ValueError:  # of base64 and of msgspec alike
        raise InvalidCursor("The cursor is not one that this archive gave.") from None
    if place.asked != fingerprint(*asked)[:16] or not isinstance(place.value, kind):
        raise InvalidCursor("The cursor belongs to another query.")
    return place.value, place.id

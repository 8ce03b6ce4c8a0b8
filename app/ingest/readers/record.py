"""What readers yield: one raw record, or why there is none. Both know where they stood in the file. And notes on it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import DatelineError

# Larger than any article; a "record" beyond it is a file of another kind, or an attack on memory.
MAX_RECORD = 10_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """`fields` as named in the file. `number` counts from 1; `offset` and `sha256` are of its raw bytes."""

    number: int
    fields: Mapping[str, object]
    offset: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """A record that cannot be read; `number` None means the file, or the rest of it."""

    number: int | None
    reason: str
    offset: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be told of a file of which nothing was lost: goes on after its name, and ends with a stop."""

    text: str


class Refused(DatelineError):
    """The record is not an article; says why."""


class FileUnusable(DatelineError):
    """The rest of a file cannot be read; what was read of it stays."""


def hashed(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def undecodable(error: UnicodeDecodeError) -> str:
    raw = error.object[error.start : error.end].hex()
    return f"is not {error.encoding.upper()}: bytes {raw} at {error.start} of the record"

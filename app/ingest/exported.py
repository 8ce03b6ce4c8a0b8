"""Records that an archive wrote (`GET /v1/export?format=jsonl`): what they say is what its rows said.

Such a record is the same article as there, under the same id. Its texts were cleaned once, and are not cleaned again:
what is left of `&amp;lt;` is meant to be read. What was derived from the text is derived anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import msgspec

_SEALED = (
    "id", "external_id", "url", "headline", "headline_derived", "date", "published_at", "dateline", "source", "authors",
    "language", "rights", "urgency", "subjects", "revision", "body",
)  # fmt: skip
_KEY = re.compile(r"(id|file|url|content|name)\t.+", re.DOTALL)
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Exported:
    """`record_sha256` is of the record as it once came in. It `is_intact`: it says what the archive wrote."""

    id: str
    key: str
    revision: int
    record_sha256: str
    is_intact: bool
    fields: Mapping[str, object]


def seal(fields: Mapping[str, object], key: str, record_sha256: str) -> str:
    """Return a hash of what a record of an archive says, by which it is known that nobody edited it since."""
    said = [key, record_sha256, *(fields.get(name) for name in _SEALED)]
    return sha256(msgspec.json.encode(said)).hexdigest()


def exported(fields: Mapping[str, object]) -> Exported | None:
    """Return what an archive says of itself in a record of its own, None for a record of anybody else."""
    origin, id, revision = fields.get("provenance"), fields.get("id"), fields.get("revision")
    if not isinstance(origin, Mapping) or not isinstance(id, str) or type(revision) is not int or revision < 1:
        return None
    key, record_sha256 = origin.get("key"), origin.get("record_sha256")
    if not isinstance(key, str) or not isinstance(record_sha256, str):
        return None
    if not _KEY.fullmatch(key) or not _ID.fullmatch(id):
        return None
    names = ("headline", "body", "date", "dateline", "source", "url", "authors", "language")
    given = {name: fields.get(name) for name in names} | {"id": fields.get("external_id")}
    if fields.get("headline_derived") is True:
        del given["headline"]
    is_intact = origin.get("seal") == seal(fields, key, record_sha256)
    return Exported(id, key, min(revision, 2**31), record_sha256, is_intact, given)

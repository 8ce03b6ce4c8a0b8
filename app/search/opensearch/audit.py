"""What an index holds, article by article: to compare with the rows, or with another index.

Lucene keeps checksums of its files, and a copy that is damaged is no longer asked. What is read here is what the index
was given of each article: its terms in order, and what a hit shows.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import msgspec

from app.search.engine import Audit
from app.search.opensearch.commits import Moment
from app.search.opensearch.mapping import AUDITED

_AT_ONCE = 2_000


def audit_moment(moment: Moment, *, deep: bool) -> Audit:
    revised: dict[str, int] = {}
    digests: dict[str, int] = {}
    for hit in _read_all(moment, deep=deep):
        fields = hit["fields"]
        id = fields["id"][0]
        revised[id] = fields["revised"][0]
        if deep:
            digests[id] = _digest_of(fields)
    return Audit(moment.meta.sequence, (), revised, digests)


def _read_all(moment: Moment, *, deep: bool) -> Iterator[dict[str, Any]]:
    read: dict[str, Any] = {"_source": False, "stored_fields": "_none_", "docvalue_fields": ["id", "revised"]}
    if deep:
        read["docvalue_fields"] += AUDITED
    size = _AT_ONCE // 10 if deep else _AT_ONCE
    body: dict[str, Any] = {"size": size, "track_total_hits": False, "sort": [{"id": "asc"}], **read}
    while True:
        hits = moment.search(body)["hits"]["hits"]
        yield from hits
        if len(hits) < size:
            return
        body["search_after"] = hits[-1]["sort"]


def _digest_of(fields: dict[str, Any]) -> int:
    held = [sorted(fields.get(name, ()), key=str) for name in AUDITED]
    return zlib.crc32(msgspec.json.encode(held))

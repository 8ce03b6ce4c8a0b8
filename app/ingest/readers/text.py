"""The given text format: one article to a file, ` date YYYY-MM-DD` at its head, then the body. Other heads are those of
`heads`; most texts have none.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.enrich.layout import split_date_header
from app.ingest.readers.heads import split_head
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import MAX_RECORD, Record, Unusable, hashed, undecodable
from app.ingest.readers.sniff import Nature


def read(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:
    raw = b""
    while len(raw) <= MAX_RECORD and (chunk := stream.read()):
        raw += chunk
    if len(raw) > MAX_RECORD:
        yield Unusable(1, f"is over {MAX_RECORD:,} bytes", 0)
        return
    try:
        text = raw[nature.mark :].decode(nature.encoding)
    except UnicodeDecodeError as error:
        yield Unusable(1, undecodable(error), 0, hashed(raw))
        return
    date, body = split_date_header(text)
    fields: dict[str, object] = {"date": date, "body": body}
    if date is None:
        heads, body = split_head(text)
        fields = {"date": None, **heads, "body": body}
    yield Record(1, fields, 0, hashed(raw))

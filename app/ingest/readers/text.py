"""The given text format: one article to a file, ` date YYYY-MM-DD` at its head, then the body. Other heads are those of
`heads`; most texts have none. Where files were joined to one, each head begins another article.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from app.enrich.layout import split_date_header
from app.ingest.readers.heads import joined_texts, split_head, without_rule
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
    starts = joined_texts(text)
    if not starts:
        yield Record(1, _headed_text(text), 0, hashed(raw))
        return
    offset = nature.mark
    for number, (start, end) in enumerate(pairwise([0, *starts, len(text)]), 1):
        part = text[start:end].encode(nature.encoding)
        yield Record(number, _headed_text(without_rule(text[start:end])), offset, hashed(part))
        offset += len(part)


def _headed_text(text: str) -> dict[str, object]:
    date, body = split_date_header(text)
    if date is not None:
        return {"date": date, "body": body}
    heads, body = split_head(text)
    return {"date": None, **heads, "body": body}

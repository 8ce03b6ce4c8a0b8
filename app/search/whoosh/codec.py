"""The codec: segments as Whoosh's table of contents lists them, which pickles `ArraySegment` and the schema.

Writing goes through `invert.py` alone and searching through `execute.py`; `readers.py` is for Whoosh's own searcher.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from whoosh import fields, formats
from whoosh.codec import base
from whoosh.codec.whoosh3 import W3Segment

from app.search.whoosh.segment import FIELDS, KEY_VIEWS, Segment

if TYPE_CHECKING:
    from app.search.whoosh.readers import Documents, Terms

EXTENSION = ".seg"


class View(fields.FieldType):  # type: ignore[misc]  # Whoosh has no types
    """A field of terms that were analysed elsewhere."""

    indexed, stored, unique, scorable, column_type, analyzer, vector, multitoken_query = (
        True, False, False, True, None, None, None, "default",
    )  # fmt: skip

    def __init__(self, positions: bool) -> None:
        self.format = formats.Positions() if positions else formats.Frequency()


def whoosh_schema() -> fields.Schema:
    return fields.Schema(
        id=fields.STORED(), exact=View(True), **{name: View(False) for name in ("stem", *FIELDS, *KEY_VIEWS)}
    )


_open: WeakValueDictionary[Path, Segment] = WeakValueDictionary()
_opening = threading.Lock()


def open_segment(path: Path) -> Segment:
    """Segment files never change, so one mapping serves every generation that lists the file, and goes with the last
    of them: a mapped file takes up the disk even when it was removed."""
    with _opening:
        segment = _open.get(path)
        if segment is None:
            segment = _open[path] = Segment(path)
        return segment


class ArraySegment(W3Segment):  # type: ignore[misc]
    """What Whoosh's table of contents keeps of a segment: its name, its size and its deleted documents."""

    def should_assemble(self) -> bool:
        return False


class ArrayCodec(base.Codec):  # type: ignore[misc]
    def new_segment(self, storage: Any, indexname: str) -> ArraySegment:
        return ArraySegment(self, indexname)

    def terms_reader(self, storage: Any, segment: ArraySegment) -> Terms:
        from app.search.whoosh.readers import Terms

        return Terms(self.segment(storage, segment))

    def per_document_reader(self, storage: Any, segment: ArraySegment) -> Documents:
        from app.search.whoosh.readers import Documents

        return Documents(self.segment(storage, segment), segment)

    def segment(self, storage: Any, segment: ArraySegment) -> Segment:
        return open_segment(Path(storage.folder) / segment.make_filename(EXTENSION))

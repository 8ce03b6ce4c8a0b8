"""The codec: segments as Whoosh's table of contents lists them, which pickles `ArraySegment` and the schema.

Writing goes through `invert.py` alone and searching through `execute.py`; `readers.py` is for Whoosh's own searcher. So
this is loaded by who writes, and not by who searches.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh import fields, formats, index
from whoosh.codec import base
from whoosh.codec.whoosh3 import W3Segment
from whoosh.filedb.filestore import FileStorage

from app.disk import fsync_path
from app.search.whoosh.segment import EXTENSION, FIELDS, KEY_VIEWS, Segment, open_segment

if TYPE_CHECKING:
    from app.search.whoosh.readers import Documents, Terms


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


class Storage(FileStorage):  # type: ignore[misc]
    """Whoosh never calls fsync. Here a table of contents takes its name only once it is on disk, and what `before`
    writes of it."""

    before: Callable[[Path], None]

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        toc = Path(self._fpath(oldname))
        with toc.open("rb") as file:
            os.fsync(file.fileno())
        self.before(toc)
        super().rename_file(oldname, newname, safe=safe)
        fsync_path(Path(self.folder))


def write_toc(storage: Storage, name: str, segments: list[ArraySegment], generation: int) -> None:
    index.TOC(whoosh_schema(), segments, generation).write(storage, name)


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

"""The index folder: generations, commits, and the immutable snapshots that searches run on.

A generation is Whoosh's table of contents (`_MAIN_<g>.toc`: the segments and their deleted documents) beside a receipt
of ours (`receipt_<g>.json`: the same list, the newest sequence number it holds, the fingerprint of the code that made
it, the token of the commit, checksums). Both are on disk before the table of contents takes its name; that rename is
the one moment that a commit happens.

The table of contents is a pickle, which is code to whoever loads it. It is written for Whoosh's own tools and never
loaded here: all that is read of it is whether its bytes are those that were written.

One process writes at a time, under Whoosh's lock. Any number of threads and processes read: a `Snapshot` never changes
and stays good after its files are unlinked, because they are mapped.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import numpy as np

from app.disk import fsync_path
from app.errors import ArchiveBusy, IndexChanged, IndexUnavailable, StorageFailed
from app.search import analysis
from app.search.engine import Card, Commit, Document
from app.search.whoosh import segment as segment_file
from app.search.whoosh.invert import Part, SegmentBatch, Vocabulary, merge_segments
from app.search.whoosh.packed import Ints, Mask
from app.search.whoosh.segment import EXTENSION, KEY_VIEWS, Named, open_segment, write_arrays, write_segment
from app.search.whoosh.snapshot import SegmentView, Snapshot
from app.text import fingerprint

if TYPE_CHECKING:
    # It loads Whoosh, which only who writes needs.
    from app.search.whoosh.codec import ArraySegment, Storage

_HELD = fingerprint(*KEY_VIEWS, *Card.__struct_fields__)[:8]
FINGERPRINT = f"analysis {analysis.VERSION}, segments {segment_file.VERSION}, receipts 2, attributes {_HELD}"

FLUSH_DOCUMENTS = 50_000
FLUSH_WORDS = 4_000_000
"""A batch is written out at whichever comes first: the words keep the arrays of one inversion under about 400 MB."""
MAX_VOCABULARY = 500_000
"""Raw tokens analysed once and kept; more than that are mostly numbers and misprints."""
MERGE_FACTOR = 4
"""Segments of a tier that are joined into one of the next, which holds as many times more. Every search pays for every
segment; what eight would save in merging, it costs in searching."""
CROWDED = 32
"""Segments of a tier that a commit joins itself: nobody does it beside the writing, as `join` would."""
MAX_SEGMENT = 250_000
"""Documents. Larger segments are never merged, which bounds the memory of a merge."""

_NAME = "MAIN"
_LOCK = f"{_NAME}_WRITELOCK"
_JOINED = "joined_"
"""How a file begins that is to take the place of several segments, until a commit lists it."""
_TOC = re.compile(rf"_{_NAME}_([0-9]+)\.toc")
_OURS = re.compile(rf"_?{_NAME}_|receipt_")
_OPEN_ATTEMPTS = 20


class Size(NamedTuple):
    """How many documents a segment has, and how many of them are deleted."""

    documents: int
    deleted: int


class ListedSegment(msgspec.Struct, frozen=True, array_like=True):
    """A segment of a generation: its name, its size and its deleted documents, ascending."""

    name: Annotated[str, msgspec.Meta(pattern="^[0-9a-z]{1,64}$")]
    documents: Annotated[int, msgspec.Meta(ge=0)]
    deleted: list[Annotated[int, msgspec.Meta(ge=0)]]

    @property
    def size(self) -> Size:
        return Size(self.documents, len(self.deleted))

    @property
    def file(self) -> str:
        return f"{_NAME}_{self.name}{EXTENSION}"

    def segment(self) -> ArraySegment:
        made = _new_segment()
        made.segid = self.name
        made.set_doc_count(self.documents)
        for document in self.deleted:
            made.delete_document(document)
        return made


class Receipt(msgspec.Struct, frozen=True):
    """What stands beside a table of contents, and is read in its place. Earlier versions listed no segments in it: what
    they made is never opened, since its fingerprint is another one."""

    generation: int
    sequence: int
    fingerprint: str
    token: str = ""
    toc_crc32: int = 0
    segments: tuple[ListedSegment, ...] = ()
    segments_crc32: int = 0


@dataclass(frozen=True)
class Joined:
    """Segments and the file that has what lived in them, None where nothing did. `numbers` are the places in it of the
    documents of each, -1 for the dead."""

    of: tuple[ListedSegment, ...]
    file: Path | None
    numbers: tuple[Ints, ...]

    def deleted(self, newest: Mapping[str, ListedSegment]) -> Iterator[int]:
        """Yield the places in it of what was deleted since."""
        for then, numbers in zip(self.of, self.numbers, strict=True):
            for document in set(newest[then.name].deleted) - set(then.deleted):
                yield int(numbers[document])


class IndexFolder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._vocabulary = Vocabulary()

    @cached_property
    def _storage(self) -> Storage:
        from app.search.whoosh.codec import Storage

        return Storage(str(self.folder))

    def generation(self) -> int:
        """The newest on disk; 0 where there is none. Generation 0 is empty and no file: who opens an index to read it
        puts nothing there that another one might take for what was lost."""
        try:
            with os.scandir(self.folder) as files:
                found = [_TOC.fullmatch(file.name) for file in files]
        except FileNotFoundError:
            return 0
        return max((int(toc[1]) for toc in found if toc), default=0)

    def holds(self, snapshot: Snapshot) -> bool:
        """Return whether that commit is the newest on disk, with all its files."""
        try:
            newest = self._told(self.generation())
        except (OSError, msgspec.MsgspecError):
            return False
        same = (newest.generation, newest.token) == (snapshot.generation, snapshot.token)
        return same and all(view.segment.path.exists() for view in snapshot.views)

    def snapshot(self) -> Snapshot:
        """The newest generation. A commit may unlink files while they are opened: then the next one is tried."""
        for _ in range(_OPEN_ATTEMPTS):
            generation = self.generation()
            try:
                return self._open(generation)
            except IndexUnavailable:
                if generation == self.generation():
                    raise
        raise IndexUnavailable(f"The index in {self.folder} changes faster than it can be opened.")

    def _open(self, generation: int) -> Snapshot:
        receipt = self._checked(generation)
        views = tuple(map(self._view, receipt.segments))
        return Snapshot(views, generation, receipt.sequence, receipt.fingerprint, receipt.token)

    def _checked(self, generation: int) -> Receipt:
        """The receipt of a generation. Raises `IndexUnavailable` where it is not as it was written, or not there."""
        try:
            receipt = self._told(generation)
            if generation:
                name = _toc_name(generation)
                if zlib.crc32((self.folder / name).read_bytes()) != receipt.toc_crc32:
                    raise ValueError(f"{name} is not what was written")
                if receipt.fingerprint == FINGERPRINT and receipt.segments_crc32 != _checksum(receipt.segments):
                    raise ValueError(f"{_receipt_name(generation)} is not what was written")
            return receipt
        except FileNotFoundError as error:
            raise _missing_file(error) from error
        except (ValueError, msgspec.MsgspecError) as error:
            raise IndexUnavailable(f"The index in {self.folder} is damaged ({error}). Run: dateline reindex") from error

    def _told(self, generation: int) -> Receipt:
        if generation == 0:
            return Receipt(0, 0, FINGERPRINT)
        return msgspec.json.decode((self.folder / _receipt_name(generation)).read_bytes(), type=Receipt)

    def _view(self, listed: ListedSegment) -> SegmentView:
        try:
            found = open_segment(self.folder / listed.file)
        except FileNotFoundError as error:
            raise _missing_file(error) from error
        if found.documents != listed.documents or max(listed.deleted, default=-1) >= found.documents:
            raise IndexUnavailable(
                f"The index file {found.path.name} is another one than listed. Run: dateline reindex"
            )
        return SegmentView(found, _alive(listed))

    def write(
        self,
        documents: Iterable[Document],
        removed: Iterable[str],
        sequence: int,
        token: str = "",
        after: Commit | None = None,
    ) -> None:
        """Add or replace `documents`, delete `removed`, and commit."""
        with self._written_to(after) as receipt:
            segments = [one.segment() for one in receipt.segments]
            newest = {document.id: document for document in documents}
            self._delete(segments, [*newest, *removed])
            segments += self._flushed(newest.values())
            self._merge(segments)
            self._commit(segments, receipt.generation, sequence, token)

    @contextlib.contextmanager
    def joining(self) -> Iterator[Joined | None]:
        """Write what several segments hold that crowd the newest generation into one file beside them, while others
        read and write; `swap` puts it in their place. None where none crowd, or another process joins some."""
        with self._refused_by_disk(), self._alone() as is_alone:
            joined = self._join() if is_alone else None
            try:
                yield joined
            finally:
                if joined is not None and joined.file is not None:
                    joined.file.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[bool]:
        """Hold the folder's own lock and give whether it could be had; it ends with the process."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(descriptor)

    def swap(self, joined: Joined, token: str = "", after: Commit | None = None) -> None:
        """Commit with the joined file in place of what it was made of, without what was deleted meanwhile. Nothing is
        done where any of that is no longer there."""
        with self._written_to(after) as receipt:
            newest = {one.name: one for one in receipt.segments}
            names = [one.name for one in joined.of]
            if not all(name in newest for name in names):
                return
            made = _new_segment()
            if joined.file is not None:
                made.set_doc_count(int(max(numbers.max(initial=-1) for numbers in joined.numbers)) + 1)
                for document in joined.deleted(newest):
                    made.delete_document(document)
                joined.file.rename(self.folder / made.make_filename(EXTENSION))
                fsync_path(self.folder)
            segments = [
                made if one.name == names[0] else one.segment()
                for one in receipt.segments
                if one.name not in names[1:] and (one.name != names[0] or joined.file is not None)
            ]
            self._commit(segments, receipt.generation, receipt.sequence, token)

    def _join(self) -> Joined | None:
        """Return what was joined, and written under no name that a commit would know or remove."""
        self._drop_joined()
        try:
            listed = self._checked(self.generation()).segments
            of = tuple(map(listed.__getitem__, crowded([one.size for one in listed], MERGE_FACTOR, dead=True)))
            names = {one.name for one in of}
            parts = self._parts([one.segment() for one in of])
        except IndexUnavailable:
            return None  # it changed meanwhile, or whoever keeps it finds out
        living = [part.alive for part in parts]
        if not any(alive.any() for alive in living):
            return Joined(of, None, tuple(np.full(len(alive), -1) for alive in living)) if of else None
        numbers = np.cumsum(np.concatenate(living)) - 1
        numbers[~np.concatenate(living)] = -1
        file = self.folder / f"{_JOINED}{secrets.token_hex(8)}.tmp"
        with file.open("xb") as opened:
            # Whoever erases removes such files after the commit that erased: what is listed still may be written.
            if not names <= {one.name for one in self._told(self.generation()).segments}:
                file.unlink(missing_ok=True)
                return None
            write_arrays(opened, merge_segments(parts), int(numbers.max()) + 1)
        bounds = np.cumsum([len(alive) for alive in living])[:-1]
        return Joined(of, file, tuple(np.split(numbers, bounds)))

    def _drop_joined(self) -> None:
        """Remove what a process left that was killed while it joined, or is joining now."""
        for path in self.folder.glob(f"{_JOINED}*"):
            path.unlink(missing_ok=True)

    def replace(self, documents: Iterable[Document], sequence: int, token: str = "", above: int = 0) -> None:
        """Commit a generation above `above` that holds `documents` alone. An index that cannot be read is replaced
        too, and so is a folder that somebody removed."""
        # Not its parents: where they are gone the archive is, and nobody begins another one unasked.
        self.folder.mkdir(exist_ok=True, mode=0o700)
        with self._locked():
            segments = [self._merged(lot) for lot in _unmergeable_lots(self._flushed(documents))]
            self._commit(segments, max(self.generation(), above), sequence, token)

    def compact(self, documents: int, token: str = "", after: Commit | None = None) -> None:
        """Merge all segments of at most so many documents, and commit where there was anything to merge."""
        with self._written_to(after) as receipt:
            segments = [one.segment() for one in receipt.segments]
            small = [one for one in segments if one.doc_count_all() <= documents]
            if len(small) < 2:
                return
            kept = [one for one in segments if one not in small]
            merged = [self._merged(lot) for lot in _unmergeable_lots(one for one in small if one.doc_count())]
            self._commit([*kept, *merged], receipt.generation, receipt.sequence, token)

    def expunge(self, token: str = "", after: Commit | None = None) -> None:
        """Write segments that have deleted documents anew without them, and commit where there were any."""
        with self._written_to(after) as receipt:
            segments = [one.segment() for one in receipt.segments]
            if any(one.has_deletions() for one in segments):
                living = [self._merged([one]) for one in segments if one.doc_count()]
                self._commit(living, receipt.generation, receipt.sequence, token)
            self._drop_joined()

    @contextlib.contextmanager
    def _written_to(self, after: Commit | None) -> Iterator[Receipt]:
        """Hold the lock, with the receipt of the newest generation, which is that of `after` if one is given."""
        with self._locked():
            newest = self._checked(self.generation())
            if after not in (None, Commit(newest.generation, newest.token)):
                raise IndexChanged(
                    f"The index in {self.folder} was emptied, replaced or put back while it was written to. "
                    "Run: dateline reindex"
                )
            yield newest

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock."""
        with self._refused_by_disk():
            lock = self._storage.lock(_LOCK)
            if not lock.acquire():
                raise ArchiveBusy(None)
            try:
                yield
            finally:
                lock.release()

    @contextlib.contextmanager
    def _refused_by_disk(self) -> Iterator[None]:
        """Say of the index what the disk refuses."""
        try:
            yield
        except FileNotFoundError as error:
            raise IndexChanged(
                f"{error.filename} was removed from the index while it was written to. Run: dateline reindex"
            ) from error
        except OSError as error:
            raise StorageFailed(
                f"The index in {self.folder} cannot be written to: {error.strerror or error}."
            ) from error

    def _flushed(self, documents: Iterable[Document]) -> Iterator[ArraySegment]:
        batch = SegmentBatch(self._vocabulary)
        for document in documents:
            batch.add(document)
            if len(batch) >= FLUSH_DOCUMENTS or batch.words >= FLUSH_WORDS:
                yield self._written(batch.arrays(), len(batch))
                batch = SegmentBatch(self._fresh_vocabulary())
        if len(batch):
            yield self._written(batch.arrays(), len(batch))
        self._fresh_vocabulary()

    def _fresh_vocabulary(self) -> Vocabulary:
        """Kept from batch to batch because it is dear, dropped when it has grown large."""
        if len(self._vocabulary) > MAX_VOCABULARY:
            self._vocabulary = Vocabulary()
        return self._vocabulary

    def _written(self, arrays: Named, documents: int) -> ArraySegment:
        made = _new_segment()
        made.set_doc_count(documents)
        write_segment(self.folder / made.make_filename(EXTENSION), arrays, documents)
        return made

    def _delete(self, segments: list[ArraySegment], ids: list[str]) -> None:
        wanted = np.unique(np.array([int(id, 16) for id in ids], np.uint64))
        for listed in segments:
            for document in self._view(_listed(listed)).segment.having_ids(wanted).tolist():
                listed.delete_document(document)

    def _merge(self, segments: list[ArraySegment]) -> None:
        """Merge in place, smallest tier first, until no tier is `CROWDED`."""
        segments[:] = [one for one in segments if one.doc_count()]
        while places := crowded([Size(one.doc_count_all(), one.deleted_count()) for one in segments], CROWDED):
            chosen = [segments[place] for place in places]
            segments[:] = [one for one in segments if one not in chosen]
            segments.insert(places[0], self._merged(chosen))

    def _merged(self, chosen: Sequence[ArraySegment]) -> ArraySegment:
        """One segment of several that have a living document."""
        if len(chosen) == 1 and not chosen[0].has_deletions():
            return chosen[0]
        parts = self._parts(chosen)
        return self._written(merge_segments(parts), sum(part.living for part in parts))

    def _parts(self, chosen: Iterable[ArraySegment]) -> list[Part]:
        views = map(self._view, map(_listed, chosen))
        return [
            Part(view.segment, np.ones(view.segment.documents, bool) if view.alive is None else view.alive)
            for view in views
        ]

    def _commit(self, segments: list[ArraySegment], previous: int, sequence: int, token: str) -> None:
        generation = previous + 1
        listed = tuple(_listed(one) for one in segments)
        receipt = Receipt(generation, sequence, FINGERPRINT, token, segments=listed, segments_crc32=_checksum(listed))
        self._storage.before = partial(self._write_receipt, receipt)
        from app.search.whoosh.codec import write_toc

        write_toc(self._storage, _NAME, segments, generation)
        wanted = {_toc_name(generation), _receipt_name(generation), *(one.file for one in listed)}
        present = {path.name for path in self.folder.iterdir()}
        if lacking := wanted - present:
            # What this process has mapped would go on serving here, and be found lacking by the next.
            (self.folder / _toc_name(generation)).unlink(missing_ok=True)
            raise IndexChanged(f"The index lost {min(lacking)} while it was written to. Run: dateline reindex")
        for name in present - wanted - {_LOCK}:
            # What an older generation held, and what a crash left half written.
            if _OURS.match(name):
                (self.folder / name).unlink(missing_ok=True)

    def _write_receipt(self, receipt: Receipt, toc: Path) -> None:
        """Have it on disk beside the table of contents, which is there as `toc`."""
        receipt = msgspec.structs.replace(receipt, toc_crc32=zlib.crc32(toc.read_bytes()))
        temporary = self.folder / f"{_receipt_name(receipt.generation)}.tmp"
        with temporary.open("wb") as file:
            file.write(msgspec.json.encode(receipt))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.folder / _receipt_name(receipt.generation))
        fsync_path(self.folder)


def _unmergeable_lots(segments: Iterable[ArraySegment]) -> Iterator[list[ArraySegment]]:
    """Neighbours of at most `MAX_SEGMENT` documents together: nothing is left to merge later."""
    lot: list[ArraySegment] = []
    for one in segments:
        if lot and sum(other.doc_count() for other in (*lot, one)) > MAX_SEGMENT:
            yield lot
            lot = []
        lot.append(one)
    if lot:
        yield lot


def _new_segment() -> ArraySegment:
    from app.search.whoosh.codec import ArrayCodec

    return ArrayCodec().new_segment(None, _NAME)


def _toc_name(generation: int) -> str:
    return f"_{_NAME}_{generation}.toc"


def _receipt_name(generation: int) -> str:
    return f"receipt_{generation}.json"


def _listed(segment: ArraySegment) -> ListedSegment:
    return ListedSegment(segment.segid, segment.doc_count_all(), sorted(segment.deleted_docs()))


def _missing_file(error: FileNotFoundError) -> IndexUnavailable:
    return IndexUnavailable(f"The index lacks {Path(error.filename).name}. Run: dateline reindex")


def _checksum(segments: tuple[ListedSegment, ...]) -> int:
    return zlib.crc32(msgspec.json.encode(segments))


def _alive(listed: ListedSegment) -> Mask | None:
    if not listed.deleted:
        return None
    alive = np.ones(listed.documents, bool)
    alive[listed.deleted] = False
    return alive


def crowded(segments: Sequence[Size], most: int, *, dead: bool = False) -> list[int]:
    """Return the places of segments to join into one: the smallest tier of at least `most`, or with `dead` one of which
    more than half is deleted."""
    tiers: dict[int, list[int]] = {}
    for place, (documents, deleted) in enumerate(segments):
        if dead and deleted * 2 > documents:
            return [place]
        if documents - deleted <= MAX_SEGMENT // MERGE_FACTOR:
            tiers.setdefault((max(documents - deleted, 1).bit_length() - 1) // 2, []).append(place)
    full = [tiers[size] for size in sorted(tiers) if len(tiers[size]) >= most]
    return full[0] if full else []

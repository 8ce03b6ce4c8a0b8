"""Articles that are sent: taken in as those of files are, with an answer for each.

They come without names, so that whoever sent them is told at once, and await these in a queue (`naming.py`). A request
that says by a key that it is the same as an earlier one is not done again: what became of a batch is kept under that
key in the transaction that wrote it, so a request that was cut off goes on behind it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, cast, get_args

import msgspec
from sqlmodel import Session

from app.archive import Archive
from app.errors import BodyUnreadable, RequestChanged, RevisionChanged, StorageFailed
from app.ingest import draft as drafts
from app.ingest import readers
from app.ingest.draft import Draft, Origin
from app.ingest.fields import unknown
from app.ingest.formats import Format
from app.ingest.intake import Became, Intake
from app.ingest.lock import ingest_lock
from app.ingest.readers.record import Record, Refused
from app.ingest.reading import Incoming, refusal
from app.ingest.report import Outcome, Tally
from app.store import sent as kept
from app.store import tables
from app.store.articles import load_article
from app.store.rejections import Refusal
from app.store.unnamed import put_in_queue

MOST_RECORDS = 100_000
"""In one request: a body of empty records would otherwise keep all others from writing for an hour."""
_IN_MEMORY = 1_000_000
STATUS_OF = {"new": "created"}
"""What the wire calls an outcome otherwise than a report."""
_STATUSES = [STATUS_OF.get(outcome, outcome) for outcome in get_args(Outcome)]


@dataclass(frozen=True, slots=True)
class RepeatableRequest:
    """A request that may come again. `sha256` is of all that was sent."""

    caller: str
    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Sent:
    """`by` is the name of who sends: ids of records that name no source are told apart by it. `source` is for those."""

    body: BinaryIO
    format: Format
    by: str
    source: str | None = None
    request: RepeatableRequest | None = None

    @property
    def origin(self) -> Origin:
        file = f"HTTP/{self.by.replace('/', ' ')}"
        return Origin(file, Path(file), self.source, self.format)


@dataclass(slots=True)
class Written:
    """What became of each record: `lines` of JSON in a file, in order, and the number of each status. Close it."""

    request: RepeatableRequest | None = None
    counts: Counter[str] = field(default_factory=Counter)
    pending: bool = False
    """Whether there are articles that await their names."""
    notes: tuple[str, ...] = ()
    is_done: bool = False
    last: int = 0
    """The number of the last record that needs not be read again."""
    first: dict[str, Any] | None = None
    _lines: IO[bytes] = field(default_factory=lambda: cast(IO[bytes], SpooledTemporaryFile(max_size=_IN_MEMORY)))  # noqa: SIM115

    def note(self, session: Session, became: Sequence[Became]) -> None:
        unnamed = put_in_queue(session, [each.article for each in became if each.article is not None])
        lines = b"".join(msgspec.json.encode(_result_line(each, unnamed)) + b"\n" for each in became)
        last = max((sys.maxsize if each.record is None else each.record for each in became), default=self.last)
        if self.request is not None:
            self._keep(session, self.request, last, lines.decode())
        self._add(last, lines)

    def replay(self, archive: Archive) -> None:
        """Begin anew, with what became of the same request so far. Raises `RequestChanged`."""
        if self.request is None:
            return
        self._clear()
        with archive.database.reading() as session:
            found = kept.find_sent(session, self.request.caller, self.request.key, _now())
            if found is None:
                return
            if found.sha256 != self.request.sha256:
                raise RequestChanged(self.request.key)
            for last, lines in kept.sent_parts(session, self.request.caller, self.request.key):
                self._add(last, lines.encode())
            self.notes, self.is_done = tuple(found.notes), found.finished

    def lines(self) -> Iterator[bytes]:
        """Yield the lines, from the first on, each time."""
        self._lines.seek(0)
        yield from self._lines

    def close(self) -> None:
        self._lines.close()

    def _clear(self) -> None:
        self._lines.seek(0)
        self._lines.truncate()
        self.counts, self.pending, self.last, self.first = Counter(), False, 0, None

    def _keep(self, session: Session, request: RepeatableRequest, last: int, lines: str) -> None:
        if kept.find_sent(session, request.caller, request.key, _now()) is None:
            begun = tables.SentRequest(caller=request.caller, key=request.key, sha256=request.sha256, begun_at=_now())
            kept.note_sent(session, begun)
        kept.add_sent_part(session, request.caller, request.key, last, lines)

    def _add(self, last: int, lines: bytes) -> None:
        self._lines.seek(0, 2)
        try:
            self._lines.write(lines)
        except OSError as error:
            raise StorageFailed(f"An answer cannot be kept until it is sent: {error.strerror}.") from error
        self.last = last
        for line in lines.splitlines():
            became = msgspec.json.decode(line)
            self.first = self.first or became
            self.counts[became["status"]] += 1
            self.pending = self.pending or became.get("names") == "pending"


@dataclass(slots=True)
class _Posted:
    """The records of what was sent, from behind the record `after`."""

    sent: Sent
    tally: Tally
    after: int = 0
    standing: tables.Article | None = None
    """The article that the one record is to revise."""
    done: int = 0
    total: int = 0

    def __iter__(self) -> Iterator[Incoming]:
        records = self._all()
        first = [*islice(records, 2)]
        if len(first) == 1 and isinstance(first[0], Refusal):
            raise BodyUnreadable(f"It {first[0].reason}.")
        if self.standing is not None and len(first) != 1:
            raise BodyUnreadable("It must be one article.")
        for count, incoming in enumerate(chain(first, records), 1):
            number = incoming.record.number if isinstance(incoming, Draft) else incoming.record
            if count > MOST_RECORDS:
                yield refusal(self.sent.origin, None, f"is over {MOST_RECORDS:,} records: send what is left by itself")
                return
            if number is None or number > self.after:
                yield incoming

    def _all(self) -> Iterator[Draft | Refusal]:
        origin = self.sent.origin
        with readers.Opened(self.sent.body) as stream:
            for _, record in readers.read(stream, Path(origin.name), self.sent.format):
                if isinstance(record, readers.Note):
                    continue
                if isinstance(record, readers.Unusable):
                    yield refusal(origin, record.number, record.reason)
                    continue
                self.tally.ignored |= unknown(record.fields)
                try:
                    yield self._draft(record, origin)
                except Refused as error:
                    yield refusal(origin, record.number, str(error))

    def _draft(self, record: Record, origin: Origin) -> Draft:
        made = drafts.draft(record, self.sent.format, origin)
        return made if self.standing is None else _of(self.standing, made, record, self.sent)


def post(archive: Archive, sent: Sent, patience: float) -> Written:
    """Take in what was sent; all of it is found when this returns. Raises `ArchiveBusy` where another writes for
    longer than `patience` seconds, and `BodyUnreadable` where all there is is one record that is none."""
    with _answering(archive, sent) as answer:
        if answer.is_done:
            return answer
        with ingest_lock(archive, patience):
            # Again: it may be the same request that was written meanwhile.
            answer.replay(archive)
            if not answer.is_done:
                _take(archive, sent, answer, None)
        return answer


def revise(archive: Archive, id: str, sent: Sent, patience: float, revisions: Sequence[int] | None = None) -> Written:
    """Put what was sent, one article, in the place of another's present state; where `revisions` are given, only of
    one of these. Raises as `post`, `NotFound`, `Withdrawn`, and `RevisionChanged`."""
    with _answering(archive, sent) as answer:
        if answer.is_done:
            return answer
        with ingest_lock(archive, patience):
            answer.replay(archive)
            if not answer.is_done:
                _take(archive, sent, answer, _standing(archive, id, revisions))
        return answer


@contextmanager
def _answering(archive: Archive, sent: Sent) -> Iterator[Written]:
    """Give the answer with what became of the same request earlier; what was sent is not read again after it."""
    answer = Written(sent.request)
    try:
        answer.replay(archive)
        yield answer
    except BaseException:
        answer.close()
        raise


def _standing(archive: Archive, id: str, revisions: Sequence[int] | None) -> tables.Article:
    with archive.database.reading() as session:
        standing = load_article(session, id)
    if revisions is not None and standing.revision not in revisions:
        raise RevisionChanged(id, standing.revision)
    return standing


def _take(archive: Archive, sent: Sent, answer: Written, standing: tables.Article | None) -> None:
    intake = Intake(archive, None, 1, names=False, journal=answer, keep_refusals=False)
    report = intake.take(_Posted(sent, intake.tally, answer.last, standing))
    answer.notes = report.notes
    if sent.request is not None:
        with archive.database.writing() as session:
            kept.finish_sent(session, sent.request.caller, sent.request.key, report.notes)


def _of(standing: tables.Article, made: Draft, record: Record, sent: Sent) -> Draft:
    """Return the draft as one of the article that stands. What says which article it is stays where it is left out."""
    known = {"id": standing.external_id, "source": standing.source, "url": standing.url}
    said = {"id": made.external_id, "source": made.source, "url": made.url}
    missing = {name: value for name, value in known.items() if value is not None and said[name] is None}
    if missing:
        fields = {**record.fields, **missing}
        made = drafts.draft(replace(record, fields=fields), sent.format, sent.origin)
    if standing.external_id is not None and made.external_id != standing.external_id:
        raise Refused(f"has the id {made.external_id}, and the article is {standing.external_id}: leave it out")
    return replace(made, key=standing.key, id=standing.id, former_keys=())


def _result_line(became: Became, unnamed: set[str]) -> dict[str, object]:
    line: dict[str, object] = {} if became.record is None else {"record": became.record}
    line["status"] = STATUS_OF.get(became.outcome, became.outcome)
    if became.article is None:
        return line | {"reason": became.reason}
    line["id"] = became.article
    if became.outcome == "withdrawn":
        return line
    if became.outcome != "duplicate":
        line["revision"] = became.revision
    return line | {"names": "pending" if became.article in unnamed else "done"}


def count_statuses(parts: Iterable[str]) -> dict[str, int]:
    """Count what became of records, by status, in lines as they are kept. None is read: there may be 100,000."""
    counts: Counter[str] = Counter()
    for lines in parts:
        for status in _STATUSES:
            counts[status] += lines.count(f'"status":"{status}"')
    return {status: count for status, count in counts.items() if count}


def _now() -> str:
    return datetime.now(UTC).isoformat()

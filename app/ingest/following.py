"""Feeds that are followed: looked at when they are due, and what is new in them taken in.

A look is all that goes over the network, and may take minutes: it changes nothing, and nobody waits for it. What came
of it is then settled at once, under the lock. A look that is overtaken by another at the same feed is dropped, so that
an older state never replaces a newer one; one that is cut off is done again, and entries that are there stay as they
are.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Literal

from sqlmodel import Session

from app.archive import Archive
from app.errors import DatelineError, FeedInvalid, FetchFailed, FetchRefused
from app.fetch import Fetched, checked_address
from app.ingest.channel import Channel, linked_feeds, read_channel
from app.ingest.fetching import Fetcher
from app.ingest.intake import Became, Intake
from app.ingest.lock import ingest_lock
from app.ingest.posting import STATUS_OF
from app.ingest.readers import Opened, Record
from app.ingest.readers.feed import NO_ENTRIES
from app.ingest.readers.record import Refused
from app.ingest.reading import FileEnd, Incoming, Reading
from app.ingest.report import OnProgress, Report, Tally
from app.ingest.settling import settled_when_stopped
from app.ingest.walk import Found
from app.store import feeds
from app.store.rejections import Refusal
from app.store.tables import FollowedFeed
from app.store.unnamed import put_in_queue
from app.text import fingerprint, printable

LEAST_MINUTES, USUAL_MINUTES, MOST_MINUTES = 5, 60, 10_080
_AT_ONCE = 4
"""Feeds that are looked at at the same time: one that takes its time does not keep the others waiting."""
_LONGEST_ADVICE = 6 * 3600.0
"""A feed may ask to be looked at less often than its reader wants, up to this."""
_LONGEST_PAUSE = 86_400.0
"""Seconds to which failures lengthen the time to the next look."""
_LONGEST_RETRY = 7 * 86_400.0
MOST_FAILURES = 40
"""In a row, most of them a day apart: whoever follows the feed has to say that it is to be asked again."""
_MOST_TRIES = 3
"""Looks in whose midst the process ended."""
_SPREAD = 0.1
"""The share of its interval by which a feed is later than another of the same: not all are due at once."""
_PAGES_SECONDS = 600.0
"""For the pages of one look; the rest is for the next."""
_FOR_NOW = (408, 425, 429)
_HASH = 16

Outcome = Literal["ok", "unchanged", "failing", "gone"]


@dataclass(slots=True)
class Look:
    """What was found at a feed. `url` is where to ask from now on. `is_whole`: of all its entries, with their pages
    where these are wanted; else it is asked for again although it has not changed. `entries` are as `FeedEntry`."""

    feed: FollowedFeed
    outcome: Outcome
    url: str
    error: str | None = None
    retry_after: float = 0.0
    answer: Fetched | None = None
    channel: Channel | None = None
    incoming: list[Incoming] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    entries: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = True


def new_feed(
    url: str, source: str | None = None, every: int = USUAL_MINUTES, *, fetch_pages: bool = False
) -> FollowedFeed:
    """Return a feed that is due now. Raises `FeedInvalid`."""
    if not LEAST_MINUTES <= every <= MOST_MINUTES:
        raise FeedInvalid("every", f"It is {LEAST_MINUTES} to {MOST_MINUTES:,} minutes from one look to the next.")
    try:
        address, now = checked_address(url), _utc(datetime.now(UTC))
    except FetchRefused as error:
        raise FeedInvalid("url", f"{error}") from None
    return FollowedFeed(
        id=feeds.feed_id(address), url=address, given=address, source=source, every=every, fetch_pages=fetch_pages,
        added_at=now, next_at=now,
    )  # fmt: skip


def find_feed(fetcher: Fetcher, url: str) -> tuple[str, Fetched, Channel]:
    """Return the feed at an address, or the only one that the page there links, with the address to ask from now on.

    Raises `FetchFailed`, also for what is no feed.
    """
    answer = fetcher.ask(url)
    channel = read_channel(answer.body)
    if channel is not None:
        return answer.moved or checked_address(url), answer, channel
    linked = linked_feeds(answer.body, answer.url) if answer.media_type.endswith("html") else []
    if len(linked) != 1:
        raise FetchFailed(url, _no_feed(answer, linked))
    [only] = linked
    answer = fetcher.ask(only)
    channel = read_channel(answer.body)
    if channel is None:
        raise FetchFailed(only, _no_feed(answer, []))
    return answer.moved or checked_address(only), answer, channel


def look(feed: FollowedFeed, fetcher: Fetcher, known: Mapping[str, str], stop: threading.Event | None = None) -> Look:
    """Ask for a feed and read its entries, and the pages of those that are not `known` where these are wanted."""
    try:
        if feed.success_at is None:
            url, answer, channel = find_feed(fetcher, feed.url)
        else:
            answer = fetcher.ask(feed.url, etag=feed.etag, last_modified=feed.last_modified)
            url = answer.moved or feed.url
            if answer.unchanged or _sha256(answer) == feed.sha256:
                return Look(feed, "unchanged", url, answer=answer)
            if (found := read_channel(answer.body)) is None:
                raise FetchFailed(feed.url, _no_feed(answer, []))
            channel = found
    except FetchFailed as error:
        told = error.reason if error.url == feed.url else str(error).rstrip(".")
        return Look(feed, "gone" if error.status == 410 else "failing", feed.url, told, error.retry_after or 0.0)
    return _read_entries(Look(feed, "ok", url, answer=answer, channel=channel), fetcher, known, stop)


def settle_look(
    archive: Archive,
    found: Look,
    *,
    names: bool = False,
    progress: OnProgress | None = None,
    patience: float = math.inf,
) -> Report | None:
    """Take in what a look found, and note how it ended. Without `names` these wait for a server. Returns None where
    another look was settled meanwhile, or the feed is no longer followed. Raises `ArchiveBusy`, but not where there is
    nothing to take in."""
    if not found.incoming:
        with archive.database.writing() as session:
            if not _is_as_it_was(session, found.feed):
                return None
            _note(session, found, datetime.now(UTC))
        return found.tally.report()
    with ingest_lock(archive, patience), settled_when_stopped(archive) if names else nullcontext():
        with archive.database.reading() as session:
            if not _is_as_it_was(session, found.feed):
                return None
        journal = _FeedJournal(found.feed, names=names)
        intake = Intake(archive, progress, 0, names=names, journal=journal, tally=found.tally)
        report = intake.take(_Entries(found.incoming))
        with archive.database.writing() as session:
            _note(session, found, datetime.now(UTC))
    return report


class Poller:
    """Looks at the feeds that are due, several at once, and settles one after the other."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        settings = archive.settings
        self._fetcher = Fetcher(settings.fetch_hosts.split(), pause=settings.fetch_pause)
        self._threads = ThreadPoolExecutor(_AT_ONCE, "feed")
        self._looks: dict[str, Future[Look]] = {}
        self._stop = threading.Event()
        self._next = 0.0

    def __enter__(self) -> Poller:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._threads.shutdown(cancel_futures=True)
        self._fetcher.__exit__(kind, error, trace)

    def is_due(self) -> bool:
        """Return whether `step` has something to do, as far as is known without looking at the archive."""
        return any(each.done() for each in self._looks.values()) or time.time() >= self._next

    def is_needed(self, seconds: float) -> bool:
        """Return whether it has something to do, or will have within so many seconds."""
        return bool(self._looks) or time.time() + seconds >= self._next

    def look_anew(self) -> None:
        """The archive has changed: other feeds may be due by now."""
        self._next = 0.0

    def step(self) -> bool:
        """Begin to look at what is due, and settle one look that has come back. Return whether there was one."""
        self._begin()
        id = next((id for id, each in self._looks.items() if each.done()), None)
        if id is None:
            return False
        found = self._looks.pop(id).result()
        try:
            settle_look(self._archive, found)
        except DatelineError:
            # A disk that gives trouble is not the feed's fault.
            with suppress(DatelineError), self._archive.database.writing() as session:
                feeds.note_feed(session, id, tries=found.feed.tries)
            raise
        self._next = 0.0
        return True

    def _begin(self) -> None:
        room = _AT_ONCE - len(self._looks)
        if time.time() < self._next or room <= 0:
            return
        for feed, known in begin_due(self._archive, room, self._looks):
            self._looks[feed.id] = self._threads.submit(look, feed, self._fetcher, known, self._stop)
        self._next = next_moment(self._archive, self._looks) if len(self._looks) < _AT_ONCE else math.inf


def begin_due(
    archive: Archive, limit: int, busy: Collection[str] = ()
) -> Iterator[tuple[FollowedFeed, Mapping[str, str]]]:
    """Yield feeds that are due, each with its known entries. One that ended the process several times is put off."""
    now = datetime.now(UTC)
    with archive.database.reading() as session:
        due = feeds.due_feeds(session, _utc(now), limit, busy)
    for feed in due:
        with archive.database.writing() as session:
            if feed.tries >= _MOST_TRIES:
                ended = f"the process that read it was ended {feed.tries} times: most likely it takes too much memory"
                _note(session, Look(feed, "failing", feed.url, ended), now)
                continue
            feeds.note_feed(session, feed.id, tries=feed.tries + 1)
            known = feeds.known_entries(session, feed.id)
        yield feed, known


def next_moment(archive: Archive, busy: Collection[str] = ()) -> float:
    """Return when the next feed is due, but for the `busy`, as `time.time` has it; infinite where none ever is."""
    with archive.database.reading() as session:
        due = feeds.next_due(session, busy)
    return datetime.fromisoformat(due).timestamp() if due else math.inf


def check_feeds(
    archive: Archive,
    wanted: Sequence[FollowedFeed],
    *,
    names: bool = True,
    progress: OnProgress | None = None,
    patience: float = math.inf,
) -> Iterator[tuple[Look, Report | None]]:
    """Look at feeds now, one after the other, whatever their state. Yields each as `settle_look` has it."""
    settings = archive.settings
    with Fetcher(settings.fetch_hosts.split(), pause=settings.fetch_pause) as fetcher:
        for each in wanted:
            with archive.database.reading() as session:
                # As it is by now: those before may have taken their time.
                feed = feeds.named_feed(session, each.id)
                known = feeds.known_entries(session, each.id)
            if feed is None:
                continue
            found = look(feed, fetcher, known)
            yield found, settle_look(archive, found, names=names, progress=progress, patience=patience)


def ask_again(session: Session, id: str) -> FollowedFeed:
    """Make a feed due now, whatever its state. Raises `NotFound`."""
    feed = feeds.load_feed(session, id)
    feed.next_at, feed.tries = _utc(datetime.now(UTC)), 0
    session.add(feed)
    session.flush()
    return feed


def _no_feed(answer: Fetched, linked: Sequence[str]) -> str:
    if linked:
        return f"is no feed but a page that links {len(linked)}; take one of them: {printable(' '.join(linked))}"
    if answer.media_type.endswith("html"):
        return "is no feed but a web page that links none"
    return f"is no feed{f' (it says {printable(answer.media_type)})' if answer.media_type else ''}"


def _read_entries(found: Look, fetcher: Fetcher, known: Mapping[str, str], stop: threading.Event | None) -> Look:
    assert found.answer is not None
    feed = found.feed
    source = _FeedSource(found.answer.body, fetcher if feed.fetch_pages else None, known, stop)
    place = Found(Path(found.url), found.url, url=found.url, called=feed.given)
    found.incoming = list(_without_emptiness(Reading([place], feed.source, None, found.tally, fetcher=source), place))
    found.tally.outcomes["unchanged"] += source.skipped
    found.entries, found.is_whole = source.entries, source.is_whole
    broken = [each for each in found.incoming if isinstance(each, Refusal) and each.record is None]
    if broken:
        found.outcome, found.error, found.is_whole = "failing", broken[0].reason, False
        found.entries = {**known, **source.entries}
    return found


def _without_emptiness(reading: Iterable[Incoming], place: Found) -> Iterator[Incoming]:
    """A feed may be empty: it was read to its end."""
    for each in reading:
        is_empty = isinstance(each, Refusal) and each.reason == NO_ENTRIES
        yield FileEnd(place.place, inside=True) if is_empty else each


class _FeedSource:
    """The answer as what stands at its address, and the pages of the entries that are not known as they are. `fetcher`
    None: pages are not wanted."""

    def __init__(
        self, body: bytes, fetcher: Fetcher | None, known: Mapping[str, str], stop: threading.Event | None
    ) -> None:
        self._body, self._fetcher, self._known = body, fetcher, known
        self._stop = stop or threading.Event()
        self._until = time.monotonic() + _PAGES_SECONDS
        self.entries: dict[str, str] = {}
        self.skipped = 0
        self.is_whole = True

    @property
    def pages(self) -> bool:
        return self._fetcher is not None

    def open(self, _url: str) -> tuple[Opened, Path, None]:
        return Opened(BytesIO(self._body)), Path("feed"), None

    def with_page(self, record: Record) -> Record | None:
        assert self._fetcher is not None
        entry = fingerprint(str(record.fields.get("id") or record.fields["url"]))[:_HASH]
        sha256, before = record.sha256[:_HASH], self._known.get(entry)
        if before == sha256:
            self.entries[entry] = sha256
            self.skipped += 1
            return None
        try:
            complete = self._page_of(record)
        except FetchFailed as error:
            if not _is_for_now(error):
                self.entries[entry] = sha256
                raise
            self.is_whole = False
            if before is None:
                raise
            # The whole text that is there is better than the summary: it stays until the page can be had again.
            self.entries[entry] = before
            self.skipped += 1
            return None
        except Refused:
            self.entries[entry] = sha256
            raise
        self.entries[entry] = sha256
        return complete

    def _page_of(self, record: Record) -> Record:
        assert self._fetcher is not None
        if self._stop.is_set() or time.monotonic() > self._until:
            raise FetchFailed(str(record.fields["url"]), "is left for the next time: the pages before took too long")
        return self._fetcher.with_page(record)


def _is_for_now(error: FetchFailed) -> bool:
    """Return whether it may be otherwise the next time."""
    if isinstance(error, FetchRefused):
        return False
    return error.status is None or error.status >= 500 or error.status in _FOR_NOW


@dataclass(slots=True)
class _Entries:
    incoming: Sequence[Incoming]
    done: int = 0

    @property
    def total(self) -> int:
        return len(self.incoming)

    def __iter__(self) -> Iterator[Incoming]:
        for each in self.incoming:
            self.done += 1
            yield each


@dataclass(slots=True)
class _FeedJournal:
    """Counts what became of the entries, with them."""

    feed: FollowedFeed
    names: bool
    counts: Counter[str] = field(default_factory=Counter)

    def note(self, session: Session, became: Sequence[Became]) -> None:
        if not self.names:
            put_in_queue(session, [each.article for each in became if each.article is not None])
        self.counts.update(STATUS_OF.get(each.outcome, each.outcome) for each in became)
        created = sum(each.outcome == "new" for each in became)
        feeds.note_read(session, self.feed.id, dict(self.counts), created)


def _is_as_it_was(session: Session, feed: FollowedFeed) -> bool:
    now = feeds.named_feed(session, feed.id)
    return now is not None and now.checks == feed.checks


def _note(session: Session, found: Look, now: datetime) -> None:
    feed = found.feed
    columns: dict[str, object] = {"checked_at": _utc(now), "checks": feed.checks + 1, "tries": 0}
    if found.outcome in ("ok", "unchanged"):
        columns |= _success(session, found, now)
    else:
        columns |= _failure(found, now)
    current = feeds.named_feed(session, feed.id)
    if current is not None and current.next_at != feed.next_at:
        del columns["next_at"]  # somebody asked for another look since this one began
    if found.channel is not None:
        columns["counts"] = _counts(found.tally)
        feeds.keep_entries(session, feed.id, found.entries)
    feeds.note_feed(session, feed.id, **columns)


def _success(session: Session, found: Look, now: datetime) -> dict[str, object]:
    feed, answer = found.feed, found.answer
    assert answer is not None
    if found.url != feed.url and feeds.is_followed(session, found.url):
        told = f"has moved to {found.url}, which is followed as well"
        return {"state": "gone", "error": told, "failures": 0, "next_at": None}
    columns: dict[str, object] = {
        "url": found.url, "state": found.outcome, "success_at": _utc(now), "failures": 0, "error": None,
    }  # fmt: skip
    advised = float(feed.advised)
    if found.channel is not None:
        advised = max(found.channel.advised, answer.max_age or 0.0)
        columns |= {
            "title": found.channel.title,
            "advised": int(min(advised, _LONGEST_ADVICE)),
            "etag": answer.etag if found.is_whole else None,
            "last_modified": answer.last_modified if found.is_whole else None,
            "sha256": _sha256(answer) if found.is_whole else None,
        }
    pause = max(60.0 * feed.every, min(advised, _LONGEST_ADVICE))
    return columns | {"next_at": _utc(now + timedelta(seconds=pause * _lateness(feed)))}


def _failure(found: Look, now: datetime) -> dict[str, object]:
    feed, failures = found.feed, found.feed.failures + 1
    columns: dict[str, object] = {"error": found.error, "failures": failures}
    if found.outcome == "gone":
        return columns | {"state": "gone", "next_at": None}
    if failures >= MOST_FAILURES:
        return columns | {"state": "paused", "next_at": None}
    doubled = 60.0 * feed.every * 2.0 ** (failures - 1)
    pause = max(60.0 * feed.every, min(doubled, _LONGEST_PAUSE), min(found.retry_after, _LONGEST_RETRY))
    return columns | {"state": "failing", "next_at": _utc(now + timedelta(seconds=pause * _lateness(feed)))}


def _counts(tally: Tally) -> dict[str, int]:
    return {STATUS_OF.get(outcome, outcome): count for outcome, count in tally.outcomes.items() if count}


def _lateness(feed: FollowedFeed) -> float:
    """Return by which factor it is later than asked for, the same every time."""
    share: float = int(feed.id, 16) / (1 << 4 * len(feed.id))
    return 1.0 + _SPREAD * share


def _sha256(answer: Fetched) -> str:
    return fingerprint(answer.body.decode("latin-1"))


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")

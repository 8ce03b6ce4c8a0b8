"""What can go wrong, as one tree. No HTTP in it: `api/problems.py` holds the one table that maps it.

DatelineError
├── InvalidParameter      a value that cannot be served; names the parameter and, where it can, a better value
│   ├── QueryTooComplex   the query text exceeds a limit; carries a stable code
│   ├── FieldInvalid      a field of a body that says what cannot be
│   │   ├── DecisionInvalid   of a decision
│   │   ├── FeedInvalid       of a feed to follow
│   │   └── AnswerTooLarge    more is asked for at once than one answer holds
│   ├── RequestChanged    another request under the key of an earlier one
│   └── BodyUnreadable    what was sent holds no article
├── InvalidCursor         a cursor that is not ours, or belongs to another query
├── NotFound              no such article, entity, ...
├── Conflict              a decision that an earlier one stands against
│   └── FeedKnown         a feed that is followed already
├── RevisionChanged       the article was revised since it was read
├── HistoryUnknown        a number of a change that this archive did not give
├── Withdrawn             the article was there and was taken back
├── SettingsInvalid       a setting that cannot be used
├── InputUnreadable       a path given to ingest that cannot be read at all
├── ArchiveBusy           another process is writing
├── ArchiveReadOnly       the data folder cannot be written to
├── ArchiveForeign        the archive was made by a later version
├── ArchiveUntrusted      somebody else could have written what the data folder holds
├── FetchFailed           an address that could not be fetched; names it and says why
│   └── FetchRefused      one that must not be: a private network, a robots.txt, no address of the web
├── StorageFailed         the disk or the database gives trouble
├── WorkerLost            the system ended a process that recognises names
├── IndexUnavailable      the index cannot be opened; the rows are safe and it can be rebuilt
│   └── IndexChanged      another index is there than the one that a write was to go on from
├── KeyRequired           no key, or one that is unknown or revoked
├── ScopeMissing          the key is good, but not for this
└── Later                 not now; says when to try again
    ├── RateExceeded      too much at once by one caller
    ├── Overloaded        by all of them
    ├── SearchAway        the search cluster does not answer
    └── DatabaseAway      the database of another machine cannot be reached
"""

from __future__ import annotations

from dataclasses import dataclass


class DatelineError(Exception):
    """Root of everything this program raises on purpose; `str()` is a sentence for the person who can act on it."""


@dataclass(frozen=True, slots=True)
class PossibleEntity:
    """One of several entities that a name may mean."""

    id: str
    name: str
    type: str
    hint: str | None = None


class InvalidParameter(DatelineError):
    """A parameter or option whose value cannot be served."""

    def __init__(
        self,
        parameter: str,
        message: str,
        *,
        suggestion: str | None = None,
        candidates: tuple[PossibleEntity, ...] = (),
    ) -> None:
        super().__init__(f"{parameter}: {message}")
        self.parameter = parameter
        self.message = message
        self.suggestion = suggestion
        self.candidates = candidates


class QueryTooComplex(InvalidParameter):
    """A query text over a limit. `code` is stable: clients may match on it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__("q", message)
        self.code = code


class FieldInvalid(InvalidParameter):
    """`parameter` is the field of the body that was sent."""


class DecisionInvalid(FieldInvalid):
    """A decision that cannot be taken as it is; `parameter` is the field of it to change."""


class AnswerTooLarge(FieldInvalid):
    """`parameter` is the field of the body that asks for too much; `size` and `most` are in bytes."""

    def __init__(self, parameter: str, size: int, most: int) -> None:
        asked, held = f"{size / 1_000_000:,.1f} MB", f"{most / 1_000_000:,.0f} MB"
        super().__init__(parameter, f"That is {asked} in all, and one answer holds {held}. Ask for fewer at once.")


class RequestChanged(InvalidParameter):
    def __init__(self, key: str) -> None:
        super().__init__("Idempotency-Key", f"Something else was sent under {key!r}. Take a new key for a new request.")


class BodyUnreadable(InvalidParameter):
    """What was sent is no article, nor does it hold any: nothing of it was taken."""

    def __init__(self, message: str) -> None:
        super().__init__("body", message)


class FeedInvalid(FieldInvalid):
    """`parameter` is what to change: the address, or how often it is to be asked for."""


class InvalidCursor(DatelineError):
    """A cursor that this archive did not make, or made for another query."""


class NotFound(DatelineError):
    """`kind` is the noun for the reader: article, entity, source."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"There is no {kind} {id!r}.")
        self.kind = kind
        self.id = id


class Conflict(DatelineError):
    """What an editor asks for is ruled out by what was decided before, perhaps a moment ago."""


class FeedKnown(Conflict):
    pass


class RevisionChanged(DatelineError):
    def __init__(self, id: str, revision: int) -> None:
        super().__init__(f"Article {id!r} has revision {revision} by now. Read it again, and revise that.")


class HistoryUnknown(DatelineError):
    """Whoever asks holds a mirror of another archive, or of a state that this one never came to."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} Begin again with since 0, and an empty mirror.")


class Withdrawn(DatelineError):
    """`reason` is that of whoever withdrew it, for everybody to read."""

    def __init__(self, id: str, reason: str | None = None) -> None:
        super().__init__(
            f"Article {id!r} was withdrawn." if reason is None else f"Article {id!r} was withdrawn: {reason}"
        )
        self.id = id
        self.reason = reason


class SettingsInvalid(DatelineError):
    pass


class InputUnreadable(DatelineError):
    pass


class ArchiveBusy(DatelineError):
    """Another process holds the ingest lock; `pid` is for the message only, and None where it may be one of another
    machine."""

    def __init__(self, pid: int | None) -> None:
        who = f" (pid {pid})" if pid is not None else ""
        super().__init__(f"Another ingest runs{who}. Wait until it ends, then try again.")
        self.pid = pid


class IndexUnavailable(DatelineError):
    pass


class IndexChanged(IndexUnavailable):
    """Emptied, replaced or put back meanwhile. Nothing was written that a reader could take for whole."""


class ArchiveReadOnly(DatelineError):
    pass


class ArchiveForeign(DatelineError):
    pass


class ArchiveUntrusted(DatelineError):
    pass


class FetchFailed(DatelineError):
    """`reason` is without the address, which whoever tells it names. `status` is that of the answer, where there was
    one, `retry_after` the seconds that it asks to wait."""

    def __init__(self, url: str, reason: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(f"{url} {reason}.")
        self.url = url
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


class FetchRefused(FetchFailed):
    """Asking again changes nothing."""


class StorageFailed(DatelineError):
    pass


class WorkerLost(DatelineError):
    """Nobody but the system ends one, and hardly ever for anything but memory."""

    def __init__(self) -> None:
        super().__init__(
            "A process that recognises names was killed; most likely the memory ran out. What was written stays: run "
            "it again and it goes on, with --workers 1 where memory is short."
        )


class KeyRequired(DatelineError):
    pass


class ScopeMissing(DatelineError):
    def __init__(self, scope: str) -> None:
        super().__init__(f"This needs a key with the scope {scope!r}.")
        self.scope = scope


class Later(DatelineError):
    """`retry_after` is in whole seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(f"{message} Try again in {retry_after} s.")
        self.retry_after = retry_after


class RateExceeded(Later):
    pass


class Overloaded(Later):
    pass


class SearchAway(Later):
    """What the rows alone tell is there all the while. `trouble` is for the message only."""

    def __init__(self, trouble: str) -> None:
        super().__init__(f"The search cluster does not answer ({trouble}). Articles can be read meanwhile.", _AWAY)
        self.trouble = trouble


_AWAY = 5
"""Seconds: a node that is lost is replaced by its copies in about as many."""


class DatabaseAway(Later):
    """The rows are elsewhere, and cannot be reached now. What was not acknowledged may have been written or not."""

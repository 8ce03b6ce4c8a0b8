"""The SQLite file: connections, pragmas, transactions, migrations. Many readers, one writer, and neither waits.

A transaction opens and closes in `reading()` or `writing()`; what is called inside takes the session and never commits.
Where the folder cannot be written to, everything that reads works.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.errors import ArchiveForeign, ArchiveReadOnly, StorageFailed
from app.store.late_session import LateSession
from app.store.plain import KEPT, READ_JSON, JsonUnreadable, read_json

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlmodel import Session

    from app.store.file_sessions import FileSessions

# How long a writer waits for another: ingest batches and receipts hold the lock for well under a second.
_BUSY_SECONDS = 30

# What SQLite says when the disk, the file or the folder fails, and not a statement of ours.
_TROUBLE = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY,
}  # fmt: skip


# What a full disk makes of them. SQLite needs a file beside the archive to read it while others write.
_NO_ROOM = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_ROOM = 64 * 1024
"""Bytes that must be free for it."""

_PAGES_BETWEEN_READS = 100
"""Pages of 4 KB that a connection for texts keeps: the top of the tree. Texts lie all over the file, and of the 2 MB
that SQLite keeps by itself hardly a page is met again."""

_DEFERRED = (signal.SIGINT, signal.SIGTERM)

_IMMUTABLE = "immutable=1"
"""How to open a file that nobody changes: without a log and without locks."""


COMMITS = "commits"
"""The counter by which a shared database tells that somebody has written: see `PostgresDatabase.version`."""


class Database:
    """Takes the path, makes no file before it is used. Call `migrate()` before anything else on a new one."""

    is_shared = False
    """Whether other machines have the same rows."""

    def __init__(self, path: Path) -> None:
        self.path, self._name = path, os.fspath(path)
        self.read_only = path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
        self._info: dict[str, Any] = {READ_JSON: read_json, KEPT: {}}
        self._log = path.with_name(f"{path.name}-wal")
        self._how = self._readable() if self.read_only else "mode=rw"
        self._no_room = ""
        self._idle: list[sqlite3.Connection] = []
        self._between_sessions: list[sqlite3.Connection] = []
        # A connection that never writes: SQLite tells each one of the commits of all others.
        self._watch: sqlite3.Connection | None = None
        self._watching = threading.Lock()
        self._identity: tuple[int, ...] | None = None

    @cached_property
    def _sessions(self) -> FileSessions:
        # SQLAlchemy and the tables take as long to load as all else that a search does, which needs rows alone.
        from app.store.file_sessions import FileSessions

        return FileSessions(self.path, self._connect_mapped, self._connect_unmapped, self._info)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One snapshot: what is committed meanwhile is not seen."""
        with (
            self._translate_errors(),
            LateSession(self._connect_mapped, self._between_sessions, self._session_from, self._info) as session,
        ):
            yield session

    def _session_from(self, begun: sqlite3.Connection | None) -> Session:
        return self._sessions.read(begun)

    @contextmanager
    def scanning(self) -> Iterator[Session]:
        """Read as `reading` does, for what goes through much of the file: the pages that it met are not kept mapped,
        where they would count as memory of this process for as long as it runs."""
        with self._translate_errors(), self._sessions.scan() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Committed at the end of the block, rolled back where it raises.

        BEGIN IMMEDIATE: a transaction that reads first and writes later would fail at once when another one wrote.
        Ctrl-C waits for the end.
        """
        self._refuse_to_write()
        with defer_signals(), self._translate_errors(), self._sessions.write() as session, session.begin():
            yield session

    def lock(self, _name: str, _patience: float = 0.0) -> AbstractContextManager[None]:
        """Keep other machines out. None has the file, and those of this one are kept out by a lock on another."""
        return nullcontext()

    def confirm_locks(self) -> None:
        """Raise where a lock was lost: the kernel takes none away."""

    @contextmanager
    def claiming(self) -> Iterator[Callable[[Sequence[str]], list[str]]]:
        """Give what claims ids of articles until the block ends. Of one file there is one process that does."""
        yield list

    def keep_request_rates(self) -> None:
        """Get ready for `count_request`."""
        raise NotImplementedError

    def count_request(self, caller: str, window: int) -> tuple[int, float]:
        """Count a request of a caller, for all machines. A file has one machine, whose processes count in memory."""
        raise NotImplementedError

    def rows(self, statement: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """Run one statement that reads, outside of any session: SQLAlchemy takes four times as long to fetch a page of
        texts as SQLite does."""
        self._check_identity()
        try:
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._connect_unmapped()
                connection.execute(f"PRAGMA cache_size = {_PAGES_BETWEEN_READS}")
            try:
                return connection.execute(statement, values).fetchall()
            finally:
                self._idle.append(connection)
        except sqlite3.Error as error:
            raise StorageFailed(self._explain(error)) from error

    def migrate(self) -> None:
        """Bring the schema to the newest revision, or begin a new archive where there is no file; safe to call from
        several processes at once.

        Raises `ArchiveForeign` where a later version has brought it further, and `StorageFailed` where the file holds
        no archive: it did once, and a new one in its place would take the index along.
        """
        from app.store.migrations import HEAD, has_script, upgrade

        with self._translate_errors():
            if not self.path.exists():
                self._create()
            revision = self._first_read()
            if revision == HEAD:
                self._identity = self._file_identity()
                return
            if revision is not None and not has_script(revision):
                raise ArchiveForeign(
                    f"{self.path} was made by a later version of Dateline (its schema is {revision!r}, this version "
                    f"knows {HEAD!r}). Install that version, or restore a backup made before."
                )
            self._refuse_to_write()
            with self.connecting() as connection:
                upgrade(connection)
            self._identity = self._file_identity()

    def _create(self) -> None:
        """The file takes its name once it has its tables: an empty one of that name is never one of ours."""
        from app.store.migrations import begin

        with _folder_lock(self.path.parent):
            if self.path.exists():
                return
            if _is_nonempty(self._log):
                # SQLite would replay it into the new file.
                raise StorageFailed(f"{self._log} is there without its archive. Restore a backup to an empty folder.")
            made = Database(self.path.with_name(f".{self.path.name}.unfinished"))
            _remove_with_sidecars(made.path)
            try:
                with made.connecting() as connection:
                    begin(connection)
                made.close()
                made.path.rename(self.path)
            finally:
                made.close()
                _remove_with_sidecars(made.path)

    @contextmanager
    def connecting(self) -> Iterator[Connection]:
        """A writing transaction without a session, for the migrations: the tables may not be there yet, nor the file,
        which is then for its owner alone, as is what SQLite keeps beside it."""
        if not self.path.exists():
            self.path.touch(mode=0o600)
        self._use_write_ahead_log()
        with self._sessions.connecting() as connection:
            yield connection

    def wipe(self) -> None:
        """Write the file anew, so that none of its pages holds what was deleted, and empty its log. It takes as long as
        to copy the file, and as much room again."""
        self._refuse_to_write()
        with self._translate_errors(), closing(self._connect_unmapped()) as connection:
            connection.execute("VACUUM")
            [(is_busy, _, _)] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if is_busy:
            raise StorageFailed(f"{self._log} still holds what was deleted, as somebody reads it. Try again.")

    @property
    def file(self) -> Path | None:
        """Return the file that the rows are in; None where they are in no file of ours."""
        return self.path

    def copy_to(self, target: Path) -> None:
        """Copy the rows, as they stand at one moment, into a file that is empty, and read it again whole. The copy is
        of another history: it may go on otherwise."""
        with closing(self.connect()) as source, closing(sqlite3.connect(target)) as copy:
            try:
                source.backup(copy)
                copy.execute("UPDATE lineage SET id = lower(hex(randomblob(8)))")
                copy.commit()
                [(verdict,)] = copy.execute("PRAGMA quick_check(1)")
            except sqlite3.Error as error:
                raise StorageFailed(f"{self.path} could not be copied: {error}.") from error
        if verdict != "ok":
            raise StorageFailed(f"The copy of {self.path} is damaged: {verdict}.")

    def version(self) -> int:
        """Moves when anyone has committed, in this process or another; says nothing about what. Takes microseconds."""
        self._check_identity()
        try:
            with self._watching:
                if self._watch is None:
                    self._watch = self.connect()
                    self._watch.isolation_level = None
                return int(self._watch.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error as error:
            raise StorageFailed(self._explain(error)) from error

    def rest(self) -> None:
        """Close the connections that nobody has in hand. Each keeps pages of the file, one that has written up to 64 MB
        of them; the next ones take a millisecond to open."""
        for idle in (self._idle, self._between_sessions):
            with suppress(IndexError):  # others take some meanwhile
                while True:
                    idle.pop().close()
        if "_sessions" in self.__dict__:
            self._sessions.dispose()

    def close(self) -> None:
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self.rest()

    def _connect_mapped(self) -> sqlite3.Connection:
        connection = self._connect_unmapped()
        # Address space, not memory: pages are read from the file's own cache.
        connection.execute("PRAGMA mmap_size = 1073741824")
        return connection

    def _connect_unmapped(self) -> sqlite3.Connection:
        """Connect to read texts, which lie all over the file: mapped, most of it would count as memory of this process
        before long."""
        connection = self.connect()
        connection.isolation_level = None  # transactions are begun by whoever uses it, never by the driver
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def connect(self) -> sqlite3.Connection:
        """Makes no file where there is none."""
        address = f"file:{quote(str(self.path))}?{self._how}"
        return sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, check_same_thread=False)

    def _readable(self) -> str:
        """Return how to open what cannot be written to. Beside a log that another user's process keeps, SQLite follows
        it; without one it would have to make it, unless it is told that nobody writes."""
        followed = self.path.with_name(f"{self.path.name}-shm").exists()
        return "mode=ro" if followed or _is_nonempty(self._log) else _IMMUTABLE

    def _first_read(self) -> str | None:
        """The revision. Where there is no room for what SQLite keeps beside an archive, and no log that would have to
        be read with it, it is read as it stands."""
        try:
            return self._read_revision()
        except sqlite3.Error as error:
            if _sqlite_code(error) not in _NO_ROOM or self._how == _IMMUTABLE or _is_nonempty(self._log):
                raise
            self._no_room = self._explain(error)
        self._how = _IMMUTABLE
        return self._read_revision()

    def _read_revision(self) -> str | None:
        with closing(self._connect_unmapped()) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
                raise StorageFailed(
                    f"{self.path} is empty, or no archive. Restore a backup, or remove it to begin anew."
                )
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return str(row[0]) if row else None

    def _refuse_to_write(self) -> None:
        if self._no_room:
            raise StorageFailed(self._no_room)
        if self.read_only:
            raise ArchiveReadOnly(f"{self.path.parent} cannot be written to; it can be searched and read.")

    def _check_identity(self) -> None:
        if self._identity not in (None, self._file_identity()):
            # Open connections would go on with the file that was: what they read is no more, what they write is lost.
            raise StorageFailed(f"{self.path} was removed, replaced or changed while it was open. Start again.")

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        self._check_identity()
        try:
            yield
        except sqlite3.Error as error:
            raise StorageFailed(self._explain(error)) from error
        except JsonUnreadable as error:
            raise StorageFailed(f"{self.path}: a row is damaged, its JSON cannot be read ({error}).") from error
        except Exception as error:
            # SQLAlchemy's own errors have what the driver said.
            said = getattr(error, "orig", None)
            if not isinstance(said, sqlite3.DatabaseError) or not _is_trouble(said):
                raise
            raise StorageFailed(self._explain(said)) from error

    def _explain(self, cause: sqlite3.Error) -> str:
        if not self.path.parent.is_dir():
            return f"{self.path.parent} is not there ({cause})."
        if _sqlite_code(cause) in _NO_ROOM:
            disk = os.statvfs(self.path.parent)
            if disk.f_bavail * disk.f_frsize < _ROOM:
                return f"No space is left on the disk of {self.path.parent} ({cause})."
            if self.read_only and _is_nonempty(self._log):
                return (
                    f"{self._log} holds changes that cannot be read in a folder that cannot be written to ({cause}). "
                    "Copy the folder to where it can be, or run once as the user that it belongs to: dateline stats"
                )
        return f"{self.path}: {cause}."

    def _file_identity(self) -> tuple[int, ...]:
        """Return which file is there under the name; what is read as it stands may not change either."""
        try:
            found = os.stat(self._name)  # noqa: PTH116  # each read asks, and a `Path` takes twice as long
        except FileNotFoundError:
            return ()
        standing = (found.st_mtime_ns, found.st_size) if self._how == _IMMUTABLE else ()
        return found.st_dev, found.st_ino, *standing

    def _use_write_ahead_log(self) -> None:
        """Kept in the file itself, so once is enough; it cannot be set inside a transaction."""
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()


@contextmanager
def _folder_lock(folder: Path) -> Iterator[None]:
    """The folder's own lock, which comes after that of whoever else is about to begin an archive there. What was done
    in it is on disk when it ends."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_nonempty(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _remove_with_sidecars(unfinished: Path) -> None:
    """Remove a file with what SQLite keeps beside it."""
    for path in unfinished.parent.glob(f"{unfinished.name}*"):
        path.unlink()


def _is_trouble(said: sqlite3.DatabaseError) -> bool:
    # A text that is no UTF-8 is found by the driver, which has no code for it, where SQLite has one for all it finds.
    is_undecodable = isinstance(said, sqlite3.OperationalError) and not hasattr(said, "sqlite_errorcode")
    return is_undecodable or _sqlite_code(said) in _TROUBLE


def _sqlite_code(said: sqlite3.Error) -> int:
    return int(getattr(said, "sqlite_errorcode", 0)) & 0xFF


@contextmanager
def defer_signals() -> Iterator[None]:
    """Hold back Ctrl-C and SIGTERM until the block has ended: raised in the midst of a statement, they leave a
    connection that nobody can close and that keeps everyone from writing, this process included."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = {number: signal.signal(number, lambda got, _: held.append(got)) for number in _DEFERRED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        if held:
            signal.raise_signal(held[0])

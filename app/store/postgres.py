"""The rows in a PostgreSQL database, for several processes on several machines: what `Database` is to a file.

Who writes takes a lock first, which is given back with the commit: sequence numbers are committed in their order, as
they are by the one writer of a file. Who reads sees one snapshot and never waits.
"""

from __future__ import annotations

import math
import os
import re
import secrets
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from app.errors import (
    ArchiveBusy,
    ArchiveForeign,
    ArchiveReadOnly,
    DatabaseAway,
    Overloaded,
    SettingsInvalid,
    StorageFailed,
)
from app.store.database import COMMITS, Database, defer_signals
from app.store.plain import KEPT, READ_JSON
from app.store.written import in_postgres

_WRITING = 0x6461_7465_6C69_6E65
"""The advisory lock of whoever writes. As SQLite's, it is waited for no longer than 30 seconds."""
_TAKE_LOCK = text("SELECT set_config('lock_timeout', '30s', true), pg_advisory_xact_lock(:key)")
_TRY_NAMED = text("SELECT pg_backend_pid(), pg_try_advisory_lock(:key)")
_WAIT_FOR_NAMED = text("SELECT pg_backend_pid(), pg_advisory_lock(:key)")
_WATCHED = text(
    "SELECT set_config('lock_timeout', :patience, false), set_config('tcp_keepalives_idle', '10', false), "
    "set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false)"
)
"""The server finds within half a minute that a machine which holds a lock is gone."""
_GIVE_BACK_NAMED = text("SELECT set_config('lock_timeout', '0', false), pg_advisory_unlock(:key)")
_IS_HELD = text(
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pid = :pid "
    "AND classid = CAST(:high AS oid) AND objid = CAST(:low AS oid) "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_CLAIMS = 0x6461_7465
_CLAIM = text(
    "SELECT id FROM unnest(CAST(:ids AS text[])) AS asked(id) WHERE pg_try_advisory_lock(:room, hashtext(id))"
)
_GIVE_BACK_CLAIMS = text("SELECT pg_advisory_unlock_all()")
_WAIT_A_SECOND = text("SET lock_timeout = '1s'")
_OUR_TABLES = text(
    "SELECT CAST(CAST(oid AS regclass) AS text) FROM pg_class WHERE relkind = 'r' "
    "AND relnamespace = CAST(current_schema() AS regnamespace) ORDER BY pg_relation_size(oid)"
)
_LONGEST_WAIT = 2**31 - 1
"""Milliseconds."""
_COUNT_COMMIT = text(
    "INSERT INTO counter (name, value) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1"
)
_LAST_COMMIT = "SELECT value, id FROM counter CROSS JOIN lineage WHERE name = ?"
_REQUESTS = "request_rate"
_KEEP_REQUESTS = text(
    f"CREATE UNLOGGED TABLE IF NOT EXISTS {_REQUESTS} (caller text PRIMARY KEY, ends timestamptz NOT NULL, "
    "count bigint NOT NULL) WITH (fillfactor = 50)"
)
"""Lost in a crash, and in no backup: it is of the last minutes."""
_COUNT_REQUEST = text(
    f"INSERT INTO {_REQUESTS} AS had VALUES (:caller, clock_timestamp() + CAST(:window AS interval), 1) "
    "ON CONFLICT (caller) DO UPDATE SET "
    "count = CASE WHEN had.ends > clock_timestamp() THEN had.count + 1 ELSE 1 END, "
    "ends = CASE WHEN had.ends > clock_timestamp() THEN had.ends ELSE excluded.ends END "
    "RETURNING count, CAST(extract(epoch FROM ends - clock_timestamp()) AS float8)"
)
_FORGET_REQUESTS = text(f"DELETE FROM {_REQUESTS} WHERE ends < clock_timestamp()")
_NAME_HISTORY = text("INSERT INTO lineage (id) SELECT :id WHERE NOT EXISTS (SELECT 1 FROM lineage)")
_BEGIN_TO_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_CONNECT_ARGS: dict[str, Any] = {
    "application_name": "dateline",
    "connect_timeout": 5,
    # Seconds after which a server that says nothing any more is taken for gone; whoever has asked it waits as long.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_USED = "used"
"""What a pool notes of a connection that has answered."""
_RETRY_AFTER = 5

# What PostgreSQL says, by the first digits of its codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
_AWAY = ("08", "57P", "53300")
"""It cannot be reached, is being stopped or started, or has as many connections as it bears."""
_TROUBLE = ("53", "58", "F0", "XX")
"""The disk is full or fails, or a table is damaged."""
_LOCKED = ("55P03",)
_READ_ONLY = ("25006",)
_ORDERED = ("C", "POSIX", "C.UTF-8", "C.UTF8", "C.utf8", "ucs_basic")
"""Locales by which texts are ordered as the index orders them: by their code points."""


class _Held(NamedTuple):
    """A named lock that a thread has: by which connection of the server, and its number in two halves."""

    pid: int
    high: int
    low: int


class _OfThread(threading.local):
    def __init__(self) -> None:
        self.held: list[_Held] = []


class PostgresDatabase(Database):
    """Takes the address, connects when it is used. Call `migrate()` before anything else on a new one.

    `named_as` is what errors call the address.
    """

    is_shared = True

    def __init__(self, url: str, named_as: str = "DATELINE_DATABASE_URL") -> None:
        self.read_only = self._is_closed = False
        self._named_as = named_as
        try:
            self.url = make_url(url)
            # After a restart nobody is told of connections that were: who writes asks first whether it is still there.
            self._engine = self._make_pool(pool_pre_ping=True)
            self._reader = self._make_pool(isolation_level="AUTOCOMMIT")
            self._prompt = self._make_pool(isolation_level="AUTOCOMMIT", pool_reset_on_return=None)
        except ModuleNotFoundError as error:
            raise SettingsInvalid(f"{named_as} needs {error.name}: pip install 'dateline[cluster]'") from None
        except (ArgumentError, ValueError):
            # Not what it says: it may hold a password.
            raise SettingsInvalid(
                f"{named_as} is no address such as postgresql+psycopg://USER:PASSWORD@HOST:5432/NAME; in a password "
                "%40 stands for @, %2F for /, %3A for :"
            ) from None
        event.listen(self._reader, "checkout", _begin_to_read)
        self._single = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._info = {READ_JSON: _as_read, KEPT: {}}
        self._locks = _OfThread()

    def _make_pool(self, **options: Any) -> Engine:
        engine = create_engine(
            self.url,
            pool_size=8,
            max_overflow=-1,
            hide_parameters=True,  # they are what people search for, and would stand in logs
            connect_args=_CONNECT_ARGS | dict(self.url.query),
            **options,
        )
        event.listen(engine, "connect", _bear_nul)
        event.listen(engine, "checkin", self._let_go)
        return engine

    def _let_go(self, connection: Any, record: ConnectionPoolEntry) -> None:
        """Close a connection that a thread gives back after all others were closed: its pool is nobody's any more."""
        if self._is_closed and connection is not None:
            record.invalidate()

    @property
    def name(self) -> str:
        """Return the address without a password."""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._translate_errors(), Session(self._reader, expire_on_commit=False, info=self._info) as session:
            yield session

    scanning = reading

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with (
            defer_signals(),
            self._translate_errors(),
            Session(self._engine, expire_on_commit=False, info=self._info) as session,
            session.begin(),
        ):
            session.connection().execute(_TAKE_LOCK, {"key": _WRITING})
            self._refuse_without_locks(session.connection())
            session.connection().execute(_COUNT_COMMIT, {"name": COMMITS})
            yield session

    @contextmanager
    def lock(self, name: str, patience: float = 0.0) -> Iterator[None]:
        """Hold the lock of this name on all machines; it ends with its connection. Who waits is served in turn.

        Raises `ArchiveBusy` where another holds it for longer than `patience` seconds. Who lost it meanwhile is told so
        by `DatabaseAway` at its next transaction, of which nothing is kept: another may be at work by then.
        """
        number = int.from_bytes(blake2b(f"dateline {name}".encode(), digest_size=8).digest())
        key = {"key": number - (number >> 63 << 64)}
        with self._translate_errors(), self._single.connect() as connection:
            held = _Held(_take_named(connection, key, patience), number >> 32, number & 0xFFFF_FFFF)
            self._locks.held.append(held)
            try:
                yield
            finally:
                self._locks.held.remove(held)
                try:
                    connection.execute(_GIVE_BACK_NAMED, key)
                except DBAPIError:
                    connection.invalidate()  # it went with its lock

    @contextmanager
    def claiming(self) -> Iterator[Callable[[Sequence[str]], list[str]]]:
        """Give what claims those of some ids that nobody else has claimed, until the block ends, or the connection:
        what a process that was killed had claimed is free at once. Nobody waits, and whoever writes to the rows is not
        kept from it, as by `FOR UPDATE SKIP LOCKED`."""
        with self._translate_errors(), self._single.connect() as connection:

            def claim(ids: Sequence[str]) -> list[str]:
                found = connection.execute(_CLAIM, {"room": _CLAIMS, "ids": list(ids)})
                return [str(id) for (id,) in found]

            try:
                yield claim
            finally:
                try:
                    connection.execute(_GIVE_BACK_CLAIMS)
                except DBAPIError:
                    connection.invalidate()  # it went with its claims

    def confirm_locks(self) -> None:
        """Raise `DatabaseAway` where this thread has lost a lock that it holds."""
        if self._locks.held:
            with self._translate_errors(), self._single.connect() as connection:
                self._refuse_without_locks(connection)

    def _refuse_without_locks(self, connection: Connection) -> None:
        """Whoever is given the lock next waits for what this transaction commits, so it is not too late."""
        if not all(connection.execute(_IS_HELD, held._asdict()).first() for held in self._locks.held):
            raise DatabaseAway(f"{self.name}: the connection that held a lock was lost.", _RETRY_AFTER)

    def rows(self, statement: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """Run one statement that reads, past SQLAlchemy and in one exchange with the server, as each request does; and
        again, on another connection, where the first was lost."""
        with self._translate_errors():
            while True:
                with closing(self._prompt.raw_connection()) as pooled:
                    connection: Any = pooled.driver_connection
                    try:
                        found: list[tuple[Any, ...]] = connection.execute(in_postgres(statement), values).fetchall()
                    except self._engine.dialect.loaded_dbapi.Error:
                        if not _was_lost(connection, pooled.info):
                            raise
                        pooled.invalidate()
                    else:
                        pooled.info[_USED] = True
                        return found

    def migrate(self) -> None:
        """Bring the schema to the newest revision, or begin a new archive in an empty database; safe to call from
        several processes at once.

        Raises `ArchiveForeign` where a later version has brought it further, `SettingsInvalid` where the database
        orders texts otherwise than the index does, and `StorageFailed` where it holds something else.
        """
        from app.store.migrations import HEAD, has_script, upgrade

        with self._translate_errors():
            with self._admitted() as connection:
                self._check_order(connection)
                revision = self._revision(connection)
            if revision == HEAD:
                self._begin_history()
                return
            if revision is not None and not has_script(revision):
                raise ArchiveForeign(
                    f"{self.name} was made by a later version of Dateline (its schema is {revision!r}, this version "
                    f"knows {HEAD!r}). Install that version, or restore a backup made before."
                )
            with self.connecting() as locked:
                upgrade(locked)

    @contextmanager
    def _admitted(self) -> Iterator[Connection]:
        """Connect for the first time: a server that answers and refuses will do so until the setting is another."""
        try:
            connection = self._engine.connect()
        except DBAPIError as error:
            if (refused := _why_refused(error)) is not None:
                raise SettingsInvalid(f"{self._named_as}, {self.name}: {refused}") from None
            raise
        with connection:
            yield connection

    def _begin_history(self) -> None:
        """Name the history of what was restored from a backup, which has none."""
        if self.rows("SELECT 1 FROM lineage"):
            return
        with self.connecting() as connection:
            connection.execute(_NAME_HISTORY, {"id": secrets.token_hex(8)})

    @contextmanager
    def connecting(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            connection.execute(_TAKE_LOCK, {"key": _WRITING})
            yield connection

    def wipe(self) -> None:
        """Write the tables anew one after the other, so that none of their pages holds what was deleted; nobody reads
        or writes the one at which it is. So too what PostgreSQL notes of their values, for its plans.

        Raises `Overloaded` where one is in use for longer than a second: whoever comes next would wait behind this.
        """
        with self._translate_errors(), self._single.connect() as connection:
            connection.execute(_WAIT_A_SECOND)
            try:
                names = connection.execute(_OUR_TABLES).scalars().all()
                for name in names:
                    connection.execute(text(f"VACUUM (FULL, ANALYZE) {name}"))
                connection.execute(text("VACUUM FULL pg_statistic"))
            finally:
                connection.invalidate()  # with what was set for it

    @property
    def file(self) -> None:
        return None

    def copy_to(self, target: Path) -> None:
        """Have `pg_dump` write the rows, as they stand at one moment, in its own form, and read its list of contents
        again. The name of the history stays behind: what is restored gets another, and may go on otherwise."""
        command = (
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--exclude-table-data=lineage",
            f"--exclude-table={_REQUESTS}",
            f"--file={target}",
        )
        self._run(*command, self.url.set(drivername="postgresql", password=None).render_as_string())
        self._run("pg_restore", "--list", str(target))

    def _run(self, *command: str) -> None:
        password = {"PGPASSWORD": str(self.url.password)} if self.url.password else {}
        try:
            done = subprocess.run(  # noqa: S603 -- with an address that the settings have
                command, env=os.environ | password, capture_output=True, text=True, check=False
            )
        except FileNotFoundError as error:
            raise SettingsInvalid(f"{command[0]} is not installed; it comes with PostgreSQL's own tools.") from error
        if done.returncode:
            raise StorageFailed(f"{command[0]} of {self.name} failed: {done.stderr.strip()}")

    def version(self) -> int:
        """Moves when anyone has committed what was written by `writing`, in this process or another. The number is
        written in the same transaction, of which there is one at a time; PostgreSQL's own would move with whatever
        else its server does."""
        found = self.rows(_LAST_COMMIT, (COMMITS,))
        return int.from_bytes(blake2b(repr(found).encode(), digest_size=7).digest())

    def keep_request_rates(self) -> None:
        """Make the table of `count_request`, where there is none, and forget what is over."""
        with self._translate_errors(), self._single.connect() as connection:
            with suppress(IntegrityError):  # another has just made it
                connection.execute(_KEEP_REQUESTS)
            connection.execute(_FORGET_REQUESTS)

    def count_request(self, caller: str, window: int) -> tuple[int, float]:
        """Count a request of a caller. Return how many there were in the same window, which is so many seconds long,
        and how many seconds of it are left."""
        with self._translate_errors(), self._single.connect() as connection:
            count, left = connection.execute(_COUNT_REQUEST, {"caller": caller, "window": f"{window} s"}).one()
        return int(count), float(left)

    def rest(self) -> None:
        """Do nothing: no connection keeps rows here."""

    def close(self) -> None:
        self._is_closed = True
        for engine in (self._engine, self._reader, self._prompt):
            engine.dispose()

    def _check_order(self, connection: Connection) -> None:
        wanted = "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
        [(locale, encoding)] = connection.execute(text(wanted))
        if locale not in _ORDERED or encoding != "UTF8":
            raise SettingsInvalid(
                f"{self.name} has the locale {locale} and the encoding {encoding}, and would order ids otherwise than "
                "the index does. Make it so: createdb --template=template0 --locale=C --encoding=UTF8 NAME"
            )

    def _revision(self, connection: Connection) -> str | None:
        tables = inspect(connection).get_table_names()
        if "alembic_version" in tables:
            row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
            return str(row[0]) if row else None
        if tables:
            raise StorageFailed(f"{self.name} holds tables of something else ({tables[0]}). Name an empty database.")
        return None

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            self._translate(error.orig, error)
            raise
        except self._engine.dialect.loaded_dbapi.Error as error:
            self._translate(error, error)
            raise

    def _translate(self, said: BaseException | None, error: Exception) -> None:
        """Raise what something means that the driver said, where that is known."""
        code = str(getattr(said, "sqlstate", None) or "")
        told = f"{self.name}: {str(said).strip()}"
        if code.startswith(_LOCKED):
            raise Overloaded("Somebody else has been reading or writing for long.", _RETRY_AFTER) from error
        is_lost = not code and getattr(error, "connection_invalidated", False)
        if code.startswith(_AWAY) or is_lost or _is_unconnected(said):
            raise DatabaseAway(told, _RETRY_AFTER) from error
        if code.startswith(_READ_ONLY):
            raise ArchiveReadOnly(told) from error
        if code.startswith(_TROUBLE):
            raise StorageFailed(told) from error


def _take_named(connection: Connection, key: dict[str, int], patience: float) -> int:
    """Take a lock, and return by which process of the server it is held."""
    wait = 0 if math.isinf(patience) else max(1, min(_LONGEST_WAIT, math.ceil(1000 * patience)))
    try:
        connection.execute(_WATCHED, {"patience": str(wait)})
        pid, taken = connection.execute(_WAIT_FOR_NAMED if patience > 0 else _TRY_NAMED, key).one()
    except DBAPIError as error:
        connection.invalidate()
        if str(getattr(error.orig, "sqlstate", None)).startswith(_LOCKED):
            raise ArchiveBusy(None) from None
        raise
    except BaseException:
        # Ctrl-C while it waited: it may have been given the lock.
        connection.invalidate()
        raise
    if taken is False:
        raise ArchiveBusy(None)
    return int(pid)


def _begin_to_read(connection: Any, record: ConnectionPoolEntry, _pooled: Any) -> None:
    """Begin a transaction on a connection as it is handed out, by which it is found whether that is still there: to ask
    first would be one more exchange with the server for each read."""
    try:
        connection.execute(_BEGIN_TO_READ)
    except Exception:
        if not _was_lost(connection, record.info):
            raise
        raise DisconnectionError from None  # another is handed out in its place
    record.info[_USED] = True


def _was_lost(connection: Any, info: dict[Any, Any]) -> bool:
    """Return whether a connection has ended that was good before."""
    return bool(connection.closed) and _USED in info


def _bear_nul(connection: Any, _record: Any) -> None:
    """Have the driver put the sign for what cannot be shown in place of NUL, which no text of PostgreSQL may have: who
    looks for it is told that there is none, as by a file."""
    from psycopg.types.string import StrDumperUnknown

    class Texts(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)

    connection.adapters.register_dumper(str, Texts)


def _is_unconnected(said: BaseException | None) -> bool:
    """Return whether no connection came about, or it was lost: found by the driver, which has no code for it."""
    import psycopg

    return isinstance(said, psycopg.OperationalError) and said.sqlstate is None


_REFUSALS = (
    ("password authentication failed", "the server knows no such user, or by another password."),
    ("no password supplied", "the server asks for a password; put it into the address, or into ~/.pgpass."),
    ("authentication failed", "the server does not believe that it is this user."),
    ("no pg_hba.conf entry", "the server lets this user not in from here: see its pg_hba.conf."),
    ("permission denied for database", "the user may not use this database: GRANT CONNECT ON DATABASE."),
)
_REFUSALS_NAMED = re.compile(r'(?:database|role|user) "[^"]*" does not exist|is not permitted to log in')


def _why_refused(error: DBAPIError) -> str | None:
    """Return why a server lets nobody in with this address; None where it is away, starts, or has no room now. The
    driver has no code for it, only what the server says, which has no password in it."""
    said = str(error.orig)
    if found := _REFUSALS_NAMED.search(said):
        return f"the server says that {found[0]}." if "exist" in found[0] else "the user may not log in."
    return next((meaning for words, meaning in _REFUSALS if words in said), None)


def _as_read(value: Any) -> Any:
    """Return a JSON column as it is: the driver reads it."""
    return value

"""What all commands share: the archive they work on, how they speak, and how they end."""

from __future__ import annotations

import errno
import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from app import errors
from app.entry import CONTROLS

if TYPE_CHECKING:
    from app.archive import Archive
    from app.settings import Settings

# What scripts can tell from the exit code; numbers above 60 are those of sysexits.h. The first row that fits counts.
EXIT_REJECTED = 1
EXIT_DISK = 74
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143
EXIT_CODES: tuple[tuple[type[errors.DatelineError], int], ...] = (
    (errors.InvalidParameter, 2),
    (errors.ArchiveForeign, 65),
    (errors.InputUnreadable, 66),
    (errors.WorkerLost, 71),
    (errors.IndexUnavailable, EXIT_DISK),
    (errors.StorageFailed, EXIT_DISK),
    (errors.ArchiveBusy, 75),
    (errors.DatabaseAway, 75),
    (errors.ArchiveReadOnly, 77),
    (errors.ArchiveUntrusted, 77),
    (errors.SettingsInvalid, 78),
    (errors.DatelineError, 1),
)
EXIT_HELP = (
    "Exit codes: 0 done; 1 rejections with --strict, a feed that fails, or nothing by that name; 2 wrong usage; 65 an "
    "archive of a later version; 66 input that cannot be read; 71 a process of the ingest was killed; 74 index or disk "
    "trouble; 75 another ingest runs, or no database answers; 77 a data folder that is read-only or not to be trusted; "
    "78 wrong setting; 130 stopped by Ctrl-C; 143 by SIGTERM."
)

# Objects that are new before the collector looks for cycles: to take articles in makes many, of which hardly any is in
# one, and a fourteenth of the time would go on that.
_COLLECTED = 50_000

F = TypeVar("F", bound=Callable[..., Any])


class _Terminated(KeyboardInterrupt):
    """By SIGTERM: the same orderly end as by Ctrl-C."""


@contextmanager
def _terminable() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _terminate(*_: object) -> NoReturn:
    raise _Terminated


class Commands(TyperGroup):
    """Turns what went wrong into one line and an exit code; a traceback is left for our own defects."""

    def invoke(self, ctx: Any) -> Any:
        try:
            with _terminable():
                done = super().invoke(ctx)
                sys.stdout.flush()
                return done
        except errors.DatelineError as error:
            _print_error(error)
            raise typer.Exit(next(code for kind, code in EXIT_CODES if isinstance(error, kind))) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # `dateline search ... | head`
                raise
            _drop_what_cannot_be_written()
            fail(_said_of_disk(error), EXIT_DISK)
        except KeyboardInterrupt as stop:
            complain("Stopped.")
            raise typer.Exit(EXIT_TERMINATED if isinstance(stop, _Terminated) else EXIT_INTERRUPTED) from None


def _drop_what_cannot_be_written() -> None:
    """Keep Python from writing it again at the end, which would fail anew and change the exit code."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _said_of_disk(error: OSError) -> str:
    said = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        said += ". Make room, and run the command again: what was written whole is kept."
    return said


class _Command(TyperCommand):
    def invoke(self, ctx: Any) -> Any:
        for parameter in self.params:
            given = ctx.params.get(parameter.name)
            for value in given if isinstance(given, list | tuple) else (given,):
                if isinstance(value, str) and CONTROLS.search(value):
                    name = parameter.opts[-1] if parameter.opts[-1].startswith("-") else parameter.opts[-1].upper()
                    raise errors.InvalidParameter(
                        name, f"{value!r} holds bytes or control characters that are no text."
                    )
        return super().invoke(ctx)


class CommandLine(typer.Typer):
    """One whose commands take text as text: the shell hands over any bytes."""

    def command(self, *given: Any, **options: Any) -> Callable[[F], F]:
        return super().command(*given, cls=_Command, **options)


def examples(*shown: tuple[str, str]) -> str:
    """Command lines with what each is for, as the last part of a command's help; they can be pasted as they are."""
    lines = [f"- `{command}" + (f"  # {purpose}`" if purpose else "`") for command, purpose in shown]
    return "\n".join(["Examples:\n", *lines])


# Where the command line and the API call a parameter differently.
_OPTIONS = {"date_from": "--from", "date_to": "--to", "entity_name": "--entity", "q": "QUERY"}

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", metavar="FOLDER", help="The folder of the archive (else $DATELINE_DATA_DIR, else data)."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def settings_of(data_dir: Path | None, **given: Any) -> Settings:
    from app.settings import Settings

    settings = Settings.read(data_dir=data_dir, **given)
    places = (settings.data_dir, *settings.data_dir.parents)
    nearest = next((place for place in places if os.path.lexists(place)), settings.data_dir)
    if not os.path.isdir(nearest):  # noqa: PTH112  # pathlib's raises where one may not look
        raise errors.SettingsInvalid(f"The data folder cannot be {settings.data_dir}: {nearest} is no folder.")
    return settings


@contextmanager
def opened(settings: Settings, *, allow_missing_index: bool = False) -> Iterator[Archive]:
    from app.archive import open_archive

    with open_archive(settings, allow_missing_index=allow_missing_index) as archive:
        collect_seldom()
        yield archive


def collect_seldom(objects: int = _COLLECTED) -> None:
    """Let the collector look for cycles again, which was stopped while modules were loaded: what there is so far stays,
    and need never be looked through. `objects`: so many new ones before it looks."""
    gc.freeze()
    gc.set_threshold(objects)
    gc.enable()


@contextmanager
def existing(data_dir: Path | None, *, allow_missing_index: bool = False) -> Iterator[Archive]:
    """Open the archive for a command that only reads: asking in the wrong folder must not begin an archive there."""
    settings = settings_of(data_dir)
    if not settings.is_begun():
        raise errors.InputUnreadable(
            f"There is no archive in {settings.data_dir}. Begin one with: dateline ingest PATH"
        )
    with opened(settings, allow_missing_index=allow_missing_index) as archive:
        yield archive


@contextmanager
def settled(data_dir: Path | None) -> Iterator[Archive]:
    """Open as `existing` does, for commands that show what is counted of names: an ingest that was stopped may have
    left some."""
    from app.store import linking

    with existing(data_dir) as archive:
        with archive.database.reading() as session:
            is_settled = linking.is_settled(session)
        if not is_settled:
            _settle_what_is_left(archive)
        yield archive


@contextmanager
def telling_what_is_left(archive: Archive) -> Iterator[None]:
    """Say what is left where a command is stopped in the midst of names."""
    try:
        yield
    except KeyboardInterrupt:
        from app.ingest.settling import left

        if waiting := left(archive):
            complain(
                f"{waiting:,} names are not counted yet. The next ingest does it, and before it `dateline stats`, "
                "`dateline entities list` and a server that is started."
            )
        raise


def _settle_what_is_left(archive: Archive) -> None:
    from app.ingest.settling import make_up

    try:
        make_up(archive)
    except errors.ArchiveBusy:
        complain("Another process writes: names that it brings are counted when it is done.")
    except errors.ArchiveReadOnly:
        complain("Names are not all counted: an ingest was stopped, and the data folder is read-only.")


def cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value or "none")


def ready_streams() -> None:
    """Make the streams show by its number what a terminal cannot write. Where a stream was closed before the start,
    the next file opened would stand in its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115  # open until the end
        elif mode == "w":
            getattr(sys, name).reconfigure(errors="backslashreplace")


def print_json(value: Any, indent: int | None = 2) -> None:
    """Print a value as JSON; without `indent`, on one line."""
    # An escape of JSON's own, where the letter cannot be written.
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    typer.echo(json.dumps(value, ensure_ascii=not is_unicode, indent=indent))


def complain(message: str) -> None:
    typer.secho(message, err=True, fg=typer.colors.YELLOW)


def fail(message: str, code: int) -> NoReturn:
    complain(message)
    raise typer.Exit(code)


def _print_error(error: errors.DatelineError) -> None:
    if not isinstance(error, errors.InvalidParameter):
        complain(str(error))
        return
    complain(f"{_OPTIONS.get(error.parameter, error.parameter)}: {error.message}")
    if error.suggestion:
        complain(f"Did you mean {error.suggestion}?")
    for candidate in error.candidates:
        complain(f"  {candidate.id}  {candidate.name}" + (f" ({candidate.hint})" if candidate.hint else ""))

"""`dateline withdraw`, `restore`, `erase`, `withdrawals`: articles out of sight, and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app import errors
from app.cli.command import AsJson, CommandLine, DataDir, complain, examples, existing, print_json

if TYPE_CHECKING:
    from app.archive import Archive
    from app.store.withdrawals import Kind

_PATIENCE = 60.0
"""Seconds that a person waits for an ingest that writes to the index."""

Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Articles, by their ids: 78184646ba153278.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; whoever asks for the article is told.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who does it, for the log (else your name on this machine).")
]


def withdraw_command(ids: Ids, reason: Reason, by: By = None, data_dir: DataDir = None) -> None:
    """Take articles out of sight: no search, page or count shows them, and their addresses tell the reason.

    They stay so when their files are read again. `dateline restore` shows them again.
    """
    _take_and_report(data_dir, "withdraw", ids, reason, by)


def restore_command(
    ids: Ids,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the log.")] = None,
    by: By = None,
    data_dir: DataDir = None,
) -> None:
    """Show withdrawn articles again, as they were."""
    _take_and_report(data_dir, "restore", ids, reason, by)


def erase_command(
    ids: Ids,
    reason: Reason,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    by: By = None,
    data_dir: DataDir = None,
) -> None:
    """Remove articles for good: from rows, former states, index and the free pages of the file or database.

    It writes the whole file anew, or all tables. Nothing brings them back but a backup, and their records are not taken
    again.
    """
    if not yes:
        typer.confirm(f"Erase {_so_many(len(ids))} for good?", abort=True)
    _take_and_report(data_dir, "erase", ids, reason, by)
    complain("Backups made before still hold what was erased, and so do the files it was read from.")


def _write_database_anew(archive: Archive) -> bool:
    """Write a shared database anew, which no request waits for. Return whether that is done."""
    from app.ingest.erasing import write_anew

    try:
        write_anew(archive)
    except errors.Overloaded:
        return False
    return True


def withdrawals_command(
    limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 20,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List what was withdrawn, restored and erased, newest first."""
    from app import terminal
    from app.read.withdrawals import withdrawal_view
    from app.store import withdrawals

    with existing(data_dir) as archive, archive.database.reading() as session:
        found, total = withdrawals.withdrawal_log(session, limit=limit)
    shown = [withdrawal_view(each) for each in found]
    if as_json:
        print_json({"total": total, "results": shown})
    elif shown:
        rows = [
            (str(each["number"]), each["kind"], each["article"], each.get("reason", ""), each["by"], each["at"][:16])
            for each in shown
        ]
        terminal.show_rows(("no.", "", "article", "reason", "by", "at"), rows)
    else:
        complain("Nothing was withdrawn.")


def add_to(app: CommandLine) -> None:
    """Add the commands to those of the program."""
    why = "--reason 'published by mistake'"
    app.command("withdraw", epilog=examples((f"dateline withdraw 78184646ba153278 {why}", "")))(withdraw_command)
    app.command("restore", epilog=examples(("dateline restore 78184646ba153278", "")))(restore_command)
    asked = "dateline erase 78184646ba153278 --reason 'asked for by the person it names'"
    app.command("erase", epilog=examples((asked, "")))(erase_command)
    app.command("withdrawals", epilog=examples(("dateline withdrawals --json", "for a program")))(withdrawals_command)


def _take_and_report(data_dir: Path | None, kind: Kind, ids: Sequence[str], reason: str | None, by: str | None) -> None:
    import getpass

    from app.ingest.withdrawing import change_status

    done_of = {"withdraw": "withdrawn", "restore": "restored", "erase": "erased"}
    with existing(data_dir) as archive:
        done = change_status(archive, kind, ids, reason, by or getpass.getuser(), _PATIENCE)
        finished = kind != "erase" or not archive.database.is_shared or _write_database_anew(archive)
    typer.echo(f"{_so_many(len(done.taken))} {done_of[kind]}.")
    if not done.indexed:
        complain("Another process writes to the index: searches follow when it is done.")
    if not finished:
        complain("Others read for long just now: free pages of the database still hold it, until a server has run.")


def _so_many(count: int) -> str:
    return f"{count:,} article{'' if count == 1 else 's'}"

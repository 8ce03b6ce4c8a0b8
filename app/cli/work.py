"""`dateline work`: a process that recognises names for servers, on this machine or another."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from app import errors
from app.cli.command import DataDir, complain, examples, existing, fail

EXAMPLES = examples(
    ("dateline work", "beside servers, until Ctrl-C; as many as there are cores to spare, with rows in PostgreSQL"),
    ("dateline work --all --once", "what was ingested with --skip-entities, and no longer"),
)

_LOOK = 1.0
"""Seconds from one look at an empty queue to the next."""
_AGAIN = 5.0


def work_command(
    everything: Annotated[
        bool, typer.Option("--all", help="Also articles that were ingested with --skip-entities.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="End when none waits.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Recognise names in articles that servers were sent, instead of a server or beside it.

    With rows in PostgreSQL as many may do so as you like, on as many machines: each takes other articles, and what one
    had begun that was killed is done by the rest. With rows in a file it is one process at a time.
    """
    from app.ingest.naming import name_all
    from app.store.unnamed import queue_skipped

    done = 0
    with existing(data_dir, allow_missing_index=True) as archive:
        if everything:
            with archive.database.writing() as session:
                queue_skipped(session)
        while True:
            try:
                for count in name_all(archive, lambda: once):
                    done += count
                    if not count:
                        time.sleep(0 if once else _LOOK)
                break
            except errors.ArchiveBusy:
                fail("Names are being recognised already. Several processes can, with rows in PostgreSQL.", 75)
            except (errors.DatabaseAway, errors.SearchAway) as error:
                if once:
                    raise
                complain(str(error))
                time.sleep(_AGAIN)
    typer.echo(f"{done:,} articles read for names.")

"""`dateline jobs`: what was handed in to a server, and how far it is."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.command import AsJson, DataDir, examples, existing, print_json

EXAMPLES = examples(
    ("dateline jobs", "what was handed in, newest first"),
    ("dateline jobs 5d0f2b9c81e4a637", "one, with what was refused of it and why"),
)


def jobs_command(
    job: Annotated[str | None, typer.Argument(metavar="ID", help="A job, to see what was refused.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many jobs to show.")] = 20,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show the files that were handed in to a server, over HTTP or on its page, and how far it is with them.

    A server does the work: while none runs, jobs wait.
    """
    from app import terminal
    from app.read.jobs import job_detail, job_view
    from app.store import jobs

    with existing(data_dir) as archive, archive.database.reading() as session:
        if job is not None:
            detail = job_detail(session, archive.settings, jobs.load_job(session, job))
            print_json(detail) if as_json else terminal.show_job(detail)
            return
        found = [job_view(row) for row in jobs.newest_jobs(session, limit)]
    if as_json:
        print_json(found)
    else:
        terminal.show_jobs(found)

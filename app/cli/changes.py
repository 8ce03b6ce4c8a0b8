"""`dateline changes`: what changed in an archive, line by line, for whoever follows it."""

from __future__ import annotations

import sys
from time import sleep
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli.command import AsJson, DataDir, examples, existing, print_json

if TYPE_CHECKING:
    from app.read.models import ArchiveChange

_AT_ONCE = 100
_LOOK_SECONDS = 0.5

EXAMPLES = examples(
    ("dateline changes", "all there is, each article and entity at its last change"),
    ("dateline changes --since 4711 --json", "what changed after that number, for a program"),
    ("dateline changes --follow --type article", "and what changes from now on, until Ctrl-C"),
)


def changes_command(
    since: Annotated[int, typer.Option(min=0, metavar="NUMBER", help="Only what changed after this number.")] = 0,
    type: Annotated[Literal["article", "entity"] | None, typer.Option(help="Only articles, or only entities.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what changes, until it is stopped.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List what was added, revised, withdrawn, restored, erased or renamed, in order.

    A line begins with the number of the change: give the last one to --since to go on from there. With --json each line
    is an object that has the article or entity as it is now.
    """
    from app.read.changes import changes_since

    with existing(data_dir, allow_missing_index=True) as archive:
        history: str | None = None
        while True:
            with archive.database.reading() as session:
                found = changes_since(session, since, limit=_AT_ONCE, history=history, type=type)
            for change in found.rows:
                print_json(change, indent=None) if as_json else typer.echo(_change_line(change))
            since, history = found.next_since, found.history
            if found.more:
                continue
            if not follow:
                return
            sys.stdout.flush()
            while archive.newest() <= since:
                sleep(_LOOK_SECONDS)


def _change_line(change: ArchiveChange) -> str:
    of_article, of_entity = change.get("article"), change.get("entity")
    said = change.get("reason") or change.get("moved_to") or ""
    if of_article is not None:
        said = of_article["headline"]
    elif of_entity is not None:
        said = of_entity["name"]
    id = change.get("id") or f"sha256:{change['id_sha256']}"
    return f"{change['sequence']}\t{change['change']}\t{id}\t{said}".rstrip()

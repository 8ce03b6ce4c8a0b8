"""`dateline meaning`: vectors of articles, made now instead of beside a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from app.cli.command import DataDir, examples, existing

if TYPE_CHECKING:
    from app.read.models import MeaningStats

EXAMPLES = examples(("DATELINE_EMBEDDING_MODEL=all-MiniLM-L6-v2 dateline meaning", "the folder of the model"))


def meaning_command(data_dir: DataDir = None) -> None:
    """Make the vectors by which questions are ranked by meaning, of all articles that lack one.

    A server that runs does it by itself, after names. A run that was stopped goes on where it was. It needs the extra
    `dateline[meaning]` and a sentence model: docs/operations.md.
    """
    from app import terminal
    from app.ingest.embedding import make_all
    from app.read.meaning import meaning_stats

    with existing(data_dir) as archive, terminal.progress() as progress:
        made = make_all(archive, progress)
        stats = meaning_stats(archive)
    typer.echo(f"{made:,} vectors made; {summary_line(stats)}.")


def summary_line(stats: MeaningStats) -> str:
    """Return the state of ranking by meaning in a few words."""
    if not stats["available"]:
        return f"off: {stats['reason']}"
    waiting = f", {stats['waiting']:,} to come" if stats["waiting"] else ""
    return f"{stats['articles']:,} articles{waiting}, by {stats['model']}"

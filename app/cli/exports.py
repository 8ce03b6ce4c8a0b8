"""`dateline export` and `dateline cite`: articles for other programs, and for footnotes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Annotated, Any, Literal

import typer

from app import errors
from app.cli.command import CommandLine, DataDir, complain, examples, existing, settled
from app.ids import is_entity_id

_Format = Literal["jsonl", "csv", "parquet", "ris", "bibtex", "csl-json"]
_Reference = Literal["text", "html", "ris", "bibtex", "csl-json"]


def add_to(app: CommandLine) -> None:
    app.command(
        "export",
        epilog=examples(
            ("dateline export --format jsonl -o all.jsonl", "everything, to be taken in by another archive"),
            ("dateline export moon landing --format csv -o moon.csv", "what a search finds, for a spreadsheet"),
            ("dateline export moon --from 1969 --to 1970 --format bibtex > moon.bib", "references"),
        ),
    )(export_command)
    app.command(
        "cite",
        epilog=examples(
            ("dateline cite 78184646ba153278", ""),
            ("dateline cite https://news.example/talks --format ris", "by its address"),
        ),
    )(cite_command)


def export_command(  # noqa: PLR0913  # the options of a command are its parameters
    query: Annotated[
        list[str] | None, typer.Argument(metavar="[QUERY]", help="As for `dateline search`; without it, everything.")
    ] = None,
    format: Annotated[_Format, typer.Option(help="How to write the articles.")] = "jsonl",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file; without it, the standard output.")
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only this publisher; may be repeated.")] = None,
    entity: Annotated[
        list[str] | None, typer.Option(help="Only articles that name this: a name or an id; may be repeated.")
    ] = None,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="From this day, month or year on: 2025-05-05, 2025-05, 2025."),
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Up to this day, month or year.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="How many articles at most; without it, all.")] = None,
    collapse: Annotated[
        bool, typer.Option("--collapse", help="Of copies of one piece of news only the one that ranks first.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Write all articles that a search finds, as they are at this moment.

    A file gets its name when it is whole: where anything fails, what was there before stays.
    """
    from app.ingest.standing import is_ours
    from app.read.export import begin_export
    from app.read.params import ExportParams

    named = [name for name in entity or () if not is_entity_id(name)]
    given: dict[str, Any] = {
        "format": format,
        "q": " ".join(query or ()),
        "source": source,
        "entity": [name for name in entity or () if is_entity_id(name)],
        "entity_name": named,
        "date_from": first,
        "date_to": last,
        "limit": limit,
        "collapse": "copies" if collapse else None,
    }
    params = ExportParams.checked({name: value for name, value in given.items() if value is not None})
    if output is None and format == "parquet" and sys.stdout.isatty():
        raise typer.BadParameter("Parquet is no text: name a file.", param_hint="--output")
    with (settled if entity else existing)(data_dir) as archive:
        if not is_ours(archive):
            raise errors.IndexUnavailable("The index was not made from these articles. Run: dateline reindex")
        export = begin_export(archive, archive.engine.still(), params, None)
        with closing(export.pieces), _whole_file(output) as file:
            for piece in export.pieces:
                file.write(piece)
            file.flush()
    if output is not None:
        complain(f"{output}: {export.total:,} article{'' if export.total == 1 else 's'}.")


def cite_command(
    id: Annotated[
        str,
        typer.Argument(metavar="ID", help="The id of an article, its address, or the id that its publisher gave it."),
    ],
    format: Annotated[_Reference, typer.Option(help="How to write the reference.")] = "text",
    data_dir: DataDir = None,
) -> None:
    """Print the reference to an article."""
    from app.read.lookups import article_known_as
    from app.read.references import written_reference

    with existing(data_dir) as archive, archive.database.reading() as session:
        article = article_known_as(archive.engine, session, id)
        typer.echo(written_reference(article, format, None).rstrip())


@contextmanager
def _whole_file(path: Path | None) -> Iterator[IO[bytes]]:
    """Give the standard output, or a file that takes its name at the end. Raises `StorageFailed` where it cannot be
    written."""
    try:
        with _unnamed_file(path) if path else nullcontext(sys.stdout.buffer) as file:
            yield file
    except OSError as error:
        if error.errno == errno.EPIPE:  # `dateline export | head`
            raise
        raise errors.StorageFailed(f"{path or 'The standard output'} cannot be written: {error.strerror}.") from error


@contextmanager
def _unnamed_file(path: Path) -> Iterator[IO[bytes]]:
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        unfinished = Path(file.name)
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

"""`dateline quotes`: what people say in the archive."""

from __future__ import annotations

from typing import Annotated

import typer

from app import errors
from app.cli.command import AsJson, DataDir, complain, examples, print_json, settled
from app.ids import is_entity_id

EXAMPLES = examples(
    ("dateline quotes --speaker 'Nelson Mandela'", "what he said, newest first"),
    ("dateline quotes moon --from 1969 --to 1969", "quotes with a word, of a year"),
    ("dateline quotes --speaker person-neil-armstrong --json", "for a program"),
)


def quotes_command(  # noqa: PLR0913  # the options of a command are its parameters
    query: Annotated[list[str] | None, typer.Argument(metavar="QUERY", help="Words that the quote itself has.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Who says it: a name or an id.")] = None,
    entity: Annotated[
        list[str] | None, typer.Option(help="Only articles that name this: a name or an id; may be repeated.")
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only this publisher; may be repeated.")] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="From this day, month or year on.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Up to this day, month or year.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many quotes to show.")] = 10,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List what people say, and where; quotes of the newest articles first."""
    from app import terminal
    from app.ingest.standing import is_ours
    from app.read.params import QuoteParams
    from app.read.quotes import find_spoken, quote_view

    ids = [name for name in entity or () if is_entity_id(name)]
    names = [name for name in entity or () if name not in ids]
    said_by = {"speaker" if is_entity_id(speaker) else "speaker_name": speaker} if speaker is not None else {}
    params = QuoteParams.checked(
        {
            "q": " ".join(query or ()), "entity": ids, "entity_name": names, "source": source or [],
            "date_from": first, "date_to": last, "limit": limit, **said_by,
        }
    )  # fmt: skip
    with settled(data_dir) as archive:
        if not is_ours(archive):
            raise errors.IndexUnavailable("The index was not made from these articles. Run: dateline reindex")
        with archive.database.reading() as session:
            found = find_spoken(archive, archive.engine.still(), session, params)
    if as_json:
        results = [{**quote_view(each), "article": each.article_id} for each in found.quotes]
        print_json({"total": found.total, "relaxed": found.relaxed, "results": results})
        return
    for warning in found.asked.warnings:
        complain(warning["message"])
    terminal.print_quotes(found)

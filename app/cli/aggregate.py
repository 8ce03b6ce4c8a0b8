"""`dateline aggregate`: counts by two attributes at once."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from app import errors
from app.cli.command import AsJson, DataDir, complain, examples, print_json, settled
from app.ids import is_entity_id

EXAMPLES = examples(
    ("dateline aggregate source month", "articles of each publisher, by month"),
    ("dateline aggregate person place moon --from 1969 --to 1970", "who is named with which place, in some articles"),
    ("dateline aggregate type year --csv > types.csv", "for a spreadsheet"),
)


def aggregate_command(  # noqa: PLR0913  # the options of a command are its parameters
    rows: Annotated[
        str,
        typer.Argument(
            metavar="ROWS",
            help="person, place, organization, event, type, source, author, language, dateline, year or month.",
        ),
    ],
    columns: Annotated[str, typer.Argument(metavar="COLUMNS", help="Another of them.")],
    query: Annotated[list[str] | None, typer.Argument(metavar="[QUERY]", help="As for `dateline search`.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only this publisher; may be repeated.")] = None,
    entity: Annotated[
        list[str] | None, typer.Option(help="Only articles that name this: a name or an id; may be repeated.")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="From this day, month or year on.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Up to this day, month or year.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Rows and columns at most.")] = 10,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write a file for spreadsheets.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Count articles by two attributes at once, exactly.

    Beside each row and below each column stands how many articles have it, whatever else they have: an article that
    names two persons is in two rows.
    """
    from app import terminal
    from app.ingest.standing import is_ours
    from app.read.crossing import count_both_ways, table_csv
    from app.read.params import CrossParams

    ids = [name for name in entity or () if is_entity_id(name)]
    params = CrossParams.checked(
        {
            "rows": rows, "columns": columns, "q": " ".join(query or ()), "source": source or [], "entity": ids,
            "entity_name": [name for name in entity or () if name not in ids], "date_from": first, "date_to": last,
            "rows_limit": limit, "columns_limit": limit,
        }
    )  # fmt: skip
    with settled(data_dir) as archive:
        if not is_ours(archive):
            raise errors.IndexUnavailable("The index was not made from these articles. Run: dateline reindex")
        with archive.database.reading() as session:
            table = count_both_ways(archive, archive.engine.still(), session, params).table("/v1/search")
    if as_csv:
        sys.stdout.buffer.write(table_csv(table))
        return
    if as_json:
        print_json(table)
        return
    for warning in table["query"]["warnings"]:
        complain(warning["message"])
    terminal.print_cross_table(table)

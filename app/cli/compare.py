"""`dateline compare`: what tells two spans of time, or two searches, apart."""

from __future__ import annotations

from typing import Annotated

import typer

from app import errors
from app.cli.command import AsJson, DataDir, complain, examples, print_json, settled
from app.ids import is_entity_id

EXAMPLES = examples(
    ("dateline compare --a-from 1969 --a-to 1979 --b-from 1980", "two spans of time"),
    ("dateline compare moon --a-to 1969 --b-from 1970", "of the articles about the moon"),
    ("dateline compare --a 'oil -gas' --b gas --kind person", "who is named with one, and who with the other"),
)
Day = Annotated[str | None, typer.Option(metavar="DATE", help="A day, month or year.")]


def compare_command(  # noqa: PLR0913  # the options of a command are its parameters
    query: Annotated[list[str] | None, typer.Argument(metavar="[QUERY]", help="Words that both sides have.")] = None,
    a: Annotated[str, typer.Option(metavar="QUERY", help="Words of the first side alone.")] = "",
    b: Annotated[str, typer.Option(metavar="QUERY", help="Words of the second side alone.")] = "",
    a_from: Day = None,
    a_to: Day = None,
    b_from: Day = None,
    b_to: Day = None,
    entity: Annotated[
        list[str] | None, typer.Option(help="Only articles that name this: a name or an id; may be repeated.")
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only this publisher; may be repeated.")] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Only words, people ...: word, person, place, organization, event, source."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many of each kind to show.")] = 10,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Compare two searches: words, names and sources that are more frequent in one than chance would have it.

    Beside each stands how many articles have it on its own side, and on the other.
    """
    from app import terminal
    from app.ingest.standing import is_ours
    from app.read.contrasting import compare_searches
    from app.read.params import ContrastParams

    ids = [name for name in entity or () if is_entity_id(name)]
    params = ContrastParams.checked(
        {
            "q": " ".join(query or ()), "a_q": a, "b_q": b, "a_date_from": a_from, "a_date_to": a_to,
            "b_date_from": b_from, "b_date_to": b_to, "entity": ids,
            "entity_name": [name for name in entity or () if name not in ids], "source": source or [],
            "kind": kind or [], "limit": limit,
        }
    )  # fmt: skip
    with settled(data_dir) as archive:
        if not is_ours(archive):
            raise errors.IndexUnavailable("The index was not made from these articles. Run: dateline reindex")
        with archive.database.reading() as session:
            contrast = compare_searches(archive, archive.engine.still(), session, params, "/v1/search")
    if as_json:
        print_json(contrast)
        return
    for side in (contrast["a"], contrast["b"]):
        for warning in side["query"]["warnings"]:
            complain(warning["message"])
    terminal.print_contrast(contrast)

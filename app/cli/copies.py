"""`dateline copies`: other editions of an article, and what differs between two."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.command import AsJson, DataDir, cell, complain, examples, existing, print_json

EXAMPLES = examples(
    ("dateline copies 78184646ba153278", "the other editions of an article"),
    (
        "dateline copies 78184646ba153278 fe05d35f8dc52340",
        "what the second says and the first does not, and the reverse",
    ),
)
_HEAD = ("id", "kind", "shared", "date", "source", "headline")


def copies_command(
    id: Annotated[str, typer.Argument(metavar="ID", help="An article, by its id.")],
    other: Annotated[
        str | None, typer.Argument(metavar="OTHER", help="Another article: show where their texts differ.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 100,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the articles that are the same piece of news: printed again, cut, continued or corrected.

    The longest first. With a second id, compare the two texts instead: what only the first says is shown in `[-…-]`,
    what only the second says in `{+…+}`.
    """
    from app import terminal
    from app.read.copies import copies_view, difference_view
    from app.store.articles import load_article

    with existing(data_dir) as archive, archive.database.reading() as session:
        if other is not None:
            texts = load_article(session, id).body, load_article(session, other).body
            told = difference_view(session, id, other)
        else:
            found = copies_view(session, id, limit)
    if other is not None:
        print_json(told) if as_json else terminal.show_text_difference(*texts, told["spans"])
    elif as_json:
        print_json(found)
    elif found["results"]:
        rows = [
            (
                each["id"], " ".join(filter(None, (each["kind"], each.get("relation")))), f"{each['containment']:.0%}",
                cell(each.get("date")), cell(each.get("source")), each["headline"],
            )
            for each in found["results"]
        ]  # fmt: skip
        terminal.show_rows(_HEAD, rows)
    else:
        complain("No other editions.")

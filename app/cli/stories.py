"""`dateline stories`: what is told of, and who tells of it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from app.cli.command import AsJson, DataDir, cell, complain, examples, existing, print_json

EXAMPLES = examples(
    ("dateline stories", "what was told of last"),
    ("dateline stories -q harbour --sort size", "stories with articles that have a word, the largest first"),
    ("dateline stories 78184646ba153278", "the story that an article is in"),
)
_HEAD = ("id", "articles", "sources", "first", "last", "headline")
_ARTICLE_HEAD = ("id", "date", "source", "headline")


def stories_command(
    id: Annotated[
        str | None, typer.Argument(metavar="ID", help="A story, by the id of any article in it: show what is in it.")
    ] = None,
    query: Annotated[str, typer.Option("--query", "-q", help="Only stories with articles that have these words.")] = "",
    sort: Annotated[
        Literal["-last_date", "size"], typer.Option(help="Those last told of first, or the largest first.")
    ] = "-last_date",
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many to show.")] = 20,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List stories: articles that tell of one event. With an id, list the articles of that story instead.

    The id of a story is that of its earliest article.
    """
    from app import terminal
    from app.read.params import StoriesParams
    from app.read.stories import find_stories, story_view

    if id is not None:
        with existing(data_dir) as archive, archive.database.reading() as session:
            story = story_view(session, id, limit)
        if as_json:
            print_json(story)
            return
        typer.echo(f"{story['headline']} ({story['article_count']:,} articles, {story['source_count']:,} sources)")
        rows = [
            (each["id"], cell(each.get("date")), cell(each.get("source")), each["headline"])
            for each in story["articles"]
        ]
        terminal.show_rows(_ARTICLE_HEAD, rows)
        return
    params = StoriesParams.checked({"q": query, "sort": sort, "limit": limit})
    with existing(data_dir) as archive, archive.database.reading() as session:
        found = find_stories(archive, archive.engine.still(), session, params)
    if as_json:
        print_json({"total": found.total, "results": found.stories})
    elif found.stories:
        lines = [
            (
                each["id"], str(each["article_count"]), str(each["source_count"]), cell(each.get("first_date")),
                cell(each.get("last_date")), each["headline"],
            )
            for each in found.stories
        ]  # fmt: skip
        terminal.show_rows(_HEAD, lines)
    else:
        complain("No stories.")

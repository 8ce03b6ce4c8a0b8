"""`dateline stories`: what is told of, and who tells of it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from app.cli.command import AsJson, DataDir, cell, complain, examples, existing, print_json
from app.cli.entities import By, Note

EXAMPLES = examples(
    ("dateline stories", "what was told of last"),
    ("dateline stories -q harbour --sort size", "stories with articles that have a word, the largest first"),
    ("dateline stories 78184646ba153278", "the story that an article is in"),
)
DECISION_EXAMPLES = examples(
    ("dateline story-decisions", "what was decided, newest first"),
    ("dateline story-decisions together 78184646ba153278 fe05d35f8dc52340", "the stories of two articles become one"),
    ("dateline story-decisions undo 3", "take decision 3 back"),
)
_LOG_HEAD = ("number", "kind", "article", "other", "headline", "by", "at", "undone by")
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


def story_decisions_command(
    kind: Annotated[
        Literal["together", "apart", "detach", "headline", "undo"] | None,
        typer.Argument(metavar="KIND", help="together, apart, detach, headline or undo; without it, list the log."),
    ] = None,
    id: Annotated[str, typer.Argument(metavar="ID", help="The article; for undo, the number of a decision.")] = "",
    other: Annotated[
        str | None, typer.Argument(metavar="OTHER", help="The other article; for headline, what to call the story.")
    ] = None,
    by: By = None,
    note: Note = None,
    limit: Annotated[int, typer.Option(min=1, help="How many of the log to show.")] = 100,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Correct stories, or list who corrected what.

    `together` and `apart` take two articles, `detach` takes one out of its story, `headline` says what the story of an
    article is called, `undo` takes a decision back. Decisions hold for texts that are read again.
    """
    import getpass

    from app import terminal
    from app.errors import DecisionInvalid
    from app.ingest.story_deciding import decide_story
    from app.read.decisions import story_decision_view
    from app.store.story_decisions import StoryProposal, story_decision_log

    if kind is None:
        with existing(data_dir) as archive, archive.database.reading() as session:
            log, total, undone = story_decision_log(session, limit=limit)
        shown = [story_decision_view(each, undone) for each in log]
        if as_json:
            print_json({"total": total, "results": shown})
        elif shown:
            names = [name.replace(" ", "_") for name in _LOG_HEAD]
            terminal.show_rows(_LOG_HEAD, [tuple(cell(each.get(name)) for name in names) for each in shown])
        else:
            complain("Nothing was decided.")
        return
    if kind == "undo" and not id.isdecimal():
        raise DecisionInvalid("undoes", "Give the number of the decision to undo, as the log has it.")
    proposal = StoryProposal(
        kind,
        "" if kind == "undo" else id,
        other=other if kind != "headline" else None,
        headline=other if kind == "headline" else None,
        undoes=int(id) if kind == "undo" else None,
        note=note,
    )
    with existing(data_dir) as archive:
        done = decide_story(archive, proposal, by or getpass.getuser())
    print_json(story_decision_view(done.decision)) if as_json else complain(f"Decision {done.decision.number}.")

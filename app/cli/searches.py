"""`dateline searches`: searches that are saved, what was new for them, and the messages that told it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from app.cli.command import AsJson, CommandLine, DataDir, complain, examples, existing, print_json

searches = CommandLine(
    help="Save searches, and be told what is new for them.\n\nA server asks them whenever articles arrive, and tells "
    "each article once: at once to a webhook, or in mails.",
    epilog=examples(("dateline searches add Pahalgam 'q=Pahalgam' --email desk@news.example", "")),
)

_Digest = Literal["hour", "day", "week"]
Id = Annotated[str, typer.Argument(metavar="ID", help="The saved search: 1f0c9b7e52d4a683.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")]


@searches.command(
    "add",
    epilog=examples(
        ("dateline searches add Pahalgam 'q=Pahalgam' --webhook https://desk.example/hook", ""),
        (
            "dateline searches add Moon 'http://localhost:8000/?q=moon+landing' --email desk@news.example",
            "a mail a day",
        ),
    ),
)
def add_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it, in messages too.")],
    search: Annotated[str, typer.Argument(metavar="SEARCH", help="The address of a search, or its query string.")],
    webhook: Annotated[str | None, typer.Option(metavar="URL", help="An address that is told at once.")] = None,
    email: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Who gets a mail with what is new.")] = None,
    digest: Annotated[_Digest | None, typer.Option(help="How often there is mail (day).")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Save a search. What messages to a webhook are signed with is printed, this once."""
    import getpass

    from app.alerts.saving import save_search
    from app.read.params import SavedSearchBody
    from app.read.searches import saved_search_view

    given = {"name": name, "search": search, "webhook": webhook, "email": email, "digest": digest}
    asked = SavedSearchBody.checked({key: value for key, value in given.items() if value is not None})
    with existing(data_dir) as archive:
        made = save_search(archive, asked, getpass.getuser())
    if as_json:
        print_json({"saved": saved_search_view(made, 0), **({"secret": made.secret} if made.secret else {})})
        return
    typer.echo(made.id)
    if made.secret:
        typer.echo(made.secret)
        complain("Keep the second line: messages are signed with it, and it is not shown again.")


@searches.command("list", epilog=examples(("dateline searches list --json", "for a program")))
def list_searches_command(limit: Limit = 100, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the saved searches, newest first."""
    from app import terminal
    from app.read.searches import saved_search_view
    from app.store import searches as store

    with existing(data_dir) as archive, archive.database.reading() as session:
        found = store.list_searches(session, limit)
        matches = store.count_matches(session, [row.number or 0 for row in found])
    shown = [saved_search_view(row, matches.get(row.number or 0, 0)) for row in found]
    if as_json:
        print_json(shown)
    elif shown:
        rows = [
            (each["id"], each["name"], each["state"], f"{each['matches']:,}", each["search"], each.get("error", ""))
            for each in shown
        ]
        terminal.show_rows(("search", "name", "state", "new", "parameters", ""), rows)
    else:
        complain("No saved searches.")


@searches.command("matches", epilog=examples(("dateline searches matches 1f0c9b7e52d4a683", "")))
def matches_command(search: Id, limit: Limit = 20, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List what was new for a search, last found first."""
    from app import terminal
    from app.read.searches import match_view
    from app.store import searches as store

    with existing(data_dir) as archive, archive.database.reading() as session:
        found = store.found_articles(session, store.load_search(session, search), limit)
    shown = [match_view(article, at) for _, article, at in found]
    if as_json:
        print_json(shown)
    else:
        rows = [(each["article"], each.get("date", ""), each["headline"], each["found_at"][:16]) for each in shown]
        terminal.show_rows(("article", "date", "headline", "found"), rows)


@searches.command("deliveries", epilog=examples(("dateline searches deliveries 1f0c9b7e52d4a683", "")))
def deliveries_command(search: Id, limit: Limit = 20, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the messages of a search, newest first: whether they arrived, and what came of each try."""
    from app import terminal
    from app.read.searches import delivery_view
    from app.store import searches as store

    with existing(data_dir) as archive, archive.database.reading() as session:
        found = store.list_deliveries(session, store.load_search(session, search), limit)
    shown = [delivery_view(row) for row in found]
    if as_json:
        print_json(shown)
    else:
        rows = [
            (
                each["id"],
                each["kind"],
                each["state"],
                str(each["tries"]),
                each["created_at"][:16],
                each.get("answer", ""),
            )
            for each in shown
        ]
        terminal.show_rows(("message", "", "state", "tries", "made", "answer"), rows)


@searches.command("delete", epilog=examples(("dateline searches delete 1f0c9b7e52d4a683", "")))
def delete_command(search: Id, data_dir: DataDir = None) -> None:
    """End a saved search, and forget what it found."""
    from app.store import searches as store

    with existing(data_dir) as archive, archive.database.writing() as session:
        store.delete_search(session, search)
    typer.echo(f"{search} is deleted.")


@searches.command("on", epilog=examples(("dateline searches on 1f0c9b7e52d4a683", "after its webhook was mended")))
def on_command(search: Id, data_dir: DataDir = None) -> None:
    """Switch a search on again that was off; it goes on with what comes from now on."""
    from app.store import searches as store

    with existing(data_dir) as archive, archive.database.writing() as session:
        store.switch_search(session, search, is_on=True)
    typer.echo(f"{search} is on.")

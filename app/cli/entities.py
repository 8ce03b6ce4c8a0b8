"""`dateline entities`: persons, organizations, places and events on the command line, and their corrections."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.command import (
    AsJson,
    CommandLine,
    Commands,
    DataDir,
    cell,
    complain,
    examples,
    existing,
    print_json,
    settled,
)
from app.ids import EntityType

if TYPE_CHECKING:
    from app.store.decisions import Kind as DecisionKind

entities = CommandLine(
    name="entities",
    cls=Commands,
    help="Look at persons, organizations, places and events, and correct them.\n\n"
    "A correction is a decision: kept with who took it and when, shown at once, and good for articles that are read "
    "again or come later. `undo` takes it back; nothing is ever lost from the `log`.",
    epilog=examples(("dateline entities list putin", ""), ("dateline entities show person-vladimir-putin", "")),
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

EntityId = Annotated[str, typer.Argument(metavar="ID", help="The entity, by its id: person-vladimir-putin.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides, for the log (else your name on this machine).")
]
Note = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why, for the log.")]


@entities.command("list", epilog=examples(("dateline entities list putin --type person", "")))
def list_command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The beginning of a word in a name or an alias.")
    ] = None,
    type: Annotated[EntityType | None, typer.Option(help="Only of this type.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")] = 20,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List entities, those in most articles first."""
    from app import terminal
    from app.read.entities import entities_called, entity_summary

    with settled(data_dir) as archive, archive.database.reading() as session:
        page = entities_called(session, name, type=type, limit=limit)
    shown = [entity_summary(entity) for entity in page.items]
    if as_json:
        print_json({"total": page.total, "results": shown})
        return
    rows = [(each["id"], each["name"], each.get("hint", ""), f"{each['article_count']:,}") for each in shown]
    terminal.show_rows(("id", "name", "", "articles"), rows)
    complain(f"{len(shown):,} of {page.total:,}." if shown else "No entity has such a name.")


@entities.command("show", epilog=examples(("dateline entities show person-vladimir-putin", "")))
def show_command(id: EntityId, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show an entity: the forms under which articles name it, and what was decided about it.

    The id of one that is part of another shows that other.
    """
    from app import terminal
    from app.read.decisions import decision_view
    from app.read.entities import entity_summary
    from app.store import decisions
    from app.store import entities as store

    with settled(data_dir) as archive, archive.database.reading() as session:
        entity = store.load_entity(session, decisions.survivor(session, id))
        forms = store.aliases_of(session, entity)
        log, _, undone = decisions.decision_log(session, entity_id=entity.id, limit=100)
    shown: dict[str, Any] = {
        **entity_summary(entity),
        "aliases": [{"text": form.text, "count": form.count} for form in forms],
    }
    if as_json:
        print_json(shown | {"decisions": [decision_view(decision, undone) for decision in log]})
        return
    figures = [(name.replace("_", " "), cell(value)) for name, value in shown.items() if name != "aliases"]
    terminal.show_figures(figures)
    terminal.show_rows(("called", "times"), [(form.text, f"{form.count:,}") for form in forms])
    if log:
        terminal.show_decisions(log, undone)


@entities.command("duplicates", epilog=examples(("dateline entities duplicates --type person", "")))
def duplicates_command(
    type: Annotated[EntityType | None, typer.Option(help="Only of this type.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many pairs to show.")] = 20,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List pairs of entities that may be one by their names, the likest first, with the command that joins them.

    Those that a decision parted, or whose merge was undone, are left out.
    """
    from app import terminal
    from app.read.entities import entity_summary
    from app.read.similar_names import duplicates, similar_name_view

    with settled(data_dir) as archive, archive.database.reading() as session:
        pairs, total = duplicates(session, type, limit)
    if as_json:
        shown = [
            {"entity": entity_summary(pair.one), "may_be": similar_name_view(pair), "merge": pair.merge}
            for pair in pairs
        ]
        print_json({"total": total, "results": shown})
        return
    rows = [(pair.why.reason.replace("_", " "), f"{pair.one.article_count:,}", f"{pair.other.article_count:,}",
             f"{pair.together:,}", pair.merge) for pair in pairs]  # fmt: skip
    terminal.show_rows(("differs in", "articles", "and", "both", "to join them"), rows)
    complain(f"{len(pairs):,} of {total:,}." if pairs else "No two entities have names so alike.")


@entities.command("log", epilog=examples(("dateline entities log --json", "")))
def log_command(
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Only about this entity.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 20,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List decisions, newest first."""
    from app import terminal
    from app.read.decisions import decision_view
    from app.store import decisions

    with existing(data_dir) as archive, archive.database.reading() as session:
        found, total, undone = decisions.decision_log(session, entity_id=id, limit=limit)
    if as_json:
        print_json({"total": total, "results": [decision_view(decision, undone) for decision in found]})
    elif found:
        terminal.show_decisions(found, undone)
    else:
        complain("No decisions.")


@entities.command("resolve", epilog=examples(("dateline entities resolve", "")))
def resolve_command(data_dir: DataDir = None) -> None:
    """Find out anew who is who in all articles, from the names recognised in them.

    Ingest does this for the articles it adds; a newer version may have better rules. Decisions hold as before.
    """
    from app.ingest.deciding import resolve_again

    with existing(data_dir) as archive:
        changed = resolve_again(archive)
    complain(f"{changed:,} article{'' if changed == 1 else 's'} changed.")


@entities.command("merge", epilog=examples(("dateline entities merge place-bombay place-mumbai", "")))
def merge_command(
    id: EntityId,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The id of the entity that takes it in.")],
    by: By = None,
    note: Note = None,
    data_dir: DataDir = None,
) -> None:
    """Let two entities of one type be one. The first id then leads to the second."""
    _decide_and_report(data_dir, by, "merge", id, target=into, note=note)


@entities.command(
    "split",
    epilog=examples(
        ("dateline entities split person-george-bush --alias 'George W. Bush'", ""),
        (
            "dateline entities split person-george-bush --mention 3b599fefad97d575:120-131 --into person-bush-jr",
            "",
        ),
    ),
)
def split_command(
    id: EntityId,
    alias: Annotated[str | None, typer.Option(help="A form of its name; all mentions that have it go.")] = None,
    mention: Annotated[
        str | None,
        typer.Option(metavar="ARTICLE:START-END", help="One mention alone: the article's id and offsets in its body."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="What to call the new entity (else as the text does).")] = None,
    into: Annotated[str | None, typer.Option(metavar="ID", help="An entity that is there, to take them.")] = None,
    by: By = None,
    note: Note = None,
    data_dir: DataDir = None,
) -> None:
    """Take a form of the name, or one mention, away from an entity: to a new one, or to another that is there."""
    place = re.fullmatch(r"([0-9a-f]+):(\d+)-(\d+)", mention) if mention is not None else None
    if mention is not None and place is None:
        raise typer.BadParameter(
            "Write it as ARTICLE:START-END, such as 3b599fefad97d575:120-131.", param_hint="--mention"
        )
    fields: dict[str, Any] = {"alias": alias, "name": name, "target": into, "note": note}
    if place is not None:
        fields |= {"article": place[1], "start": int(place[2]), "end": int(place[3])}
    _decide_and_report(data_dir, by, "split", id, **fields)


@entities.command("rename", epilog=examples(("dateline entities rename place-kyiv 'Kyiv'", "")))
def rename_command(
    id: EntityId,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    by: By = None,
    note: Note = None,
    data_dir: DataDir = None,
) -> None:
    """Call an entity otherwise. Its id stays, and so do the forms under which articles name it."""
    _decide_and_report(data_dir, by, "rename", id, name=name, note=note)


@entities.command("retype", epilog=examples(("dateline entities retype place-arsenal organization", "")))
def retype_command(
    id: EntityId,
    type: Annotated[EntityType, typer.Argument(help="What it is.")],
    by: By = None,
    note: Note = None,
    data_dir: DataDir = None,
) -> None:
    """Say what an entity is. Its id changes with its type; the old id leads to the new one."""
    _decide_and_report(data_dir, by, "retype", id, type=type, note=note)


@entities.command("hide", epilog=examples(("dateline entities hide person-santa-claus --note 'a ship'", "")))
def hide_command(id: EntityId, by: By = None, note: Note = None, data_dir: DataDir = None) -> None:
    """Show an entity nowhere any more: what was found is no name."""
    _decide_and_report(data_dir, by, "hide", id, note=note)


@entities.command("pin", epilog=examples(("dateline entities pin person-margaret-thatcher 'the Iron Lady'", "")))
def pin_command(
    id: EntityId,
    alias: Annotated[str, typer.Argument(metavar="ALIAS", help="A name, an acronym, a nickname, a surname.")],
    by: By = None,
    note: Note = None,
    data_dir: DataDir = None,
) -> None:
    """Let a name mean this entity wherever an article does not say whose it is, and in searches by name."""
    _decide_and_report(data_dir, by, "pin", id, alias=alias, note=note)


@entities.command("undo", epilog=examples(("dateline entities undo 7", "")))
def undo_command(
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="Of the decision, as `log` shows it.")],
    by: By = None,
    note: Note = None,
    data_dir: DataDir = None,
) -> None:
    """Take a decision back: everything is as if it had never been taken, later decisions included."""
    from app.store.decisions import subject_of

    with existing(data_dir) as archive, archive.database.reading() as session:
        id = subject_of(session, number)
    _decide_and_report(data_dir, by, "undo", id, undoes=number, note=note)


def _decide_and_report(data_dir: Path | None, by: str | None, kind: DecisionKind, id: str, **fields: Any) -> None:
    import getpass

    from app.ingest.deciding import decide
    from app.store.decisions import Proposal

    with existing(data_dir) as archive:
        done = decide(archive, Proposal(kind, id, **fields), by or getpass.getuser())
    articles = f"{done.articles:,} article{'' if done.articles == 1 else 's'}"
    taken = f", {done.decision.target}" if done.decision.target not in (None, id) else ""
    typer.echo(f"Decision {done.decision.number}: {kind} {id}{taken}; {articles} changed.")
    if not done.indexed:
        complain("Another process writes to the index: searches follow when it is done.")

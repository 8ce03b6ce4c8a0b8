"""The command line. What a command shows is decided here; what it does, elsewhere.

Modules that load NumPy, spaCy or FastAPI are imported inside the commands: `dateline --help` answers without them.
"""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer
from typer.core import TyperGroup

from app import errors

if TYPE_CHECKING:
    from app.api.params import SearchParams
    from app.archive import Archive
    from app.search.query import Clause
    from app.settings import Settings
    from app.store.decisions import Kind as DecisionKind

# What scripts can tell from the exit code; numbers above 60 are those of sysexits.h. The first row that fits counts.
EXIT_REJECTED = 1
EXIT_DISK = 74
EXIT_INTERRUPTED = 130
EXIT_CODES: tuple[tuple[type[errors.DatelineError], int], ...] = (
    (errors.InvalidParameter, 2),
    (errors.ArchiveForeign, 65),
    (errors.InputUnreadable, 66),
    (errors.IndexUnavailable, EXIT_DISK),
    (errors.StorageFailed, EXIT_DISK),
    (errors.ArchiveBusy, 75),
    (errors.ArchiveReadOnly, 77),
    (errors.SettingsInvalid, 78),
    (errors.DatelineError, 1),
)
EXIT_HELP = (
    "Exit codes: 0 done; 1 rejections with --strict, or nothing by that name; 2 wrong usage; 65 an archive of a later "
    "version; 66 input that cannot be read; 74 index or disk trouble; 75 another ingest runs; 77 read-only data "
    "folder; 78 wrong setting; 130 stopped by Ctrl-C."
)


class Commands(TyperGroup):
    """Turns what went wrong into one line and an exit code; a traceback is left for our own defects."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except errors.DatelineError as error:
            _explain(error)
            raise typer.Exit(next(code for kind, code in EXIT_CODES if isinstance(error, kind))) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # `dateline search ... | head`
                raise
            _fail(f"{error.strerror or error}" + (f": {error.filename}" if error.filename else ""), EXIT_DISK)
        except KeyboardInterrupt:
            _complain("Stopped.")
            raise typer.Exit(EXIT_INTERRUPTED) from None


def _examples(*shown: tuple[str, str]) -> str:
    """Command lines with what each is for, as the last part of a command's help; they can be pasted as they are."""
    lines = [f"- `{command}" + (f"  # {purpose}`" if purpose else "`") for command, purpose in shown]
    return "\n".join(["Examples:\n", *lines])


app = typer.Typer(
    name="dateline",
    cls=Commands,
    help="A self-hosted archive of news articles: drop articles in, and ask who, where, when, and what else was "
    "written.\n\nStart with:\n\n"
    "- `dateline ingest seeds` puts a folder of articles in\n"
    "- `dateline search moon` finds some of them\n"
    "- `dateline serve` opens the search page and the HTTP API\n\n"
    "Everything is kept in one folder, `data` unless `--data-dir` or `DATELINE_DATA_DIR` says otherwise. "
    "Each command explains itself: `dateline search --help`.",
    epilog=EXIT_HELP,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# Where the command line and the API call a parameter differently.
_OPTIONS = {"date_from": "--from", "date_to": "--to", "entity_name": "--entity", "q": "QUERY"}
_ENTITY_ID = re.compile(r"(person|organization|place|event)-[a-z0-9-]+")

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", metavar="FOLDER", help="The folder of the archive (else $DATELINE_DATA_DIR, else data)."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"dateline {installed('dateline')}")
        raise typer.Exit


@app.command(
    epilog=_examples(
        ("dateline ingest seeds", "a folder, with all that is in it"),
        ("dateline ingest news.jsonl.gz --source 'Harbour Wire'", "records that do not name their publisher"),
        ("dateline ingest archive/ --skip-entities", "text first; the same without the option adds the names later"),
        ("dateline ingest --retry", "after mending what `dateline rejections` listed"),
    )
)
def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Files and folders of articles.")] = None,
    format: Annotated[
        Literal["text", "jsonl", "json", "csv"] | None, typer.Option(help="The format, where it is not recognised.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="The publisher, for records that name none.")
    ] = None,
    skip_entities: Annotated[
        bool,
        typer.Option("--skip-entities", help="Do not recognise names: nearly all of the work. A later run adds them."),
    ] = False,
    workers: Annotated[int, typer.Option(min=0, help="Processes that recognise names; 0 is one per core.")] = 0,
    strict: Annotated[bool, typer.Option("--strict", help="End with exit code 1 if any record was rejected.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Also read the files again that had rejections.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Put articles into the archive.

    Text files with a date header, JSON Lines, JSON arrays and CSV, each also as .gz; folders are walked. What is there
    already is not taken twice. A record that cannot be taken is kept as a rejection with its reason.
    """
    if not paths and not retry:
        raise typer.BadParameter("Give a file or a folder, or --retry.", param_hint="PATH")
    from app import terminal
    from app.ingest.pipeline import IngestOptions
    from app.ingest.pipeline import ingest as run

    options = IngestOptions(source, format, skip_entities, workers, retry)
    with _opened(_settings(data_dir), mend=True) as archive, terminal.progress() as progress:
        report = run(paths or [], archive, options, progress)
    terminal.show_report(report)
    if report.rejected:
        _complain(f"{report.rejected:,} rejected; this lists them with their reasons: dateline rejections")
    if strict and report.rejected:
        raise typer.Exit(EXIT_REJECTED)


@app.command(
    epilog=_examples(
        ("dateline search moon landing", "articles with both words, the best first"),
        ("dateline search '\"South Pole\" -Moon' --from 1900 --to 1950", "a phrase, without a word, in these years"),
        ("dateline search president --entity 'Neil Armstrong'", "only where he is named, by whatever name"),
        ("dateline search 'astro* OR Gorbachov~' --json", "beginnings and misspellings, for a program"),
    )
)
def search(
    query: Annotated[
        list[str], typer.Argument(metavar="QUERY", help='Words, "a phrase", OR, -not, pre*, wrod~, headline:word.')
    ],
    source: Annotated[list[str] | None, typer.Option(help="Only this publisher; may be repeated.")] = None,
    entity: Annotated[
        list[str] | None, typer.Option(help="Only articles that name this: a name or an id; may be repeated.")
    ] = None,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="From this day, month or year on: 2025-05-05, 2025-05, 2025."),
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Up to this day, month or year.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many articles to show.")] = 10,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Search the archive; the best come first.

    All words must match; where no article has them all, those with most of them are shown, and it says so. Hits are
    marked where a terminal shows colours; output into a file or a pipe is plain. The language: docs/grammar.md.
    """
    from dataclasses import asdict

    from app import terminal
    from app.api.conditions import query_read, read_conditions
    from app.ingest.indexing import is_ours
    from app.search.answer import answer
    from app.store.articles import bodies

    params = _parameters(q=" ".join(query), source=source, entity=entity, date_from=first, date_to=last, limit=limit)
    with _existing(data_dir) as archive, archive.database.reading() as session:
        if not is_ours(archive):
            raise errors.IndexUnavailable("The index was not made from these articles. Run: dateline reindex")
        asked = read_conditions(session, params)
        found = answer(archive.engine, params.to_query(asked.parsed.clause, asked.filters), params.match)
        texts = bodies(archive.database, [hit.id for hit in found.hits.hits])
        read = query_read(params, asked, found)
    if as_json:
        results = [
            {name: value for name, value in asdict(hit).items() if value is not None}
            | {"snippet": _snippet(found.clause, texts[hit.id])}
            for hit in found.hits.hits
        ]
        _print_json({"query": read, "total": found.hits.total, "results": results})
        return
    for warning in asked.warnings:
        _complain(warning["message"])
    terminal.show_answer(found, texts)


@app.command(epilog=_examples(("dateline enrich", ""), ("dateline enrich --workers 2", "")))
def enrich(
    workers: Annotated[int, typer.Option(min=0, help="Processes that recognise names; 0 is one per core.")] = 0,
    data_dir: DataDir = None,
) -> None:
    """Recognise names again, where an older version did or where they were skipped.

    In batches: searches go on with what is there, and a run that was stopped goes on where it was.
    """
    from app import terminal
    from app.ingest.enriching import enrich as run

    with _existing(data_dir) as archive, terminal.progress() as progress:
        done = run(archive, workers, progress)
    terminal.show_enriched(done)


entities = typer.Typer(
    name="entities",
    cls=Commands,
    help="Look at persons, organizations, places and events, and correct them.\n\n"
    "A correction is a decision: kept with who took it and when, shown at once, and good for articles that are read "
    "again or come later. `undo` takes it back; nothing is ever lost from the `log`.",
    epilog=_examples(("dateline entities list putin", ""), ("dateline entities show person-vladimir-putin", "")),
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
app.add_typer(entities)

EntityId = Annotated[str, typer.Argument(metavar="ID", help="The entity, by its id: person-vladimir-putin.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides, for the log (else your name on this machine).")
]
Note = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why, for the log.")]


@entities.command("list", epilog=_examples(("dateline entities list putin --type person", "")))
def list_entities(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The beginning of a name or alias.")] = None,
    type: Annotated[
        Literal["person", "organization", "place", "event"] | None, typer.Option(help="Only of this type.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")] = 20,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List entities, those in most articles first."""
    from app import terminal
    from app.api.entities import summary
    from app.store import entities as store

    with _existing(data_dir) as archive, archive.database.reading() as session:
        page = store.list_entities(session, name=name, type=type, limit=limit)
    shown = [summary(entity) for entity in page.items]
    if as_json:
        _print_json({"total": page.total, "results": shown})
        return
    rows = [(each["id"], each["name"], each.get("hint", ""), f"{each['article_count']:,}") for each in shown]
    terminal.show_rows(("id", "name", "", "articles"), rows)
    _complain(f"{len(shown):,} of {page.total:,}." if shown else "No entity has such a name.")


@entities.command("show", epilog=_examples(("dateline entities show person-vladimir-putin", "")))
def show_entity(id: EntityId, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show an entity: the forms under which articles name it, and what was decided about it.

    The id of one that is part of another shows that other.
    """
    from app import terminal
    from app.api.decisions import view
    from app.api.entities import summary
    from app.store import decisions
    from app.store import entities as store

    with _existing(data_dir) as archive, archive.database.reading() as session:
        entity = store.get_entity(session, decisions.survivor(session, id))
        forms = store.aliases(session, entity.id)
        log, _, undone = decisions.list_decisions(session, entity_id=entity.id, limit=100)
    shown: dict[str, Any] = {**summary(entity), "aliases": [{"text": form.text, "count": form.count} for form in forms]}
    if as_json:
        _print_json(shown | {"decisions": [view(decision, undone) for decision in log]})
        return
    figures = [(name.replace("_", " "), _cell(value)) for name, value in shown.items() if name != "aliases"]
    terminal.show_figures(figures)
    terminal.show_rows(("called", "times"), [(form.text, f"{form.count:,}") for form in forms])
    if log:
        terminal.show_decisions(log, undone)


@entities.command("log", epilog=_examples(("dateline entities log --json", "")))
def log_decisions(
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Only about this entity.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 20,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List decisions, newest first."""
    from app import terminal
    from app.api.decisions import view
    from app.store import decisions

    with _existing(data_dir) as archive, archive.database.reading() as session:
        found, total, undone = decisions.list_decisions(session, entity_id=id, limit=limit)
    if as_json:
        _print_json({"total": total, "results": [view(decision, undone) for decision in found]})
    elif found:
        terminal.show_decisions(found, undone)
    else:
        _complain("No decisions.")


@entities.command("merge", epilog=_examples(("dateline entities merge place-bombay place-mumbai", "")))
def merge_entities(
    id: EntityId,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The id of the entity that takes it in.")],
    by: By = None,
    note: Note = None,
    data_dir: DataDir = None,
) -> None:
    """Let two entities of one type be one. The first id then leads to the second."""
    _decide(data_dir, by, "merge", id, target=into, note=note)


@entities.command(
    "split",
    epilog=_examples(
        ("dateline entities split person-george-bush --alias 'George W. Bush'", ""),
        (
            "dateline entities split person-george-bush --mention 3b599fefad97d575:120-131 --into person-bush-jr",
            "",
        ),
    ),
)
def split_entity(
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
    _decide(data_dir, by, "split", id, **fields)


@entities.command("rename", epilog=_examples(("dateline entities rename place-kyiv 'Kyiv'", "")))
def rename_entity(
    id: EntityId,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    by: By = None,
    note: Note = None,
    data_dir: DataDir = None,
) -> None:
    """Call an entity otherwise. Its id stays, and so do the forms under which articles name it."""
    _decide(data_dir, by, "rename", id, name=name, note=note)


@entities.command("retype", epilog=_examples(("dateline entities retype place-arsenal organization", "")))
def retype_entity(
    id: EntityId,
    type: Annotated[Literal["person", "organization", "place", "event"], typer.Argument(help="What it is.")],
    by: By = None,
    note: Note = None,
    data_dir: DataDir = None,
) -> None:
    """Say what an entity is. Its id changes with its type; the old id leads to the new one."""
    _decide(data_dir, by, "retype", id, type=type, note=note)


@entities.command("hide", epilog=_examples(("dateline entities hide person-santa-claus --note 'a ship'", "")))
def hide_entity(id: EntityId, by: By = None, note: Note = None, data_dir: DataDir = None) -> None:
    """Show an entity nowhere any more: what was found is no name."""
    _decide(data_dir, by, "hide", id, note=note)


@entities.command("pin", epilog=_examples(("dateline entities pin person-margaret-thatcher 'the Iron Lady'", "")))
def pin_alias(
    id: EntityId,
    alias: Annotated[str, typer.Argument(metavar="ALIAS", help="A name, an acronym, a nickname, a surname.")],
    by: By = None,
    note: Note = None,
    data_dir: DataDir = None,
) -> None:
    """Let a name mean this entity wherever an article does not say whose it is, and in searches by name."""
    _decide(data_dir, by, "pin", id, alias=alias, note=note)


@entities.command("undo", epilog=_examples(("dateline entities undo 7", "")))
def undo_decision(
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="Of the decision, as `log` shows it.")],
    by: By = None,
    note: Note = None,
    data_dir: DataDir = None,
) -> None:
    """Take a decision back: everything is as if it had never been taken, later decisions included."""
    from app.store.decisions import about

    with _existing(data_dir) as archive, archive.database.reading() as session:
        id = about(session, number)
    _decide(data_dir, by, "undo", id, undoes=number, note=note)


@app.command(epilog=_examples(("dateline stats", ""), ("dateline stats --json", "for a program")))
def stats(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Count what the archive holds."""
    from app import terminal
    from app.ingest.indexing import lag
    from app.store import articles

    with _existing(data_dir) as archive:
        with archive.database.reading() as session:
            counted = articles.stats(session)
        status = archive.engine.status()
        behind = lag(archive)
    rows = {
        "articles": counted.articles,
        "entities": counted.entities,
        "mentions": counted.mentions,
        "sources": counted.sources,
        "first_date": counted.first_date,
        "last_date": counted.last_date,
        "index": {
            "documents": status.documents,
            "generation": status.generation,
            "sequence": status.sequence,
            "lag": behind,
        },
    }
    if as_json:
        _print_json(rows)
        return
    index = f"{status.documents:,} articles, " + (f"{behind:,} changes behind" if behind else "up to date")
    terminal.show_figures([(name.replace("_", " "), _cell(value)) for name, value in (rows | {"index": index}).items()])


@app.command(
    epilog=_examples(
        ("dateline rejections", "those that still stand"),
        ("dateline rejections --all --json", "all there ever were, for a program"),
    )
)
def rejections(
    everything: Annotated[bool, typer.Option("--all", help="Also those that passed since.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="How many to show; without it, all.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the records that could not be taken, and why.

    Mend the file, then: dateline ingest --retry
    """
    from app import terminal
    from app.store.rejections import list_rejections

    with _existing(data_dir) as archive, archive.database.reading() as session:
        found = list_rejections(session, resolved=everything, limit=limit)
    if as_json:
        _print_json([rejection.model_dump() for rejection in found])
    elif found:
        terminal.show_rejections(found)
    else:
        _complain("No rejections.")


@app.command(epilog=_examples(("dateline reindex", "")))
def reindex(data_dir: DataDir = None) -> None:
    """Build the search index again from the rows; searches go on meanwhile."""
    from app.ingest.indexing import rebuild

    with _existing(data_dir, mend=True) as archive:
        count = rebuild(archive)
    typer.echo(f"{count:,} articles indexed.")


@app.command(
    epilog=_examples(
        ("dateline verify --deep", "once a week"), ("dateline verify --repair", "after it found something")
    )
)
def verify(
    repair: Annotated[
        bool, typer.Option("--repair", help="Build the index again if anything is wrong with it.")
    ] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also read every text, and build a second index to compare with.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Compare rows, index and checksums.

    Searches and an ingest go on meanwhile. What is wrong with the rows themselves only a backup can mend.
    """
    from app.ingest.indexing import rebuild
    from app.ingest.verify import verify as check

    with _existing(data_dir, mend=True) as archive:
        found = check(archive, deep=deep)
        for finding in found:
            _complain(f"{finding.store}: {finding.message}")
        if repair and any(finding.store == "index" for finding in found):
            typer.echo(f"{rebuild(archive):,} articles indexed.")
            found = check(archive, deep=deep)
    if found:
        _fail(f"{len(found):,} findings.", EXIT_DISK)
    typer.echo("Rows and index agree.")


@app.command(epilog=_examples(("dateline backup archive.sqlite", "")))
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; one that is there is never overwritten.")],
    data_dir: DataDir = None,
) -> None:
    """Copy the archive to a file, while it is in use.

    To restore, put the file as archive.sqlite into an empty data folder: the index is built from it.
    """
    from app.store.backup import backup as copy

    with _existing(data_dir, mend=True) as archive:
        size = copy(archive.database, file)
    typer.echo(f"{file}: {size:,} bytes, read again and sound.")


@app.command(epilog=_examples(("dateline config", ""), ("dateline config --json", "for a program")))
def config(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show the settings in force, as the environment, .env and the options give them. What is secret stays so."""
    from app import terminal

    shown = {f"DATELINE_{name.upper()}": value for name, value in _settings(data_dir).model_dump(mode="json").items()}
    if as_json:
        _print_json(shown)
    else:
        terminal.show_figures([(name, str(value)) for name, value in shown.items()])


keys = typer.Typer(
    help="Keys to the API: what writes needs one, and reading where DATELINE_REQUIRE_KEY says so.",
    epilog=_examples(("dateline keys create newsroom --scope read --scope ingest", "")),
)
app.add_typer(keys, name="keys", no_args_is_help=True)


@keys.command(name="create", epilog=_examples(("dateline keys create newsroom --scope read --scope ingest", "")))
def create_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who or what has it.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="read, ingest or admin, which is for everything (read); may be repeated."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Make a key and print it. It is shown this once: the archive keeps only its hash."""
    from datetime import UTC, datetime

    from app.store import keys

    if unknown := set(scope or ()) - set(keys.SCOPES):
        raise errors.InvalidParameter("--scope", f"There is no scope {min(unknown)!r}, but read, ingest and admin.")
    scopes = [one for one in keys.SCOPES if one in (scope or ["read"])]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with _existing(data_dir) as archive, archive.database.writing() as session:
        made = keys.create_key(session, name, scopes, now)
    typer.echo(made)
    _complain("Keep it now: it is not shown again.")


@keys.command(name="list", epilog=_examples(("dateline keys list --json", "")))
def list_keys(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the keys by their public halves."""
    from app import terminal
    from app.store import keys

    with _existing(data_dir) as archive, archive.database.reading() as session:
        found = keys.list_keys(session)
    if as_json:
        _print_json([key.model_dump(exclude={"secret_sha256"}) for key in found])
    elif found:
        terminal.show_keys(found)
    else:
        _complain("No keys.")


@keys.command(name="revoke", epilog=_examples(("dateline keys revoke 3f9ac1d2", "")))
def revoke_key(
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="Its public half, before the underscore.")],
    data_dir: DataDir = None,
) -> None:
    """End a key, at once and for good."""
    from app.store import keys

    with _existing(data_dir) as archive, archive.database.writing() as session:
        keys.revoke_key(session, prefix)
    typer.echo(f"{prefix} is revoked.")


@app.command(epilog=_examples(("dateline openapi > openapi.json", "for a client generator: docs/clients.md")))
def openapi() -> None:
    """Print the schema of the HTTP API (OpenAPI 3.1), for client generators."""
    from app.api.app import create_app
    from app.settings import Settings

    _print_json(create_app(Settings.read()).openapi())


@app.command(
    epilog=_examples(
        ("dateline serve", "on http://127.0.0.1:8000, until Ctrl-C; requests under way are finished"),
        ("dateline serve --port 9000 --workers 4", "for more readers at once"),
        ("dateline serve --host 0.0.0.0", "for other machines too: put a proxy with accounts before it"),
    )
)
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on; 0.0.0.0 for all (127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port; 0 for a free one (8000).")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that answer (1).")] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the search page and the HTTP API; the address is printed.

    The archive is brought to this version first. Articles can be ingested while it runs.
    """
    settings = _settings(data_dir, host=host, port=port, workers=workers)
    count = _prepare(settings)
    with _listen(settings.host, settings.port) as listener:
        address = _address(settings.host, listener.getsockname()[1])
        typer.echo(
            f"Dateline has {count:,} articles and answers on {address} (the API: {address}/docs). Ctrl-C stops it."
        )
        _run_server(settings, listener)


def application() -> Any:
    """The ASGI application as each server process builds it, from the environment."""
    from logging.config import dictConfig

    from app.api import log
    from app.settings import Settings
    from app.web.site import create_app

    settings = Settings.read()
    dictConfig(log.config(settings))
    return create_app(settings)


def main() -> None:
    app(prog_name="dateline")


def _settings(data_dir: Path | None, **given: Any) -> Settings:
    from app.settings import Settings

    return Settings.read(data_dir=data_dir, **given)


@contextmanager
def _opened(settings: Settings, *, mend: bool = False) -> Iterator[Archive]:
    from app.archive import open_archive

    with open_archive(settings, mend=mend) as archive:
        yield archive


@contextmanager
def _existing(data_dir: Path | None, *, mend: bool = False) -> Iterator[Archive]:
    """For commands that only read: asking in the wrong folder must not begin an archive there."""
    settings = _settings(data_dir)
    if not settings.database_path.exists():
        raise errors.InputUnreadable(
            f"There is no archive in {settings.data_dir}. Begin one with: dateline ingest PATH"
        )
    with _opened(settings, mend=mend) as archive:
        yield archive


def _parameters(entity: Sequence[str] | None, **given: Any) -> SearchParams:
    """The same parameters as over HTTP, so that they mean the same; an entity may be named by id or by name."""
    from pydantic import ValidationError

    from app.api.params import SearchParams

    ids = [name for name in entity or () if _ENTITY_ID.fullmatch(name)]
    given |= {"entity": ids, "entity_name": [name for name in entity or () if name not in ids]}
    try:
        return SearchParams(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = error.errors()[0]
        name = str(wrong["loc"][0])
        raise errors.InvalidParameter(name, wrong["msg"]) from None


def _decide(data_dir: Path | None, by: str | None, kind: DecisionKind, id: str, **fields: Any) -> None:
    import getpass

    from app.ingest.deciding import decide
    from app.store.decisions import Proposal

    with _existing(data_dir) as archive:
        done = decide(archive, Proposal(kind, id, **fields), by or getpass.getuser())
    articles = f"{done.articles:,} article{'' if done.articles == 1 else 's'}"
    taken = f", {done.decision.target}" if done.decision.target not in (None, id) else ""
    typer.echo(f"Decision {done.decision.number}: {kind} {id}{taken}; {articles} changed.")
    if not done.indexed:
        _complain("Another process writes to the index: searches follow when it is done.")


def _prepare(settings: Settings) -> int:
    """Migrate before any server process starts, and count the articles. The server fills an index that was mended."""
    from app.store import articles

    with _opened(settings, mend=True) as archive, archive.database.reading() as session:
        return articles.stats(session).articles


def _listen(host: str, port: int) -> socket.socket:
    """Bound here, so that a port in use is one line, and the port printed is the one that was given for 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns on TCP_NODELAY; without it every answer would wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise errors.SettingsInvalid(f"Cannot listen on {_address(host, port)}: {error.strerror}.") from None
    return listener


def _address(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104  # compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _run_server(settings: Settings, listener: socket.socket) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    # New processes read their settings from the environment.
    os.environ["DATELINE_DATA_DIR"] = str(settings.data_dir.resolve())
    os.environ["DATELINE_WORKERS"] = str(settings.workers)
    config = uvicorn.Config(
        "app.cli:application",
        factory=True,
        workers=settings.workers,
        log_config=None,  # `application` has it, for each process
        access_log=False,  # its lines would hold what people search for; ours have the route
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies.split(),
        timeout_keep_alive=5,
        timeout_graceful_shutdown=8,
    )
    # Uvicorn finishes what is under way, then raises the signal again: an orderly end is not a failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if settings.workers > 1:
        Multiprocess(config, sockets=[listener]).run()
    else:
        server = uvicorn.Server(config)
        server.run(sockets=[listener])
        if not server.started:
            raise typer.Exit(EXIT_DISK)


def _snippet(clause: Clause | None, body: str) -> dict[str, Any]:
    from app.api.hits import spans
    from app.search import highlight

    found = highlight.snippet(clause, body)
    return {"text": found.text, "start": found.start, "end": found.end, "matches": spans(found.matches)}


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value or "none")


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _complain(message: str) -> None:
    typer.secho(message, err=True, fg=typer.colors.YELLOW)


def _fail(message: str, code: int) -> NoReturn:
    _complain(message)
    raise typer.Exit(code)


def _explain(error: errors.DatelineError) -> None:
    if not isinstance(error, errors.InvalidParameter):
        _complain(str(error))
        return
    _complain(f"{_OPTIONS.get(error.parameter, error.parameter)}: {error.message}")
    if error.suggestion:
        _complain(f"Did you mean {error.suggestion}?")
    for candidate in error.candidates:
        _complain(f"  {candidate.id}  {candidate.name}" + (f" ({candidate.hint})" if candidate.hint else ""))

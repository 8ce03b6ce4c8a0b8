"""The command line. What a command shows is decided here; what it does, elsewhere.

Modules that load NumPy, spaCy or FastAPI are imported inside the commands: `dateline --help` answers without them.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.main import get_command_name

from app import errors
from app.cli import (
    aggregate,
    changes,
    compare,
    copies,
    entities,
    exports,
    feeds,
    jobs,
    keys,
    match,
    meaning,
    quotes,
    searches,
    server,
    stories,
    withdrawals,
    work,
)
from app.cli.command import (
    EXIT_DISK,
    EXIT_HELP,
    EXIT_REJECTED,
    AsJson,
    CommandLine,
    Commands,
    DataDir,
    cell,
    complain,
    examples,
    existing,
    fail,
    opened,
    print_json,
    ready_streams,
    settings_of,
    settled,
    telling_what_is_left,
)
from app.ids import is_entity_id
from app.ingest.formats import Format

if TYPE_CHECKING:
    from app.read.params import SearchParams
    from app.search.query import Clause
    from app.store.texts import ShownText

app = CommandLine(
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

app.add_typer(entities.entities)
app.add_typer(keys.keys, name="keys", no_args_is_help=True)
app.add_typer(feeds.feeds, name="feeds", no_args_is_help=True)
app.add_typer(searches.searches, name="searches", no_args_is_help=True)
app.command(epilog=server.EXAMPLES)(server.serve)
app.command("mcp", epilog=server.MCP_EXAMPLES)(server.mcp_command)
app.command("jobs", epilog=jobs.EXAMPLES)(jobs.jobs_command)
app.command("work", epilog=work.EXAMPLES)(work.work_command)
app.command("quotes", epilog=quotes.EXAMPLES)(quotes.quotes_command)
app.command("changes", epilog=changes.EXAMPLES)(changes.changes_command)
app.command("match", epilog=match.EXAMPLES)(match.match_command)
app.command("aggregate", epilog=aggregate.EXAMPLES)(aggregate.aggregate_command)
app.command("compare", epilog=compare.EXAMPLES)(compare.compare_command)
app.command("meaning", epilog=meaning.EXAMPLES)(meaning.meaning_command)
app.command("copies", epilog=copies.EXAMPLES)(copies.copies_command)
app.command("stories", epilog=stories.EXAMPLES)(stories.stories_command)
app.command("story-decisions", epilog=stories.DECISION_EXAMPLES)(stories.story_decisions_command)
withdrawals.add_to(app)
exports.add_to(app)

_FINDINGS = 20
"""Shown of what `verify` finds: where an index is gone there is one for each article."""


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"dateline {installed('dateline')}")
        raise typer.Exit


@app.command(
    "ingest",
    epilog=examples(
        ("dateline ingest seeds", "a folder, with all that is in it"),
        ("dateline ingest news.jsonl.gz --source 'Harbour Wire'", "records that do not name their publisher"),
        ("dateline ingest archive/ --skip-entities", "text first; the same without the option adds the names later"),
        ("dateline ingest le.csv --map body=Article --map date=meta.day --profile le", "fields by other names, kept"),
        ("dateline ingest https://news.example/feed --fetch-pages", "a feed, with the whole text of its pages"),
        ("dateline ingest --retry", "after mending what `dateline rejections` listed"),
    ),
)
def ingest_command(  # noqa: PLR0913  # the options of a command are its parameters
    given: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Files and folders of articles, and addresses of pages and feeds."),
    ] = None,
    format: Annotated[Format | None, typer.Option(help="The format, where it is not recognised.")] = None,
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
    fetch_pages: Annotated[
        bool, typer.Option("--fetch-pages", help="Of feeds, also fetch the pages that their entries point to.")
    ] = False,
    map: Annotated[
        list[str] | None,
        typer.Option(metavar="OURS=THEIRS", help="Which field is ours: body=Article, date=meta.pub_date. Repeatable."),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --map or --date-order keep them by a name; alone use them.")
    ] = None,
    date_order: Annotated[
        Literal["day", "month"] | None,
        typer.Option(help="What comes first in 5/6/2025, where the dates of a file do not tell."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Put articles into the archive.

    Text, JSON Lines, JSON, CSV, spreadsheets and Parquet, mail (.eml, mbox), PDF and DOCX, each also as .gz, .bz2 or
    .xz; folders are walked, and ZIP and TAR files as if they were folders. docs/formats.md has all formats with
    examples. What is there already is not taken twice. A record that cannot be taken is kept as a rejection with its
    reason.
    """
    if not given and not retry:
        raise typer.BadParameter("Give a file, a folder or an address, or --retry.", param_hint="PATH")
    from app import terminal
    from app.ingest.fetching import is_address
    from app.ingest.mapping import FieldMap, load_profile, parse_map, save_profile
    from app.ingest.pipeline import IngestOptions
    from app.ingest.pipeline import ingest as run
    from app.ingest.walk import check

    addresses = [each for each in given or () if is_address(each)]
    paths = [Path(each) for each in given or () if not is_address(each)]
    fields = FieldMap(parse_map(map or []), date_order)
    settings = settings_of(data_dir)
    profiles = settings.data_dir / "profiles"
    if profile is not None and not fields:
        fields = load_profile(profiles, profile)
    options = IngestOptions(source, format, skip_entities, workers, retry, settings.write_wait, fields, fetch_pages)
    if paths and not settings.is_begun():
        # Before an archive is begun: a slip in a path must not leave one behind.
        check(paths, frozenset())
    begun = (
        opened(settings_of(data_dir), allow_missing_index=True)
        if given
        else existing(data_dir, allow_missing_index=True)
    )
    with begun as archive, telling_what_is_left(archive), terminal.progress() as progress:
        if profile is not None:
            save_profile(profiles, profile, fields)
        report = run(paths, archive, options, progress, addresses=addresses)
    terminal.show_report(report)
    if report.rejected:
        complain(f"{report.rejected:,} rejected; this lists them with their reasons: dateline rejections")
    if strict and report.rejected:
        raise typer.Exit(EXIT_REJECTED)


@app.command(
    "watch",
    epilog=examples(
        ("dateline watch inbox", "until Ctrl-C; beside `dateline serve` what arrives is found within seconds"),
        ("dateline watch inbox wires --source 'Harbour Wire'", "several folders"),
    ),
)
def watch_command(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Folders in which articles arrive.")],
    format: Annotated[Format | None, typer.Option(help="The format, where it is not recognised.")] = None,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="The publisher, for records that name none.")
    ] = None,
    skip_entities: Annotated[
        bool, typer.Option("--skip-entities", help="Do not recognise names; `dateline enrich` adds them later.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Put articles into the archive as they arrive, until it is stopped.

    What is in the folders is read first. A file is read once nothing was written to it for two seconds, and again when
    it changes.
    """
    from app import terminal
    from app.ingest.pipeline import IngestOptions
    from app.ingest.walk import check
    from app.ingest.watching import watch

    settings = settings_of(data_dir)
    if not settings.is_begun():
        check(folders, frozenset())
    options = IngestOptions(source, format, skip_entities)
    with opened(settings, allow_missing_index=True) as archive, telling_what_is_left(archive):
        watch(archive, folders, options, terminal.show_arrived)


@app.command(
    "search",
    epilog=examples(
        ("dateline search moon landing", "articles with both words, the best first"),
        ("dateline search '\"South Pole\" -Moon' --from 1900 --to 1950", "a phrase, without a word, in these years"),
        ("dateline search president --entity 'Neil Armstrong'", "only where he is named, by whatever name"),
        ("dateline search 'astro* OR Gorbachov~' --json", "beginnings and misspellings, for a program"),
    ),
)
def search_command(  # noqa: PLR0913  # the options of a command are its parameters
    query: Annotated[
        list[str], typer.Argument(metavar="QUERY", help='Words, "a phrase", OR, -not, pre*, wrod~, headline:word.')
    ],
    source: Annotated[list[str] | None, typer.Option(help="Only this publisher; may be repeated.")] = None,
    author: Annotated[list[str] | None, typer.Option(help="Only articles by this author; may be repeated.")] = None,
    entity: Annotated[
        list[str] | None, typer.Option(help="Only articles that name this: a name or an id; may be repeated.")
    ] = None,
    first: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="DATE", help="From this day, month or year on: 2025-05-05, 2025-05, 2025, -7d, yesterday."
        ),
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Up to this day, month or year.")] = None,
    mentions: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Only articles that speak of it: 2025-05-05, 2025-W18, 2025-05, 2025-Q2."),
    ] = None,
    ranking: Annotated[
        Literal["meaning", "words"],
        typer.Option(help="Order questions by what they mean too, where a model is installed, or by words alone."),
    ] = "meaning",
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many articles to show.")] = 10,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Search the archive; the best come first.

    All words must match; where no article has them all, those with most of them are shown, and it says so. Hits are
    marked where a terminal shows colours; output into a file or a pipe is plain. The language: docs/grammar.md.
    """
    from app import terminal
    from app.ingest.standing import is_ours
    from app.read.conditions import query_read, read_conditions
    from app.search.answer import answer
    from app.store.texts import texts

    params = _checked_params(
        q=" ".join(query), source=source, author=author, entity=entity, date_from=first, date_to=last,
        mentions_date=mentions, limit=limit, ranking=ranking,
    )  # fmt: skip
    with (settled if entity else existing)(data_dir) as archive:
        if not is_ours(archive):
            raise errors.IndexUnavailable("The index was not made from these articles. Run: dateline reindex")
        engine = archive.engine.still()
        with archive.database.reading() as session:
            asked = read_conditions(archive.database, session, params)
            found = answer(engine, params.to_query(asked.parsed.clause, asked.filters), params.match)
            shown = texts(archive.database, [hit.id for hit in found.hits.hits])
            read = query_read(params, asked, found)
    if as_json:
        results = [
            {name: value for name, value in hit.shown().items() if value is not None}
            | {"snippet": _snippet_json(found.clause, shown[hit.id])}
            for hit in found.hits.hits
        ]
        print_json({"query": read, "total": found.hits.total, "results": results})
        return
    for warning in asked.warnings:
        complain(warning["message"])
    terminal.show_answer(found, shown)


@app.command("enrich", epilog=examples(("dateline enrich", ""), ("dateline enrich --workers 2", "")))
def enrich_command(
    workers: Annotated[int, typer.Option(min=0, help="Processes that recognise names; 0 is one per core.")] = 0,
    data_dir: DataDir = None,
) -> None:
    """Recognise names again, where an older version did or where they were skipped.

    In batches: searches go on with what is there, and a run that was stopped goes on where it was.
    """
    from app import terminal
    from app.ingest.enriching import enrich as run

    with existing(data_dir) as archive, telling_what_is_left(archive), terminal.progress() as progress:
        done = run(archive, workers, progress)
    terminal.show_enriched(done)


@app.command("stats", epilog=examples(("dateline stats", ""), ("dateline stats --json", "for a program")))
def stats_command(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Count what the archive holds."""
    from app import terminal
    from app.ingest.standing import lag
    from app.read.meaning import meaning_stats
    from app.store import articles
    from app.store.relation_counts import relation_counts

    with settled(data_dir) as archive:
        with archive.database.reading() as session:
            counted = articles.archive_stats(session)
            related = relation_counts(session)
        status = archive.engine.status()
        behind = lag(archive)
        meant = meaning_stats(archive)
    rows = {
        "articles": counted.articles,
        "entities": counted.entities,
        "mentions": counted.mentions,
        "sources": counted.sources,
        "copies": related.copies,
        "stories": related.stories,
        "quotes": related.quotes,
        "dates": related.dates,
        "stories_waiting": related.waiting,
        "first_date": counted.first_date,
        "last_date": counted.last_date,
        "index": {
            "documents": status.documents,
            "generation": status.generation,
            "sequence": status.sequence,
            "lag": behind,
        },
        "meaning": meant,
    }
    if as_json:
        print_json(rows)
        return
    index = f"{status.documents:,} articles, " + (f"{behind:,} changes behind" if behind else "up to date")
    told = rows | {"index": index, "meaning": meaning.summary_line(meant)}
    terminal.show_figures([(name.replace("_", " "), cell(value)) for name, value in told.items()])


@app.command(
    "rejections",
    epilog=examples(
        ("dateline rejections", "those that still stand"),
        ("dateline rejections --file news.jsonl", "of that file, or of what is in it"),
        ("dateline rejections --all --json", "all there ever were, for a program"),
    ),
)
def rejections_command(
    everything: Annotated[bool, typer.Option("--all", help="Also those that passed since.")] = False,
    file: Annotated[str | None, typer.Option(help="Only of this file or address, or of what it holds.")] = None,
    source: Annotated[str | None, typer.Option(help="Only of inputs that were given with this --source.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="How many to show; without it, all.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the records that could not be taken, and why.

    Mend the file, then: dateline ingest --retry
    """
    from app import terminal
    from app.store.rejections import list_rejections

    with existing(data_dir) as archive, archive.database.reading() as session:
        found = list_rejections(session, resolved=everything, limit=limit, source=source, file=file)
    if as_json:
        print_json([rejection.model_dump() for rejection in found])
    elif found:
        terminal.show_rejections(found)
    else:
        complain("No rejections.")


@app.command("reindex", epilog=examples(("dateline reindex", "")))
def reindex_command(data_dir: DataDir = None) -> None:
    """Build the search index again from the rows; searches go on meanwhile."""
    from app.ingest.indexing import rebuild

    with existing(data_dir, allow_missing_index=True) as archive:
        count = rebuild(archive)
    typer.echo(f"{count:,} articles indexed.")


@app.command(
    "verify",
    epilog=examples(
        ("dateline verify --deep", "once a week"), ("dateline verify --repair", "after it found something")
    ),
)
def verify_command(
    repair: Annotated[
        bool, typer.Option("--repair", help="Build the index again, or drop vectors, if anything is wrong with them.")
    ] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also read every text, and build a second index to compare with.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Compare rows, index, vectors and checksums.

    Searches and an ingest go on meanwhile. What is wrong with the rows themselves only a backup can mend.
    """
    from app.ingest.indexing import rebuild
    from app.ingest.verify import verify as check
    from app.trust import exposed

    with existing(data_dir, allow_missing_index=True) as archive:
        found = check(archive, deep=deep)
        if archive.settings.database_path.exists() and exposed(archive.settings.database_path):
            complain(
                f"All users of this machine can read {archive.settings.database_path}. To end that: "
                f"chmod o-rwx {archive.settings.data_dir}"
            )
        for finding in found[:_FINDINGS]:
            complain(f"{finding.store}: {finding.message}")
        if len(found) > _FINDINGS:
            complain(f"… and {len(found) - _FINDINGS:,} more.")
        if repair and any(finding.store == "index" for finding in found):
            typer.echo(f"{rebuild(archive):,} articles indexed.")
            found = check(archive, deep=deep)
        if repair and any(finding.store == "vectors" for finding in found):
            archive.vectors.clear()
            complain("The vectors are gone. A server makes them again, or: dateline meaning")
            found = [finding for finding in found if finding.store != "vectors"]
    if found:
        fail(f"{len(found):,} findings.", EXIT_DISK)
    typer.echo("Rows and index agree.")


@app.command("backup", epilog=examples(("dateline backup archive.sqlite", "")))
def backup_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; one that is there is never overwritten.")],
    data_dir: DataDir = None,
) -> None:
    """Copy the archive to a file, while it is in use.

    To restore, put the file as archive.sqlite into an empty data folder: the index is built from it. Of rows in
    PostgreSQL it is what pg_dump writes: restore it into an empty database with pg_restore --dbname=NAME FILE.
    """
    from app.store.backup import write_backup as copy

    with existing(data_dir, allow_missing_index=True) as archive:
        size = copy(archive.database, file)
    typer.echo(f"{file}: {size:,} bytes, read again and sound.")


@app.command(
    "migrate-to",
    epilog=examples(
        ("dateline migrate-to postgresql+psycopg://dateline@db.example/dateline", "an empty database, or a copy"),
        ("dateline migrate-to archive.sqlite", "back into a new file"),
    ),
)
def migrate_to(
    target: Annotated[
        str, typer.Argument(metavar="URL|FILE", help="An empty database, a copy, or a file that is not there.")
    ],
    data_dir: DataDir = None,
) -> None:
    """Copy all rows into PostgreSQL or into a file, while the archive is in use, and compare both.

    Nobody waits for it. What is written meanwhile may not be in the copy: stop what writes and run it again, which
    brings to a database only what came since. Then name that in DATELINE_DATABASE_URL, or put the file as
    archive.sqlite into the data folder; the index there goes with either.
    """
    from app.archive import open_rows
    from app.store.moving import move_rows

    with existing(data_dir, allow_missing_index=True) as archive, open_rows(target) as database:
        moved = move_rows(archive.database, database)
    for finding in moved.differing:
        complain(f"{finding}.")
    if moved.differing:
        fail("The copy is not what it was copied from.", EXIT_DISK)
    typer.echo(
        f"{moved.copied:,} rows copied, and {moved.followed:,} that came since: the same in both up to change "
        f"{moved.newest:,}."
    )


@app.command("config", epilog=examples(("dateline config", ""), ("dateline config --json", "for a program")))
def config_command(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show the settings in force, as the environment, .env and the options give them. What is secret stays so."""
    from app import terminal

    shown = {f"DATELINE_{name.upper()}": value for name, value in settings_of(data_dir).model_dump(mode="json").items()}
    if as_json:
        print_json(shown)
    else:
        terminal.show_figures([(name, str(value)) for name, value in shown.items()])


@app.command("openapi", epilog=examples(("dateline openapi > openapi.json", "for a client generator: docs/clients.md")))
def openapi_command() -> None:
    """Print the schema of the HTTP API (OpenAPI 3.1), for client generators."""
    from app.api.app import create_api
    from app.settings import Settings

    print_json(create_api(Settings.read()).openapi())


def run() -> None:
    # Imports make many objects and no garbage; to look for it takes a sixth of the start. `opened` starts it again.
    gc.disable()
    ready_streams()
    _asked_for(sys.argv[1:])(prog_name="dateline")


def _asked_for(arguments: Sequence[str]) -> CommandLine:
    """Return the command line with no command but the one that is asked for: to make all of them ready, with all their
    options, takes as long as a search. All of them where none is named, for help and for what to say of a slip."""
    name = arguments[0] if arguments else None
    commands = [
        each for each in app.registered_commands if each.callback and name == _name_of(each.name, each.callback)
    ]
    groups = [
        each
        for each in app.registered_groups
        if each.typer_instance and name in (each.name, each.typer_instance.info.name)
    ]
    if not commands and not groups:
        return app
    one = copy(app)
    one.registered_commands, one.registered_groups = commands, groups
    return one


def _name_of(given: str | None, command: Callable[..., Any]) -> str:
    return given or get_command_name(command.__name__)


def _checked_params(entity: Sequence[str] | None, **given: Any) -> SearchParams:
    """The same parameters as over HTTP, so that they mean the same; an entity may be named by id or by name."""
    from app.read.params import SearchParams

    ids = [name for name in entity or () if is_entity_id(name)]
    given |= {"entity": ids, "entity_name": [name for name in entity or () if name not in ids]}
    return SearchParams.checked({name: value for name, value in given.items() if value is not None})


def _snippet_json(clause: Clause | None, text: ShownText) -> dict[str, Any]:
    from app.read.hits import wire_spans
    from app.search import highlight

    found = highlight.snippet(clause, *text)
    return {"text": found.text, "start": found.start, "end": found.end, "matches": wire_spans(found.matches)}

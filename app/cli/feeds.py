"""`dateline feeds`: feeds that the archive follows by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.command import (
    EXIT_REJECTED,
    AsJson,
    CommandLine,
    DataDir,
    complain,
    examples,
    existing,
    opened,
    print_json,
    settings_of,
    telling_what_is_left,
)

if TYPE_CHECKING:
    from app.ingest.following import Look
    from app.ingest.report import Report

_TOLD = ("new", "revised", "unchanged", "duplicate", "withdrawn", "rejected")

feeds = CommandLine(
    help="Feeds that the archive follows by itself: while `dateline serve` runs, what is new in them is taken in.",
    epilog=examples(("dateline feeds add https://news.example/feed", "")),
)

Named = Annotated[list[str], typer.Argument(metavar="URL|ID...", help="Feeds, by address or id.")]


@feeds.command(
    "add",
    epilog=examples(
        ("dateline feeds add https://news.example/feed", "RSS, Atom or JSON Feed, or a page that links its feed"),
        ("dateline feeds add https://news.example/feed --every 15 --fetch-pages", "with the whole text of its pages"),
    ),
)
def add_feeds_command(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Addresses of feeds, or of pages with one.")],
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="The publisher, for entries that name none.")
    ] = None,
    every: Annotated[
        int, typer.Option(min=5, max=10_080, metavar="MINUTES", help="From one look to the next, unless it asks more.")
    ] = 60,
    fetch_pages: Annotated[
        bool, typer.Option("--fetch-pages", help="Also fetch the pages that its entries point to.")
    ] = False,
    no_check: Annotated[bool, typer.Option("--no-check", help="Do not look at the address now.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Follow feeds. Each is looked at first, and added only where it is one.

    A running server reads it within seconds; without one: dateline feeds check
    """
    from app.ingest.fetching import Fetcher
    from app.ingest.following import find_feed, new_feed
    from app.store import feeds

    settings = settings_of(data_dir)
    added = []
    with Fetcher(settings.fetch_hosts.split(), pause=settings.fetch_pause) as fetcher:
        for url in urls:
            feed = new_feed(url, source, every, fetch_pages=fetch_pages)
            if not no_check:
                found, _, channel = find_feed(fetcher, feed.url)
                if found != feed.url:
                    feed = new_feed(found, source, every, fetch_pages=fetch_pages)
                feed.title = channel.title
            added.append(feed)
    with opened(settings, allow_missing_index=True) as archive, archive.database.writing() as session:
        for feed in added:
            feeds.add_feed(session, feed)
    for feed in added:
        typer.echo(f"{feed.id}  {feed.url}" + (f"  {feed.title}" if feed.title else ""))


@feeds.command("list", epilog=examples(("dateline feeds list", ""), ("dateline feeds list --json", "for a program")))
def list_feeds_command(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the feeds, how they are, and when they are looked at next."""
    from app import terminal
    from app.read.feeds import feed_view
    from app.store import feeds

    with existing(data_dir) as archive, archive.database.reading() as session:
        found = [feed_view(row) for row in feeds.newest_feeds(session)]
    if as_json:
        print_json(found)
    elif found:
        terminal.show_feeds(found)
    else:
        complain("No feeds.")


@feeds.command("remove", epilog=examples(("dateline feeds remove https://news.example/feed", "its articles stay")))
def remove_feeds_command(named: Named, data_dir: DataDir = None) -> None:
    """Follow feeds no longer. Their articles stay."""
    from app.store import feeds

    with existing(data_dir) as archive, archive.database.writing() as session:
        removed = [feeds.load_feed(session, each) for each in named]
        for feed in removed:
            feeds.drop_feed(session, feed.id)
    for feed in removed:
        typer.echo(f"{feed.url} is followed no longer.")


@feeds.command(
    "check",
    epilog=examples(
        ("dateline feeds check", "all but those that are gone or paused"),
        ("dateline feeds check https://news.example/feed", "one, whatever its state"),
    ),
)
def check_feeds_command(
    named: Annotated[
        list[str] | None, typer.Argument(metavar="URL|ID...", help="Feeds, by address or id; all without any.")
    ] = None,
    skip_entities: Annotated[
        bool, typer.Option("--skip-entities", help="Do not recognise names; `dateline enrich` adds them later.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Look at feeds now, and take in what is new in them. Ends with exit code 1 if one of them could not be read."""
    from app import terminal
    from app.ingest.following import check_feeds
    from app.ingest.report import sum_reports
    from app.store import feeds

    reports: list[Report] = []
    failed = 0
    with existing(data_dir, allow_missing_index=True) as archive, telling_what_is_left(archive):
        with archive.database.reading() as session:
            if named:
                wanted = [feeds.load_feed(session, each) for each in named]
            else:
                wanted = [feed for feed in feeds.newest_feeds(session) if feed.next_at is not None]
        if not wanted:
            complain("No feeds.")
            return
        patience = archive.settings.write_wait
        with terminal.progress() as progress:
            for found, report in check_feeds(
                archive, wanted, names=not skip_entities, progress=progress, patience=patience
            ):
                failed += found.error is not None
                _tell_outcome(found, report)
                if report is not None:
                    reports.append(report)
    terminal.show_report(sum_reports(reports))
    if failed:
        raise typer.Exit(EXIT_REJECTED)


def _tell_outcome(found: Look, report: Report | None) -> None:
    named = found.channel.title if found.channel and found.channel.title else found.feed.title or found.feed.id
    if found.error is not None:
        complain(f"{named}: {found.feed.url} {found.error}.")
    elif report is None:
        complain(f"{named}: another process has looked at it meanwhile, or it is followed no longer.")
    elif found.outcome == "unchanged":
        typer.echo(f"{named}: unchanged")
    else:
        told = [f"{getattr(report, name):,} {name}" for name in _TOLD if getattr(report, name)]
        typer.echo(f"{named}: {', '.join(told) or 'no entries'}")

"""`dateline keys`: who may ask over HTTP, and for what."""

from __future__ import annotations

from typing import Annotated

import typer

from app import errors
from app.cli.command import AsJson, CommandLine, DataDir, complain, examples, existing, print_json

keys = CommandLine(
    help="Keys to the API: what writes needs one, and reading where DATELINE_REQUIRE_KEY says so.",
    epilog=examples(("dateline keys create newsroom --scope read --scope ingest", "")),
)


@keys.command(name="create", epilog=examples(("dateline keys create newsroom --scope read --scope ingest", "")))
def create_key_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who or what has it.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="read, ingest, alerts or admin, which is for everything (read); may be repeated."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Make a key and print it. It is shown this once: the archive keeps only its hash."""
    from datetime import UTC, datetime

    from app.store import keys

    if unknown := set(scope or ()) - set(keys.SCOPES):
        raise errors.InvalidParameter(
            "--scope", f"There is no scope {min(unknown)!r}, but read, ingest, alerts and admin."
        )
    scopes = [one for one in keys.SCOPES if one in (scope or ["read"])]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with existing(data_dir) as archive, archive.database.writing() as session:
        made = keys.create_key(session, name, scopes, now)
    typer.echo(made)
    complain("Keep it now: it is not shown again.")


@keys.command(name="list", epilog=examples(("dateline keys list --json", "")))
def list_keys_command(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the keys by their public halves."""
    from app import terminal
    from app.store import keys

    with existing(data_dir) as archive, archive.database.reading() as session:
        found = keys.list_keys(session)
    if as_json:
        print_json([key.model_dump(exclude={"secret_sha256"}) for key in found])
    elif found:
        terminal.show_keys(found)
    else:
        complain("No keys.")


@keys.command(name="revoke", epilog=examples(("dateline keys revoke 3f9ac1d2", "")))
def revoke_key_command(
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="Its public half, before the underscore.")],
    data_dir: DataDir = None,
) -> None:
    """End a key, at once and for good."""
    from app.store import keys

    with existing(data_dir) as archive, archive.database.writing() as session:
        keys.revoke_key(session, prefix)
    typer.echo(f"{prefix} is revoked.")

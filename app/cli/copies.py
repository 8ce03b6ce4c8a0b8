"""`dateline copies`: other editions of an article, and what differs between two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.command import AsJson, DataDir, cell, complain, examples, existing, print_json
from app.cli.entities import By, Note

if TYPE_CHECKING:
    from app.store.copy_decisions import CopyProposal

EXAMPLES = examples(
    ("dateline copies 78184646ba153278", "the other editions of an article"),
    (
        "dateline copies 78184646ba153278 fe05d35f8dc52340",
        "what the second says and the first does not, and the reverse",
    ),
    ("dateline copies 78184646ba153278 fe05d35f8dc52340 --apart", "they are other news, whatever they share"),
    ("dateline copies 78184646ba153278 --undo 7", "take that back; --log has the number"),
)
_HEAD = ("id", "kind", "shared", "date", "source", "headline")


def copies_command(  # noqa: PLR0913  # the options of a command are its parameters
    id: Annotated[str, typer.Argument(metavar="ID", help="An article, by its id.")],
    other: Annotated[
        str | None, typer.Argument(metavar="OTHER", help="Another article: show where their texts differ.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 100,
    together: Annotated[bool, typer.Option("--together", help="Decide that the two are one piece of news.")] = False,
    apart: Annotated[bool, typer.Option("--apart", help="Decide that they are not, whatever they share.")] = False,
    undo: Annotated[
        int | None, typer.Option(min=1, metavar="NUMBER", help="Take a decision about the article back.")
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="List what was decided about the article.")] = False,
    by: By = None,
    note: Note = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the articles that are the same piece of news: printed again, cut, continued or corrected.

    The longest first. With a second id, compare the two texts instead: what only the first says is shown in `[-…-]`,
    what only the second says in `{+…+}`. With `--together` or `--apart`, decide about the two: that holds for their
    texts, whatever comes later.
    """
    from app import terminal
    from app.read.copies import copies_view, difference_view
    from app.store.articles import load_article
    from app.store.copy_decisions import CopyProposal, CopyRuling

    if together or apart or undo is not None:
        if together + apart + (undo is not None) > 1:
            raise typer.BadParameter("Give one of --together, --apart and --undo.", param_hint="--together")
        kind: CopyRuling = "together" if together else "apart" if apart else "undo"
        _decide_about_copies(data_dir, by, CopyProposal(kind, id, other, undo, note))
        return
    if log:
        _show_decisions_about(data_dir, id, limit, as_json=as_json)
        return
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


def _decide_about_copies(data_dir: Path | None, by: str | None, proposal: CopyProposal) -> None:
    import getpass

    from app.ingest.deciding import decide_copies

    with existing(data_dir) as archive:
        done = decide_copies(archive, proposal, by or getpass.getuser())
    articles = f"{done.articles:,} article{'' if done.articles == 1 else 's'}"
    typer.echo(f"Decision {done.decision.number}: {proposal.kind}; {articles} changed.")
    if not done.indexed:
        complain("Another process writes to the index: searches follow when it is done.")


def _show_decisions_about(data_dir: Path | None, id: str, limit: int, *, as_json: bool) -> None:
    from app import terminal
    from app.read.decisions import copy_decision_view
    from app.store.copy_decisions import copy_decision_log

    with existing(data_dir) as archive, archive.database.reading() as session:
        found, total, undone = copy_decision_log(session, article=id, limit=limit)
        shown = [copy_decision_view(each, undone) for each in found]
    if as_json:
        print_json({"total": total, "results": shown})
    elif shown:
        rows = [
            (
                str(each["number"]), each["kind"], each["article"], each["other"],
                f"undone by {each['undone_by']}" if "undone_by" in each else cell(each.get("undoes")),
                cell(each.get("note")), each["by"], each["at"][:16].replace("T", " "),
            )
            for each in shown
        ]  # fmt: skip
        terminal.show_rows(("no.", "decision", "article", "other", "undone", "note", "by", "at"), rows)
    else:
        complain("Nothing was decided about it.")

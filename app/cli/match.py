"""`dateline match`: where a text stands in the archive."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app import errors
from app.cli.command import AsJson, DataDir, complain, examples, existing, print_json

EXAMPLES = examples(
    ("dateline match release.txt", "which articles have it, or parts of it"),
    ("pbpaste | dateline match -", "what was copied"),
    ("dateline match quote.txt --json", "for a program, with all offsets"),
)


def match_command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A text in UTF-8; - reads the standard input.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many articles to show.")] = 10,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Find where a text stands in the archive, whole or in parts: a quotation, a paragraph, an article.

    Eight words one behind the other are enough; capitals, accents, punctuation and quotation marks say nothing. The
    earliest article comes first.
    """
    from app import terminal
    from app.ingest.standing import is_ours
    from app.read.matching import find_text, text_match
    from app.read.params import MatchBody

    params = MatchBody.checked({"text": _given_text(file), "limit": limit})
    with existing(data_dir) as archive:
        if not is_ours(archive):
            raise errors.IndexUnavailable("The index was not made from these articles. Run: dateline reindex")
        with archive.database.reading() as session:
            found = find_text(archive.engine.still(), session, params.text, limit)
    if as_json:
        print_json(text_match(found, f"{archive.settings.address}/"))
    elif found.articles:
        terminal.print_text_found(found)
    else:
        complain("No article has eight of its words one behind the other.")


def _given_text(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise errors.InputUnreadable(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise errors.InputUnreadable(f"{file}: it is not UTF-8.") from error

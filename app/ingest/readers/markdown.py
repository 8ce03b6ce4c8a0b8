"""Markdown, one article to a file, with or without front matter: YAML between `---`, TOML between `+++`, or JSON.

What is in the front matter are fields, and nothing in it is run or made: every value of YAML is a text, so that `no` is
a language and a date stays as it is written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from datetime import time as clock_time
from typing import TYPE_CHECKING

from app.ingest.fields import NAMES, plain
from app.ingest.readers import tree
from app.ingest.readers.heads import split_head
from app.ingest.readers.jsonl import NotAnObject, decode_object
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import Record, Refused, Unusable, hashed, undecodable
from app.ingest.readers.sniff import Nature

if TYPE_CHECKING:
    from lxml.etree import _Element

# Bytes: a book.
MAX_MARKDOWN = 500_000
# Characters. More than a page of them is data.
_LONGEST_MATTER = 100_000
_MATTER = re.compile(
    r"\s*(?:---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
    r"|\+\+\+[ \t]*\n(?P<toml>.*?)^\+\+\+[ \t]*(?:\n|\Z)"
    r"|(?P<json>\{[ \t]*\n.*?^\})[ \t]*(?:\n|\Z))",
    re.DOTALL | re.MULTILINE,
)
_HEADLINES = {plain(name) for name in NAMES["headline"]}
_ADDRESSES = {plain(name) for name in NAMES["url"]}


def read_markdown(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:
    raw = stream.whole(MAX_MARKDOWN)
    try:
        text = raw[nature.mark :].decode(nature.encoding)
        yield Record(1, _headed_article(text.replace("\r\n", "\n").replace("\r", "\n")), 0, hashed(raw))
    except UnicodeDecodeError as error:
        yield Unusable(1, undecodable(error), 0, hashed(raw))
    except Refused as error:
        yield Unusable(1, str(error), 0, hashed(raw))


def _headed_article(text: str) -> dict[str, object]:
    found = _MATTER.match(text)
    fields: dict[str, object] = {}
    if found:
        fields, text = _matter_fields(found), text[found.end() :]
    else:
        heads, text = split_head(text)
        fields.update(heads)
    page = tree.parse_html(_rendered(text))
    headline = _first_heading(page)
    if headline and not any(plain(name) in _HEADLINES and value for name, value in fields.items()):
        fields["headline"] = headline
    body = tree.text_of(page)
    # An address that is a path is one on whatever site: two files may have the same.
    kept = {name: value for name, value in fields.items() if plain(name) not in _ADDRESSES or _is_whole(value)}
    return {**kept, "body": body} if body else kept


def _matter_fields(found: re.Match[str]) -> dict[str, object]:
    kind = str(found.lastgroup)
    matter = found[kind]
    if len(matter) > _LONGEST_MATTER:
        raise Refused(f"has front matter of over {_LONGEST_MATTER:,} characters")
    try:
        value = _yaml(matter) if kind == "yaml" else tomllib.loads(matter) if kind == "toml" else decode_object(matter)
    except (ValueError, RecursionError, NotAnObject) as error:
        raise Refused(
            f"has front matter that is not valid {kind.upper()}: {' '.join(str(error).split())[:200]}"
        ) from None
    if not isinstance(value, Mapping):
        raise Refused(
            f"has front matter that is no list of fields: {matter.strip()[:60]!r}; take the lines around it out"
        )
    return {str(name): _text_of_time(each) for name, each in value.items()}


def _yaml(matter: str) -> object:
    """Read YAML, every value a text. Raises `ValueError`."""
    import yaml

    try:
        return yaml.load(matter, Loader=yaml.BaseLoader)  # noqa: S506  # it makes texts, lists and objects of them alone
    except yaml.MarkedYAMLError as error:
        # The line above the first is that of the dashes.
        where = f"line {error.problem_mark.line + 2}: " if error.problem_mark else ""
        raise ValueError(f"{where}{error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _text_of_time(value: object) -> object:
    """TOML has dates and times of its own."""
    return value.isoformat() if isinstance(value, date | datetime | clock_time) else value


def _rendered(text: str) -> str:
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark").enable("table").render(text))


def _first_heading(page: _Element) -> str:
    """Take the heading with which the text begins out of it."""
    body = next(iter(page.iter("body")), None)
    first = body[0] if body is not None and len(body) and not (body.text or "").strip() else None
    if body is None or first is None or first.tag != "h1":
        return ""
    headline = tree.text_of(first)
    body.remove(first)
    return headline


def _is_whole(address: object) -> bool:
    return isinstance(address, str) and address.startswith(("http://", "https://"))

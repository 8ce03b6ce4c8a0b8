"""Groonga's own server, from Debian: over HTTP alone, its cache of answers off. Its stemmer is a package of its own,
`groonga-token-filter-stem`."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from app.search.engine import Document
from app.search.query import Query
from tests.bench.peers.peer import SHOWN, TEXTS, Found, NotSupported, Page

_TABLES = """
plugin_register token_filters/stem
table_create Sources TABLE_HASH_KEY ShortText
table_create Articles TABLE_NO_KEY
column_create Articles id COLUMN_SCALAR ShortText
column_create Articles headline COLUMN_SCALAR Text
column_create Articles dateline COLUMN_SCALAR ShortText
column_create Articles body COLUMN_SCALAR LongText
column_create Articles date COLUMN_SCALAR ShortText
column_create Articles source COLUMN_SCALAR Sources
column_create Articles year COLUMN_SCALAR UInt16
table_create Terms TABLE_PAT_KEY ShortText \
 --default_tokenizer TokenBigram --normalizer NormalizerAuto --token_filters TokenFilterStem
column_create Terms words COLUMN_INDEX|WITH_POSITION|WITH_SECTION Articles headline,dateline,body
load --table Articles
"""
_ASKED = {
    "command_version": "2",
    "table": "Articles",
    "match_columns": "||".join(TEXTS),
    "limit": str(SHOWN),
    "sort_keys": "-_score",
    "output_columns": "id,headline,date,source,snippet_html(body)",
    "cache": "no",
}
_FACETS = {"drilldown": "source,year", "drilldown_limit": "10", "drilldown_sort_keys": "-_nsubrecs"}


class Groonga:
    def __init__(self, folder: Path, stored: bool = False) -> None:
        self._folder = folder

    def build(self, documents: Iterable[Document]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        command = ["groonga", "-n", str(database(self._folder))]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            assert process.stdin is not None
            process.stdin.write(_TABLES.encode() + b"[\n")
            for number, document in enumerate(documents):
                process.stdin.write((b",\n" if number else b"") + msgspec.json.encode(_row(document)))
            process.stdin.write(b"\n]\n")
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)

    def open(self) -> None:
        raise NotSupported

    def add(self, documents: Sequence[Document]) -> None:
        raise NotSupported

    def search(self, query: Query) -> Found:
        raise NotSupported

    def page(self, text: str, facets: bool) -> Page:
        raise NotSupported


def database(folder: Path) -> Path:
    return folder / "articles.grn"


def server(folder: Path, host: str, port: int) -> list[str]:
    """Return the command that serves a folder, as the others by one process that answers one request at a time."""
    options = ["--protocol", "http", "--bind-address", host, "--port", str(port), "--max-threads", "1"]
    return ["groonga", "-s", *options, str(database(folder))]


def address(text: str, facets: bool) -> str:
    return "/d/select.json?" + urlencode({**_ASKED, **(_FACETS if facets else {}), "query": text})


def total(answer: bytes) -> int:
    """Return how many articles a search has found."""
    found = msgspec.json.decode(answer)
    return int(found[1][0][0][0])


def _row(document: Document) -> dict[str, object]:
    year = int(document.date[:4]) if document.date else 0
    shown = {name: getattr(document, name) or "" for name in ("id", *TEXTS, "date", "source")}
    return {**shown, "year": year}

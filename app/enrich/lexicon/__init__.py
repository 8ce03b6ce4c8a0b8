"""The word lists of enrichment: one file for a list, one term a line, for anybody to extend.

`#` begins a remark, such as the source of a fact. `shown = other | other` gives a term other names. The lists are part
of the version of the rules, so texts are read again when a term is added, and not when a remark is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Row(NamedTuple):
    """A term as it is shown, and its other names."""

    shown: str
    others: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return (self.shown, *self.others)


def terms(name: str) -> frozenset[str]:
    """Return the terms of the list `name`, without other names."""
    return frozenset(row.shown for row in list_rows(name))


def shown_by_name(name: str) -> dict[str, str]:
    """Map every name in the list `name` to the one that is shown."""
    return {each: row.shown for row in list_rows(name) for each in row.names}


def list_rows(name: str) -> tuple[Row, ...]:
    """Return the rows of the list `name` in their order."""
    return tuple(parse_rows(files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")))


def parse_rows(text: str) -> Iterator[Row]:
    """Yield the rows of a list's text, without remarks and empty lines."""
    for line in text.splitlines():
        shown, _, others = line.partition("#")[0].partition("=")
        if shown.strip():
            yield Row(shown.strip(), tuple(filter(None, map(str.strip, others.split("|")))))


@cache
def edition() -> str:
    """Return the digest of the lists as this process reads them."""
    return digest_lists()


def digest_lists() -> str:
    """Return eight hex digits that change when a row of any list does."""
    read = hashlib.sha256()
    for name in list_names():
        read.update(repr((name, *map(tuple, list_rows(name)))).encode())
    return read.hexdigest()[:8]


def list_names() -> list[str]:
    """Return the names of all lists, sorted."""
    return sorted(file.name.removesuffix(".txt") for file in files(__name__).iterdir() if file.name.endswith(".txt"))

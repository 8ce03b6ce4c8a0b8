"""Whether two archives know the same: `python -m tests.store.compare ONE OTHER`, each the folder of an archive.

Compares what articles are, what they say of names and what is made of it, row by row. Numbers of changes are left out,
for they tell in which order an archive came to be as it is. Both archives may be of different schemas; they are only
read.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.console import Console

# In the order of the tables. Every schema has these columns but `published_at`, `furniture` and those of quotes, which
# are compared where both have them.
_TABLES = {
    "article": "id, external_id, revision, status, headline, date, published_at, dateline, source, url, authors, "
    "language, content_sha256, pipeline, furniture, blocks",
    "entity": "id, type, name, folded, country, article_count, mention_count, first_date, last_date, role, prominence, "
    "stale, hidden",
    "alias": "entity_id, text, folded, kind, count",
    "article_entity": "article_id, key, entity_id, name, country, count, first, split, surname",
    "mention": "article_id, start, end, surface, type, rule, confidence, key, entity_id, pipeline, role",
    "acronym": "article_id, short, long",
    "quote": "article_id, start, end, speaker_start, speaker_end, named, cue, rule, confidence, text",
    "mentioned_date": "article_id, start, end, value, granularity, rule, confidence, text",
}
_SHOWN = 5


def differences(one: Path, other: Path) -> dict[str, tuple[int, int, list[str]]]:
    """By table: how many rows each has, and rows that only one of them has, which of the two before it."""
    found = {}
    for table, names in _TABLES.items():
        columns = [name for name in names.split(", ") if all(name in _columns(each, table) for each in (one, other))]
        if not columns:
            continue
        rows = [_rows(folder, table, columns) for folder in (one, other)]
        lacking = [f"{folder}: {row}" for n, folder in enumerate((one, other)) for row in rows[n] - rows[1 - n]]
        found[table] = (len(rows[0]), len(rows[1]), sorted(lacking))
    return found


def _columns(folder: Path, table: str) -> set[str]:
    return {name for _, name, *_ in _asked(folder, f"PRAGMA table_info({table})")}


def _rows(folder: Path, table: str, columns: list[str]) -> set[tuple[Any, ...]]:
    quoted = ", ".join(f'"{column}"' for column in columns)
    return set(_asked(folder, f"SELECT {quoted} FROM {table}"))


def _asked(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{folder / 'archive.sqlite'}?mode=ro", uri=True)) as connection:
        return list(connection.execute(query))


def main() -> int:
    console = Console(highlight=False, markup=False)
    found = differences(*map(Path, sys.argv[1:3]))
    for table, (one, other, lacking) in found.items():
        console.print(f"{table}: {one:,} and {other:,} rows, {len(lacking):,} of them not in both")
        for row in lacking[:_SHOWN]:
            console.print(f"  {row}")
    return int(any(lacking for *_, lacking in found.values()))


if __name__ == "__main__":
    sys.exit(main())

"""Whether two archives know the same: `python -m tests.store.compare ONE OTHER`, each the folder of an archive.

Compares what articles say of names and what is made of it, row by row. Numbers of changes are left out, for they tell
in which order an archive came to be as it is. Both archives may be of different schemas, and are only read.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from rich.console import Console

# The columns that every schema has, in the order of the tables.
_TABLES = {
    "entity": "id, type, name, folded, country, article_count, mention_count, first_date, last_date, role, prominence, "
    "stale, hidden",
    "alias": "entity_id, text, folded, kind, count",
    "article_entity": "article_id, key, entity_id, name, country, count, first, split, surname",
    "mention": "article_id, start, end, surface, type, rule, confidence, key, entity_id, pipeline, role",
    "acronym": "article_id, short, long",
}
_SHOWN = 5


def differences(one: Path, other: Path) -> dict[str, tuple[int, int, list[str]]]:
    """By table: how many rows each has, and rows that only one of them has, which of the two before it."""
    found = {}
    for table, columns in _TABLES.items():
        rows = [_rows(folder, table, columns) for folder in (one, other)]
        lacking = [f"{folder}: {row}" for n, folder in enumerate((one, other)) for row in rows[n] - rows[1 - n]]
        found[table] = (len(rows[0]), len(rows[1]), sorted(lacking))
    return found


def _rows(folder: Path, table: str, columns: str) -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{folder / 'archive.sqlite'}?mode=ro", uri=True)) as connection:
        quoted = ", ".join(f'"{column.strip()}"' for column in columns.split(","))
        return set(connection.execute(f"SELECT {quoted} FROM {table}"))


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

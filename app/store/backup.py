"""A copy of the rows, taken while others read and write."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from app.errors import SettingsInvalid, StorageFailed
from app.store.database import Database


def backup(database: Database, target: Path) -> int:
    """Write all rows, as they stand at one moment, to a new file, and read it again whole. Its size in bytes.

    Under its name it is complete or not there. It is for the owner alone: it holds what the archive holds.
    """
    if target.exists():
        raise SettingsInvalid(f"{target} is there already; a backup never overwrites.")
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(database.connect()) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
            [(verdict,)] = copy.execute("PRAGMA quick_check(1)")
            if verdict != "ok":
                raise StorageFailed(f"The copy of {database.path} is damaged: {verdict}.")
        _sync(unfinished)
        unfinished.rename(target)
        _sync(target.parent)
    except sqlite3.Error as error:
        raise StorageFailed(f"{database.path} could not be copied to {target}: {error}.") from error
    finally:
        for left in target.parent.glob(f"{unfinished.name}*"):
            left.unlink()
    return target.stat().st_size


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

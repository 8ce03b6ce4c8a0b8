"""A copy of the rows, taken while others read and write."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import mkstemp

from app.errors import SettingsInvalid, StorageFailed
from app.store.database import Database, sync


def backup(database: Database, target: Path) -> int:
    """Write all rows, as they stand at one moment, to a new file, and read it again whole. Its size in bytes.

    Under its name it is complete or not there. It is for the owner alone: it holds what the archive holds.
    """
    if os.path.lexists(target):
        raise _taken(target)
    # A name of its own, for two may be made at once; for the owner alone.
    descriptor, made = mkstemp(dir=target.parent, prefix=".dateline-backup-")
    os.close(descriptor)
    unfinished = Path(made)
    try:
        with closing(database.connect()) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
            [(verdict,)] = copy.execute("PRAGMA quick_check(1)")
            if verdict != "ok":
                raise StorageFailed(f"The copy of {database.path} is damaged: {verdict}.")
        sync(unfinished)
        _name(unfinished, target)
        sync(target.parent)
    except sqlite3.Error as error:
        raise StorageFailed(f"{database.path} could not be copied to {target}: {error}.") from error
    finally:
        for left in target.parent.glob(f"{unfinished.name}*"):
            left.unlink(missing_ok=True)
    return target.stat().st_size


def _name(unfinished: Path, target: Path) -> None:
    """At last, and unlike a rename never in place of what came there meanwhile."""
    try:
        os.link(unfinished, target)
    except FileExistsError:
        raise _taken(target) from None
    except OSError:
        # A disk without hard links: the name is taken first, by an empty file.
        try:
            target.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            raise _taken(target) from None
        unfinished.rename(target)


def _taken(target: Path) -> SettingsInvalid:
    return SettingsInvalid(f"{target} is there already; a backup never overwrites.")

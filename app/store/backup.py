"""A copy of the rows, taken while others read and write."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkstemp

from app.disk import fsync_path
from app.errors import SettingsInvalid
from app.store.database import Database

_KEPT_THERE = ("ingest.lock", "ingest.queue", "run.lock", "index")
_SIDES = ("-wal", "-shm", "-journal")
"""What SQLite puts after the name of a file, for what belongs to it."""


def write_backup(database: Database, target: Path) -> int:
    """Write all rows, as they stand at one moment, to a new file, and read it again whole. Its size in bytes.

    Under its name it is complete or not there. It is for the owner alone: it holds what the archive holds.
    """
    if os.path.lexists(target):
        raise _exists_error(target)
    if database.file is not None:
        _check_target(database.file, target)
    # A name of its own, for two may be made at once; for the owner alone.
    descriptor, made = mkstemp(dir=target.parent, prefix=".dateline-backup-")
    os.close(descriptor)
    unfinished = Path(made)
    try:
        database.copy_to(unfinished)
        fsync_path(unfinished)
        _move_into_place(unfinished, target)
        fsync_path(target.parent)
    finally:
        for left in target.parent.glob(f"{unfinished.name}*"):
            left.unlink(missing_ok=True)
    return target.stat().st_size


def _check_target(archive: Path, target: Path) -> None:
    """Raise where the copy would be taken for a part of an archive, and overwritten itself."""
    name, folder, home = target.name.casefold(), target.parent.resolve(), archive.parent.resolve()
    if name.endswith(_SIDES):
        raise SettingsInvalid(
            f"{target} cannot be a backup: SQLite takes files that end so for its own and removes them."
        )
    for side in _SIDES:
        if os.path.lexists(f"{target}{side}"):
            raise SettingsInvalid(f"{target} cannot be a backup: {target.name}{side} is there, and belongs to another.")
    if folder.is_relative_to(home / "index") or (
        folder == home and name.lstrip(".").startswith((archive.name.casefold(), *_KEPT_THERE))
    ):
        raise SettingsInvalid(f"{target} cannot be a backup: Dateline keeps files of its own there.")


def _move_into_place(unfinished: Path, target: Path) -> None:
    """Give it its name at last, and unlike a rename never in place of what came there meanwhile."""
    try:
        os.link(unfinished, target)
    except FileExistsError:
        raise _exists_error(target) from None
    except OSError:
        # A disk without hard links: the name is taken first, by an empty file.
        try:
            target.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            raise _exists_error(target) from None
        unfinished.rename(target)


def _exists_error(target: Path) -> SettingsInvalid:
    return SettingsInvalid(f"{target} is there already; a backup never overwrites.")

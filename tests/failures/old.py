"""Archives as each version left them: three articles about a lighthouse, one of them in its second revision, a copy and
a rejection; from 0002 on two decisions, from 0003 on the key of `AS_ADMIN`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from app.settings import Settings

ARCHIVES = sorted((Path(__file__).parent / "archives").glob("*.sql"))
MERGED, TARGET = "person-ernest-shackleton", "person-robert-scott"
RENAMED = "person-roald-amundsen"


def restore(dump: Path, folder: Path) -> Settings:
    settings = Settings(data_dir=folder, ingest_workers=1)
    folder.mkdir()
    with closing(sqlite3.connect(settings.database_path)) as connection:
        # Every version left the file in this mode; a dump does not say so.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(dump.read_text())
    return settings

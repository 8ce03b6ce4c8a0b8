from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.archive import open_archive
from app.errors import IndexUnavailable
from app.settings import Settings
from app.store.articles import stats


def test_an_archive_begins_empty_and_in_its_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new" / "data")
    with open_archive(settings) as archive:
        assert archive.engine.status().documents == 0
        assert archive.engine.status().fingerprint == archive.fingerprint
        with archive.database.reading() as session:
            assert stats(session).articles == 0
    assert settings.database_path.is_file()
    assert stat.S_IMODE(settings.index_dir.stat().st_mode) == 0o700


def test_it_opens_again_and_twice_at_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with open_archive(settings) as one, open_archive(settings) as other:
        assert one.engine.status() == other.engine.status()


def test_an_index_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with open_archive(settings) as archive:
        archive.engine.rebuild([], sequence=0)
    for file in settings.index_dir.iterdir():
        file.write_bytes(b"\0")
    with pytest.raises(IndexUnavailable, match="reindex"):
        open_archive(settings)

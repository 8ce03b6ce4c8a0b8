from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.archive import open_archive
from app.errors import IndexUnavailable, SettingsInvalid
from app.settings import Settings
from app.store.articles import archive_stats
from app.trust import exposed


def test_an_archive_begins_empty_and_in_its_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new" / "data")
    with open_archive(settings) as archive:
        assert archive.engine.status().documents == 0
        assert archive.engine.status().fingerprint == archive.fingerprint
        with archive.database.reading() as session:
            assert archive_stats(session).articles == 0
    assert settings.database_path.is_file()
    assert stat.S_IMODE(settings.index_dir.stat().st_mode) == 0o700


def test_a_new_archive_is_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new" / "data")
    with open_archive(settings) as archive:
        with archive.database.writing():
            pass
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in settings.data_dir.iterdir()}
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700
    assert modes == {name: 0o700 if name == "index" else 0o600 for name in modes}
    assert "archive.sqlite-wal" in modes


def test_one_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    open_archive(settings).close()
    settings.database_path.chmod(0o640)
    settings.data_dir.chmod(0o750)
    open_archive(settings).close()
    assert stat.S_IMODE(settings.database_path.stat().st_mode) == 0o640
    assert not exposed(settings.database_path)
    settings.database_path.chmod(0o644)
    assert not exposed(settings.database_path)
    settings.data_dir.chmod(0o755)
    assert exposed(settings.database_path)


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


def test_a_cluster_that_nothing_here_can_speak_with_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.archive.find_spec", lambda _name: None)
    with pytest.raises(SettingsInvalid, match=r"pip install 'dateline\[cluster\]'"):
        open_archive(Settings(data_dir=tmp_path / "data", search_url=SecretStr("http://127.0.0.1:1")))

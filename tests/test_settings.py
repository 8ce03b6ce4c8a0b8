from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import SettingsInvalid
from app.settings import Settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATELINE_DATA_DIR", raising=False)


def test_defaults() -> None:
    settings = Settings.read()
    assert (settings.data_dir, settings.host, settings.port) == (Path("data"), "127.0.0.1", 8000)
    assert settings.database_path == Path("data/archive.sqlite")
    assert settings.recognising_processes >= 1


def test_what_is_given_comes_before_the_environment_and_that_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("DATELINE_PORT=1\nDATELINE_HOST=file\nDATELINE_DATA_DIR=file\nANOTHER=x\n")
    monkeypatch.setenv("DATELINE_PORT", "2")
    monkeypatch.setenv("DATELINE_HOST", "environment")
    settings = Settings.read(port=3, host=None)
    assert (settings.port, settings.host, settings.data_dir) == (3, "environment", Path("file"))


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_PORT", "")
    assert Settings.read().port == 8000


def test_what_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_PORT", "many")
    with pytest.raises(SettingsInvalid, match="DATELINE_PORT cannot be 'many'"):
        Settings.read()


def test_a_secret_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_DATABASE_URL", "mysql://ada:hunter2@db.example/news")
    with pytest.raises(SettingsInvalid, match="DATELINE_DATABASE_URL cannot be what it is") as told:
        Settings.read()
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RATE_LIMIT", "fast"),
        ("RATE_LIMIT", "0/minute"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://news.example/path"),
        ("CORS_ORIGINS", "https://news.example news.example"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("SEARCH_URL", "search.example:9200"),
        ("SEARCH_URL", "ftp://search.example"),
        ("SEARCH_URL", "https://search.example https://a b"),
        ("SEARCH_INDEX", "Upper"),
        ("SEARCH_SHARDS", "0"),
        ("LOG_FORMAT", "xml"),
        ("PUBLIC_URL", "news.example"),
        ("PUBLIC_URL", "ftp://news.example"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://news.example?a=b"),
        ("PUBLIC_URL", "https://news.example/#top"),
        ("PUBLIC_URL", "https://user@news.example"),
        ("PUBLIC_URL", "https://news.example/a b"),
        ("PUBLIC_URL", "https://news.example/a/../b"),
        ("PUBLIC_URL", "https://news.example//b"),
        ("PUBLIC_URL", "https://news.example/%2e"),
    ],
)
def test_what_guards_the_server_is_not_guessed(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"DATELINE_{name}", value)
    with pytest.raises(SettingsInvalid, match=f"DATELINE_{name}"):
        Settings.read()


def test_searches_at_once_are_shared_by_the_processes() -> None:
    assert Settings(searches=8, workers=4).searches_at_once == 2
    assert Settings(searches=1, workers=4).searches_at_once == 1
    assert Settings().searches_at_once >= 2


def test_nodes_of_a_cluster_stand_beside_each_other_and_what_lets_in_is_not_shown() -> None:
    settings = Settings.read(search_url="https://me:secret@a.example:9200/search  http://[::1]:9201")
    assert settings.search_nodes == ("https://me:secret@a.example:9200/search", "http://[::1]:9201")
    assert "secret" not in repr(settings)
    assert Settings.read().search_nodes == ()

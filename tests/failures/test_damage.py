"""Every file of an index, emptied, cut in half, or with one bit turned: found when it is opened or verified, and built
again from the rows."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from app.api.app import create_api
from app.archive import open_archive
from app.errors import IndexUnavailable
from app.ingest import indexing, standing
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.search.query import Query, Word
from app.settings import Settings
from tests.api.test_app import ready
from tests.failures.command import dateline
from tests.failures.conftest import article
from tests.served import serve


def emptied(raw: bytes) -> bytes:
    return b""


def cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def turned(raw: bytes) -> bytes:
    """One bit of something that is written: past the padding between the arrays."""
    place = max(n for n in range(len(raw) // 2, len(raw)) if raw[n]) if any(raw[len(raw) // 2 :]) else 0
    return raw[:place] + bytes([raw[place] ^ 4]) + raw[place + 1 :]


DAMAGES: list[Callable[[bytes], bytes]] = [emptied, cut, turned]


def files(folder: Path) -> list[str]:
    """Of an index; the lock's file holds nothing."""
    return sorted(path.name for path in (folder / "index").iterdir() if path.stat().st_size)


# Whoosh leaves the file open that it could not read.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("damage", DAMAGES)
def test_it_is_found_and_mended(filled: Path, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    for name in files(filled):
        folder = tmp_path / f"{damage.__name__}-{name}"
        shutil.copytree(filled, folder)
        path = folder / "index" / name
        path.write_bytes(damage(path.read_bytes()))
        with open_archive(Settings(data_dir=folder), allow_missing_index=True) as archive:
            assert [finding.store for finding in verify(archive)] == ["index"], name
            indexing.rebuild(archive)
            assert verify(archive, deep=True) == []
            assert archive.engine.search(Query(Word("lighthouse"))).total == 40


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("damage", [cut, turned])
def test_a_server_never_fails_over_it(filled: Path, damage: Callable[[bytes], bytes]) -> None:
    for name in files(filled):
        path = filled / "index" / name
        path.write_bytes(damage(path.read_bytes()))
    with serve(create_api(Settings(data_dir=filled))) as client:
        assert client.get("/v1/search?q=lighthouse").status_code in (200, 503)
        ready(client)
        assert client.get("/v1/search?q=lighthouse").json()["total"] == 40


@pytest.fixture
def swapped(filled: Path, tmp_path: Path) -> Settings:
    """Rows of one archive beside the index of another: as many commits, as many changes, other articles."""
    settings = Settings(data_dir=tmp_path / "other")
    with open_archive(settings) as archive:
        for first in (0, 30):
            file = tmp_path / f"other-{first}.jsonl"
            file.write_text("".join(article(100 + n) for n in range(first, 30 if first == 0 else 40)))
            ingest([file], archive, IngestOptions(skip_entities=True))
        mine = archive.engine.status()
    shutil.rmtree(settings.index_dir)
    shutil.copytree(filled / "index", settings.index_dir)
    with open_archive(settings) as archive:
        other = archive.engine.status()
    assert (mine.generation, mine.sequence, mine.documents) == (other.generation, other.sequence, other.documents)
    return settings


def test_an_index_of_another_archive_is_never_believed(swapped: Settings) -> None:
    refused = dateline(swapped.data_dir, "search", "lighthouse")
    assert (refused.returncode, refused.stderr.count("\n")) == (74, 1), refused.stderr
    assert "dateline reindex" in refused.stderr
    with open_archive(swapped) as archive:
        assert [finding.store for finding in verify(archive)] == ["index"]
    with serve(create_api(swapped)) as client:
        while (answer := client.get("/v1/search?q=lighthouse")).status_code == 503:
            assert answer.json()["type"] == "/problems/index-unavailable"
        for hit in answer.json()["results"]:
            assert client.get(f"/v1/articles/{hit['id']}").status_code == 200
        ready(client)
        assert client.get("/v1/search?q=lighthouse").json()["total"] == 40


@pytest.mark.parametrize("content", [b"", b"no database", "CREATE TABLE other (x)"])
def test_rows_that_are_gone_are_not_taken_for_an_empty_archive(
    filled: Path, tmp_path: Path, content: bytes | str
) -> None:
    settings = Settings(data_dir=filled)
    settings.database_path.unlink()
    if isinstance(content, str):
        with closing(sqlite3.connect(settings.database_path)) as connection:
            connection.execute(content)
    else:
        settings.database_path.write_bytes(content)
    before = settings.database_path.read_bytes(), files(filled)
    for command in (["stats"], ["search", "x"], ["backup", tmp_path / "copy"], ["verify", "--repair"], ["serve"],
                    ["ingest", tmp_path / "0.jsonl", "--skip-entities"], ["reindex"]):  # fmt: skip
        refused = dateline(filled, *command)
        assert (refused.returncode, refused.stderr.count("\n")) == (74, 1), refused.stderr
    assert (settings.database_path.read_bytes(), files(filled)) == before
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(
    ("column", "deep"),
    [("body = CAST(x'41ff42' AS TEXT)", True), ("authors = '[\"x'", True), ("id = CAST(x'ff' AS TEXT)", False)],
)
def test_rows_that_cannot_be_read_are_findings(filled: Path, column: str, deep: bool) -> None:
    with open_archive(Settings(data_dir=filled)) as archive:
        with archive.database.writing() as session:
            session.connection().execute(text(f"UPDATE article SET {column} WHERE external_id = '7'"))
        found = verify(archive, deep=deep)
        assert "rows" in {finding.store for finding in found}, found
    ended = dateline(filled, "verify", "--repair", *(["--deep"] if deep else []))
    assert (ended.returncode, "Traceback" in ended.stderr) == (74, False), ended.stderr
    for command in (["search", "keeper 7"], ["stats"], ["reindex"]):
        assert "Traceback" not in dateline(filled, *command).stderr


def test_what_was_found_before_a_part_breaks_off_is_told(filled: Path) -> None:
    with open_archive(Settings(data_dir=filled)) as archive:
        with archive.database.writing() as session:
            session.connection().execute(text("UPDATE article SET status = 'withdrawn' WHERE external_id = '3'"))
            session.connection().execute(text("UPDATE article SET authors = '[' WHERE external_id = '39'"))
        told = [finding.message for finding in verify(archive, deep=True)]
    assert any("was withdrawn and is found" in message for message in told)
    assert any("its JSON cannot be read" in message for message in told)


def test_of_many_findings_the_first_are_shown_and_how_many_more(filled: Path) -> None:
    with open_archive(Settings(data_dir=filled)) as archive, archive.database.writing() as session:
        session.connection().execute(text("UPDATE article SET status = 'withdrawn'"))
    told = dateline(filled, "verify").stderr.splitlines()
    assert len(told) == 22
    assert told[-2:] == ["… and 20 more.", "40 findings."]


def test_a_log_without_its_archive_is_not_replayed_into_a_new_one(filled: Path, tmp_path: Path) -> None:
    (filled / "archive.sqlite").rename(filled / "archive.sqlite-wal")
    refused = dateline(filled, "ingest", tmp_path / "0.jsonl", "--skip-entities")
    assert refused.returncode == 74
    assert "without its archive" in refused.stderr


def test_a_hit_whose_row_was_lost_is_said(filled: Path) -> None:
    with open_archive(Settings(data_dir=filled)) as archive, archive.database.writing() as session:
        session.connection().execute(text("DELETE FROM article WHERE external_id = '7'"))
    refused = dateline(filled, "search", "keeper 7")
    assert (refused.returncode, refused.stderr.count("\n")) == (74, 1), refused.stderr
    with serve(create_api(Settings(data_dir=filled))) as client:
        ready(client)
        assert client.get("/v1/search?q=keeper+7").status_code == 503
        assert client.get("/v1/search?q=keeper+8").status_code == 200
    assert dateline(filled, "verify", "--repair").returncode == 0
    assert dateline(filled, "search", "keeper 7").returncode == 0


def test_an_empty_archive_knows_its_index_again(tmp_path: Path) -> None:
    with open_archive(Settings(data_dir=tmp_path)) as archive:
        indexing.rebuild(archive)
        assert standing.is_ours(archive)


def test_without_the_rows_to_build_from_it_is_said(filled: Path) -> None:
    for name in files(filled):
        (filled / "index" / name).write_bytes(b"x")
    with pytest.raises(IndexUnavailable, match="dateline reindex"):
        open_archive(Settings(data_dir=filled))

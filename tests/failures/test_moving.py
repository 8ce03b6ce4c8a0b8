"""An archive that moves into PostgreSQL while a server is read from and written to."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import NullPool, create_engine, text

from app.archive import open_archive, open_rows
from app.ingest.verify import verify
from app.settings import Settings
from tests.conftest import RECORDS, WriteRecords
from tests.failures.command import ROOT, dateline, serving
from tests.served import AS_ADMIN, admit_the_admin
from tests.store import postgres
from tests.store.all_rows import all_rows

_WAITING = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = CAST('sketch' AS regclass)"


@dataclass
class _Load:
    """What a server acknowledged, by article, and what it answered but "later"."""

    told: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def write(self, base: str) -> None:
        with httpx.Client(base_url=base, headers=AS_ADMIN, timeout=120) as http:
            for number in count():
                if self.over.is_set():
                    return
                text = f"Lamp {number} was lit."
                sent = {"id": number % 40, "source": "Wire", "title": "L", "text": text}
                answer = http.post("/v1/articles", json=sent)
                if answer.status_code == 200:
                    self.told[answer.json()["results"][0]["id"]] = text
                elif answer.status_code != 503:
                    self.refused.append(answer.text)


def test_nothing_that_was_acknowledged_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bin = postgres.binaries()
    if bin is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = tmp_path / "data"
    monkeypatch.setenv("DATELINE_RECOGNISE", "false")
    with open_archive(Settings(data_dir=folder)) as archive:
        admit_the_admin(archive)
    load = _Load()
    with postgres.serving(bin) as server:
        url = server.create("moved")
        with serving(folder) as (_, base):
            writer = threading.Thread(target=load.write, args=(base,))
            writer.start()
            try:
                for _ in range(2):
                    before = len(load.told)
                    while len(load.told) <= before < 39:
                        load.over.wait(0.01)
                    moved = dateline(folder, "migrate-to", url)
                    assert (moved.returncode, moved.stderr) == (0, ""), moved.stderr
                    assert "the same in both" in moved.stdout
            finally:
                load.over.set()
                writer.join()
        # The server has ended: this brings the last of it.
        last = dateline(folder, "migrate-to", url)
        assert (last.returncode, last.stdout.startswith("0 rows copied")) == (0, True), last.stderr
        assert load.refused == []
        with open_archive(Settings(data_dir=folder, database_url=SecretStr(url))) as archive:
            assert verify(archive, deep=True) == []
            assert dict(archive.database.rows("SELECT id, body FROM article")) == load.told
        # And back, into a file that takes the place of the old one; the index goes with either.
        monkeypatch.setenv("DATELINE_DATABASE_URL", url)
        back = dateline(folder, "migrate-to", tmp_path / "back.sqlite")
        assert (back.returncode, "the same in both" in back.stdout) == (0, True), back.stderr
        monkeypatch.delenv("DATELINE_DATABASE_URL")
        for left in folder.glob("archive.sqlite*"):
            left.unlink()
        (tmp_path / "back.sqlite").rename(folder / "archive.sqlite")
        with open_archive(Settings(data_dir=folder)) as archive:
            assert verify(archive, deep=True) == []
            assert dict(archive.database.rows("SELECT id, body FROM article")) == load.told


def test_killed_in_the_midst_it_leaves_the_copy_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_records: WriteRecords
) -> None:
    """Once as it copies, and once as it brings what came since: it waits for a table that somebody else has, behind
    others that it has written."""
    bin = postgres.binaries()
    if bin is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = tmp_path / "data"
    monkeypatch.setenv("DATELINE_RECOGNISE", "false")
    with postgres.serving(bin) as server:
        url = server.create("killed")
        engine = create_engine(url, poolclass=NullPool)
        with open_rows(url) as database:
            for had, has in ((0, 5), (5, 9)):
                assert dateline(folder, "ingest", write_records(f"{has}.jsonl", RECORDS[:has])).returncode == 0
                before = all_rows(database)
                assert len(before["article"]) == had
                with engine.connect() as other:
                    other.execute(text("LOCK TABLE sketch IN SHARE MODE"))
                    process = subprocess.Popen(
                        [sys.executable, "-m", "app", "migrate-to", url, "--data-dir", str(folder)], cwd=ROOT
                    )
                    while not database.rows(_WAITING):
                        assert process.poll() is None
                    process.kill()
                    process.wait()
                assert all_rows(database) == before
                moved = dateline(folder, "migrate-to", url)
                assert (moved.returncode, "the same in both" in moved.stdout) == (0, True), moved.stderr
                assert len(all_rows(database)["article"]) == has

"""An archive that moves into PostgreSQL while a server is read from and written to."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from app.archive import open_archive
from app.ingest.verify import verify
from app.settings import Settings
from tests.failures.command import dateline, serving
from tests.served import AS_ADMIN, admit_the_admin
from tests.store import postgres


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

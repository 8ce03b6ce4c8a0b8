"""The life of the application: what it finds when it starts, and what others do beside it."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from app.api.app import create_api
from app.archive import open_archive
from app.http import keeper
from app.ingest.lock import writing_alone
from app.ingest.pipeline import IngestOptions, ingest
from app.search.whoosh.segment import EXTENSION
from app.settings import Settings
from app.store.articles import touch
from app.store.tables import Article
from tests.served import serve


def add(settings: Settings, *names: str) -> None:
    """Ingest articles as another process would."""
    records = [json.dumps({"id": name, "text": f"The {name} keeps a lighthouse."}) for name in names]
    file = settings.data_dir.parent / f"{names[0]}.jsonl"
    file.write_text("\n".join(records), encoding="utf-8")
    with open_archive(settings) as archive:
        ingest([file], archive, IngestOptions(skip_entities=True))


def fall_behind(settings: Settings) -> None:
    """Change rows without telling the index: what a crash between the two leaves."""
    with open_archive(settings) as archive, archive.database.writing() as session:
        touch(session, session.exec(select(Article.id)).all())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path / "data")
    add(settings, "baker", "miller")
    return settings


def ready(client: httpx.Client) -> None:
    """Waits until the index is whole: a start does not."""
    deadline = time.monotonic() + 30
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def total(client: httpx.Client) -> int:
    return int(client.get("/v1/search", params={"q": "lighthouse"}).json()["total"])


def test_a_start_brings_the_index_up_to_date(settings: Settings) -> None:
    fall_behind(settings)
    with serve(create_api(settings)) as client:
        ready(client)
        assert client.get("/v1/stats").json()["index"]["lag"] == 0


def test_it_serves_while_another_ingests_and_says_that_it_is_behind(settings: Settings) -> None:
    fall_behind(settings)
    with writing_alone(settings.lock_path), serve(create_api(settings)) as client:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert answer.json()["type"] == "/problems/index-unavailable"
        assert "2 changes" in answer.json()["detail"]
        assert client.get("/healthz").status_code == 200
        assert client.get("/v1/stats").json()["index"]["lag"] == 2
        assert total(client) == 2


def test_what_a_killed_ingest_left_is_brought_in_and_what_one_is_at_is_not(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "_PATIENCE", 0.05)
    monkeypatch.setattr(keeper, "_LEFT", 0.2)
    with serve(create_api(settings)) as client:
        ready(client)
        with writing_alone(settings.run_lock_path):
            fall_behind(settings)
            time.sleep(1)
            assert client.get("/readyz").status_code == 503
        ready(client)
        assert client.get("/v1/stats").json()["index"]["lag"] == 0


def test_a_lost_index_is_made_again_from_the_rows(settings: Settings) -> None:
    shutil.rmtree(settings.index_dir)
    with serve(create_api(settings)) as client:
        ready(client)
        assert total(client) == 2


def test_while_it_is_made_searches_are_put_off_and_articles_are_read(settings: Settings) -> None:
    """Nothing found would be taken for the truth."""
    with open_archive(settings) as archive, archive.database.reading() as session:
        [first, _] = session.exec(select(Article.id)).all()
    shutil.rmtree(settings.index_dir)
    with writing_alone(settings.lock_path), serve(create_api(settings)) as client:
        entity = "/v1/entities/place-norway"
        counted = ["/v1/search?q=lighthouse", "/v1/timeline", entity, f"{entity}/related", f"{entity}/timeline"]
        for path in (*counted, f"/v1/articles/{first}/similar", "/readyz"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/index-unavailable")
            assert answer.headers["Retry-After"]
        assert client.get(f"/v1/articles/{first}").status_code == 200


def test_damage_behind_a_failure_is_found_and_mended(settings: Settings) -> None:
    """As a failing disk does it: in place, while the server has the file mapped."""
    app = create_api(settings)
    with serve(app) as client:
        ready(client)
        [segment] = settings.index_dir.glob(f"*{EXTENSION}")
        generation = client.get("/readyz").json()["generation"]
        raw = segment.read_bytes()
        with segment.open("r+b") as file:
            file.seek(len(raw) // 2)
            file.write(bytes(byte ^ 0xFF for byte in raw[len(raw) // 2 :]))
        app.state.keeper.suspect()
        deadline = time.monotonic() + 30
        while client.get("/readyz").json().get("generation", generation) == generation:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert total(client) == 2


# Whoosh leaves the file open that it could not read.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_damaged_index_is_made_again_from_the_rows(settings: Settings) -> None:
    for file in settings.index_dir.rglob("*.toc"):
        file.write_bytes(b"not an index")
    with serve(create_api(settings)) as client:
        ready(client)
        assert total(client) == 2


def test_what_another_process_adds_is_found_and_tags_change(settings: Settings) -> None:
    paths = ["/v1/search?q=lighthouse", "/v1/stats", "/v1/timeline"]
    with serve(create_api(settings)) as client:
        before = [client.get(path).headers["ETag"] for path in paths]
        add(settings, "tailor")
        deadline = time.monotonic() + 5
        while total(client) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        after = [client.get(path, headers={"If-None-Match": tag}) for path, tag in zip(paths, before, strict=True)]
        assert [answer.status_code for answer in after] == [200, 200, 200]


def test_pages_go_on_as_they_began_while_articles_come_in(settings: Settings) -> None:
    with serve(create_api(settings)) as client:
        first = client.get("/v1/search", params={"q": "lighthouse", "limit": 1}).json()
        add(settings, "tailor", "smith")
        second = client.get(first["next"]).json()
        assert second["total"] == first["total"] == 2
        assert "next" not in second
        assert first["results"][0]["id"] != second["results"][0]["id"]

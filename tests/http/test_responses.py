from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.api.app import create_api
from app.archive import open_archive
from app.http.responses import PIECE, CompressionFeed
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from tests.served import Api, closed, serve

READS = [
    "/v1/search?q=harbour&facet=person",
    "/v1/timeline?q=harbour",
    "/v1/autocomplete?q=har",
    "/v1/articles/{id}",
    "/v1/articles/{id}?q=harbour",
    "/v1/articles/{id}/text",
    "/v1/articles/{id}/similar",
    "/v1/entities",
    "/v1/entities/person-narendra-modi",
    "/v1/entities/person-narendra-modi/related",
    "/v1/entities/person-narendra-modi/timeline",
    "/v1/sources",
    "/v1/stats",
]


@pytest.fixture(scope="module")
def article_id(api: Api) -> str:
    return str(api.get("/v1/search", q="dockers")["results"][0]["id"])


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An archive of one article of 1 MB."""
    folder = tmp_path_factory.mktemp("large")
    text = "".join(f"Keeper {number} of a lighthouse. " for number in range(30_000))
    (folder / "large.jsonl").write_text(json.dumps({"text": text}), encoding="utf-8")
    settings = Settings(data_dir=folder / "data")
    with open_archive(settings) as archive:
        ingest([folder / "large.jsonl"], archive, IngestOptions(skip_entities=True))
    app = create_api(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


@pytest.mark.parametrize("path", READS)
def test_who_has_it_is_told_so(api: Api, path: str, article_id: str) -> None:
    path = path.format(id=article_id)
    first = api.http.get(path)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"
    for known in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = api.http.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "X-Request-ID" in again.headers
        assert again.headers["Vary"] == "Accept-Encoding"
    twice = api.http.get(path, headers=[("If-None-Match", '"other"'), ("If-None-Match", tag)])
    assert twice.status_code == 304
    assert api.http.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_another_question_has_another_tag(api: Api, article_id: str) -> None:
    paths = [path.format(id=article_id) for path in READS]
    assert len({api.http.get(path).headers["ETag"] for path in paths}) == len(paths)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/articles/nope/similar", 404),
        ("/v1/search?cursor=bad", 400),
        ("/v1/search?entity_name=Nobody", 422),
        ("/v1/timeline?entity_name=Nobody", 422),
        ("/v1/entities/person-nobody/timeline", 404),
        ("/v1/articles/nope", 404),
    ],
)
def test_of_what_is_not_there_nobody_has_any(api: Api, path: str, status: int) -> None:
    assert api.http.get(path, headers={"If-None-Match": "*"}).status_code == status


def test_a_post_does_what_it_is_asked_whatever_the_client_has(api: Api, article_id: str) -> None:
    for known in ("*", 'W/"other"'):
        answer = api.http.post("/v1/articles/lookup", json={"ids": [article_id]}, headers={"If-None-Match": known})
        assert (answer.status_code, "ETag" in answer.headers) == (200, False)


def test_a_head_is_answered_as_the_get_would_be(api: Api) -> None:
    tag = api.http.head("/v1/stats").headers["ETag"]
    assert api.http.head("/v1/stats", headers={"If-None-Match": tag}).status_code == 304


def test_between_the_pieces_of_a_large_answer_others_have_their_turn() -> None:
    body = bytes(range(256)) * 4_096
    pieces: list[tuple[int, bytes, bool]] = []
    turns = 0

    async def large(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.body":
            pieces.append((turns, message["body"], message["more_body"]))

    async def run() -> None:
        beside = asyncio.create_task(others())
        await CompressionFeed(large)({"type": "http"}, asyncio.Queue().get, sent)
        beside.cancel()

    asyncio.run(run())
    assert b"".join(piece for _, piece, _ in pieces) == body
    assert max(len(piece) for _, piece, _ in pieces) == PIECE
    assert [more for *_, more in pieces] == [True] * (len(pieces) - 1) + [False]
    assert len({turn for turn, *_ in pieces}) == len(pieces) == 8


@pytest.mark.parametrize("coding", ["identity", "gzip", "br", "zstd"])
def test_a_large_answer_is_whole_however_it_is_packed(large: Api, coding: str) -> None:
    [hit] = large.get("/v1/search")["results"]
    path = f"/v1/articles/{hit['id']}/text"
    answer = large.http.get(path, headers={"Accept-Encoding": coding})
    assert answer.headers.get("Content-Encoding", "identity") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.text == large.get(f"/v1/articles/{hit['id']}")["body"]
    head = large.http.head(path, headers={"Accept-Encoding": coding})
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", answer.headers["ETag"])
    assert large.http.get("/healthz").status_code == 200, "the connection is where it should be"

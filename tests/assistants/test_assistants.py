"""The archive as an assistant sees it: the official client, over HTTP and over standard input and output."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from app.archive import open_archive
from app.assistants.door import serve_assistants
from app.ingest.pipeline import ingest
from app.settings import Settings
from app.store import keys
from app.web.site import create_app
from tests.conftest import RECORDS
from tests.served import serve

if TYPE_CHECKING:
    from mcp.client.client import Client  # loaded by who calls: half a second for every process that collects tests

ROOT = Path(__file__).parents[2]
QUOTED = {
    "id": "pier",
    "date": "2001-05-05",
    "text": '"Nobody saw a thing that night on the pier," said Anna Lund, who runs the ferries to Denmark.',
}


WHEAT = [
    {"id": f"wheat-{number}", "text": f"Wheat of lot {number} was sold at noon.", "date": f"1990-02-{number:02}"}
    for number in range(10, 18)
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assistants")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, [*RECORDS, QUOTED, *WHEAT])), encoding="utf-8")
    with open_archive(Settings(data_dir=folder / "data", ingest_workers=1)) as archive:
        ingest([folder / "a.jsonl"], archive)
    return folder / "data"


@pytest.fixture
def http(data: Path) -> Iterator[httpx.Client]:
    app = create_app(Settings(data_dir=data))
    serve_assistants(app, "1")
    with serve(app) as client:
        yield client


def over_http(client: httpx.Client) -> Client:
    from mcp.client.client import Client

    return Client(f"{str(client.base_url).rstrip('/')}/mcp")


def over_pipes(data: Path) -> Client:
    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    command = StdioServerParameters(command=sys.executable, args=["-m", "app", "mcp", "--data-dir", str(data)])
    return Client(stdio_client(command))


def tell(answer: Any) -> Any:
    assert not answer.is_error, answer.content
    return answer.structured_content


async def what_was_said_and_told(client: Client, article: str) -> None:
    """Find a quote, the place where it stands, and the story of an article."""
    said = tell(await client.call_tool("find_quotes", {"speaker": "Anna Lund"}))
    [quote] = said["quotes"]
    assert (quote["speaker"], said["total"]) == ("Anna Lund", 1)
    assert quote["text"] in tell(await client.call_tool("read_article", {"id": quote["article"]}))["text"]
    where = tell(await client.call_tool("find_text", {"text": f"She said: {quote['text']}"}))
    assert [each["article"]["id"] for each in where["articles"]] == [quote["article"]]
    assert where["articles"][0]["passages"] == [quote["text"].rstrip(".,")]
    story = tell(await client.call_tool("read_story", {"id": article}))
    assert article in [each["id"] for each in story["articles"]]
    assert len(story["articles"]) == story["total"]
    assert any(name.startswith("Narendra Modi") for name in story["names"])


async def work_of_a_day(assistant: Client) -> None:
    """Search, read, find who is who, compare two weeks, cite."""
    async with assistant as client:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == {
            "search_articles", "read_article", "find_names", "describe_name", "count_over_time", "find_similar",
            "compare_spans", "find_quotes", "find_text", "read_story",
        }  # fmt: skip
        assert all(tool.description and tool.annotations and tool.annotations.read_only_hint for tool in tools)
        found = tell(await client.call_tool("search_articles", {"query": "truce", "names": ["Narendra Modi"]}))
        assert found["total"] == 2
        once = tell(await client.call_tool("search_articles", {"query": "truce", "collapse": "copies"}))
        assert 0 < len(once["articles"]) == once["total_collapsed"] <= once["total"]
        first = next(each for each in found["articles"] if each["headline"].startswith("Truce holds"))
        assert first["address"].endswith(f"/articles/{first['id']}")
        read = tell(await client.call_tool("read_article", {"id": first["id"], "length": 200}))
        assert len(read["text"]) == 200
        rest = tell(await client.call_tool("read_article", {"id": first["id"], "start": read["next_start"]}))
        assert "next_start" not in rest
        assert "Narendra Modi" in [each["name"] for each in read["names"]]
        [putin] = tell(await client.call_tool("find_names", {"name": "putin"}))["entities"]
        told = tell(await client.call_tool("describe_name", {"name": putin["id"]}))
        assert told["entity"]["article_count"] == 2
        assert any(name.startswith("Narendra Modi") for name in told["beside"])
        counted = tell(await client.call_tool("count_over_time", {"query": "dockers", "interval": "month"}))
        assert [bucket["count"] for bucket in counted["buckets"]] == [2]
        spans = {
            "first_from": "1998-03-01",
            "first_to": "1998-03-07",
            "second_from": "2025-05-08",
            "second_to": "2025-05-14",
        }
        compared = tell(await client.call_tool("compare_spans", spans))
        assert (compared["first"]["total"], compared["second"]["total"]) == (1, 2)
        assert "Vladimir Putin" in compared["only_second"]
        assert compared["more_in_first"] == compared["more_in_second"] == [], "so few articles tell nothing"
        years = {"first_from": "2001", "first_to": "2001", "second_from": "1990", "second_to": "1990"}
        told = tell(await client.call_tool("compare_spans", years))["more_in_first"]
        assert any(each.startswith("tide (") for each in told), told
        await what_was_said_and_told(client, first["id"])
        near = tell(await client.call_tool("find_similar", {"id": first["id"]}))
        assert near["articles"]


async def mistakes(assistant: Client) -> None:
    async with assistant as client:
        for tool, given, said in (
            ("read_article", {"id": "0000000000000000"}, "no article"),
            ("search_articles", {"date_from": "2025-13"}, "date_from"),
            ("search_articles", {"names": ["Vladmir Putin"]}, "Did you mean"),
            ("search_articles", {"limit": 5000}, "limit"),
            (
                "compare_spans",
                {"first_from": "", "first_to": "", "second_from": "2025", "second_to": "2025"},
                "first day",
            ),
        ):
            answer = await client.call_tool(tool, given)
            assert answer.is_error, given
            assert said in str(answer.content), answer.content


def test_over_http(http: httpx.Client) -> None:
    asyncio.run(work_of_a_day(over_http(http)))
    assert 'route="/mcp"' in http.get("/metrics").text


def test_over_pipes(data: Path) -> None:
    asyncio.run(work_of_a_day(over_pipes(data)))


def test_mistakes_say_what_to_do(http: httpx.Client) -> None:
    asyncio.run(mistakes(over_http(http)))


def test_the_first_to_ask_may_be_many(http: httpx.Client) -> None:
    """Also where one of them does not wait until the protocol is loaded."""
    ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Accept": "application/json, text/event-stream"}
    with socket.create_connection((http.base_url.host, http.base_url.port)) as impatient:
        body = json.dumps(ask).encode()
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        impatient.sendall(
            f"POST /mcp HTTP/1.1\r\nHost: {http.base_url.netloc.decode()}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n{head}\r\n".encode()
            + body
        )
    with ThreadPoolExecutor() as many:
        answers = list(many.map(lambda _: http.post("/mcp", json=ask, headers=headers), range(8)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}


def test_a_server_loads_the_protocol_for_the_first_to_ask() -> None:
    built = "import sys; from app.cli.server import application; application(); print('mcp' in sys.modules)"
    asked = [sys.executable, "-c", built]
    said = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60, cwd=ROOT).stdout
    assert said == "False\n"


def test_a_closed_archive_wants_a_key(data: Path) -> None:
    app = create_app(Settings(data_dir=data, require_key=True))
    serve_assistants(app, "1")
    with serve(app) as client:
        ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        headers = {"Accept": "application/json, text/event-stream"}
        assert client.post("/mcp", json=ask, headers=headers).status_code == 401
        with app.state.archive.database.writing() as session:
            key = keys.create_key(session, "assistant", ["read"], "")
        headers["Authorization"] = f"Bearer {key}"
        answer = client.post("/mcp", json=ask, headers=headers)
        assert answer.status_code == 200, answer.text

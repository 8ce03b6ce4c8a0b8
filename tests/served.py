"""The real server in a thread, and a client that holds every answer against the published schema."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx
import jsonschema
import uvicorn
from fastapi import FastAPI

from app.archive import Archive
from app.http.connection import Connection
from app.store.tables import Key

_SECRET = "known-to-the-tests"
AS_ADMIN = {"Authorization": f"Bearer 0000beef_{_SECRET}"}


def admit_the_admin(archive: Archive) -> None:
    """From now on the archive knows the key of `AS_ADMIN`."""
    secret = hashlib.sha256(_SECRET.encode()).hexdigest()
    with archive.database.writing() as session:
        session.add(Key(prefix="0000beef", secret_sha256=secret, name="admin", scopes=["admin"], created_at=""))


@dataclass(frozen=True)
class Api:
    """`schema` is that of all components, closed: an answer may hold nothing that is not published."""

    http: httpx.Client
    app: FastAPI
    schema: dict[str, Any]

    def _repr_pretty_(self, printer: Any, _is_cycle: bool) -> None:
        """Be short where Hypothesis shows what a test was given: the schema is long."""
        printer.text(f"Api({self.http.base_url})")

    @property
    def archive(self) -> Archive:
        archive: Archive = self.app.state.archive
        return archive

    def get(self, path: str, /, **params: Any) -> Any:
        answer = self.http.get(path, params=params or None)
        assert answer.status_code == 200, answer.text
        return self.checked("get", answer)

    def post(self, path: str, body: object) -> Any:
        answer = self.http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return self.checked("post", answer)

    def checked(self, method: str, answer: httpx.Response) -> Any:
        operation = self.operation(method, answer.request.url.path)
        content = operation["responses"][str(answer.status_code)]["content"]
        return self.fits(answer, content)

    def problem(self, answer: httpx.Response) -> Any:
        """The answer as a problem, held against the schema of all problems."""
        schema = {"$ref": "#/components/schemas/Problem"}
        found = self.fits(answer, {"application/problem+json": {"schema": schema}})
        assert found["status"] == answer.status_code
        assert unquote(found["instance"]) == answer.request.url.path
        assert found["request_id"] == answer.headers["X-Request-ID"]
        return found

    def fits(self, answer: httpx.Response, content: dict[str, Any]) -> Any:
        # Else a file of whatever type it says.
        media_type = answer.headers["Content-Type"].partition(";")[0]
        described = content[media_type if media_type in content else "application/octet-stream"]
        if described["schema"].get("type") == "string":
            return answer.text
        body = answer.json()
        jsonschema.Draft202012Validator({**described["schema"], "components": self.schema}).validate(body)
        return body

    def operation(self, method: str, path: str) -> Any:
        for template, operations in self.app.openapi()["paths"].items():
            if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path) and method in operations:
                return operations[method]
        raise AssertionError(f"The schema does not know {method} {path}")


@contextmanager
def serve(app: FastAPI, connection: type[Connection] = Connection, *, silent: bool = True) -> Iterator[httpx.Client]:
    """The real server on a free port, in a thread of this process. Unless it is silent, it logs as logging is set."""
    # With the protocol named, asyncio sets TCP_NODELAY; without it every answer waits 40 ms for an acknowledgement.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    logs: dict[str, Any] = {"log_level": "critical"} if silent else {"log_config": None, "access_log": False}
    server = uvicorn.Server(uvicorn.Config(app, http=connection, server_header=False, proxy_headers=False, **logs))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server ended before it was ready"
            time.sleep(0.01)
        with httpx.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def routes(found: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Method and path of every operation and page, also where FastAPI keeps them in the routers that they came with."""
    for each in found:
        if (router := getattr(each, "original_router", None)) is not None:
            yield from routes(router.routes)
        else:
            yield from ((method, each.path) for method in getattr(each, "methods", None) or () if method != "HEAD")


def closed(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas, with no key allowed that they do not name."""
    return {name: {**schema, "additionalProperties": False} for name, schema in schemas.items()}

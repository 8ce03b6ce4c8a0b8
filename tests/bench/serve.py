"""A peer behind the smallest FastAPI route that could be: `python -m tests.bench.serve PEER FOLDER PORT`.

The peers get the cheapest way there is: ready bytes, and an async handler, which spares the thread that our own server
takes to stay responsive.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import uvicorn
from fastapi import FastAPI, Response

from tests.bench.peers.peer import Peer, make

_encode = msgspec.json.Encoder().encode


def application(peer: Peer) -> FastAPI:
    app = FastAPI()

    @app.get("/search")
    async def search(q: str, facets: bool = False) -> Response:
        return Response(_encode(peer.page(q, facets)), media_type="application/json")

    return app


def main() -> None:
    name, folder, port = sys.argv[1:]
    peer = make(name, Path(folder), stored=True)
    peer.open()
    uvicorn.run(application(peer), port=int(port), log_level="warning", access_log=False, server_header=False)


if __name__ == "__main__":
    main()

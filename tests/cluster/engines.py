"""The engines that the suites of the port run over, each opened and emptied by a folder."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from app.search.engine import SearchEngine
from app.search.whoosh.engine import WhooshEngine

NODES = "TEST_CLUSTER"
"""Names the nodes of a cluster that tests may use, by their addresses with spaces."""


def cluster_addresses() -> tuple[str, ...]:
    return tuple(os.environ.get(NODES, "").split())


class Adapter(Protocol):
    def open(self, folder: Path) -> SearchEngine: ...

    def empty(self, folder: Path) -> None:
        """Remove the index, as somebody might who knows nothing of this program."""
        ...

    def code(self, folder: Path) -> str:
        """Return Python that opens the engine in another process."""
        ...

    def clear(self) -> None:
        """Remove all that was made."""
        ...


class Embedded:
    def open(self, folder: Path) -> SearchEngine:
        return WhooshEngine.open(folder)

    def empty(self, folder: Path) -> None:
        for path in folder.iterdir():
            path.unlink()

    def code(self, folder: Path) -> str:
        return (
            "from pathlib import Path\n"
            "from app.search.whoosh.engine import WhooshEngine\n"
            f"engine = WhooshEngine.open(Path({str(folder)!r}))\n"
        )

    def clear(self) -> None:
        """The folders are those of tests."""


class Remote:
    """`shards` and `replicas` are those of the indexes that are made."""

    def __init__(self, urls: tuple[str, ...]) -> None:
        self.urls = urls
        self.shards, self.replicas = int(os.environ.get("TEST_SHARDS", "1")), min(len(urls) - 1, 1)
        self._folders: set[Path] = set()

    def open(self, folder: Path) -> SearchEngine:
        from app.search.opensearch.client import Cluster
        from app.search.opensearch.engine import OpenSearchEngine

        self._folders.add(folder)
        name = self.name(folder)
        return OpenSearchEngine.open(Cluster(self.urls, name=name, shards=self.shards, replicas=self.replicas))

    def name(self, folder: Path) -> str:
        return f"test-{sha256(f'{os.getpid()} {folder}'.encode()).hexdigest()[:16]}"

    def empty(self, folder: Path) -> None:
        from app.search.opensearch.client import Cluster, Nodes
        from app.search.opensearch.commits import Commits

        client = Nodes(Cluster(self.urls, name=self.name(folder)))
        Commits(client).remove()
        client.close()

    def code(self, folder: Path) -> str:
        return (
            "from app.search.opensearch.client import Cluster\n"
            "from app.search.opensearch.engine import OpenSearchEngine\n"
            f"engine = OpenSearchEngine.open(Cluster({self.urls!r}, name={self.name(folder)!r}))\n"
        )

    def clear(self) -> None:
        for folder in self._folders:
            self.empty(folder)

"""The cluster that `make test-cluster` has started: tests with the mark `cluster` fail where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cluster.engines import NODES, Remote, cluster_addresses
from tests.cluster.nodes import Nodes


@pytest.fixture(scope="session")
def remote() -> Iterator[Remote]:
    """Opens and empties indexes there."""
    assert cluster_addresses(), f"{NODES} names no nodes: make test-cluster starts some."
    adapter = Remote(cluster_addresses())
    yield adapter
    adapter.clear()


@pytest.fixture(scope="session")
def nodes(remote: Remote) -> Nodes:
    """The processes, to be stopped and killed."""
    first = urlsplit(remote.urls[0]).port or 0
    return Nodes(Path(os.environ["TEST_FOLDER"]), len(remote.urls), first - 1)

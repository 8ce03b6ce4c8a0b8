"""The engines behind the port: a suite that asks for `opened` or `engine` runs over each of them.

OpenSearch is one of them where `TEST_CLUSTER` names its nodes, as `make test-cluster` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.search.engine import SearchEngine
from tests.cluster.engines import Adapter, Embedded, Remote, cluster_addresses
from tests.search.asking import Open


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "adapter" in metafunc.fixturenames:
        names = ["whoosh", *(["opensearch"] if cluster_addresses() else [])]
        metafunc.parametrize("adapter", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def adapter(request: pytest.FixtureRequest) -> Iterator[Adapter]:
    """How one of the engines is opened and emptied."""
    chosen: Adapter = Embedded() if request.param == "whoosh" else Remote(cluster_addresses())
    yield chosen
    chosen.clear()


@pytest.fixture(scope="session")
def opened(adapter: Adapter) -> Open:
    """Opens or makes the index in a folder."""
    return adapter.open


@pytest.fixture
def engine(adapter: Adapter, tmp_path: Path) -> Iterator[SearchEngine]:
    engine = adapter.open(tmp_path)
    yield engine
    engine.close()
    adapter.empty(tmp_path)

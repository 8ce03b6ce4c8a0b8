"""The engines behind the port: a suite that asks for `opened` or `engine` runs over each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.search.engine import SearchEngine
from app.search.whoosh.engine import WhooshEngine
from tests.search.asking import Open

ADAPTERS = [pytest.param(WhooshEngine.open, id="whoosh")]


@pytest.fixture(scope="session", params=ADAPTERS)
def opened(request: pytest.FixtureRequest) -> Open:
    """Opens or makes the index in a folder."""
    chosen: Open = request.param
    return chosen


@pytest.fixture
def engine(opened: Open, tmp_path: Path) -> Iterator[SearchEngine]:
    engine = opened(tmp_path)
    yield engine
    engine.close()

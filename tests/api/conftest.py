"""Both roads for the operations that have a short one: whatever a test says of them holds on either."""

from __future__ import annotations

import pytest

from tests.conftest import ROADS

_OF_PROMPT_READS = ("test_articles", "test_entities", "test_search", "test_timeline")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2] in _OF_PROMPT_READS and "api" in metafunc.fixturenames:
        metafunc.parametrize("api", ROADS, indirect=True, scope="session")

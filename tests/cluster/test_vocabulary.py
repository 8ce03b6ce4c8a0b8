"""The vocabulary as batches, engines and erasures leave it: every word is there, the most frequent ones first."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import httpx
import pytest

from app.search.engine import Document, SearchEngine
from app.search.query import Query, parse
from tests.cluster.engines import Remote

pytestmark = pytest.mark.cluster


def document(number: int, body: str) -> Document:
    return Document(id=f"{number:016x}", headline="", body=body)


def held(remote: Remote, folder: Path) -> Counter[str]:
    """Return the words and their numbers as the nodes have them."""
    address = f"{remote.urls[0]}/{remote.name(folder)}-words/_search?size=1000"
    hits = httpx.get(address, timeout=60).raise_for_status().json()["hits"]["hits"]
    return Counter({hit["_source"]["term"]: hit["_source"]["count"] for hit in hits})


def found(engine: SearchEngine, text: str) -> int:
    return engine.search(Query(parse(text).clause)).total


def test_engines_that_write_in_turns_count_all_that_came(remote: Remote, tmp_path: Path) -> None:
    one, other = remote.open(tmp_path), remote.open(tmp_path)
    came: Counter[str] = Counter()
    for number in range(12):
        words = ["harbour", "harbour", "dockers", f"ward{number % 3}"]
        came.update(words)
        (one, other)[number % 4 // 2].put([document(number + 1, " ".join(words))], sequence=number + 1)
    assert held(remote, tmp_path) == came
    assert one.suggest("har") == other.suggest("har")
    one.close()
    other.close()


def test_a_word_that_was_erased_is_found_when_it_comes_again(remote: Remote, tmp_path: Path) -> None:
    engine = remote.open(tmp_path)
    engine.put([document(1, "sunset " * 40), document(2, "dawn")], sequence=1)
    engine.delete(["0000000000000001"], sequence=2)
    engine.expunge()
    assert held(remote, tmp_path) == {"dawn": 1}
    engine.put([document(3, "sunset")], sequence=3)
    assert found(engine, "suns*") == 1
    engine.close()


def test_a_rebuild_knows_what_it_wrote(remote: Remote, tmp_path: Path) -> None:
    engine = remote.open(tmp_path)
    engine.rebuild([document(1, "dusk dusk")], sequence=1)
    engine.put([document(2, "dusk dawn")], sequence=2)
    assert held(remote, tmp_path) == {"dusk": 3, "dawn": 1}
    engine.close()

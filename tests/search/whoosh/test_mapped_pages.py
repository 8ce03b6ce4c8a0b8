"""What was read of an index does not stay in memory beyond a bound."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.disk import mapped_bytes
from app.search.query import Query, parse
from app.search.whoosh import snapshot
from app.search.whoosh.engine import WhooshEngine
from tests.search.generated import articles


@pytest.mark.skipif(not mapped_bytes(), reason="only Linux tells what of a file is mapped and in memory")
def test_pages_that_were_read_are_let_go_and_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, query = WhooshEngine.open(tmp_path), Query(parse("oil").clause)
    engine.put(articles(240), sequence=1)
    found = engine.search(query)
    assert _kilobytes_of(tmp_path) > 0
    engine.look()
    assert _kilobytes_of(tmp_path) > 0
    monkeypatch.setattr(snapshot, "_MOST_MAPPED", 0)
    engine.look()
    assert _kilobytes_of(tmp_path) == 0
    assert engine.search(query) == found


def _kilobytes_of(folder: Path) -> int:
    """Add up what is in memory of the mapped files in a folder."""
    total, is_there = 0, False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        if "-" in line.split(maxsplit=1)[0]:
            is_there = str(folder) in line
        elif line.startswith("Rss:") and is_there:
            total += int(line.split()[1])
    return total

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from app.search.engine import Document
from app.search.whoosh.invert import SegmentBatch, Vocabulary
from app.search.whoosh.near import near_terms
from app.search.whoosh.segment import Segment, write_segment

# Few letters, so that words lie near each other; digits and letters of two and three bytes among them.
_words = st.text("abcz019øð東", min_size=1, max_size=10)


@settings(max_examples=100, deadline=None)
@given(words=st.lists(_words, max_size=40), term=_words, edits=st.integers(1, 2))
def test_as_many_as_a_look_at_every_term_finds(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], term: str, edits: int
) -> None:
    segment = _segment(
        tmp_path_factory.mktemp("near"), [*words, term[1:], term[::-1], f"{term[1:2]}{term[:1]}{term[2:]}"]
    )
    table = segment.terms("exact")
    expected = [i for i in range(len(table)) if OSA.distance(table[i].decode(), term) <= edits]
    assert near_terms(segment, term, edits) == expected


def test_a_word_longer_than_any(tmp_path: Path) -> None:
    assert near_terms(_segment(tmp_path, ["oil"]), "o" * 64, 2) == []
    assert near_terms(_segment(tmp_path, []), "oil", 1) == []


def _segment(folder: Path, words: list[str]) -> Segment:
    batch = SegmentBatch(Vocabulary())
    batch.add(Document("0" * 16, "", " ".join(words)))
    write_segment(folder / "a.seg", batch.arrays(), 1)
    return Segment(folder / "a.seg")

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.text import fingerprint
from tests.relations.gold import pairs
from tests.relations.gold.pairs import Pair
from tests.relations.gold.story_pairs import COLLECTIONS, HELD_OUT, marked_pairs


@pytest.mark.parametrize("part", pairs.PARTS)
def test_each_pair_is_marked_once(part: str) -> None:
    marked = pairs.load(part)
    assert len({frozenset(pair.ids) for pair in marked}) == len(marked) >= 50
    assert 0 < sum(pair.copies for pair in marked) < len(marked)


def test_no_pair_is_in_two_parts() -> None:
    marked = [frozenset(pair.ids) for part in pairs.PARTS for pair in pairs.load(part)]
    assert len(set(marked)) == len(marked)


def test_a_text_other_than_the_marked_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "7", "body": "Fog. More"}), encoding="utf-8")
    texts = pairs.texts_of([tmp_path / "a.jsonl"], {"7"})
    hashes = fingerprint("Fog. More"), fingerprint("Fog.")
    one, _ = pairs.editions(Pair(("7", "7"), (hashes[0], hashes[0]), ([(4, 9)], []), True), texts)
    assert one.text == "Fog.\n"
    with pytest.raises(ValueError, match="do not have article 7 as it was marked"):
        pairs.editions(Pair(("7", "7"), hashes, ([], []), True), texts)


def test_figures_count_what_is_found_and_what_is_marked() -> None:
    assert pairs.figures([(True, True), (True, False), (False, True), (False, False)]) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_each_pair_of_stories_is_marked_once(collection: str) -> None:
    marked = marked_pairs(collection)
    assert len({frozenset(pair[:2]) for pair in marked}) == len(marked) >= 80
    assert 0 < sum(same for *_, same in marked) < len(marked)


@pytest.mark.parametrize(("held_out", "collection"), list(zip(HELD_OUT, COLLECTIONS, strict=True)))
def test_pairs_of_stories_held_out_are_in_no_other_part(held_out: str, collection: str) -> None:
    held, seen = ([frozenset(pair[:2]) for pair in marked_pairs(part)] for part in (held_out, collection))
    assert len(set(held)) == len(held) >= 25
    assert not set(held) & set(seen)

from __future__ import annotations

import json
from pathlib import Path

from app.ingest.draft import Draft
from app.ingest.reading import FileEnd, Reading
from app.ingest.report import Tally
from app.ingest.walk import walk
from app.store.rejections import Refusal


def reading_of(path: Path) -> Reading:
    return Reading(list(walk([path])), source=None, format=None, tally=Tally())


def lines(*numbers: int) -> str:
    return "".join(
        json.dumps({"id": number, "title": f"Number {number}", "text": "Snow."}) + "\n" for number in numbers
    )


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(lines(1, 2))
    reading = reading_of(path)
    seen: list[str | None] = []
    for incoming in reading:
        if isinstance(incoming, Draft):
            if not seen:
                path.write_text(lines(1, 2, 3))
            seen.append(incoming.external_id)
    assert seen[-3:] == ["1", "2", "3"]
    assert reading.tally.notes == ["a.jsonl changed while it was read and was read again."]


def test_only_a_file_that_was_read_whole_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(lines(1) + "broken\n")
    *_, last = reading_of(path)
    assert isinstance(last, FileEnd)
    path.write_bytes(b"")
    [only] = reading_of(path)
    assert isinstance(only, Refusal)


def test_bytes_done_grow_to_the_total(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(lines(*range(1_500)).replace("Snow.", "Snow. " * 160))
    reading = reading_of(tmp_path)
    done = [reading.done for _ in reading]
    assert done == sorted(done)
    assert 0 < done[0] < reading.total
    assert len(set(done)) > 4
    assert reading.done == reading.total

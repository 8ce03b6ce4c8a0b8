"""The file of vectors: whole after every step of a write, and rid of what was taken out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.search.meaning.vectors import NewVector, VectorFolder, as_ids

MODEL, OTHER = b"m" * 32, b"o" * 32
SIZE = 16


def vector(id: int, text: int = 1) -> NewVector:
    row = np.random.default_rng([id, text]).integers(-127, 128, SIZE).astype(np.int8)
    return NewVector(id, text, row)


def folder(path: Path) -> VectorFolder:
    made = VectorFolder(path / "vectors")
    made.begin(MODEL, SIZE)
    return made


def named(*ids: int) -> list[str]:
    return [f"{id:016x}" for id in ids]


def texts(path: Path, *ids: int) -> list[int]:
    """What another process finds."""
    found = VectorFolder(path / "vectors").look()
    assert list(VectorFolder(path / "vectors").damaged()) == []
    return [int(text) for text in found.texts(np.array(ids, np.uint64))]


def test_a_vector_is_of_one_text_and_the_newest_counts(tmp_path: Path) -> None:
    vectors = folder(tmp_path)
    edition = vectors.look().header.edition
    assert vectors.put([vector(7), vector(3), vector(2**64 - 1)], MODEL, 5)
    assert vectors.put([vector(3, 2)], MODEL, 6)
    assert texts(tmp_path, 2, 3, 7, 2**64 - 1) == [0, 2, 1, 1]
    seen = VectorFolder(tmp_path / "vectors").look()
    assert (len(seen), seen.header.reached, seen.header.edition > edition) == (3, 6, True)
    rows, held = seen.gather(np.array([3, 4], np.uint64))
    own = vector(3, 2).row.astype(np.float32)
    assert held.tolist() == [True, False]
    assert rows[0] == pytest.approx(own / np.linalg.norm(own), abs=1e-6)
    assert not rows[1].any()


def test_vectors_of_another_model_are_none(tmp_path: Path) -> None:
    vectors = folder(tmp_path)
    vectors.put([vector(7)], MODEL, 5)
    vectors.begin(MODEL, SIZE)
    assert texts(tmp_path, 7) == [1]
    vectors.begin(OTHER, SIZE)
    assert texts(tmp_path, 7) == [0]
    assert not vectors.put([vector(7)], MODEL, 5)
    assert (len(vectors.look()), vectors.look().header.reached) == (0, 0)


def test_what_is_taken_out_leaves_nothing_and_an_older_view_sees_no_other(tmp_path: Path) -> None:
    vectors = folder(tmp_path)
    vectors.put([vector(id) for id in range(1, 9)], MODEL, 8)
    before = vectors.look()
    assert vectors.drop(named(2, 99)) == 1
    vectors.put([vector(20)], MODEL, 9)
    assert texts(tmp_path, 1, 2, 20) == [1, 0, 1]
    assert before.gather(as_ids(named(2)))[1].tolist() == [False]
    assert vectors.keep_only(named(1, 3, 20), anew=True) == 5
    left = b"".join(path.read_bytes() for path in (tmp_path / "vectors").iterdir())
    assert [id for id in range(1, 9) if vector(id).row.tobytes() in left] == [1, 3]
    assert len([*(tmp_path / "vectors").glob("rows-*")]) == 1
    # Nothing to drop, and nothing of what there was left: it stays as it is.
    edition = vectors.look().header.edition
    assert vectors.keep_only(named(1, 3, 20), anew=True) == 0
    assert vectors.look().header.edition == edition


def test_many_empty_rows_are_given_back(tmp_path: Path) -> None:
    vectors = folder(tmp_path)
    vectors.put([vector(id) for id in range(1, 3_001)], MODEL, 1)
    vectors.drop(named(*range(1, 2_001)))
    assert (vectors.look().header.rows, len(vectors.look())) == (1_000, 1_000)
    assert texts(tmp_path, 2_000, 2_001, 3_000) == [0, 1, 1]


def test_other_numbers_than_those_written_are_found(tmp_path: Path) -> None:
    vectors = folder(tmp_path)
    vectors.put([vector(7), vector(8)], MODEL, 1)
    [rows] = (tmp_path / "vectors").glob("rows-*")
    with rows.open("r+b") as file:
        file.seek(SIZE)
        file.write(bytes(SIZE - 1) + b"\1")
    assert list(vectors.damaged()) == named(8)
    vectors.clear()
    assert (len(vectors.look()), list(vectors.damaged())) == (0, [])


class Killed(BaseException):
    """Stands for the end of the process."""


class Steps:
    """Lets so many steps happen, and kills at the next."""

    def __init__(self, left: int) -> None:
        self.left = left

    def before(self, real: Callable[..., object]) -> Callable[..., object]:
        def step(*given: object, **more: object) -> object:
            if self.left == 0:
                raise Killed
            self.left -= 1
            return real(*given, **more)

        return step


Act = Callable[[VectorFolder], object]
ACTS: list[Act] = [
    lambda vectors: vectors.put([vector(2, 9), vector(30)], MODEL, 2),
    lambda vectors: vectors.drop(named(2)),
    lambda vectors: vectors.keep_only(named(1, 3), anew=True),
    lambda vectors: vectors.begin(OTHER, SIZE),
]


def filled(path: Path) -> VectorFolder:
    path.mkdir()
    vectors = folder(path)
    vectors.put([vector(1), vector(2), vector(3)], MODEL, 1)
    return vectors


def is_killed(act: Act, vectors: VectorFolder, step: int) -> bool:
    steps = Steps(step)
    with pytest.MonkeyPatch.context() as patch:
        for place, name in ((os, "pwrite"), (os, "fsync"), (os, "open"), (Path, "replace"), (Path, "unlink")):
            patch.setattr(place, name, steps.before(getattr(place, name)))
        try:
            act(vectors)
        except Killed:
            return True
    return False


def own_numbers(row: np.ndarray[tuple[int], np.dtype[np.float32]], id: int) -> bool:
    given = [vector(id, text).row.astype(np.float32) for text in (1, 9)]
    return any(row == pytest.approx(each / np.linalg.norm(each), abs=1e-5) for each in given)


@pytest.mark.parametrize("act", ACTS, ids=["put", "drop", "keep only", "another model"])
def test_killed_at_any_step_it_is_whole_and_the_next_try_completes_it(tmp_path: Path, act: Act) -> None:
    reference = filled(tmp_path / "reference")
    act(reference)
    wanted = reference.look()
    step = 0
    while is_killed(act, filled(tmp_path / str(step)), step):
        after = VectorFolder(tmp_path / str(step) / "vectors")
        # An article that is shown has its own numbers or none: never another's, and never half of them.
        rows, held = after.look().gather(as_ids(named(1, 2, 3)))
        assert all(own_numbers(rows[place], place + 1) for place in np.flatnonzero(held).tolist())
        act(after)
        assert list(after.damaged()) == []
        whole = VectorFolder(tmp_path / str(step) / "vectors").look()
        assert whole.ids.tolist() == wanted.ids.tolist()
        assert whole.texts(wanted.ids).tolist() == wanted.texts(wanted.ids).tolist()
        step += 1
    assert step > 3

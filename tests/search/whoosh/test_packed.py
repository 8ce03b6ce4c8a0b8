"""Packed lists against plain arrays."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.search.whoosh import packed
from app.search.whoosh.packed import BLOCK, Packed, Values, joined, pack

MOST = 2**32 - 1

_steps = st.one_of(
    st.integers(0, 3), st.integers(0, 300), st.integers(0, 2**17), st.integers(0, 2**25), st.just(0), st.just(MOST)
)


@st.composite
def _list(draw: st.DrawFn) -> list[int]:
    """Ascending: runs of like steps, so that long lists come out of few choices; repeats and the maximum among them."""
    values, last = [], draw(st.sampled_from([0, 1, 1000, MOST]))
    for _ in range(draw(st.integers(0, 4))):
        step, times = draw(_steps), draw(st.sampled_from([1, 2, 7, BLOCK - 1, BLOCK, 200]))
        for _ in range(times):
            last = min(last + step, MOST)
            values.append(last)
    return values


_lists = st.lists(_list(), max_size=6)


def _packed(lists: Sequence[Sequence[int]]) -> Packed:
    values = np.array([value for row in lists for value in row], np.uint32)
    return pack(values, np.array([len(row) for row in lists], np.int64))


@settings(max_examples=150, deadline=None)
@given(lists=_lists, cuts=st.lists(st.integers(0, MOST), max_size=8), data=st.data())
def test_ranges_are_read_without_the_rest(lists: list[list[int]], cuts: list[int], data: st.DataObject) -> None:
    made = _packed([*lists, [5]])
    numbers = data.draw(st.lists(st.integers(0, len(lists)), min_size=1, max_size=3))
    rows = [[*lists, [5]][number] for number in numbers]
    bounds = sorted({*cuts, *(data.draw(st.lists(st.sampled_from(rows[0]), max_size=4)) if rows[0] else ())})
    ranges = list(zip(bounds[::2], bounds[1::2], strict=False))
    starts, ends = (np.array([each[side] for each in ranges], np.int64) for side in (0, 1))
    for row, values in zip(rows, made.within(numbers, starts, ends), strict=True):
        read = values.tolist()
        inside = [value for value in row if any(start <= value < end for start, end in ranges)]
        assert [value for value in read if any(start <= value < end for start, end in ranges)] == inside
        assert set(read) <= set(row)
        assert read == sorted(read)


@settings(max_examples=150, deadline=None)
@given(lists=_lists)
@example(lists=[[]])
@example(lists=[[], [MOST], []])
@example(lists=[[0, MOST], [0] * BLOCK, list(range(BLOCK + 1))])
def test_what_is_packed_is_unpacked(lists: list[list[int]]) -> None:
    for few in (0, MOST):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(packed, "_FEW", few)
            patch.setattr(packed, "_FEW_STEPS", few)
            _check_unpacked(lists)


def _check_unpacked(lists: list[list[int]]) -> None:
    made = _packed(lists)
    assert len(made) == len(lists)
    for number, row in enumerate(lists):
        assert made.count(number) == len(row)
        assert made.unpack(number).tolist() == row
    for start in range(len(lists)):
        for stop in range(start, len(lists) + 1):
            together = [value for row in lists[start:stop] for value in row]
            assert made.unpack_run(range(start, stop)).tolist() == together
            backwards = np.arange(start, stop)[::-1]
            values, counts = made.unpack_several(backwards)
            assert values.tolist() == [value for number in backwards for value in lists[number]]
            assert counts.tolist() == [len(lists[number]) for number in backwards]


@settings(max_examples=150, deadline=None)
@given(
    lists=st.lists(_list(), min_size=1, max_size=3), others=st.lists(st.integers(0, MOST), max_size=20), data=st.data()
)
def test_values_are_located(lists: list[list[int]], others: list[int], data: st.DataObject) -> None:
    made = _packed(lists)
    number = data.draw(st.integers(0, len(lists) - 1))
    row = np.array(lists[number], np.uint32)
    some = data.draw(st.lists(st.sampled_from(lists[number]), max_size=20)) if len(row) else []
    wanted = np.sort(np.array([*some, *others], np.uint32))
    at, found = made.locate(number, wanted)
    assert found.tolist() == np.isin(wanted, row).tolist()
    assert row[at[found]].tolist() == wanted[found].tolist()
    assert at[~found].tolist() == np.searchsorted(row, wanted[~found]).tolist()


@settings(max_examples=50, deadline=None)
@given(lists=_lists, cuts=st.lists(st.integers(0, 6), max_size=3))
def test_packing_in_parts_gives_the_same(lists: list[list[int]], cuts: list[int]) -> None:
    bounds = [0, *sorted(min(cut, len(lists)) for cut in cuts), len(lists)]
    parts = [_packed(lists[start:end]) for start, end in itertools.pairwise(bounds)]
    for (name, one), (_, other) in zip(joined(parts).arrays(""), _packed(lists).arrays(""), strict=True):
        assert one.tolist() == other.tolist(), name
        assert one.dtype == other.dtype


def test_many_lists_are_packed_run_by_run(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(4)
    lists = [np.cumsum(chance.integers(0, 50, size)).tolist() for size in chance.integers(0, 400, 60)]
    whole = _packed(lists)
    monkeypatch.setattr(packed, "_CHUNK", 1000)
    assert all(one.tolist() == other.tolist() for (_, one), (_, other) in _both(whole, _packed(lists)))
    unpacked = [(run, values.tolist()) for run, values in whole.chunks()]
    assert len(unpacked) > 5
    assert [value for _, values in unpacked for value in values] == [value for row in lists for value in row]


def _both(one: Packed, other: Packed) -> list[tuple[tuple[str, Values], tuple[str, Values]]]:
    return list(zip(one.arrays(""), other.arrays(""), strict=True))


@pytest.mark.parametrize("bits", range(1, 33))
def test_every_width(bits: int) -> None:
    """The widest step of that many bits, in a full block and in short ones."""
    step = 2**bits - 1
    for size in (2, 3, 9, BLOCK, BLOCK + 1):
        row = [0, *[min(step * (i + 1), MOST) for i in range(size - 1)]]
        assert _packed([row, row]).unpack(1).tolist() == row


def test_frequent_values_take_few_bits() -> None:
    every_third = _packed([list(range(0, 3 * 10_000, 3))])
    assert every_third.data.nbytes < 10_000 / 4 + 600
    rare = _packed([[n, n + 1] for n in range(1000)])
    assert sum(array.nbytes for _, array in rare.arrays("")) < 1000 * (4 + 4 + 4 + 4 + 1 + 1 + 1) + 600

"""Ascending numbers, packed: the documents and the addresses of every term.

Many lists of ascending uint32 stand one after the other. A list is cut into blocks of 128 values, the last one shorter.
A block keeps its first value, so that the firsts of a list are a table to skip by, and the steps from each value to the
next in as many bits as its widest step needs. Widths are such that 8, 4 or 2 steps fill whole bytes, a *unit*: units
are read with a shift over a whole array, and a block's bytes are only as many as it has units.

bounds   uint32[lists+1]   where each list begins among all values
blocks   uint32[lists+1]   where each list begins among all blocks
firsts   uint32[blocks]    the first value of each
widths   uint8[blocks]     bits of a step, one of `_WIDTHS`
offsets  uint32[blocks]    where the steps of each begin in `data`
data     uint8             steps, the one to a block's first value being 0; then `_SPARE` bytes

A short block is read as if it had 8 values or 128: what stands behind its steps is read with them and thrown away. The
spare bytes make that true of the last one as well. So one list takes some dozen NumPy calls whatever its length, and
some nanoseconds a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from app.effort import spend

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Values = npt.NDArray[np.uint32]
Mask = npt.NDArray[np.bool_]

BLOCK = 128
_SHORT = 8
"""Values of the blocks that are not worth reading as full ones: rare words, and most words of a small segment."""
_WIDTHS = (*range(9), 10, 12, 14, 16, 20, 24, 28, 32)
_SPARE = BLOCK * _WIDTHS[-1] // 8
_CHUNK = 1_000_000
"""Values packed or unpacked at a time: the arrays in between take some 50 bytes for each."""


def _spreading(width: int, steps: int) -> list[tuple[np.uint64, np.uint64, np.uint64]]:
    """Return how the steps of a unit move apart until they fill its 8 bytes: the upper half of all, then of each half,
    and so on. By how many bits, which bits stay, and which are then those that moved."""
    stages, room = [], 64 // steps
    while steps > 1:
        steps //= 2
        halves = [((1 << steps * width) - 1) << at for at in range(0, 64, steps * room)]
        moves = steps * (room - width), sum(halves[::2]), sum(halves[1::2])
        stages.append((np.uint64(moves[0]), np.uint64(moves[1]), np.uint64(moves[2])))
    return stages


_STEPS = np.array([8 if width <= 8 else 4 if width <= 16 else 2 for width in range(33)])
"""Steps in a unit, by width; a unit is at most 8 bytes."""
_FITTING = np.array([min(width for width in _WIDTHS if width >= bits) for bits in range(33)], np.uint8)
_SHIFTS = [np.arange(steps, dtype=np.uint64) * np.uint64(width) for width, steps in enumerate(_STEPS.tolist())]
_SPREADING = [_spreading(width, steps) if width else [] for width, steps in enumerate(_STEPS.tolist())]
_MASKS = np.array([(1 << width) - 1 for width in range(33)], np.uint64)
_LOW = _MASKS.tolist()
_RANGE = np.arange(BLOCK)
_FEWEST = 48
"""Values of one list up to which Python takes less time for each than NumPy's calls take for all."""
_FEW = 4_000
"""Values up to which it takes less time to find the bits of each than to lay whole blocks out, width by width."""
_FEW_STEPS = 20_000
"""The same, where values are packed."""

_AT_ONCE = 4
"""Values that are unpacked in the time that one unit of `spend` stands for."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Lists by number. The arrays may be mapped from a file."""

    bounds: Values
    blocks: Values
    firsts: Values
    widths: npt.NDArray[np.uint8]
    offsets: Values
    data: npt.NDArray[np.uint8]
    _read: dict[int, Array] = field(default_factory=dict, init=False, repr=False)
    """By size in bytes: so many bytes, read at every place."""

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def count(self, number: int) -> int:
        """Return how many values a list has."""
        return int(self.bounds[number + 1]) - int(self.bounds[number])

    def counts(self, run: range) -> Ints:
        """The same for the lists of a run of numbers."""
        bounds = self.bounds[run.start : run.stop + 1].astype(np.int64)
        sizes: Ints = bounds[1:] - bounds[:-1]
        return sizes

    def unpack(self, number: int) -> Values:
        """One list."""
        count, blocks = self.count(number), slice(int(self.blocks[number]), int(self.blocks[number + 1]))
        spend(count // _AT_ONCE)
        if 0 < count <= _FEWEST:
            return self._one_block(blocks.start, count)
        rows = self._rows(blocks, _SHORT if count <= _SHORT else BLOCK)
        return rows.reshape(-1)[:count]

    def unpack_run(self, run: range) -> Values:
        """The lists of a run of numbers, one after the other."""
        count = int(self.bounds[run.stop]) - int(self.bounds[run.start])
        if 0 < count <= _FEW:
            spend(count // _AT_ONCE)
            # In Python, as there are some dozens of blocks.
            bounds = self.bounds[run.start : run.stop + 1].tolist()
            edges = np.array([at for start, end in pairwise(bounds) for at in range(start, end, BLOCK)] + bounds[-1:])
            edges -= bounds[0]
            return self._few_values(slice(int(self.blocks[run.start]), int(self.blocks[run.stop])), edges)
        sizes, first = self._sizes(run), int(self.blocks[run.start])
        return self._values(np.arange(first, first + len(sizes)), sizes)

    def unpack_several(self, numbers: Ints) -> tuple[Values, Ints]:
        """Some lists, one after the other, and how many values each has: as many NumPy calls as one list takes."""
        low = self.blocks[numbers].astype(np.int64)
        blocks = self.blocks[numbers + 1].astype(np.int64) - low
        counts = self.bounds[numbers + 1].astype(np.int64) - self.bounds[numbers]
        return self._values(concatenated_ranges(low, blocks), _block_sizes(counts, blocks.cumsum())), counts

    def chunks(self) -> Iterator[tuple[range, Values]]:
        """All lists, a run at a time with its values."""
        for run in list_runs(self.bounds):
            yield run, self.unpack_run(run)

    def locate(self, number: int, wanted: Array) -> tuple[Ints, Mask]:
        """Return where each of `wanted` (ascending) stands in a list, or the next larger value; and whether it does.

        Only the blocks that may hold one are unpacked.
        """
        first, end, size = int(self.blocks[number]), int(self.blocks[number + 1]), self.count(number)
        if not size or not len(wanted):
            return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
        block = np.maximum(self.firsts[first:end].searchsorted(wanted, side="right") - 1, 0)
        fresh = first_of_each(block)
        rows = self._rows(first + block[fresh], BLOCK)
        if int(block[-1]) == end - first - 1:
            # What was read behind the end may be anything, and must be nothing that is looked for.
            rows[-1, (size - 1) % BLOCK + 1 :] = rows[-1, (size - 1) % BLOCK]
        row = fresh.cumsum() - 1
        values = rows.reshape(-1)
        place = values.searchsorted(wanted)
        found: Mask = values[np.minimum(place, len(values) - 1)] == wanted
        return np.minimum(place + (block - row) * BLOCK, size), found

    def within(self, numbers: Sequence[int], starts: Array, ends: Array) -> list[Values]:
        """Return the values of some lists from each of `starts` to before the end in `ends`, and perhaps some between:
        whole blocks, of all lists at once. The ranges ascend, and do not overlap."""
        starts, ends = starts.astype(np.uint32), ends.astype(np.uint32)
        blocks, sizes = [], []
        for number in numbers:
            first, end = int(self.blocks[number]), int(self.blocks[number + 1])
            firsts, size = self.firsts[first:end], end - first + 1
            low, high = np.maximum(firsts.searchsorted(starts) - 1, 0), firsts.searchsorted(ends)
            # How many ranges have begun and not ended.
            open_ranges = (np.bincount(low, minlength=size) - np.bincount(high, minlength=size)).cumsum()
            wanted = places_of(open_ranges)
            blocks.append(wanted + first)
            # Behind the end of the last block stands anything.
            behind = -self.count(number) % BLOCK if len(wanted) and wanted[-1] == end - first - 1 else 0
            sizes.append(len(wanted) * BLOCK - behind)
        every = np.concatenate(blocks)
        spend(len(every) * BLOCK // _AT_ONCE)
        values = self._rows(every, BLOCK).reshape(-1)
        begins = accumulate((len(each) * BLOCK for each in blocks[:-1]), initial=0)
        return [values[begin : begin + size] for begin, size in zip(begins, sizes, strict=True)]

    def arrays(self, name: str) -> Iterator[tuple[str, Array]]:
        """Each array under the name it has in a file."""
        for part in PARTS:
            yield f"{name}.{part}", getattr(self, part)

    def _values(self, blocks: Ints, sizes: Ints) -> Values:
        """The values of some blocks, one after the other, and how many each has."""
        count = int(sizes.sum())
        spend(count // _AT_ONCE)
        if count <= _FEW:
            return self._few_values(blocks, offsets_of(sizes))
        values = np.empty(count, np.uint32)
        for columns, chosen in _by_block_size(sizes):
            rows = self._rows(blocks[chosen], columns)[sizes[chosen, None] > _RANGE[:columns]]
            if len(chosen) == len(sizes):
                return rows
            held = np.zeros(len(sizes), bool)
            held[chosen] = True
            values[np.repeat(held, sizes)] = rows
        return values

    def _few_values(self, blocks: slice | Ints, edges: Ints) -> Values:
        """Return what `_values` does, bit by bit: as many NumPy calls however wide the steps are. `edges`: where each
        block begins among the values, and the end."""
        first, sizes = edges[:-1], edges[1:] - edges[:-1]
        widths, offsets = self.widths[blocks], self.offsets[blocks]
        row = offsets[0] if isinstance(blocks, slice) else None
        # A unit is full to its last bit: the steps of a block are one run of bits.
        begin = (offsets if row is None else offsets - row) * np.int64(8)
        begin -= first * widths
        bit = widths.astype(np.int64).repeat(sizes)
        bit *= np.arange(len(bit))
        bit += begin.repeat(sizes)
        if row is None:
            words = self._reading(8)[bit >> 3].view("<u8")
            bit &= 7
        else:
            # Blocks side by side are read once, a word from every fourth byte on, which take half the time to choose.
            words = self._words[row : row + (bit[-1] >> 3) + 1 : 4].copy().take(bit >> 5)
            bit &= 31
        words >>= bit.view(np.uint64)
        words &= _MASKS.take(widths).repeat(sizes)
        values: Values = words.astype(np.uint32).cumsum(dtype=np.uint32)
        # What a block begins with is no step: its step is 0, and what was summed up to it is taken off.
        values += (self.firsts[blocks] - values.take(first)).repeat(sizes)
        return values

    def _one_block(self, block: int, count: int) -> Values:
        """The first values of a block, one by one."""
        width, begin = int(self.widths[block]), int(self.offsets[block])
        bits, mask = (
            int.from_bytes(self.data[begin : begin + (count * width + 7) // 8].tobytes(), "little"),
            _LOW[width],
        )
        steps = [bits >> at & mask for at in range(0, count * width, width)] if width else [0] * count
        steps[0] = int(self.firsts[block])
        return np.array(list(accumulate(steps)), np.uint32)

    @property
    def _words(self) -> npt.NDArray[np.uint64]:
        words = self._read.get(0)
        if words is None:
            words = self._read[0] = np.ndarray((len(self.data) - 7,), "<u8", self.data, strides=(1,))
        return words

    def _reading(self, size: int) -> Array:
        read = self._read.get(size)
        if read is None:
            every = len(self.data) - size + 1
            read = self._read[size] = np.ndarray((every,), f"V{size}", self.data, strides=(1,))
        return read

    def _rows(self, chosen: slice | Ints, columns: int) -> Values:
        """The first values of some blocks, a row each; behind the end of one stands anything."""
        widths, offsets = self.widths[chosen], self.offsets[chosen]
        rows = np.empty((len(widths), columns), np.uint32)
        distinct = set(widths.tobytes())
        for width in distinct:
            which = slice(None) if len(distinct) == 1 else places_of(widths == width)
            rows[which] = self._steps(width, offsets[which], columns)
        rows[:, 0] = self.firsts[chosen]
        rows.cumsum(axis=1, dtype=np.uint32, out=rows)
        return rows

    def _steps(self, width: int, offsets: Values, columns: int) -> Array:
        size = columns * width // 8
        if not size:
            return np.zeros((len(offsets), columns), np.uint32)
        if width in (8, 16, 32):
            return self._reading(size)[offsets].view(f"<u{width // 8}").reshape(-1, columns)
        # A unit is read as 8 bytes, of which it is the first ones: what follows it is left out with the first move.
        raw, steps = self._reading(size + 8)[offsets], int(_STEPS[width])
        every = np.ndarray((len(offsets), columns // steps), "<u8", raw, strides=(size + 8, width * steps // 8))
        words = every.copy().reshape(-1)
        for shift, staying, moved in _SPREADING[width]:
            upper = words << shift
            upper &= moved
            words &= staying
            words |= upper
        return words.view(f"<u{8 // steps}").reshape(-1, columns)

    def _sizes(self, run: range) -> Ints:
        """Return how many values each block of some lists has."""
        blocks = self.blocks[run.start : run.stop + 1].astype(np.int64)
        return _block_sizes(self.counts(run), blocks[1:] - blocks[0])


PARTS = tuple(part.name for part in fields(Packed) if part.name != "_read")


def pack(values: Values, counts: Array) -> Packed:
    """`values`: the lists one after the other, each ascending; `counts`: how many each of them has."""
    bounds = offsets_of(counts)
    return joined(
        [_pack(values[bounds[r.start] : bounds[r.stop]], counts[r.start : r.stop]) for r in list_runs(bounds)]
    )


def joined(parts: Sequence[Packed]) -> Packed:
    """The lists of all parts, one after the other."""
    if not parts:
        return _pack(np.empty(0, np.uint32), np.empty(0, np.int64))
    shifts = np.zeros(3, np.int64)
    bounds, blocks, offsets = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)], []
    for part in parts:
        bounds.append(part.bounds[1:] + shifts[0])
        blocks.append(part.blocks[1:] + shifts[1])
        offsets.append(part.offsets + shifts[2])
        shifts += int(part.bounds[-1]), int(part.blocks[-1]), len(part.data) - _SPARE
    data = [part.data[:-_SPARE] for part in parts]
    return Packed(
        np.concatenate(bounds).astype(np.uint32),
        np.concatenate(blocks).astype(np.uint32),
        np.concatenate([part.firsts for part in parts]),
        np.concatenate([part.widths for part in parts]),
        np.concatenate(offsets).astype(np.uint32),
        np.concatenate([*data, np.zeros(_SPARE, np.uint8)]),
    )


def _pack(values: Values, counts: Array) -> Packed:
    bounds, blocks = offsets_of(counts), offsets_of(-(-counts // BLOCK))
    start = np.repeat(bounds[:-1] - blocks[:-1] * BLOCK, np.diff(blocks)) + np.arange(blocks[-1]) * BLOCK
    size = np.diff(start, append=len(values))
    steps = np.diff(values, prepend=values[:1])
    steps[start] = 0
    widths = _FITTING[np.frexp(np.maximum.reduceat(steps, start))[1]] if len(start) else np.empty(0, np.uint8)
    units = -(-size // _STEPS[widths])
    used = units * (widths.astype(np.int64) * _STEPS[widths] // 8)
    offsets = offsets_of(used)
    data = np.zeros(int(offsets[-1]) + _SPARE, np.uint8)
    if len(values) <= _FEW_STEPS:
        _write_steps(data, steps, np.repeat(widths, size), np.repeat(offsets[:-1] * 8 - start * widths, size))
    else:
        _write_blocks(data, steps, start, size, widths, offsets)
    return Packed(
        bounds.astype(np.uint32), blocks.astype(np.uint32), values[start], widths, offsets[:-1].astype(np.uint32), data
    )


def _write_steps(data: Array, steps: Values, widths: Array, begins: Ints) -> None:
    """Put each step's bits where they belong, however wide it is; step i begins at bit `begins` + i * `widths`."""
    held = places_of(steps)
    bit = held * widths[held] + begins[held]
    byte, bits = bit >> 3, steps[held].astype(np.uint64) << (bit & 7).view(np.uint64)
    while len(byte):
        # No two have a bit in common, so that their sum in a byte is all of them.
        sums = np.bincount(byte, weights=(bits & np.uint64(255)).astype(np.float64), minlength=len(data))
        data += sums.astype(np.uint8)
        bits >>= np.uint64(8)
        going = places_of(bits)
        byte, bits = byte[going] + 1, bits[going]


def _write_blocks(
    data: Array, steps: Values, start: Ints, size: Ints, widths: npt.NDArray[np.uint8], offsets: Ints
) -> None:
    """Do what `_write_steps` does, a width at a time: more NumPy calls, less work for each step."""
    units = -(-size // _STEPS[widths])
    for columns, of_size in _by_block_size(size):
        of_widths = widths[of_size]
        for width in sorted(set(of_widths.tobytes()) - {0}):
            chosen = of_size[of_widths == width]
            rows = np.zeros((len(chosen), columns), np.uint32)
            rows[size[chosen, None] > _RANGE[:columns]] = steps[concatenated_ranges(start[chosen], size[chosen])]
            used = offsets[chosen + 1] - offsets[chosen]
            data[concatenated_ranges(offsets[chosen], used)] = _units(rows, width, units[chosen])


def _units(rows: Values, width: int, units: Ints) -> npt.NDArray[np.uint8]:
    """The bytes of some blocks of one width, each as long as its units."""
    steps = int(_STEPS[width])
    columns = rows.reshape(-1, steps)
    words = np.zeros(len(columns), np.uint64)
    for column, shift in enumerate(_SHIFTS[width]):
        words |= columns[:, column].astype(np.uint64) << shift
    every = words.view(np.uint8).reshape(len(rows), -1, 8)[..., : width * steps // 8]
    return every[units[:, None] > _RANGE[: every.shape[1]]].reshape(-1)


def _block_sizes(counts: Ints, ends: Ints) -> Ints:
    """Return how many values each block of some lists has; `ends`: where the blocks of each list end among them."""
    sizes = np.full(int(ends[-1]) if len(ends) else 0, BLOCK, np.int64)
    held = counts > 0
    sizes[ends[held] - 1] = (counts[held] - 1) % BLOCK + 1
    return sizes


def _by_block_size(sizes: Ints) -> Iterator[tuple[int, Ints]]:
    """Columns to lay blocks of some sizes out in, and which blocks in so many."""
    short = sizes <= _SHORT
    for columns, chosen in ((_SHORT, places_of(short)), (BLOCK, places_of(~short))):
        if len(chosen):
            yield columns, chosen


def list_runs(bounds: Array) -> list[range]:
    """Runs of lists that have about `_CHUNK` values each, or are one list alone."""
    out, start = [], 0
    while start < len(bounds) - 1:
        end = int(np.searchsorted(bounds, int(bounds[start]) + _CHUNK, side="right")) - 1
        out.append(range(start, max(end, start + 1)))
        start = out[-1].stop
    return out


def offsets_of(sizes: Sequence[int] | Array) -> Ints:
    """Return the exclusive prefix sum of the sizes, with the total at the end."""
    sizes = np.asarray(sizes, np.int64)
    out = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=out[1:])
    return out


def places_of(mask: Mask | Array) -> Ints:
    """Return where an array of one dimension is not 0, as `np.flatnonzero` does in five times as long."""
    places: Ints = mask.nonzero()[0]
    return places


def first_of_each(ascending: Array) -> Mask:
    """Return whether each of some ascending values is the first of its kind."""
    is_first = np.empty(len(ascending), bool)
    is_first[:1] = True
    np.not_equal(ascending[1:], ascending[:-1], out=is_first[1:])
    return is_first


def concatenated_ranges(starts: Array, counts: Array) -> Ints:
    """The indices starts[0] .. starts[0]+counts[0]-1, starts[1] .., as one array."""
    ends = counts.cumsum(dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    indices: Ints = np.arange(total) + (starts - (ends - counts)).repeat(counts)
    return indices

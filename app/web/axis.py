"""The axis below a timeline: a line of what its buckets are, and below it a line of what those are parts of."""

from __future__ import annotations

from calendar import month_abbr
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.read.kinds import Interval
from app.web.pages import civil

FINE, COARSE = 10, 5
"""Labels of each line: as many as stand beside each other on a phone."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A label at `x`, in hundredths of the width, on line 1 or 2."""

    x: float
    line: int
    label: str
    last: bool = False
    """Near the right edge, where it ends and does not begin."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """How buckets are labelled: every so many of `steps` by `number`, and where one of `above` changes."""

    number: Callable[[str], int]
    steps: tuple[int, ...]
    fine: Callable[[str], str]
    above: tuple[Callable[[str], str], ...]


def axis_ticks(starts: Sequence[str], interval: Interval) -> tuple[Tick, ...]:
    """Return the labels of buckets that begin at these days, which follow each other without gaps."""
    scale, step = _SCALES[interval], 100 / len(starts)
    fine = [n for n, start in enumerate(starts) if n == 0 or scale.fine(start) != scale.fine(starts[n - 1])]
    every = next(
        (each for each in scale.steps if sum(scale.number(starts[n]) % each == 0 for n in fine) <= FINE),
        scale.steps[-1],
    )
    shown = [n for n in fine if scale.number(starts[n]) % every == 0]
    above = next((each for each in scale.above if len(set(map(each, starts))) <= COARSE), scale.above[-1])
    coarse = [n for n, start in enumerate(starts) if n == 0 or above(start) != above(starts[n - 1])]
    return (
        *(Tick(round((n + 0.5) * step, 2), 1, scale.fine(starts[n])) for n in shown),
        *(
            Tick(round(n * step, 2), 2, above(starts[n]), n * step > 100 - 100 / COARSE)
            for n in _apart(coarse, len(starts))
        ),
    )


def _apart(places: Sequence[int], width: int) -> list[int]:
    """Return of ascending places so many that labels beside each other do not touch; of two too near, the later."""
    least = width / COARSE
    if len(places) > COARSE:
        every = -(-len(places) // COARSE)
        places = places[::every]
    touching = {first for first, second in pairwise(places) if second - first < least}
    return [place for place in places if place not in touching]


def _year_number(day: str) -> int:
    return int(day[:4])


def _month_number(day: str) -> int:
    return int(day[5:7]) - 1


def _abbreviated_month(day: str) -> str:
    return month_abbr[int(day[5:7])]


def _civil_year(day: str) -> str:
    return day[:4]


def _decade_of(day: str) -> str:
    return f"{day[:3]}0s"


def _century_of(day: str) -> str:
    return f"{day[:2]}00s"


def _millennium_of(day: str) -> str:
    return f"{day[:1]}000s"


_YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
_MONTHS = (1, 2, 3, 6, 12)
_SCALES: dict[Interval, _Scale] = {
    "day": _Scale(
        lambda day: int(day[8:]) - 1, (1, 2, 5, 10, 31), lambda day: str(int(day[8:])), (lambda day: civil(day[:7]),)
    ),
    "week": _Scale(_month_number, _MONTHS, _abbreviated_month, (_civil_year,)),
    "month": _Scale(_month_number, _MONTHS, _abbreviated_month, (_civil_year,)),
    "year": _Scale(_year_number, _YEARS, _civil_year, (_decade_of, _century_of)),
    "decade": _Scale(_year_number, _YEARS, _decade_of, (_century_of, _millennium_of)),
    "century": _Scale(_year_number, _YEARS, _century_of, (_millennium_of,)),
}

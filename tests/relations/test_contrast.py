"""What is told of two collections is no chance, however few their articles are."""

from __future__ import annotations

import numpy as np
import pytest

from app.relations.contrast import TELLING, contrast_scores


def score(one: int, other: int, totals: tuple[int, int]) -> float:
    return float(contrast_scores(np.array([one]), np.array([other]), totals)[0])


@pytest.mark.parametrize(
    ("one", "other", "totals"),
    [
        (2, 0, (3, 5)), (3, 0, (3, 5)), (1, 0, (1, 1)), (4, 1, (100, 100)), (5, 5, (10, 10)), (99, 100, (100, 100)),
        (0, 0, (0, 0)), (0, 7, (0, 9)), (50, 500, (100, 1000)), (1, 0, (1000, 1000)),
    ],
)  # fmt: skip
def test_what_may_be_chance_is_not_told(one: int, other: int, totals: tuple[int, int]) -> None:
    assert abs(score(one, other, totals)) < TELLING


@pytest.mark.parametrize(
    ("one", "other", "totals"),
    [(8, 1, (10, 23)), (30, 10, (1000, 1000)), (100, 50, (100, 100)), (20, 0, (100, 1000)), (3, 0, (10, 5000))],
)
def test_what_is_no_chance_is_told_of_the_right_side(one: int, other: int, totals: tuple[int, int]) -> None:
    assert score(one, other, totals) >= TELLING
    assert score(other, one, totals[::-1]) == pytest.approx(-score(one, other, totals))

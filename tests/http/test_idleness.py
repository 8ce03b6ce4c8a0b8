"""Idleness: when a process has done next to nothing for a while."""

from __future__ import annotations

from app.http.idleness import IDLE, PATIENCE, Idleness


class Hands:
    """A clock of both kinds."""

    def __init__(self) -> None:
        self.time = self.worked = 0.0

    def go(self, idleness: Idleness, seconds: float, work: float = IDLE / 2) -> list[bool]:
        """Tell what is said in each of some seconds, of which so much is work."""
        said = []
        for _ in range(int(seconds)):
            self.time += 1
            self.worked += work
            said.append(idleness.has_begun())
        return said


def test_idleness_is_told_once_it_has_lasted_and_again_after_work() -> None:
    hands = Hands()
    idleness = Idleness(lambda: hands.time, lambda: hands.worked)
    assert hands.go(idleness, PATIENCE + 10) == [False] * int(PATIENCE - 1) + [True] + [False] * 10
    assert not any(hands.go(idleness, 2 * PATIENCE, work=2 * IDLE))
    assert sum(hands.go(idleness, 3 * PATIENCE)) == 1


def test_a_look_that_comes_late_is_not_taken_for_work() -> None:
    hands = Hands()
    idleness = Idleness(lambda: hands.time, lambda: hands.worked)
    hands.time, hands.worked = PATIENCE, PATIENCE * IDLE
    assert idleness.has_begun()

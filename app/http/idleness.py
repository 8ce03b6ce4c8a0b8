"""Idleness: when a process has done next to nothing for a while."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, process_time

IDLE = 0.02
"""Seconds of CPU that a server takes in one in which it is asked nothing, at most."""
PATIENCE = 30.0
"""Seconds: whoever reads for a while and asks on is not to wait for what was given back."""


class Idleness:
    """`clock` tells the time, and `worked` the CPU time that the process has taken, in seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic, worked: Callable[[], float] = process_time) -> None:
        self._clock, self._worked = clock, worked
        self._looked = self._busy = clock()
        self._had_worked, self._is_told = worked(), False

    def has_begun(self) -> bool:
        """Return whether it has lasted for a while: once each time. To be asked every second or so."""
        now, worked = self._clock(), self._worked()
        if worked - self._had_worked > IDLE * max(1.0, now - self._looked):
            self._busy, self._is_told = now, False
        self._looked, self._had_worked = now, worked
        begins = not self._is_told and now - self._busy >= PATIENCE
        self._is_told = self._is_told or begins
        return begins

"""Saved searches: what is new for them (`finding`), and how it is told (`telling`, by `webhook` and `mail`)."""

from __future__ import annotations

from types import TracebackType

from app.alerts.finding import find_new, is_behind
from app.alerts.telling import Teller, next_message
from app.archive import Archive


class Alerts:
    """The share that saved searches have in the work beside a server. In a `with` it sends messages too."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._teller = Teller(archive)

    def __enter__(self) -> Alerts:
        self._teller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._teller.stop()

    def due(self) -> float:
        """Return when there is something to do, as `time.time` has it."""
        return 0.0 if is_behind(self._archive) else next_message(self._archive)

    def step(self) -> bool:
        """Ask the searches that are behind. Return whether there were any."""
        return find_new(self._archive) > 0

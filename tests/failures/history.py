"""What was sent to an archive and what it acknowledged, kept beside it: the truth that it is held against."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path


class History:
    """A thing is of a kind (an article, a decision, a key), has a name, and may go through states. Each line is written
    before the archive is asked, or after it has answered: a kill of the asking process takes nothing back."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def sent(self, kind: str, names: Sequence[str], state: str = "") -> None:
        self._write("sent", kind, names, state)

    def acknowledged(self, kind: str, names: Sequence[str], state: str = "") -> None:
        self._write("acknowledged", kind, names, state)

    def count(self, event: str, kind: str, state: str | None = None) -> int:
        return sum(line[:2] == [event, kind] and state in (None, line[3]) for line in self._lines())

    def unacknowledged(self, kind: str) -> Counter[str]:
        """How many of each name were sent and never acknowledged."""
        lines = [line for line in self._lines() if line[1] == kind]
        sent = Counter(line[2] for line in lines if line[0] == "sent")
        return sent - Counter(line[2] for line in lines if line[0] == "acknowledged")

    def compare(self, kind: str, present: Mapping[str, str]) -> None:
        """Raises unless all that was acknowledged is there, in that state or one sent later, and nothing else is."""
        states: defaultdict[str, list[str]] = defaultdict(list)
        oldest: dict[str, int] = {}
        for event, of, name, state in self._lines():
            if of == kind and event == "sent":
                states[name].append(state)
            elif of == kind:
                oldest[name] = len(states[name]) - 1 - states[name][::-1].index(state)
        for name, sent in states.items():
            if name in oldest:
                assert present.get(name) in sent[oldest[name] :], f"{kind} {name}: {present.get(name)} of {sent}"
        for name, state in present.items():
            assert state in states[name], f"{kind} {name} is in state {state!r}, which was never sent"

    def _write(self, event: str, kind: str, names: Sequence[str], state: str) -> None:
        with self._path.open("a") as file:
            file.write("".join(json.dumps([event, kind, name, state]) + "\n" for name in names))

    def _lines(self) -> list[list[str]]:
        return [json.loads(line) for line in self._path.read_text().splitlines()] if self._path.exists() else []

"""What an ingest did, in numbers that add up, and how far it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Literal, Protocol, get_args

from app.text import printable

Outcome = Literal["new", "revised", "unchanged", "duplicate", "withdrawn", "rejected"]
Stage = Literal["reading", "recognition", "rows", "index"]


@dataclass(frozen=True, slots=True)
class Report:
    """`read == new + revised + unchanged + duplicate + withdrawn + rejected`. `resolved` are rejections of earlier runs
    that passed now. `recognised` are the articles that were read for names: fewer than `new` and `revised` where the
    text of a revision is that of the state before. `seconds` of waiting for each stage add up to nearly `elapsed`."""

    read: int
    new: int
    revised: int
    unchanged: int
    duplicate: int
    withdrawn: int
    rejected: int
    resolved: int
    recognised: int
    files: int
    notes: tuple[str, ...]
    seconds: Mapping[Stage, float]
    elapsed: float


def sum_reports(reports: Sequence[Report]) -> Report:
    """Return one report of several runs, each note once."""
    numbers = ("read", *get_args(Outcome), "resolved", "recognised", "files")
    return Report(
        **{name: sum(getattr(report, name) for report in reports) for name in numbers},
        notes=tuple(dict.fromkeys(note for report in reports for note in report.notes)),
        seconds={stage: sum(report.seconds[stage] for report in reports) for stage in get_args(Stage)},
        elapsed=sum(report.elapsed for report in reports),
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` bytes are read (packed files count as they are), `records` are dealt with. For a while after
    the last byte there is nothing but `stage`."""

    done: int
    total: int
    records: int
    rejected: int
    stage: Stage | Literal["meaning"]


class OnProgress(Protocol):
    def __call__(self, progress: Progress, /) -> None: ...


_UNDATED = ""


def _records(count: int) -> str:
    return f"{count:,} record{'' if count == 1 else 's'}"


def _articles(count: int) -> str:
    return f"{count:,} article{'' if count == 1 else 's'}"


# Beyond these a list of names is noise.
_NAMES_SHOWN = 12
_NAME_SHOWN = 40


@dataclass(slots=True)
class Tally:
    """Counts as they grow."""

    outcomes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(get_args(Outcome), 0))
    seconds: dict[Stage, float] = field(
        default_factory=lambda: {"reading": 0.0, "recognition": 0.0, "rows": 0.0, "index": 0.0}
    )
    files: int = 0
    undated: int = 0
    cleaned: Counter[str] = field(default_factory=Counter)
    """Records by the kind of what was taken out or replaced in them."""
    apart: Sequence[tuple[str, str]] = ()
    """Labels of files that are called by a longer end of their path, each with the file that has the shorter one."""
    resolved: int = 0
    recognised: int = 0
    named: int = 0
    """Articles of an earlier ingest without names that have them now."""
    completed: int = 0
    """Articles that had no time of day, and are as they were otherwise."""
    ignored: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    started: float = field(default_factory=perf_counter)
    _of_file: dict[str, Counter[Outcome]] = field(default_factory=dict)
    """Of those files that are not at their end."""
    _remarks: dict[str, Counter[str]] = field(default_factory=dict)
    _made: Counter[str] = field(default_factory=Counter)
    """How many articles former readings of a file made or revised: they are counted, and met again in the next."""

    @property
    def read(self) -> int:
        return sum(self.outcomes.values())

    def count(self, outcome: Outcome, path: str) -> None:
        if outcome in ("unchanged", "revised") and self._made[path]:
            self._made[path] -= 1
            return
        self.outcomes[outcome] += 1
        self._of_file.setdefault(path, Counter())[outcome] += 1

    def remark(self, path: str, *, undated: bool, cleaned: Iterable[str]) -> None:
        """Count what is to be told of a record that was not refused."""
        self.undated += undated
        self.cleaned.update(cleaned)
        self._remarks.setdefault(path, Counter()).update([_UNDATED, *cleaned] if undated else cleaned)

    def end(self, path: str) -> None:
        self._of_file.pop(path, None)
        self._remarks.pop(path, None)
        self._made.pop(path, None)

    def read_again(self, path: str) -> None:
        """Undo what was counted of the file, but for the articles that came of it and are there."""
        counted = self._of_file.pop(path, Counter())
        for outcome in ("unchanged", "duplicate", "withdrawn", "rejected"):
            self.outcomes[outcome] -= counted[outcome]
        self._made[path] += counted["new"] + counted["revised"]
        remarks = self._remarks.pop(path, Counter())
        self.undated -= remarks.pop(_UNDATED, 0)
        self.cleaned -= remarks

    @contextmanager
    def timing(self, stage: Stage) -> Iterator[None]:
        started = perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += perf_counter() - started

    def report(self) -> Report:
        return Report(
            read=self.read,
            **self.outcomes,
            resolved=self.resolved,
            recognised=self.recognised,
            files=self.files,
            notes=tuple(self._notes()),
            seconds=dict(self.seconds),
            elapsed=perf_counter() - self.started,
        )

    def _notes(self) -> Iterator[str]:
        if self.ignored:
            names = [printable(name[:_NAME_SHOWN]) for name in sorted(self.ignored)]
            more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
            yield f"Ignored fields: {', '.join(names[:_NAMES_SHOWN])}{more}."
        if self.undated:
            yield f"{_records(self.undated)} without a date."
        if self.cleaned:
            kinds = [f"{kind} in {_records(count)}" for kind, count in sorted(self.cleaned.items())]
            yield f"Cleaned: {', '.join(kinds)}."
        if self.apart:
            label, path = self.apart[0]
            others = f", and {len(self.apart) - 1:,} more" if len(self.apart) > 1 else ""
            yield (
                f"Kept apart: {printable(label)} is another file than {printable(path)}, and ids in both may be the "
                f"same{others}. Where they are one publisher's, name it: --source"
            )
        if self.named:
            yield f"Names were recognised in {_articles(self.named)} that had none yet."
        if self.completed:
            yield f"The time of day, rights or subjects were noted of {_articles(self.completed)} that had none yet."
        yield from self.notes

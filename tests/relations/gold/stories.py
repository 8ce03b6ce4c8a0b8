"""`python -m tests.relations.gold.stories --texts articles.jsonl.gz`: how well articles of one event come together.

JSON Lines, gzipped or not, with `title`, `body` and `cluster`, the event. They are taken to be of one day: a harder
task than news of many days, most of which no two stories can share. With all of them, and with some drawn by chance.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Hashable, Sequence
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any, NamedTuple

from rich.console import Console

from app.relations.stories import Nearby, Parts, Placed, Surroundings, likest, stories_in
from app.relations.vectors import vector_of

SHARES = {1.0: 1, 0.5: 5, 0.25: 5}
"""Of the articles, and how often as many are drawn."""
console = Console(highlight=False, markup=False, soft_wrap=True)


class BCubed(NamedTuple):
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def b_cubed(found: Sequence[Hashable], marked: Sequence[Hashable]) -> BCubed:
    """Return how much of what stands with an article belongs there, and how much of what belongs there stands there."""
    groups: list[defaultdict[Hashable, set[int]]] = [defaultdict(set), defaultdict(set)]
    for labels, group in zip((found, marked), groups, strict=True):
        for number, label in enumerate(labels):
            group[label].add(number)
    shared = [
        (len(groups[0][one] & groups[1][other]), len(groups[0][one]), len(groups[1][other]))
        for one, other in zip(found, marked, strict=True)
    ]
    return BCubed(mean(both / one for both, one, _ in shared), mean(both / other for both, _, other in shared))


def stories_among(articles: Sequence[Placed]) -> list[list[str]]:
    """Return the stories of some articles, worked out at once."""
    window, by_id = Surroundings(articles), {each.id: each for each in articles}
    near = Nearby({each.id: likest(window.neighbours(each)) for each in articles})
    parts = Parts(near)
    cut = {id: parts.part_of(id) for id in by_id}
    return [
        story for id, part in cut.items() if id == part[0] for story in stories_in(near, [by_id[one] for one in part])
    ]


def labels(articles: Sequence[Placed | None]) -> list[str | int]:
    """Return the story of each article, called by one of its articles: one that is too short is by itself."""
    long_enough = [each for each in articles if each is not None]
    of = {id: story[0] for story in stories_among(long_enough) for id in story}
    return [number if each is None else of[each.id] for number, each in enumerate(articles)]


def _placed(number: int, record: dict[str, Any]) -> Placed | None:
    vector = vector_of(record["title"], record["body"])
    return None if vector is None else Placed(f"{number:05}", 1, vector)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.relations.gold.stories", description=__doc__)
    parser.add_argument("--texts", type=Path, required=True, help="JSON Lines of the articles, may be gzipped")
    file = parser.parse_args().texts
    with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as lines:
        records = [json.loads(line) for line in lines]
    read = [(_placed(number, record), str(record["cluster"])) for number, record in enumerate(records)]
    console.print(f"{len(read)} articles, {sum(placed is None for placed, _ in read)} of them too short")
    for share, times in SHARES.items():
        drawn = [Random(seed).sample(read, round(share * len(read))) for seed in range(times)]
        scored = [b_cubed(labels([one for one, _ in some]), [marked for _, marked in some]) for some in drawn]
        found = BCubed(mean(each.precision for each in scored), mean(each.recall for each in scored))
        f1 = mean(each.f1 for each in scored)
        console.print(f"{share:4.0%}  P {found.precision:.3f} R {found.recall:.3f} F {f1:.3f}")


if __name__ == "__main__":
    main()

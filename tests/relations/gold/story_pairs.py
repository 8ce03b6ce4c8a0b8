"""`python -m tests.relations.gold.story_pairs newswire --texts newswire.jsonl.gz`: how many pairs of articles that
stand in one story tell of one event, and how many that tell of one stand in one story; on pairs marked by hand.

All articles of the file are gathered, by their own days, and then the marked pairs are looked at.
"""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
from rich.console import Console

from app.relations.stories import Placed
from app.relations.vectors import vector_of
from app.text import normalise
from tests.relations.gold import pairs
from tests.relations.gold.pairs import Text
from tests.relations.gold.stories import stories_among

COLLECTIONS = ("newswire", "modern")
HELD_OUT = ("newswire-held-out", "modern-held-out")
console = Console(highlight=False, markup=False, soft_wrap=True)


def marked_pairs(collection: str) -> list[tuple[str, str, bool]]:
    """Return the marked pairs of a collection, by the ids of their records: whether both tell of one event."""
    lines = (pairs.FOLDER / f"stories-{collection}.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=tuple[str, str, bool]) for line in lines]


def gathered_texts(path: Path) -> dict[str, str]:
    """Return the story of each article that has one, called by one of its articles."""
    articles = [each for each in map(_placed_text, _texts(path)) if each is not None]
    return {id: story[0] for story in stories_among(articles) for id in story}


def _texts(path: Path) -> Iterator[Text]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for line in file:
            yield msgspec.json.decode(line, type=Text)


def _placed_text(text: Text) -> Placed | None:
    vector = vector_of(text.title or "", normalise(text.body)) if text.date else None
    return None if vector is None else Placed(text.id, date.fromisoformat((text.date or "")[:10]).toordinal(), vector)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.relations.gold.story_pairs", description=__doc__)
    parser.add_argument("collection", choices=COLLECTIONS + HELD_OUT)
    parser.add_argument("--texts", type=Path, required=True, help="JSON Lines of the articles, may be gzipped")
    options = parser.parse_args()
    story = gathered_texts(options.texts)
    marked = marked_pairs(options.collection)
    decided = [(one in story and story[one] == story.get(other), same) for one, other, same in marked]
    precision, recall, f1 = pairs.figures(decided)
    console.print(f"{options.collection}: {len(marked)} pairs, {sum(same for *_, same in marked)} of one event")
    console.print(f"  P {precision:.3f} R {recall:.3f} F {f1:.3f}")


if __name__ == "__main__":
    main()

"""`python -m tests.relations.gold --texts newswire.jsonl.gz releases.jsonl.gz`: how well copies are told from other
news, on pairs marked by hand.

The marks are kept here, the texts are not.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from app.relations.copying import Edition, are_copies, overlap
from tests.relations.gold import pairs

console = Console(highlight=False, markup=False, soft_wrap=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.relations.gold", description=__doc__)
    parser.add_argument(
        "--texts", type=Path, required=True, nargs="+", help="JSON Lines of the articles, may be gzipped"
    )
    options = parser.parse_args()
    marked = {part: pairs.load(part) for part in pairs.PARTS}
    texts = pairs.texts_of(options.texts, {id for some in marked.values() for pair in some for id in pair.ids})
    rules = {"copies": are_copies, "half is shared": _share_half}
    for part, some in marked.items():
        read = [(*pairs.editions(pair, texts), pair.copies) for pair in some]
        console.print(f"{part}: {len(some)} pairs, {sum(pair.copies for pair in some)} copies")
        for name, rule in rules.items():
            precision, recall, f1 = pairs.figures([(rule(one, other), copies) for one, other, copies in read])
            console.print(f"  {name:15} P {precision:.3f} R {recall:.3f} F {f1:.3f}")


def _share_half(one: Edition, other: Edition) -> bool:
    return overlap(one, other).of_shorter >= 0.5


if __name__ == "__main__":
    main()

"""How many quotes get their speaker, on articles in which people marked who says what.

    python -m tests.enrich.quotes --marked polnear-dev

The folder is as PolNeAR is published: `text/*.txt`, and `attributions/*.ann` of brat. A quote is what stands between
quotation marks and has five words or more; it is right where its speaker overlaps, or shares a name with, one that is
marked as the source of what is marked around it. Rules may be made for every second article (`development`); of the
others only the figures are looked at.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import NamedTuple

from rich.console import Console

from app.enrich.enricher import Enricher, LaidOut
from app.enrich.layout import lay_out
from app.enrich.quotes.marks import FEWEST_WORDS, pair_marks
from app.enrich.quotes.speakers import find_quotes
from app.settings import Settings

Spans = list[tuple[int, int]]
PARTS = ("development", "held-out")
console = Console(highlight=False, markup=False, soft_wrap=True)


class Attribution(NamedTuple):
    """Who is marked as saying what."""

    sources: Spans
    content: Spans


def marked_articles(folder: Path, part: str) -> Iterator[tuple[str, list[Attribution]]]:
    """Yield the texts of a part, with what is marked in each."""
    for path in sorted(folder.glob("text/*.txt"))[PARTS.index(part) :: len(PARTS)]:
        marks = next(folder.glob(f"attributions/{path.stem}_*.ann"))
        # As it is: the offsets count both characters of a line's end.
        yield path.read_bytes().decode(), list(_attributions(marks.read_text(encoding="utf-8")))


def _attributions(text: str) -> Iterator[Attribution]:
    spans: dict[str, Spans] = {}
    for line in text.splitlines():
        id, said, *_ = line.split("\t")
        if id.startswith("T"):
            spans[id] = [(int(a), int(b)) for a, b in re.findall(r"(\d+) (\d+)", said)]
    for line in text.splitlines():
        id, said, *_ = line.split("\t")
        if id.startswith("E"):
            roles: defaultdict[str, Spans] = defaultdict(list)
            for role, span in re.findall(r"(\w+?)\d*:(T\d+)", said):
                roles[role] += spans[span]
            yield Attribution(roles["Source"], roles["Content"])


def _overlap(one: tuple[int, int], others: Spans) -> int:
    return sum(max(0, min(one[1], end) - max(one[0], start)) for start, end in others)


def _names(body: str, spans: Spans) -> set[str]:
    return {name for start, end in spans for name in re.findall(r"[A-Z]\w+", body[start:end])}


def score_quotes(body: str, marked: list[Attribution], enricher: Enricher) -> Counter[str]:
    layout = lay_out(body)
    entities = enricher.enrich([LaidOut("0" * 16, body, layout)])[0].entities
    began = process_time()
    found = {quote.start: quote for quote in find_quotes(body, layout.blocks, entities)}
    counted = Counter({"articles": 1, "microseconds": int((process_time() - began) * 1e6)})
    for each in pair_marks(body, [(block.start, block.end) for block in layout.blocks]):
        if len(body[each.start : each.end].split()) < FEWEST_WORDS:
            continue
        length = each.end - each.start
        around = next((mark for mark in marked if 2 * _overlap((each.start, each.end), mark.content) > length), None)
        quote = found.get(each.start)
        counted["marked"] += around is not None
        counted["found"] += quote is not None
        if around is not None and quote is not None:
            same_name = _names(body, around.sources) & _names(body, [quote.speaker])
            counted["right"] += bool(same_name) or _overlap(quote.speaker, around.sources) > 0
    return counted


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--marked", type=Path, required=True)
    given.add_argument("--part", choices=PARTS, action="append")
    asked = given.parse_args()
    enricher = Enricher(Settings.model_fields["model"].default)
    for part in asked.part or PARTS:
        counted: Counter[str] = Counter()
        for body, marked in marked_articles(asked.marked, part):
            counted += score_quotes(body, marked, enricher)
        precision, recall = counted["right"] / counted["found"], counted["right"] / counted["marked"]
        cost = counted["microseconds"] / counted["articles"] / 1000
        console.print(
            f"{part}: {counted['marked']} marked, {counted['found']} found, {counted['right']} right; "
            f"precision {precision:.3f}, recall {recall:.3f}, "
            f"F {2 * precision * recall / (precision + recall):.3f}; {cost:.2f} ms of CPU an article"
        )


if __name__ == "__main__":
    main()

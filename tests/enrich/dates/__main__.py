"""How well dates in texts are read, on news marked by hand.

    python -m tests.enrich.dates --texts newswire.jsonl.gz news.jsonl.gz

The marks are kept here, the texts are not: JSON Lines, gzipped or not, with `id`, `title`, `dateline` and `body`. Parts
whose texts are not given are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from pathlib import Path
from time import process_time
from typing import Any

from rich.console import Console

from app.enrich.dates.expressions import find_dates
from app.enrich.layout import lay_out
from app.text import fingerprint, normalise

PARTS = ("development", "held-out", "newswire", "modern")
HERE = Path(__file__).parent
console = Console(highlight=False, markup=False, soft_wrap=True)


def marked(part: str) -> dict[str, dict[str, Any]]:
    """Return the marked articles of a part by their ids."""
    rows = (json.loads(line) for line in (HERE / f"{part}.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["id"]: row for row in rows}


def score_dates(body: str, record: dict[str, Any], gold: dict[str, Any]) -> Counter[str]:
    """Count marks, dates found, those at a mark, and those with its value; the same of days alone."""
    layout = lay_out(body, record.get("title"), record.get("dateline"))
    began = process_time()
    found = find_dates(body, layout.blocks, gold["date"], layout.dateline.end if layout.dateline else 0)
    counted = Counter(articles=1, microseconds=int((process_time() - began) * 1e6))
    counted["found"], counted["marked"] = len(found), len(gold["dates"])
    counted["days"] = sum(len(value) == len("2025-05-05") and "W" not in value for *_, value in gold["dates"])
    for start, end, value in gold["dates"]:
        here = [each for each in found if each.start < end and start < each.end]
        is_day = len(value) == len("2025-05-05") and "W" not in value
        counted["met"] += bool(here)
        counted["right"] += any(each.value == value for each in here)
        counted["days met"] += is_day and bool(here)
        counted["days right"] += is_day and any(each.value == value for each in here)
    return counted


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--texts", type=Path, required=True, nargs="+")
    given.add_argument("--part", choices=PARTS, action="append")
    asked = given.parse_args()
    records: dict[str, dict[str, Any]] = {}
    for path in asked.texts:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as lines:
            records |= {str(record["id"]): record for record in map(json.loads, lines)}
    for part in asked.part or PARTS:
        counted: Counter[str] = Counter()
        articles = marked(part)
        if not articles.keys() <= records.keys():
            continue
        for id, gold in articles.items():
            body = normalise(records[id]["body"])
            assert fingerprint(body) == gold["sha256"], f"{id} is another text than the one that was marked"
            counted += score_dates(body, records[id], gold)
        precision, recall = counted["right"] / counted["found"], counted["right"] / counted["marked"]
        console.print(
            f"{part}: {counted['marked']} marked, {counted['found']} found, {counted['right']} of the right value; "
            f"F {2 * precision * recall / (precision + recall):.3f}; "
            f"days {counted['days right']} of {counted['days met']} found, of {counted['days']}; "
            f"{counted['microseconds'] / counted['articles'] / 1000:.2f} ms of CPU an article"
        )


if __name__ == "__main__":
    main()

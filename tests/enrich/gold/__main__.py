"""`python -m tests.enrich.gold --texts news.jsonl.gz web.jsonl.gz us.jsonl.gz`: how well names are found and joined,
on articles marked by hand.

The marks are kept here, the texts are not. A part that is asked for needs only its own file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from app.enrich.enricher import Enricher
from app.settings import Settings
from tests.enrich.gold import marked

console = Console(highlight=False, markup=False, soft_wrap=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.enrich.gold", description=__doc__)
    parser.add_argument(
        "--texts", type=Path, required=True, nargs="+", help="JSON Lines of the articles, may be gzipped"
    )
    parser.add_argument("--part", choices=marked.PARTS, help="only this part")
    options = parser.parse_args()
    enricher = Enricher(Settings.model_fields["model"].default)
    console.print(enricher.pipeline)
    for part in [options.part] if options.part else marked.PARTS:
        gold = marked.load(part)
        articles = marked.sources(options.texts, gold)
        console.print(f"{part}: {len(gold)} articles")
        _show(marked.score(gold, articles, marked.read(enricher, articles)))


def _show(scores: marked.Scores) -> None:
    for name, tally in {"typed": scores.typed, "untyped": scores.untyped, **scores.by_type}.items():
        precision, recall, f1 = tally.figures
        console.print(f"  {name:12} P {precision:.3f} R {recall:.3f} F {f1:.3f}  of {tally.marked}")
    console.print(
        f"  B-cubed on found mentions {scores.found_b_cubed:.3f}, on marked mentions {scores.given_b_cubed:.3f}"
    )


if __name__ == "__main__":
    main()

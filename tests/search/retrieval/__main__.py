"""`python -m tests.search.retrieval --judged FOLDER ... --stories FILE --known-items FILE --headlines FILE`: how well
questions in words are answered, set by set.

The sets are not kept here. `--index` keeps what is made of them, so that another run takes seconds; it must be another
folder for another analysis of text.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from app.search.answer import answer
from app.search.engine import SearchEngine
from app.search.query import Match, Query, parse
from app.search.whoosh.engine import WhooshEngine
from tests.search.retrieval import sets
from tests.search.retrieval.sets import Question, QuestionSet

console = Console(highlight=False, markup=False, soft_wrap=True)
_LOOKED_AT = 100


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.search.retrieval", description=__doc__)
    parser.add_argument("--judged", type=Path, nargs="+", default=[], help="folders of judged questions")
    parser.add_argument("--stories", type=Path, help="JSON Lines of articles with a cluster, may be gzipped")
    parser.add_argument("--known-items", type=Path, help="JSON Lines of articles, may be gzipped")
    parser.add_argument("--headlines", type=Path, help="JSON Lines of articles, may be gzipped")
    parser.add_argument("--match", default="auto", choices=("auto", "all", "any"))
    parser.add_argument("--index", type=Path, help="a folder to keep the indexes in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for asked in _asked(options):
            engine = _opened(options.index or Path(scratch), asked)
            console.print(f"{asked.name:12} {mean_score(engine, asked, options.match):.4f}")


def mean_score(engine: SearchEngine, asked: QuestionSet, match: Match = "auto") -> float:
    scores = [asked.score(_found(engine, question, match), question.relevant) for question in asked.questions]
    return sum(scores) / len(scores)


def _found(engine: SearchEngine, question: Question, match: Match) -> list[str]:
    hits = answer(engine, Query(parse(question.text).clause, limit=_LOOKED_AT), match).hits
    return [hit.id for hit in hits.hits if hit.id != question.asked_by]


def _asked(options: argparse.Namespace) -> Iterator[QuestionSet]:
    yield from map(sets.judged, options.judged)
    for path, made in (
        (options.stories, sets.stories),
        (options.known_items, sets.known_items),
        (options.headlines, sets.headlines),
    ):
        if path:
            yield made(path)


def _opened(folder: Path, asked: QuestionSet) -> WhooshEngine:
    engine = WhooshEngine.open(folder / asked.name)
    if engine.status().documents != len(asked.documents):
        engine.rebuild(asked.documents, sequence=1)
    return engine


if __name__ == "__main__":
    main()

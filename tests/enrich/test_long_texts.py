"""What the rules do for a text of twice the length is twice as much: counted in lines of our code, not in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from time import thread_time
from types import FrameType
from typing import Any

import pytest

from app.enrich import inverted, mentions
from app.enrich.enricher import Enricher
from app.enrich.layout import lay_out
from app.enrich.prepared import prepare
from app.enrich.resolve import resolve
from tests.growth import is_bounded

OURS = str(Path(mentions.__file__).parent)
SYLLABLES = ["Bal", "Dor", "Fen", "Gar", "Hol", "Kar", "Lom", "Mar", "Nev", "Pol", "Rud", "Sten", "Tor", "Vas"]
SURNAMES = ["".join(pair) for pair in product(SYLLABLES, ["man", "berg", "ski", "ton", "wick", "sen", "ford", "ley"])]
Steps = Callable[..., int]


@pytest.fixture(scope="module")
def steps(enricher: Enricher) -> Steps:
    def run(body: str, *, counted: bool = True) -> int:
        layout = lay_out(body)
        prepared = prepare(body, layout.blocks)
        found = enricher._recogniser.read([prepared])[0]
        taken = 0

        def trace(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal taken
            if not frame.f_code.co_filename.startswith(OURS):
                return None
            taken += 1
            return trace

        before = sys.gettrace()
        if counted:
            sys.settrace(trace)
        try:
            resolve("a1", body, mentions.recognise(body, prepared, found, layout.dateline), layout.dateline, "rules")
        finally:
            sys.settrace(before)
        return taken

    return run


@pytest.mark.parametrize(
    "sentence",
    [
        "President John {} met Mary {} in Paris, France on Monday. ",
        "John {}, a lawyer, met Mr {} and Mr Smith. ",
        "John {} met Anna {}.\n\n",
        "J. {} met Anna {} of the Foreign Ministry in London. ",
        "{} and {} Corp bought Taft {} Ltd, {} said. ",
        "The Bank of {} (B{}) met the Bank in Germany. ",
        "John and Maria {} met {} and Anna {}, and the {}s left. ",
        "{}, John; {}, Maria\n",
        "Oscar de la {} met Ann von {} and De la {} in Rome. ",
        "The USS {} and the tanker {} left Norfolk. ",
        "New York and Georgia met {} in Idaho, Ohio and Lebanon, Iowa. Many African-American {}s left the Moon. ",
    ],
)
def test_twice_the_text_is_twice_the_work(steps: Steps, sentence: str) -> None:
    names = iter(SURNAMES * 10)
    body = "".join(sentence.format(*(next(names) for _ in range(sentence.count("{}")))) for _ in range(200))
    # Once for what is kept between texts.
    steps(body, counted=False)
    assert steps(body) < 2.3 * steps(body[: len(body) // 2])


@pytest.mark.parametrize(
    "hostile", ["Ab, Cd" + "\n" * 50, "A-b, C-d" + "-e" * 50, "Ab, Cd; " * 10 + " " * 50, "Ab, " * 20]
)
def test_a_hostile_list_of_twice_the_length_takes_twice_the_time(hostile: str) -> None:
    def seconds(times: int) -> float:
        body = hostile[0] + hostile[1:] * times
        started = thread_time()
        inverted.listed_people(body, lambda start, end: False)
        return thread_time() - started

    assert is_bounded(lambda times: max(seconds(times), 0.02), 1_000, 2_000, times=4)


def test_rows_of_results_are_looked_at_once(steps: Steps) -> None:
    body = "Soccer results.\n\n" + "Brann 2 Rosenborg 1\nJohn Smith of Norway scored twice for Brann.\n" * 200
    steps(body, counted=False)
    assert steps(body) < 2.3 * steps(body[: len(body) // 2])

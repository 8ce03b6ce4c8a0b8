"""What a pass may change: nothing that is surer, unless it says so."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest

from app.enrich import grounds, passes
from app.enrich.context import Context, Span
from app.enrich.passes import PHASES, Pass

Change = Callable[[Context, grounds.Ground], bool]
TEXT = "Then Paris said so in Rome."
SURE = grounds.Ground("gazetteer", 0.9)
WEAK = grounds.Ground("vote", 0.75)
SURER = grounds.Ground("acronym", 0.95)


def article(ground: grounds.Ground = SURE) -> Context:
    context = Context(TEXT)
    assert context.add(Span(5, 10, "place", *ground))
    return context


def put(context: Context, ground: grounds.Ground) -> bool:
    return context.put(Span(0, 10, "person", *ground))


def part(context: Context, ground: grounds.Ground) -> bool:
    return context.put(Span(5, 7, "person", *ground), Span(7, 10, "person", *ground))


def retype(context: Context, ground: grounds.Ground) -> bool:
    return context.retype(context.spans[0], "person", ground)


def widen(context: Context, ground: grounds.Ground) -> bool:
    return context.widen(context.spans[0], 0, 10, ground)


def cut(context: Context, ground: grounds.Ground) -> bool:
    return context.cut(context.spans[0], 5, 8, "person", ground)


def drop(context: Context, ground: grounds.Ground) -> bool:
    return context.drop(context.spans[0], ground)


CHANGES = pytest.mark.parametrize("change", [put, part, retype, widen, cut, drop])


def shown(context: Context) -> list[tuple[str, str, str]]:
    return [(span.name, span.type, span.rule) for span in context.spans]


@CHANGES
def test_a_surer_span_stays_as_it_is(change: Change) -> None:
    context = article()
    assert not change(context, WEAK)
    assert shown(context) == [("Paris", "place", "gazetteer")]
    assert not context.add(Span(6, 8, "person", *SURER))


@CHANGES
def test_a_surer_ground_changes_it(change: Change) -> None:
    context = article()
    assert change(context, SURER)
    assert shown(context) != [("Paris", "place", "gazetteer")]


@CHANGES
def test_a_pass_may_say_that_it_changes_what_a_rule_has_found(change: Change) -> None:
    found = []

    def rule(context: Context) -> None:
        found.append(change(context, WEAK))

    Pass(rule).correct(article())
    Pass(rule, over=("demonym",)).correct(article())
    Pass(rule, over=("gazetteer",)).correct(article())
    assert found == [False, False, True]


@CHANGES
def test_a_guess_yields_to_any_rule(change: Change) -> None:
    assert change(article(grounds.Ground("model", 0.99)), WEAK)


def test_a_cut_makes_nothing_surer() -> None:
    context = article()
    context.cut(context.spans[0], 5, 8, "person", SURER)
    assert shown(context) == [("Par", "person", "acronym")]
    assert context.spans[0].confidence == SURE.confidence


def test_what_was_dropped_is_no_name_again_and_what_was_cut_off_may_be() -> None:
    context = article()
    context.drop(context.spans[0], SURER)
    assert not context.add(Span(5, 10, "person", *SURER))
    context = article()
    context.cut(context.spans[0], 8, 10, "place", SURER)
    assert context.add(Span(5, 8, "person", *WEAK))


def test_a_span_has_the_name_that_stands_there() -> None:
    context = article()
    span = context.spans[0]
    context.widen(span, 0, 10, SURER)
    assert span.name == "Then Paris"
    assert context.surnames() == set()
    context.retype(span, "person", SURER)
    assert context.surnames() == {"Paris"}


def test_what_stands_beside_is_one_word_or_a_pattern() -> None:
    context = Context('Mr. Lee met "Bo Rand", Ann Rand')
    assert (before := context.word_before(4)) is not None
    assert before[1] == "Mr."
    assert context.word_before(TEXT.index("Then")) is None
    assert context.word_before(context.text.index("Ann")) is None


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in Path(str(grounds.__file__)).parent.rglob("*.py"):
        yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def test_every_confidence_stands_in_the_table() -> None:
    """No number is given to a span but by its ground."""
    for name, module in modules():
        for call in ast.walk(module):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("Span", "Mention", "Ground"):
                numbers = [each for each in ast.walk(call) if isinstance(getattr(each, "value", None), float)]
                assert not numbers or name == "grounds.py", name


def test_spans_are_changed_in_one_place() -> None:
    changed = {"start", "end", "type", "rule", "confidence"}
    for name, module in modules():
        for node in ast.walk(module):
            written = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in changed
            assert not written or name == "context.py", name


def test_a_pass_is_known_by_its_name() -> None:
    names = [each.name for each in chain.from_iterable(phase.passes for phase in PHASES)]
    assert len(set(names)) == len(names) > 30
    assert passes.PHASES[0].passes[0].name == "complete names"

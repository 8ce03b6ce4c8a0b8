"""Every rule can be switched off by its name, alone or with others, and is there again afterwards."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from app.enrich import cleaning, passes
from app.enrich.passes import Pass
from tests.enrich.gold.ablation import RULES, Rule, switched


@pytest.mark.parametrize("rule", RULES, ids=[rule[0] for rule in RULES])
def test_a_rule_is_switched_off_for_a_while(rule: Rule) -> None:
    _, module, attribute, instead = rule
    before = getattr(module, attribute)
    with switched(module, attribute, instead):
        assert getattr(module, attribute) is not before
    assert getattr(module, attribute) is before


def test_passes_are_left_out_together() -> None:
    before = [each for phase in passes.PHASES for each in phase.passes]
    left_out = [rule for rule in RULES if isinstance(rule[3], Pass)]
    assert [rule[3] for rule in left_out] == before
    with ExitStack() as stack:
        for _, module, attribute, instead in left_out[1:]:
            stack.enter_context(switched(module, attribute, instead))
        assert [each for phase in passes.PHASES for each in phase.passes] == before[:1]


def test_what_was_answered_with_a_rule_is_asked_anew_without_it() -> None:
    [rule] = [rule for rule in RULES if rule[0] == "ordinary words left out"]
    text = "On Monday"
    assert not list(cleaning.clean(text, 3, 9, "ORG"))
    with switched(*rule[1:]):
        assert list(cleaning.clean(text, 3, 9, "ORG"))
    assert not list(cleaning.clean(text, 3, 9, "ORG"))

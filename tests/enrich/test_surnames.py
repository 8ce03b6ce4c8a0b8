from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from app.enrich.surnames import owner

ANN = {"organization-bank": 0.8, "person-bo-li": 0.4, "place-oslo": 0.6, "place-norway": 1.0}
BEN = {"organization-club": 1.0, "place-norway": 1.0, "place-oslo": 0.4}


@pytest.mark.parametrize(
    ("context", "candidates", "expected"),
    [
        ({"organization-bank", "place-oslo"}, {"ann": ANN}, "ann"),
        ({"organization-bank"}, {"ann": ANN}, None),  # one thing in common is chance
        ({"place-oslo", "place-norway"}, {"ann": ANN}, None),  # whoever lives there
        ({"organization-bank", "person-bo-li", "place-oslo"}, {"ann": ANN, "ben": BEN}, "ann"),
        ({"organization-club", "organization-bank", "place-norway"}, {"ann": ANN, "ben": BEN}, None),
        ({"organization-bank", "place-oslo"}, {}, None),
    ],
)
def test_the_company_tells_whose_it_is(
    context: set[str], candidates: dict[str, dict[str, float]], expected: str
) -> None:
    assert owner(context, candidates) == expected


def test_who_is_left_out_never_changes_the_answer() -> None:
    random = Random(4)
    keys = [f"{kind}-{n}" for kind in ("organization", "place") for n in range(4)]
    answers = []
    for _ in range(300):
        everyone = {
            name: {key: random.choice((0.25, 0.5, 1.0)) for key in random.sample(keys, random.randint(1, 6))}
            for name in ("ann", "ben", "cy", "dee")
        }
        context = random.sample(keys, 5)
        whole = owner(context, everyone)
        for seen in (names for count in range(4) for names in combinations(everyone, count)):
            agreeing = [len(set(context) & set(shares)) for name, shares in everyone.items() if name not in seen]
            answer = owner(context, {name: everyone[name] for name in seen}, max(agreeing))
            assert answer in (whole, "")
            answers.append(answer)
    assert answers.count("") < len(answers) - 500
    assert {"ann", None} <= set(answers)

from __future__ import annotations

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

"""Names that the recogniser missed."""

from __future__ import annotations

import pytest

from app.enrich.passes import repeats
from tests.enrich.spanned import run, shown, spanned


@pytest.mark.parametrize(
    ("found", "written"),
    [
        ("JD Vance", "J.D. Vance"),
        ("JD Vance", "J. D. Vance"),
        ("J.D. Vance", "JD Vance"),
        ("J. D. Vance", "J.D. Vance"),
    ],
)
def test_initials_are_found_however_they_are_parted(found: str, written: str) -> None:
    article = spanned(f"On Monday {found} spoke. They asked {written} again.", person=found)
    run(article, repeats.repeats)
    assert shown(article) == [(found, "person"), (written, "person")]

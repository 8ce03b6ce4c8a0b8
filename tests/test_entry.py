"""What may be typed, whichever way it comes in."""

from __future__ import annotations

import pytest

from app.entry import unfit


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Narendra Modi",
        "Zoë O’Brien",
        "first line\nsecond\tcolumn",
        "می\u200cخواهم",
        "क्\u200dष",
        "אב\u200f!",
        "👨\u200d👩",
        "東京",
    ],
)
def test_text_of_any_script_is_text(text: str) -> None:
    assert unfit(text) is None


@pytest.mark.parametrize(
    ("character", "shown"),
    [
        ("\x1b", "U+001B"), ("\x00", "U+0000"), ("\r", "U+000D"), ("\x7f", "U+007F"), ("\x9b", "U+009B"),
        ("\u202e", "U+202E"), ("\u2066", "U+2066"), ("\u200b", "U+200B"), ("\u00ad", "U+00AD"), ("\ufeff", "U+FEFF"),
        ("\u2028", "U+2028"), ("\ud800", "U+D800"), ("\ufdd0", "U+FDD0"), ("\U0001ffff", "U+1FFFF"),
        ("\U000e0041", "U+E0041"),
    ],
)  # fmt: skip
def test_what_is_not_seen_is_not(character: str, shown: str) -> None:
    assert unfit(f"Narendra{character}Modi") == shown

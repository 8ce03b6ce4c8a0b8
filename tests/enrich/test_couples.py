from __future__ import annotations

import pytest

from app.enrich import couples
from app.enrich.mentions import Mention


def people(body: str, *names: str) -> list[Mention]:
    found, at = [], 0
    for name in names:
        at = body.index(name, at)
        found.append(Mention(at, at + len(name), name, "person", "model", 0.8))
        at += len(name)
    return found


@pytest.mark.parametrize(
    ("body", "names", "expected"),
    [
        ("John and Maria Lund left.", ("John", "Maria Lund"), ["John Lund"]),
        ("Hans & Maria de la Cruz left.", ("Hans", "Maria de la Cruz"), ["Hans de la Cruz"]),
        ("Ann and Gov. Tom Lund left.", ("Ann", "Tom Lund"), ["Ann Lund"]),
        ("Ann and his friend Tom Lund left.", ("Ann", "Tom Lund"), []),
        ("Zog and Tom Lund left.", ("Zog", "Tom Lund"), []),
        ("Zog and Tom Lund left. The Lunds agreed.", ("Zog", "Tom Lund"), ["Zog Lund"]),
        ("Siblings Zog and Tom Lund left.", ("Zog", "Tom Lund"), ["Zog Lund"]),
        ("Her sons, Zog, Tom and Ann Lund, left.", ("Zog", "Tom", "Ann Lund"), ["Zog Lund", "Tom Lund"]),
        ("Zog, Tom and Ann Lund left.", ("Zog", "Tom", "Ann Lund"), []),
        ("Ann Hill came. Ann and Tom Lund left.", ("Ann Hill", "Ann", "Tom Lund"), []),
        ("Ann Lund came. Ann and Tom Lund left.", ("Ann Lund", "Ann", "Tom Lund"), ["Ann Lund"]),
        ("Ann and Tom left.", ("Ann", "Tom"), []),
    ],
)
def test_the_last_one_has_the_surname_of_all(body: str, names: tuple[str, ...], expected: list[str]) -> None:
    assert [name for _, name in couples.completed_names(body, people(body, *names))] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("the brothers ", True), ("Her children, ", True), ("the couple: ", True), ("the brother ", False), ("", False)],
)
def test_kin_are_called_so(text: str, expected: bool) -> None:
    assert couples.are_kin(text, len(text)) is expected

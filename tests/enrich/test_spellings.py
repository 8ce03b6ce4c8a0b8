from __future__ import annotations

import pytest

from app.enrich import spellings


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("bashar-al-assad", "bashar-assad", "article"),
        ("moammar-gadhafi", "muammar-al-qaddafi", "spelling"),
        ("volodymyr-zelenskyy", "volodymyr-zelensky", "spelling"),
        ("sergey-lavrov", "sergei-lavrov", "spelling"),
        ("hillary-rodham-clinton", "hillary-clinton", "middle"),
        ("martin-luther-king-jr", "martin-luther-king", "suffix"),
        ("joe-lund-iii", "joe-lund", "numeral"),
        ("joe-lund-iii", "joe-lund-jr", "suffix"),
        ("usama-bin-laden", "osama-bin-laden", "spelling"),
        ("juan-de-la-cruz", "juan-cruz", None),
        ("julia-lund", "julio-lund", None),
        ("john-smith", "jane-smith", None),
        ("smith", "smith", None),
    ],
)
def test_variants_of_a_name(one: str, other: str, expected: str | None) -> None:
    pair = (f"person-{one}", f"person-{other}")
    assert spellings.is_variant(*pair) is (expected is not None)
    assert expected is None or spellings.difference(*pair) == spellings.difference(*pair[::-1]) == expected
    start = pair[1].removeprefix("person-").split("-")[0]
    found = {(surname, key) for surname, key in spellings.lookups(pair[0])}
    if expected is not None:
        last = spellings.full_name(pair[1])
        assert last is not None
        assert (last.last, f"person-{start}") in found


@pytest.mark.parametrize(
    ("one", "forms", "other", "other_forms", "expected"),
    [
        ("john-paul-lund", (), "john-henry-lund", (), True),
        ("john-paul-lund", (), "john-lund", (), False),
        ("ann-diane-lee-lund", (), "ann-lee-lund", (), False),
        ("eric-lund-jr", (), "eric-lund-sr", (), True),
        ("george-bush", ("George W. Bush",), "george-hw-bush", ("George H.W. Bush",), True),
        ("george-bush", ("George H. W. Bush",), "george-hw-bush", (), False),
        ("george-herbert-walker-bush", (), "george-hw-bush", (), False),
        ("hillary-clinton", ("Hillary R. Clinton",), "hillary-rodham-clinton", (), False),
        ("hillary-clinton", ("Hillary D. Clinton",), "hillary-rodham-clinton", (), True),
    ],
)
def test_names_of_two(
    one: str, forms: tuple[str, ...], other: str, other_forms: tuple[str, ...], expected: bool
) -> None:
    assert spellings.are_two_names(f"person-{one}", f"person-{other}", forms, other_forms) is expected
    assert spellings.are_two_names(f"person-{other}", f"person-{one}", other_forms, forms) is expected


def test_the_plainest_name_has_the_id() -> None:
    keys = [
        "person-moammar-gadhafi",
        "person-muammar-al-gaddafi",
        "person-muammar-gaddafi",
        "person-muammar-a-gaddafi-jr",
    ]
    assert min(keys, key=spellings.plainness) == "person-muammar-gaddafi"


def test_only_full_names_have_variants() -> None:
    assert spellings.lookups("person-lund-0123456789abcdef") == spellings.lookups("organization-lund-berg") == []
    assert spellings.full_name("person-lund") is None


@pytest.mark.parametrize(
    ("name", "usual"),
    [("moammar al-qaddafi", "muammar gaddafi"), ("al gore", "al gore"), ("ann lund", "ann lund")],
)
def test_the_usual_spelling(name: str, usual: str) -> None:
    assert " ".join(spellings.usual_spelling(tuple(name.split()))) == usual

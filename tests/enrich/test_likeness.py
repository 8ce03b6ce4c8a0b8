from __future__ import annotations

import pytest

from app.enrich.likeness import common_parts, likeness, sound


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("person-usama-bin-laden", "person-osama-bin-laden", "spelling"),
        ("person-bashar-al-assad", "person-bashar-assad", "spelling"),
        ("person-melania-knauss-trump", "person-melania-trump", "middle_name"),
        ("person-eric-lund-jr", "person-eric-lund", "suffix"),
        ("person-eric-lund-iii", "person-eric-lund", "suffix"),
        ("person-bob-menendez", "person-robert-menendez", "short_name"),
        ("person-steve-lund", "person-steven-lund", "short_name"),
        ("person-bob-lund", "person-bobby-lund", "short_name"),
        ("person-corey-booker", "person-cory-booker", "misspelling"),
        ("person-alexandria-ocasio-cortes", "person-alexandria-ocasio-cortez", "misspelling"),
        ("person-j-lundberg", "person-john-lundberg", "initials"),
        ("person-jp-lundberg", "person-john-paul-lundberg", "initials"),
        ("person-zoltan-khatchaturian", "person-soltan-kachaturyan", "sound"),
        ("organization-department-of-state", "organization-state-department", "words"),
        ("organization-washigton-post", "organization-washington-post", "misspelling"),
        ("place-massachussetts", "place-massachusetts", "misspelling"),
    ],
)
def test_names_that_may_be_of_one(one: str, other: str, reason: str) -> None:
    for pair in ((one, other), (other, one)):
        found = likeness(*pair)
        assert found is not None
        assert found.reason == reason
    assert set(common_parts(one)) & set(common_parts(other)) or {"initial", "whole"} == {
        block[0] for block in (*common_parts(one), *common_parts(other)) if block[0] in ("initial", "whole")
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("person-mario-lundberg", "person-maria-lundberg"),
        ("person-jean-lundberg", "person-joan-lundberg"),
        ("person-eric-lundberg", "person-erica-lundberg"),
        ("person-john-moran", "person-john-doran"),
        ("person-john-lund", "person-john-lind"),
        ("person-john-paul-lund", "person-john-henry-lund"),
        ("person-eric-lund-jr", "person-eric-lund-sr"),
        ("person-jp-lundberg", "person-john-lundberg"),
        ("person-j-lundberg", "person-k-lundberg"),
        ("person-juan-de-la-cruz", "person-juan-cruz"),
        ("person-lund", "person-lunds"),
        ("person-lund-0123456789abcdef", "person-lund-0123456789abcdee"),
        ("person-washington-post", "organization-washington-post"),
        ("organization-channel-4", "organization-channel-5"),
        ("place-iran", "place-iraq"),
        ("place-paris", "place-paris"),
    ],
)
def test_names_of_two(one: str, other: str) -> None:
    assert likeness(one, other) is likeness(other, one) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [("gaddafi", "khadafy"), ("mohammed", "muhamad"), ("tchaikovsky", "chaikovskii"), ("eric", "erik")],
)
def test_a_name_sounds_the_same_in_any_spelling(one: str, other: str) -> None:
    assert sound(one) == sound(other)

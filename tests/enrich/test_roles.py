from __future__ import annotations

import pytest

from app.enrich.roles import introductions
from tests.enrich.conftest import Enrich


def said(enrich: Enrich, body: str) -> dict[str, str]:
    found = enrich(body)
    texts = {mention.start: mention.text for entity in found.entities for mention in entity.mentions}
    return {texts[start]: role for start, role in found.roles.items()}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Russian President Vladimir Putin spoke on Monday.", {"Vladimir Putin": "Russian President"}),
        ("The MEA Spokesperson, Randhir Jaiswal, said so.", {"Randhir Jaiswal": "MEA Spokesperson"}),
        (
            "Randhir Jaiswal, the spokesperson for India's Ministry of External Affairs, said more.",
            {"Randhir Jaiswal": "spokesperson for India's Ministry of External Affairs"},
        ),
        (
            "They met former German Foreign Minister Joschka Fischer in Bonn.",
            {"Joschka Fischer": "former German Foreign Minister"},
        ),
        ("U.S. Secretary of State John Kerry left Paris.", {"John Kerry": "U.S. Secretary of State"}),
        ("Ann Smith, an analyst at Jardine Fleming, agreed.", {"Ann Smith": "analyst at Jardine Fleming"}),
        ("They followed the British party under Captain Robert Scott.", {"Robert Scott": "Captain"}),
        ("British General Sir Peter de la Billiere spoke.", {"Peter de la Billiere": "British General"}),
        ("Fans of pop singer Michael Jackson waited.", {"Michael Jackson": "pop singer"}),
        ("Alan Shearer, the Newcastle striker, scored twice.", {"Alan Shearer": "Newcastle striker"}),
        ("Mr. Vladimir Putin spoke on Monday.", {}),
        ("Vladimir Putin, who was the president until then, spoke.", {}),
        ("Vladimir Putin spoke. The president, an officer once, was calm.", {}),
    ],
)
def test_what_the_text_beside_a_name_says(enrich: Enrich, body: str, expected: dict[str, str]) -> None:
    assert said(enrich, body) == expected


def test_each_mention_has_its_own(enrich: Enrich) -> None:
    body = "President Ronald Reagan spoke on Monday.\n\nIn 1975 Governor Ronald Reagan had said the same."
    found = enrich(body).roles
    assert [found[start] for start in sorted(found)] == ["President", "Governor"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("President Putin", ("President", "Putin")),
        ("pm modi", ("pm", "modi")),
        ("Defence Minister Khawaja Asif", ("Defence Minister", "Khawaja Asif")),
        ("us president donald trump", ("us president", "donald trump")),
        ("Senate Majority Leader John Thune", ("Senate Majority Leader", "John Thune")),
        ("Sir Keir Starmer", ("Sir", "Keir Starmer")),
        ("Vladimir Putin", None),
        ("the President", None),
        ("", None),
    ],
)
def test_what_somebody_typed_is_an_office_and_a_name(text: str, first: tuple[str, str] | None) -> None:
    assert next(introductions(text), None) == first


def test_a_row_of_titles_is_not_read_in_as_many_ways() -> None:
    assert len(list(introductions("Mr " * 60 + "Putin"))) <= 6

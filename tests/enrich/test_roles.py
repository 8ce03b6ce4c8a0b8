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
    ("body", "expected"),
    [
        ("Senate Majority Leader Mitch McConnell spoke on Monday.", {"Mitch McConnell": "Senate Majority Leader"}),
        ("They met Republican presidential nominee John McCain.", {"John McCain": "Republican presidential nominee"}),
        ("The campaign manager Jeff Roe said so.", {"Jeff Roe": "campaign manager"}),
        ("On Friday first lady Laura Bush came to Paris.", {"Laura Bush": "First Lady"}),
        ("On Friday House Speaker John Boehner agreed.", {"John Boehner": "House Speaker"}),
        ("The ACLU of Iowa legal director Rita Bettis agreed.", {"Rita Bettis": "ACLU of Iowa legal director"}),
        ("Rear Adm. John Kirby agreed on Friday.", {"John Kirby": "Rear Adm."}),
        (
            "McIntosh spoke. David McIntosh, the Club for Growth president, left.",
            {"David McIntosh": "Club for Growth President"},
        ),
        ("Rex Tillerson, his first secretary of state, agreed.", {"Rex Tillerson": "Secretary of State"}),
        ("Michael Flynn, a top aide to President Trump, agreed.", {"Michael Flynn": "top aide to President Trump"}),
    ],
)
def test_a_role_is_whole(enrich: Enrich, body: str, expected: dict[str, str]) -> None:
    assert said(enrich, body).items() >= expected.items()


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("Prescott Bush, father of George Bush, was a senator.", "George Bush"),
        ("His father, George Romney, was there.", "George Romney"),
        ("They met Peter King, George Pataki and Scott Brown.", "George Pataki"),
        ("They asked leader Mitch McConnell on Friday.", "Mitch McConnell"),
        ("Michael Brown, killed a police officer a few days after the attack, they said.", "Michael Brown"),
        ("Michael Brown, killed by police officer Darren Wilson in Ferguson, was young.", "Michael Brown"),
        ("Jared Kushner, Commerce Secretary Wilbur Ross and others came.", "Jared Kushner"),
        ("Ben Carson, along with Senator Jon Tester, agreed.", "Ben Carson"),
        ("Barry Goldwater, then running for president, agreed.", "Barry Goldwater"),
        ("Benjamin Netanyahu, met the president in New York on Monday.", "Benjamin Netanyahu"),
        ("Marjorie Lee, president of, as they say, everything, agreed.", "Marjorie Lee"),
    ],
)
def test_a_part_of_a_sentence_is_no_role(enrich: Enrich, body: str, name: str) -> None:
    assert name not in said(enrich, body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("WASHINGTON — President Barack Obama spoke.", "President"),
        ("Replay More Videos ... MUST WATCH President Barack Obama spoke.", "President"),
        ("It grew under President Barack Obama, they said.", "President"),
        ("Under President Barack Obama it grew.", "President"),
        ("They defeated the incumbent, Senator Barack Obama.", "Senator"),
        ("It was Minority Leader Sen. Barack Obama.", "Sen."),
    ],
)
def test_what_stands_before_an_office_by_chance_is_no_part_of_it(enrich: Enrich, body: str, expected: str) -> None:
    assert said(enrich, body)["Barack Obama"] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("They met president Barack Obama.", "President"),
        ("They met former vice president Barack Obama.", "former Vice President"),
        ("They met PRESIDENT Barack Obama.", "President"),
        ("Barack Obama, the U.S. secretary of state, agreed.", "U.S. Secretary of State"),
        ("Barack Obama, deputy attorney general, agreed.", "Deputy Attorney General"),
        ("They met spokesman Barack Obama.", "spokesman"),
        ("They met federal prosecutor Barack Obama.", "federal prosecutor"),
    ],
)
def test_offices_are_written_as_titles_are(enrich: Enrich, body: str, expected: str) -> None:
    assert said(enrich, body)["Barack Obama"] == expected


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

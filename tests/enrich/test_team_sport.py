from __future__ import annotations

import pytest

from app.enrich.team_sport import is_about_teams


@pytest.mark.parametrize(
    "text",
    [
        "Soccer: Volendam held Ajax in Breda.",
        "Ann Lee threw for 280 yards and two touchdowns as the team won its sixth game of the season. " * 12,
        "1. Villanova (21-2) rested. 2. Virginia beat Syracuse 59-44. 3. Duke (18-5) beat Iowa 84-79. 4. Iona (9-3)",
    ],
)
def test_reports_of_games_are_about_teams(text: str) -> None:
    assert is_about_teams(text)


@pytest.mark.parametrize(
    "text",
    [
        "The Senate voted 52-48 after a season of losses, and the conference of the title team scored a victory.",
        "The party's quarterback, as he is called, said on Friday that the vote was a long way off. " * 12,
        "Tennis: Graf beat Hingis 6-3, 6-4 and scored a victory.",
        "Yields on May 10-15 rose to 7-3/8 from 6-7/8, Sept 1-5 and Oct 10-12.",
    ],
)
def test_other_texts_are_not(text: str) -> None:
    assert not is_about_teams(text)

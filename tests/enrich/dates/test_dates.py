"""What day an expression means on the day of its article, by the kinds of expressions."""

from __future__ import annotations

import time

import pytest

from app.enrich.dates.expressions import find_dates
from app.enrich.layout import lay_out
from tests.growth import is_bounded

MONDAY = "2025-05-05"


def read(body: str, today: str | None = MONDAY) -> dict[str, str]:
    layout = lay_out(body)
    begin = layout.dateline.end if layout.dateline else 0
    found = find_dates(body, layout.blocks, today, begin)
    assert all(body[each.start : each.end] == each.text for each in found)
    return {" ".join(each.text.split()): each.value for each in found}


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("They met on Monday in the old harbour.", "2025-05-05"),
        ("They met on Saturday in the old harbour.", "2025-05-03"),
        ("They will meet on Saturday in the old harbour.", "2025-05-10"),
        ("The port is shut until Friday, he said.", "2025-05-09"),
        ("The strike in the port\nwill last until\nFriday.", "2025-05-09"),
        ("They met last Monday in the old harbour.", "2025-04-28"),
        ("They meet next Monday in the old harbour.", "2025-05-12"),
        ("It happened on April 22 in the north.", "2025-04-22"),
        ("It happened on Dec. 22 in the north.", "2024-12-22"),
        ("It is to open on Dec. 22 in the north.", "2025-12-22"),
        ("It happened last October 20 in the north.", "2024-10-20"),
        ("It was signed on the 3rd of March 1998.", "1998-03-03"),
        ("It was signed on Tuesday, March 3, 1998, in Oslo.", "1998-03-03"),
        ("It was signed on 3 March 1998 in Oslo.", "1998-03-03"),
        ("It was signed on 1998-03-03 in Oslo.", "1998-03-03"),
        ("The year ended March three, it said.", "2025-03-03"),
        ("It expires 5/13/2026, it said.", "2026-05-13"),
        ("They met yesterday in the harbour.", "2025-05-04"),
        ("They meet tomorrow in the harbour.", "2025-05-06"),
        ("They met this morning in the harbour.", "2025-05-05"),
        ("Prices rose in January, it said.", "2025-01"),
        ("Prices rose in December, it said.", "2024-12"),
        ("The January index rose, it said.", "2025-01"),
        ("Prices rose in March 1998, it said.", "1998-03"),
        ("It moves in mid-June, it said.", "2025-06"),
        ("Prices rose last month, it said.", "2025-04"),
        ("Prices rose last week, it said.", "2025-W18"),
        ("Prices rose two weeks ago, it said.", "2025-W17"),
        ("Prices rose three years ago, it said.", "2022"),
        ("Sales rose in the second quarter of 2024, it said.", "2024-Q2"),
        ("Sales rose in the 4th qtr 2024, it said.", "2024-Q4"),
        ("Sales rose in its fourth quarter ended March 31, it said.", "2025-Q1"),
        ("They plan to visit India later this year.", "2025"),
        ("End-1998 assets were small, it said.", "1998"),
        ("It was founded in 1998 in Oslo.", "1998"),
        ("A vote on Tuesday was called off.", "2025-05-06"),
        ("The rates set on Sunday would fall later.", "2025-05-04"),
        ("The rules held on Tuesday in the old harbour.", "2025-04-29"),
        ("They will meet on Sunday in the old harbour.", "2025-05-11"),
        ("They met on Thursday of last week in the harbour.", "2025-05-01"),
        ("They meet next Wednesday and Thursday in the harbour.", "2025-05-08"),
        ("The results are to be published in June, it said.", "2025-06"),
        ("The rules could be changed by Thursday, he said.", "2025-05-08"),
        ("He filed it with the U.S. District Court on Friday, he said.", "2025-05-02"),
        ("Sales rose in 1998, against a fall the previous year.", "1997"),
        ("It was founded in 1998 and sold the following year.", "1999"),
        ("It rained over the weekend in the harbour.", "2025-W18"),
        ("Assets at year-end 2023 were small, it said.", "2023"),
        ("They will have left by the end of the year.", "2025"),
        ("They will be old two years from now.", "2027"),
        ("They met last evening in the harbour.", "2025-05-04"),
        ("Prices rose in the year ended March, it said.", "2025-03"),
        ("Sales rose in the last quarter of 2023, it said.", "2023-Q4"),
        ("The Sept. 11 attacks changed it all.", "2001-09-11"),
    ],
)
def test_an_expression_means_a_date(said: str, value: str) -> None:
    found = read(said)
    assert value in found.values(), found


def test_a_year_earlier_is_told_from_what_the_text_speaks_of() -> None:
    quarter = "Net profit in the first quarter was 3 million dollars, up from 2 million a year earlier."
    assert read(quarter) == {"first quarter": "2025-Q1", "a year earlier": "2024-Q1"}
    month = "In April, sales were above their level a year before."
    assert read(month) == {"April": "2025-04", "a year before": "2024-04"}
    beside = "Sales in the fourth quarter rose to 4.3 million from 4.1 in the third quarter and 3.2 a year earlier."
    assert read(beside)["a year earlier"] == "2023-Q4"
    apart = "Orders rose in February. This compared with six ships a year earlier."
    assert read(apart) == {"February": "2025-02", "a year earlier": "2024-02"}
    assert read("Sales fell in the first quarter. Costs rose in the quarter.")["the quarter"] == "2025-Q1"
    assert read("The town had been flooded a year earlier.") == {"a year earlier": "2024"}


def test_on_a_sunday_the_week_is_the_one_that_begins() -> None:
    assert read("They meet this week and met last week.", "2025-05-04") == {
        "this week": "2025-W19",
        "last week": "2025-W18",
    }
    assert read("They met this week in the harbour.", "2025-05-04") == {"this week": "2025-W18"}


@pytest.mark.parametrize(("today", "value"), [("2025-02-03", "2024"), ("2025-11-03", "2025")])
def test_early_in_a_year_its_end_is_that_of_the_last(today: str, value: str) -> None:
    assert read("Assets at year-end were small, it said.", today) == {"year-end": value}


def test_months_and_days_share_the_year_at_their_end() -> None:
    assert read("Stock was split in March and August 1986.") == {"March": "1986-03", "August 1986": "1986-08"}
    days = read("The shop was shut from June 1 to July 3, 1998.")
    assert days == {"June 1": "1998-06-01", "July 3, 1998": "1998-07-03"}


@pytest.mark.parametrize(
    "body",
    [
        "It is open on a Saturday and sells 1998 shares on Black Friday.",
        "She reads \u201c1984\u201d and watches the Sunday shows, and sings on Sunday mornings.",
        "Theresa May spoke to May and may speak again.",
        "They scored in the third quarter of the game after a touchdown.",
        "NEW DELHI, May 5 - They met in the harbour of the town.",
        "Copyright © 2019 The Harbour Times. He spoke on Fox News Sunday of it.",
        "It was on June 31 or on 13/13/2025, at 10.1987 and for $1998.",
    ],
)
def test_what_means_no_date_is_none(body: str) -> None:
    assert read(body) == {}


@pytest.mark.parametrize("today", [None, "2025", "2025-05"])
def test_without_a_day_of_its_own_only_whole_dates_are_read(today: str | None) -> None:
    assert read("They met on Monday, last week, in April and on May 3, 1998.", today) == {"May 3, 1998": "1998-05-03"}


@pytest.mark.parametrize(
    "piece", ["May 5, ", "a year earlier ", "on Monday ", "a year earlier, first quarter ", "in April and "]
)
def test_twice_the_text_takes_about_twice_the_time(piece: str) -> None:
    def spent(times: int) -> float:
        body = piece * times
        blocks = lay_out(body).blocks
        began = time.thread_time()
        find_dates(body, blocks, MONDAY)
        return time.thread_time() - began

    assert is_bounded(spent, 2_000, 4_000, times=6, spare=0.5)

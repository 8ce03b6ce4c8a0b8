"""Who made an article and its pictures."""

from __future__ import annotations

import time

import pytest

from app.enrich.bylines import bylines
from tests.growth import is_bounded


def credited(text: str) -> list[str]:
    return sorted({text[start:end] for start, end in bylines(text)})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He waves. (Photo by Ann Lund/Getty Images)", "Ann Lund/Getty Images"),
        ("He waves. (Photo: Ann Lund, The Fjord Post)", "Ann Lund, The Fjord Post"),
        ("He waves. (AP Photo/Ann Lund, File)", "AP Photo/Ann Lund"),
        ("He waves. REUTERS/Ann Lund", "REUTERS/Ann Lund"),
        ("He waves. Ann Lund / AFP via Getty Images The next one", "Ann Lund / AFP via Getty Images"),
        ("toggle caption Ann van der Lund/AP", "Ann van der Lund/AP"),
        ("He waves. | A. Scott Lund/AP Photo 2020 Elections", "A. Scott Lund/AP Photo"),
        ("He waves. (Ann Lund/The Fjord Post)", "Ann Lund/The Fjord Post"),
        ("He waves. Ann Lund | Getty Images", "Ann Lund | Getty Images; | Getty Images"),
        ("He waves. Photograph: Zabala Lund", "Zabala Lund"),
        ("He waves. FILE PHOTO: Ann Lund/Zuma", "Ann Lund/Zuma"),
        ("Credit: Fjord Ferries, Inc.\n\nMore.", "Fjord Ferries, Inc"),
        ("Courtesy of Ann Lund Bo Berg, a runner, waves.", "Ann Lund"),
        ("Courtesy of the Lund family", None),
        ("Image: Reuters.", "Reuters"),
        ("He waves. (Getty Images)", "(Getty Images)"),
        ("FJORD CITY, Norway (AP)  It rains.", "AP"),
        ("By Ann Lund and Bo Berg, Fjord News\n\nIt rains.", "By Ann Lund and Bo Berg, Fjord News"),
        ("It rains. M.J. Lund and Bo Berg in Oslo contributed to this report.",
         "M.J. Lund and Bo Berg in Oslo contributed to this"),
        ("It rains. Additional reporting by Ann Lund in Oslo.", "Additional reporting by Ann Lund in Oslo"),
        ("(Reporting by Ann Lund in Oslo; Editing by Bo Berg)", "Editing by Bo Berg; Reporting by Ann Lund in Oslo"),
        # What is about somebody.
        ("A photo by Ann Lund sold well.", None),
        ("It hung a photo courtesy of Ann Lund.", None),
        ("The Reuters/Ipsos poll and a Fjord Post/AP poll agree.", None),
        ("They watched (Ann Lund/Tim Berg) and left/right.", None),
        ("Photos: Ann Lund's rise A crowd waves.", None),
        ("The Associated Press (AP) said so, and so did Getty Images.", None),
        ("By Ann Lund's account, it rained.", None),
        ("He contributed to this. Ann Lund contributed to a party.", "He contributed to this"),
        ("Reporting by The Post found that it rains.", None),
        ("Video of Ann Lund: Bo Berg waves.", None),
    ],
)  # fmt: skip
def test_credits_and_bylines_are_found_whatever_their_shape(text: str, found: str | None) -> None:
    assert "; ".join(credited(text)) == (found or "")


@pytest.mark.parametrize(
    "piece", ["By A and B and C, ", "Photo: A/B via C | ", "Ann/", "A. ", "Lund contributed ", "("]
)
def test_they_cost_a_long_line_what_its_parts_cost(piece: str) -> None:
    def seconds(times: int) -> float:
        text = piece * times
        start = time.thread_time()
        list(bylines(text))
        return time.thread_time() - start

    assert is_bounded(seconds, 1_000, 4_000, times=8, spare=0.1)

"""What makes two texts one piece of news, and what a headline says of an earlier edition."""

from __future__ import annotations

from random import Random

import pytest

from app.relations.copying import Edition, are_copies, copy_kind, overlap, relation_of

REPORT = (
    "Harbour Drugs Inc said its profit for the quarter was {0} mln dlrs or {1} cts a share against {2} mln dlrs a year "
    "before, on sales of {3} mln dlrs in its shops along the coast, where it opened two in the spring and shut none."
)
FIGURES = REPORT.format("1.8", "30", "1.6", "40.7")
LONG = (
    "The tide came over the wall at night and left boats in the streets of the old town, where people slept on roofs. "
)
TAIL = (
    "In the morning the council met in a school on the hill and asked the army for pumps, tents and bread for a week."
)


def edition(text: str, headline: str = "Headline", day: int = 700_000) -> Edition:
    return Edition("id", headline, day, text)


def test_a_report_put_right_on_its_day_is_the_same_piece() -> None:
    put_right = edition(REPORT.format("1.7", "29", "1.6", "40.6"), "HARBOUR DRUGS 2ND QTR NET")
    assert are_copies(edition(FIGURES, "HARBOUR DRUGS INC 2ND QTR NET"), put_right)
    assert not are_copies(edition(FIGURES, "HARBOUR DRUGS INC 2ND QTR NET", day=700_001), put_right)
    assert not are_copies(edition(FIGURES, "ANOTHER FIRM SHUTS SHOPS"), put_right)


def test_another_name_in_its_place_is_other_news() -> None:
    other = FIGURES.replace("Harbour Drugs", "Valley Foods").replace("1.8", "2.9")
    assert not are_copies(edition(FIGURES), edition(other))


FORM = (
    "The fire department of {0} will receive money for engines and hoses. People in {0} have waited for it since the "
    "last of the old engines broke down, and their neighbours helped out. It was given under a law that the senator "
    "wrote together with others of both parties and that has helped many towns since, in every county of the state. "
    "Whoever puts out fires without being paid for it deserves engines that start and hoses that hold. That is what "
    "the law was made for, and it will go on for as long as there is money, which has to be granted again each year. "
    "Towns that got nothing this time may ask again in spring, and should say what they need most and what it costs."
)


def test_a_name_in_place_of_another_throughout_is_other_news_however_much_is_shared() -> None:
    assert not are_copies(edition(FORM.format("Marysville")), edition(FORM.format("Rawson")))
    assert are_copies(edition(FORM.format("Marysville")), edition(FORM.format("Marisville"))), "a misprint put right"


def test_a_figure_in_place_of_a_name_throughout_is_other_news_too() -> None:
    tail = " Rawson is where the law was written."
    assert not are_copies(edition(FORM.format("Rawson 86") + tail), edition(FORM.format("Marysville") + tail))
    assert are_copies(edition(FORM.format("Rawson 86") + tail), edition(FORM.format("Rawson 68") + tail)), "put right"


DAILY = (
    "Treasury balances at the bank fell to {0} billion from {1} billion the day before, says a statement. "
    "It does not say what became of the rest, and those who deal in bills did not wait for it before they went home. "
)


def test_what_is_told_each_day_is_other_news_though_it_tells_of_yesterday() -> None:
    first, second = DAILY.format("3.467", "3.939"), DAILY.format("3.062", "3.467")
    assert not are_copies(edition(first, "BALANCES FALL"), edition(second, "BALANCES FALL", 700_001))


def test_a_text_that_breaks_off_in_a_name_is_still_a_copy() -> None:
    told = f"{LONG}{TAIL} said the mayor of the town, Ann Berg, who had not slept."
    assert are_copies(edition(told), edition(told[: told.index("erg,")]))


def test_in_capitals_only_figures_tell() -> None:
    assert are_copies(edition(LONG + TAIL), edition(f"{LONG}{TAIL} All of it came by noon.".upper()))


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (LONG + TAIL, (LONG + TAIL).upper(), "copy"),
        (LONG + TAIL, LONG, "excerpt"),
        (LONG, LONG + TAIL, "expanded"),
        (LONG + TAIL, LONG + TAIL.replace("school", "church").replace("bread", "milk") + TAIL[::-1], "version"),
    ],
)
def test_the_kind_says_what_the_other_is_to_the_one(one: str, other: str, kind: str) -> None:
    assert copy_kind(edition(one), edition(other)) == kind


def test_short_texts_overlap_where_they_are_the_same() -> None:
    assert overlap(edition("Fog."), edition("FOG")).of_shorter == 1
    assert not are_copies(edition("Fog."), edition("FOG"))


@pytest.mark.parametrize(
    ("headline", "relation"),
    [
        ("CORRECTED - HARBOUR SHUT", "correction"),
        ("(CORRECTED) - HARBOUR SHUT", "correction"),
        ("CORRECTED-UPDATE 1-Harbour shut", "correction"),
        ("Correction: Harbour story", "correction"),
        ("Harbour shut - correction", "correction"),
        ("UPDATE 2-Harbour shut", "update"),
        ("Updated: harbour shut", "update"),
        ("HARBOUR SHUT (RPT)", "repeat"),
        ("RPT-WRAPUP 3-Harbour shut", "repeat"),
        ("Corrections officer hurt", None),
        ("Update on floods: three dead", None),
        ("Repeat-offender law passes", None),
        ("Harbour shut", None),
    ],
)
def test_a_headline_says_what_came_before(headline: str, relation: str | None) -> None:
    assert relation_of(headline) == relation


def test_which_text_comes_first_decides_nothing() -> None:
    """Sentences are left out and moved, and names and figures set in, so that words can be set against each other in
    several ways: in one pair of three thousand it mattered which."""
    found = [(are_copies(one, other), are_copies(other, one)) for one, other in map(two_editions, range(1600, 1660))]
    assert [pair for pair in found if pair[0] != pair[1]] == []
    assert {(True, True), (False, False)} == set(found)


def two_editions(seed: int) -> tuple[Edition, Edition]:
    chance, sentences = Random(seed), (FORM.format("Marysville") + " " + LONG + TAIL).split(". ")

    def made() -> Edition:
        count = len(sentences) + 1
        if chance.random() < 0.5:
            chosen = chance.sample(sentences, chance.randrange(5, count))
        else:
            chosen = sentences[: chance.randrange(5, count)]
        words = ". ".join(chosen).split()
        for _ in range(chance.randrange(12)):
            at = chance.randrange(len(words))
            words[at : at + chance.randrange(2)] = [chance.choice(("Rawson", "12", "Ann", "Lund", "the", "40 people"))]
        return edition(" ".join(words))

    return made(), made()

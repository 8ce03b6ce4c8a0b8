from __future__ import annotations

import re

import pytest

from app.enrich import grounds
from app.enrich.context import Context, Span
from app.enrich.passes import common_words, people
from tests.enrich.conftest import Enrich
from tests.enrich.spanned import run, shown, spanned


@pytest.mark.parametrize(
    ("text", "person", "kinds"),
    [
        ("Two men walked on the Moon today.", "Moon", ["place"]),
        ("A spacecraft went to Mars today.", "Mars", ["place"]),
        ("The telescope was turned to Venus. Saturn came later.", "Venus; Saturn", ["place", "place"]),
        ("Then Moon said no.", "Moon", ["person"]),
        ("She asked Mars for a song.", "Mars", ["person"]),
        ("The astronaut met Carla Mars. Later Mars left in a spacecraft.", "Carla Mars; Mars", ["person", "person"]),
    ],
)
def test_a_body_of_the_sky_is_a_place(text: str, person: str, kinds: list[str]) -> None:
    article = spanned(text, person=person)
    run(article, common_words.celestial_bodies)
    assert [kind for _, kind in shown(article)] == kinds


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("Supporters cheered. The supporters left.", {"person": "Supporters"}, []),
        ("It rained. States have rights, as states do.", {"place": "States"}, []),
        ("It rained. Realistically, nobody came.", {"person": "Realistically"}, []),
        ("It rained. Below is a list.", {"person": "Below"}, []),
        ("It rained. Bright said so. The bright day went.", {"person": "Bright"}, ["Bright"]),
        ("It rained. Bright came. She saw Bright on a bright day.", {"person": "Bright; Bright"}, ["Bright"] * 2),
        ("They met Rick Bright. Bright came on a bright day.", {"person": "Rick Bright; Bright"},
         ["Rick Bright", "Bright"]),
        ("It rained. Mark came to mark a day.", {"person": "Mark"}, ["Mark"]),
        ("It rained. Zabala came.", {"person": "Zabala"}, ["Zabala"]),
    ],
)  # fmt: skip
def test_what_begins_a_sentence_may_be_a_word(text: str, found: dict[str, str], left: list[str]) -> None:
    article = spanned(text, **found)
    run(article, common_words.common_words)
    assert [name for name, _ in shown(article)] == left


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("They wrote on Islam for years.", {"organization": "Islam"}, []),
        ("They wrote on Islam for years.", {"person": "Islam"}, []),
        ("Three Black mothers and some Latinos came.", {"place": "Black", "organization": "Latinos"}, []),
        ("Three said Black was there.", {"person": "Black"}, ["Black"]),
        ("Later Black left. They saw Diane Black.", {"person": "Diane Black", "organization": "Black"},
         ["Black", "Diane Black"]),
    ],
)  # fmt: skip
def test_a_faith_or_a_group_is_no_name(text: str, found: dict[str, str], left: list[str]) -> None:
    article = spanned(text, **found)
    run(article, common_words.groups_and_faiths)
    assert [name for name, _ in shown(article)] == left


@pytest.mark.parametrize("text", ["He spoke to the President. More came.", "He was no Senator. That is so."])
def test_a_title_at_the_end_of_a_sentence_has_no_name_behind_it(text: str) -> None:
    article = spanned(text)
    run(article, people.titled_people)
    assert shown(article) == []


def test_the_moon_is_one_place_in_an_article(enrich: Enrich) -> None:
    body = "HOUSTON, July 20 - Two astronauts landed on the Moon on Sunday. The dust of the Moon is fine."
    moon = [entity for entity in enrich(body).entities if entity.name == "Moon"]
    assert [(entity.key, len(entity.mentions)) for entity in moon] == [("place-moon", 2)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("They said it NEVER rained.", []),
        ("They came.\n\n( PHOTOS: A storm over the bay)\n\nIt rained.", []),
        ("They came.\n\nGALLERY: A storm.", []),
        ("The LIGHTHOUSE burned, and no lighthouse was left.", []),
        ("The FEWSNET report came.", ["FEWSNET"]),
        ("They asked UNICEF: it said no.", ["UNICEF"]),
        ("The SNAP programme ended. Do not snap.", ["SNAP"]),
    ],
)
def test_a_word_in_capitals_may_only_be_loud(text: str, left: list[str]) -> None:
    [name] = re.findall("[A-Z]{4,}", text)
    article = spanned(text, organization=name)
    run(article, common_words.shouted_words)
    assert [name for name, _ in shown(article)] == left


def test_what_a_broadcast_is_called_is_no_event() -> None:
    for text in ('Mr. Berg said on CNN\'s "New Day" that', "He was on “New Day.” Then"):
        article = Context(text)
        article.add(Span(text.index("New"), text.index("New") + 7, "event", *grounds.GUESSED["event"]))
        run(article, common_words.broadcasts)
        assert not article.spans
    text = 'When they hear "Columbus Day," they'
    article = Context(text)
    article.add(Span(16, 28, "event", *grounds.GUESSED["event"]))
    run(article, common_words.broadcasts)
    assert shown(article) == [("Columbus Day", "event")]


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("It rained. Believe Ann Lund.", "Believe Ann Lund", ["Ann Lund"]),
        ("The story `Ann Lund Claims the Sun' was false.", "Ann Lund Claims", ["Ann Lund"]),
        ("Wherever Zabala Lund goes, it rains.", "Wherever Zabala Lund", ["Zabala Lund"]),
        ("The paper Nation Travels was sold.", "Nation Travels", []),
        ("They cut the Zabala Grants.", "Zabala Grants", []),
        ("He met Ann Lund. Trailing Lund, he came.", "Ann Lund; Trailing Lund", ["Ann Lund", "Lund"]),
        ("He met Ann Lund. Lund Supporters came.", "Ann Lund; Lund Supporters", ["Ann Lund", "Lund"]),
        ("He met Ann Lund. Crazy Ann came.", "Ann Lund; Crazy Ann", ["Ann Lund", "Ann"]),
        ("They saw Morning Joe on Monday.", "Morning Joe", []),
        ("They met Ann Circle and Ann Lund.", "Ann Circle; Ann Lund", ["Ann Circle", "Ann Lund"]),
        ("The novelist Zabala Train came.", "Zabala Train", ["Zabala Train"]),
        ("They saw Zabala Stands, 32, fall.", "Zabala Stands", ["Zabala Stands"]),
        ("They met Ban Ki and Zabala Lund.", "Ban Ki; Zabala Lund", ["Ban Ki", "Zabala Lund"]),
    ],
)
def test_a_word_beside_a_name_is_none_of_it(text: str, found: str, left: list[str]) -> None:
    article = spanned(text, person=found)
    run(article, common_words.words_beside_people)
    assert [name for name, _ in shown(article)] == left


@pytest.mark.parametrize(
    ("text", "person", "left"),
    [
        ("It rained. Said Lund: No. They met Ann Lund.", "Said Lund; Ann Lund", ["Lund", "Ann Lund"]),
        ("It rained. Said Lund came.", "Said Lund", ["Said Lund"]),
        ("They met Said Lund and Ann Lund.", "Said Lund; Ann Lund", ["Said Lund", "Ann Lund"]),
    ],
)
def test_said_is_a_verb_before_a_speaker(text: str, person: str, left: list[str]) -> None:
    article = spanned(text, person=person)
    run(article, common_words.inverted_speech)
    assert [name for name, _ in shown(article)] == left


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("It rained. Households making less paid.", "Households", []),
        ("It rained. Households Inc. paid.", "Households", ["Households"]),
        ("It rained. Households said so.", "Households", ["Households"]),
        ("It rained. Households shares fell.", "Households", ["Households"]),
        ("It rained. Households paid. They left Households.", "Households; Households", ["Households"] * 2),
        ("It rained. Households paid. They left Households United.", "Households; Households United",
         ["Households", "Households United"]),
    ],
)  # fmt: skip
def test_a_word_that_opens_a_sentence_is_no_firm(text: str, found: str, left: list[str]) -> None:
    article = spanned(text, organization=found)
    run(article, common_words.common_words)
    assert [name for name, _ in shown(article)] == left


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("Will Trump win? Nobody knows.", {"person": "Will Trump"}, ["Trump"]),
        ("Ann Lund left. Did Lund win?", {"person": "Ann Lund; Did Lund"}, ["Ann Lund", "Lund"]),
        ("Will Lund came. Nobody knows.", {"person": "Will Lund"}, ["Will Lund"]),
        ("They asked Will Trump today.", {"person": "Will Trump"}, ["Will Trump"]),
    ],
)
def test_the_verb_of_a_question_is_no_given_name(text: str, found: dict[str, str], left: list[str]) -> None:
    article = spanned(text, **found)
    run(article, common_words.questions)
    assert [name for name, _ in shown(article)] == left


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("A Trumpian ruse.", {"organization": "Trumpian"}, []),
        ("Ann Zabala left. A Zabalaite said so.", {"person": "Ann Zabala; Zabalaite"}, ["Ann Zabala"]),
        ("A Zabalaite said so.", {"person": "Zabalaite"}, ["Zabalaite"]),
    ],
)
def test_adjectives_made_of_people_are_no_names(text: str, found: dict[str, str], left: list[str]) -> None:
    article = spanned(text, **found)
    run(article, common_words.adjectives_of_people)
    assert [name for name, _ in shown(article)] == left


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("NBC's Fjord Tonight ends. Fjord Tonight is long.", {"organization": "Fjord Tonight; Fjord Tonight"}, []),
        ("On Zabala's Fjord Tonight he left.", {"organization": "Fjord Tonight"}, ["Fjord Tonight"]),
        ("He saw NBC's Fjord Institute.", {"organization": "Fjord Institute"}, ["Fjord Institute"]),
        ("He saw CNN's Ann Lund.", {"person": "Ann Lund"}, ["Ann Lund"]),
        ("He saw CNN's Washington bureau.", {"place": "Washington"}, ["Washington"]),
    ],
)  # fmt: skip
def test_what_is_a_broadcasters_is_a_broadcast(text: str, found: dict[str, str], left: list[str]) -> None:
    article = spanned(text, **found)
    run(article, common_words.broadcasts)
    assert [name for name, _ in shown(article)] == left

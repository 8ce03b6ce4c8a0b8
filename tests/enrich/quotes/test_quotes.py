"""Who says what, by the kinds of ways in which texts tell it."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest

from app.enrich.layout import lay_out
from app.enrich.mentions import Mention
from app.enrich.quotes.speakers import find_quotes
from app.enrich.resolve import LocalEntity
from app.ids import EntityType, entity_id, type_of
from tests.growth import is_bounded

_NAMES = ("Ann Lee", "Lee", "Tom Moss", "Moss", "Mary Hart", "Hart", "Navy Board", "Ministry of Ports")


def _entities(body: str) -> list[LocalEntity]:
    """The people and bodies of the tests, found wherever they are named."""
    wholes = {"Lee": "Ann Lee", "Moss": "Tom Moss", "Hart": "Mary Hart"}
    found: dict[str, list[Mention]] = {}
    for match in re.finditer("|".join(_NAMES), body):
        whole = wholes.get(match[0], match[0])
        kind: EntityType = "organization" if whole in ("Navy Board", "Ministry of Ports") else "person"
        mention = Mention(*match.span(), match[0], kind, "model", 0.8)
        found.setdefault(entity_id(kind, whole), []).append(mention)
    return [
        LocalEntity(id, type_of(id), wholes.get(each[0].text, each[0].text), tuple(each)) for id, each in found.items()
    ]


def _read(body: str) -> list[tuple[str, str, str | None, str]]:
    """Each quote with its speaker as the text has him, the entity that is named, and the rule."""
    entities = _entities(body)
    at = {mention.start: entity.key for entity in entities for mention in entity.mentions}
    return [
        (body[q.start : q.end], body[slice(*q.speaker)], at[q.named] if q.named is not None else None, q.rule)
        for q in find_quotes(body, lay_out(body).blocks, entities)
    ]


_LEE, _MOSS, _HART = "person-ann-lee", "person-tom-moss", "person-mary-hart"


@pytest.mark.parametrize(
    ("body", "speaker", "named", "rule"),
    [
        ("“We will open the port on time,” Lee said.", "Lee", _LEE, "after"),
        ("“We will open the port on time,” Lee, who has run it for years, later said.", "Lee", _LEE, "after"),
        ("“Will we open the port on time?” Lee asked.", "Lee", _LEE, "after"),
        ('"We will open the port on time," said the head of the harbour, Ann Lee.', "the head of the harbour, Ann Lee",
         _LEE, "inverted"),
        ("“We will open the port on time,” said Ann Lee, spokeswoman for the Navy Board.", "Ann Lee", _LEE, "inverted"),
        ("“We will open the port on time,” a lawyer for Ann Lee said.", "a lawyer", None, "after"),
        ("“We will open the port on time,” the Ministry of Ports said.", "the Ministry of Ports",
         "organization-ministry-of-ports", "after"),
        ("“We will open the port on time.” she said.", "she", None, "after"),
        ("“We will open the port on time,” said Ann Lee of Navy Board.", "Ann Lee of Navy Board", _LEE, "inverted"),
        ("“We will open the port on time,” a Navy Board official said.", "a Navy Board official", None, "after"),
        ("“We will open the port on time,” said Ministry of Ports Director Ann Lee.",
         "Ministry of Ports Director Ann Lee", _LEE, "inverted"),
        ("Speaking in Port Stanley, Iowa, Lee liked it, saying that “we will open the port on time.”", "Lee", _LEE,
         "participle"),
        ("Harbour Chief, Ann Lee tweeted, “We will open the port on time.\"", "Ann Lee", _LEE, "before"),
        ("Ann Lee left the hall at noon, saying “we will open the port on time.”", "Ann Lee", _LEE, "participle"),
        ("Moss was told and Ann Lee said “we will open the port on time” if it must be.", "Ann Lee", _LEE, "before"),
        ("The port was described by Ann Lee as “a place where no ship should be.”", "Ann Lee", _LEE, "before"),
        ("The port is “a place where no ship should be,” according to Ann Lee.", "Ann Lee", _LEE, "according"),
        ("That is “a place where no ship should be” for years to come, Lee said.", "Lee", _LEE, "tail"),
        ("“We have no ships and no port.” — Ann Lee", "Ann Lee", _LEE, "signed"),
        ("Lee was not amused by the news. “We have no ships and no port.”", "Lee", _LEE, "behind"),
        ("Ann Lee on the port: “We have no ships and no port.”", "Ann Lee", _LEE, "headed"),
        ("LEE: there were many of them.\n\n“MOSS: We have no ships and no port.”", "MOSS", None, "transcript"),
        ("This is what Ann Lee wrote of it:\n\n“We have no ships and no port.”", "Ann Lee", _LEE, "colon"),
        ("Ann Lee wants the port to be “something that all of us can use.”", "Ann Lee", _LEE, "subject"),
        ("`` We will open the port on time , '' said Ann Lee .", "Ann Lee", _LEE, "inverted"),
        ("‘We’ll open the port on time,’ said Ann Lee.", "Ann Lee", _LEE, "inverted"),
        ("“We will open the port on time,” Mr. Moss said.", "Mr. Moss", _MOSS, "after"),
        ("Ann Lee, D-N.Y. said Friday that “we will open the port on time.”", "Ann Lee", _LEE, "before"),
        ("Ann Lee, with an eye to 2016, warned that “we will open the port on time.”", "Ann Lee", _LEE, "before"),
        ("But Lee made more of it, writing, “We will open the port on time.”", "Lee", _LEE, "participle"),
        ("“We will open the port on time,” says House Democratic leader Ann Lee.", "House Democratic leader Ann Lee",
         _LEE, "inverted"),
        ("Lee left. She’s claiming that the port is “open to all of us in here”.", "She’s", _LEE, "participle"),
        ("Lee scolded Moss: “You have no ships and no port,” she said.", "Lee", _LEE, "before"),
        ("“We will open the port on time,” said a Navy Board official.", "a Navy Board official", None, "inverted"),
        ("“We will open the port on time,” said one Navy Board harbour source at noon.",
         "one Navy Board harbour source", None, "inverted"),
        ("“We will open the port on time,” said a Friday statement by the port.", "a Friday statement", None,
         "inverted"),
        ("“We will open the port on time,” said the Navy Board last week.", "the Navy Board",
         "organization-navy-board", "inverted"),
        ("A Navy Board official declined to go, but said: “We will open the port on time.”", "A Navy Board official",
         None, "before"),
        ("“We will open the port on time,” said the Ports' Ann Lee.", "the Ports' Ann Lee", _LEE, "inverted"),
        ("Lee, a day after saying “we will open the port on time,” said Wednesday that it was shut.", "Lee", _LEE,
         "participle"),
        ("Navy Board chairman Ann Lee, who had left, saw it so: “We have no ships and no port.”",
         "Navy Board chairman Ann Lee", _LEE, "headed"),
        ("Lee admonished Moss at the port: “We have no ships and no port.”", "Lee", _LEE, "headed"),
        ("Lee was asked to explain a note, revealed later, that her “port is no place for a ship.”", "Lee", _LEE,
         "before"),
    ],
)  # fmt: skip
def test_a_sentence_says_who_speaks(body: str, speaker: str, named: str | None, rule: str) -> None:
    assert [each[1:] for each in _read(body)] == [(speaker, named, rule)]


def test_quotes_beside_each_other_have_one_speaker() -> None:
    body = (
        "“We will open the port on time.” Then: “It will be a good port,” said Ann Lee. “It has room for all.”\n\n"
        "“It is the best of all ports. Nobody has one like it.\n\n“And nobody will have one soon,” Moss added."
    )
    assert [(speaker, rule) for _, speaker, _, rule in _read(body)] == [
        ("Ann Lee", "ahead"), ("Ann Lee", "inverted"), ("Ann Lee", "carried"), ("Moss", "after"),
    ]  # fmt: skip


def test_a_quote_goes_on_in_the_next_paragraph_only_behind_a_mark() -> None:
    body = "Ann Lee said: “It is the best of all ports.\n\n“Nobody has one like it.”\n\n“That may well not be so.”"
    assert [(speaker, rule) for _, speaker, _, rule in _read(body)] == [("Ann Lee", "before"), ("Ann Lee", "continued")]


@pytest.mark.parametrize(
    "body",
    [
        "She wrote “The Old Man and the Sea of Ice” in a year.",  # a title
        "Ann Lee said that the “war on ships” was over.",  # words that the writer keeps at a distance
        "“We have no ships and no port.”",  # nobody
        "Ships go to the port. “We have no ships and no port.”",
        "That is the meaning of the old saying, “no port without a ship”.",
        'The door is 6" wide and 8" high and no ship of ours goes through it.',
    ],
)
def test_what_nobody_says_is_no_quote(body: str) -> None:
    assert _read(body) == []


def test_a_paragraph_that_is_all_quote_is_of_who_has_just_spoken() -> None:
    told = "“We will open the port on time,” Lee said.\n\n"
    assert [quote[1:] for quote in _read(told + "“The harbour needs it very much.”")][1:] == [("Lee", _LEE, "next")]
    assert len(_read(told + "“The harbour needs it very much,” as they say.")) == 1
    assert len(_read(told + "'The Harbour that we all need'")) == 1
    assert len(_read(told + "Moss left.\n\n“The harbour needs it very much.”")) == 1


def test_a_pronoun_is_whoever_was_spoken_of_last_and_may_be_meant() -> None:
    body = (
        "Tom Moss met Ann Lee at the port. “We have no ships and no port,” he said.\n\n"
        "“There will be ships for all of us,” she said.\n\n"
        "Mary Hart spoke to Moss. “You will see it for yourselves,” she said."
    )
    quotes = find_quotes(body, lay_out(body).blocks, _entities(body))
    assert [named for _, _, named, _ in _read(body)] == [_MOSS, _LEE, _HART]
    assert all(quote.confidence < 0.8 for quote in quotes)
    assert [body[slice(*quote.speaker)] for quote in quotes] == ["he", "she", "she"]


def test_offsets_are_of_the_body_and_none_overlaps_another() -> None:
    body = "Ann Lee said:\n“It is the “best of all” ports there are.”\n\n“We know,” Moss said, “that it is not so.”"
    quotes = find_quotes(body, lay_out(body).blocks, _entities(body))
    assert [body[quote.start : quote.end] for quote in quotes][-1] == "that it is not so."
    assert all(one.end <= other.start for one, other in pairwise(quotes))


@pytest.mark.parametrize(
    "piece",
    ['"', "“", "“a ", 'He said, "we are all of us here," he said. ', "he said said ", 'a "word of all of us" and '],
)
def test_twice_the_text_takes_about_twice_the_time(piece: str) -> None:
    def spent(times: int) -> float:
        body = piece * times
        blocks = lay_out(body).blocks
        began = time.thread_time()
        find_quotes(body, blocks, _entities(body))
        return time.thread_time() - began

    assert is_bounded(spent, 4_000, 8_000, times=6, spare=0.5)

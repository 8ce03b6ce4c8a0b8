"""What the rest of an article makes of the recogniser's guesses: for each rule, sentences that need it, and one that it
leaves alone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.enrich import grounds, passes, scores
from app.enrich.context import Context, Span

_GUESS = re.compile(r"<(person|organization|place|demonym) ([^>]+)>")


def corrected(marked: str) -> list[str]:
    """`name: type by rule` of what becomes of a text whose guesses are marked so: `Then <person Gary> left`."""
    text = _GUESS.sub(r"\2", marked)
    article = Context(text, results=scores.read_results(text))
    shift = 0
    for guess in _GUESS.finditer(marked):
        start = guess.start() - shift
        if guess[1] == "demonym":
            article.add(Span(start, start + len(guess[2]), "place", *grounds.AGREED_NATIONALITY))
        else:
            kind: Any = guess[1]
            article.add(Span(start, start + len(guess[2]), kind, "model", 0.8))
        shift += len(guess[0]) - len(guess[2])
    passes.correct(article)
    ordered = sorted(article.spans, key=lambda span: span.start)
    return [f"{span.name}: {span.type} by {span.rule}" for span in ordered]


BOUNDS = [
    ("Then <person Gary> Rossiter left.", "Gary Rossiter: person by completed"),
    ("Then Gary <person Rossiter> left.", "Gary Rossiter: person by completed"),
    ("Then <person Gary> Monday left.", "Gary: person by model"),
    (
        "She knew <person Anthony Phillip> <place Benton> well.",
        "Anthony Phillip Benton: person by completed",
    ),
    (
        'He saw <person Anthony> "Sammy the Bull" <person Gravano> there.',
        'Anthony "Sammy the Bull" Gravano: person by completed',
    ),
    ("They met <person Maria Ana> de la Cruz.", "Maria Ana de la Cruz: person by completed"),
    ("The home of <organization Keith & Anna Marlow> burned.", "Anna Marlow: person by given-name"),
    ("They asked <organization Barclay & Perkins Marlow> today.", "Barclay & Perkins Marlow: organization by model"),
    ("The <organization Turkish Foreign Ministry> waits.", "Turkish: place by demonym"),
    ("The <organization Swiss National Bank> waits.", "Swiss National Bank: organization by head-noun"),
    ("Off sailed the <place Indian> <organization Navy> today.", "Indian Navy: organization by head-noun"),
    ("A joint U.S./Japan plan failed.", "Japan: place by gazetteer"),
    (
        "Then <person Roger Bootle> wrote; <organization Bootle of Lloyds> agreed.",
        "Bootle: person by surname",
    ),
    ("It bought <person Paxar> Industries Corp.", "Paxar Industries Corp: organization by legal-form"),
    (
        "Then <organization Anglo American> Corp of <place South Africa> Ltd rose.",
        "Anglo American Corp of South Africa Ltd: organization by legal-form",
    ),
    ("Many <place Brazil> Companies rose.", "Brazil: place by gazetteer"),
    (
        "They bought <organization Thermwood> Corp. Then <person Thermwood> rose.",
        "Thermwood: organization by legal-form",
    ),
    (
        "They own <organization Thomas and Betts> Corp. Later <person Thomas> and <person Betts> rose.",
        "Thomas and Betts: organization by legal-form",
    ),
]

CERTAIN = [
    ("Nobody in <place Jammu> and <place Kashmir> voted.", "Jammu and Kashmir: place by gazetteer"),
    ("Then the <place Kremlin> answered.", "Kremlin: organization by well-known"),
    ("They rest at <organization Easter> today.", "Easter: event by well-known"),
    ("It signed the <place Berne> Agreement.", "Berne Agreement: event by head-noun"),
    ("The <organization Senate> sat, and the House voted.", "House: organization by well-known"),
    ("A plant in <place Rockford>, Ill. closed.", "Ill.: place by gazetteer"),
]

BESIDE = [
    ("Then Mr. <organization Desmond> spoke.", "Desmond: person by title"),
    ("Then Mr. Tutuola spoke.", "Tutuola: person by title"),
    ("So said spokesman <organization Jerzy Urbanek> today.", "Jerzy Urbanek: person by title"),
    ("They asked brokers <person James Capel> today.", "James Capel: organization by employer"),
    (
        "Then <person Jardine Fleming> analyst <person Peter Smith> called.",
        "Jardine Fleming: organization by employer",
    ),
    (
        "They saw <person Sarah Palin>. Then <person Palin> spokesman <person Bill Morton> called.",
        "Palin: person by model",
    ),
    ("Then <place Armenka> said no.", "Armenka: person by speaker"),
    ("Then <place Oslo> said no.", "Oslo: place by gazetteer"),
    ("They spoke with <organization Narendra Modiri> today.", "Narendra Modiri: person by given-name"),
    ("Then <organization Subryan>, 23, was charged.", "Subryan: person by age"),
    ("Readers of the weekly <person Stern> laughed.", "Stern: organization by apposition"),
    (
        "In soccer they watched <person Viking Stavanger> train.",
        "Viking Stavanger: organization by head-noun",
    ),
    ("It was The Resistance <place Front> (TRF).", "The Resistance Front: organization by acronym"),
    ("It was the Resistance Front (<person RF>).", "RF: organization by acronym"),
    ("It was the <organization Brazilian Steel Institute> (IBS).", "IBS: organization by acronym"),
    ("Many <organization Swedes> voted.", "Swedes: place by demonym"),
    ("Rain in <place Nakhon> <place Ratchasima> fell.", "Nakhon Ratchasima: place by gazetteer"),
    ("Then <person France> voted.", "France: place by gazetteer"),
    ("Rain fell in <person Calcutta> today.", "Calcutta: place by preposition"),
    (
        "<organization Irving Trust Co>, <organization Chemical Bank>, <place Marine Midland> and <person Sanwa>.",
        "Marine Midland: organization by list",
    ),
]

WHOLE = [
    ("Its <organization Zembla>, <organization Zembla> and <place Zembla>.", "Zembla: organization by vote"),
    (
        "Then <person Costa Karamanos> came. Later <organization Karamanos> left.",
        "Karamanos: person by surname",
    ),
    (
        "They met <person Kathina Thomas>. Later <place Kathina> <person Thomas> left.",
        "Kathina Thomas: person by repeat",
    ),
    ("They met <person Kathina Thomas>. Later <place Kathina> left.", "Kathina: person by surname"),
    (
        "They met <person Vladimir Putinov>; on the network <person X. Putinov> wrote.",
        "Putinov: person by surname",
    ),
    (
        "They met <person Vladimir Putinov>; today <person V. Putinov> wrote.",
        "V. Putinov: person by model",
    ),
    ("They saw <organization Texacor>. A <organization Texacors> pact failed.", "Texacor: organization by repeat"),
    ("Soccer: on Friday <place Boston>'s <person Mo Vaughn> scored.", "Boston: organization by side"),
    (
        "They own <organization Piedmont Aviation Inc>. Then <place Piedmont> said it lost.",
        "Piedmont: organization by legal-form",
    ),
    (
        "<organization Taft Broadcasting Co> is <person Dudley Taft>'s. Then <person Taft> common stock fell.",
        "Taft: organization by legal-form",
    ),
]

REPEATS = [
    ("They met <person Erwin Zabala>. Later Zabala left.", "Zabala: person by surname"),
    ("They left for Portugal.", "Portugal: place by gazetteer"),
    ("Two Norwegian ships left.", "Norwegian: place by demonym"),
    (
        "See the <organization European Commission>. Later the Commission met.",
        "Commission: organization by short-form",
    ),
]


@pytest.mark.parametrize(("marked", "mention"), [*BOUNDS, *CERTAIN, *BESIDE, *WHOLE, *REPEATS])
def test_the_article_corrects_a_guess(marked: str, mention: str) -> None:
    assert mention in corrected(marked)


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("Then <person Roger Downer> came. The <person Downers> left.", "Downers"),
        ("So says <organization Transportation> Secretary <person Elizabeth Dole>.", "Transportation"),
        ("Off sailed the tanker <person Bridgeton> today.", "Bridgeton"),
        ("It cost ten <organization European Currency Units> (ECU).", "European Currency Units"),
    ],
)
def test_what_is_no_name_goes(marked: str, name: str) -> None:
    assert not any(mention.startswith(f"{name}:") for mention in corrected(marked))


def test_a_less_sure_rule_leaves_a_surer_name_as_it_is() -> None:
    text = "They met <person Erwin Zabala/AP> twice. Erwin Zabala/AP came."
    assert "AP: organization by well-known" in corrected(text)


@pytest.mark.parametrize(
    ("marked", "mention"),
    [
        (
            "They own <person Bolt Beranek> and <person Newman> Inc.",
            "Bolt Beranek and Newman Inc: organization by legal-form",
        ),
        ("They live in <demonym Spanish> <place Fork> now.", "Spanish Fork: place by gazetteer"),
        ("Off sailed the <demonym Indian> <organization Navy> today.", "Indian Navy: organization by head-noun"),
        ("An accord of <demonym American>/Paraguay is due.", "Paraguay: place by gazetteer"),
    ],
)
def test_a_pass_overrides_the_rules_that_it_names(marked: str, mention: str) -> None:
    assert mention in corrected(marked)

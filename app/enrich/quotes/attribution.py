"""Who says a quote, by the sentence that it stands in: rules in the order in which they are asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from app.enrich.quotes.marks import Quotation
from app.enrich.quotes.phrases import NounPhrase, Sentence

SpeakerRule = Literal[
    "transcript", "after", "inverted", "before", "participle", "according", "tail", "headed", "signed", "behind",
    "carried", "continued", "ahead", "colon", "subject", "next",
]  # fmt: skip

CONFIDENCE: dict[SpeakerRule, float] = {
    "transcript": 0.95, "after": 0.95, "inverted": 0.95, "before": 0.92, "participle": 0.85, "according": 0.9,
    "tail": 0.85, "headed": 0.7, "signed": 0.85, "behind": 0.7, "carried": 0.9, "continued": 0.85, "ahead": 0.8,
    "colon": 0.8, "subject": 0.5, "next": 0.7,
}  # fmt: skip
"""How often each is right, about."""

_LEAD = frozenset(",—–-―")
# What a quote ends with whose sentence goes on; one that is stopped has nothing more to come.
_GOES_ON = ",?!—–-…"
_FAR, _NEAR = 30, 6
"""Words from a verb to the quote, at most."""
_SENTENCE = 80
"""Words of a sentence on either side of a quote that are looked at; longer ones are lists, or no sentences."""
_SIGNATURE = 12
_SPEAKING = re.compile(r"([A-Z][A-Z.'’ -]{1,30}):\s")


@dataclass(frozen=True, slots=True)
class FoundQuote:
    """What somebody says: `text` is `body[start:end]`, without its marks. `speaker` is where the article says who,
    perhaps by a pronoun, and `named` where the mention begins that names him, if one does. `cue` is the verb, or what
    stands for one."""

    start: int
    end: int
    text: str
    speaker: tuple[int, int]
    named: int | None
    cue: str | None
    rule: SpeakerRule
    confidence: float


class Attribution(NamedTuple):
    """Who says it, as offsets of the body: where the phrase stands, where its head ends, and the verb."""

    start: int
    end: int
    head_end: int
    cue: str | None
    rule: SpeakerRule


@dataclass(frozen=True, slots=True)
class QuoteSite:
    """A quote, `quotation`, as the word number `at` of its sentence."""

    body: str
    quotation: Quotation
    sentence: Sentence
    at: int

    @property
    def is_stopped(self) -> bool:
        """Return whether the quote ends, or breaks off, where no sentence goes on."""
        text = self.body[self.quotation.start : self.quotation.end]
        return text.rstrip(" '’‘")[-1:] not in _GOES_ON


def attribution(spot: QuoteSite) -> Attribution | None:
    """Return who says it, where its sentence tells."""
    return next((said for rule in _RULES if (said := rule(spot)) is not None), None)


def attributed(
    sentence: Sentence, phrase: NounPhrase | None, verb: int | None, rule: SpeakerRule
) -> Attribution | None:
    if phrase is None:
        return None
    tokens = sentence.tokens
    cue = None if verb is None else tokens[verb].text.rstrip(".")
    return Attribution(
        tokens[phrase.start].start, tokens[phrase.end - 1].end, tokens[phrase.head_end - 1].end, cue, rule
    )


def _read_transcript(spot: QuoteSite) -> Attribution | None:
    """Read `"SMITH: ..."`, where who speaks is said inside the marks."""
    found = _SPEAKING.match(spot.body, spot.quotation.start)
    return found and Attribution(*found.span(1), found.end(1), None, "transcript")


def _read_introduced(spot: QuoteSite) -> Attribution | None:
    """Read `Smith scolded him: "..."`: a verb right before a colon or a comma brings the quote, whatever follows it."""
    sentence, at = spot.sentence, spot.at
    if at == 0 or sentence.tokens[at - 1].text not in ":,":
        return None
    near = sentence.speech_verbs(max(0, at - _NEAR), at)
    return _read_before(spot) if near and not sentence.is_participle(near[-1]) else None


def _read_after(spot: QuoteSite) -> Attribution | None:
    """Read `"...," Smith said` and `"...," said Smith`."""
    sentence, tokens = spot.sentence, spot.sentence.tokens
    end = next((n for n in range(spot.at + 1, len(tokens)) if tokens[n].is_quote), len(tokens))
    lead = next((n for n in range(spot.at + 1, end) if tokens[n].text not in _LEAD), end)
    first = next((n for n in range(lead, end) if not tokens[n].low.endswith("ly")), end)
    if first < end and sentence.is_speech(first) and not sentence.is_participle(first):
        phrase = sentence.phrase_at(first + 1, end)
        if phrase is not None:
            return attributed(sentence, phrase, first, "inverted")
    is_over = spot.is_stopped and lead == spot.at + 1 and not sentence.goes_on(lead)
    if is_over or sentence.begins_clause(lead):
        return None
    verbs = sentence.speech_verbs(lead, min(end, lead + _FAR))
    verb = next((n for n in verbs if not sentence.is_participle(n)), lead)
    if verb == lead:
        return None
    return attributed(sentence, sentence.phrase_at(lead, verb) or sentence.subject_left(lead, verb), verb, "after")


def _read_before(spot: QuoteSite) -> Attribution | None:
    """Read `Smith said: "..."` and `Smith left, saying "..."`."""
    sentence = spot.sentence
    for verb in reversed(sentence.speech_verbs(max(0, spot.at - _FAR), spot.at)):
        if sentence.is_passive(verb):
            agent = sentence.agent(verb, spot.at)
            if agent is not None:
                return attributed(sentence, agent, verb, "before")
        elif sentence.is_participle(verb):
            named = sentence.phrase_ending(0, verb) if sentence.is_name(verb - 1) else None
            return attributed(sentence, named or sentence.subject(0, verb), verb, "participle")
        else:
            turned = sentence.phrase_at(verb + 1, spot.at) if verb == 0 else sentence.subject(0, verb)
            return attributed(sentence, sentence.subject_left(0, verb) or turned, verb, "before")
    return None


def _read_according(spot: QuoteSite) -> Attribution | None:
    sentence, count = spot.sentence, len(spot.sentence.tokens)
    before, after = max(0, spot.at - _SENTENCE), min(count, spot.at + _SENTENCE)
    for number in (*range(spot.at - 1, before - 1, -1), *range(spot.at + 1, after)):
        if sentence.low(number) == "according" and sentence.low(number + 1) == "to":
            return attributed(sentence, sentence.phrase_at(number + 2, count), number, "according")
    return None


def _read_tail(spot: QuoteSite) -> Attribution | None:
    """Read `It is "a matter of time" until that happens, Smith said.`"""
    sentence = spot.sentence
    for verb in reversed(sentence.speech_verbs(spot.at + 1, min(len(sentence.tokens), spot.at + _SENTENCE))):
        comma = next((n for n in range(verb - 1, spot.at, -1) if sentence.tokens[n].text == ","), verb)
        if comma < verb and verb - comma <= _SIGNATURE and not sentence.is_participle(verb):
            return attributed(sentence, sentence.phrase_at(comma + 1, verb), verb, "tail")
    return None


def _read_headed(spot: QuoteSite) -> Attribution | None:
    """Read `Ann Smith on the vote: "..."`, which has no verb of speech: the first name says it."""
    sentence = spot.sentence
    if spot.at == 0 or sentence.tokens[spot.at - 1].text != ":":
        return None
    return attributed(sentence, sentence.first_name(max(0, spot.at - _SENTENCE), spot.at), None, "headed")


def _read_signed(spot: QuoteSite) -> Attribution | None:
    """Read `"..." — Ann Smith`."""
    sentence, count = spot.sentence, len(spot.sentence.tokens)
    if spot.at > 0 or not 2 < count < _SIGNATURE or sentence.tokens[1].text not in _LEAD:
        return None
    return attributed(sentence, sentence.phrase_at(2, count), None, "signed")


_RULES: tuple[Callable[[QuoteSite], Attribution | None], ...] = (
    _read_transcript, _read_introduced, _read_after, _read_before,
    _read_according, _read_tail, _read_headed, _read_signed,
)  # fmt: skip

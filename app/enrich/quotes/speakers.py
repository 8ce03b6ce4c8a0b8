"""The quotes of a text, each with its speaker: said by its own sentence, or by what stands beside it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter

from app.enrich.layout import TextBlock
from app.enrich.mentions import Mention
from app.enrich.quotes.attribution import (
    CONFIDENCE,
    Attribution,
    FoundQuote,
    QuoteSite,
    SpeakerRule,
    attributed,
    attribution,
)
from app.enrich.quotes.marks import FEWEST_WORDS, Quotation, pair_marks
from app.enrich.quotes.phrases import NameEdges, Sentence, mask, sentence_bounds, tokens_of
from app.enrich.quotes.pronouns import Antecedents
from app.enrich.resolve import LocalEntity

_BY_PRONOUN = 0.8
"""What is left of the confidence where a pronoun has to be explained."""
_AHEAD = 60
"""Characters from a quote to the one that it shares the speaker with, at most."""
_FAR_BACK = 2_000
"""Characters in which the beginning of a sentence is looked for."""
_LONG_WORD = 4
_LONGEST_NAME = 60
_APPOSED = re.compile(r"(?: (?:of|for|at|in)(?: [^\s,.;:]+){1,8})?, (?=[A-Z])")
_IS_OF = re.compile(r"\s+(?:of|at|with|from)\s")
_TOLD_BEHIND = ("after", "inverted", "carried", "next")
_SINGLE = ("'", "‘")
_NOBODY = frozenset(
    "even everyone everybody nobody anyone anybody someone somebody there this that these those what here such last "
    "next".split()
)
"""Words that no phrase begins with that names who speaks."""
_START = attrgetter("start")


def find_quotes(body: str, blocks: Sequence[TextBlock], entities: Sequence[LocalEntity]) -> tuple[FoundQuote, ...]:
    """Return the quotes of a text in order, none overlapping another."""
    paragraphs = [(block.start, block.end) for block in blocks if block.kind == "paragraph"]
    quotations = pair_marks(body, paragraphs)
    if not any(_is_long(body, each) for each in quotations):
        return ()
    return tuple(_QuotedText(body, paragraphs, quotations, entities).quotes())


def _is_long(body: str, quotation: Quotation) -> bool:
    return len(body[quotation.start : quotation.end].split(maxsplit=FEWEST_WORDS)) >= FEWEST_WORDS


def _is_work(body: str, quotation: Quotation) -> bool:
    """Return whether it is the name of a work: in capitals but for small words, and no sentence."""
    text = body[quotation.start : quotation.end].rstrip()
    words = text.split()
    capitals = sum(word[0].isupper() for word in words)
    small = sum(len(word) < _LONG_WORD and not word[0].isupper() for word in words)
    return text[-1] not in ".?!,…" and capitals + small == len(words) and capitals > small


class _QuotedText:
    """One text. `_said` has, for each quotation, who says it, as far as that is known."""

    def __init__(
        self,
        body: str,
        paragraphs: Sequence[tuple[int, int]],
        quotations: Sequence[Quotation],
        entities: Sequence[LocalEntity],
    ) -> None:
        self._body = body
        self._paragraphs = paragraphs
        self._quotations = quotations
        self._mentions = sorted((m for entity in entities for m in entity.mentions), key=_START)
        self._names = NameEdges(frozenset(m.start for m in self._mentions), frozenset(m.end for m in self._mentions))
        self._antecedents = Antecedents(body, entities, [(each.opens, each.closes) for each in quotations])
        self._masked = mask(body, quotations)
        self._said: list[Attribution | None] = [None] * len(quotations)

    def quotes(self) -> Iterator[FoundQuote]:
        self._read()
        for number in range(len(self._quotations)):
            if self._said[number] is None:
                self._said[number] = self._from_beside(number)
        for quotation, said in zip(self._quotations, self._said, strict=True):
            if said is not None and _is_long(self._body, quotation) and not _is_work(self._body, quotation):
                yield self._quote(quotation, said)

    def _read(self) -> None:
        """Read the sentence of each quotation."""
        block, tokens, starts, bounds = -1, [], [], []
        sentence, reach = Sentence((), self._names), (0, 0)
        for number, quotation in enumerate(self._quotations):
            if quotation.block != block:
                block = quotation.block
                tokens = tokens_of(self._masked, *self._paragraphs[block])
                starts = [token.start for token in tokens]
                bounds = [self._paragraphs[block][0], *sentence_bounds(self._masked, *self._paragraphs[block])]
            which = bisect_right(bounds, quotation.opens)
            first = bisect_left(starts, bounds[which - 1])
            last = bisect_left(starts, bounds[which]) if which < len(bounds) else len(tokens)
            if reach != (tokens[first].start, last):
                sentence, reach = Sentence(tokens[first:last], self._names), (tokens[first].start, last)
            spot = QuoteSite(self._body, quotation, sentence, bisect_left(starts, quotation.opens) - first)
            self._said[number] = attribution(spot) or self._behind(spot)

    def _behind(self, spot: QuoteSite) -> Attribution | None:
        """Read `Smith was not amused. "..."`: a sentence that is all quote, behind one about somebody."""
        start, _ = self._paragraphs[spot.quotation.block]
        if len(spot.sentence.tokens) > 1 or spot.quotation.opens == start:
            return None
        before = self._last_sentence(start, spot.quotation.opens)
        if any(token.is_quote for token in before.tokens):
            return None
        said = self._told_of(before, "behind")
        # Where nothing is said of speaking, only who has a name, or had one, can be the one who speaks.
        speaks = said is not None and (said.cue is not None or self._is_somebody(said))
        return said if speaks else None

    def _is_somebody(self, said: Attribution) -> bool:
        found = self._named_in(said)
        return self._body[said.start : said.end].lower() in ("he", "she") or (
            found is not None and found.type == "person"
        )

    def _told_of(self, sentence: Sentence, rule: SpeakerRule) -> Attribution | None:
        """Return who speaks by a sentence without a quote: of its last verb of speech, or of the whole."""
        count = len(sentence.tokens)
        verb = next((v for v in reversed(sentence.speech_verbs(0, count)) if not sentence.is_passive(v)), None)
        phrase = sentence.subject_left(0, verb) if verb is not None else None
        return attributed(sentence, phrase or sentence.subject(0, count), verb, rule)

    def _from_beside(self, number: int) -> Attribution | None:
        """Return the speaker of a quotation whose own sentence does not say it."""
        quotation = self._quotations[number]
        start, _ = self._paragraphs[quotation.block]
        opens = quotation.opens == start
        if number and (said := self._said[number - 1]) is not None:
            before = self._quotations[number - 1]
            if before.block == quotation.block:
                return self._own_subject(before, quotation) or said._replace(rule="carried")
            if opens and not before.is_closed and before.block == quotation.block - 1:
                return said._replace(rule="continued")
        if opens:
            return self._ahead(number) or self._behind_colon(quotation.block) or self._goes_on(number)
        return self._fragment(quotation)

    def _own_subject(self, before: Quotation, quotation: Quotation) -> Attribution | None:
        """Return the subject of a later sentence that is a quote in part."""
        bounds = sentence_bounds(self._masked, before.opens, quotation.closes)
        is_later = len(bounds) > 1 and self._body[bounds[-2] : quotation.opens].strip()
        return self._fragment(quotation) if is_later else None

    def _ahead(self, number: int) -> Attribution | None:
        if number + 1 == len(self._quotations):
            return None
        quotation, later, said = self._quotations[number], self._quotations[number + 1], self._said[number + 1]
        is_near = later.block == quotation.block and later.opens - quotation.closes < _AHEAD
        if not is_near or said is None or said.rule not in ("after", "inverted", "before"):
            return None
        return said._replace(rule="ahead")

    def _behind_colon(self, block: int) -> Attribution | None:
        if block == 0:
            return None
        start, end = self._paragraphs[block - 1]
        return self._told_of(self._last_sentence(start, end), "colon") if self._masked[end - 1] == ":" else None

    def _goes_on(self, number: int) -> Attribution | None:
        """Return who has just spoken, for a paragraph that is all quote behind one that ends with who said another."""
        quotation, before, said = self._quotations[number], self._quotations[number - 1], self._said[number - 1]
        if number == 0 or said is None or before.block != quotation.block - 1 or not _is_long(self._body, before):
            return None
        is_told = said.rule in _TOLD_BEHIND
        is_last = self._paragraphs[before.block][1] - before.closes < _AHEAD
        is_whole = self._paragraphs[quotation.block][1] - quotation.closes <= 1 and quotation.is_closed
        is_speech = self._body[quotation.opens : quotation.start] not in _SINGLE
        return said._replace(rule="next") if is_told and is_last and is_whole and is_speech else None

    def _last_sentence(self, start: int, end: int) -> Sentence:
        start = max(start, end - _FAR_BACK)
        bounds = sentence_bounds(self._masked, start, end)
        return Sentence(tokens_of(self._masked, bounds[-2] if len(bounds) > 1 else start, end), self._names)

    def _fragment(self, quotation: Quotation) -> Attribution | None:
        """Return the subject of a sentence of which some words are a quote."""
        start = max(self._paragraphs[quotation.block][0], quotation.opens - _FAR_BACK)
        bounds = [start, *sentence_bounds(self._masked, start, quotation.closes)]
        if not self._body[bounds[-2] : quotation.opens].strip():
            return None
        sentence = Sentence(tokens_of(self._masked, bounds[-2], quotation.opens), self._names)
        subject = sentence.subject(0, len(sentence.tokens))
        if subject is None or sentence.low(subject.start) in _NOBODY:
            return None
        return attributed(sentence, subject, None, "subject")

    def _quote(self, quotation: Quotation, said: Attribution) -> FoundQuote:
        confidence, end = CONFIDENCE[said.rule], said.end
        pronoun = self._body[said.start : said.end].lower().replace("’", "'").partition("'")[0]
        if pronoun in ("he", "she"):
            named = self._antecedents.meant(pronoun, said.start)
            confidence *= _BY_PRONOUN
        elif (named := self._named_in(said) or self._named_behind(said)) is not None:
            end = max(end, named.end)
        return FoundQuote(
            quotation.start,
            quotation.end,
            self._body[quotation.start : quotation.end],
            (said.start, end),
            named.start if named is not None else None,
            said.cue,
            said.rule,
            round(confidence, 3),
        )

    def _named_in(self, said: Attribution) -> Mention | None:
        """Return the name that the head of the phrase ends with: of `the lawyer of Ann Smith` it is none."""
        inside = self._inside(said.start, said.head_end)
        if inside and inside[0].type == "person" and _IS_OF.match(self._body, inside[0].end):
            return inside[0]
        whole = [m for m in inside if not self._body[m.end : said.head_end].strip(" .'’s")]
        return whole[0] if whole else None

    def _named_behind(self, said: Attribution) -> Mention | None:
        """Return who is named behind an office: `said the head of the agency, Ann Smith`."""
        between = _APPOSED.match(self._body, said.end)
        if between is None:
            return None
        found = self._inside(between.end(), between.end() + 1)
        return found[0] if found and found[0].type == "person" else None

    def _inside(self, start: int, end: int) -> Sequence[Mention]:
        return self._mentions[
            bisect_left(self._mentions, start, key=_START) : bisect_left(self._mentions, end, key=_START)
        ]

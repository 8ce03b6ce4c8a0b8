"""Whom `he` and `she` mean: the person last spoken of who may be the one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Literal

from app.enrich import lexicon
from app.enrich.mentions import Mention
from app.enrich.resolve import LocalEntity

Pronoun = Literal["he", "she"]
_WOMEN, _MEN = lexicon.terms("womens-names"), lexicon.terms("mens-names")
_HONORIFIC = re.compile(
    r"\b(?:(?P<he>Mr|Sir|Lord|King|Congressman)|(?P<she>Mrs|Ms|Miss|Lady|Queen|Congresswoman))\.? $"
)
_POSSESSIVE = re.compile(r"['’]s?\b")
# Not at `p.m. `, `J. `, `Mr. ` and `Sen. `.
_SENTENCE_END = re.compile(r"(?<![.\s][A-Za-z])(?<!\s[A-Z][a-z])(?<!\s[A-Z][a-z]{2})[.!?]['\"”’)]*\s|\n")
_FAR = 1_500
"""Characters: about three paragraphs; a pronoun that means somebody further off is rare."""


class Antecedents:
    """The people of a text. What they are named inside of quotes (`quoted`) is named by others, and does not count."""

    def __init__(self, body: str, entities: Sequence[LocalEntity], quoted: Sequence[tuple[int, int]]) -> None:
        self._body = body
        people = [entity for entity in entities if entity.type == "person"]
        self._pronouns = {entity.key: _pronoun_of(body, entity) for entity in people}
        named = [(mention.start, entity.key, mention) for entity in people for mention in entity.mentions]
        self._named = sorted((each for each in named if not _is_within(each[0], quoted)), key=lambda each: each[0])
        self._starts = [start for start, *_ in self._named]

    def meant(self, pronoun: str, at: int) -> Mention | None:
        """Return the first of the people named in the last sentence, before `at`, that names one who may be meant."""
        found: Mention | None = None
        for mention in self._before(pronoun, at):
            if found is not None and _SENTENCE_END.search(self._body, mention.end, found.start):
                return found
            if found is None or not _POSSESSIVE.match(self._body, mention.end):
                found = mention
        return found

    def _before(self, pronoun: str, at: int) -> Iterator[Mention]:
        for number in range(bisect_left(self._starts, at) - 1, -1, -1):
            start, key, mention = self._named[number]
            if at - start > _FAR:
                return
            if self._pronouns[key] in (None, pronoun):
                yield mention


def _pronoun_of(body: str, entity: LocalEntity) -> Pronoun | None:
    for mention in entity.mentions:
        if (found := _HONORIFIC.search(body, max(0, mention.start - 16), mention.start)) is not None:
            return "he" if found["he"] else "she"
    given = entity.name.partition(" ")[0].lower()
    return "she" if given in _WOMEN else "he" if given in _MEN else None


def _is_within(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    number = bisect_left(spans, (at + 1,)) - 1
    return number >= 0 and spans[number][0] <= at < spans[number][1]

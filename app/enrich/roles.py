"""What a text says that a person is, right beside the name: `Russian President Vladimir Putin`; `Randhir Jaiswal, the
spokesperson for India's Ministry of External Affairs, said ...`. A title alone (`Mr`) says nothing of the kind.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter

from app.enrich import callings, gazetteer, titles
from app.enrich.mentions import Mention
from app.text import sentences

# An apposition of more words has become a sentence of its own.
_MOST_WORDS = 12
# The office stands near the head of it: `former German foreign minister`, not `a man whom the president`.
_HEAD_WORDS = 6
_MOST_CHARACTERS = 120
# No further is the beginning of a word sought, for a sentence may be as long as the body, and so may a word.
_LONGEST_WORD = 200

_WORD = re.compile(r"\S+")
_APPOSITION = re.compile(r",\s+(?:(?:the|a|an|its|his|her|their)\s+)?([^,;:()\"“”]+?)(?:(?=[,;:])|[.!?]?$)")
_VERBS = frozenset("said says told was were is are has had would will could may who whom which that and but as".split())
_OWNER = re.compile(r"['’]s?$")
# `Secretary of State`, `First Lady`; but in `the party under Captain Scott` the party has no office.
_ALSO = frozenset(("of", "first"))
_ACRONYM = re.compile(r"[A-Z]{2,6}")
_NEVER = frozenset(("under", "then"))
# `US`, `UK`: typed in small letters by many.
_SHORT_NATION = 2


def beside(body: str, mentions: Sequence[Mention]) -> dict[int, str]:
    """Return, by the start of the mention, what is said of that person there."""
    ends = {mention.end: mention for mention in mentions if mention.type in ("organization", "place")}
    bounds = list(sentences(body))
    found: dict[int, str] = {}
    for mention in mentions:
        if mention.type != "person":
            continue
        first, last = _sentence_of(bounds, mention)
        role = _role_before(body, first, mention.start, ends) or _role_after(body, mention.end, max(last, mention.end))
        if role is not None:
            found[mention.start] = role
    return found


def introductions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each way to read what somebody typed as an office and a name, the longest name first.

    `Defence Minister Khawaja Asif` is `Defence Minister` and `Khawaja Asif`. Capitals say nothing here. Each way costs
    the caller a look-up, so offices of more words than a text's have are none.
    """
    words = [word.rstrip(",") for word in text.split()]
    for number in range(1, min(len(words), _HEAD_WORDS + 1)):
        before = words[:number]
        titled = [titles.is_title(word) or callings.is_calling(word) for word in before]
        if titled[-1] or (any(titled) and all(map(_may_introduce, before))):
            yield " ".join(before), " ".join(words[number:])


def _may_introduce(word: str) -> bool:
    capital = word.upper() if len(word) <= _SHORT_NATION else word.title()
    return titles.is_title(word) or titles.is_portfolio(word) or _is_of_an_office(capital)


def _sentence_of(bounds: Sequence[tuple[int, int]], mention: Mention) -> tuple[int, int]:
    number = bisect_right(bounds, mention.start, key=itemgetter(0)) - 1
    found = number >= 0 and mention.start < bounds[number][1]
    return bounds[number] if found else (mention.start, mention.end)


def _role_before(body: str, first: int, start: int, ends: dict[int, Mention]) -> str | None:
    """The words of an office that end at the name: `MEA Spokesperson, ` or `the late Soviet leader `."""
    at = start
    words: list[str] = []
    while at > first and len(words) < _HEAD_WORDS:
        stripped = _without_gap(body, first, at, " ,\n" if not words else " \n")
        whole = ends.get(stripped) or ends.get(stripped - 2)
        begin = max(first, stripped - _LONGEST_WORD)
        begin = whole.start if whole is not None and words else body.rfind(" ", begin, stripped) + 1 or begin
        begin = max(begin, body.rfind("\n", begin, stripped) + 1, first)
        word = body[begin:stripped]
        if word and not words and titles.is_honorific(word):
            # `General Sir Peter de la Billiere`.
            at = begin
            continue
        if not word or ((whole is None or not words) and not _is_of_an_office(word)):
            break
        words.insert(0, word)
        at = begin
    return _role_of(words)


def _without_gap(body: str, first: int, end: int, gap: str) -> int:
    while end > first and body[end - 1] in gap:
        end -= 1
    return end


def _role_after(body: str, end: int, last: int) -> str | None:
    match = _APPOSITION.match(body, end, min(last, end + _MOST_CHARACTERS))
    if match is None:
        return None
    words = _WORD.findall(match[1])
    if len(words) > _MOST_WORDS or any(word.lower() in _VERBS for word in words):
        return None
    return _role_of(words) if any(_is_role(word) for word in words[:_HEAD_WORDS]) else None


def _role_of(words: Sequence[str]) -> str | None:
    words = words[1:] if words and words[0] in _ALSO else words
    return " ".join(words) if any(_is_role(word) for word in words) else None


def _is_role(word: str) -> bool:
    return titles.is_post(word) or callings.is_calling(word)


def _is_of_an_office(word: str) -> bool:
    """Words that an office or a calling is made of: its title, what qualifies it, and whose it is."""
    owner = _OWNER.sub("", word)
    if word in _NEVER:
        return False
    return (
        _is_role(word)
        or callings.is_stage(word)
        or titles.is_qualifier(word)
        or word.lower() in _ALSO
        or _ACRONYM.fullmatch(word) is not None
        or gazetteer.demonym(word) is not None
        or (owner[:1].isupper() and gazetteer.is_certain(owner))
    )

"""What a page glues together without a blank: related articles behind a name, `Ann Lund Ann Marie LundSenate passes a
bill MORE`, a caption behind a byline, a sentence behind another.

`missing_blanks` says where a blank belongs, `glued_stretches` and `names_again` what no part of the article is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from app.enrich import gazetteer, given, lexicon, organizations, vocabulary

_END = " MORE"
_IN_FULL = r"(?:\(?[A-Z][\w.'’-]*\)? ){1,5}"
_BEGIN = re.compile(rf"\b([A-Z][\w'’-]+)( {_IN_FULL})\1(?=[A-Z])")
_AGAIN = re.compile(rf"\b([A-Z][\w'’-]+)(?=( {_IN_FULL}\1) [A-Z])")
# Characters; three headlines are no longer.
_LONGEST = 600
# Where a capital follows a small letter, or the end of a sentence; few texts have any.
_SEAM = re.compile(r"(?:[a-z]|[.!?:;])(?=[A-Z])")
# What has more is no article; each asks for the words on both sides in the whole text.
_MOST_SEAMS = 300
# `Donald TrumpSenate`; not `Mitch McConnell` or `Ava DuVernay`, nor an address or a handle.
_TWO_WORDS = re.compile(r"(?<![\w@#/.&-])([A-Z][a-z]{2,})([A-Z]\w*)(?!\.\w|[\w@/])")
_PREFIXES = frozenset(("Mac", "Fitz", "Van", "Vander", "Del", "Des", "Ver"))
# `andMaryland`
_SMALL_WORD = re.compile(r"(?<![\w@#/.&-])(?:and|the|of|to|is|in|for|by|with|said|says)([A-Z][a-z]{2,})(?!\.\w|[\w@/])")
_WORD_BEFORE = re.compile(r"\w*$")
_WORDS_BEFORE = re.compile(r"(?:[A-Z][\w.'’-]* ){1,4}$")
_REACH = 60
# `a commodity.The government`, `More:Lund`; not `Amazon.Com`.
_TWO_SENTENCES = re.compile(r"(?<=[a-z]{2})[.!?:;](?!Com\b|Org\b|Net\b|Gov\b|Edu\b)(?=[A-Z][a-z]+[ ,.:'’])")
_ADDRESS = re.compile(r"\S*(?:/|@|www\.)\S*$")
_SMALL = lexicon.terms("capitals-small-words")


def missing_blanks(text: str) -> list[int]:
    """Return where two words or sentences meet without a blank, in order; nothing within related articles, which are
    known by that."""
    seams = [m.start() for m in _SEAM.finditer(text)]
    if not 0 < len(seams) <= _MOST_SEAMS:
        return []
    related = list(glued_stretches(text))
    names = {m.end() for m in _BEGIN.finditer(text)}
    joints = (at + 1 for at in seams if at + 1 in names or _parts_sentences(text, at) or _parts_words(text, at))
    return [at for at in joints if not any(start <= at < end for start, end in related)]


def _parts_sentences(text: str, at: int) -> bool:
    return _TWO_SENTENCES.match(text, at) is not None and not _ADDRESS.search(text, max(0, at - _REACH), at)


def _parts_words(text: str, at: int) -> bool:
    before = _WORD_BEFORE.search(text, max(0, at - _REACH), at)
    start = before.start() if before else at
    both = _TWO_WORDS.match(text, start)
    if both is not None and both.start(2) == at + 1:
        return _is_glued(text, both)
    both = _SMALL_WORD.match(text, start)
    return both is not None and both.start(1) == at + 1 and _is_known_behind(text, both)


def glued_stretches(text: str) -> Iterator[tuple[int, int]]:
    """Yield where related articles that end in `MORE` lie, behind the name."""
    if _END not in text:
        return
    for begin in _BEGIN.finditer(text):
        end = text.find(_END, begin.end(), begin.end() + _LONGEST)
        if end >= 0 and "\n" not in text[begin.start() : end]:
            yield begin.end(1), end + len(_END)


def names_again(text: str, joints: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield where a name comes again in full, behind itself, before one of the joints: blanks that were missing."""
    for name in _AGAIN.finditer(text) if joints else ():
        if name.end(2) in joints:
            yield name.span(2)


def _is_glued(text: str, both: re.Match[str]) -> bool:
    """Return whether it is a name's last word and something else: each stands alone elsewhere or is known, and both
    together are no name that the text has again, as `YouTube` or `WikiLeaks` may be."""
    left, right = both[1], both[2]
    before = _WORDS_BEFORE.search(text, max(0, both.start() - _REACH), both.start())
    if (
        before is None
        or left in _PREFIXES
        or left.upper() in _SMALL
        or vocabulary.is_ordinary_word(left)
        or text.count(both[0]) > 1
    ):
        return False
    words = before[0].split()
    full = f"{words[-1]} {left}"
    ends_name = (
        given.may_be_given(words[-1])
        or _is_elsewhere(text, full)
        or (any(map(given.may_be_given, words)) and _is_elsewhere(text, left))
    )
    return ends_name and _begins_headline(text, right)


def _is_known_behind(text: str, both: re.Match[str]) -> bool:
    return text.count(both[0]) == 1 and (_is_elsewhere(text, both[1]) or gazetteer.find(both[1]) is not None)


def _begins_headline(text: str, word: str) -> bool:
    return (
        vocabulary.is_ordinary_word(word)
        or word.upper() in _SMALL
        or (word.isupper() and len(word) > 1)
        or given.may_be_given(word)
        or gazetteer.find(word) is not None
        or organizations.canonical(word) is not None
        or _is_elsewhere(text, word)
    )


def _is_elsewhere(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None

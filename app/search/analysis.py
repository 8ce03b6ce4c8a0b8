"""Text to tokens: ours, the same for every engine, for documents and for queries.

A *raw token* is a run of letters and digits with the joiners people write inside words (`counter-terrorism`, `AT&T`,
`O'Brien`, `U.S`, `1,234.50`). `expand` turns one raw token into its *forms*: the terms to index, each at a position
relative to the first. It depends on the raw token alone, so every distinct one is analysed once and then looked up.

Nothing vanishes (no stop list, one-letter tokens are kept) but possessives. A compound is its parts at consecutive
positions plus the joined form at the first:

    counter-terrorism   counter@0 terrorism@1 counterterrorism@0
    AT&T                at@0 t@1 att@0
    O'Brien's           obrien@0
    U.S.                us@0
    $1,234.50           1234.50@0
    東京                 東@0 京@1

Each term has two views: exact (folded in case and accents) and stemmed. Bare query words use the stemmed one, quoted
words the exact one.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import msgspec
import Stemmer

from app.text import fold_word

VERSION = "1"
"""Part of the index fingerprint: raise it with every change that gives some text other terms."""

MAX_TERM = 64
"""Characters kept of a term, in documents and queries alike; longer runs are encodings and scrapings, not words."""

JOINERS = "-‐‑'’.&,"
"""What people write between the letters of one word."""
# Marks that belong to the letter before them, such as the vowel signs of Indic scripts: `\\w` does not know them.
_MARKS = "".join(chr(i) for i in range(sys.maxunicode + 1) if unicodedata.category(chr(i)) in ("Mn", "Mc"))
# The possessive that scrapers tear off ("Pakistan 's").
_TORN = r"(?<=\s)['’][sS]\b"
# The look ahead spares the many ranges of marks for the letters that most texts have after a word.
_RAW = re.compile(rf"\w+(?:[{JOINERS}]\w+|(?=[^\x00-\u02ff])[{_MARKS}]+\w*)*|{_TORN}")
# The same for a text without such marks, in half the time.
_UNMARKED = re.compile(rf"\w+(?:[{JOINERS}]\w+)*|{_TORN}")
_MARK = re.compile(f"[{_MARKS}]")
_INSIDE = frozenset(f"{JOINERS}_{_MARKS}")
_POSSESSIVE = re.compile(r"['’][sS]$")
_ACRONYM = re.compile(r"\w(?:\.\w)+")
_NUMBER = re.compile(r"\d+(?:,\d+)*(?:\.\d+)?")
_COMPOUND = re.compile(r"[-‐‑&_]+")
_STOPS = re.compile(r"[.,]")
_APOSTROPHE = "'’"
_APOSTROPHES = re.compile(f"[{_APOSTROPHE}]")
# Han and kana are written without spaces: each character is a word, and a run of them a phrase.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


# A compound with one of these in it is words that stand together for want of a space, and has no joined form.
_APART = re.compile(rf"{_UNSPACED.pattern}|(?<!\d),|,(?!\d)")


class Form(msgspec.Struct, frozen=True, gc=False):
    """`position` counts from the raw token's first word; `start` and `end` are offsets into the raw token."""

    term: str
    position: int
    start: int
    end: int


class Expansion(msgspec.Struct, frozen=True, gc=False):
    """What one raw token becomes. `joined` is the one-word form of a compound; `width` counts positions.

    Thousands are kept and none can be part of a cycle, so the garbage collector need not look at them again and again.
    """

    parts: tuple[Form, ...]
    joined: Form | None

    @property
    def width(self) -> int:
        return len(self.parts)

    @property
    def forms(self) -> tuple[Form, ...]:
        return (*self.parts, self.joined) if self.joined else self.parts


@dataclass(frozen=True, slots=True)
class Token:
    """A term at a position of a text; `start` and `end` are code points."""

    term: str
    position: int
    start: int
    end: int


def raw_tokens(text: str) -> list[str]:
    """The raw tokens alone, for indexing; torn-off possessives are among them and have no forms.

    In small letters: the forms are the same, and there are fewer different tokens to analyse. A few letters grow when
    made small; a text with one is left as it is.
    """
    small = text.lower()
    chosen = small if len(small) == len(text) else text
    pattern = _RAW if not chosen.isascii() and _MARK.search(chosen) else _UNMARKED
    return pattern.findall(chosen)


def raw_matches(text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
    """The raw tokens of `text[start:end]` with their places; torn-off possessives are left out."""
    found = _RAW.finditer(text, start, len(text) if end is None else end)
    return (match for match in found if match[0][0] not in _APOSTROPHE)


def is_unspaced(letter: str) -> bool:
    """Whether a letter is a word of its own."""
    return _UNSPACED.match(letter) is not None


def raw_at(text: str, place: int, after: int = 0) -> re.Match[str] | None:
    """The raw token that covers `place`, if one does; `after` is where an earlier one ends.

    Without it, words between which more than one joiner stands are read again for each of them, from the first on.
    """
    start = place
    while start > after and (text[start - 1].isalnum() or text[start - 1] in _INSIDE):
        start -= 1
    while start <= place:
        match = _RAW.match(text, start)
        if match and match.end() > place:
            return match if match[0][0] not in _APOSTROPHE else None
        start = match.end() if match else start + 1
    return None


def tokens(text: str) -> Iterator[Token]:
    position = 0
    for match in raw_matches(text):
        expansion = expand(match[0])
        for form in expansion.forms:
            yield Token(form.term, position + form.position, match.start() + form.start, match.start() + form.end)
        position += expansion.width


def plain_term(raw: str) -> str | None:
    """The one term of a raw token with nothing in it to take apart, as most are; None for the others."""
    return raw.lower()[:MAX_TERM] if raw.isascii() and raw.isalpha() else None


@lru_cache(maxsize=20_000)
def expand(raw: str) -> Expansion:
    """Forms of one raw token; a token of marks alone has none."""
    plain = plain_term(raw)
    if plain is not None:
        return Expansion((Form(plain, 0, 0, len(raw)),), None)
    word = "" if raw[0] in _APOSTROPHE else _POSSESSIVE.sub("", raw)
    parts = [part for start, piece in _split(word, _COMPOUND) for part in _piece(piece, start) if part[0]]
    forms = tuple(Form(term[:MAX_TERM], i, start, end) for i, (term, start, end) in enumerate(parts))
    if len(forms) < 2 or _APART.search(word):
        return Expansion(forms, None)
    joined = "".join(term for term, _, _ in parts)[:MAX_TERM]
    return Expansion(forms, Form(joined, 0, forms[0].start, forms[-1].end))


def _piece(piece: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Terms of a part between hyphens, as (term, start, end)."""
    end = start + len(piece)
    if _UNSPACED.search(piece):
        for at, run in _split(piece, None):
            yield fold_word(run), start + at, start + at + len(run)
    elif _NUMBER.fullmatch(piece):
        yield piece.replace(",", ""), start, end
    elif _ACRONYM.fullmatch(piece):
        yield fold_word(piece.replace(".", "")), start, end
    else:
        for at, run in _split(piece, _STOPS):
            yield fold_word(_APOSTROPHES.sub("", run)), start + at, start + at + len(run)


def _split(text: str, separator: re.Pattern[str] | None) -> Iterator[tuple[int, str]]:
    """Pieces with their offsets; without a separator, unspaced characters alone and what stands between them."""
    if separator is None:
        start = 0
        for match in _UNSPACED.finditer(text):
            if match.start() > start:
                yield start, text[start : match.start()]
            yield match.start(), match[0]
            start = match.end()
        if start < len(text):
            yield start, text[start:]
        return
    start = 0
    for match in separator.finditer(text):
        if match.start() > start:
            yield start, text[start : match.start()]
        start = match.end()
    if start < len(text):
        yield start, text[start:]


# Without a cache of its own, which costs more than it saves behind that of `stem`.
_snowball = Stemmer.Stemmer("english", 0)

# Where Snowball makes one word of two that a news reader keeps apart. A stem is shared only inside a row.
_KEPT_APART = {
    form: row.split()[0]
    for row in (
        "important importance importantly",
        "several",
        "executive executives",
        "authority authorities",
        "experience experiences experienced",
        "experiment experiments experimental experimentally",
        "customs",
        "arms",
        "capitalism capitalist capitalists",
        "numerous",
        "animal animals",
        "secretary secretaries",
        "according",
    )
    for form in row.split()
}


@lru_cache(maxsize=50_000)
def stem(term: str) -> str:
    """The stemmed view of a term; numbers, mixed and non-English forms come back as they are."""
    if term.isascii() and term.isalpha():
        return _KEPT_APART.get(term) or str(_snowball.stemWord(term))
    return term

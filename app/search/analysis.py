"""Text to tokens: ours, the same for every engine, for documents and for queries.

A *raw token* is a run of letters and digits with what people write inside words (`counter-terrorism`, `AT&T`,
`O'Brien`, `U.S`, `1,234.50`, `10 500`, a hyphen at the end of a line) and what nobody sees there (soft hyphens, zero
width spaces). `expand` turns one raw token into its *forms*: the terms to index, each at a position relative to the
first. It depends on the raw token alone, so every distinct one is analysed once and then looked up.

Nothing vanishes (no stop list, one-letter tokens are kept) but possessives. A compound is its parts at consecutive
positions plus the joined form at the first:

    counter-terrorism   counter@0 terrorism@1 counterterrorism@0
    AT&T                at@0 t@1 att@0
    O'Brien's           obrien@0
    U.S.                us@0
    $1,234.50           1234.50@0
    東京                 東@0 京@1
    กรุงเทพ               ก@0 รุ@1 ง@2 เ@3 ท@4 พ@5, a letter with its vowel signs each

Some have other readings besides, under which documents are found too:

    d'Estaing           destaing@0 estaing@0
    10 500              10@0 500@1 10500@0 10500@1, so that phrases reach it from both sides
    corpora-\\ntion       corpora@0 tion@1 corporation@0 corporation@1

Each term has two views: exact (folded in case and accents) and stemmed. Bare query words use the stemmed one, quoted
words the exact one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain

import msgspec
import Stemmer

from app.text import APOSTROPHES, INVISIBLE, fold_word

VERSION = "2"
"""Part of the index fingerprint: raise it with every change that gives some text other terms."""

MAX_TERM = 64
"""Characters kept of a term, in documents and queries alike; longer runs are encodings and scrapings, not words."""

JOINERS = f"-‐‑－&＆.,٫٬{APOSTROPHES}"
"""What people write between the letters of one word."""


def _ranges(codes: Sequence[int]) -> str:
    """Return ascending code points as the inside of a set of `re`, which compares those beyond U+FFFF one by one."""
    firsts = [code for i, code in enumerate(codes) if not i or codes[i - 1] != code - 1]
    lasts = [code for i, code in enumerate(codes) if i + 1 == len(codes) or codes[i + 1] != code + 1]
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in zip(firsts, lasts, strict=True))


# Marks that belong to the letter before them, such as the vowel signs of Indic scripts: `\\w` does not know them. They
# are looked for where scripts are that have any: not among Han and Hangul, and not where nothing is assigned.
_SCRIPTS = (
    range(0x3400),
    range(0xA000, 0xAC00),
    range(0xF900, 0x17000),
    range(0x1B000, 0x20000),
    range(0xE0000, 0xE1000),
)
_MARKED = [i for i in chain(*_SCRIPTS) if unicodedata.category(chr(i)) in ("Mn", "Mc")]
_MARKS = _ranges(_MARKED)
# The possessive that scrapers tear off ("Pakistan 's").
_TORN = rf"(?<=\s)[{APOSTROPHES}][sS]\b"
_LINE_END = r"[^\S\n]*\n[^\S\n]*"
# Some texts that were read off paper have signs of their own for a hyphen at the end of a line.
_BREAKS = "¬⸗\u00ad"
_LINE_JOINERS = tuple(f"-‐{_BREAKS}{INVISIBLE}")
# Groups of three digits. Behind an ordinary space they may as well be numbers of a table or the beginning of a compound
# ("36 100-kilowatt motors"): nothing is lost by the reading as one number, for the groups are words, too.
_THIN = "\u00a0\u2007\u2009\u202f"
_TAIL = r"(?:[.,]\d{1,2})?(?!\w)"
_SPACED = rf"\d(?<!\d \d)\d{{0,2}}(?: \d{{3}}){{1,4}}{_TAIL}(?!-\w| \d)"
_GROUP_SPACES = frozenset(f" {_THIN}")
_GROUPED = rf"\d{{1,3}}(?:[{_THIN}]\d{{3}}){{1,4}}{_TAIL}|{_SPACED}"
# Full-width ones stand between sentences, too.
_WIDE = r"(?<=\d)(?<!\d{4})，(?=\d{3}(?!\d))|(?<=\d)．(?=\d)"
_JOINED = rf"[{JOINERS}](?:(?<=[-‐]){_LINE_END})?|[{_BREAKS}]{_LINE_END}|{_WIDE}"
_HIDDEN = rf"[{INVISIBLE}]*(?:{_JOINED})[{INVISIBLE}]*|[{INVISIBLE}]+"
# The look ahead spares the many ranges of marks for the letters that most texts have after a word.
_RAW = re.compile(rf"{_GROUPED}|\w+(?:(?:{_HIDDEN})\w+|(?=[^\x00-\u02ff])[{_MARKS}]+\w*)*|{_TORN}")
# The same for a text without such marks and invisible characters, in half the time; and for one of ASCII alone.
_UNMARKED = re.compile(rf"{_GROUPED}|\w+(?:(?:{_JOINED})\w+)*|{_TORN}")
_PLAINEST = re.compile(rf"{_SPACED}|\w+(?:[-'`.&,](?:(?<=-){_LINE_END})?\w+)*|(?<=\s)['`][sS]\b")
# Whether a text may have some. Beyond U+FFFF it looks at nothing but that, which costs next to nothing.
# Whether one may go on behind white space, or does: groups of a number, a hyphen at the end of a line.
_GOES_ON = re.compile(rf"\d[{_THIN}]\d{{3}}|[‐{_BREAKS}][^\S\n]*\n")
_BEGIN_TO_GO_ON = f"{_THIN}‐{_BREAKS}"
# In ASCII. Both begin with what can be looked for by itself.
_NUMBER_GOES_ON, _LINE_GOES_ON = re.compile(r" (?<=\d )\d{3}"), re.compile(r"-[^\S\n]*\n")
# ASCII, with a space for each sign that is in no raw token.
_WITHOUT_SIGNS = re.sub(rb"[^\w\-'`.&,]", b" ", bytes(range(128))).ljust(256)
_BEHIND_SIGN = re.compile(r"[\x00-\x08\x0e-\x1b!-+/:-@\[-^`{-\x7f]['`]s")
_MARK = re.compile(f"[{_ranges([i for i in _MARKED if i <= 0xFFFF])}{INVISIBLE}\U00010000-\U0010ffff]")
_INSIDE = re.compile(f"[{JOINERS}，．_{_MARKS}{INVISIBLE}]")
_ALIKE = str.maketrans(
    {
        **dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys("‐‑－", "-"), **dict.fromkeys(_THIN, " "),
        "＆": "&", "٫": ".", "．": ".", "٬": ",", "，": ",",
    }
)  # fmt: skip
_UNSEEN = re.compile(rf"[{INVISIBLE}]*[-{_BREAKS}][{INVISIBLE}]*{_LINE_END}|[{INVISIBLE}]+")
_ODD = re.compile("[`\n]")
_READ_TWICE = re.compile("['\n ]")
_POSSESSIVE = re.compile(r"'[sS]$")
_ACRONYM = re.compile(r"\w(?:\.\w)+")
_NUMBER = re.compile(r"\d+(?:,\d+)*(?:\.\d+)?")
_DECIMAL_COMMA = re.compile(r",(?=\d{1,2}$)")
_COMPOUND = re.compile(r"[-&_\n]+")
_SPACE = re.compile(" ")
_APOSTROPHE_OR_NONE = ("", *APOSTROPHES)
_STOPS = re.compile(r"[.,]")
# What loses its vowel before the next word, which people look for by itself: French, Italian, Catalan. Not O'Brien.
_ELISION = re.compile(
    r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu|quoiqu|presqu|entr|prud|un|ch|gl|degl|agl|dagl|negl|sugl"
    r"|(?:d|n)?ell|(?:d|s|n)?all|nell|sull|coll|pell|quell|quest|bell|sant|mezz|tutt|senz|sott|quant|tant|grand|cent"
    r"|cinquant)'(?=\w)",
    re.IGNORECASE,
)
# Written without spaces: each character, or in the south-east of Asia each letter with its signs, is a word, and a run
# of them a phrase. Han, kana, kana of half width; Thai, Lao, Myanmar, Khmer, New Tai Lue and Tai Tham.
_UNSPACED = re.compile(
    r"[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9d\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]"
    rf"|(?![\d{_MARKS}])[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aad\ua9e0-\ua9ff\uaa60-\uaadf]"
    rf"[{_MARKS}]*"
)
LOOSE_COMMA = re.compile(r"(?<!\d),|,(?!\d)")
"""A comma that is part of no number: it stands between words for want of a space."""
_THIN_NUMBER = re.compile(rf"(?<!\w)\d{{1,3}}(?:[{_THIN}]\d{{3}}){{1,4}}{_TAIL}")
_COMMAS = str.maketrans(dict.fromkeys(_THIN, ","))
_UNTYPED = re.compile(rf"(?<=\w)[-‐{_BREAKS}]{_LINE_END}(?=\w)|[{INVISIBLE}]+")
_BROKEN_LINE = re.compile(rf"[-‐{_BREAKS}][{INVISIBLE}]*{_LINE_END}(?=[\w{INVISIBLE}])")
_BROKEN_PLAINLY = re.compile(r"-[^\S\n]*\n[^\S\n]*(?=\w)")
_GROUP_END = re.compile(rf"(?<=\d)[ {_THIN}](?=\d{{3}})")
# A word of ASCII letters behind which no raw token goes on, and before which a sign stands that none has in it.
# Before a line's first word the hyphen of a broken one may stand, and other white space. \\x01 stands between texts.
PLAIN_WORD = re.compile(
    rf"(?:(?<=[(\"\x01])|(?<=\S )|(?<=[^\s{_BREAKS}{INVISIBLE}‐-]\n)|\A)"
    r"[a-zA-Z]+(?:['’]s)?(?=[ \n)\";:!?\x01]|[.,](?:[ \n\x01]|$)|$)"
)
"""A raw token that begins and ends as most do: where it matches, `raw_at` need not look further."""


class Form(msgspec.Struct, frozen=True, gc=False):
    """`position` counts from the raw token's first word; `start` and `end` are offsets into the raw token."""

    term: str
    position: int
    start: int
    end: int


class Expansion(msgspec.Struct, frozen=True, gc=False):
    """What one raw token becomes. `joined` is the one-word form of a compound, `also` other readings of some of its
    parts, by position; `width` counts positions.

    Thousands are kept and none can be part of a cycle, so the garbage collector need not look at them again and again.
    """

    parts: tuple[Form, ...]
    joined: Form | None = None
    also: tuple[Form, ...] = ()

    @property
    def width(self) -> int:
        return len(self.parts)

    @property
    def forms(self) -> tuple[Form, ...]:
        return (*self.parts, self.joined, *self.also) if self.joined else self.parts + self.also

    def between(self, first: int, last: int) -> Sequence[Form]:
        """The forms at the positions from `first` to `last`, in order of position."""
        parts = self.parts[max(first, 0) : max(last + 1, 0)]
        others = self.also[
            bisect_left(self.also, first, key=_position) : bisect_left(self.also, last + 1, key=_position)
        ]
        if self.joined is not None and first <= 0 <= last:
            others = (self.joined, *others)
        return sorted((*parts, *others), key=_position) if others else parts


NO_WORDS = Expansion(())


def _position(form: Form) -> int:
    return form.position


def raw_tokens(text: str) -> list[str]:
    """The raw tokens alone, for indexing; torn-off possessives are among them and have no forms.

    In small letters: the forms are the same, and there are fewer different tokens to analyse. A few letters grow when
    made small; a text with one is left as it is.
    """
    tokens, chosen = _as_indexed(text)
    return tokens.findall(chosen)


def pieces(text: str) -> list[str] | None:
    """Return the pieces of a text between white space, in small letters as a rule, where each may be read by itself
    (`raw_tokens_of`); None where a raw token may go on from one to the next.

    Most texts may be taken apart so, in half the time; most pieces are words, and come again and again.
    """
    small = text.lower()
    # At the beginning of a text an "'s" is no torn possessive.
    if small[:1] in _APOSTROPHE_OR_NONE:
        return None
    small = small if len(small) == len(text) else text
    if _LINE_GOES_ON.search(small) or _NUMBER_GOES_ON.search(small):
        return None
    if not small.isascii():
        may_go_on = any(map(small.__contains__, _BEGIN_TO_GO_ON))
        return None if may_go_on and _GOES_ON.search(small) else small.split()
    # Nor is one behind a bracket, which is a space from here on.
    if _BEHIND_SIGN.search(small):
        return None
    spaced = small.encode().translate(_WITHOUT_SIGNS).decode()
    return spaced.replace(". ", " ").replace(", ", " ").split()


def raw_tokens_of(piece: str) -> list[str]:
    """Return the raw tokens of one of the `pieces`."""
    return raw_tokens(f" {piece}")


def raw_starts(text: str) -> list[int]:
    """Return where each of the `raw_tokens` begins."""
    tokens, chosen = _as_indexed(text)
    return [match.start() for match in tokens.finditer(chosen)]


def _as_indexed(text: str) -> tuple[re.Pattern[str], str]:
    """Return a text as it is read for indexing, and what finds the raw tokens there."""
    small = text.lower()
    if small.isascii():
        return _PLAINEST, small
    chosen = small if len(small) == len(text) else text
    return (_RAW if _MARK.search(chosen) else _UNMARKED), chosen


def raw_matches(text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
    """The raw tokens of `text[start:end]` with their places; torn-off possessives are left out."""
    found = _RAW.finditer(text, start, len(text) if end is None else end)
    return (match for match in found if not _is_torn(match[0]))


def _is_torn(raw: str) -> bool:
    return raw[0] in APOSTROPHES and raw[1:] in ("s", "S")


def is_unspaced(letter: str) -> bool:
    """Return whether a letter is a word of its own."""
    return _UNSPACED.match(letter) is not None


def line_breaks(text: str) -> list[int]:
    """Return where in a text a raw token may go on over the end of a line."""
    if "\n" not in text:
        return []
    is_plain = text.isascii()
    if is_plain and "-" not in text:
        return []
    broken = _BROKEN_PLAINLY if is_plain else _BROKEN_LINE
    return [match.start() for match in broken.finditer(text)]


def group_breaks(text: str) -> list[int]:
    """Return where in a text the groups of a number may part."""
    return [match.start() for match in _GROUP_END.finditer(text)]


def may_go_on(text: str) -> bool:
    """Return whether the last word of a text may go on in its next line."""
    return text.rstrip()[-1:] in _LINE_JOINERS


def parted(body: str, furniture: Sequence[Sequence[int]]) -> Iterator[tuple[str, bool]]:
    """Cut a body where furniture begins and ends, and say of each piece whether it is furniture.

    Nothing is cut where a word may go on over the end of a line.
    """
    at = 0
    for start, end in furniture:
        if not (may_go_on(body[:start]) or may_go_on(body[:end])):
            yield body[at:start], False
            yield body[start:end], True
            at = end
    yield body[at:], False


def raw_at(text: str, place: int, after: int = 0) -> re.Match[str] | None:
    """The raw token that covers `place`, if one does; `after` is where an earlier one ends.

    Without it, words between which more than one joiner stands are read again for each of them, from the first on.
    """
    if word := PLAIN_WORD.match(text, place):
        return word
    start = place
    while start > after and (before := _one_back(text, start, after)) is not None:
        start = before
    while start <= place:
        match = _RAW.match(text, start)
        if match and match.end() > place:
            return None if _is_torn(match[0]) else match
        start = match.end() if match else start + 1
    return None


def _one_back(text: str, start: int, after: int) -> int | None:
    """Return where the raw token that has `start` may have begun before; None where it cannot have."""
    before = text[start - 1]
    if before.isalnum() or _INSIDE.match(before):
        return start - 1
    if not before.isspace():
        return None
    if before in _GROUP_SPACES and text[start].isdecimal() and text[max(start - 2, 0)].isdecimal():
        return start - 1
    at, lines = start, 0
    while at > after and text[at - 1].isspace():
        at -= 1
        lines += text[at] == "\n"
    return at - 1 if lines == 1 and at > after and text[at - 1] in _LINE_JOINERS else None


def plain_term(raw: str) -> str | None:
    """The one term of a raw token with nothing in it to take apart, as most are; None for the others."""
    return raw.lower()[:MAX_TERM] if raw.isascii() and raw.isalpha() else None


def as_typed(text: str) -> tuple[str, Sequence[int]]:
    """A query text without what nobody sees in it, its numbers grouped by commas and its words in one line; and where
    each character of that stands in `text`."""
    if text.isascii() and "\n" not in text:
        return text, range(len(text))
    text = _THIN_NUMBER.sub(lambda number: _DECIMAL_COMMA.sub(".", number[0]).translate(_COMMAS), text)
    kept, places, at = list[str](), list[int](), 0
    for match in _UNTYPED.finditer(text):
        kept.append(text[at : match.start()])
        places += range(at, match.start())
        if match[0][0] in "-‐":
            kept.append("-")
            places.append(match.start())
        at = match.end()
    return "".join((*kept, text[at:])), [*places, *range(at, len(text))]


def phrase_terms(text: str) -> tuple[str, ...]:
    """The exact terms of a quoted text, one a position."""
    return tuple(form.term for raw in raw_matches(text) for form in expand(raw[0]).parts)


def placed_forms(text: str) -> list[Form]:
    """Return the words of a text as `phrase_terms` has them, each with where it stands in the text and the number of
    its place."""
    words: list[Form] = []
    for raw in raw_matches(text):
        begin = raw.start()
        words += [Form(form.term, len(words) + n, begin + form.start, begin + form.end)
                  for n, form in enumerate(expand(raw[0]).parts)]  # fmt: skip
    return words


def phrase_readings(terms: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """`terms` as they follow one another in a text, and with each of the inner words in two halves: a word broken at
    the end of a line, and a number in groups, stands at the place of either half."""
    yield terms
    for number in range(1, len(terms) - 1):
        if len(terms[number]) >= _HALVED:
            yield terms[: number + 1] + terms[number:]


_HALVED = 4
"""Letters of a word from which on it may have been broken; looking for halves of "of the" would take long."""

_Found = tuple[str, int, int]
"""A term, and from where to where it stands."""


@lru_cache(maxsize=20_000)
def expand(raw: str) -> Expansion:
    """Forms of one raw token; a token of marks alone has none."""
    plain = plain_term(raw)
    if plain is not None:
        return Expansion((Form(plain, 0, 0, len(raw)),))
    seen, places = (raw, range(len(raw))) if raw.isascii() and not _ODD.search(raw) else _as_read(raw)
    word = "" if _is_torn(raw) else _POSSESSIVE.sub("", seen)
    parts = _word_parts(word)
    forms = tuple(_form(part, number, places) for number, part in enumerate(parts))
    joined = _form(_run_together(parts), 0, places) if len(parts) > 1 and not _stand_together(word) else None
    return Expansion(
        forms, joined, _other_forms(word, parts, (*forms, joined), places) if _READ_TWICE.search(word) else ()
    )


def _form(found: _Found, position: int, places: Sequence[int]) -> Form:
    term, start, end = found
    return Form(term[:MAX_TERM], position, places[start], places[end - 1] + 1)


def _other_forms(
    word: str, parts: Sequence[_Found], known: Sequence[Form | None], places: Sequence[int]
) -> tuple[Form, ...]:
    """The other readings, each once, by position."""
    seen = {(form.term, form.position) for form in known if form}
    found: list[Form] = []
    for other, position in _other_readings(word, parts):
        form = _form(other, position, places)
        if form.term and (form.term, position) not in seen:
            seen.add((form.term, position))
            found.append(form)
    return tuple(sorted(found, key=_position))


def _as_read(raw: str) -> tuple[str, Sequence[int]]:
    """A raw token as it is read, and where each character of that stands in it: one sign for all that look alike, a
    line feed for a hyphen at the end of a line, and nothing that cannot be seen."""
    word = raw.translate(_ALIKE)
    if not _UNSEEN.search(word):
        return word, range(len(word))
    letters, places, at = "", list[int](), 0
    for match in _UNSEEN.finditer(word):
        letters += word[at : match.start()]
        places += range(at, match.start())
        if "\n" in match[0]:
            letters += "\n"
            places.append(match.start())
        at = match.end()
    return letters + word[at:], [*places, *range(at, len(word))]


def _stand_together(word: str) -> bool:
    """Return whether a compound is mere words without a space between them, or a number: neither has a joined form."""
    return " " in word or LOOSE_COMMA.search(word) is not None or _has_unspaced(word)


def _has_unspaced(word: str) -> bool:
    return not word.isascii() and _UNSPACED.search(word) is not None


def _word_parts(word: str) -> list[_Found]:
    """The words of a raw token, one a position."""
    if " " in word:
        word = _DECIMAL_COMMA.sub(".", word)
    pieces = _split_offsets(word, _SPACE if " " in word else _COMPOUND)
    return [part for start, piece in pieces for part in _piece_words(piece, start) if part[0]]


def _piece_words(piece: str, start: int) -> Iterator[_Found]:
    """The words of a part between hyphens."""
    end = start + len(piece)
    if _has_unspaced(piece):
        for at, run in _split_unspaced(piece):
            if is_unspaced(run):
                yield fold_word(run), start + at, start + at + len(run)
            else:
                yield from _piece_words(run, start + at)
    elif _NUMBER.fullmatch(piece):
        yield fold_word(piece.replace(",", "")), start, end
    elif _ACRONYM.fullmatch(piece):
        yield fold_word(piece.replace(".", "")), start, end
    else:
        for at, run in _split_offsets(piece, _STOPS):
            yield fold_word(run.replace("'", "")), start + at, start + at + len(run)


def _other_readings(word: str, parts: Sequence[_Found]) -> Iterator[tuple[_Found, int]]:
    """Return what else some parts are found by, with the position: what an elision stands before; and a number written
    in groups and a word broken at the end of a line, at the first and the last place that they take."""
    if " " in word:
        yield _run_together(parts), 0
        yield _run_together(parts), len(parts) - 1
    for position, (_, start, end) in enumerate(parts):
        if elided := _ELISION.match(word, start, end):
            yield (fold_word(word[elided.end() : end].replace("'", "")), elided.end(), end), position
    if "\n" in word:
        for first, last in _broken_over_lines(word, parts):
            whole = _run_together(parts[first : last + 1])
            yield whole, first
            yield whole, last


def _broken_over_lines(word: str, parts: Sequence[_Found]) -> Iterator[tuple[int, int]]:
    """First and last of the parts that make one word across the ends of lines."""
    first = 0
    for number in range(1, len(parts) + 1):
        if number == len(parts) or word[parts[number - 1][2] : parts[number][1]] != "\n":
            if number - first > 1:
                yield first, number - 1
            first = number


def _run_together(parts: Sequence[_Found]) -> _Found:
    return "".join(term for term, _, _ in parts), parts[0][1], parts[-1][2]


def _split_offsets(text: str, separator: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Pieces with their offsets."""
    start = 0
    for match in separator.finditer(text):
        if match.start() > start:
            yield start, text[start : match.start()]
        start = match.end()
    if start < len(text):
        yield start, text[start:]


def _split_unspaced(text: str) -> Iterator[tuple[int, str]]:
    """Unspaced characters alone and what stands between them, with their offsets."""
    start = 0
    for match in _UNSPACED.finditer(text):
        if match.start() > start:
            yield start, text[start : match.start()]
        yield match.start(), match[0]
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


# Snowball takes the s of a plural only behind a vowel that does not stand right before it, and knows no numbers. These
# rows are acronyms and words whose last letter is no plural's.
_PLURAL = re.compile(r"[b-df-hj-np-tv-xz]+(?:[b-df-hj-np-rtv-xz]|[b-df-hj-np-tv-xz][aeiou])s")
_PLURAL_OF_TYPE = re.compile(r"[0-9]*(?:[a-z]+[0-9]+)+[a-z]{0,2}s|[0-9]*[1-9]s")
_NO_PLURALS = frozenset(
    "this thus plus pres tres mrs gps nhs cbs pbs sbs rbs dns sms hms cms dhs hhs vhs lds bts mls nps crs tcs cvs"
    " tls gms lcs".split()
)


@lru_cache(maxsize=50_000)
def stem(term: str) -> str:
    """The stemmed view of a term; mixed and non-English forms come back as they are, but for a plural's s: `ngos` and
    `f16s` are `ngo` and `f16`, while `1990s` is no `1990`."""
    if not term.isascii():
        return term
    if term.isalpha():
        return _KEPT_APART.get(term) or str(_snowball.stemWord(term[:-1] if _is_plural(term) else term))
    return term[:-1] if term[-1:] == "s" and _PLURAL_OF_TYPE.fullmatch(term) else term


def plain_stems(terms: Sequence[str]) -> list[str]:
    """Return what `stem` does for each of some terms of ASCII letters, in a third of the time."""
    stems = _snowball.stemWords([term[:-1] if term[-1] == "s" and _is_plural(term) else term for term in terms])
    return [_KEPT_APART.get(term, stem) for term, stem in zip(terms, stems, strict=True)]


def _is_plural(term: str) -> bool:
    return term[-1] == "s" and _PLURAL.fullmatch(term) is not None and term not in _NO_PLURALS

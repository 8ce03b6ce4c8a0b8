"""Pure text: normal form, folding, slugs, words, sentences, fingerprints. Nothing here knows what an article is."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

# Vertical tabs are line ends inside a field of FileMaker, form feeds the ends of pages.
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# They show nothing and stand for nothing. The joiners U+200C and U+200D, and marks of direction, tell words apart.
_SUPERFLUOUS = re.compile("[\xad\u200b\u2060\ufeff]")
# A soft hyphen that a line did end at: there it is seen.
_BROKEN_SOFTLY = re.compile(r"(?<=\w)\xad+(?=[^\S\n\r]*[\n\r])")
# C0 and C1 controls but \n and \t, halves of surrogate pairs, and the code points that no text may hold.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_USUAL_LINE_ENDS = re.compile(r"\r\n?|\x85")
# What `normalise` changes besides accents: looked for first, since most texts hold none of it.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u2028\u2029\u2060\ud800-\udfff\ufeff\ufffe\uffff]")
# What Windows-1252 has where Latin-1 has controls: such text was decoded as the wrong one of the two. U+0085 is also a
# line end, and is an ellipsis only in the company of others.
_WESTERN = {n: bytes([n]).decode("cp1252") for n in range(0x80, 0xA0) if n not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_MISREAD = re.compile("[\x80\x82-\x84\x86-\x8c\x8e\x91-\x9c\x9e\x9f]")

INVISIBLE = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0001-\U000e01ef\u0640"
)
"""What nobody sees and no word ends at, as the inside of a character class: hyphens for a line that ended elsewhere,
spaces and joiners without width, marks of direction and of variants, fillers; and the stroke that makes an Arabic word
longer."""

APOSTROPHES = "'’‘‛`´ʹʻʼʽˈ′＇‵ꞌ՚՛׳״"
"""What people type, and programs make, where an apostrophe is meant: inside a word they are one."""


class _Plain(dict[int, str]):
    """What a reader types for a character that NFKD leaves alone: letters with a stroke and ligatures, punctuation that
    looks alike, digits of any script. Worked out when first met."""

    def __missing__(self, code: int) -> str:
        digit = unicodedata.decimal(chr(code), None)
        self[code] = plain = "" if _UNSEEN.match(chr(code)) else chr(code) if digit is None else str(digit)
        return plain


_UNSEEN = re.compile(f"[{INVISIBLE}]")
_PLAIN = _Plain(
    str.maketrans(
        {
            "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th",
            **dict.fromkeys(APOSTROPHES, "'"), "“": '"', "”": '"', "‐": "-", "‑": "-",
        }
    )
)  # fmt: skip

_BEYOND_ASCII = re.compile(r"([^\x00-\x7f]+)")
_WORD = re.compile(r"\w+(?:[-'’.&]\w+)*")
_USUAL_SIGNS = (("’", "'"), *((sign, '"') for sign in "‘“”–—…\xa0"))
# Of ASCII, what is in words, what joins them, and what parts them.
_KINDS = bytes(ord("w" if re.match(r"\w", chr(n)) else "-" if chr(n) in "-'.&" else " ") for n in range(128)) * 2
_FOLDED_WORD = re.compile(r"[\w']+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
# Not in the midst of a row of stops: from each of them the whole row would be read again.
# All that may begin one stands first: Python leaps to it.
_SENTENCE_END = re.compile(r"[.!?\n](?:(?<=\n)\s*\n|(?<!\n)(?<![.!?]{2})[.!?]*[\"'”’)\]]*(?=\s+[\"'“‘(\[]?[A-Z0-9]))")
# A full stop after these does not end a sentence: titles, months, companies, and single initials ("J. R.").
_ABBREVIATIONS = (
    "Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Col|Lt|Sgt|Capt|Maj|Adm|Rev|St|Jr|Sr|No|vs|Inc|Corp|Co|Ltd|Bros"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Calif|Mass|Fla|Ill|Pa|Va|Wash|Conn|Ariz|Colo|Mich|Minn"
)
_ABBREVIATION = re.compile(rf"(?:\b(?:{_ABBREVIATIONS})|(?:\b[A-Za-z]\.)*\b[A-Z])\.$")
_ENDS_OF_ABBREVIATIONS = frozenset(each[-2:] for each in _ABBREVIATIONS.split("|"))


def normalise(text: str) -> str:
    """Compose (NFC), write line ends as ``\\n``, drop invisible characters, replace controls; otherwise as given.

    No two words become one: C1 controls are read as Windows-1252, and any other control between two letters or digits
    becomes a space.
    """
    if _ODD.search(text):
        text = _SUPERFLUOUS.sub("", _BROKEN_SOFTLY.sub("-", text))
        if _MISREAD.search(text):
            text = text.translate(_WESTERN)
        text = _CONTROLS.sub(_instead, _LINE_ENDS.sub("\n", text))
    # Composed last: a control character may stand between a letter and its accent.
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """Normalise, with single spaces for all that is white."""
    return " ".join(normalise(text).split())


def oddities(text: str) -> set[str]:
    """Name the kinds of characters that `normalise` drops or replaces. Line ends are none."""
    if not _ODD.search(text):
        return set()
    found = {"invisible characters"} if _SUPERFLUOUS.search(text) else set()
    return found | {"control characters"} if _CONTROLS.search(_USUAL_LINE_ENDS.sub("", text)) else found


def _instead(controls: re.Match[str]) -> str:
    """Return nothing where words stay apart without them."""
    before = controls.string[max(controls.start() - 1, 0) : controls.start()]
    after = controls.string[controls.end() : controls.end() + 1]
    ends_word = before.isalnum() or (before != "" and unicodedata.category(before).startswith("M"))
    # An accent goes on standing beside its letter.
    return " " if ends_word and after.isalnum() else ""


def printable(text: str) -> str:
    """Return the text with nothing in it that a terminal would obey: such characters by their numbers."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def fold(text: str) -> str:
    """Case- and accent-folded with single spaces: what two spellings of one name have in common."""
    return " ".join(fold_word(text).split())


def fold_word(text: str) -> str:
    """Fold as `fold` does, spaces kept. Plain ASCII, most of any English text, takes the short way."""
    if text.isascii():
        return text.lower().replace("`", "'")
    # What is folded never depends on a letter of ASCII beside it, and few runs of other letters are different ones.
    runs = _BEYOND_ASCII.split(text)
    runs[::2] = [run.lower().replace("`", "'") for run in runs[::2]]
    runs[1::2] = map(_folded_run, runs[1::2])
    return "".join(runs)


@lru_cache(20_000)
def _folded_run(text: str) -> str:
    # The one apostrophe that NFKD would take apart, into a space and an accent.
    text = text.replace("´", "'")
    # Folded between two decompositions: either may make what the other one works on.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_PLAIN)


def folded_words(text: str) -> str:
    """Return the folded words of a text, one space between them whatever signs stand there; `St. Louis`: `st louis`."""
    return " ".join(_FOLDED_WORD.findall(fold(text)))


def fold_evenly(text: str) -> str:
    """Fold as `fold_word` does, but every character keeps its place; one that would become none or several is a NUL."""
    if text.isascii():
        return text.lower().replace("`", "'")
    runs = _BEYOND_ASCII.split(text)
    runs[::2] = [run.lower().replace("`", "'") for run in runs[::2]]
    runs[1::2] = [run.translate(_EVENLY) for run in runs[1::2]]
    return "".join(runs)


class _Evenly(dict[int, str]):
    """What each character folds to, worked out when first met."""

    def __missing__(self, code: int) -> str:
        folded = fold_word(chr(code))
        self[code] = even = folded if len(folded) == 1 else "\0"
        return even


_EVENLY = _Evenly()


def slug(name: str) -> str:
    """``"Médecins Sans Frontières"`` -> ``"medecins-sans-frontieres"``; what is not Latin gets a stable hex form."""
    folded = fold(name)
    plain = _NOT_SLUG.sub("-", folded.replace("'", "").replace(".", "")).strip("-")
    if plain and sum(c.isalnum() and not c.isascii() for c in folded) * 2 < len(folded):
        return plain
    return "x" + fingerprint(folded)[:12]


def signs_of_ascii(text: str) -> str:
    """Return a text with a sign of ASCII for each of those that are usual in news, which joins words if that does: most
    texts are ASCII then."""
    if not text.isascii():
        for sign, plain in _USUAL_SIGNS:
            text = text.replace(sign, plain)
    return text


def count_words(text: str) -> int:
    text = signs_of_ascii(text)
    if not text.isascii():
        return len(_WORD.findall(text))
    # A word begins at a letter behind which none stood, and goes on behind one joiner.
    pieces = text.encode().translate(_KINDS).replace(b"--", b"  ").split()
    return len(pieces) - pieces.count(b"-")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of sentences, without the white space around them; an abbreviation's stop does not end one."""
    start = 0
    for end in _sentence_ends(text):
        yield from _trimmed(text, start, end)
        start = end
    yield from _trimmed(text, start, len(text))


def last_sentence_start(text: str) -> tuple[int, bool] | None:
    """Return where the last of the `sentences` of a text begins and whether it is the only one; None where there is
    none. It takes less time than all of them would."""
    first = _NOT_SPACE.search(text)
    if first is None:
        return None
    for match in reversed([*_SENTENCE_END.finditer(text)]):
        if not _is_abbreviation(text, match.start()) and (last := _NOT_SPACE.search(text, match.end())):
            return last.start(), last.start() == first.start()
    return first.start(), True


_NOT_SPACE = re.compile(r"\S")


def _sentence_ends(text: str) -> list[int]:
    return [match.end() for match in _SENTENCE_END.finditer(text) if not _is_abbreviation(text, match.start())]


def _is_abbreviation(text: str, stop: int) -> bool:
    """Return whether a full stop is one behind an abbreviation."""
    # Most words are told by how they end.
    ends_so = text[max(stop - 2, 0) : stop] in _ENDS_OF_ABBREVIATIONS or "A" <= text[stop - 1 : stop] <= "Z"
    return text[stop] == "." and ends_so and _ABBREVIATION.search(text, max(stop - 12, 0), stop + 1) is not None


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end].lstrip()
    if stripped := piece.rstrip():
        yield end - len(piece), end - len(piece) + len(stripped)


def fingerprint(*parts: str) -> str:
    """SHA-256 in hex of the parts, each closed by a NUL, so that no two lists of parts look the same."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()

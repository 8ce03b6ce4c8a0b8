"""Pure text: normal form, folding, slugs, words, sentences, fingerprints. Nothing here knows what an article is."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator

_LINE_ENDS = re.compile(r"\r\n?|\u2028|\u2029|\x85")
# C0 and C1 controls but \n and \t, halves of surrogate pairs, and the code points that no text may hold.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# Letters that carry a stroke or are ligatures: NFKD leaves them alone, readers type the plain letter.
_PLAIN = str.maketrans(
    {
        "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th",
        "‘": "'", "’": "'", "‛": "'", "ʼ": "'", "＇": "'", "“": '"', "”": '"', "‐": "-", "‑": "-",
    }
)  # fmt: skip

_SPACES = re.compile(r"\s+")
_BEYOND_ASCII = re.compile(r"([^\x00-\x7f]+)")
_WORD = re.compile(r"\w+(?:[-'’.&]\w+)*")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
# Not in the midst of a row of stops: from each of them the whole row would be read again.
_SENTENCE_END = re.compile(r"[.!?](?<![.!?]{2})[.!?]*[\"'”’)\]]*(?=\s+[\"'“‘(\[]?[A-Z0-9])|\n\s*\n")
# A full stop after these does not end a sentence: titles, months, companies, and single initials ("J. R.").
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Col|Lt|Sgt|Capt|Maj|Adm|Rev|St|Jr|Sr|No|vs|Inc|Corp|Co|Ltd|Bros"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Calif|Mass|Fla|Ill|Pa|Va|Wash|Conn|Ariz|Colo|Mich|Minn)"
    r"|(?:\b[A-Za-z]\.)*\b[A-Z])\.$"
)


def normalise(text: str) -> str:
    """NFC, line ends as ``\\n``, control characters removed; otherwise as given."""
    # Composed last: a control character may stand between a letter and its accent.
    return unicodedata.normalize("NFC", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)))


def printable(text: str) -> str:
    """With nothing in it that a terminal would obey: such characters by their numbers."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def fold(text: str) -> str:
    """Case- and accent-folded with single spaces: what two spellings of one name have in common."""
    return _SPACES.sub(" ", fold_word(text)).strip()


def fold_word(text: str) -> str:
    """As `fold`, spaces kept. Plain ASCII, most of any English text, takes the short way."""
    if text.isascii():
        return text.lower()
    # Folded between two decompositions: either may make what the other one works on.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_PLAIN)


def fold_evenly(text: str) -> str:
    """As `fold_word`, but every character keeps its place; one that would become none or several is a NUL."""
    if text.isascii():
        return text.lower()
    runs = _BEYOND_ASCII.split(text)
    runs[::2] = [run.lower() for run in runs[::2]]
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


def count_words(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of sentences, without the white space around them; an abbreviation's stop does not end one."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match[0].startswith(".") and _ABBREVIATION.search(text, max(start, match.start() - 12), match.start() + 1):
            continue
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    if stripped := piece.strip():
        yield start + left, start + left + len(stripped)


def fingerprint(*parts: str) -> str:
    """SHA-256 in hex of the parts, each closed by a NUL, so that no two lists of parts look the same."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()

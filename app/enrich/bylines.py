"""Who made an article and its pictures: the stretches of a text that credit somebody, and tell nothing of what it is
about. Repetition does not find them (`store/furniture.py`), for each picture has its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.enrich import given, lexicon

Stretch = tuple[int, int]

_AGENCIES = "|".join(map(re.escape, sorted(lexicon.terms("picture-agencies"), key=len, reverse=True)))
_AGENCY = rf"(?:{_AGENCIES})(?: (?:Photos?|Images|Pictures|News|Archive|Historical|Press))?(?![\w'-])"
_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
_WORD = rf"(?:(?:{_CAPITAL}\.)+|{_CAPITAL}[\w'-]*)"
_SMALL = r"(?:de|da|di|del|do|dos|la|le|el|al|bin|ben|van|von|der|den|of|the|&)"
_NAME = rf"(?:The )?{_WORD}(?: (?:{_SMALL} ){{0,2}}{_WORD}){{0,4}}"
_STROKE = r"(?: ?[/\\|] ?| via (?:the )?)"
_FILE = re.compile(r"FILE|[Ff]ile\b")

# The patterns for a whole text begin with few letters and look back later, so most of a text costs next to nothing.
# `Ann Lund/AFP/Getty Images`
_BETWEEN = re.compile(r"[/\\|]|via (?:the )?[A-Z]")
_SIGNED = re.compile(rf"{_NAME}(?:{_STROKE}(?:{_AGENCY}|{_NAME}|[Ff]ile\b))+")
_LONGEST_NAME = 60
_BEFORE_ENCLOSED = re.compile(r"[(\[|] ?$")
_AFTER_ENCLOSED = re.compile(r" ?[)\]]|\.?$", re.MULTILINE)
# `A Post/AP poll said` goes on about something else.
_PROSE = re.compile(r"(?:'s)? (?!(?:hide|toggle|caption|via|file|photo)\b)[a-z]")
_STROKES = re.compile(_STROKE)

# `Photo: Ann Lund`, `Courtesy of Ann Lund`
_PICTURE = "(?:[Pp]hoto(?:graph|grapher)?s?|PHOTOS?|[Ii]mages?|IMAGE|[Pp]icture|[Ii]llustration|[Vv]ideo)"
_LABEL_ENDS = tuple(
    re.compile(rf"{end} (?={_CAPITAL})")
    for end in (":", " by", " via", " copyright", "ourtesy(?: photos?)?(?: of| by)?(?: the)?")
)
# `a photo by Ann Lund` is about it.
_LABEL = re.compile(
    rf"(?:\b(?:{_PICTURE}|[Cc]redit|CREDIT|[Ff]ile [Pp]hoto|FILE PHOTO)(?: (?:[Cc]redit|by))?:(?: [Cc]ourtesy(?: of)?)?"
    rf"|(?P<by>(?:^|\n|[(\[|.!?\"')] ?|caption )(?:(?:{_PICTURE} )?[Cc]ourtesy(?: photos?)?(?: of| by)?(?: the)?"
    rf"|{_PICTURE} (?:by|via|copyright|courtesy(?: of)?)))) $"
)
_LONGEST_LABEL = 40
# What stands before the end of one: of most colons and most `by` this is all that is looked at.
_BEFORE_END = (
    *(
        "hoto",
        "hotos",
        "raph",
        "raphs",
        "rapher",
        "raphers",
        "HOTO",
        "HOTOS",
        "mage",
        "mages",
        "MAGE",
        "icture",
        "ideo",
    ),
    *("llustration", "redit", "REDIT", " by", "C", "c"),
)
_NAMES = re.compile(rf"{_NAME}(?:(?:{_STROKE}|, | for | and | \(){_NAME})*")
_TO_AGENCY = re.compile(rf".*\b{_AGENCY}")
_ENDS = re.compile(r"(?:, Inc)?\.?(?: ?[)\]|]|$)", re.MULTILINE)
_TWO_WORDS = re.compile(rf"{_WORD}(?: (?:{_CAPITAL}\.)+)? (?:{_SMALL} ){{0,2}}{_WORD}(?<!\.)")

# `| AP Photo`, `(Reuters)` behind a sentence, `OSLO (AP)`
_PICTURES_OF = rf"(?:{_AGENCIES}) (?:Photos?|Images|Pictures)"
_AGENCY_ALONE = re.compile(
    rf"[(\[|] ?{_PICTURES_OF}(?: ?[)\]]|$| (?=[A-Z]))|[(\[](?<=[.!?\"'] .){_AGENCY}[)\]]", re.MULTILINE
)
_WIRE = re.compile(rf"\(({_AGENCY})\)")
_DATELINE_BEFORE = re.compile(rf"{_CAPITAL}{{3}}[^\n(]{{0,60}}")
# `By Ann Lund, Fjord News`, `Bo Berg contributed to this report`
_LINE = re.compile(rf"^By {_NAME}(?:(?:, | and |, and | \| ){_NAME})*$", re.MULTILINE)
_TEAM = re.compile(
    rf"(?:(?:R|[AW]\w+ r)eporting|Writing|Editing|Compiled|Edited|Translated) by {_NAME}"
    rf"(?:(?:,? and |, | in | from | at | for ){_NAME})*(?=[.;)]|$)",
    re.MULTILINE,
)
# Few texts have any of these.
_BY = ("\nBy ",)
_WORKS = ("eporting by ", "riting by ", "diting by ", "ompiled by ", "dited by ", "ranslated by ")
_CONTRIBUTED = re.compile(r"contributed (?:(?:reporting )?to this|reporting)\b")
_STOP = re.compile(r"(?<=[a-z\"')]{2})[.!?][\"')]* (?=[A-Z•])|\n")
_LONGEST_TEAM = 300


def bylines(text: str) -> Iterator[Stretch]:
    """Yield what credits somebody in a prepared text, in no order; some may overlap."""
    labels = (label for ends in _LABEL_ENDS for label in ends.finditer(text))
    yield from filter(None, (_labelled(text, label.start(), label.end()) for label in labels))
    yield from _all_signed(text)
    for wire in _WIRE.finditer(text):
        if _DATELINE_BEFORE.fullmatch(text, text.rfind("\n", 0, wire.start()) + 1, wire.start()):
            yield wire.span(1)
    yield from (found.span() for found in _AGENCY_ALONE.finditer(text))
    for hints, whole in ((_BY, _LINE), (_WORKS, _TEAM)):
        if any(hint in text for hint in hints) or text.startswith("By "):
            yield from (found.span() for found in whole.finditer(text))
    for verb in _CONTRIBUTED.finditer(text):
        begin = max(0, verb.start() - _LONGEST_TEAM)
        yield max((stop.end() for stop in _STOP.finditer(text, begin, verb.start())), default=begin), verb.end()


def _all_signed(text: str) -> Iterator[Stretch]:
    reached = 0
    for stroke in _BETWEEN.finditer(text):
        if stroke.start() < reached:
            continue
        names = _SIGNED.search(text, max(reached, stroke.start() - _LONGEST_NAME), stroke.end() + _LONGEST_NAME)
        if names is not None and (signed := _signed(text, names)):
            yield signed
        reached = max(stroke.end(), names.end() if names is not None else 0)


def _labelled(text: str, label_end: int, start: int) -> Stretch | None:
    """`Photo: Ann Lund, The Fjord Post`, up to an agency or the end of the line; behind `Photo by` a caption may go on,
    and a name has two words."""
    if not text.endswith(_BEFORE_END, 0, label_end):
        return None
    label = _LABEL.search(text, max(0, label_end - _LONGEST_LABEL), start)
    names = _NAMES.match(text, start) if label is not None else None
    if label is None or names is None:
        return None
    end = names.end()
    if agency := _TO_AGENCY.match(text, start, end):
        return start, agency.end()
    if _ENDS.match(text, end):
        return start, end
    if label["by"] and (name := _TWO_WORDS.match(text, start, end)):
        return start, name.end()
    return None


def _signed(text: str, names: re.Match[str]) -> Stretch | None:
    """`Ann Lund/AFP/Getty Images`, `AP Photo/Ann Lund`; and between brackets, or behind a bar, with any newspaper."""
    start, end = names.span()
    parts = _STROKES.split(names[0])
    agencies = [re.fullmatch(_AGENCY, part) is not None for part in parts]
    others = [part for part, is_agency in zip(parts, agencies, strict=True) if not is_agency and not _FILE.match(part)]
    if any(agencies) and not _PROSE.match(text, end):
        is_name = not others or any(" " in part for part in others)
        return (start, _end_of_signed(text, start, end, behind_agency=agencies[0])) if is_name else None
    is_enclosed = _BEFORE_ENCLOSED.search(text, max(0, start - 2), start) and _AFTER_ENCLOSED.match(text, end)
    first, last = parts[0].split(" "), parts[-1].split(" ")
    is_somebody = len(first) > 1 and given.may_be_given(first[0]) and not given.may_be_given(last[0])
    return (start, end) if is_enclosed and is_somebody else None


def _end_of_signed(text: str, start: int, end: int, *, behind_agency: bool) -> int:
    """Return its end. A caption may go on with capitals behind `AP Photo/Ann Lund`: a name has two words."""
    last = max(stroke.end() for stroke in _STROKES.finditer(text, start, end))
    if file := _FILE.match(text, last, end):
        return file.end()
    name = _TWO_WORDS.match(text, last, end) if behind_agency else None
    return name.end() if name else end

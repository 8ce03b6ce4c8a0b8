"""The head of a text: lines that say its title, date or author before it begins, or a date alone on one of the first.

A text whose first lines are prose has none. A name counts as one where it is among those of fields; others are taken
between two that are.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from app.ingest.fields import CODES, NAMES, WHOLE_TEXTS, plain

_HEAD = re.compile(r"(?P<name>[A-Za-z][A-Za-z _-]{0,30}?)[ \t]*:(?:[ \t]+(?P<value>\S.*)|[ \t]*)")
_MORE = re.compile(r"[ \t]+\S")
_DIGIT = re.compile(r"\d")
# Beside the names of fields. Those of a whole text end the head.
_ALSO = {"by": "authors", "dated": "date", "posted": "date"}
_FIELDS = {plain(name): field for field, names in NAMES.items() for name in names} | _ALSO
# Heads as well, below another one: `Rights: ...` may be prose.
_CODES = {plain(name) for names in CODES.values() for name in names}
_BODIES = {plain(name) for name in WHOLE_TEXTS}
_LONGEST_HEAD = 60
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}\.?,?\s+)?"
_TIME = r"(?:,?\s+(?:at\s+|[-–|]\s+)?\d{1,2}[:.]\d\d(?::\d\d)?(?:\s*[ap]\.?m\.?)?(?:\s*[A-Z]{1,5}|\s*[+-]\d\d:?\d\d)?)?"
_DATED = re.compile(
    rf"(?:(?:first\s+)?(?:published|posted|issued|released|date[d]?)(?:\s+on)?\s*:?\s+)?"
    rf"(?P<date>{_WEEKDAY}(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_MONTH},?\s+\d{{4}}"
    rf"|\d{{4}}[-/.]\d\d?[-/.]\d\d?(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?|\d{{1,2}}([-/.])\d{{1,2}}\2\d{{4}}){_TIME})\.?",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:By|BY|by)\s+(?P<names>[A-ZÀ-ÖØ-Þ][^.!?:]{1,60})")
_OWN_HEAD = re.compile(r"[\s\ufeff]*date[ \t]+\d{4}-\d\d-\d\d(?!\S)")
_OWN_HEADS = re.compile(r"(?<!\S)date[ \t]+\d{4}-\d\d-\d\d(?!\S)")
_SENTENCE_ENDS = (*".!?…\"'”’)]",)
_RULES = frozenset("-=*_#~")
# More stands between two texts hardly ever.
_LONGEST_GAP = 200
# Lines that are filled, among which a date may stand; one before it is a headline, or a name.
_FIRST_LINES = 4
_LONGEST_LINE = 120


class Headed(NamedTuple):
    """`fields` as they are named in the text, or by our names; `body` is what follows them."""

    fields: dict[str, str]
    body: str


def split_head(text: str) -> Headed:
    """Part a text from its head. Without one `fields` is empty, and `body` the very text."""
    return _named_lines(text) or _dated_line(text) or Headed({}, text)


def joined_texts(text: str) -> list[int]:
    """Return where in a text others begin that were joined to it, each with a head like the first one's."""
    if own := _OWN_HEAD.match(text):
        return [
            at
            for found in _OWN_HEADS.finditer(text, own.end())
            if _is_parted(text, at := found.start(), _SENTENCE_ENDS)
        ]
    first = _named_lines(text)
    lines = text.lstrip("\ufeff\r\n")[: 2 * _LONGEST_LINE].splitlines()[:2]
    names = [re.escape(name) for line in lines if (name := _head_in(line)[0])]
    if first is None or len(first.fields) < 2 or len(names) < 2:
        return []
    heads = re.compile(rf"^{names[0]}[ \t]*:[^\n]*\n{names[1]}[ \t]*:", re.MULTILINE)
    return [at for found in heads.finditer(text, text.find(lines[1])) if _is_head(text, at := found.start())]


def without_rule(text: str) -> str:
    """Return a text without the line of signs below it that parts it from the next one."""
    text = text.rstrip()
    last = text[text.rfind("\n") + 1 :].strip()
    return text[: -len(last)].rstrip() if len(last) > 2 and set(last) <= _RULES else text


def _is_head(text: str, at: int) -> bool:
    found = _named_lines(text[at : at + 10 * _LONGEST_LINE]) if _is_parted(text, at) else None
    return found is not None and len(found.fields) > 1


def _is_parted(text: str, at: int, ends: tuple[str, ...] = ()) -> bool:
    """Return whether what stands before is over: by an empty line, a line of signs, or a letter that ends it."""
    before = text[max(0, at - _LONGEST_GAP) : at]
    last = before.rstrip()
    return before[len(last) :].count("\n") > 1 or last.endswith(ends) or without_rule(last) != last


def _named_lines(text: str) -> Headed | None:
    """Take heads up to an empty line, a line that is none, or the one that names the body."""
    lines = text.lstrip("\ufeff\r\n").splitlines(keepends=True)
    fields: dict[str, str] = {}
    between: dict[str, str] = {}
    taken, last = 0, ""
    for number, line in enumerate(lines[:_LONGEST_HEAD], 1):
        if last and not between and _MORE.match(line):
            fields[last] += f" {line.strip()}"
            taken = number
            continue
        name, value = _head_in(line)
        if plain(name) in _BODIES and fields:
            return Headed(fields, "".join([value + "\n" if value else "", *lines[number:]]))
        field = _FIELDS.get(plain(name), "codes" if fields and plain(name) in _CODES else "body")
        last = field if field == "authors" or plain(name) in _ALSO else name
        if field != "body":
            fields |= between
            fields[last] = f"{fields[last]}; {value}" if last in fields else value
            between, taken = {}, number
        elif name and fields:
            between[name] = value
        else:
            break
    is_headed = len(fields) > 1 or not "".join(lines[taken : taken + 1]).strip() or _is_plain(fields)
    return Headed(fields, "".join(lines[taken:]).lstrip("\r\n")) if fields and is_headed else None


def _head_in(line: str) -> tuple[str, str]:
    """Return the name and the value that a line says, two times "" where it is no head."""
    found = _HEAD.fullmatch(line.strip("\r\n").rstrip())
    if found is None or (_FIELDS.get(plain(found["name"])) == "date" and not _DIGIT.search(found["value"] or "")):
        return "", ""
    return found["name"], found["value"] or ""


def _is_plain(fields: dict[str, str]) -> bool:
    """Return whether one line alone, right above the text, is a head: `Source: Reuters` may be prose."""
    return any(_FIELDS.get(plain(name)) in ("headline", "date") for name in fields)


def _dated_line(text: str) -> Headed | None:
    lines = text.splitlines(keepends=True)
    filled = [number for number, line in enumerate(lines[: 4 * _FIRST_LINES]) if line.strip()][:_FIRST_LINES]
    for nth, number in enumerate(filled):
        found = _DATED.fullmatch(lines[number].strip())
        if found is None:
            if len(lines[number]) > _LONGEST_LINE:
                return None
            continue
        above = lines[filled[nth - 1]].strip() if nth else ""
        byline = _BYLINE.fullmatch(above)
        rest = "".join(lines[number + 1 :])
        # In the midst of lines that are filled it may be a part of a sentence.
        if not _begins_anew(rest) or (nth > 1 and not byline and lines[number - 1].strip()):
            return None
        before = lines[: filled[nth - 1] if byline else number]
        authors = {"authors": byline["names"]} if byline else {}
        kept = "".join(before).rstrip("\r\n")
        return Headed({"date": found["date"], **authors}, (f"{kept}\n\n" if kept else "") + rest.lstrip("\r\n"))
    return None


def _begins_anew(rest: str) -> bool:
    """Return whether what follows a date begins anew, and does not go on with a sentence that the date stands in."""
    following = rest.lstrip()
    return bool(following) and not following[0].islower()

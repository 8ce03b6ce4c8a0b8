"""What the desk says of an article besides its text: its rights, its urgency, and the subjects that it is filed under.

None of it is a reason to refuse a record: what cannot be read as one of these is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from app.ingest.fields import CODES, LISTED, coded, plain
from app.ingest.markup import plain_text
from app.text import one_line

MOST_SUBJECTS = 200
LONGEST_SUBJECT = 300
LONGEST_RIGHTS = 10_000
"""Characters. What is longer than these is a text that stands in the wrong field."""
_URGENCIES = range(1, 10)
# In an object that stands for a subject, the first that is filled. A whole address says more than a code in a list.
_PARTS = {
    "scheme": ("scheme", "domain", "vocabulary"),
    "code": ("uri", "code", "qcode", "id", "literal"),
    "name": ("name", "label", "webtitle", "term", "title", "headline"),
}


class Codes(NamedTuple):
    """`rights` has a statement on each line, `urgency` is 1 (most) to 9, each subject has `code`, `name` or both, and
    perhaps the `scheme` that the code is of. None where nothing is said."""

    rights: str | None = None
    urgency: int | None = None
    subjects: tuple[dict[str, str], ...] | None = None

    def hashed_part(self) -> str:
        """Return what of them the hash of a record is made of: the order of subjects says nothing."""
        subjects = sorted(
            (each.get("scheme", ""), each.get("code", ""), each.get("name", "")) for each in self.subjects or ()
        )
        return msgspec.json.encode((self.rights, self.urgency, subjects)).decode()


NO_CODES = Codes()


def codes_of(fields: Mapping[str, object], *, again: bool = False) -> Codes:
    """Read them from the fields of a record, under whatever names. `again`: an archive wrote them, so they are plain
    text under our names."""
    said: dict[str, list[tuple[str, object]]] = {field: [] for field in CODES}
    for field, name, value in ((name, name, fields.get(name)) for name in CODES) if again else coded(fields):
        said[field].append((name, value))
    return Codes(
        _rights([value for _, value in said["rights"]], again),
        next(filter(None, (_urgency(value) for _, value in said["urgency"])), None),
        _subjects(said["subjects"], again),
    )


def _rights(values: list[object], again: bool) -> str | None:
    lines = (
        line for value in values for text in _statements(value) for line in _without_markup(text, again).splitlines()
    )
    rights = "\n".join(dict.fromkeys(filter(None, map(one_line, lines))))
    return rights[:LONGEST_RIGHTS].rstrip() or None


def _statements(value: object) -> Iterator[str]:
    """Yield the texts of a value: one, those of a list, or what an object calls its text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _statements(each) if not isinstance(each, list) else ()
    elif isinstance(value, Mapping):
        named = {plain(str(name)): text for name, text in value.items()}
        yield from (text for name in ("text", "value", "name", "url") if isinstance(text := named.get(name), str))


def _urgency(value: object) -> int | None:
    if isinstance(value, str):
        value = int(value) if value.strip().isdecimal() and len(value) < 9 else None
    return value if type(value) is int and value in _URGENCIES else None


def _subjects(values: list[tuple[str, object]], again: bool) -> tuple[dict[str, str], ...] | None:
    """Return each once. A keyword that only repeats the name of a subject with a code says nothing."""
    found: list[dict[str, str]] = []
    for name, value in values:
        for each in _one_by_one(name, value, again):
            subject = _one_subject(each, again)
            if subject and len(found) < MOST_SUBJECTS and not any(subject.items() <= other.items() for other in found):
                found.append(subject)
    return tuple(found) or None


def _one_by_one(name: str, value: object, again: bool) -> Sequence[object]:
    """Return one by one what a value lists: `Sea; Fog`, and `sea, fog` where the name of the field says that it has
    several."""
    if isinstance(value, list):
        return value
    if not isinstance(value, str):
        return [value]
    text = _without_markup(value, again)
    return text.split(";" if ";" in text else ",") if ";" in text or plain(name) in LISTED else [text]


def _one_subject(given: object, again: bool) -> dict[str, str] | None:
    subject = {
        name: text for name, value in _subject_parts(given).items() if (text := one_line(_without_markup(value, again)))
    }
    if subject.get("code") == subject.get("name"):
        subject.pop("code", None)
    is_said = "code" in subject or "name" in subject
    return subject if is_said and all(len(text) <= LONGEST_SUBJECT for text in subject.values()) else None


def _subject_parts(given: object) -> dict[str, str]:
    if isinstance(given, str):
        return {"name": given}
    if not isinstance(given, Mapping):
        return {}
    texts = {plain(str(name)): str(text) for name, text in given.items() if isinstance(text, str) or type(text) is int}
    # The New York Times calls the kind of a keyword its name.
    if "value" in texts:
        return {"scheme": texts.get("name", ""), "name": texts["value"]}
    first = {part: next((texts[name] for name in names if texts.get(name)), "") for part, names in _PARTS.items()}
    return {part: text for part, text in first.items() if text}


def _without_markup(text: str, again: bool) -> str:
    return text if again or ("<" not in text and "&" not in text) else plain_text(text)

"""Files inside a file: a container is read as a folder would be that has its name.

The names of members are text to show; none of them ever becomes a path on disk. What they hold is unpacked one at a
time, into memory or a file without a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from app.errors import DatelineError
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import FileUnusable
from app.text import printable

MAX_MEMBERS = 200_000
"""In a file on disk, those of containers inside included: their names are held."""
MAX_DEPTH = 2
"""A container may stand in another one, and no deeper."""
_LONGEST_NAME = 500


class MemberUnusable(DatelineError):
    """One file inside cannot be read; the next one can."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A member as its container lists it: `refusal` says why it must not be read. `hold` unpacks it, into a file that
    can be read back and forth; it raises `MemberUnusable`, and `FileUnusable` where the next one cannot be read either.
    """

    name: str
    hold: Callable[[], IO[bytes]]
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """`name` is the path in the container, as it is shown. `stream` lasts until the next member is asked for; there is
    none where `refusal` says why."""

    name: str
    stream: Opened | None = None
    refusal: str | None = None


def listed_members(stream: Opened, entries: Iterable[Listed]) -> Iterator[Member]:
    """Hidden ones are left out, as they are of folders. Raises `FileUnusable` where the rest cannot be read."""
    met: set[str] = set()
    before = stream.allowance.members
    for entry in entries:
        stream.allowance.members += 1
        if stream.allowance.members > MAX_MEMBERS:
            raise FileUnusable(f"holds more than {MAX_MEMBERS:,} files: unpack it and give the folder")
        parts = [part for part in _legible(entry.name).split("/") if part not in ("", ".")]
        if not parts or any(map(_is_hidden, parts)):
            continue
        name = printable("/".join("(..)" if part == ".." else part for part in parts))
        refusal = entry.refusal or _name_refusal(name, parts, met)
        met.add(name[:_LONGEST_NAME])
        yield from [Member(name[:_LONGEST_NAME], refusal=refusal)] if refusal else _unpacked_member(stream, name, entry)
    if not met:
        raise FileUnusable("holds nothing but hidden files" if stream.allowance.members > before else "holds no files")


def _unpacked_member(stream: Opened, name: str, entry: Listed) -> Iterator[Member]:
    try:
        held = entry.hold()
    except MemberUnusable as error:
        yield Member(name, refusal=str(error))
        return
    with Opened(held, stream) as member:
        yield Member(name, member)


def _is_hidden(part: str) -> bool:
    """Return whether a folder would hide it, or a Mac put it there for itself."""
    return part == "__MACOSX" or (part.startswith(".") and part != "..")


def _name_refusal(name: str, parts: list[str], met: set[str]) -> str | None:
    if ".." in parts:
        return "has a name that leads out of its container: rename it and pack it again"
    if len(name) > _LONGEST_NAME:
        return f"has a name of over {_LONGEST_NAME:,} characters: rename it and pack it again"
    return "has the name of another file in its container: rename it and pack it again" if name in met else None


def _legible(name: str) -> str:
    """Names may be bytes that are no text; such are shown by their numbers."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

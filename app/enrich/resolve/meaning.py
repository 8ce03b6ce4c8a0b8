"""What a mention means: an entity id, and the name to show for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    key: str
    name: str
    country: str | None = None


def in_usual_case(name: str) -> str:
    """Names from lines in capitals, in the usual case."""
    return name.title() if name.isupper() and len(name) > 4 and "." not in name else name

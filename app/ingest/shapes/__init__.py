"""Answers of news services whose fields are not named as others name them: a file of data each.

`signs` are fields that such a record has, all of them; `fields` are the paths of ours, the first that is filled of
several; `languages` what the service calls them; `texts = false` where it never gives any. What is not said there is
read by the names of the fields, as in any record; NewsAPI and the Guardian need no file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.ingest.mapping import FieldMap


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    signs: frozenset[str]
    map: FieldMap
    languages: Mapping[str, str]
    has_texts: bool

    def apply(self, fields: Mapping[str, object]) -> Mapping[str, object]:
        fields = self.map.apply(fields)
        language = fields.get("language", fields.get("lang"))
        if isinstance(language, str) and language in self.languages:
            return {**fields, "language": self.languages[language]}
        return fields


def shape_of(fields: Mapping[str, object]) -> Shape | None:
    """Return the shape of a record, None for one like any other."""
    names = fields.keys()
    return next((shape for shape in known_shapes() if shape.signs <= names), None)


@cache
def known_shapes() -> tuple[Shape, ...]:
    return tuple(_shape_in(path) for path in sorted(Path(__file__).parent.glob("*.toml")))


def _shape_in(path: Path) -> Shape:
    said: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    unknown = said.keys() - {"signs", "fields", "languages", "texts"}
    assert not unknown, f"{path.name}: {unknown}"
    paths = {ours: [theirs] if isinstance(theirs, str) else theirs for ours, theirs in said["fields"].items()}
    return Shape(
        path.stem, frozenset(said["signs"]), FieldMap(paths), said.get("languages", {}), said.get("texts", True)
    )

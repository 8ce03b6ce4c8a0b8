"""Which field of a record is which of ours, where the names do not tell; and profiles, by which that is kept.

A profile is a JSON file in the folder `profiles` of the data folder:

    {"map": {"body": ["Article"], "date": ["pub_date", "meta.day"]}, "date_order": "day"}
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.errors import InputUnreadable
from app.ingest.dates import DateOrder
from app.ingest.fields import CODES, NAMES, field_of, is_filled, plain, spread

_PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}", re.ASCII)
_DEEPEST = 10
_OURS = [name for name in (*NAMES, *CODES) if name != "time"]


@dataclass(frozen=True, slots=True)
class FieldMap:
    """For each of our fields the paths of theirs, of which the first that holds anything is taken: `a.b` is the field
    `b` of the object `a`, `a.0` the first of a list.
    `date_order` says what comes first in dates like 5/6/2025."""

    paths: Mapping[str, Sequence[str]] = field(default_factory=dict)
    date_order: DateOrder | None = None

    def __bool__(self) -> bool:
        return bool(self.paths or self.date_order)

    def apply(self, fields: Mapping[str, object]) -> Mapping[str, object]:
        """Return the fields with those that are mapped by our names. Where a record has none at the path, its own names
        decide as without a map."""
        if not self.paths:
            return fields
        found = {ours: value for ours, paths in self.paths.items() if is_filled(value := _first_at(fields, paths))}
        used = {plain(path) for ours in found for path in self.paths[ours]}
        rest = {
            name: value
            for name, value in spread(fields)
            if field_of(name) not in found and plain(name) not in used and name not in found
        }
        return found | rest


def parse_map(given: Sequence[str]) -> dict[str, list[str]]:
    """Read `body=Article` and the like. Raises `InputUnreadable`."""
    paths: dict[str, list[str]] = {}
    for each in given:
        ours, equals, theirs = (part.strip() for part in each.partition("="))
        if not equals or not theirs or ours not in _OURS:
            known = ", ".join(_OURS)
            raise InputUnreadable(f"--map {each!r} is not one of our fields = one of yours; ours are {known}.")
        paths.setdefault(ours, []).append(theirs)
    return paths


def load_profile(folder: Path, name: str) -> FieldMap:
    """Raises `InputUnreadable` where there is none by that name, or none that can be read."""
    path = _profile_path(folder, name)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        given = [f"{ours}={theirs}" for ours, paths in kept["map"].items() for theirs in _as_list(paths)]
        return FieldMap(parse_map(given), _kept_order(kept))
    except FileNotFoundError:
        there = ", ".join(sorted(each.stem for each in folder.glob("*.json"))) or "none yet"
        raise InputUnreadable(f"There is no profile {name!r} ({there}): --map together with it makes one.") from None
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise InputUnreadable(f"The profile {str(path)!r} cannot be read: {error}; mend it or remove it.") from None


def save_profile(folder: Path, name: str, made: FieldMap) -> None:
    """Write it whole or not at all."""
    path = _profile_path(folder, name)
    folder.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    text = json.dumps({"map": dict(made.paths), "date_order": made.date_order}, ensure_ascii=False, indent=2)
    beside.write_text(text + "\n", encoding="utf-8")
    beside.replace(path)


def _profile_path(folder: Path, name: str) -> Path:
    if not _PROFILE.fullmatch(name):
        raise InputUnreadable(f"{name!r} cannot be the name of a profile: letters, digits, '-', '_' and '.' can.")
    return folder / f"{name}.json"


def _kept_order(kept: Mapping[str, Any]) -> DateOrder | None:
    order = kept.get("date_order")
    if order not in (None, "day", "month"):
        raise ValueError("date_order is neither day nor month")
    return order


def _as_list(paths: object) -> list[object]:
    return paths if isinstance(paths, list) else [paths]


def _first_at(fields: Mapping[str, object], paths: Sequence[str]) -> object:
    return next((value for path in paths if is_filled(value := _value_at(fields, path))), None)


def _value_at(fields: Mapping[str, object], path: str) -> object:
    """Return what stands at the path, None where nothing does. A name with a stop in it goes before a path."""
    whole = _field_called(fields, path)
    if whole is not None:
        return whole
    value: object = fields
    for part in path.split(".")[:_DEEPEST]:
        if isinstance(value, Mapping):
            value = _field_called(value, part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _field_called(fields: Mapping[str, object], name: str) -> object:
    """Return the field by that name as it is, else by the same letters: a header of CSV is read in small ones."""
    if name in fields:
        return fields[name]
    letters = plain(name)
    return next((value for each, value in fields.items() if plain(each) == letters), None) if letters else None

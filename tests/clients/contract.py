"""What a schema promises to its clients and demands of them, as flat facts that can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Facts = dict[str, Any]

_WIDER = {"maximum": 1, "maxLength": 1, "maxItems": 1, "minimum": -1, "minLength": -1, "minItems": -1}
"""Bounds of what is accepted, and which way they may move."""


def breaks(old: Any, new: Any) -> list[str]:
    """What a client of the old schema loses with the new one; a sentence each."""
    promised, kept = dict(_promises(old)), dict(_promises(new))
    lost = [f"{name} is gone" for name in promised if name not in kept]
    lost += [
        f"{name} was {value!r} and is {kept[name]!r}"
        for name, value in promised.items()
        if name in kept and not _holds(name, value, kept[name])
    ]
    former = set(_demands(old))
    return lost + [f"{name} is now demanded" for name in _demands(new) if name not in former]


def changes(old: Any, new: Any, where: str = "") -> list[str]:
    """Every difference, as a JSON pointer with a sign: + for new, - for gone, ~ for another value.

    Example answers are left out: they move with the ranking, and have a test of their own.
    """
    if where.endswith("/example"):
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        found = [f"- {where}/{name}" for name in old if name not in new]
        found += [f"+ {where}/{name}" for name in new if name not in old]
        return found + [
            each for name in old if name in new for each in changes(old[name], new[name], f"{where}/{name}")
        ]
    return [] if old == new else [f"~ {where}"]


def _holds(name: str, old: Any, new: Any) -> bool:
    way = _WIDER.get(name.rpartition(" ")[2])
    return bool(old == new or (way and (new - old) * way > 0))


def _promises(schema: Any) -> Iterator[tuple[str, Any]]:
    for where, operation in _operations(schema):
        yield f"{where} operationId", operation["operationId"]
        for parameter in operation.get("parameters", []):
            yield from _accepted(f"{where} parameter {parameter['name']}", parameter["schema"])
        for status, answer in operation["responses"].items():
            yield f"{where} answer {status}", sorted(answer.get("content", {}))
            for content in answer.get("content", {}).values():
                yield f"{where} answer {status} schema", _kind(content["schema"])
    for model, described in schema["components"]["schemas"].items():
        for name, part in described.get("properties", {}).items():
            yield f"{model}.{name}", _kind(part)
            if name in described.get("required", ()) and model not in _bodies(schema):
                yield f"{model}.{name} is always there", True


def _demands(schema: Any) -> Iterator[str]:
    for where, operation in _operations(schema):
        for parameter in operation.get("parameters", []):
            if parameter.get("required"):
                yield f"{where} parameter {parameter['name']}"
            for bound in (*_WIDER, "pattern"):
                if bound in parameter["schema"]:
                    yield f"{where} parameter {parameter['name']} {bound}"
    for body in _bodies(schema):
        for name in schema["components"]["schemas"][body].get("required", ()):
            yield f"{body}.{name}"


def _accepted(where: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield f"{where} type", schema.get("type")
    for name in (*_WIDER, "pattern", "default"):
        if name in schema:
            yield f"{where} {name}", schema[name]
    for value in schema.get("enum", ()):
        yield f"{where} value {value}", True
    if "items" in schema:
        yield from _accepted(f"{where} each", schema["items"])


def _kind(schema: Mapping[str, Any]) -> Any:
    """The type alone: an answer may have more values one day, never values of another kind."""
    inner = _kind(schema["items"]) if "items" in schema else None
    return schema.get("$ref") or (schema.get("type"), inner)


def _operations(schema: Any) -> Iterator[tuple[str, Any]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _bodies(schema: Any) -> set[str]:
    """The models that clients send."""
    found = (operation.get("requestBody", {}).get("content", {}) for _, operation in _operations(schema))
    return {part["schema"]["$ref"].rpartition("/")[2] for content in found for part in content.values()}

"""What an operation declares of its query, read from its route: to build the schema of all operations for it would take
as long as two hundred searches, and 12 MB for as long as the server runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.fields import FieldInfo


def declared_parameters(request: Request) -> dict[str, bool]:
    """Return the query parameters of the operation that was asked for, and whether each may be given several times.
    None of a page: those are in no schema."""
    route = request.scope["route"]
    if not isinstance(route, APIRoute) or not route.include_in_schema:
        return {}
    return {name: get_origin(field.annotation) is list for name, field in _fields(route.dependant)}


def _fields(asked: Dependant) -> Iterator[tuple[str, FieldInfo]]:
    for parameter in asked.query_params:
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from ((field.alias or name, field) for name, field in model.model_fields.items())
        else:
            yield parameter.alias, parameter.field_info
    for needed in asked.dependencies:
        yield from _fields(needed)

"""A route whose handler is handed a model of parameters, read straight from the query string.

FastAPI looks each of twenty parameters up by itself and solves what the handler depends on: that takes as long as a
search. They are declared as everywhere else, so the schema is FastAPI's, and what is wrong with them reads the same.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, get_origin, get_type_hints

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams

from app.http.deps import one_value_each
from app.read.params import Params


class ParameterRoute(APIRoute):
    """For handlers that take `request`, `archive` and `params`, a model of `params.py`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler, model = self.endpoint, get_type_hints(self.endpoint)["params"]

        async def handle(request: Request) -> Response:
            await one_value_each(request)
            params = _validate_query(model, request.query_params)
            return await run_in_threadpool(handler, request, request.app.state.archive, params)

        return handle


def _validate_query(model: type[Params], given: QueryParams) -> Params:
    values: dict[str, Any] = dict(given)
    for name in values:
        if (field := model.model_fields.get(name)) and get_origin(field.annotation) is list:
            values[name] = given.getlist(name)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = [{**each, "loc": ("query", *each["loc"])} for each in error.errors(include_url=False)]
        raise RequestValidationError(found) from None

"""Routes whose handlers are handed what is in the path and a model of parameters, read straight from the request.

FastAPI looks each of twenty parameters up by itself and solves what the handler depends on: that takes as long as a
search. They are declared as everywhere else, so the schema is FastAPI's, and what is wrong with them reads the same.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from functools import cached_property, partial
from typing import Any, get_origin, get_type_hints

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError, create_model
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams

from app.effort import MOST_AT_ONCE, TooDear, bounded_effort
from app.http.deps import one_value_each
from app.read.params import Params


class ParameterRoute(APIRoute):
    """For handlers that take `request`, `archive`, ids that are in the path, and a model of `params.py`. A handler
    without such a model is served as FastAPI does it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self._handle if self.takes_params else super().get_route_handler()

    @cached_property
    def takes_params(self) -> bool:
        return any(map(_is_model, self._types.values()))

    async def bound_handler(self, request: Request) -> Callable[[], Response]:
        """Return the handler with what the request gives it. Raises what is wrong with that."""
        await one_value_each(request)
        name, model = self._query_model
        given, wrong = (
            _validated(self._path_model, request.path_params, "path") if self.param_convertors else (None, [])
        )
        asked, more_wrong = _validated(model, self._query_values(request.query_params), "query")
        if wrong or more_wrong:
            raise RequestValidationError([*wrong, *more_wrong])
        in_path = given.__dict__ if given is not None else {}
        return partial(self.endpoint, request, request.app.state.archive, **in_path, **{name: asked})

    def _query_values(self, given: QueryParams) -> dict[str, Any]:
        values: dict[str, Any] = dict(given.multi_items())
        for name in self._lists.intersection(values):
            values[name] = given.getlist(name)
        return values

    @cached_property
    def _lists(self) -> frozenset[str]:
        """Return the parameters that may be given several times."""
        fields = self._query_model[1].model_fields
        return frozenset(name for name, field in fields.items() if get_origin(field.annotation) is list)

    @cached_property
    def _types(self) -> dict[str, Any]:
        return get_type_hints(self.endpoint)

    @cached_property
    def _query_model(self) -> tuple[str, type[Params]]:
        """Return the model of the handler, and its name there."""
        return next((name, model) for name, model in self._types.items() if _is_model(model))

    @cached_property
    def _path_model(self) -> type[BaseModel]:
        declared = get_type_hints(self.endpoint, include_extras=True)
        in_path: dict[str, Any] = {name: (declared[name], ...) for name in self.param_convertors}
        return create_model(f"{self.name}_path", **in_path)

    async def _handle(self, request: Request) -> Response:
        return await run_in_threadpool(await self.bound_handler(request))


class PromptRoute(ParameterRoute):
    """For handlers that are done sooner than the way to a thread is worth, as long as they find no more than
    `bounded_effort` allows: `short_road.py` asks them."""

    most_at_once = MOST_AT_ONCE

    async def answer_here(self, request: Request) -> Response:
        """Return the answer, worked out where all requests are served; in a thread where that would take long."""
        answer = await self.bound_handler(request)
        if request.app.state.archive.database.is_shared:
            return await run_in_threadpool(answer)  # as `ask_rows`: another machine may be slow, or away
        try:
            with bounded_effort(self.most_at_once):
                return answer()
        except TooDear:
            return await run_in_threadpool(answer)


def _is_model(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, Params)


def _validated(model: type[Any], given: Mapping[str, Any], place: str) -> tuple[Any, list[dict[str, Any]]]:
    """Return what is given as the model has it, or else what is wrong with it there."""
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        return None, [{**each, "loc": (place, *each["loc"])} for each in error.errors(include_url=False)]

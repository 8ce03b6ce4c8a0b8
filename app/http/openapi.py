"""How the API describes itself: the schema, what it declares of an operation, and the page that shows it offline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.responses import HTMLResponse, JSONResponse
from starlette.staticfiles import StaticFiles

from app.http.envelope import DOCS_POLICY
from app.http.prefix import prefix_of
from app.read.models import ArticlesToPut, ArticleToPut, FilesToHandIn, Problem

PROBLEM_JSON = "application/problem+json"
FILE_TYPE = "application/octet-stream"
TITLE = "Dateline"
# Of this contract, not of the program: /v1/stats has that one.
VERSION = "1.0.0"
_ASSETS, _SCHEMA = "/docs/assets", "/openapi.json"
_REFERENCE = "#/components/schemas/{model}"

_DESCRIPTION = """\
A self-hosted archive of news articles: who, where, when, and what else was written about it.

Every read is a `GET` with flat parameters; a list is a repeated parameter. What is not known is refused with the
nearest known name, never ignored. Dates are civil dates. Offsets count Unicode code points of `body`. A value that is
not there is left out, never null. Every failure is `application/problem+json`.

Places and their countries are those of [GeoNames](https://www.geonames.org/), under
[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/).
"""
_TAGS = [
    {"name": "Search", "description": "Find articles by words, names, dates and sources."},
    {"name": "Articles", "description": "Read articles, one or many."},
    {"name": "Stories", "description": "Articles that tell of one event."},
    {"name": "Entities", "description": "Persons, organisations, places and events, and what is written about them."},
    {"name": "Decisions", "description": "Corrections of editors, for keys with the scope admin."},
    {"name": "Withdrawals", "description": "Articles out of sight and back, for keys with the scope admin."},
    {"name": "Saved searches", "description": "Searches that tell what is new, for keys with the scope alerts."},
    {"name": "Feeds", "description": "Feeds that the archive follows by itself."},
    {"name": "Archive", "description": "What the archive holds, and whether it is well."},
]
_FAILURES = {
    412: "The article has another revision.",
    409: "An earlier decision or withdrawal stands against it.",
    400: "The cursor is not ours, or belongs to another query; or the request cannot be read.",
    401: "A key is needed, or the one sent is unknown or revoked.",
    403: "The key lacks the scope.",
    404: "There is no such thing.",
    410: "The article was withdrawn.",
    413: "The body is too large.",
    415: "The body is of another type.",
    422: "A parameter cannot be served.",
    429: "Too many requests of one caller.",
    500: "The server failed.",
    503: "Not now: the index is not ready, too many searches run, or another writes.",
}
# What may happen before an operation is reached, or in any of them.
_ALWAYS = (401, 403, 422, 429, 500)
_KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key made with `dateline keys create`. Reading needs one only where the archive says so.",
}
NEEDS_KEY: dict[str, Any] = {"security": [{"key": []}]}
"""Of an operation that is never open."""
_REQUEST_ID = {"description": "Stands in problems and logs too.", "schema": {"type": "string"}}
_RETRY_AFTER = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
_ETAG = {"description": "Send it as `If-None-Match` to be told whether anything changed.", "schema": {"type": "string"}}
_LINK = {"description": '`rel="next"`: the next page.', "schema": {"type": "string"}}


def body_of(models: dict[str, str]) -> dict[str, Any]:
    """Declare the body of an operation that reads it by itself: media type to model."""
    content = {media_type: {"schema": {"$ref": _REFERENCE.format(model=model)}} for media_type, model in models.items()}
    return {"requestBody": {"required": True, "content": content}}


_BODIES: dict[str, Any] = {
    "ArticleToPut": ArticleToPut,
    "ArticlesToPut": ArticlesToPut,
    "FilesToHandIn": FilesToHandIn,
}
"""Of operations that read their bodies by themselves."""
Responses = dict[int | str, dict[str, Any]]


def responses(*failures: int, tagged: bool = True, paged: bool = False, success: int = 200) -> Responses:
    """Return what an operation may answer besides the schema of its success, every failure as a problem."""
    headers = {"X-Request-ID": _REQUEST_ID} | ({"ETag": _ETAG} if tagged else {}) | ({"Link": _LINK} if paged else {})
    found: Responses = {success: {"description": "As asked.", "headers": headers}}
    if tagged:
        found[304] = {"description": "Nothing changed since the answer with this `ETag`.", "headers": {"ETag": _ETAG}}
    for status in sorted({*failures, *_ALWAYS}):
        retry = {"Retry-After": _RETRY_AFTER} if status in (429, 503) else {}
        found[status] = {
            "description": _FAILURES[status],
            "headers": {"X-Request-ID": _REQUEST_ID} | retry,
            "content": {PROBLEM_JSON: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}},
        }
    return found


def file_of(found: Responses, types: Iterable[str], headers: Mapping[str, str]) -> Responses:
    """Declare that an operation answers with a file of one of some types, and with headers of its own. The first type
    is the one by which generators of clients know a file."""
    success = found[200]
    told = {name: {"description": said, "schema": {"type": "string"}} for name, said in headers.items()}
    binary, items = {"type": "string", "format": "binary"}, {"type": "array", "items": {"type": "object"}}
    content = {each: {"schema": items if each.endswith("+json") else binary} for each in (FILE_TYPE, *types)}
    return {**found, 200: {**success, "headers": success["headers"] | told, "content": content}}


def success_response(operation: dict[str, Any]) -> dict[str, Any]:
    """Return what it answers where nothing fails."""
    found: dict[str, Any] = operation["responses"][min(operation["responses"])]
    return found


class Example(msgspec.Struct, omit_defaults=True):
    """A real answer over the articles in `seeds/`; a test asks again and compares."""

    request: str
    answer: Any
    body: Any = None
    key: bool = False
    """Asked with the key of an admin."""
    method: str = ""
    """Where it is not GET without a body, and POST with one."""
    headers: dict[str, str] = {}
    files: dict[str, str] = {}
    """Name and text of the files of a form."""


def load_examples() -> dict[str, Example]:
    """Return the examples by operation."""
    return msgspec.json.decode((files("app.http") / "examples.json").read_bytes(), type=dict[str, Example])


def install_schema(app: FastAPI) -> None:
    schema: dict[str, Any] = {}

    def described() -> dict[str, Any]:
        if not schema:
            schema.update(_shared_schema(app))
        return schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend the schema
    app.mount(_ASSETS, StaticFiles(directory=str(files("fastapi_offline") / "static")), name="docs-assets")
    app.add_api_route(_SCHEMA, _schema_file, include_in_schema=False)
    app.add_api_route("/docs", _docs_page, include_in_schema=False)
    app.add_api_route("/docs/start.js", _docs_script, include_in_schema=False)
    app.add_api_route("/docs/start.css", _docs_style, include_in_schema=False)


_SCHEMAS: dict[tuple[int, ...], tuple[list[APIRouter], dict[str, Any]]] = {}
"""By the identity of the routers, which are kept with it, so that it stays theirs."""


def _shared_schema(app: FastAPI) -> dict[str, Any]:
    """Return the schema of the routers that the application is put together from: built once in a process, since it
    takes as long as hundreds of answers. An application with documented routes of its own has a schema of its own."""
    if any(isinstance(each, APIRoute) and each.include_in_schema for each in app.routes):
        return _build_schema(app)
    routers = [router for each in app.routes if (router := getattr(each, "original_router", None)) is not None]
    which = tuple(map(id, routers))
    if which not in _SCHEMAS:
        _SCHEMAS[which] = routers, _build_schema(app)
    return _SCHEMAS[which][1]


def _build_schema(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title=TITLE,
        version=VERSION,
        summary="An archive of news articles.",
        description=_DESCRIPTION,
        routes=app.routes,
        tags=_TAGS,
        servers=[{"url": "/", "description": "This archive"}],
        contact={"name": "Dateline contributors"},
        license_info={"name": "MIT", "identifier": "MIT"},
    )
    for name, model in _BODIES.items():
        described = TypeAdapter(model).json_schema(ref_template=_REFERENCE)
        described.pop("$defs", None)
        schema["components"]["schemas"][name] = described
    problem = TypeAdapter(Problem).json_schema(ref_template=_REFERENCE)
    schemas = schema["components"]["schemas"]
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    schema["components"]["securitySchemes"] = {"key": _KEY}
    # The first that holds: none, where reading is open.
    schema["security"] = [{}, {"key": []}]
    shown = load_examples()
    for operation in (operation for path in schema["paths"].values() for operation in path.values()):
        answer = shown[operation["operationId"]].answer
        contents = success_response(operation)["content"]
        for media_type in [FILE_TYPE] if FILE_TYPE in contents else contents:
            if isinstance(answer, str) != media_type.endswith("json"):
                contents[media_type]["example"] = answer
        for parameter in operation.get("parameters", []):
            _tidy(parameter)
    return schema


def _tidy(parameter: dict[str, Any]) -> None:
    """A query string has no null: what may be None here is, for a client, merely not required."""
    schema = parameter["schema"]
    if "anyOf" in schema:
        schema |= schema.pop("anyOf")[0]


_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="{assets}/favicon.png">
<link rel="stylesheet" href="{assets}/swagger-ui.css">
<link rel="stylesheet" href="{docs}/start.css">
<script src="{assets}/swagger-ui-bundle.js" defer></script>
<script src="{docs}/start.js" defer data-schema="{schema}"></script>
</head>
<body><main id="swagger-ui"></main></body>
</html>
"""
# A file of its own: a page in which scripts may stand would also run those that somebody else put there.
_START = """\
SwaggerUIBundle({
  url: document.currentScript.dataset.schema,
  dom_id: "#swagger-ui",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset],
});
"""


# What is pressed has 24 pixels.
_STYLE = ".swagger-ui .opblock-summary-path a { display: inline-block; min-height: 24px; line-height: 24px; }\n"


async def _schema_file(request: Request) -> Response:
    server = {"url": prefix_of(request.scope) or "/", "description": "This archive"}
    return JSONResponse({**request.app.openapi(), "servers": [server]})


async def _docs_page(request: Request) -> Response:
    root = prefix_of(request.scope)
    page = _PAGE.format(title=TITLE, assets=root + _ASSETS, docs=root + "/docs", schema=root + _SCHEMA)
    return HTMLResponse(page, headers={"Content-Security-Policy": DOCS_POLICY})


async def _docs_script() -> Response:
    return Response(_START, media_type="text/javascript")


async def _docs_style() -> Response:
    return Response(_STYLE, media_type="text/css")

"""Every failure as one shape (RFC 9457): one table from what went wrong to what the wire says of it.

Handlers raise; nothing else in `api/` knows a status code of a failure.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse

from app import errors
from app.http.declared import declared_parameters
from app.http.envelope import request_id, stamp
from app.http.openapi import PROBLEM_JSON
from app.http.prefix import prefix_of
from app.ids import EntityType
from app.read.models import Candidate, Problem, ProblemError, ordered
from app.read.suggestion import meant, misspelt

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem. `explanation` is what `GET /problems/{slug}` says to whoever follows its `type`."""

    slug: str
    title: str
    status: int
    explanation: str
    retry_after: int | None = None


_INVALID_PARAMETER = Kind(
    "invalid-parameter", "A parameter cannot be served", 422,
    "Each entry of `errors` names a parameter, says what is wrong with it and, where it can, what may have been meant. "
    "Nothing is ignored silently: an unknown name or value is always refused.",
)  # fmt: skip
_INVALID_BODY = Kind(
    "invalid-body", "The body cannot be read", 422,
    "Each entry of `errors` points at the place in the JSON body (RFC 6901) and says what is wrong there.",
)  # fmt: skip
_INTERNAL = Kind(
    "internal-error", "The server failed", 500,
    "A defect of this program. The server's log has the details under the `request_id`; please report it.",
)  # fmt: skip

BY_ERROR: Mapping[type[errors.DatelineError], Kind] = {
    errors.InvalidParameter: _INVALID_PARAMETER,
    errors.QueryTooComplex: Kind(
        "query-too-complex", "The query text is too complex", 422,
        "A query text has at most 1,000 characters, 64 words, 8 nested groups and 2 fuzzy words. `errors[].code` says "
        "which limit was exceeded.",
    ),
    errors.DecisionInvalid: Kind(
        "invalid-decision", "The decision cannot be taken", 422,
        "Each entry of `errors` points at the field to change and says what is wrong with it.",
    ),
    errors.AnswerTooLarge: Kind(
        "answer-too-large", "The answer would be too large", 422,
        "The articles asked for are too much text for one answer. Ask for fewer at once; an article that is too large "
        "even alone can be read with `GET /v1/articles/{article_id}`.",
    ),
    errors.RequestChanged: Kind(
        "request-changed", "The request is another than that of its key", 422,
        "An `Idempotency-Key` stands for one request, with all that is in it, for a day. Nothing was done.",
    ),
    errors.BodyUnreadable: _INVALID_BODY,
    errors.FeedInvalid: _INVALID_BODY,
    errors.RevisionChanged: Kind(
        "revision-changed", "The article was revised meanwhile", 412,
        "`If-Match` names another revision than the article has. Read the article again, and revise what it is now.",
    ),
    errors.Conflict: Kind(
        "conflict", "An earlier decision stands against it", 409,
        "What was decided before, perhaps a moment ago, rules this out. Read the entity or the article again, or undo "
        "that decision.",
    ),
    errors.FeedKnown: Kind(
        "feed-known", "The feed is followed already", 409,
        "One address is followed once, also under an address that has moved to it. `detail` has the id; to change how "
        "it is followed, remove it and add it again.",
    ),
    errors.InvalidCursor: Kind(
        "invalid-cursor", "The cursor cannot be used", 400,
        "A cursor belongs to the query it came from. Follow `next` as it is, or start again without a cursor.",
    ),
    errors.NotFound: Kind("not-found", "There is no such thing", 404, "The archive holds nothing under this id."),
    errors.Withdrawn: Kind(
        "withdrawn", "The article was withdrawn", 410,
        "The article was in the archive and was taken back; `detail` has the reason. Its id will not be used again.",
    ),
    errors.HistoryUnknown: Kind(
        "history-unknown", "The number is of another history", 410,
        "`since` was not given by this archive as it is now: it is another archive's, or of before a backup was "
        "restored. What a mirror has by then may be there no more. Empty it, and begin again with `since=0`.",
    ),
    errors.ArchiveBusy: Kind(
        "archive-busy", "Another process is writing", 503,
        "One writes at a time, and a request waits for its turn for some seconds only. Searches go on; try again.", 5,
    ),
    errors.IndexUnavailable: Kind(
        "index-unavailable", "The index is not ready", 503,
        "The index is missing, damaged or behind the archive. Articles can still be read by id; no data is lost.", 5,
    ),
    errors.ArchiveReadOnly: Kind(
        "archive-read-only", "The archive cannot be written to", 503,
        "The data folder of this server is read-only. Searching and reading go on.", 60,
    ),
    errors.StorageFailed: Kind(
        "storage-failed", "The disk gives trouble", 503,
        "The disk is full or fails. Nothing that was acknowledged is lost; the server's log says more.", 30,
    ),
    errors.KeyRequired: Kind(
        "key-required", "This needs a key", 401,
        "Send a key of this archive as `Authorization: Bearer KEY`. Whoever runs it makes one with "
        "`dateline keys create`.",
    ),
    errors.ScopeMissing: Kind(
        "scope-missing", "The key is not for this", 403, "The key is good, but lacks the scope that `detail` names.",
    ),
    errors.RateExceeded: Kind(
        "rate-exceeded", "Too many requests", 429,
        "`RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` tell with every answer how many are left; "
        "`Retry-After` says when to go on.",
    ),
    errors.Overloaded: Kind(
        "overloaded", "Too many searches at once", 503, "Searches wait a moment for their turn, not longer. Try again.",
    ),
    errors.SearchAway: Kind(
        "search-away", "The search cluster does not answer", 503,
        "Too few nodes of the cluster are there to answer rightly. Articles can be read by id meanwhile, and what was "
        "acknowledged is safe. Try again.",
    ),
    errors.DatabaseAway: Kind(
        "database-away", "The database cannot be reached", 503,
        "The rows of the archive are in a database that does not answer now. Nothing that was acknowledged is lost; "
        "what was not may have been written or not. Try again.",
    ),
    errors.DatelineError: _INTERNAL,
}  # fmt: skip
_CHALLENGE = 'Bearer realm="Dateline"'
_DIALOGUE = 'Basic realm="Dateline", charset="UTF-8"'
"""The browser's own dialogue. In a line of its own: Chromium looks at the first scheme of a line alone. Whoever writes
is not asked, for such a password is never taken for that."""

BY_STATUS: Mapping[int, Kind] = {
    400: Kind("malformed-request", "The request cannot be read", 400, "The request is not valid HTTP or JSON."),
    404: Kind("no-such-address", "There is nothing at this address", 404, "`/docs` lists every address there is."),
    405: Kind("method-not-allowed", "This method is not allowed here", 405, "The `Allow` header lists those that are."),
    408: Kind(
        "request-too-slow", "The request took too long to come in", 408,
        "A request has 20 seconds to arrive, and 20 more for each 1 MB of articles that do.",
    ),
    413: Kind("body-too-large", "The body is too large", 413, "Ask for fewer at once, or send fewer."),
    415: Kind(
        "unsupported-media-type", "The body is of another type", 415,
        "Send `Content-Type: application/json`, or what the operation takes besides, as it is or packed with gzip.",
    ),
    431: Kind("head-too-large", "The address and headers are too large", 431, "They may take 64 kB together."),
    503: Kind(
        "unavailable", "The server takes no more now", 503,
        "It is being stopped, or has as many connections as it can bear. Try again.", 5,
    ),
    505: Kind("http-version", "This version of HTTP is not spoken here", 505, "Ask in HTTP/1.1."),
}  # fmt: skip

LEFT = 499
"""In the log, of a request whose client left before all of it had come: no problem, and nobody is there to read one."""

_EXPLAINED = 20
"""Errors of one request: each looks for the nearest known name, and an address has room for thousands."""

KINDS: Mapping[str, Kind] = {
    kind.slug: kind for kind in (*BY_ERROR.values(), *BY_STATUS.values(), _INVALID_BODY, _INTERNAL)
}

router = APIRouter()


@router.get("/problems/{slug}", include_in_schema=False)
async def explain_kind(slug: str) -> Response:
    if slug not in KINDS:
        raise HTTPException(404)
    kind = KINDS[slug]
    return PlainTextResponse(f"{kind.title} (HTTP {kind.status})\n\n{kind.explanation}\n")


def render_json(_request: Request, problem: Problem) -> Response:
    return Response(msgspec.json.encode(problem), media_type=PROBLEM_JSON)


def install_problems(app: FastAPI) -> None:
    # How a problem becomes a body; it is counted, logged and sent the same, whatever that is.
    app.state.render_problem = render_json
    app.include_router(router)
    app.add_exception_handler(errors.DatelineError, _handle_domain_error)
    app.add_exception_handler(RequestValidationError, _handle_validation_error)
    app.add_exception_handler(HTTPException, handle_http_error)
    app.add_exception_handler(Exception, _handle_defect)


def _problem_response(
    request: Request,
    kind: Kind,
    detail: str,
    found: Sequence[ProblemError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    body: Problem = {
        "type": f"{prefix_of(request.scope)}/problems/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": quote(request.url.path, safe="/:@!$&'()*+,;="),
        "request_id": request_id(request.scope),
        "errors": list(found),
    }
    request.scope["state"]["problem"] = kind.slug
    request.app.state.metrics.refused(kind.slug)
    response: Response = request.app.state.render_problem(request, body)
    response.status_code = kind.status
    response.headers.update(headers or {})
    if kind.retry_after is not None:
        response.headers.setdefault("Retry-After", str(kind.retry_after))
    return response


def domain_problem(request: Request, error: errors.DatelineError) -> Response:
    """Answer with a problem, for layers around the application, where nothing catches what is raised."""
    found = [_parameter_error(error)] if isinstance(error, errors.InvalidParameter) else []
    headers = {}
    if isinstance(error, errors.Later):
        headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, errors.KeyRequired):
        headers["WWW-Authenticate"] = _CHALLENGE
    kind, detail = _kind_of(error), str(error)
    if isinstance(error, errors.StorageFailed | errors.ArchiveReadOnly | errors.DatabaseAway):
        # It names folders or machines of the server, which are no matter of clients.
        log.warning("%s", error)
        detail = kind.explanation
    response = _problem_response(request, kind, detail, found, headers)
    if isinstance(error, errors.KeyRequired) and request.method in ("GET", "HEAD"):
        response.headers.append("WWW-Authenticate", _DIALOGUE)
    return response


def _kind_of(error: errors.DatelineError) -> Kind:
    return next(BY_ERROR[base] for base in type(error).__mro__ if base in BY_ERROR)


async def _handle_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.DatelineError)
    return await _handle_defect(request, error) if _kind_of(error) is _INTERNAL else domain_problem(request, error)


def _parameter_error(error: errors.InvalidParameter) -> ProblemError:
    found: ProblemError = {"parameter": error.parameter, "message": error.message}
    if isinstance(error, errors.FieldInvalid):
        found = {"pointer": f"/{error.parameter}", "message": error.message}
    if isinstance(error, errors.BodyUnreadable):
        found = {"pointer": "", "message": error.message}
    if isinstance(error, errors.QueryTooComplex):
        found["code"] = error.code
    if error.suggestion is not None:
        found["suggestion"] = error.suggestion
    if error.candidates:
        found["candidates"] = [_wire_candidate(candidate) for candidate in error.candidates]
    return ordered(ProblemError, found)


def _wire_candidate(candidate: errors.PossibleEntity) -> Candidate:
    shown: Candidate = {"id": candidate.id, "name": candidate.name, "type": cast(EntityType, candidate.type)}
    if candidate.hint is not None:
        shown["hint"] = candidate.hint
    return shown


async def handle_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, ClientDisconnect):
        return Response(status_code=LEFT)
    phrase = HTTPStatus(error.status_code).phrase
    kind = BY_STATUS.get(error.status_code) or Kind("http-error", phrase, error.status_code, "")
    asked = f": {request.method} {request.url.path}" if request.url.path else ""
    detail = error.detail if error.detail != phrase else f"{kind.title}{asked}"
    return _problem_response(request, kind, detail, headers=error.headers)


async def _handle_defect(request: Request, _error: Exception) -> Response:
    """The traceback goes to the log (the server writes it), never to the client. The server then hangs up: say so."""
    request.app.state.keeper.suspect()
    detail = "Something went wrong here, not with your request."
    answer = _problem_response(request, _INTERNAL, detail, headers={"Connection": "close"})
    stamp(answer.raw_headers, request.scope)
    return answer


async def _handle_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = error.errors()
    found = [_validation_error(request, entry) for entry in wrong[:_EXPLAINED]]
    in_body = all("pointer" in entry for entry in found)
    told = [f"{_error_location(entry)}{entry['message']}" for entry in found[:5]]
    if len(wrong) > len(found):
        told.append(f"There are {len(wrong):,} errors; the first {len(found)} are explained.")
    return _problem_response(request, _INVALID_BODY if in_body else _INVALID_PARAMETER, " ".join(told), found)


def _validation_error(request: Request, entry: Mapping[str, Any]) -> ProblemError:
    place, *path = entry["loc"]
    message, suggestion = _explain_validation(request, entry)
    found: ProblemError = {"message": message}
    if place == "body":
        # A body that is no JSON at all has an offset for its path; it is wrong as a whole.
        found["pointer"] = "" if entry["type"] == "json_invalid" else "".join(f"/{part}" for part in path)
    else:
        found["parameter"] = str(path[0])
    if suggestion is not None:
        found["suggestion"] = suggestion
    return ordered(ProblemError, found)


def _error_location(found: ProblemError) -> str:
    place = found.get("parameter") or found.get("pointer")
    return f"{place}: " if place else ""


def _explain_validation(request: Request, entry: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return what is wrong, in a sentence, and the nearest that would be right."""
    given = entry.get("input")
    if entry["type"] == "extra_forbidden":
        name = str(entry["loc"][-1])
        if entry["loc"][0] == "body":
            return f"There is no property {name!r}.", None
        return f"There is no parameter {name!r} here.", meant(name, declared_parameters(request))
    message = str(entry["msg"]).rstrip(".") + "."
    if entry["type"] == "literal_error" and isinstance(given, str):
        return message, misspelt(given, re.findall(r"'([^']+)'", entry["ctx"]["expected"]))
    return message, None

"""One shape for every failure: whoever handles one of them can handle all."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app import errors
from app.api.app import create_api
from app.http.problems import BY_ERROR, KINDS
from app.http.security import MOST_PARAMETERS
from app.settings import Settings
from tests.served import AS_ADMIN, Api, closed, serve

LONG = " ".join(["word"] * 300)
LOOKUP = "/v1/articles/lookup"
DECIDE = "/v1/entities/person-narendra-modi/decisions"


def as_admin(**body: Any) -> dict[str, Any]:
    return {"json": body, "headers": AS_ADMIN}


JSON = {"Content-Type": "application/json"}

FAILURES: list[tuple[str, str, str, dict[str, Any], int, str]] = [
    ("unknown parameter", "GET", "/v1/search?entitiy=x", {}, 422, "invalid-parameter"),
    ("unknown parameter of none", "GET", "/v1/stats?x=1", {}, 422, "invalid-parameter"),
    ("unknown parameter of a post", "POST", LOOKUP + "?x=1", {"json": {"ids": []}}, 422, "invalid-parameter"),
    ("unknown parameter of health", "GET", "/healthz?x=1", {}, 422, "invalid-parameter"),
    ("given twice", "GET", "/v1/search?q=a&q=b", {}, 422, "invalid-parameter"),
    ("not among the values", "GET", "/v1/search?match=al", {}, 422, "invalid-parameter"),
    ("not among the values of a list", "GET", "/v1/search?facet=persons", {}, 422, "invalid-parameter"),
    ("not a number", "GET", "/v1/search?limit=ten", {}, 422, "invalid-parameter"),
    ("too small", "GET", "/v1/search?limit=0", {}, 422, "invalid-parameter"),
    ("too large", "GET", "/v1/search?limit=101", {}, 422, "invalid-parameter"),
    ("underscore in a number", "GET", "/v1/search?limit=1_0", {}, 422, "invalid-parameter"),
    ("fraction", "GET", "/v1/search?limit=5.0", {}, 422, "invalid-parameter"),
    ("sign", "GET", "/v1/entities?limit=%2B5", {}, 422, "invalid-parameter"),
    ("space around a number", "GET", "/v1/search?facet_limit=%205%20", {}, 422, "invalid-parameter"),
    ("number in foreign digits", "GET", "/v1/autocomplete?q=a&limit=%D9%A5", {}, 422, "invalid-parameter"),
    ("nameless parameter", "GET", "/v1/search?=", {}, 422, "invalid-parameter"),
    ("beyond all numbers", "GET", f"/v1/search?limit={2**63}", {}, 422, "invalid-parameter"),
    ("too many values", "GET", "/v1/search?" + "source=a&" * 51, {}, 422, "invalid-parameter"),
    ("empty value", "GET", "/v1/search?source=", {}, 422, "invalid-parameter"),
    ("not a date", "GET", "/v1/search?date=tomorrow", {}, 422, "invalid-parameter"),
    ("number for a date", "GET", "/v1/search?date=0", {}, 422, "invalid-parameter"),
    ("no such day", "GET", "/v1/search?date=2025-02-30", {}, 422, "invalid-parameter"),
    ("no such year", "GET", "/v1/search?date=0000", {}, 422, "invalid-parameter"),
    ("foreign digits", "GET", "/v1/search?date=２０２５", {}, 422, "invalid-parameter"),
    ("date and bounds", "GET", "/v1/search?date=2025&date_to=2025", {}, 422, "invalid-parameter"),
    ("bounds crossed", "GET", "/v1/search?date_from=2025&date_to=2024", {}, 422, "invalid-parameter"),
    ("unknown name", "GET", "/v1/search?entity_name=Nobody", {}, 422, "invalid-parameter"),
    ("shared name", "GET", "/v1/search?entity_name=Ostrava", {}, 422, "invalid-parameter"),
    ("missing parameter", "GET", "/v1/autocomplete", {}, 422, "invalid-parameter"),
    ("id too long", "GET", "/v1/articles/" + "0" * 65, {}, 422, "invalid-parameter"),
    ("query too long", "GET", f"/v1/search?q={LONG}", {}, 422, "query-too-complex"),
    ("query too deep", "GET", "/v1/timeline?q=" + "(" * 20 + "a b" + ")" * 20, {}, 422, "query-too-complex"),
    ("query too long beside an article", "GET", f"/v1/articles/0?q={LONG}", {}, 422, "query-too-complex"),
    ("foreign cursor", "GET", "/v1/search?cursor=x", {}, 400, "invalid-cursor"),
    ("foreign cursor of a list", "GET", "/v1/entities?cursor=x", {}, 400, "invalid-cursor"),
    ("no such address", "GET", "/v1/serach", {}, 404, "no-such-address"),
    ("no such problem", "GET", "/problems/none", {}, 404, "no-such-address"),
    ("no such asset", "GET", "/docs/assets/none.js", {}, 404, "no-such-address"),
    ("no such article", "GET", "/v1/articles/0000000000000000", {}, 404, "not-found"),
    ("no text of it", "GET", "/v1/articles/0000000000000000/text", {}, 404, "not-found"),
    ("nothing similar to it", "GET", "/v1/articles/zzz/similar", {}, 404, "not-found"),
    ("no such entity", "GET", "/v1/entities/person-nobody", {}, 404, "not-found"),
    ("a look-up that posts nothing", "GET", LOOKUP, {}, 405, "method-not-allowed"),
    ("wrong method", "DELETE", "/v1/search", {}, 405, "method-not-allowed"),
    ("no JSON", "POST", LOOKUP, {"content": b"{", "headers": JSON}, 422, "invalid-body"),
    ("no UTF-8", "POST", LOOKUP, {"content": b'{"ids": ["\xff"]}', "headers": JSON}, 400, "malformed-request"),
    ("no body", "POST", LOOKUP, {"headers": JSON}, 422, "invalid-body"),
    ("no object", "POST", LOOKUP, {"json": []}, 422, "invalid-body"),
    ("no ids", "POST", LOOKUP, {"json": {"id": "0"}}, 422, "invalid-body"),
    ("a number for an id", "POST", LOOKUP, {"json": {"ids": [1]}}, 422, "invalid-body"),
    (
        "half a character",
        "POST",
        LOOKUP,
        {"content": b'{"ids": ["\\ud800"]}', "headers": JSON},
        422,
        "invalid-body",
    ),
    ("too many ids", "POST", LOOKUP, {"json": {"ids": ["0"] * 201}}, 422, "invalid-body"),
    ("too large a body", "POST", LOOKUP, {"content": b" " * 70_000, "headers": JSON}, 413, "body-too-large"),
    ("no key", "POST", DECIDE, {"json": {"kind": "hide"}}, 401, "key-required"),
    ("no key to read", "GET", "/v1/decisions", {}, 401, "key-required"),
    ("another key", "GET", "/v1/decisions", {"headers": {"Authorization": "Bearer x"}}, 401, "key-required"),
    ("no such key", "GET", "/v1/decisions", {"headers": {"Authorization": "Basic x"}}, 401, "key-required"),
    ("unknown kind", "POST", DECIDE, as_admin(kind="join"), 422, "invalid-body"),
    ("a field too many", "POST", DECIDE, as_admin(kind="hide", why="x"), 422, "invalid-body"),
    ("a field missing", "POST", DECIDE, as_admin(kind="merge"), 422, "invalid-decision"),
    ("a name of spaces", "POST", DECIDE, as_admin(kind="rename", name=" "), 422, "invalid-decision"),
    ("differing types", "POST", DECIDE, as_admin(kind="merge", target="place-india"), 422, "invalid-decision"),
    ("into itself", "POST", DECIDE, as_admin(kind="merge", target="person-narendra-modi"), 422, "invalid-decision"),
    ("beyond numbers", "POST", DECIDE, as_admin(kind="undo", undoes=2**63), 422, "invalid-body"),
    ("nobody", "POST", "/v1/entities/person-nobody/decisions", as_admin(kind="hide"), 404, "not-found"),
    ("not said to be JSON", "POST", DECIDE, {"content": b"{}", "headers": AS_ADMIN}, 415, "unsupported-media-type"),
    ("foreign cursor of the log", "GET", "/v1/decisions?cursor=x", {"headers": AS_ADMIN}, 400, "invalid-cursor"),
    ("not called JSON", "POST", LOOKUP, {"content": b'{"ids": []}'}, 415, "unsupported-media-type"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "slug"), [f[1:] for f in FAILURES], ids=[f[0] for f in FAILURES]
)
def test_every_failure_has_one_shape(
    api: Api, method: str, path: str, sent: dict[str, Any], status: int, slug: str
) -> None:
    answer = api.http.request(method, path, **sent)
    problem = api.problem(answer)
    assert (answer.status_code, problem["type"]) == (status, f"/problems/{slug}")
    assert problem["detail"]
    assert bool(problem["errors"]) == (status == 422)


def errors_of(api: Api, path: str) -> Any:
    return api.problem(api.http.get(path))["errors"]


@pytest.mark.parametrize(
    ("path", "parameter", "suggestion"),
    [
        ("/v1/search?entitiy=x", "entitiy", "entity"),
        ("/v1/search?datefrom=2025", "datefrom", "date_from"),
        ("/v1/entities?types=person", "types", "type"),
        ("/v1/search?match=al", "match", "all"),
        ("/v1/search?facet=persons", "facet", "person"),
        ("/v1/search?fields=headlines", "fields", "headline"),
        ("/v1/timeline?interval=months", "interval", "month"),
        ("/v1/search?entity_name=Narendra Mody", "entity_name", "Narendra Modi"),
        ("/v1/search?entity_name=Vladimir Poutine", "entity_name", "Vladimir Putin"),
    ],
)
def test_the_nearest_name_is_offered(api: Api, path: str, parameter: str, suggestion: str) -> None:
    [found] = errors_of(api, path)
    assert (found["parameter"], found["suggestion"]) == (parameter, suggestion)


def test_everything_wrong_is_said_at_once(api: Api) -> None:
    found = errors_of(api, "/v1/search?limit=0&match=x&nothing_like_it=1")
    assert {entry["parameter"] for entry in found} == {"limit", "match", "nothing_like_it"}


def test_of_very_much_that_is_wrong_the_first_is_explained(api: Api) -> None:
    problem = api.problem(api.http.get("/v1/search?" + "&".join(f"facet_limit{n:02d}" for n in range(MOST_PARAMETERS))))
    assert [entry["parameter"] for entry in problem["errors"]] == [f"facet_limit{n:02d}" for n in range(20)]
    assert {entry["suggestion"] for entry in problem["errors"]} == {"facet_limit"}
    assert "There are 600 errors; the first 20 are explained." in problem["detail"]


@pytest.mark.parametrize("path", ["/v1/search", "/v1/stats", "/v1/entities", "/v1/articles/0", "/healthz", "/nowhere"])
def test_more_parameters_than_any_request_needs_are_refused_unread(api: Api, path: str) -> None:
    answer = api.http.get(f"{path}?" + "&".join(f"x{n}=" * (n % 2) or f"x{n}" for n in range(9_000)))
    assert answer.status_code == 422
    [found] = api.problem(answer)["errors"]
    assert found == {"parameter": "x600", "message": "It is one too many: a request has at most 600 parameters."}


def test_every_list_at_its_longest_is_not_too_many(api: Api) -> None:
    names = ("entity", "entity_any", "not_entity", "source", "not_source", "dateline", "language")
    asked = {name: [f"{name}-{n}" for n in range(50)] for name in names} | {"facet": ["person"] * 50}
    assert api.get("/v1/search", fields=["id"] * 50, **asked)["total"] == 0


def test_a_shared_name_comes_with_its_candidates(api: Api) -> None:
    [found] = errors_of(api, "/v1/search?entity_name=ostrava")
    assert {(c["id"], c["name"], c["type"]) for c in found["candidates"]} == {
        ("person-ostrava", "Ostrava", "person"),
        ("place-ostrava", "Ostrava", "place"),
    }


def test_a_limit_has_a_stable_code(api: Api) -> None:
    [found] = errors_of(api, "/v1/search?q=" + "a" * 1001)
    assert (found["parameter"], found["code"]) == ("q", "query_too_long")


def test_a_field_of_a_decision_is_pointed_at(api: Api) -> None:
    problem = api.problem(api.http.post(DECIDE, **as_admin(kind="merge", target="person-vladimir-poutine")))
    assert problem["errors"][0]["pointer"] == "/target"


def test_a_body_is_pointed_into(api: Api) -> None:
    problem = api.problem(api.http.post(LOOKUP, json={"ids": ["0", 7]}))
    assert problem["errors"][0]["pointer"] == "/ids/1"


@pytest.mark.parametrize(
    ("path", "params", "other"),
    [
        ("/v1/search", {"q": "tide"}, {"q": "harbour"}),
        ("/v1/search", {"sort": "date"}, {"sort": "-date"}),
        ("/v1/search", {"source": "Almanac"}, {}),
        ("/v1/entities", {"sort": "name"}, {"sort": "-count"}),
        ("/v1/entities", {"type": "place"}, {}),
        ("/v1/entities/place-india/related", {}, {"type": "place"}),
    ],
)
def test_a_cursor_belongs_to_its_query(api: Api, path: str, params: dict[str, str], other: dict[str, str]) -> None:
    cursor = httpx.URL(api.get(path, limit=1, **params)["next"]).params["cursor"]
    assert api.get(path, limit=2, cursor=cursor, **params)["results"]
    answer = api.http.get(path, params={"cursor": cursor, **other})
    assert answer.status_code == 400
    assert api.problem(answer)["type"] == "/problems/invalid-cursor"


def test_405_lists_what_is_allowed(api: Api) -> None:
    assert api.http.delete("/v1/search").headers["Allow"] == "GET"
    assert api.http.get(LOOKUP).headers["Allow"] == "POST"
    assert api.http.delete(LOOKUP).headers["Allow"] == "POST"


def test_a_parameter_without_a_name_is_told_of_plainly(api: Api) -> None:
    problem = api.problem(api.http.get("/v1/search?="))
    assert problem["detail"] == problem["errors"][0]["message"] == "There is no parameter '' here."


@pytest.mark.parametrize("slug", KINDS)
def test_every_type_explains_itself(api: Api, slug: str) -> None:
    answer = api.http.get(f"/problems/{slug}")
    assert answer.status_code == 200
    assert KINDS[slug].title in answer.text


def test_every_error_of_the_tree_has_a_kind() -> None:
    from_the_command_line = {
        errors.SettingsInvalid, errors.InputUnreadable, errors.ArchiveForeign, errors.ArchiveUntrusted,
        errors.WorkerLost, errors.FetchFailed, errors.FetchRefused,
    }  # fmt: skip
    tree = [errors.DatelineError]
    for error in tree:
        tree += error.__subclasses__()
    meant = {error for error in tree if error.__module__ == "app.errors"} - from_the_command_line - {errors.Later}
    of_a_kind_with_another = {errors.IndexChanged, errors.FieldInvalid}
    assert meant - of_a_kind_with_another == set(BY_ERROR)


@pytest.fixture(scope="module")
def broken(data_dir: Any) -> FastAPI:
    """The application with operations that fail in ways that a sound archive does not."""
    app = create_api(Settings(data_dir=data_dir))

    def fail(error: Exception) -> Any:
        def failing() -> None:
            raise error

        return failing

    app.add_api_route("/defect", fail(ZeroDivisionError("secret")), include_in_schema=False)
    app.add_api_route("/busy", fail(errors.ArchiveBusy(17)), include_in_schema=False)
    app.add_api_route(
        "/unreadable", fail(errors.IndexUnavailable("The index cannot be read.")), include_in_schema=False
    )
    app.add_api_route("/full", fail(errors.StorageFailed("/srv/secret/archive.sqlite: full")), include_in_schema=False)
    app.add_api_route("/unexpected", fail(errors.SettingsInvalid("secret")), include_in_schema=False)
    return app


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("/defect", 500, "internal-error"),
        ("/unexpected", 500, "internal-error"),
        ("/busy", 503, "archive-busy"),
        ("/unreadable", 503, "index-unavailable"),
        ("/full", 503, "storage-failed"),
    ],
)
def test_failures_of_the_server(broken: FastAPI, path: str, status: int, slug: str) -> None:
    with serve(broken) as client:
        api = Api(client, broken, {"schemas": closed(broken.openapi()["components"]["schemas"])})
        answer = client.get(path, headers={"X-Request-ID": "mine-1"})
        problem = api.problem(answer)
        assert (answer.status_code, problem["type"]) == (status, f"/problems/{slug}")
        assert problem["request_id"] == "mine-1"
        assert "secret" not in answer.text
        assert ("Retry-After" in answer.headers) == (status == 503)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

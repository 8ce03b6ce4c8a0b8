from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from app.api.app import create_api
from app.http.openapi import FILE_TYPE, success_response
from app.settings import Settings
from app.web.site import create_app as create_site
from tests.served import Api, closed, routes

OPERATIONS = {
    "searchArticles": "get /v1/search",
    "getSearchFeed": "get /v1/feed",
    "citeArticle": "get /v1/articles/{article_id}/citation",
    "exportArticles": "get /v1/export",
    "getCalendar": "get /v1/calendar",
    "listQuotes": "get /v1/quotes",
    "compareSearches": "get /v1/compare",
    "aggregateArticles": "get /v1/aggregate",
    "matchText": "post /v1/match",
    "getTimeline": "get /v1/timeline",
    "autocomplete": "get /v1/autocomplete",
    "getArticle": "get /v1/articles/{article_id}",
    "getArticleText": "get /v1/articles/{article_id}/text",
    "listSimilarArticles": "get /v1/articles/{article_id}/similar",
    "listCopies": "get /v1/articles/{article_id}/copies",
    "listStories": "get /v1/stories",
    "getStory": "get /v1/stories/{story_id}",
    "createStoryDecision": "post /v1/stories/{story_id}/decisions",
    "listStoryDecisions": "get /v1/decisions/stories",
    "compareArticles": "get /v1/articles/{article_id}/diff/{other_id}",
    "createArticles": "post /v1/articles",
    "reviseArticle": "put /v1/articles/{article_id}",
    "createUpload": "post /v1/uploads",
    "createFetch": "post /v1/fetches",
    "listJobs": "get /v1/jobs",
    "getJob": "get /v1/jobs/{job_id}",
    "listRejections": "get /v1/rejections",
    "listFeeds": "get /v1/feeds",
    "createFeed": "post /v1/feeds",
    "getFeed": "get /v1/feeds/{feed_id}",
    "checkFeed": "post /v1/feeds/{feed_id}/check",
    "deleteFeed": "delete /v1/feeds/{feed_id}",
    "lookupArticles": "post /v1/articles/lookup",
    "listEntities": "get /v1/entities",
    "getEntity": "get /v1/entities/{entity_id}",
    "listRelatedEntities": "get /v1/entities/{entity_id}/related",
    "listSimilarNames": "get /v1/entities/{entity_id}/similar_names",
    "getEntityTimeline": "get /v1/entities/{entity_id}/timeline",
    "createEntityDecision": "post /v1/entities/{entity_id}/decisions",
    "createCopyDecision": "post /v1/articles/{article_id}/copies/decisions",
    "listCopyDecisions": "get /v1/decisions/copies",
    "listDecisions": "get /v1/decisions",
    "createWithdrawal": "post /v1/articles/{article_id}/withdrawals",
    "listWithdrawals": "get /v1/withdrawals",
    "listChanges": "get /v1/changes",
    "listSources": "get /v1/sources",
    "getStats": "get /v1/stats",
    "getHealth": "get /healthz",
    "getReadiness": "get /readyz",
    "createSavedSearch": "post /v1/searches",
    "listSavedSearches": "get /v1/searches",
    "getSavedSearch": "get /v1/searches/{search_id}",
    "changeSavedSearch": "patch /v1/searches/{search_id}",
    "deleteSavedSearch": "delete /v1/searches/{search_id}",
    "listSearchMatches": "get /v1/searches/{search_id}/matches",
    "listSearchDeliveries": "get /v1/searches/{search_id}/deliveries",
    "getSavedSearchFeed": "get /v1/searches/{search_id}/feed",
}


_CRAWLED = "for programs that look at any site; docs/operations.md says what they find"
_PAGE = "for people: its address and parameters may change with what it shows"
HIDDEN = {
    "/metrics": "Prometheus' own format, under the conditions of that; docs/operations.md has it",
    "/openapi.json": "the schema itself",
    "/v1/articles/lookup": "says that it is a POST; else it would be the id of an article",
    "/docs": "the schema, to be read",
    "/docs/start.js": "a part of that page",
    "/docs/start.css": "a part of that page",
    "/calendar": _PAGE,
    "/quotes": _PAGE,
    "/match": _PAGE,
    "/aggregate": _PAGE,
    "/compare": _PAGE,
    "/copies/decisions": _PAGE,
    "/stories": _PAGE,
    "/stories/decisions": _PAGE,
    "/stories/{story_id}": _PAGE,
    "/how-to-search": _PAGE,
    "/sources": _PAGE,
    "/problems/{slug}": "what the `type` of a problem leads to; docs/api.md has all of them",
    "/robots.txt": _CRAWLED,
    "/favicon.ico": _CRAWLED,
    "/sitemap.xml": _CRAWLED,
    "/sitemap-{page}.xml": _CRAWLED,
    "/": _PAGE,
    "/articles/{article_id}": _PAGE,
    "/articles/{article_id}/diff/{other_id}": _PAGE,
    "/entities": _PAGE,
    "/add": _PAGE,
    "/archive": _PAGE,
    "/archive/work": _PAGE,
    "/archive/jobs": _PAGE,
    "/archive/rejections": _PAGE,
    "/archive/withdrawn": _PAGE,
    "/articles/{article_id}/withdraw": _PAGE,
    "/articles/{article_id}/restore": _PAGE,
    "/articles/{article_id}/erase": _PAGE,
    "/add/{job_id}": _PAGE,
    "/feeds": _PAGE,
    "/feeds/{feed_id}": _PAGE,
    "/searches": _PAGE,
    "/searches/new": _PAGE,
    "/searches/{search_id}": _PAGE,
    "/searches/{search_id}/feed": "the feed of /v1 for those who may see the page",
    "/entities/{entity_id}": _PAGE,
}
"""What is in no schema, and why."""


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return create_api(Settings(data_dir=tmp_path_factory.mktemp("unused"))).openapi()


def operations(schema: Any) -> Iterator[tuple[str, Any]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def answers_of(operation: Any) -> list[tuple[str, Any]]:
    """What it answers, by media type: one model, and texts."""
    return list(success_response(operation)["content"].items())


def nested(schema: Any) -> Iterator[Any]:
    yield schema
    for child in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from nested(child)


def test_the_schema_is_valid(schema: Any) -> None:
    assert schema["openapi"].startswith("3.1")
    validate(schema)


def test_it_is_built_once_but_for_routes_that_an_application_has_alone(tmp_path: Path) -> None:
    one, another, altered = (create_api(Settings(data_dir=tmp_path)) for _ in range(3))
    altered.add_api_route("/own", lambda: None, operation_id="getArticle")
    assert one.openapi()["paths"] is another.openapi()["paths"]
    with pytest.warns(UserWarning, match="Duplicate Operation ID"):
        assert altered.openapi()["paths"].keys() - one.openapi()["paths"].keys() == {"/own"}


def test_it_says_whose_work_the_places_are(schema: Any) -> None:
    assert all(
        said in schema["info"]["description"] for said in ("geonames.org", "creativecommons.org/licenses/by/4.0/")
    )


def test_the_operations_are_those_of_the_contract(schema: Any) -> None:
    assert {operation["operationId"]: where for where, operation in operations(schema)} == OPERATIONS


def test_whatever_else_there_is_has_a_reason_not_to_be_published(tmp_path: Path) -> None:
    site = create_site(Settings(data_dir=tmp_path))
    published = {(method.upper(), path) for path, methods in site.openapi()["paths"].items() for method in methods}
    hidden = set(routes(site.routes)) - published
    forms = {
        "/add",
        "/match",
        "/articles/{article_id}/diff/{other_id}",
        "/feeds",
        "/feeds/{feed_id}",
        "/searches/new",
        "/searches/{search_id}",
        "/stories/{story_id}",
        "/stories/decisions",
        "/copies/decisions",
    }
    forms |= {f"/articles/{{article_id}}/{act}" for act in ("withdraw", "restore", "erase")}
    assert {each for each in hidden if each[0] != "GET"} == {("POST", path) for path in forms}
    assert {path for _, path in hidden} == HIDDEN.keys()


def test_what_takes_an_address_needs_a_key_or_compares_it_and_one_room_alone_could_fetch_it(schema: Any) -> None:
    taken = {parameter["name"] for _, operation in operations(schema) for parameter in operation.get("parameters", [])}
    for body in ("LookupBody", "DecisionBody"):
        taken |= schema["components"]["schemas"][body]["properties"].keys()
    assert "url" in schema["components"]["schemas"]["NewsFeedBody"]["properties"]
    assert schema["paths"]["/v1/feeds"]["post"]["security"] == [{"key": []}]
    # The look-up compares addresses with those of articles: `test_an_address_that_is_looked_up_is_not_fetched`.
    assert {name for name in taken if re.search("ur[li]|href|host|address|callback|webhook", name)} == {"urls"}
    assert schema["components"]["schemas"]["LookupBody"]["properties"].keys() == {"ids", "urls", "external_ids"}
    client = re.compile(
        r"\b(httpcore|httpx|(?<!starlette\.)requests|aiohttp|urllib3|urllib\.request|http\.client|urlopen|create_connection)\b"
    )
    app = Path(__file__).parents[2] / "app"
    imported = [
        (path.relative_to(app).parts[0], line)
        for path in app.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "import" in line
    ]
    assert len(imported) > 500
    assert {room for room, line in imported if client.search(line)} == {"fetch"}
    assert {room for room, line in imported if "app.fetch" in line} == {"fetch", "ingest", "alerts"}


def test_every_operation_is_described(schema: Any) -> None:
    tags = {tag["name"] for tag in schema["tags"]}
    for _, operation in operations(schema):
        assert operation["summary"]
        assert operation["description"]
        assert len(operation["tags"]) == 1
        assert set(operation["tags"]) <= tags
        for parameter in operation.get("parameters", []):
            assert parameter["description"]
            assert parameter["schema"]["examples"]


def test_every_failure_is_a_problem_and_nothing_else(schema: Any) -> None:
    for _, operation in operations(schema):
        failures = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert "422" in failures
        for answer in failures.values():
            assert list(answer["content"]) == ["application/problem+json"]
        answers = dict(answers_of(operation))
        is_file = FILE_TYPE in answers
        assert is_file or len([kind for kind, found in answers.items() if found["schema"] != {"type": "string"}]) <= 1
    assert "HTTPValidationError" not in schema["components"]["schemas"]


def test_every_example_fits(schema: Any) -> None:
    components = {"schemas": closed(schema["components"]["schemas"])}
    for _, operation in operations(schema):
        [content] = [found for _, found in answers_of(operation) if "example" in found]
        Draft202012Validator({**content["schema"], "components": components}).validate(content["example"])


def test_what_needs_a_key_says_so(schema: Any) -> None:
    """The others need one only where the archive asks for it."""
    needing = {operation["operationId"] for _, operation in operations(schema) if operation.get("security")}
    assert needing == {
        "createEntityDecision", "listDecisions", "createCopyDecision", "listCopyDecisions", "createStoryDecision",
        "listStoryDecisions", "createWithdrawal", "listWithdrawals", "createArticles",
        "reviseArticle", "createUpload", "createFetch", "listJobs", "getJob", "createFeed", "checkFeed", "deleteFeed",
        "createSavedSearch", "listSavedSearches", "getSavedSearch", "changeSavedSearch", "deleteSavedSearch",
        "listSearchMatches", "listSearchDeliveries", "getSavedSearchFeed", "listRejections",
    }  # fmt: skip
    assert schema["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    assert schema["security"] == [{}, {"key": []}]


def test_nothing_is_hard_on_generators(schema: Any) -> None:
    for part in nested(schema):
        if isinstance(part, dict):
            assert not {"anyOf", "oneOf", "prefixItems"} & part.keys()
            assert not isinstance(part.get("additionalProperties"), dict)
            assert part.get("type") != "null"
    assert not any(":path}" in path for path in schema["paths"])


def test_the_document_names_every_operation_and_parameter(schema: Any) -> None:
    text = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")
    for where, operation in operations(schema):
        assert where.split()[1] in text
        for parameter in operation.get("parameters", []):
            # Conditions of one of two sides are named with its letter; that they are is said once.
            name = re.sub("^[ab]_", "", parameter["name"])
            assert f"`{name}`" in text or parameter["in"] == "path"


def test_the_page_works_without_the_net(api: Api) -> None:
    page = api.http.get("/docs").text
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(assets) == 5
    for asset in assets:
        assert asset.startswith("/docs/")
        assert api.http.get(asset).status_code == 200
    assert "https://" not in page

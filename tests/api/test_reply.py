from __future__ import annotations

import pytest

from tests.api.served import Api

READS = [
    "/v1/search?q=harbour&facet=person",
    "/v1/timeline?q=harbour",
    "/v1/autocomplete?q=har",
    "/v1/articles/{id}",
    "/v1/articles/{id}?q=harbour",
    "/v1/articles/{id}/text",
    "/v1/articles/{id}/similar",
    "/v1/entities",
    "/v1/entities/person-narendra-modi",
    "/v1/entities/person-narendra-modi/related",
    "/v1/entities/person-narendra-modi/timeline",
    "/v1/sources",
    "/v1/stats",
]


@pytest.fixture(scope="module")
def article_id(api: Api) -> str:
    return str(api.get("/v1/search", q="dockers")["results"][0]["id"])


@pytest.mark.parametrize("path", READS)
def test_who_has_it_is_told_so(api: Api, path: str, article_id: str) -> None:
    path = path.format(id=article_id)
    first = api.http.get(path)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"
    for known in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = api.http.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "X-Request-ID" in again.headers
        assert again.headers["Vary"] == "Accept-Encoding"
    twice = api.http.get(path, headers=[("If-None-Match", '"other"'), ("If-None-Match", tag)])
    assert twice.status_code == 304
    assert api.http.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_another_question_has_another_tag(api: Api, article_id: str) -> None:
    paths = [path.format(id=article_id) for path in READS]
    assert len({api.http.get(path).headers["ETag"] for path in paths}) == len(paths)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/articles/nope/similar", 404),
        ("/v1/search?cursor=bad", 400),
        ("/v1/search?entity_name=Nobody", 422),
        ("/v1/timeline?entity_name=Nobody", 422),
        ("/v1/entities/person-nobody/timeline", 404),
        ("/v1/articles/nope", 404),
    ],
)
def test_of_what_is_not_there_nobody_has_any(api: Api, path: str, status: int) -> None:
    assert api.http.get(path, headers={"If-None-Match": "*"}).status_code == status


def test_a_post_does_what_it_is_asked_whatever_the_client_has(api: Api, article_id: str) -> None:
    for known in ("*", 'W/"other"'):
        answer = api.http.post("/v1/articles/lookup", json={"ids": [article_id]}, headers={"If-None-Match": known})
        assert (answer.status_code, "ETag" in answer.headers) == (200, False)


def test_a_head_is_answered_as_the_get_would_be(api: Api) -> None:
    tag = api.http.head("/v1/stats").headers["ETag"]
    assert api.http.head("/v1/stats", headers={"If-None-Match": tag}).status_code == 304

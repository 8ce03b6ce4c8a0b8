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
    assert api.http.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_another_question_has_another_tag(api: Api, article_id: str) -> None:
    paths = [path.format(id=article_id) for path in READS]
    assert len({api.http.get(path).headers["ETag"] for path in paths}) == len(paths)

"""Quotes over HTTP: whose they are, under every condition of a search, page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.api.app import create_api
from app.archive import open_archive
from app.ingest.deciding import decide
from app.ingest.pipeline import ingest
from app.ingest.withdrawing import change_status
from app.settings import Settings
from app.store.decisions import Proposal
from tests.served import Api, closed, serve

MODI, PUTIN = "person-narendra-modi", "person-vladimir-putin"


def _article(number: int) -> dict[str, object]:
    text = (
        f"Prime Minister Narendra Modi met President Vladimir Putin in Goa for the {number}. time.\n\n"
        f"“We spoke of {number} harbours and their ships,” Modi said. “The harbours are open to all of us.”\n\n"
        f"“Nobody closes a harbour that easily,” Putin said."
    )
    return {
        "id": f"talks-{number}", "title": f"Talks, part {number}", "text": text, "date": f"2025-05-{number:02}",
        "source": "Harbour Wire" if number % 2 else "Coast Courier",
    }  # fmt: skip


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("quotes")
    (folder / "a.jsonl").write_text("\n".join(json.dumps(_article(n)) for n in range(1, 8)), encoding="utf-8")
    settings = Settings(data_dir=folder / "data", ingest_workers=1)
    with open_archive(settings) as archive:
        ingest([folder / "a.jsonl"], archive)
    app = create_api(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


def said(answer: Any) -> list[str]:
    return [each["text"] for each in answer["results"]]


def test_a_quote_says_who_where_and_how_that_was_found(api: Api) -> None:
    answer = api.get("/v1/quotes", limit=1)
    assert answer["total"] == 21
    [found] = answer["results"]
    article = api.get(f"/v1/articles/{found['article']['id']}", include="quotes")
    body = article["body"]
    assert found["text"] == body[found["start"] : found["end"]] == "We spoke of 7 harbours and their ships,"
    who = found["speaker"]
    assert (who["text"], who["entity_id"], who["name"]) == ("Modi", MODI, "Narendra Modi")
    assert body[who["start"] : who["end"]] == "Modi"
    assert (found["cue"], found["rule"]) == ("said", "after")
    assert (found["article"]["headline"], found["article"]["date"]) == ("Talks, part 7", "2025-05-07")
    assert article["quotes"][0]["text"] == found["text"]
    assert {name: found[name] for name in found if name != "article"} == article["quotes"][0]
    assert "quotes" not in api.get(f"/v1/articles/{found['article']['id']}")


@pytest.mark.parametrize(
    ("asked", "total"),
    [
        ({"speaker": MODI}, 14),
        ({"speaker_name": "Vladimir Putin"}, 7),
        ({"q": "harbour", "speaker": PUTIN}, 7),
        ({"q": "harbours ships"}, 7),  # both in one quote, though all articles have them in several
        ({"q": "harbours easily", "match": "any"}, 21),
        ({"q": "ships easily", "match": "all"}, 0),
        ({"q": '"open to all" OR "closes a harbour"'}, 14),
        ({"q": "harbours -ships"}, 14),  # a stem: Putin's harbour, too
        ({"q": "-ships"}, 14),
        ({"q": "headline:talks"}, 0),
        ({"date_from": "2025-05-06", "speaker": MODI}, 4),
        ({"source": "Coast Courier"}, 9),
        ({"entity": "person-nobody"}, 0),
        ({"speaker": "person-nobody"}, 0),
    ],
)
def test_conditions_are_those_of_a_search_and_words_are_those_of_the_quote(
    api: Api, asked: dict[str, str], total: int
) -> None:
    assert api.get("/v1/quotes", **asked)["total"] == total


def test_where_no_quote_has_all_words_any_may_and_it_says_so(api: Api) -> None:
    answer = api.get("/v1/quotes", q="ships easily", limit=5)
    assert (answer["total"], answer["query"]["relaxed"]) == (14, True)
    assert api.get("/v1/quotes", q="ships easily", limit=5, cursor=_cursor(answer))["total"] == 14


def _cursor(answer: Any) -> str:
    return str(answer["next"].partition("cursor=")[2])


@pytest.mark.parametrize("asked", [{}, {"q": "harbour"}, {"sort": "date"}, {"speaker": MODI, "q": "open OR spoke"}])
@pytest.mark.parametrize("limit", [1, 4, 100])
def test_pages_have_each_quote_once_in_one_order(api: Api, asked: dict[str, str], limit: int) -> None:
    whole = api.get("/v1/quotes", **asked, limit=100)
    pages, answer = [], api.get("/v1/quotes", **asked, limit=limit)
    pages.append(answer)
    while "next" in answer:
        answer = api.checked("get", api.http.get(answer["next"]))
        pages.append(answer)
    assert [each for page in pages for each in page["results"]] == whole["results"]
    assert {page["total"] for page in pages} == {whole["total"]} == {len(whole["results"])}
    days = [each["article"]["date"] for each in whole["results"]]
    assert days == sorted(days, reverse=asked.get("sort") != "date")


def test_what_is_wrong_is_refused(api: Api) -> None:
    for asked, status in [
        ({"cursor": "WzE0XQ"}, 400),
        ({"speaker_name": "Nobody Atall"}, 422),
        ({"speaker": MODI, "speaker_name": "Modi"}, 422),
        ({"speakers": MODI}, 422),
    ]:
        answer = api.http.get("/v1/quotes", params=asked)
        assert answer.status_code == status, asked
        api.problem(answer)
    first = api.get("/v1/quotes", limit=2)
    other = api.http.get("/v1/quotes", params={"limit": 2, "speaker": MODI, "cursor": _cursor(first)})
    assert other.status_code == 400
    warned = api.get("/v1/quotes", speaker="person-nobody")["query"]["warnings"]
    assert [each["code"] for each in warned] == ["unknown_entity"]


def test_whose_they_are_follows_decisions_and_withdrawals(api: Api) -> None:
    """Last, for it changes the archive."""
    archive = api.archive
    first = api.get("/v1/quotes", limit=4)
    decide(archive, Proposal("merge", PUTIN, target=MODI), "Ada")
    assert api.get("/v1/quotes", speaker=MODI)["total"] == 21
    moved = api.get("/v1/quotes", speaker=PUTIN)
    assert (moved["total"], [each["code"] for each in moved["query"]["warnings"]]) == (21, ["merged_entity"])
    change_status(archive, "withdraw", [first["results"][-1]["article"]["id"]], "wrong", "Ada")
    rest = api.get("/v1/quotes", limit=4, cursor=_cursor(first))
    assert [each["article"]["headline"] for each in rest["results"]] == ["Talks, part 5"] * 3 + ["Talks, part 4"]
    decide(archive, Proposal("hide", MODI), "Ada")
    assert api.get("/v1/quotes", speaker=MODI)["total"] == 0
    assert not any("entity_id" in each["speaker"] for each in api.get("/v1/quotes")["results"])

"""Ranking by meaning, with a real model and a real server: what it changes, and what it leaves as it is."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from typer.testing import CliRunner

from app.archive import Archive, open_archive
from app.cli import app as command_line
from app.errors import SettingsInvalid
from app.ingest.embedding import VectorMaker, make_all
from app.ingest.enriching import enrich
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.ingest.withdrawing import change_status
from app.search.engine import STALE_SECONDS
from app.search.meaning import model as sentences
from app.search.meaning.vectors import as_ids
from app.settings import Settings
from app.web.site import create_app
from tests.meaning import model_folder
from tests.served import serve

TOPICS = {
    "medicine": "The surgeon operated on the patient, and nurses of the clinic cared for the wound",
    "football": "The striker scored twice, and the goalkeeper saved a penalty before the whistle",
    "weather": "Heavy rain and gales are expected, and snow may fall on higher ground by night",
    "banking": "The lender raised interest rates, and shares of the bank fell on the exchange",
}
RECORDS = [
    {"id": f"{topic}-{number}", "title": f"Report {number}", "text": f"{text}. A report, part {number} of many."}
    for number in range(33)
    for topic, text in TOPICS.items()
]
QUESTION = "report on doctors in hospital"
"""All have the first word, and none any of the others."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("meaning")
    source = folder / "records.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in RECORDS), encoding="utf-8")
    made = Settings(
        data_dir=folder / "data", embedding_model=str(model_folder(folder / "all-MiniLM-L6-v2")), recognise=False
    )
    with open_archive(made) as archive:
        ingest([source], archive, IngestOptions(skip_entities=True))
    return made


@pytest.fixture
def alone(settings: Settings, tmp_path: Path) -> Iterator[Archive]:
    """A small archive that no server works on."""
    source = tmp_path / "few.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in RECORDS[:8]), encoding="utf-8")
    with open_archive(settings.model_copy(update={"data_dir": tmp_path / "alone"})) as archive:
        ingest([source], archive, IngestOptions(skip_entities=True))
        assert make_all(archive, lambda _: None) == 8
        yield archive


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[httpx.Client]:
    """A server whose process in the background has made the vectors."""
    with serve(create_app(settings)) as client:
        until = time.monotonic() + 120
        while (stats := client.get("/v1/stats").json()["meaning"])["waiting"]:
            assert time.monotonic() < until, stats
            time.sleep(0.2)
        yield client


@pytest.fixture
def archive(settings: Settings, client: httpx.Client) -> Iterator[Archive]:
    """The same archive, opened once more; afterwards all articles have their vectors again."""
    with open_archive(settings) as archive:
        yield archive
        assert archive.meaning is not None
        make_all(archive, lambda _: None)
    time.sleep(0.5)


def ask(client: httpx.Client, **params: Any) -> Any:
    answer = client.get("/v1/search", params={"q": QUESTION, "match": "any", "highlight": "none", **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def topics(found: Any) -> list[str]:
    return [hit["external_id"].partition("-")[0] for hit in found["results"]]


def ids(found: Any) -> list[str]:
    return [hit["id"] for hit in found["results"]]


def test_what_is_meant_comes_first_and_nothing_else_changes(client: httpx.Client) -> None:
    stats = client.get("/v1/stats").json()["meaning"]
    assert stats == {"available": True, "model": "all-MiniLM-L6-v2", "articles": len(RECORDS), "waiting": 0}
    by_meaning, by_words = (ask(client, facet="month", ranking=ranking) for ranking in ("meaning", "words"))
    assert (by_meaning["query"]["ranking"], by_words["query"]["ranking"]) == ("meaning", "words")
    assert set(topics(by_meaning)) == {"medicine"}
    assert set(topics(by_words)) != {"medicine"}
    assert (by_meaning["total"], by_meaning["facets"]) == (by_words["total"], by_words["facets"])
    metrics = client.get("/metrics").text
    assert f"dateline_vectors {len(RECORDS)}.0" in metrics
    assert "dateline_vectors_waiting 0.0" in metrics


@pytest.mark.parametrize(
    "params",
    [
        {"q": '"a report"'}, {"q": "body:report"}, {"q": "report OR many"}, {"q": "report -football"}, {"q": "rep*"},
        {"q": "reprot~"}, {"q": "report AND many"}, {"q": "unknownword"},
    ],
    ids=lambda params: params["q"],
)  # fmt: skip
def test_who_says_exactly_what_is_wanted_is_answered_by_words(client: httpx.Client, params: dict[str, str]) -> None:
    found = ask(client, **params)
    assert found["query"]["ranking"] == "words"
    assert found["results"] == ask(client, **params, ranking="words")["results"]


def test_an_order_by_date_is_by_neither(client: httpx.Client) -> None:
    assert "ranking" not in ask(client, sort="-date")["query"]


def test_pages_go_on_as_they_began_whatever_becomes_of_vectors(client: httpx.Client, archive: Archive) -> None:
    words = [*ids(ask(client, ranking="words", limit=100)), *ids(ask(client, ranking="words", limit=100, page=2))]
    whole = [*ids(ask(client, limit=100)), *ids(ask(client, limit=100, page=2))]
    assert (set(whole[:100]), whole[100:]) == (set(words[:100]), words[100:])
    found = ask(client, limit=30)
    pages = [found]
    archive.vectors.drop(whole[::3])
    gone = whole[45]
    change_status(archive, "withdraw", [gone], "a test", "tests")
    time.sleep(2 * STALE_SECONDS)
    while (cursor := httpx.URL(found["next"]).params["cursor"]) if "next" in found else None:
        found = ask(client, limit=30, cursor=cursor)
        pages.append(found)
    change_status(archive, "restore", [gone], "a test", "tests")
    assert [id for page in pages for id in ids(page)] == [id for id in whole if id != gone]
    assert {page["query"]["ranking"] for page in pages} == {"meaning"}
    scores = [hit["score"] for page in pages for hit in page["results"]]
    assert scores == sorted(scores, reverse=True)
    other = client.get(
        "/v1/search", params={"q": QUESTION, "match": "any", "ranking": "words", "cursor": cursor_of(pages[0])}
    )
    assert other.status_code == 400


def cursor_of(found: Any) -> str:
    return str(httpx.URL(found["next"]).params["cursor"])


def test_an_answer_is_not_kept_longer_than_the_vectors_it_came_of(client: httpx.Client, archive: Archive) -> None:
    def answered(ranking: str, tag: str = "") -> httpx.Response:
        """Ask until the server has seen what another process wrote."""
        for _ in range(100):
            answer = client.get("/v1/search", params={"q": QUESTION, "match": "any"}, headers={"If-None-Match": tag})
            if answer.status_code == 200 and answer.json()["query"]["ranking"] == ranking:
                return answer
            time.sleep(0.1)
        raise AssertionError(answer.text)

    first = answered("meaning")
    archive.vectors.drop(ids(ask(client, ranking="words"))[:10])
    second = answered("words", first.headers["ETag"])
    make_all(archive, lambda _: None)
    assert topics(answered("meaning", second.headers["ETag"]).json()) == topics(first.json())


def test_similar_articles_by_meaning(client: httpx.Client) -> None:
    id = next(hit["id"] for hit in ask(client)["results"])
    assert client.get(f"/v1/articles/{id}/similar").json()["ranking"] == "words"
    found = client.get(f"/v1/articles/{id}/similar", params={"by": "meaning", "limit": 20}).json()
    assert (found["ranking"], set(topics(found)), id in ids(found)) == ("meaning", {"medicine"}, False)


def test_the_page_of_results_leads_to_the_order_by_words_and_back(client: httpx.Client) -> None:
    def switch(**params: str) -> tuple[str, bool]:
        page = client.get("/", params={"q": QUESTION, "match": "any", **params}).text
        [link] = re.findall(r'<a href="([^"]*)" data-keep([^>]*)>By words alone</a>', page)
        return html.unescape(link[0]), "aria-current" in link[1]

    address, is_chosen = switch()
    assert (httpx.URL(address).params["ranking"], is_chosen) == ("words", False)
    back, is_chosen = switch(ranking="words")
    assert ("ranking" in httpx.URL(back).params, is_chosen) == (False, True)
    assert "By words alone" not in client.get("/", params={"q": '"a report"'}).text


def test_the_page_of_an_article_has_related_reading(client: httpx.Client) -> None:
    id = ids(ask(client))[0]
    page = client.get(f"/articles/{id}").text
    sections = page.split('id="similar"')[1].split('id="related"')
    shown, related = (set(re.findall(r'href="/articles/([0-9a-f]{16})', section)) for section in sections)
    assert len(related) == 5
    assert not related & shown


def test_vectors_go_and_come_with_their_articles(alone: Archive) -> None:
    [withdrawn, erased] = [f"{id:016x}" for id in alone.vectors.look().ids[:2].tolist()]
    rows, _ = alone.vectors.look().gather(as_ids([erased]))
    numbers = np.rint(rows[0] * (127 / np.abs(rows[0]).max())).astype(np.int8).tobytes()
    files = alone.settings.vectors_dir
    assert any(numbers in path.read_bytes() for path in files.iterdir())
    change_status(alone, "withdraw", [withdrawn], "a test", "tests")
    change_status(alone, "erase", [erased], "a test", "tests")
    left = alone.vectors.look()
    assert not {int(withdrawn, 16), int(erased, 16)} & set(left.ids.tolist())
    assert all(numbers not in path.read_bytes() for path in files.iterdir())
    assert verify(alone) == []
    change_status(alone, "restore", [withdrawn], "a test", "tests")
    assert make_all(alone, lambda _: None) == 1
    assert verify(alone, deep=True) == []
    alone.vectors.drop([withdrawn])
    assert [finding.message for finding in verify(alone)] == [f"Article {withdrawn} has no vector."]
    # Changes alone would not tell: a maker that begins compares once.
    assert VectorMaker(alone).step()
    make_all(alone, lambda _: None)
    assert verify(alone) == []
    [file_of_rows] = files.glob("rows-*")
    with file_of_rows.open("r+b") as file:
        file.write(b"other")
    assert [finding.store for finding in verify(alone)] == ["vectors"]
    alone.vectors.clear()
    assert verify(alone) == []
    assert make_all(alone, lambda _: None) == 7


def test_a_revised_text_gets_another_vector_and_names_do_not(alone: Archive, tmp_path: Path) -> None:
    source = tmp_path / "few.jsonl"
    source.write_text(json.dumps(RECORDS[0] | {"text": f"{TOPICS['banking']}. A report."}) + "\n", encoding="utf-8")
    before = alone.vectors.look()
    ingest([source], alone, IngestOptions())
    assert make_all(alone, lambda _: None) == 1
    after = alone.vectors.look()
    assert (before.texts(before.ids) != after.texts(before.ids)).sum() == 1
    enrich(alone)
    assert make_all(alone, lambda _: None) == 0


def test_the_command_line_makes_vectors_and_ranks_by_them(settings: Settings, client: httpx.Client) -> None:
    env = {"DATELINE_DATA_DIR": str(settings.data_dir), "DATELINE_EMBEDDING_MODEL": settings.embedding_model}

    def run(*given: str, **more: str) -> Any:
        return CliRunner().invoke(command_line, given, env=env | more)

    assert "0 vectors made" in run("meaning").stdout
    for ranking in ("meaning", "words"):
        found = json.loads(run("search", *QUESTION.split(), "--json", "--ranking", ranking).stdout)
        assert found["query"]["ranking"] == ranking
    assert "by all-MiniLM-L6-v2" in run("stats").stdout
    off = run("stats", "--json", DATELINE_EMBEDDING_MODEL="")
    assert json.loads(off.stdout)["meaning"]["reason"] == "DATELINE_EMBEDDING_MODEL names no sentence model."
    assert run("meaning", DATELINE_EMBEDDING_MODEL="").exit_code == 78
    wrong = run("stats", DATELINE_EMBEDDING_MODEL=str(settings.data_dir))
    assert wrong.exit_code == 78
    assert "DATELINE_EMBEDDING_MODEL cannot be" in wrong.stderr


def test_a_folder_that_is_no_model_is_refused_with_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"DATELINE_EMBEDDING_MODEL cannot be .*no such folder"):
        sentences.SentenceModel(tmp_path / "none")
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "model.onnx").write_bytes(b"no model")
    with pytest.raises(SettingsInvalid, match=r"no tokenizer\.json in it"):
        sentences.SentenceModel(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SettingsInvalid, match="it cannot be read"):
        sentences.SentenceModel(tmp_path).load()


def test_without_the_extra_words_rank_and_the_reason_is_given(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sentences, "PACKAGES", ("onnxruntime", "not_installed_here"))
    with serve(create_app(settings.model_copy(update={"data_dir": tmp_path}))) as client:
        stats = client.get("/v1/stats").json()["meaning"]
    assert stats["available"] is False
    assert stats["reason"] == "It needs not_installed_here: pip install 'dateline[meaning]'"


def test_a_long_text_is_represented_by_its_first_passages_and_an_empty_one_by_something(tmp_path: Path) -> None:
    model = sentences.SentenceModel(model_folder(tmp_path / "model"))
    long = " ".join(TOPICS["football"] for _ in range(400))
    rows = model.articles(["", long, f"{long} {TOPICS['medicine'] * 9}"])
    assert rows.any(axis=1).all()
    assert (rows[1] == rows[2]).all()

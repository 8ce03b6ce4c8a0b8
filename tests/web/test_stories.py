"""Stories on the page: below their hit, in a list, and one with its days and sources; without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from app.store import keys
from app.web.site import create_app
from tests.api.test_stories import RECORDS
from tests.served import serve


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("stories")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    settings = Settings(data_dir=folder / "data", recognise=False)
    with open_archive(settings) as archive:
        ingest([folder / "a.jsonl"], archive, IngestOptions(skip_entities=True))
    with serve(create_app(settings)) as client:
        yield client


@pytest.fixture
def corrected(tmp_path: Path) -> Iterator[httpx.Client]:
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data", recognise=False)
    with open_archive(settings) as archive:
        ingest([tmp_path / "a.jsonl"], archive, IngestOptions(skip_entities=True))
    with serve(create_app(settings)) as client:
        yield client


@pytest.fixture
def admin(corrected: httpx.Client, tmp_path: Path) -> str:
    settings = Settings(data_dir=tmp_path / "data", recognise=False)
    with open_archive(settings) as archive, archive.database.writing() as session:
        return keys.create_key(session, "desk", ["admin"], "")


def test_a_switch_gathers_stories_and_parts_them(gathered: httpx.Client) -> None:
    page = gathered.get("/").text
    assert "in this story" not in page
    [switch] = re.findall(r'<a href="([^"]+)" data-keep>By story</a>', page)
    page = gathered.get(switch.replace("&amp;", "&")).text
    assert (page.count('<li class="result"'), page.count("<summary>+ 3 in this story</summary>")) == (5, 1)
    assert f"{len(RECORDS)} articles" in page, "the number is that of all"
    [back] = re.findall(r'<a href="([^"]+)" data-keep aria-current="true">By story</a>', page)
    assert gathered.get(back.replace("&amp;", "&")).text.count('<li class="result"') == len(RECORDS) - 1
    [call] = re.findall(r'href="(/v1/search[^"]+)"', page)
    assert len(gathered.get(call.replace("&amp;", "&")).json()["results"]) == 5


def test_a_story_is_read_day_by_day_from_its_first_report(gathered: httpx.Client) -> None:
    page = gathered.get("/stories", params={"sort": "size"}).text
    assert page.count('<li class="result"') == 3
    story = gathered.get(re.findall(r'href="(/stories/[0-9a-f]{16})"', page)[0]).text
    told = re.findall(r"<h3>(.*?)</h3>", story)
    assert told == ["1 March 2019", "2 March 2019", "3 March 2019", "4 March 2019"]
    assert story.count("the first report") == 1
    assert [source in story for source in ("Wire</a> <span>2 articles", "Post</a> <span>2 articles")] == [True, True]
    [search] = re.findall(r'href="(/\?story=[^"]+)">Search in it', story)
    found = gathered.get(search.replace("&amp;", "&")).text
    assert found.count('<li class="result"') == 4
    assert "Remove the condition of one story" in found
    article = gathered.get(re.findall(r'<h3>1 March 2019</h3>.*?href="(/articles/[^"]+)"', story, re.DOTALL)[0]).text
    assert "The story, in 4 articles" in article
    assert gathered.get("/stories/nothing").status_code == 404
    assert "2 of them found" in gathered.get("/stories", params={"q": "vote", "source": "Post"}).text


def test_a_story_without_sources_or_a_date_is_read(site: httpx.Client, tmp_path: Path) -> None:
    """Those of the seeds have no source; an article without a date is a story by itself."""
    addresses = re.findall(r'href="(/stories/[0-9a-f]{16})"', site.get("/stories").text)
    assert len(addresses) >= 3
    for address in addresses:
        assert "the first report" in site.get(address).text
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "1", "body": "A whale was seen."}), encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data", recognise=False)
    with open_archive(settings) as archive:
        ingest([tmp_path / "a.jsonl"], archive, IngestOptions(skip_entities=True))
    with serve(create_app(settings)) as client:
        [article] = client.get("/v1/search").json()["results"]
        assert "Without a date" in client.get(f"/stories/{article['id']}").text


def member_ids(client: httpx.Client, id: str) -> list[str]:
    return [each["id"] for each in client.get(f"/v1/stories/{id}").json()["articles"]]


def test_an_editor_corrects_a_story_by_its_forms_and_undoes_it(corrected: httpx.Client, admin: str) -> None:
    stories = {each["id"]: each for each in corrected.get("/v1/stories?sort=size").json()["results"]}
    first, *others = sorted(stories, key=lambda id: -stories[id]["article_count"])
    members = member_ids(corrected, first)
    page = corrected.get(f"/stories/{first}").text
    assert all(f'<option value="{id}">' in page for id in members)
    [form] = re.findall(r'<form class="adding" action="([^"]+)" method="post">', page)

    def decide(address: str, **fields: str) -> str:
        answer = corrected.post(address, data={"key": admin, **fields})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    left = decide(form, kind="detach", article=members[0], note="another quay")
    assert member_ids(corrected, left.rpartition("/")[2]) == members[1:]
    assert member_ids(corrected, members[0]) == members[:1]
    joined = decide(f"/stories/{members[0]}", kind="together", other=f"https://news.example/stories/{others[0]}?x=1")
    assert set(member_ids(corrected, joined.rpartition("/")[2])) == {members[0], *member_ids(corrected, others[0])}
    decide(f"/stories/{members[1]}", kind="headline", headline="Storm over the harbour")
    assert "<h1>Storm over the harbour</h1>" in corrected.get(f"/stories/{members[1]}").text
    decide(f"/stories/{members[1]}", kind="apart", article=members[-1])
    assert members[-1] not in member_ids(corrected, members[1])

    listed = corrected.get("/stories/decisions", auth=("editor", admin))
    assert listed.headers["cache-control"] == "no-store"
    assert ("another quay" in listed.text, "Storm over the harbour" in listed.text) == (True, True)
    for number in re.findall(r'<button name="undoes" value="(\d+)"', listed.text):
        assert decide("/stories/decisions", undoes=number) == "/stories/decisions"
    assert member_ids(corrected, first) == members
    after = corrected.get("/stories/decisions", auth=("editor", admin)).text
    assert (after.count('name="undoes"'), after.count("undone by")) == (0, 4)


def test_a_form_about_stories_wants_the_key_and_what_is_meant(corrected: httpx.Client, admin: str) -> None:
    story = corrected.get("/v1/stories").json()["results"][0]["id"]
    address, count = f"/stories/{story}", corrected.get("/v1/stats").json()["articles"]
    assert corrected.post(address, data={"kind": "detach", "article": story}).status_code == 401
    assert corrected.post(address, data={"kind": "detach", "article": story}, auth=("x", admin)).status_code == 401
    assert corrected.post("/stories/decisions", data={"undoes": "1"}, auth=("x", admin)).status_code == 401
    assert corrected.get("/stories/decisions").status_code == 401
    for wrong in ({}, {"kind": "detach"}, {"kind": "together", "other": "that one"}, {"kind": "headline"}):
        refused = corrected.post(address, data={"key": admin, **wrong}, headers={"accept": "text/html"})
        assert (refused.status_code, "<h1>" in refused.text) == (422, True), wrong
    unknown = corrected.post(address, data={"key": admin, "kind": "together", "other": "f" * 16})
    assert unknown.status_code == 404
    for wrong in ({}, {"undoes": "all"}, {"undoes": "999"}):
        assert corrected.post("/stories/decisions", data={"key": admin, **wrong}).status_code == 422
    assert corrected.get("/v1/stats").json()["articles"] == count

"""NewsML-G2, NITF and ninjs beyond what the golden files show: what is hostile, and what is told apart."""

from __future__ import annotations

import json
from pathlib import Path
from time import thread_time
from typing import Any

import pytest

from app.ingest.readers import Record, Unusable, ninjs
from app.ingest.readers.nitf import names_in
from tests.growth import is_bounded
from tests.ingest.test_readers import records, written

NITF = "<nitf><body><body.content>{}</body.content></body></nitf>"
ITEM = '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:1"><contentSet>{}</contentSet></newsItem>'

LINES = "<NewsLines><HeadLine>Fog</HeadLine></NewsLines>"
NEWSML1 = f"<NewsML><NewsItem><NewsComponent>{LINES}{{}}</NewsComponent></NewsItem></NewsML>"


def reason(path: Path, content: str) -> str:
    [found] = records(written(path, content))
    assert isinstance(found, Unusable)
    return found.reason


def test_a_provider_at_an_address_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    about = '<itemMeta><provider uri="http://[x"/></itemMeta><contentMeta><headline>Fog</headline></contentMeta>'
    text = "<inlineXML><nitf><body><body.content><p>No ferry sailed.</p></body.content></body></nitf></inlineXML>"
    item = ITEM.format(text).replace("<contentSet>", f"{about}<contentSet>")
    [found] = records(written(tmp_path / "item.xml", item))
    assert isinstance(found, Record)
    assert (found.fields["headline"], found.fields.get("source")) == ("Fog", None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (NITF.format("<p>cut"), "is not well-formed XML"),
        (NITF.format("<p>" * 300 + "x" + "</p>" * 300), "Excessive depth"),
        (NITF.format(""), "without text"),
        (ITEM.format(""), "is a news item without a text"),
        (ITEM.format('<inlineXML><events xmlns="x"><event>Opening</event></events></inlineXML>'), "without a text"),
        (ITEM.format('<inlineData encoding="enc:base64">QQ==</inlineData>'), "has its text in enc:base64"),
        (ITEM.format('<remoteContent href="http://a.example/1"/>'), "has its text elsewhere (http://a.example/1)"),
        ('<conceptItem guid="urn:1"/>', "is a concept"),
        (NEWSML1.format('<ContentItem Href="a.jpg"/>'), "is a news item without a text"),
        (NEWSML1.format("<ContentItem><DataContent>cut"), "is not well-formed XML"),
        ("<NewsML></NewsML>", "is a news item without a text"),
        ('<planningItem guid="urn:1"/>', "is a plan of coverage"),
    ],
)
def test_what_is_no_article_says_so(tmp_path: Path, content: str, said: str) -> None:
    assert said in reason(tmp_path / "a.xml", content)


def test_laughs_and_files_of_the_machine_are_never_in_a_text(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    declared = f'<!DOCTYPE nitf [<!ENTITY l0 "lol">{laughs}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    started = thread_time()
    assert "entity amplification" in reason(tmp_path / "a.xml", declared + NITF.format("<p>Ha &l11;</p>"))
    for entity in ("l1", "f"):
        said = reason(tmp_path / "a.xml", declared + NITF.format(f"<p>Ha &{entity};</p>"))
        assert said == f"uses an entity that is not HTML's (&{entity};): those are not resolved"
    attribute = declared + NITF.format("<p>Ha</p>").replace("<nitf>", '<nitf xml:lang="&l11;">')
    assert all(len(str(record)) < 1_000_000 for record in records(written(tmp_path / "b.xml", attribute)))
    assert thread_time() - started < 20


def test_a_part_of_newsml_1_that_is_left_out_is_named(tmp_path: Path) -> None:
    text = "<ContentItem><DataContent>{0}.</DataContent></ContentItem>"
    part = f'<NewsComponent><Role FormalName="{{0}}"/>{text}</NewsComponent>'
    content = NEWSML1.format("".join(map(part.format, ("Caption", "Body", "Sidebar"))))
    [found] = records(written(tmp_path / "a.xml", content))
    assert isinstance(found, Record)
    assert found.fields == {"headline": "Fog", "body": "Body.", "part of role sidebar": True}


@pytest.mark.parametrize("within", ["<NewsItem>{}</NewsItem>", "{}"])
def test_twice_the_articles_of_newsml_1_take_twice_the_time(tmp_path: Path, within: str) -> None:
    one = f"<NewsComponent>{LINES}<ContentItem><DataContent>It rose.</DataContent></ContentItem></NewsComponent>"
    one = one if "NewsItem" in within else f"<NewsItem>{one}</NewsItem>"

    def cost(count: int) -> float:
        path = written(tmp_path / "a.xml", f"<NewsML>{within.format(one * count)}</NewsML>")
        started = thread_time()
        assert sum(isinstance(each, Record) for each in records(path)) == count
        return thread_time() - started

    assert is_bounded(cost, 1_000, 2_000, 3)


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    assert "is over 20,000,000 bytes" in reason(tmp_path / "a.xml", NITF.format("<p>word</p>" * 2_000_000))


def test_one_bad_item_of_a_message_costs_one(tmp_path: Path) -> None:
    item = ITEM.format("<inlineData>Snow.</inlineData>")
    bad = ITEM.format("")
    message = (
        f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{item}{bad}{item}</itemSet></newsMessage>'
    )
    found = records(written(tmp_path / "a.xml", message))
    assert [(record.number, isinstance(record, Record)) for record in found] == [(1, True), (2, False), (3, True)]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Jane Doe and John Roe", ["Jane Doe", "John Roe"]),
        ("Von Jane Doe", ["Jane Doe"]),
        ("Byron Doe", ["Byron Doe"]),
        ("Jane Doe, Harbour Wire", ["Jane Doe, Harbour Wire"]),
        ("", []),
    ],
)
def test_a_line_of_names(line: str, names: list[str]) -> None:
    assert names_in(line) == names


def test_items_of_ninjs_are_told_from_other_objects() -> None:
    assert ninjs.is_ninjs({"uri": "urn:1", "versionCreated": "2025-05-05T10:00:00Z"})
    assert ninjs.is_ninjs({"uri": "urn:1", "bodies": []})
    assert not ninjs.is_ninjs({"uri": "7", "title": "T", "body": "B", "dateTime": "2025-05-05T10:00:00Z"})
    assert not ninjs.is_ninjs({"uri": 7, "bodies": []})


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_items_in_an_answer_and_in_each_other_are_all_read(tmp_path: Path, name: str) -> None:
    def item(number: int, **more: Any) -> dict[str, Any]:
        return {"uri": f"urn:{number}", "versioncreated": "2025-05-05", "body_text": f"Text {number}.", **more}

    inner = item(3, associations=[item(4), {"uri": "urn:5", "type": "picture", "renditions": []}])
    answer = {"total": 2, "items": [item(1, headline="A"), item(2, headline="B", associations={"x": inner})]}
    found = records(written(tmp_path / name, json.dumps(answer)))
    assert [record.fields["body"] for record in found if isinstance(record, Record)] == [
        f"Text {number}." for number in (1, 2, 3, 4)
    ]
    assert [record.number for record in found] == [1, 2, 3, 4]

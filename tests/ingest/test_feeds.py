"""Feeds beyond what the golden files show: which entries of an ill-formed one are read, and what is said of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from time import thread_time

import pytest

from app.ingest.readers import Note, Opened, Record, Unusable, read
from app.ingest.readers.feed import MAX_FEED
from tests.ingest.test_readers import records, written

ROOT = Path(__file__).parents[2]
ITEM = "<item><title>T{0}</title><guid isPermaLink='false'>{0}</guid><description>Text {0}.</description></item>"
RSS = "<rss version='2.0'><channel><title>Harbour Wire</title>{}</channel></rss>"


def feed(*items: str) -> str:
    return RSS.format("".join(items))


def notes(path: Path) -> list[str]:
    with Opened(path) as stream:
        return [record.text for _, record in read(stream, path) if isinstance(record, Note)]


def item(more: str) -> str:
    return f"<item><title>T</title>{more}</item>"


@pytest.mark.parametrize(
    ("more", "field", "value"),
    [
        ("<link>https://a.example/1</link>", "url", "https://a.example/1"),
        ("<guid>https://a.example/2</guid>", "url", "https://a.example/2"),
        ("<guid isPermaLink='false'>https://a.example/2</guid>", "id", "https://a.example/2"),
        ("<link>https://a.example/1</link><guid>https://a.example/2</guid>", "url", "https://a.example/1"),
        ("<guid>urn:a</guid>", "url", None),
        ("<author>jane@a.example (Jane Doe)</author>", "authors", ["Jane Doe"]),
        ("<author>Jane Doe &lt;jane@a.example&gt;</author>", "authors", ["Jane Doe"]),
        ("<author>Jane Doe</author>", "authors", ["Jane Doe"]),
        ("<pubDate>Mon, 05 May 2025 23:30:00 EST</pubDate>", "date", "Mon, 05 May 2025 23:30:00 EST"),
        ("<pubDate>Montag, 5. Mai 2025</pubDate>", "date", "Montag, 5. Mai 2025"),
        ("<source url='x'>Valley Post</source>", "source", "Valley Post"),
        ("<source url='x'/>", "source", "Harbour Wire"),
        ("<description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</description>", "body", "One\n\nTwo"),
        ("<description>Plain &amp; simple</description>", "body", "Plain & simple"),
        ("<description><![CDATA[a<script>b()</script>c]]></description>", "body", "ac"),
    ],
)
def test_a_field_of_an_entry(tmp_path: Path, more: str, field: str, value: object) -> None:
    [found] = [one for one in records(written(tmp_path / "a.rss", feed(item(more)))) if isinstance(one, Record)]
    assert found.fields.get(field) == value


@pytest.mark.parametrize("version", ["0.90", "0.91", "0.92", "0.93", "0.94", "2.0", "9"])
def test_every_version_of_rss(tmp_path: Path, version: str) -> None:
    found = records(written(tmp_path / "a", feed(ITEM.format(1), ITEM.format(2)).replace("2.0", version)))
    assert [type(record) for record in found] == [Record, Record]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://site.invalid/">',
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://site.invalid/rss.dtd">',
        "<!-- <html> --><!DOCTYPE html>",
    ],
)
def test_a_feed_under_another_doctype_is_no_page(tmp_path: Path, doctype: str) -> None:
    path = written(tmp_path / "a.html", doctype + feed(ITEM.format(1), ITEM.format(2)))
    assert [type(record) for record in records(path)] == [Record, Record]


def test_a_text_that_does_not_end_is_told(tmp_path: Path) -> None:
    found = records(written(tmp_path / "a.xml", feed(ITEM.format(1), item("<description>Lost"), ITEM.format(3))))
    assert isinstance(found[-1], Unusable)
    assert "their texts may be cut" in found[-1].reason


@pytest.mark.parametrize("fault", ["Fish & chips", "&nbsp;", "<p>not closed", "<br>", "<x:y>unbound</x:y>"])
def test_of_an_ill_formed_feed_each_entry_is_taken_and_it_is_told(tmp_path: Path, fault: str) -> None:
    path = written(
        tmp_path / "a.xml", feed(ITEM.format(1), item(f"<description>{fault}</description>"), ITEM.format(3))
    )
    assert [type(record) for record in records(path)] == [Record] * 3
    [note] = notes(path)
    assert note.startswith("is not well-formed XML (line 1: ")
    assert note.endswith("; 3 entries could be read, and none is missing.")


def test_of_a_feed_that_is_cut_the_last_entry_is_a_rejection_and_the_file_too(tmp_path: Path) -> None:
    whole = feed(ITEM.format(1), ITEM.format(2), ITEM.format(3))
    for size in range(whole.index("<item>") + 10, len(whole) - 20, 7):
        found = records(written(tmp_path / "a.xml", whole[:size]))
        ended = whole[:size].count("</item>")
        assert sum(isinstance(record, Record) for record in found) == ended
        last = found[-1]
        assert isinstance(last, Unusable)
        assert last.number is None
        assert f"{ended} could be read" in last.reason or "without entries" in last.reason
    assert notes(written(tmp_path / "a.xml", whole)) == []


@pytest.mark.parametrize("name", ["a.xml", "a.rss", "a.json"])
def test_an_empty_feed_is_a_rejection_that_says_so(tmp_path: Path, name: str) -> None:
    content = '{"version": "https://jsonfeed.org/version/1", "items": []}' if name == "a.json" else feed()
    [found] = records(written(tmp_path / name, content))
    assert isinstance(found, Unusable)
    assert found.reason == "is a feed without entries"


def test_entities_and_files_of_the_machine_are_never_in_a_text(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">\n' for n in range(1, 12))
    declared = (
        f'<!DOCTYPE rss [\n<!ENTITY l0 "lol">\n{laughs}<!ENTITY f SYSTEM "file:///etc/passwd">\n<!ENTITY ok "yes">]>\n'
    )
    started = thread_time()
    for entity in ("l11", "l1", "f"):
        path = written(tmp_path / "a.xml", declared + feed(item(f"<description>Ha &{entity}; &ok;</description>")))
        [found] = [record for record in records(path) if isinstance(record, Record)]
        body = str(found.fields["body"])
        assert "lol" not in body
        assert "root:" not in body
        assert "yes" in body
    many = (
        '<!DOCTYPE rss [<!ENTITY a "' + "x" * 100 + '">]>' + feed(item(f"<description>{'&a;' * 300_000}</description>"))
    )
    [refused] = records(written(tmp_path / "b.xml", many))
    assert isinstance(refused, Unusable)
    assert "entities that make it many times as long" in refused.reason
    assert thread_time() - started < 20


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (feed(item(f"<description><![CDATA[{'<div>' * 100_000}x]]></description>")), "nested deeper"),
        (feed("x" * MAX_FEED), "over 20,000,000 bytes"),
    ],
    ids=["deep", "huge"],
)
def test_a_feed_over_the_bounds_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    [found] = records(written(tmp_path / "a.xml", content))
    assert isinstance(found, Unusable)
    assert reason in found.reason


def test_one_hostile_entry_costs_one(tmp_path: Path) -> None:
    deep = item(f"<description><![CDATA[{'<div>' * 1000}x]]></description>")
    found = records(written(tmp_path / "a.xml", feed(ITEM.format(1), deep, ITEM.format(3))))
    assert [(record.number, isinstance(record, Record)) for record in found] == [(1, True), (2, False), (3, True)]


def test_bytes_that_look_like_an_address_or_a_path_are_neither_fetched_nor_opened(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib, feedparser\n"
        "from app.ingest.readers import Opened, read\n"
        "def records(path):\n"
        "    with Opened(path) as stream:\n"
        "        return [record for _, record in read(stream, path, 'feed')]\n"
        "paths = [*map(pathlib.Path, sys.argv[1:])]\n"
        "records(paths[-1])\n"
        "def hook(event, args):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'urllib.Request') or (event == 'open' and "
        "str(args[0]) not in map(str, paths)):\n"
        "        raise SystemExit(f'{event} {args}')\n"
        "sys.addaudithook(hook)\n"
        "for path in paths:\n"
        "    records(path)\n"
    )
    hostile = ["http://127.0.0.1:9/feed", "/etc/passwd", "file:///etc/passwd", feed(item("<link>/etc/passwd</link>"))]
    paths = [written(tmp_path / f"{number}.rss", content) for number, content in enumerate(hostile)]
    done = subprocess.run([sys.executable, "-c", script, *paths], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_json_feed_is_never_one_article(tmp_path: Path) -> None:
    entry = {"id": "1", "content_text": "Text."}
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Wire",
        "content_text": "Odd.",
        "items": [entry, entry],
    }
    for name, content in (
        ("a.json", json.dumps(feed)),
        ("b.json", json.dumps(feed, indent=1)),
        ("c.jsonl", json.dumps(feed) + "\n" + json.dumps(feed)),
        ("d.json", json.dumps({**feed, "_more": {"articles": [{"title": "T", "text": "B"}]}})),
        ("e.json", json.dumps({**feed, "items": [{"url": "https://a.example/1"}, *feed["items"]]})),
    ):
        found = [record for record in records(written(tmp_path / name, content)) if isinstance(record, Record)]
        assert {record.fields["source"] for record in found} == {"Wire"}
        assert len(found) == {"c": 4, "e": 3}.get(name[0], 2)


def test_a_json_feed_over_the_limit_for_a_record_is_read_too(tmp_path: Path) -> None:
    entries = [{"id": str(number), "content_text": "word " * 1_000} for number in range(2_500)]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Wire", "language": "en", "items": entries}
    found = records(written(tmp_path / "a.json", json.dumps(feed)))
    assert len(found) == 2_500
    assert {record.fields["source"] for record in found if isinstance(record, Record)} == {"Wire"}

"""Files whose outermost object holds the records."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.ingest.readers import Record, Unusable
from app.ingest.readers.containers import Unclear, records_in
from tests.ingest.test_readers import records, written

ROOT = Path(__file__).parents[2]
ARTICLE = {"title": "T", "text": "B"}
LINK = {"title": "T", "url": "https://news.example/1"}


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"status": "ok", "articles": [ARTICLE, ARTICLE]}, 2),
        ({"title": "A feed", "description": "News.", "items": [ARTICLE]}, 1),
        ({"title": "A feed", "items": []}, 0),
        ({"title": "A feed", "items": [{"id": "1"}]}, 1),
        ({"response": {"status": "ok", "results": [LINK]}}, 1),
        ({"hits": {"hits": [{"_id": "1", "_source": ARTICLE}]}, "aggregations": {"x": {"buckets": [{"key": 1}]}}}, 1),
        ({"data": {"posts": {"edges": [{"cursor": "x", "node": ARTICLE}]}}}, 1),
        ({"articles": {"results": [ARTICLE], "page": 1}}, 1),
        ({"content": [ARTICLE, ARTICLE], "totalPages": 1}, 2),
        ({"data": ARTICLE, "meta": {"page": 1}}, 1),
        ({"whatever": [ARTICLE], "tags": [{"id": 1, "name": "x"}]}, 1),
        ({"41": ARTICLE, "42": ARTICLE}, 2),
        ({"title": "A feed", "articles": {"41": ARTICLE}}, 1),
        ({"status": "ok", "news": {"by_id": {"41": ARTICLE, "42": LINK}}}, 2),
        ({"title": ["T", "U"], "text": ["B", "C"], "tags": [[], ["x"]], "source": "Wire"}, 2),
        ({"text": ["B", "C"], "date": ["2025-05-05", "2025-05-06"]}, 2),
        ({"title": {"0": "T", "1": "U"}, "text": {"0": "B", "1": "C"}}, 2),
        ({"title": {"0": "T"}, "text": {"0": "B"}}, 1),
        ({"columns": ["title", "text"], "index": [0, 1], "data": [["T", "B"], ["U", "C"]]}, 2),
        (ARTICLE, None),
        ({"title": ["T"], "text": ["B", "C"], "date": ["2025-05-05"]}, None),
        ({"title": ["T", "T"], "text": ["B", "C"], "date": ["2025-05-05", "2025-05-05"]}, None),
        ({"title": "T", "text": ["B", "C"], "url": ["https://news.example/1", "https://news.example/2"]}, None),
        ({"text": ["B", "C"], "url": ["https://news.example/1", "https://news.example/2"]}, None),
        ({"title": {"rendered": "T"}, "content": {"rendered": "B"}}, None),
        ({"title": "T", "article": ARTICLE}, None),
        ({**LINK, "comments": [{"author": "A", "text": "B"}]}, None),
        ({**ARTICLE, "languages": {"fr": ARTICLE, "de": ARTICLE}}, None),
        ({**ARTICLE, "related": [ARTICLE], "comments": [{"author": "A", "text": "B"}]}, None),
        ({**ARTICLE, "items": [LINK]}, None),
        ({"title": "T", "images": [{"title": "I"}], "authors": [{"name": "A", "title": "Dr"}]}, None),
        ({"title": "T", "content": [{"type": "text/html", "value": "B"}]}, None),
        ({"status": "ok"}, None),
    ],
)
def test_one_list_of_articles_is_taken(fields: dict[str, Any], count: int | None) -> None:
    found = records_in(fields)
    assert (None if found is None else len(found)) == count


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"a": [ARTICLE], "b": [ARTICLE]}, "several lists of objects ('a', 'b')"),
        ({**ARTICLE, "articles": [ARTICLE]}, "a text of its own and a list of articles in 'articles'"),
        ({"rows": [{"a": 1}]}, "has neither a headline nor a body, nor have the objects in 'rows'"),
        ({f"l{n}": [ARTICLE] for n in range(9)}, "'l4' and 4 more"),
        ({"title": "A feed", "days": [{"day": 1, "articles": [ARTICLE]}]}, "no text of its own, but objects in 'days'"),
        ({"title": "A day", "updates": [ARTICLE, ARTICLE]}, "no text of its own, but objects in 'updates'"),
        ({"sections": [{"name": "World", "articles": [ARTICLE]}]}, "no text of its own, but objects in 'sections'"),
    ],
)
def test_what_cannot_be_told_names_what_was_found(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unclear) as error:
        records_in(fields)
    assert reason in str(error.value)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.dat"])
def test_a_container_is_read_by_whatever_name(tmp_path: Path, name: str, indent: int | None) -> None:
    if indent and name == "a.jsonl":
        pytest.skip("its lines are no objects")
    path = written(tmp_path / name, json.dumps({"status": "ok", "articles": [ARTICLE] * 3}, indent=indent))
    found = records(path)
    assert [(record.number, isinstance(record, Record)) for record in found] == [(1, True), (2, True), (3, True)]


def test_a_table_of_columns_is_read_row_by_row(tmp_path: Path) -> None:
    table = {"title": {"0": "T", "1": "U"}, "text": {"0": "B", "1": "C"}, "source": "Wire"}
    found = records(written(tmp_path / "a.json", json.dumps(table)))
    assert [(each.number, each.fields) for each in found if isinstance(each, Record)] == [
        (1, {"title": "T", "text": "B", "source": "Wire"}),
        (2, {"title": "U", "text": "C", "source": "Wire"}),
    ]


def test_no_row_of_an_array_of_arrays_is_passed_over(tmp_path: Path) -> None:
    found = records(written(tmp_path / "a.json", '[["title", "text"], ["T", "B"]]'))
    assert [each.reason for each in found if isinstance(each, Unusable)] == ["is not a JSON object but an array"] * 2


def test_pages_of_answers_are_numbered_through(tmp_path: Path) -> None:
    page = {"status": "ok", "articles": [ARTICLE] * 2}
    lines = "\n".join(map(json.dumps, [page, ARTICLE, page]))
    for name, content in (("a.jsonl", lines), ("a.json", lines), ("b.json", json.dumps([page, ARTICLE, page]))):
        assert [record.number for record in records(written(tmp_path / name, content))] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("bad", ['{"title": "cut', '{"title": oops}', '{"title": ["x"}'])
def test_one_bad_record_of_a_container_costs_one(tmp_path: Path, bad: str) -> None:
    lines = [json.dumps({"title": f"T{n}", "tags": [{"a": n}]}) for n in range(300)]
    lines[100] = bad
    path = written(
        tmp_path / "a.json", '{"status": "ok",\n"articles": [\n ' + ",\n ".join(lines) + '\n],\n"page": 1}\n'
    )
    found = records(path)
    assert [record.number for record in found if isinstance(record, Unusable)] == [101]
    assert [record.fields["title"] for record in found if isinstance(record, Record)] == [
        f"T{n}" for n in range(300) if n != 100
    ]
    bad_one = found[100]
    assert bad_one.offset is not None
    assert path.read_bytes()[bad_one.offset :].startswith(bad.encode())


def large(path: Path, megabytes: int) -> int:
    count = megabytes * 100
    one = json.dumps({"_id": 1, "_source": {"title": "Größe", "text": "word " * 1_990}}, ensure_ascii=False)
    with path.open("w") as file:
        file.write('{"took": 1, "tags": [{"title": "x"}], "hits": {"total": {"value": 1}, "hits": [')
        file.write(",".join([one] * count))
        file.write('], "max": [{"a": 1}]}}')
    return count


def test_one_over_the_limit_for_a_record_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    count = large(path, 12)
    found = records(path)
    assert len(found) == count
    assert all(isinstance(record, Record) for record in found)
    packed = written(tmp_path / "b.json.gz", gzip.compress(path.read_bytes()))
    assert [type(record) for record in records(packed)][-1:] == [Unusable], "it unpacks to more than a hundred times"
    wide = written(tmp_path / "c.json", path.read_text().encode("utf-16"))
    assert len(records(wide)) == count


def test_of_several_lists_over_the_limit_none_is_taken(tmp_path: Path) -> None:
    one = json.dumps([{**ARTICLE, "text": "word " * 200}] * 8_000)
    [found] = records(written(tmp_path / "a.json", f'{{"a": {one}, "b": {one}}}'))
    assert isinstance(found, Unusable)
    assert found.reason.startswith("holds several lists of objects ('a', 'b')")


def test_a_large_one_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    count = large(path, 60)
    script = (
        "import resource, sys, pathlib\n"
        "from app.ingest.readers import Opened, read\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "with Opened(path) as stream:\n"
        "    count = sum(1 for _ in read(stream, path))\n"
        "print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, path], cwd=ROOT, capture_output=True, text=True, check=True)
    found, grown = map(int, done.stdout.split())
    assert found == count
    assert grown < 45_000 * (1024 if sys.platform == "darwin" else 1)

"""Kilobytes that make a reader look at the same bytes again and again: twice as many take twice the time."""

from __future__ import annotations

from pathlib import Path
from time import thread_time

import pytest

from app.ingest.formats import Format
from app.ingest.readers import Opened, read
from tests.growth import is_bounded

MARKUP: list[tuple[Format, bytes]] = [
    ("feed", b"<rss><channel>"), ("page", b"<html><body>"), ("newsml", b""), ("nitf", b"<nitf>"),
]  # fmt: skip
SHAPES: list[tuple[Format, bytes, bytes]] = [
    *(
        ("csv", b"title,text\n", line)
        for line in (
            b'a","\n', b'x",1,"y\n', b'"a\n', b'1,"\n', b'a,"b\n', b'"\n', b'"""\n', b'a,"b"c\n', b'"",x\n"a',
            b'"a"x\n,', b'a,"b" ', b"a\n", b",,,,\n", b'a,"",""\n', b'"" ', b"\n",
        )
    ),
    *(
        ("json", begin, line)
        for begin in (b"[\n", b'{"articles": [\n', b'{"a": {"b": [\n', b"")
        for line in (
            b'{"a":\n', b"{\n", b'{"a\n', b'{"a":[\n', b'{"a":1,\n', b'{"a":"\\\n', b"[\n", b'"\n', b"{}}\n",
            b"{},\n", b"1,\n", b'{"a":{"b":1},\n', b" {\n", b"{}", b"\\", b'"', b" ", b"a\n", b'"a":',
            b'{"title":"x"},\n', b'":\n',
        )
    ),
    *(
        ("jsonl", b"", line)
        for line in (b'{"a":\n', b'{"a":[', b"{", b'"', b"\n", b'{"a":{', b'{"articles":[', b"NaN,", b'{"title":NaN}\n')
    ),
    *(
        (format, begin, line)
        for format, begin in MARKUP
        for line in (
            b"<item>", b"<item></item>", b"<!--", b"<![CDATA[", b"<", b"&", b"&amp;", b"\n", b"<!ENTITY a 'b'>\n",
            b"<!DOCTYPE ", b"<?", b"<a b='", b"</", b"<p>x</p>", b"<a href=x>y</a>", b"<td>", b"<b>x", b"<script>",
        )
    ),
    *(
        ("markdown", begin, line)
        for begin in (b"", b"---\na:\n")
        for line in (
            b"a: b\n", b"[", b"{", b"&a ", b"? ", b"> ", b"[a](", b"`", b"<a ", b"---\n", b"1. ",
            b"*a ", b"a* ", b"*a_ ", b"_a* ", b"**a ", b"a**b", b"a***b*", b"*a **a _a __a ",
        )
    ),
    *(("text", b"", line) for line in (b"date ", b" ", b"\n", b"date 1", b"\xef\xbb\xbf", b"<p>", b"\x92a", b"a\r")),
    *(("text", b"", line) for line in (b"Title: a\n", b"By: a\n", b"a: ", b"May 5, 2025\n")),
]  # fmt: skip


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.torture)], ids=["part", "whole"])
@pytest.mark.parametrize(("format", "begin", "line"), SHAPES)
def test_twice_the_bytes_take_twice_the_time(
    tmp_path: Path, format: Format, begin: bytes, line: bytes, whole: bool
) -> None:
    # JSON is read by 64 kB; all else that is looked at again and again is as much as there is.
    large = 160_000 if whole else 80_000 if format == "json" else 40_000
    path = tmp_path / f"a.{'txt' if format == 'text' else format}"

    def seconds(size: int) -> float:
        path.write_bytes(begin + line * (size // len(line)))
        started = thread_time()
        with Opened(path) as stream:
            for _ in read(stream, path, format):
                pass
        return thread_time() - started

    # What may be looked at in vain at first is used up by the smaller one: at worst half a second. What is spare grows
    # as the square does, so that any size refuses the same.
    assert is_bounded(seconds, large // 4, large, times=6, spare=0.3 * (large / 160_000) ** 2)


@pytest.mark.parametrize("large", [100_000, pytest.param(200_000, marks=pytest.mark.torture)])
def test_a_record_that_is_broken_at_the_head_of_a_long_file_costs_no_other(tmp_path: Path, large: int) -> None:
    """Each record was once cut off the front of all that had been read to look for its end."""
    path = tmp_path / "a.json"

    def seconds(count: int) -> float:
        path.write_bytes(b'[\n{"a": [\n' + b'{"title": "x"},\n' * count + b"]\n")
        started = thread_time()
        with Opened(path) as stream:
            assert sum(1 for _ in read(stream, path)) == count + 1
        return thread_time() - started

    assert is_bounded(seconds, large // 4, large, times=8, spare=0.3 * (large / 200_000) ** 2)

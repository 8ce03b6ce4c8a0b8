"""A page to an article, by itself and as other readers call it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import thread_time

import pytest

from app.ingest.readers import web_page
from app.ingest.readers.record import Record, Refused, Unusable
from app.ingest.readers.web_page import MAX_PAGE, page_fields
from tests.ingest.test_readers import records, written

ROOT = Path(__file__).parents[2]
TEXT = (
    "The river rose two metres in a night, the mayor said, and the lower town was cut off from the rest of the valley "
    "until noon, when the first boat came through."
)


PUBLISHED = '<meta property="article:published_time" content="{}">'
DATA = '<script type="application/ld+json">{}</script>'


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def article(head: str = "", more: str = "") -> bytes:
    return page(f"<article><h1>Flood</h1><p>{TEXT}</p>{more}</article>", head)


def test_paragraphs_are_kept_also_of_short_texts() -> None:
    raw = page("<article><p>The river rose in a night, the mayor said.</p><p>It fell again at noon.</p></article>")
    assert page_fields(raw)["body"] == "The river rose in a night, the mayor said.\n\nIt fell again at noon."


def test_each_of_several_pages_in_a_file_is_one(tmp_path: Path) -> None:
    pages = [article(f"<title>{n}</title>").replace(b"river", f"river {n}".encode()) for n in "abc"]
    found = records(written(tmp_path / "a.html", b"\n".join(pages)))
    assert [each.fields["body"] for each in found if isinstance(each, Record)] == [
        TEXT.replace("river", f"river {n}") for n in "abc"
    ]
    [script] = records(
        written(tmp_path / "b.html", article(more="<script>x = '</html><html>'</script><p>It fell.</p>"))
    )
    assert isinstance(script, Record)


def test_of_any_number_of_pages_in_a_file_so_many_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_page, "_MOST_JOINED", 2)
    found = records(written(tmp_path / "a.html", article() * 4))
    assert [type(each) for each in found] == [Record, Record, Unusable]
    assert "holds more than 2 pages" in str(found[-1])


def test_scripts_and_styles_are_no_text() -> None:
    fields = page_fields(
        article(more="<script>evil()</script><style>p{}</style><noscript>none</noscript><p>It fell.</p>")
    )
    assert fields["body"] == f"{TEXT}\n\nIt fell."


@pytest.mark.parametrize(
    ("head", "address", "url"),
    [
        ('<link rel="canonical" href="https://a.example/1">', "https://b.example/2", "https://a.example/1"),
        ('<link rel="canonical" href="/1">', "https://b.example/2", "https://b.example/1"),
        ('<link rel="canonical" href="/1">', None, None),
        ('<link rel="canonical" href="https://a.example/">', "https://a.example/2", "https://a.example/2"),
        ('<link rel="canonical" href="https://a.example/">', None, None),
        ('<link rel="canonical" href="https://[">', "https://a.example/2", "https://a.example/2"),
        ('<link rel="canonical" href="javascript:1">', "https://a.example/2", "https://a.example/2"),
        ('<meta property="og:url" content="https://a.example/?p=7">', None, "https://a.example/?p=7"),
        ("<!-- saved from url=(0021)https://a.example/5 -->", None, "https://a.example/5"),
        (
            "<!--\n Page saved with SingleFile \n url: https://a.example/6 \n saved date: Mon -->",
            None,
            "https://a.example/6",
        ),
    ],
)
def test_the_address_is_the_pages_own_unless_it_is_a_whole_sites(
    head: str, address: str | None, url: str | None
) -> None:
    assert page_fields(article(head), address=address).get("url") == url


@pytest.mark.parametrize(
    ("head", "fetched", "date"),
    [
        (PUBLISHED.format("2025-05-05T23:00:00-05:00"), None, "2025-05-05T23:00:00-05:00"),
        (PUBLISHED.format("2025-05-05T23:00:00Z"), "2025-04-30", None),
        (DATA.format('{"@type": ["NewsArticle"], "datePublished": "2025-05-05"}'), None, "2025-05-05"),
        (DATA.format("{broken") + '<meta name="date" content="2025-05-06">', None, "2025-05-06"),
        ('<meta name="date" content="2025-05">', None, "2025-05"),
        ('<meta name="date" content="2025-05-01">', None, "2025-05-01"),
        ('<meta name="date" content="May 1, 2025">', None, "2025-05-01"),
        ('<meta name="date" content="5th of May 2025">', None, "2025-05-05"),
        ('<meta name="date" content="2025">', None, None),
        ("", "2025-05-06", None),
    ],
)  # fmt: skip
def test_the_date_is_what_the_page_says_and_never_when_it_was_fetched(
    head: str, fetched: str | None, date: str | None
) -> None:
    assert page_fields(article(head), fetched=fetched).get("date") == date


@pytest.mark.parametrize(
    ("head", "address", "source"),
    [
        ('<meta property="og:site_name" content="Harbour Wire">', "https://a.example/1", "Harbour Wire"),
        ("", "https://www.a.example/1", "a.example"),
        ("", "https://a.example?p=1", "a.example"),
        ("", "https://[", None),
        ("", None, None),
    ],
)
def test_the_source_is_the_site_by_its_name_else_by_its_host(
    head: str, address: str | None, source: str | None
) -> None:
    assert page_fields(article(head), address=address).get("source") == source


@pytest.mark.parametrize(
    ("charset", "said", "given"),
    [
        ("windows-1252", "", "windows-1252"),
        ("windows-1252", '<meta charset="iso-8859-1">', None),
        ("shift_jis", '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">', None),
        ("utf-8", '<meta charset="no-such-thing">', None),
        ("windows-1252", '<meta charset="utf-8">', None),
        ("utf-16", '<meta charset="utf-8">', "utf-8"),
    ],
)
def test_the_encoding_is_found_as_browsers_do(charset: str, said: str, given: str | None) -> None:
    word = "会見 東京で首相が会見した" if charset == "shift_jis" else "“Señor Núñez” wept in the café"
    raw = article(said, f"<p>{word}.</p>").decode().encode(charset)
    assert f"{word}." in str(page_fields(raw, charset=given)["body"])


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<div id='root'></div><noscript>You need to enable JavaScript to run this app.</noscript>",
        "<p>Please enable JavaScript to continue using this application and its services.</p>",
        "".join(f"<h2><a href='/{n}'>The headline of the story number {n} of today</a></h2>" for n in range(30)),
        "<img src='a.png'><script>document.write('text')</script>",
    ],
)
def test_a_page_without_a_main_text_is_refused(body: str) -> None:
    with pytest.raises(Refused, match="without a main text"):
        page_fields(page(body, "<title>Harbour Wire</title>"))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (page("<div>" * 100_000 + TEXT), "nested deeper"),
        (page("<b>x</b>" * 40_000), "over 30,000 elements"),
        (page("x" * MAX_PAGE), "over 5,000,000 bytes"),
    ],
    ids=["deep", "many", "huge"],
)
def test_a_page_over_the_bounds_is_refused(raw: bytes, reason: str) -> None:
    started = thread_time()
    with pytest.raises(Refused, match=reason):
        page_fields(raw)
    assert thread_time() - started < 20


def test_entities_that_a_page_declares_are_not_resolved() -> None:
    raw = b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "yyyy">]>' + article(
        more="<p>&x; &y;</p>"
    )
    body = str(page_fields(raw)["body"])
    assert "root:" not in body
    assert "yyyy" not in body


def test_nothing_is_fetched_and_no_file_opened_by_its_name() -> None:
    """What a page refers to: pictures, frames, styles, DTDs, canonical addresses, schemas."""
    raw = (
        b'<?xml version="1.0"?><!DOCTYPE html SYSTEM "http://127.0.0.1:9/a.dtd"><html><head>'
        b'<base href="http://127.0.0.1:9/"><link rel="canonical" href="http://127.0.0.1:9/x"><link rel="stylesheet" '
        b'href="/s.css"></head><body><iframe src="/f"></iframe><img src="/i.png">' + article() + b"</body></html>"
    )
    script = (
        "import sys\n"
        "from app.ingest.readers.web_page import page_fields\n"
        "raw = sys.stdin.buffer.read()\n"
        "page_fields(raw)\n"
        "def hook(event, args):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'subprocess.Popen', 'urllib.Request'):\n"
        "        raise SystemExit(f'{event} {args}')\n"
        "sys.addaudithook(hook)\n"
        "print(page_fields(raw, address='http://127.0.0.1:9/y')['url'])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, input=raw, capture_output=True, check=True)
    assert done.stdout == b"http://127.0.0.1:9/x\n"
    assert done.stderr == b""


def test_the_command_line_starts_without_what_reads_pages() -> None:
    script = (
        "import app.cli, app.ingest.readers, sys\n"
        "sys.exit(bool({'trafilatura', 'lxml', 'feedparser', 'frontmatter', 'yaml'} & {*sys.modules}))\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)

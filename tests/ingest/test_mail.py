"""Mail: a record for each message, whatever became of it on its way."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable
from pathlib import Path
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.archive import Archive
from app.ingest.pipeline import ingest
from app.ingest.readers import Note, Opened, Record, Unusable, read
from app.ingest.readers.mail import read_mbox
from app.ingest.readers.sniff import Nature, sniff
from tests.conftest import NewArchive
from tests.growth import is_bounded
from tests.ingest.test_pipeline import PLAIN, outcome

HEAD = "From: Ann Keeper <ann@harbour.example>\nSubject: Fog\nDate: Tue, 6 May 2025 10:00:00 +0200\nMessage-ID: <1@x>\n"


def records(path: Path, content: bytes | str) -> list[Record | Unusable]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with Opened(path) as stream:
        return [record for _, record in read(stream, path) if not isinstance(record, Note)]


def fields_of(path: Path, headers: str, body: str | bytes = "The fog lifted.\n") -> dict[str, object]:
    [record] = records(path, (HEAD + headers).encode() + b"\n" + (body.encode() if isinstance(body, str) else body))
    assert isinstance(record, Record), record
    return dict(record.fields)


@pytest.fixture
def eml(tmp_path: Path) -> Path:
    return tmp_path / "a.eml"


@pytest.mark.parametrize(
    ("name", "head", "format"),
    [
        ("a.txt", HEAD + "\nFog.", "mail"),
        ("1746518400.M1P2.host:2,S", "Return-Path: <a@b.example>\nReceived: by mx;\n\tTue\nFrom: a\n\nFog.", "mail"),
        ("a.eml", "Subject: Fog\n\nFog.", "mail"),
        ("a.emlx", "123   \nSubject: Fog\n\nFog.", "mail"),
        ("a", f"From ann@x Tue May  6 10:00:00 2025\n{HEAD}\nFog.", "mbox"),
        ("a", f"From 18@xxx Tue May 06 10:00:00 +0000 2025\nX-GM-THRID: 1\n{HEAD}\nFog.", "mbox"),
        ("a.txt", "From the harbour, 2025\nNote: fog.\n\nFog.", "text"),
        ("a.txt", "From: the harbour\n\nFog.", "text"),
        ("a.txt", "From: the harbour\nFog came on this date: today.\nSubject: fog\nDate: 1\n\nFog.", "text"),
        ("a.txt", "Title: Fog\nDate: 2025-05-06\nBy: Ann Keeper\n\nFog.", "text"),
    ],
)
def test_mail_is_told_by_its_headers(name: str, head: str, format: str) -> None:
    assert sniff(head.encode(), Path(name).suffix).format == format


@pytest.mark.parametrize(
    ("headers", "source", "authors"),
    [
        ("", "harbour.example", ["Ann Keeper"]),
        ("List-Unsubscribe: <https://x.example>\n", "Ann Keeper", None),
        ("List-Id: Quay news <quay.x.example>\n", "Ann Keeper", None),
        ("List-Id: Quay news <quay.x.example>\nList-Post: NO (posting not allowed)\n", "Ann Keeper", None),
        ("List-Id: Quay news <quay.x.example>\nList-Post: <mailto:q@x.example>\n", "Quay news", ["Ann Keeper"]),
        ("List-Id: <quay.x.example>\nList-Post: <mailto:q@x.example>\n", "quay.x.example", ["Ann Keeper"]),
        ("Newsgroups: rec.boats,rec.fog\n", "rec.boats", ["Ann Keeper"]),
    ],
)
def test_a_newsletter_comes_from_its_publisher_and_a_letter_from_its_author(
    eml: Path, headers: str, source: str, authors: list[str] | None
) -> None:
    found = fields_of(eml, headers)
    assert (found["source"], found.get("authors")) == (source, authors)


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("utf-8", "café".encode(), "café"),
        ("us-ascii", "café".encode(), "café"),
        ("us-ascii", "café".encode("cp1252"), "café"),
        ("iso-8859-1", "“café”".encode("cp1252"), "“café”"),
        ("utf-8", "“café”".encode("cp1252"), "“café”"),
        ("x-unknown", "café".encode(), "café"),
        ("utf-8", "déjà vu, très bientôt é".encode() + b"\xff", "déjà vu, très bientôt é\ufffd"),
        ("gb2312", "会见 ㎡".encode("gb18030"), "会见 ㎡"),
        ("hex", b"cafe", "cafe"),
        ("idna", b"xn--caf-dma", "xn--caf-dma"),
        ("unicode_escape", b"\\x41", "\\x41"),
        ("undefined", b"cafe", "cafe"),
    ],
)
def test_a_charset_may_be_wrong(eml: Path, charset: str, raw: bytes, text: str) -> None:
    assert fields_of(eml, f"Content-Type: text/plain; charset={charset}\n", raw)["body"] == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"=?utf-8?q?Caf=C3=A9?= at =?iso-8859-1?q?No=EBl?=", "Café at Noël"),
        (b"=?utf-8?b?Q2Fm?=\n =?utf-8?b?w6k=?=", "Café"),
        ("Café".encode(), "Café"),
        ("Café".encode("cp1252"), "Café"),
        (b"=?x-unknown?q?Caf=C3=A9?=", "Café"),
        (b"=?utf-8?b?broken!?=", "=?utf-8?b?broken!?="),
        (b"=?utf-8?q?" + b"=?" * 5000, None),
    ],
)
def test_a_header_may_be_in_any_encoding(eml: Path, value: bytes, text: str | None) -> None:
    [record] = records(eml, HEAD.encode().replace(b"Fog", value) + b"\nThe fog lifted.")
    assert isinstance(record, Record)
    assert text is None or record.fields["headline"] == text


@pytest.mark.parametrize(
    ("params", "body", "text"),
    [
        ("format=flowed", "One \ntwo.\nThree.", "One two.\nThree."),
        ("format=flowed; delsp=yes", "On \ne.", "One."),
        ("format=flowed", "> One \n> two.\n>> Three.", "> One two.\n>> Three."),
        ("format=flowed", "One. \n-- \nAnn", "One. \n-- \nAnn"),
        ("format=flowed", " From here.", "From here."),
        ("format=fixed", "One \ntwo.", "One \ntwo."),
    ],
)
def test_flowing_lines_are_joined(eml: Path, params: str, body: str, text: str) -> None:
    assert fields_of(eml, f"Content-Type: text/plain; {params}\n", body)["body"] == text


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "x-uuencode", "nonsense", "8bit"])
def test_a_broken_transfer_keeps_what_there_is(eml: Path, encoding: str) -> None:
    broken = "The fog li=\nfted. =ZZ\n" if encoding != "base64" else base64.b64encode(b"The fog lifted.").decode()[:-3]
    assert "fog li" in str(fields_of(eml, f"Content-Transfer-Encoding: {encoding}\n", broken)["body"])


def alternative(plain: str, page: str) -> str:
    return (
        f"\n--b\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n"
        f"--b\nContent-Type: text/html; charset=utf-8\n\n{page}\n--b--\n"
    )


def test_the_form_that_says_more_is_taken(eml: Path) -> None:
    multi = "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n"
    long = "<p>" + "The fog lifted over the harbour and the ferry sailed. " * 5 + "</p>"
    assert fields_of(eml, multi, alternative("See our page.", long))["body"] != "See our page."
    assert fields_of(eml, multi, alternative("The fog lifted.", "<p>The <b>fog</b> lifted.</p>"))["body"] == (
        "The fog lifted."
    )
    assert fields_of(eml, multi, alternative("", "<p>The fog &amp; the ferry.</p>"))["body"] == "The fog & the ferry."


def test_parts_of_one_text_are_joined_and_what_is_attached_is_named(eml: Path) -> None:
    body = (
        "\n--b\nContent-Type: text/plain\n\nThe fog lifted.\n--b\nContent-Type: image/png; name=fog.png\n\nx\n"
        '--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename="\x1b[31m.txt"\n\nSecret.\n'
        "--b\nContent-Type: text/plain\n\nThe ferry sailed.\n--b--\n"
    )
    found = fields_of(eml, "Content-Type: multipart/mixed; boundary=b\n", body)
    assert found["body"] == "The fog lifted.\n\nThe ferry sailed."
    assert found["attachments"] == ["fog.png", "\\x1b[31m.txt"]


def test_what_is_attached_is_told(archive: Archive, eml: Path) -> None:
    body = "\n--b\n\nThe fog lifted.\n--b\nContent-Type: image/png; name=fog.png\n\nx\n--b--\n"
    eml.write_text(HEAD + "Content-Type: multipart/mixed; boundary=b\n" + body)
    assert "Ignored fields: attachments." in ingest([eml], archive, PLAIN).notes


def test_a_message_that_is_attached_is_one_of_its_own(eml: Path) -> None:
    inner = HEAD.replace("<1@x>", "<2@x>").replace("Fog", "Inner")
    forwarded = f"\n--b\n\nSee below.\n--b\nContent-Type: message/rfc822\n\n{inner}\nThe fog lifted.\n--b--\n"
    found = records(eml, HEAD + "Content-Type: multipart/mixed; boundary=b\n" + forwarded)
    assert [(each.number, each.fields["headline"]) for each in found if isinstance(each, Record)] == [
        (1, "Fog"),
        (2, "Inner"),
    ]


def test_a_long_attachment_costs_no_text(eml: Path) -> None:
    attached = base64.encodebytes(bytes(9_000_000)).decode()
    part = f"--b\nContent-Type: image/png; name=fog.png\nContent-Transfer-Encoding: base64\n\n{attached}\n"
    multi = "Content-Type: multipart/mixed; boundary=b\n"
    assert fields_of(eml, multi, f"--b\n\nThe fog lifted.\n{part}--b--\n")["body"] == "The fog lifted."
    [last] = records(eml, f"{HEAD}{multi}\n{part}--b\n\nThe fog lifted.\n--b--\n")
    assert isinstance(last, Unusable)
    assert last.reason.startswith("has no text, but files attached")
    [cut] = records(eml, HEAD + "\n" + "The fog lifted.\n" * 700_000)
    assert isinstance(cut, Unusable)
    assert cut.reason == "has a text over 10,000,000 bytes, of which the end was not read: divide it"


def mailbox(count: int, broken: Iterable[int] = ()) -> bytes:
    message = "From ann@x Tue May  6 10:00:00 2025\n" + HEAD
    return b"".join(
        (
            message.replace("1@x", f"{n}@x") + ("\n\n" if n in set(broken) else f"\nNumber {n}: the fog lifted.\n\n")
        ).encode()
        for n in range(count)
    )


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_one_broken_message_of_many_costs_one(tmp_path: Path, newline: bytes) -> None:
    found = records(tmp_path / "a", mailbox(300, broken=[7]).replace(b"\n", newline))
    assert [each.number for each in found] == list(range(1, 301))
    assert [each.number for each in found if isinstance(each, Unusable)] == [8]
    for each in (found[8], found[-1]):
        assert isinstance(each, Record)
        assert (tmp_path / "a").read_bytes()[each.offset :].startswith(b"From ann@x")


@pytest.mark.parametrize("gap", ["", "\n"])
@pytest.mark.parametrize("separator", ["From ann@x Tue May  6 10:00:00 2025\n", "From - \n", "From ann@x\n"])
def test_a_message_without_a_gap_or_a_day_above_it_is_one(tmp_path: Path, separator: str, gap: str) -> None:
    if not gap and "2025" not in separator:
        pytest.skip("it may be a sentence that goes on")
    messages = [HEAD.replace("1@x", f"{n}@x") + f"\nNumber {n}: the fog lifted.\n" for n in range(3)]
    found = records(tmp_path / "a", (mailbox(1) + (gap + separator + (gap + separator).join(messages)).encode()))
    assert [each.fields["id"] for each in found if isinstance(each, Record)] == ["0@x", "0@x", "1@x", "2@x"]


def test_lines_of_a_letter_that_begin_like_the_next_are_its_own(tmp_path: Path) -> None:
    letter = mailbox(1) + b"From here on, in 2025 at 10:00,\nnobody knows.\n\nFrom a@b 10:00 2025\n\n>From the light.\n"
    [record] = records(tmp_path / "a", letter)
    assert isinstance(record, Record)
    body = str(record.fields["body"])
    assert body.endswith("From here on, in 2025 at 10:00,\nnobody knows.\n\nFrom a@b 10:00 2025\n\nFrom the light.")
    [record] = records(tmp_path / "a", mailbox(1) + b"From the desk\nSubject: fog\n\nFrom a@b 10:00 2025")
    assert isinstance(record, Record)
    assert str(record.fields["body"]).endswith("From the desk\nSubject: fog\n\nFrom a@b 10:00 2025")


def test_a_mailbox_is_read_as_a_stream(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(mailbox(20_000))
    with Opened(tmp_path / "a") as stream:
        next(read_mbox(stream, Nature("mbox")))
        assert stream.consumed < 1_000_000


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HEAD + "Content-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--\n", "is encrypted"),
        (HEAD + "Content-Type: application/pkcs7-mime\n\nx\n", "is encrypted or sealed"),
        (HEAD + "Content-Type: text/plain;" + "a=1;" * 5000 + "\n\nFog.\n", "has a header that is too long"),
        (HEAD + 'Content-Type: text/plain;"' + ";" * 200_000 + "\n\nFog.\n", "has a header that is too long"),
        (
            HEAD
            + "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(2000))
            + "\n" * 20_000,
            "has too many parts",
        ),
        (
            HEAD + "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(1500)),
            "has parts in",
        ),
        (HEAD + "Content-Type: message/rfc822\n\n" * 3000, "has parts in parts"),
        (HEAD + "\n\n", "has no text"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(eml: Path, content: str, reason: str) -> None:
    [found] = records(eml, content)
    assert isinstance(found, Unusable)
    assert found.reason.startswith(reason)


HOSTILE = (
    "From ann@x Tue May  6 10:00:00 2025\n", "Content-Type: multipart/mixed; boundary=b\n", "--b\n", "=?utf-8?q?",
    ">From \n", "Subject: " + "=?" * 40 + "\n", "a: b\n", ";\n", "\n", "<p>", "> \n",
    "Content-Type: message/rfc822\n\n",
    "begin 644 a\n", "=\n", "From: a, " * 9 + "\n", "References: <a@b>\n",
)  # fmt: skip


@pytest.mark.parametrize("line", HOSTILE)
def test_twice_the_bytes_take_twice_the_time(eml: Path, line: str) -> None:
    def seconds(size: int) -> float:
        eml.write_text(HEAD + "Content-Type: multipart/mixed; boundary=b\n\n--b\n" + line * (size // len(line)))
        started = thread_time()
        with Opened(eml) as stream:
            for _ in read(stream, eml):
                pass
        return thread_time() - started

    assert is_bounded(seconds, 60_000, 240_000, times=6, spare=0.5)


@pytest.mark.parametrize("unit", [b"1:11 ", b"1111 ", b"a@"])
@pytest.mark.parametrize("above", [b"", b"mailbox"])
def test_a_line_that_looks_like_a_separator_takes_time_by_its_length(tmp_path: Path, above: bytes, unit: bytes) -> None:
    def seconds(size: int) -> float:
        before = mailbox(1) if above else b""
        started = thread_time()
        records(tmp_path / "a.txt", before + b"From " + unit * (size // len(unit)))
        return thread_time() - started

    assert is_bounded(seconds, 60_000, 240_000, times=6, spare=0.5)


@given(st.binary(max_size=300), st.sampled_from(["mail", "mbox"]), st.booleans())
def test_no_bytes_make_a_message_fail(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, format: str, headed: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{format}"
    path.write_bytes((HEAD + "Content-Type: ").encode() * headed + raw)
    with Opened(path) as stream:
        assert isinstance(list(read(stream, path, "mail" if format == "mail" else "mbox")), list)


def test_messages_go_in_and_are_known_again(new_archive: NewArchive, tmp_path: Path) -> None:
    archive = new_archive()
    (tmp_path / "a.mbox").write_bytes(mailbox(5))
    assert outcome(ingest([tmp_path / "a.mbox"], archive, PLAIN)) == {"new": 5}
    (tmp_path / "again.mbox.gz").write_bytes(gzip.compress(mailbox(6)))
    assert outcome(ingest([tmp_path / "again.mbox.gz"], archive, PLAIN)) == {"unchanged": 5, "new": 1}

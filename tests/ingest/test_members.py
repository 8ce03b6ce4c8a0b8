"""Containers are read as folders are: each file in them gives its articles, or says why not."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from app.archive import Archive
from app.ingest.draft import Draft
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.reading import Reading
from app.ingest.report import Progress, Tally
from app.ingest.walk import walk
from app.store import rejections
from app.store.rejections import Refusal
from app.store.tables import Article
from tests.ingest.test_pipeline import outcome

PLAIN = IngestOptions(skip_entities=True)
Files = Mapping[str, bytes]


def record(number: int, text: str = "The ferry sails again.") -> bytes:
    return json.dumps({"id": number, "title": f"Number {number}", "text": f"{text} {number}"}).encode() + b"\n"


NEWS = {"a.jsonl": record(1) + record(2), "2024/b.csv": b"id,title,text\n3,Snow,Much snow.\n", "2024/c.txt": b"Rain."}


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def tarred(files: Files, format: int = tarfile.PAX_FORMAT) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=format) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return target.getvalue()


def packed(pack: Callable[[bytes], bytes]) -> Callable[[Files], bytes]:
    return lambda files: pack(tarred(files))


WAYS: dict[str, Callable[[Files], bytes]] = {
    "zip": zipped,
    "stored.zip": lambda files: zipped(files, zipfile.ZIP_STORED),
    "bzip2.zip": lambda files: zipped(files, zipfile.ZIP_BZIP2),
    "tar": tarred,
    "gnu.tar": lambda files: tarred(files, tarfile.GNU_FORMAT),
    "old.tar": lambda files: tarred(files, tarfile.USTAR_FORMAT),
    "tar.gz": packed(gzip.compress),
    "tgz": packed(gzip.compress),
    "tar.bz2": packed(bz2.compress),
    "tar.xz": packed(lzma.compress),
    "zip.gz": lambda files: gzip.compress(zipped(files)),
}


def read(path: Path) -> tuple[list[str], dict[str, str]]:
    """The files and bodies of the articles, and the reason of each refusal by its file."""
    reading = Reading(list(walk([path])), source=None, format=None, tally=Tally())
    found = list(reading)
    articles = [f"{each.origin.file}: {each.body}" for each in found if isinstance(each, Draft)]
    refused = [each for each in found if isinstance(each, Refusal)]
    assert len({(each.path, each.record) for each in refused}) == len(refused)
    return articles, {each.file: each.reason for each in refused}


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("way", WAYS)
def test_a_container_is_read_as_a_folder_is(tmp_path: Path, way: str) -> None:
    path = written(tmp_path / f"news.{way}", WAYS[way](NEWS))
    assert read(path) == (
        [
            f"news.{way}/a.jsonl: The ferry sails again. 1",
            f"news.{way}/a.jsonl: The ferry sails again. 2",
            f"news.{way}/2024/b.csv: Much snow.",
            f"news.{way}/2024/c.txt: Rain.",
        ],
        {},
    )


@pytest.mark.parametrize("way", ["zip", "tar"])
def test_it_is_told_by_its_content(tmp_path: Path, way: str) -> None:
    assert len(read(written(tmp_path / "news.dat", WAYS[way](NEWS)))[0]) == 4


def test_a_forced_format_is_that_of_the_files_inside(tmp_path: Path) -> None:
    path = written(tmp_path / "news.zip", zipped({"a.odd": b"id;title;text\n1;T;Snow.\n"}))
    reading = Reading(list(walk([path])), source=None, format="csv", tally=Tally())
    assert [each.body for each in reading if isinstance(each, Draft)] == ["Snow."]


@pytest.mark.parametrize("way", ["zip", "tar.gz"])
def test_what_a_folder_hides_is_hidden(tmp_path: Path, way: str) -> None:
    hidden = {"__MACOSX/._a.txt": b"x", ".DS_Store": b"x", "a/.git/b.txt": b"x"}
    assert read(written(tmp_path / f"a.{way}", WAYS[way]({**hidden, "./b.txt": b"Snow."}))) == (
        [f"a.{way}/b.txt: Snow."],
        {},
    )
    assert read(written(tmp_path / f"b.{way}", WAYS[way](hidden)))[1] == {f"b.{way}": "holds nothing but hidden files"}
    assert read(written(tmp_path / f"c.{way}", WAYS[way]({})))[1] == {f"c.{way}": "holds no files"}


@pytest.mark.parametrize("way", ["zip", "tar"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_lead_nowhere(tmp_path: Path, way: str) -> None:
    """What a name would lead to is there, and is not read."""
    written(tmp_path / "outside.txt", b"Secret.")
    names = ["../outside.txt", f"{tmp_path}/outside.txt", "a/../../outside.txt", "x/" * 300 + "y.txt", "\x1b[31m.txt"]
    articles, refused = read(written(tmp_path / f"a.{way}", WAYS[way](dict.fromkeys(names, b"Snow."))))
    assert articles == [f"a.{way}{tmp_path}/outside.txt: Snow.", f"a.{way}/\\x1b[31m.txt: Snow."]
    leads_out = "has a name that leads out of its container: rename it and pack it again"
    too_long = "has a name of over 500 characters: rename it and pack it again"
    assert refused == {
        f"a.{way}/(..)/outside.txt": leads_out,
        f"a.{way}/a/(..)/(..)/outside.txt": leads_out,
        f"a.{way}/{('x/' * 300)[:500]}": too_long,
    }


def test_two_files_of_one_name_are_one_article_and_a_refusal(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tar", tarred({"a.txt": b"Snow.", "./a.txt": b"Rain."}))
    assert read(path) == (
        ["a.tar/a.txt: Snow."],
        {"a.tar/a.txt": "has the name of another file in its container: rename it and pack it again"},
    )


def test_names_of_other_systems(tmp_path: Path) -> None:
    content = zipped({"2024\\a.txt": b"Snow."})
    assert read(written(tmp_path / "a.zip", content))[0] == ["a.zip/2024/a.txt: Snow."]
    # UTF-8 that does not say so.
    content = zipped({"Z__rich.txt": b"Snow."}).replace(b"Z__rich", "Zürich".encode())
    assert read(written(tmp_path / "b.zip", content))[0] == ["b.zip/Zürich.txt: Snow."]


def with_flags(content: bytes, flags: int) -> bytes:
    """Set the flags of the first file in both places."""
    raw = bytearray(content)
    struct.pack_into("<H", raw, 6, flags)
    struct.pack_into("<H", raw, raw.index(b"PK\1\2") + 8, flags)
    return bytes(raw)


def test_what_cannot_be_unpacked_is_refused_and_the_rest_read(tmp_path: Path) -> None:
    rest = (["a.zip/b.txt: Rain."], "a.zip/a.txt")
    files = {"a.txt": b"Snow fell all day. " * 50, "b.txt": b"Rain."}
    encrypted = with_flags(zipped(files), 1)
    damaged = bytearray(zipped(files))
    damaged[50] ^= 255
    unusual = zipped(files, zipfile.ZIP_LZMA)
    for content, reason in (
        (encrypted, "is encrypted: unpack it with its password and give the folder"),
        (bytes(damaged), "is damaged ("),
    ):
        articles, refused = read(written(tmp_path / "a.zip", content))
        assert articles == rest[0]
        assert [*refused] == [rest[1]]
        assert refused[rest[1]].startswith(reason)
    assert set(read(written(tmp_path / "a.zip", unusual))[1].values()) == {
        "is packed in an unusual way: unpack it and give the folder"
    }


def test_links_and_devices_are_refused(tmp_path: Path) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, type in (
            ("a", tarfile.SYMTYPE),
            ("b", tarfile.LNKTYPE),
            ("c", tarfile.FIFOTYPE),
            ("d", tarfile.DIRTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = type, "/etc/passwd"
            archive.addfile(info)
    link = "is a link: pack what it leads to"
    assert read(written(tmp_path / "a.tar", target.getvalue()))[1] == {
        "a.tar/a": link,
        "a.tar/b": link,
        "a.tar/c": "is not a regular file",
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as zip:
        info_of_link = zipfile.ZipInfo("a")
        info_of_link.external_attr = (stat.S_IFLNK | 0o777) << 16
        zip.writestr(info_of_link, "/etc/passwd")
    assert read(written(tmp_path / "a.zip", target.getvalue()))[1] == {"a.zip/a": link}


def test_a_container_may_stand_in_another_one_and_no_deeper(tmp_path: Path) -> None:
    third = zipped({"a.txt": b"Snow."})
    second = tarred({"third.zip": third, "b.txt": b"Rain."})
    path = written(tmp_path / "first.zip", zipped({"second.tar.gz": gzip.compress(second), "c.txt": b"Hail."}))
    assert read(path) == (
        ["first.zip/second.tar.gz/b.txt: Rain.", "first.zip/c.txt: Hail."],
        {
            "first.zip/second.tar.gz/third.zip": "is packed inside more than 2 others: unpack the outer ones and give "
            "the folder"
        },
    )


ZEROS = b" " * 30_000_000


@pytest.mark.parametrize(
    ("bomb", "reason"),
    [
        (lambda: zipped({"a.txt": ZEROS, "b.txt": b"Rain."}), "unpacks to more than 100 times its size"),
        (lambda: zipped({"a.txt.gz": gzip.compress(ZEROS)}), "unpacks to more than 100 times its size"),
        (lambda: zipped({"a.zip": zipped({"a.txt": ZEROS})}), "unpacks to more than 100 times its size"),
        (lambda: gzip.compress(tarred({"a.txt": ZEROS})), "unpacks to more than 100 times its size"),
        (lambda: bz2.compress(tarred({"a.txt": ZEROS})), "unpacks to more than 100 times its size"),
        (lambda: lzma.compress(tarred({"a.txt": ZEROS})), "unpacks to more than 100 times its size"),
        (lambda: tarred({"a.tar.xz": lzma.compress(tarred({"a.txt": ZEROS}))}), "unpacks to more than 100 times"),
    ],
)  # fmt: skip
def test_what_unpacks_without_end_is_stopped(tmp_path: Path, bomb: Callable[[], bytes], reason: str) -> None:
    _, refused = read(written(tmp_path / "bomb", bomb()))
    assert any(each.startswith(reason) for each in refused.values())


def test_files_that_share_their_bytes_are_stopped(tmp_path: Path) -> None:
    """Each is harmless; a list of thousands says that the same bytes are all of them."""
    content = zipped({"a.txt": b"".join(b"%d snow and rain\n" % n for n in range(20_000))})
    start = content.index(b"PK\1\2")
    entry = content[start : content.index(b"PK\5\6")]
    entries = b"".join(entry.replace(b"a.txt", b"%05d" % n) for n in range(3_000))
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 3_000, 3_000, len(entries), start, 0)
    articles, refused = read(written(tmp_path / "a.zip", content[:start] + entries + end))
    assert len(articles) < 3_000
    assert refused


def test_a_file_with_holes_is_stopped(tmp_path: Path) -> None:
    header = bytearray(tarred({"a.txt": b""})[:512])
    header[156:157] = tarfile.GNUTYPE_SPARSE
    header[257:265] = b"ustar  \0"
    header[386:410] = b"%011o\0%011o\0" % (40_000_000, 0)
    header[483:495] = b"%011o\0" % 40_000_000
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    _, refused = read(written(tmp_path / "a.tar", bytes(header) + b"\0" * 1024))
    assert refused == {"a.tar": "unpacks to more than 100 times its size"}


def test_more_files_than_can_be_named_are_one_refusal(tmp_path: Path) -> None:
    content = zipped({"a": b""})
    start = content.index(b"PK\1\2")
    entry = content[start : content.index(b"PK\5\6")]
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 200_001 * len(entry), start, 0)
    path = written(tmp_path / "a.zip", content[:start] + entry * 200_001 + end)
    reading = Reading(list(walk([path])), source=None, format=None, tally=Tally())
    *_, last = reading
    assert isinstance(last, Refusal)
    assert last.reason == "holds more than 200,000 files: unpack it and give the folder"
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 700_000 * len(entry), start, 0)
    path = written(tmp_path / "b.zip", content[:start] + entry * 700_000 + end)
    assert read(path)[1] == {"b.zip": "has a list of files that is too long: make several of it, or unpack it"}


def test_a_header_that_asks_for_memory_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 60_000_000
    content = gzip.compress(info.tobuf() + b"\0" * 60_000_000)
    assert read(written(tmp_path / "a.tar.gz", content))[1] == {
        "a.tar.gz": "is a damaged TAR file (it has a header that is too long): get it again"
    }


@pytest.mark.parametrize("way", ["tar", "tar.gz", "zip"])
def test_one_that_is_cut_says_so(tmp_path: Path, way: str) -> None:
    content = WAYS[way]({f"{n}.txt": f"Number {n} ".encode() + os.urandom(999).hex().encode() for n in range(30)})
    for size in (len(content) // 2, len(content) // 2 + 512):
        articles, refused = read(written(tmp_path / f"a.{way}", content[:size]))
        assert [*refused] == [f"a.{way}"]
        assert "damaged" in refused[f"a.{way}"]
        assert way == "zip" or len(articles) > 10


def test_a_tar_file_that_ends_at_a_file_says_so(tmp_path: Path) -> None:
    content = tarred({"a.txt": b"Snow.", "b.txt": b"Rain."})
    articles, refused = read(written(tmp_path / "a.tar", content[:1024]))
    assert articles == ["a.tar/a.txt: Snow."]
    assert refused == {"a.tar": "is a damaged TAR file (it has no end mark, so the end may be missing): get it again"}


def test_a_header_that_is_damaged_in_the_middle_is_not_the_end(tmp_path: Path) -> None:
    content = bytearray(tarred({"a.txt": b"Snow.", "b.txt": b"Rain."}))
    content[1024] ^= 255
    articles, refused = read(written(tmp_path / "a.tar", bytes(content)))
    assert articles == ["a.tar/a.txt: Snow."]
    assert refused == {"a.tar": "is a damaged TAR file (bad checksum): get it again"}


def test_what_follows_the_end_is_not_lost_without_a_word(tmp_path: Path) -> None:
    articles, refused = read(written(tmp_path / "a.tar", tarred({"a.txt": b"Snow."}) + tarred({"b.txt": b"Rain."})))
    assert articles == ["a.tar/a.txt: Snow."]
    assert refused == {"a.tar": "has something after its end, another TAR file perhaps: unpack it and give the folder"}


def test_what_stands_before_the_first_file_of_a_zip_is_not_lost_without_a_word(tmp_path: Path) -> None:
    articles, refused = read(written(tmp_path / "a.zip", zipped({"a.txt": b"Snow."}) + zipped({"b.txt": b"Rain."})))
    assert articles == ["a.zip/b.txt: Rain."]
    assert refused == {
        "a.zip": "has something before the files in its list, another ZIP file perhaps: unpack it and give the folder"
    }


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_what_follows_packed_data_is_not_lost_without_a_word(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    twice = pack(record(1)) + pack(record(2))
    articles, refused = read(written(tmp_path / "a.jsonl.x", twice))
    assert (len(articles), refused) == (2, {})
    articles, refused = read(written(tmp_path / "b.jsonl.x", twice + b"Rain."))
    assert len(articles) == 2
    assert "damaged" in refused["b.jsonl.x"]


@given(st.data())
def test_no_damage_makes_a_container_fail(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    way = data.draw(
        st.sampled_from(["zip", "stored.zip", "bzip2.zip", "tar", "gnu.tar", "tar.gz", "tar.bz2", "tar.xz"])
    )
    content = bytearray(WAYS[way]({"a.txt": b"Snow fell. " * 9, "b" * 120: b"Rain.", "c.jsonl": record(1)}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    articles, refused = read(written(tmp_path_factory.getbasetemp() / "any", bytes(content)))
    assert articles or refused


def shown(archive: Archive) -> dict[str, int]:
    with archive.database.reading() as session:
        return {article.file: article.revision for article in session.exec(select(Article).order_by(col(Article.file)))}


def refused(archive: Archive) -> dict[str, str]:
    with archive.database.reading() as session:
        return {each.file: each.reason for each in rejections.list_rejections(session)}


def test_a_container_that_is_read_again_says_nothing_new(archive: Archive, tmp_path: Path) -> None:
    path = written(tmp_path / "in" / "news.zip", zipped(NEWS))
    assert outcome(ingest([path.parent], archive, PLAIN)) == {"new": 4}
    assert outcome(ingest([path], archive, PLAIN)) == {"unchanged": 4}
    assert set(shown(archive)) == {"in/news.zip/a.jsonl", "in/news.zip/2024/b.csv", "in/news.zip/2024/c.txt"}
    written(path, zipped({**NEWS, "a.jsonl": record(1) + record(2, "The ferry is late.")}))
    assert outcome(ingest([path], archive, PLAIN)) == {"revised": 1, "unchanged": 3}


def test_records_of_one_id_in_two_files_are_two(archive: Archive, tmp_path: Path) -> None:
    files = {"2024/a.jsonl": record(1, "Snow."), "2025/a.jsonl": record(1, "Rain.")}
    inner = zipped({"a.jsonl": record(1, "Hail.")})
    path = written(tmp_path / "news.zip", zipped({**files, "x.zip": inner, "y.zip": zipped({"a.jsonl": record(1)})}))
    assert outcome(ingest([path], archive, PLAIN)) == {"new": 4}
    assert outcome(ingest([path], archive, PLAIN)) == {"unchanged": 4}


def test_a_container_that_was_moved_or_packed_is_the_same(archive: Archive, tmp_path: Path) -> None:
    path = written(tmp_path / "a" / "news.tar", tarred(NEWS))
    assert outcome(ingest([path], archive, PLAIN)) == {"new": 4}
    written(tmp_path / "b" / "a" / "news.tar.xz", lzma.compress(path.read_bytes()))
    path.unlink()
    assert outcome(ingest([tmp_path / "b" / "a"], archive, PLAIN)) == {"unchanged": 4}


def test_what_was_refused_inside_is_tried_again(archive: Archive, tmp_path: Path) -> None:
    broken = {"a.jsonl": b"oops\n" + record(1), "b/c.jsonl": b"oops\n", "b/d.bin": bytes(range(32)), "gone.txt": b""}
    path = written(tmp_path / "in" / "news.zip", zipped(broken))
    assert outcome(ingest([path.parent], archive, PLAIN)) == {"new": 1, "rejected": 4}
    assert set(refused(archive)) == {f"in/news.zip/{name}" for name in broken}
    assert outcome(ingest([], archive, IngestOptions(skip_entities=True, retry=True))) == {
        "unchanged": 1,
        "rejected": 4,
    }
    assert len(refused(archive)) == 4
    mended = {"a.jsonl": record(2) + record(1), "b/c.jsonl": record(3), "b/d.bin": bytes(range(32))}
    written(path, zipped(mended))
    report = ingest([], archive, IngestOptions(skip_entities=True, retry=True))
    assert outcome(report) == {"new": 2, "unchanged": 1, "rejected": 1}
    assert report.resolved == 3
    assert refused(archive) == {"in/news.zip/b/d.bin": "is not text"}
    path.unlink()
    report = ingest([], archive, IngestOptions(skip_entities=True, retry=True))
    assert report.notes == ("in/news.zip/b/d.bin is gone.",)
    # A file that stands where the folder was is no container.
    written(path, b"Private.")
    report = ingest([], archive, IngestOptions(skip_entities=True, retry=True))
    assert (report.read, report.notes) == (0, ("in/news.zip/b/d.bin is gone.",))


def test_what_was_refused_for_one_reason_in_two_files_is_two(archive: Archive, tmp_path: Path) -> None:
    path = written(tmp_path / "news.zip", with_flags(zipped({"a.txt": b"Snow.", "b.txt": b"", "c.txt": b""}), 1))
    assert outcome(ingest([path], archive, PLAIN)) == {"rejected": 3}
    assert len(refused(archive)) == 3


def test_a_container_that_changes_while_it_is_read_is_read_again(archive: Archive, tmp_path: Path) -> None:
    files = {f"{n}.jsonl": record(n) + b"oops\n" for n in range(2_000)}
    path = written(tmp_path / "news.tar", tarred(files))
    changed = False

    def change(progress: Progress) -> None:
        nonlocal changed
        if not changed and progress.done < progress.total:
            changed = True
            written(path, tarred({**files, "0.jsonl": record(0), "last.jsonl": record(2_000)}))

    report = ingest([path], archive, PLAIN, change)
    assert changed
    assert outcome(report) == {"new": 2_001, "rejected": 1_999}
    assert len(refused(archive)) == 1_999


def test_progress_grows_to_the_end(tmp_path: Path) -> None:
    for way in ("zip", "tar.gz"):
        path = written(tmp_path / way, WAYS[way]({f"{n}.txt": os.urandom(9_000).hex().encode() for n in range(200)}))
        reading = Reading(list(walk([path])), source=None, format=None, tally=Tally())
        done = [reading.done for _ in reading]
        assert done == sorted(done)
        assert done[0] < reading.total / 2
        assert len(set(done)) > 4
        assert reading.done == reading.total

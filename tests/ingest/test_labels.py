"""Which file a record came from tells records apart that have the same id and no publisher."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import col, select, update

from app.archive import Archive
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.report import Report
from app.store.tables import Article, Copy
from tests.conftest import NewArchive
from tests.ingest.test_pipeline import outcome, rows

PLAIN = IngestOptions(skip_entities=True)
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of one record, whose id is always 1."""

    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"id": 1, "title": "News", "text": text}))
        return path

    return written


def took(archive: Archive, *paths: Path) -> Report:
    return ingest(paths, archive, PLAIN)


def texts(archive: Archive) -> set[str]:
    return {row["body"] for row in rows(archive)}


def test_files_of_one_name_in_two_folders_are_two(archive: Archive, write: Write, tmp_path: Path) -> None:
    write("all/2024/news.jsonl", "An aardvark.")
    write("all/2025/news.jsonl", "A badger.")
    assert outcome(took(archive, tmp_path / "all")) == {"new": 2}
    assert texts(archive) == {"An aardvark.", "A badger."}
    assert outcome(took(archive, tmp_path / "all")) == {"unchanged": 2}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_given_one_by_one_they_are_the_same_two(
    new_archive: NewArchive, write: Write, monkeypatch: pytest.MonkeyPatch, order: tuple[int, int]
) -> None:
    files = [write("2024/news.jsonl", "An aardvark."), write("2025/news.jsonl", "A badger.")]
    folders, alone, inside = new_archive(), new_archive(), new_archive()
    for number in order:
        path = files[number]
        assert outcome(took(folders, path.parent)) == {"new": 1}
        assert outcome(took(alone, path)) == {"new": 1}
        monkeypatch.chdir(path.parent)
        assert outcome(took(inside, Path("news.jsonl"))) == {"new": 1}
        assert outcome(took(inside, Path())) == {"unchanged": 1}
    ids = {row["id"] for row in rows(folders)}
    assert ids == {row["id"] for row in rows(alone)} == {row["id"] for row in rows(inside)}
    assert len(ids) == 2


def test_a_file_is_the_same_by_whatever_folder_it_is_given(archive: Archive, write: Write, tmp_path: Path) -> None:
    path = write("archive/2024/news.jsonl", "An aardvark.")
    assert outcome(took(archive, tmp_path / "archive")) == {"new": 1}
    write("archive/2024/news.jsonl", "An aardvark again.")
    assert outcome(took(archive, path)) == {"revised": 1}
    assert outcome(took(archive, path.parent)) == {"unchanged": 1}
    shutil.move(path.parent, tmp_path / "elsewhere" / "2024")
    write("elsewhere/2024/news.jsonl", "A third aardvark.")
    assert outcome(took(archive, tmp_path / "elsewhere" / "2024")) == {"revised": 1}
    assert len(rows(archive)) == 1


def test_two_files_of_one_name_and_folder_are_kept_apart(archive: Archive, write: Write, tmp_path: Path) -> None:
    """Silently, one would take the place of the other."""
    a, b, c = (write(f"{name}/2024/news.jsonl", f"From {name}.") for name in "abc")
    assert outcome(took(archive, a.parent)) == {"new": 1}
    report = took(archive, b.parent)
    assert outcome(report) == {"new": 1}
    [note] = [note for note in report.notes if note.startswith("Kept apart")]
    assert note == (
        f"Kept apart: b/2024/news.jsonl is another file than {a}, and ids in both may be the same. Where they are one "
        "publisher's, name it: --source"
    )
    assert outcome(took(archive, c, a)) == {"new": 1, "unchanged": 1}
    assert texts(archive) == {"From a.", "From b.", "From c."}
    write("b/2024/news.jsonl", "From b, revised.")
    again = took(archive, a, b, c)
    assert outcome(again) == {"unchanged": 2, "revised": 1}
    assert again.notes == ("3 records without a date.",)
    for path in (a, b, c):
        (tmp_path / "new" / path.parent.parent.name).mkdir(parents=True)
        shutil.move(path.parent, tmp_path / "new" / path.parent.parent.name / "2024")
    assert outcome(took(archive, *(tmp_path / "new" / name / "2024" for name in "cab"))) == {"unchanged": 3}


def test_a_copy_is_another_file_until_the_first_is_gone(archive: Archive, write: Write, tmp_path: Path) -> None:
    path = write("one/news/a.jsonl", "Old.")
    took(archive, path.parent)
    shutil.copytree(path.parent, tmp_path / "two" / "news")
    shutil.rmtree(tmp_path / "one")
    assert outcome(took(archive, tmp_path / "two" / "news")) == {"unchanged": 1}
    write("two/news/a.jsonl", "New.")
    assert outcome(took(archive, tmp_path / "two" / "news")) == {"revised": 1}
    assert texts(archive) == {"New."}


def test_a_copy_beside_the_first_is_a_duplicate(archive: Archive, write: Write, tmp_path: Path) -> None:
    path = write("one/news/a.jsonl", "Old.")
    took(archive, path)
    shutil.copytree(path.parent, tmp_path / "two" / "news")
    assert outcome(took(archive, tmp_path / "two")) == {"duplicate": 1}
    assert texts(archive) == {"Old."}


def test_one_file_by_two_ways_is_one(archive: Archive, write: Write, tmp_path: Path) -> None:
    path = write("one/news/a.jsonl", "Old.")
    took(archive, path)
    (tmp_path / "two" / "news").mkdir(parents=True)
    (tmp_path / "two" / "news" / "a.jsonl").hardlink_to(path)
    assert outcome(took(archive, tmp_path / "two" / "news")) == {"unchanged": 1}


def test_with_a_publisher_no_file_matters(archive: Archive, write: Write) -> None:
    options = IngestOptions(source="Wire", skip_entities=True)
    for number, expected in ((1, {"new": 1}), (2, {"revised": 1})):
        path = write(f"{number}/news.jsonl", f"Text {number}.")
        assert outcome(ingest([path], archive, options)) == expected


def of_an_earlier_version(archive: Archive, file: str) -> None:
    """Keys as they were until schema 0006, and the file as it was noted."""
    with archive.database.writing() as session:
        [article] = session.exec(select(Article)).all()
        name = file.rpartition("/")[2].removesuffix(".gz")
        session.connection().execute(update(Article).values(key=f"id\t{name}\t1", file=file))
        assert article.key.startswith("file\t")


@pytest.mark.parametrize("file", ["news.jsonl", "2024/news.jsonl", "all/2024/news.jsonl", "news.jsonl.gz"])
def test_what_an_earlier_version_took_is_known(archive: Archive, write: Write, tmp_path: Path, file: str) -> None:
    path = write("all/2024/news.jsonl", "An aardvark.")
    took(archive, path)
    of_an_earlier_version(archive, file)
    [before] = rows(archive)
    for given in (tmp_path / "all", path.parent, path):
        assert outcome(took(archive, given)) == {"unchanged": 1}
    [after] = rows(archive)
    assert (after.pop("key"), before.pop("key")) != (None, None)
    assert after == before
    write("all/2024/news.jsonl", "An aardvark again.")
    assert outcome(took(archive, tmp_path)) == {"revised": 1}
    assert [row["id"] for row in rows(archive)] == [before["id"]]


def test_what_an_earlier_version_took_is_revised_by_its_own_file_alone(archive: Archive, write: Write) -> None:
    took(archive, write("2025/news.jsonl", "A badger."))
    of_an_earlier_version(archive, "2025/news.jsonl")
    assert outcome(took(archive, write("2024/news.jsonl", "An aardvark."))) == {"new": 1}
    assert outcome(took(archive, write("2025/news.jsonl", "A badger again."))) == {"revised": 1}
    assert texts(archive) == {"An aardvark.", "A badger again."}


def test_copies_that_an_earlier_version_noted_are_noted_once(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text("".join(json.dumps({"id": n, "title": "News"}) + "\n" for n in (1, 2)))
    took(archive, path)
    with archive.database.writing() as session:
        session.connection().execute(update(Copy).values(key="id\tnews.jsonl\t2", file="news.jsonl"))
    assert outcome(took(archive, path)) == {"unchanged": 1, "duplicate": 1}
    with archive.database.reading() as session:
        [key] = session.exec(select(col(Copy.key)))
    assert key == f"file\t{tmp_path.name}/news.jsonl\t2"

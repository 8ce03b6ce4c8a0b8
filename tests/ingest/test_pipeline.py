from __future__ import annotations

import gzip
import itertools
import json
import os
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select, update

from app.archive import Archive
from app.errors import ArchiveBusy, InputUnreadable
from app.ingest import indexing
from app.ingest.lock import writing_alone
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.report import Progress, Report
from app.ingest.verify import verify
from app.ingest.withdrawing import change_status
from app.search.query import Query, Word
from app.store import articles, rejections
from app.store.rejections import Refusal
from app.store.tables import Alias, Article, ArticleEntity, Copy, Entity, Mention, Revision
from app.store.texts import texts
from tests.conftest import NewArchive, Records, WriteRecords

SEEDS = Path(__file__).parents[2] / "seeds"
PLAIN = IngestOptions(skip_entities=True)

FERRY = {"id": 1, "title": "Ferry sails", "text": "The ferry to the island sails again.", "date": "2019-06-01"}
SNOW = {"id": 2, "title": "Snow", "text": "Much snow fell in the night.", "date": "2019-12-03"}
RAIN = {"id": 3, "title": "Rain", "text": "A little rain fell.", "date": "2019-12-04"}


def outcome(report: Report) -> dict[str, int]:
    counts = {name: getattr(report, name) for name in ("new", "revised", "unchanged", "duplicate", "rejected")}
    assert report.read == sum(counts.values())
    return {name: count for name, count in counts.items() if count}


def rows(archive: Archive) -> list[dict[str, Any]]:
    with archive.database.reading() as session:
        found = session.exec(select(Article).order_by(col(Article.id))).all()
        return [article.model_dump() for article in found]


def searched(archive: Archive, word: str) -> list[str]:
    return [hit.card.headline for hit in archive.engine.search(Query(Word(word))).hits]


def test_articles_go_in_and_are_found(archive: Archive, write_records: WriteRecords, tmp_path: Path) -> None:
    report = ingest([write_records("a.jsonl", [FERRY, SNOW])], archive, PLAIN)
    assert outcome(report) == {"new": 2}
    assert searched(archive, "ferry") == ["Ferry sails"]
    [ferry] = [row for row in rows(archive) if row["external_id"] == "1"]
    assert ferry["body"] == FERRY["text"]
    assert (ferry["revision"], ferry["file"], ferry["record"], ferry["pipeline"]) == (
        1,
        f"{tmp_path.name}/a.jsonl",
        1,
        "",
    )
    assert ferry["word_count"] == 7


def test_twice_changes_nothing(archive: Archive, write_records: WriteRecords) -> None:
    copy = {**SNOW, "id": 4}
    path = write_records("a.jsonl", [FERRY, SNOW, copy, {"id": 5}, FERRY])
    assert outcome(ingest([path], archive, PLAIN)) == {"new": 2, "duplicate": 1, "rejected": 1, "unchanged": 1}
    before, status = rows(archive), archive.engine.status()
    for _ in range(2):
        assert outcome(ingest([path], archive, PLAIN)) == {"unchanged": 3, "duplicate": 1, "rejected": 1}
        assert rows(archive) == before
        assert archive.engine.status() == status
    with archive.database.reading() as session:
        assert len(rejections.list_rejections(session)) == 1


def test_the_same_key_with_new_content_is_a_revision(archive: Archive, write_records: WriteRecords) -> None:
    ingest([write_records("a.jsonl", [FERRY, SNOW])], archive, PLAIN)
    later = {**FERRY, "text": "The ferry is late."}
    assert outcome(ingest([write_records("a.jsonl", [later, SNOW])], archive, PLAIN)) == {"revised": 1, "unchanged": 1}
    [ferry] = [row for row in rows(archive) if row["external_id"] == "1"]
    assert (ferry["revision"], ferry["body"], ferry["sequence"], ferry["revised"]) == (2, "The ferry is late.", 3, 3)
    assert searched(archive, "island") == []
    assert searched(archive, "late") == ["Ferry sails"]
    with archive.database.reading() as session:
        assert [former.revision for former in session.exec(select(Revision))] == [1]


def test_what_a_place_said_before_is_old_news(archive: Archive, write_records: WriteRecords) -> None:
    """Else a folder of daily files could not be read twice without a change."""
    states = [{**FERRY, "text": f"State {number}.", "source": "Wire"} for number in range(3)]
    paths = [write_records(f"news/{n}/a.jsonl", [state]) for n, state in enumerate(states)]
    assert outcome(ingest(paths, archive, PLAIN)) == {"new": 1, "revised": 2}
    before = rows(archive)
    for again in (paths, list(reversed(paths)), paths[1:2], paths[:1]):
        assert set(outcome(ingest(again, archive, PLAIN))) == {"unchanged"}
        assert rows(archive) == before
    assert before[0]["body"] == "State 2."


@pytest.mark.parametrize("far", [0, 1200])
def test_a_file_may_hold_several_states(archive: Archive, write_records: WriteRecords, far: int) -> None:
    """Also where they are farther apart than records that are written together, and where one is added."""
    between = [{"id": f"n{n}", "title": f"Number {n}", "text": "Snow."} for n in range(far)]
    states = [{**FERRY, "text": f"State {number}."} for number in range(4)]
    ingest([write_records("a.jsonl", [states[0], *between])], archive, PLAIN)
    for newest in (1, 2):
        path = write_records("a.jsonl", [states[0], *between, *states[1 : newest + 1]])
        assert ingest([path], archive, PLAIN).revised == 1
        before = rows(archive)
        for _ in range(3):
            assert set(outcome(ingest([path], archive, PLAIN))) == {"unchanged"}
        assert rows(archive) == before
        assert f"State {newest}." in [row["body"] for row in before]


def test_a_file_with_its_newest_records_first(archive: Archive, write_records: WriteRecords) -> None:
    states = [{**FERRY, "text": f"State {number}."} for number in range(3)]
    for newest in range(3):
        path = write_records("a.jsonl", states[newest::-1])
        ingest([path], archive, PLAIN)
        for _ in range(2):
            assert set(outcome(ingest([path], archive, PLAIN))) == {"unchanged"}
        assert [row["body"] for row in rows(archive)] == [f"State {newest}."]


@pytest.mark.parametrize("names", [["a.jsonl"] * 5, list("12345"), ["1/a", "2/a", "3/a", "4/a", "5/a"]])
def test_a_text_that_is_put_back_is_a_revision(archive: Archive, write_records: WriteRecords, names: list[str]) -> None:
    """In the same file, or in one that was not read before."""
    for revision, (name, text) in enumerate(zip(names, "ABABA", strict=True), 1):
        path = write_records(name, [{**FERRY, "source": "Wire", "text": text}])
        for outcomes in ({"revised": 1} if revision > 1 else {"new": 1}, {"unchanged": 1}):
            assert outcome(ingest([path], archive, PLAIN)) == outcomes
        [row] = rows(archive)
        assert (row["body"], row["revision"]) == (text, revision)


def test_an_address_is_the_same_however_it_is_spelt(archive: Archive, write_records: WriteRecords) -> None:
    page, first = {"title": "Fog", "text": "It lay."}, "https://www.news.example/fog"
    spellings = [
        "http://news.example/fog", "https://news.example/fog/", f"{first}#top", f"{first}?utm_source=x&fbclid=1",
        "HTTPS://WWW.NEWS.EXAMPLE:443/fog", "//news.example/fog",
    ]  # fmt: skip
    assert ingest([write_records("0", [{**page, "url": first}])], archive, PLAIN).new == 1
    before = rows(archive)
    for number, url in enumerate(spellings, 1):
        path = write_records(f"{number}", [{**page, "url": url}])
        for _ in range(2):
            assert outcome(ingest([path], archive, PLAIN)) == {"unchanged": 1}, url
    assert rows(archive) == before
    later = write_records("later", [{**page, "url": spellings[0], "text": "It lifted."}])
    assert outcome(ingest([later], archive, PLAIN)) == {"revised": 1}
    assert [(row["id"], row["body"]) for row in rows(archive)] == [(before[0]["id"], "It lifted.")]
    others = [f"{first}?page=2", "https://news.example/Fog", "https://m.example/fog"]
    path = write_records("others", [{**page, "url": url, "text": url} for url in others])
    assert ingest([path], archive, PLAIN).new == 3


def test_what_an_older_archive_knows_by_its_address_is_known_again(
    archive: Archive, write_records: WriteRecords
) -> None:
    """Withdrawn and erased ones among them."""
    pages = [{"title": f"Fog {n}", "text": f"It lay {n}.", "url": f"https://www.news.example/{n}"} for n in range(3)]
    ingest([write_records("a", pages)], archive, PLAIN)
    ids = [next(row["id"] for row in rows(archive) if row["url"] == page["url"]) for page in pages]
    with archive.database.writing() as session:
        for id, page in zip(ids, pages, strict=True):
            session.get_one(Article, id).key = f"url\t{page['url']}"
    change_status(archive, "withdraw", [ids[1]], "a test", "Ada")
    change_status(archive, "erase", [ids[2]], "a test", "Ada")
    again = [{"title": f"Fog {n}", "text": f"It lay {n}, still.", "url": f"http://news.example/{n}/"} for n in range(3)]
    report = ingest([write_records("a", again)], archive, PLAIN)
    assert (report.revised, report.withdrawn) == (1, 2)
    with archive.database.reading() as session:
        assert session.get_one(Article, ids[0]).key == "url\tnews.example/0?"


def test_a_text_that_is_put_back_where_another_place_had_changed_it(
    archive: Archive, write_records: WriteRecords
) -> None:
    def said(name: str, text: str) -> Report:
        return ingest([write_records(name, [{**FERRY, "source": "Wire", "text": text}])], archive, PLAIN)

    assert said("one", "A").new == 1
    assert said("two", "A").unchanged == 1
    assert said("one", "B").revised == 1
    assert said("two", "A").unchanged == 1, "it says what it said"
    assert said("two", "B").unchanged == 1
    assert said("two", "A").revised == 1, "it said otherwise"
    assert said("one", "B").unchanged == 1


def test_a_moved_folder_says_nothing_new(archive: Archive, write_records: WriteRecords, tmp_path: Path) -> None:
    for name, text in (("1", "A"), ("2", "B")):
        path = write_records(f"before/news/{name}.jsonl", [{**FERRY, "source": "W", "text": text}])
    ingest([path.parent], archive, PLAIN)
    before = rows(archive)
    (tmp_path / "after").mkdir()
    path.parent.rename(tmp_path / "after" / "news")
    assert outcome(ingest([tmp_path / "after" / "news"], archive, PLAIN)) == {"unchanged": 2}
    assert rows(archive) == before


def test_a_correction_of_the_date_alone_is_a_revision(archive: Archive, write_records: WriteRecords) -> None:
    ingest([write_records("a.jsonl", [FERRY])], archive, PLAIN)
    assert outcome(ingest([write_records("a.jsonl", [{**FERRY, "date": "2019-06-02"}])], archive, PLAIN)) == {
        "revised": 1
    }
    assert rows(archive)[0]["date"] == "2019-06-02"


def timed(record: dict[str, Any], time: str) -> dict[str, Any]:
    return {**record, "date": f"{record['date']}T{time}"}


def times(archive: Archive) -> dict[str | None, tuple[str | None, int]]:
    return {row["external_id"]: (row["published_at"], row["revision"]) for row in rows(archive)}


def test_a_time_is_kept_and_orders_the_articles_of_a_day(archive: Archive, write_records: WriteRecords) -> None:
    wet = [timed({**RAIN, "id": number, "text": f"Rain {number}."}, f"{number:02}:00+01:00") for number in (9, 7, 8)]
    ingest([write_records("a.jsonl", [*wet, RAIN, FERRY])], archive, PLAIN)
    assert times(archive)["7"] == ("2019-12-04T07:00+01:00", 1)
    assert times(archive)["1"] == (None, 1)
    hits = archive.engine.search(Query(sort="date")).hits
    assert [hit.card.external_id for hit in hits] == ["1", "3", "7", "8", "9"]


def test_an_article_that_had_no_time_gets_it_and_is_unchanged(archive: Archive, write_records: WriteRecords) -> None:
    """So a file that was read before times were kept gives them when it is read again."""
    ingest([write_records("a.jsonl", [FERRY, SNOW, RAIN])], archive, PLAIN)
    before = {row["id"]: row for row in rows(archive)}
    path = write_records("a.jsonl", [timed(FERRY, "14:30Z"), SNOW, RAIN])
    report = ingest([path], archive, PLAIN)
    assert outcome(report) == {"unchanged": 3}
    assert "The time of day, rights or subjects were noted of 1 article that had none yet." in report.notes
    assert times(archive) == {"1": ("2019-06-01T14:30Z", 1), "2": (None, 1), "3": (None, 1)}
    [hit] = archive.engine.search(Query(Word("ferry"))).hits
    assert hit.card.published_at == "2019-06-01T14:30Z"
    told = {"published_at", "record_sha256", "sequence", "revised"}
    assert {name for row in rows(archive) for name in row if row[name] != before[row["id"]][name]} == told
    assert verify(archive, deep=True) == []
    again = rows(archive)
    assert outcome(ingest([path], archive, PLAIN)) == {"unchanged": 3}
    assert rows(archive) == again


def test_a_record_that_says_no_time_takes_none_away(archive: Archive, write_records: WriteRecords) -> None:
    full = write_records("full.jsonl", [timed(FERRY | {"source": "Wire"}, "14:30")])
    bare = write_records("bare.jsonl", [FERRY | {"source": "Wire"}])
    ingest([full], archive, PLAIN)
    for paths in ([bare], [full, bare], [bare, full]):
        assert set(outcome(ingest(paths, archive, PLAIN))) == {"unchanged"}
        assert times(archive) == {"1": ("2019-06-01T14:30", 1)}


def test_a_correction_of_the_time_alone_is_a_revision(archive: Archive, write_records: WriteRecords) -> None:
    ingest([write_records("a.jsonl", [timed(FERRY, "14:30")])], archive, PLAIN)
    corrected = write_records("a.jsonl", [timed(FERRY, "14:30+02:00")])
    for expected in ("revised", "unchanged"):
        assert outcome(ingest([corrected], archive, PLAIN)) == {expected: 1}
        assert times(archive) == {"1": ("2019-06-01T14:30+02:00", 2)}


def test_places_that_say_different_times_settle(archive: Archive, write_records: WriteRecords) -> None:
    paths = [write_records(f"{n}.jsonl", [timed(FERRY | {"source": "Wire"}, f"1{n}:00")]) for n in range(3)]
    assert outcome(ingest(paths, archive, PLAIN)) == {"new": 1, "revised": 2}
    before = rows(archive)
    for again in (paths, paths[::-1], paths[:1]):
        assert set(outcome(ingest(again, archive, PLAIN))) == {"unchanged"}
        assert rows(archive) == before


def test_a_file_with_former_states_gives_no_time_to_another(archive: Archive, write_records: WriteRecords) -> None:
    """Both states were read without times; the former one is old news with a time as well."""
    states = [FERRY, {**FERRY, "text": "The ferry is late."}]
    ingest([write_records("a.jsonl", states)], archive, PLAIN)
    path = write_records("a.jsonl", [timed(states[0], "08:00"), timed(states[1], "09:00")])
    for _ in range(2):
        assert outcome(ingest([path], archive, PLAIN)) == {"unchanged": 2}
        assert times(archive) == {"1": ("2019-06-01T09:00", 2)}


def test_the_same_content_under_another_key_is_a_duplicate(archive: Archive, write_records: WriteRecords) -> None:
    elsewhere = {**FERRY, "id": "x", "source": "Coast Courier", "url": "https://news.example/ferry"}
    assert outcome(ingest([write_records("a.jsonl", [FERRY, elsewhere])], archive, PLAIN)) == {"new": 1, "duplicate": 1}
    with archive.database.reading() as session:
        [copy] = session.exec(select(Copy)).all()
        assert (copy.article_id, copy.source, copy.record) == (rows(archive)[0]["id"], "Coast Courier", 2)
    changed = {**elsewhere, "text": "The courier wrote its own story."}
    assert outcome(ingest([write_records("a.jsonl", [FERRY, changed])], archive, PLAIN)) == {"unchanged": 1, "new": 1}
    with archive.database.reading() as session:
        assert session.exec(select(Copy)).all() == []


def test_the_same_words_of_another_day_are_another_article(archive: Archive, write_records: WriteRecords) -> None:
    rate = {"id": 1, "title": "Bank leaves rate unchanged", "date": "1987-03-05"}
    again = {**rate, "id": 2, "date": "1987-03-19"}
    assert outcome(ingest([write_records("a.jsonl", [rate, again])], archive, PLAIN)) == {"new": 2}


def test_text_files_keep_the_id_in_their_name(archive: Archive, tmp_path: Path) -> None:
    for name, text in {"000_4733ca42cb406978": "Snow fell in Oslo.", "notes": "Rain fell in Bergen."}.items():
        (tmp_path / f"{name}.txt").write_text(f" date 2025-05-05 {text}\n")
    options = IngestOptions(skip_entities=True, source="Desk")
    assert outcome(ingest(sorted(tmp_path.glob("*.txt")), archive, options)) == {"new": 2}
    found = {row["id"]: row for row in rows(archive)}
    snow = found.pop("4733ca42cb406978")
    assert (snow["date"], snow["body"], snow["source"]) == ("2025-05-05", "Snow fell in Oslo.\n", "Desk")
    assert snow["headline_derived"]
    [rain] = found.values()
    assert rain["id"] == articles_id(archive, "Rain")


def articles_id(archive: Archive, word: str) -> str:
    return archive.engine.search(Query(Word(word.lower()))).hits[0].id


def test_an_id_that_another_article_has_is_refused(
    archive: Archive, write_records: WriteRecords, tmp_path: Path
) -> None:
    ingest([write_records("a.jsonl", [FERRY])], archive, PLAIN)
    taken = tmp_path / f"{rows(archive)[0]['id']}.txt"
    taken.write_text("Something else.")
    assert outcome(ingest([taken], archive, PLAIN)) == {"rejected": 1}
    with archive.database.reading() as session:
        [refused] = rejections.list_rejections(session)
    assert refused.reason == f"has the id {taken.stem}, which another article has"
    assert refused.sha256 is not None


def test_rejections_say_where_and_why(archive: Archive, tmp_path: Path) -> None:
    sound = [json.dumps({"id": n, "title": f"Number {n}", "text": "Snow."}) for n in range(1000)]
    sound[499] = '{"id": 499, "title": "Nev'
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "many.jsonl").write_text("\n".join(sound))
    (tmp_path / "news" / "empty.txt").write_bytes(b"")
    report = ingest([tmp_path / "news"], archive, PLAIN)
    assert outcome(report) == {"new": 999, "rejected": 2}
    assert report.files == 2
    with archive.database.reading() as session:
        found = [(row.file, row.record, row.reason) for row in rejections.list_rejections(session)]
    assert [(file, record) for file, record, _ in found] == [("news/empty.txt", None), ("news/many.jsonl", 500)]
    assert found[0][2] == "is empty"
    assert found[1][2].startswith("is not valid JSON")


def test_retry_reads_the_files_of_rejections_again(archive: Archive, tmp_path: Path) -> None:
    path, gone = tmp_path / "a.jsonl", tmp_path / "gone.txt"
    path.write_text('{"id": 1, "title": "A"}\n{"id": 2, "title": \n{"id": 3}\n')
    gone.write_bytes(b"")
    ingest([path, gone], archive, PLAIN)
    path.write_text('{"id": 1, "title": "A"}\n{"id": 2, "title": "B"}\n{"id": 3}\n')
    gone.unlink()
    report = ingest([], archive, IngestOptions(skip_entities=True, retry=True))
    assert outcome(report) == {"unchanged": 1, "new": 1, "rejected": 1}
    assert (report.resolved, report.notes) == (1, ("2 records without a date.", "gone.txt is gone."))
    with archive.database.reading() as session:
        assert {(row.file, row.record) for row in rejections.list_rejections(session)} == {
            ("a.jsonl", 3),
            ("gone.txt", None),
        }


@pytest.mark.parametrize("replaced", [False, True])
def test_of_a_file_that_is_read_again_only_the_last_reading_counts(
    archive: Archive, tmp_path: Path, replaced: bool
) -> None:
    sound = [json.dumps({"id": number, "title": f"Number {number}", "text": "Snow."}) for number in range(2000)]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(["broken", "[]", *sound]))
    before = path.stat()
    mended: list[Path] = []

    def mend(_: Progress) -> None:
        if not mended:
            mended.append(tmp_path / "mended.jsonl")
            mended[0].write_text("\n".join(['"less"', "[]", *sound[:-1], json.dumps({"id": 1999, "title": "Last"})]))
            os.utime(mended[0], ns=(before.st_atime_ns, before.st_mtime_ns if replaced else 0))
            mended[0].replace(path)

    report = ingest([path], archive, PLAIN, mend)
    changed = "a.jsonl changed while it was read and was read again."
    assert report.notes == ("2,000 records without a date.", changed)
    assert outcome(report) == {"new": 2000, "rejected": 2}
    with archive.database.reading() as session:
        standing = [(row.record, row.reason) for row in rejections.list_rejections(session)]
    assert standing == [(2, "is not a JSON object but an array"), (1, "is not a JSON object but a text")]


def test_the_report_notes_what_was_ignored_and_cleaned(archive: Archive, write_records: WriteRecords) -> None:
    report = ingest([write_records("a.jsonl", [{**FERRY, "page": 1, "desk": "x", "text": "A\x00b"}])], archive, PLAIN)
    assert report.notes == ("Ignored fields: desk, page.", "Cleaned: control characters in 1 record.")
    assert set(report.seconds) == {"reading", "recognition", "rows", "index"}
    assert sum(report.seconds.values()) <= report.elapsed


def test_retry_reads_nothing_that_was_refused_as_a_link(archive: Archive, tmp_path: Path) -> None:
    given, secret = tmp_path / "in", tmp_path / "out" / "secret.jsonl"
    (given / "folder").mkdir(parents=True)
    secret.parent.mkdir()
    secret.write_text(json.dumps({"title": "Secret", "body": "outside"}))
    (given / "link.jsonl").symlink_to(secret)
    (given / "broken.jsonl").symlink_to("nothing")
    (given / "folder" / "bad.jsonl").write_text("{")
    assert outcome(ingest([given], archive, PLAIN)) == {"rejected": 3}
    (given / "folder" / "bad.jsonl").unlink()
    (given / "folder").rmdir()
    (given / "folder").symlink_to(secret.parent)
    (secret.parent / "bad.jsonl").write_text(json.dumps({"title": "Secret", "body": "outside as well"}))
    report = ingest([], archive, IngestOptions(skip_entities=True, retry=True))
    assert (outcome(report), report.resolved, report.notes) == ({"rejected": 3}, 0, ())
    with archive.database.reading() as session:
        assert {row.file: row.reason for row in rejections.list_rejections(session)} == {
            "in/link.jsonl": "is a link that leaves the given folder",
            "in/broken.jsonl": "is a link to nothing",
            "in/folder/bad.jsonl": "is a link that leaves the given folder",
        }


def test_retry_reads_a_file_as_it_was_read(archive: Archive, tmp_path: Path) -> None:
    """Else it would take the publisher from all the others in the file."""
    path = tmp_path / "a.dat"
    path.write_text('{"id": 1, "title": "Ferry"}\n{"title": "Snow"}\n{"id": 3,\n')
    options = IngestOptions(source="Harbour Wire", format="jsonl", skip_entities=True)
    assert outcome(ingest([path], archive, options)) == {"new": 2, "rejected": 1}
    path.write_text(path.read_text() + '{"id": 4, "title": "Still broken"\n')
    report = ingest([], archive, IngestOptions(skip_entities=True, retry=True))
    assert outcome(report) == {"unchanged": 2, "rejected": 2}
    path.write_text('[1]\n{"id": 1, "title": "Ferry"}\n{"title": "Snow"}\n{"id": 3, "title": "Rain"}')
    report = ingest([], archive, IngestOptions(skip_entities=True, retry=True))
    assert outcome(report) == {"new": 1, "unchanged": 2, "rejected": 1}
    assert [row["source"] for row in rows(archive)] == ["Harbour Wire"] * 3
    path.write_text('{"id": 3, "title": "Rain"}')
    report = ingest([], archive, IngestOptions("Other Wire", "jsonl", skip_entities=True, retry=True))
    assert outcome(report) == {"duplicate": 1}
    with archive.database.reading() as session:
        assert [copy.key for copy in session.exec(select(Copy))] == ["id\tOther Wire\t3"]


def test_retry_walks_a_folder_that_could_not_be_entered(archive: Archive, write_records: WriteRecords) -> None:
    given = write_records("in/2001/a.jsonl", [FERRY]).parents[1]
    refused = Refusal("in/2001", str(given / "2001"), None, "cannot be read: Permission denied")
    with archive.database.writing() as session:
        rejections.store_rejections(session, [refused], "earlier")
    report = ingest([], archive, IngestOptions(skip_entities=True, retry=True))
    assert (outcome(report), report.resolved, report.files) == ({"new": 1}, 1, 1)
    assert rows(archive)[0]["file"] == "in/2001/a.jsonl"


def test_the_archive_is_no_input_of_its_own(archive: Archive, tmp_path: Path, write_records: WriteRecords) -> None:
    """Not by way of the folder that holds it, nor by another name: to close its file would drop SQLite's locks."""
    data = archive.settings.data_dir
    given = write_records("news/a.jsonl", [FERRY]).parent
    (given / "linked.jsonl").symlink_to(data / "archive.sqlite")
    (given / "same.jsonl").hardlink_to(data / "archive.sqlite")
    archive.database.version()  # to read it makes the log
    (given / "log.jsonl").hardlink_to(data / "archive.sqlite-wal")
    (given / "folder").symlink_to(data)
    report = ingest([tmp_path], archive, PLAIN)
    assert (outcome(report), report.files) == ({"new": 1}, 1)
    for itself in (data, data / "archive.sqlite", data / "index", given / "same.jsonl", given / "folder"):
        with pytest.raises(InputUnreadable, match="is the archive itself"):
            ingest([itself], archive, PLAIN)


def test_names_of_ignored_fields_are_shown_as_text(archive: Archive, write_records: WriteRecords) -> None:
    path = write_records("a.jsonl", [{**FERRY, "\x1b]0;pwned\x07": 1, "x" * 1_000_000: 2}])
    [note] = ingest([path], archive, PLAIN).notes
    assert note == f"Ignored fields: \\x1b]0;pwned\\x07, {'x' * 40}."


def test_progress_grows_to_the_end(archive: Archive, tmp_path: Path) -> None:
    lines = "".join(
        json.dumps({"id": n, "title": f"Number {n}", "text": " ".join(f"{word:060}" for word in range(n, n + 17))})
        + "\n"
        for n in range(1500)
    )
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "b.jsonl").write_text(lines)
    told: list[Progress] = []
    ingest([tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl"], archive, PLAIN, told.append)
    assert [p.records for p in told] == sorted(p.records for p in told)
    assert [p.done for p in told] == sorted(p.done for p in told)
    assert len({p.done for p in told}) > 4
    assert (told[-1].done, told[-1].records, told[-1].stage) == (told[-1].total, 3000, "index")


def test_nothing_starts_where_a_path_is_missing_or_another_ingest_runs(
    archive: Archive, write_records: WriteRecords, tmp_path: Path
) -> None:
    path = write_records("a.jsonl", [FERRY])
    with pytest.raises(InputUnreadable):
        ingest([path, tmp_path / "nowhere"], archive, PLAIN)
    with writing_alone(archive.settings.lock_path), pytest.raises(ArchiveBusy):
        ingest([path], archive, PLAIN)
    assert rows(archive) == []


def test_an_error_in_the_middle_loses_nothing_that_was_reported(archive: Archive, write_records: WriteRecords) -> None:
    path = write_records("a.jsonl", [{"id": n, "title": f"Number {n}", "text": "Snow."} for n in range(1200)])

    def stop(progress: Progress) -> None:
        if progress.records >= 500:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest([path], archive, PLAIN, stop)
    assert len(rows(archive)) == 500
    assert outcome(ingest([path], archive, PLAIN)) == {"unchanged": 500, "new": 700}
    assert archive.engine.status().documents == 1200


TRUCE: Records = [
    {
        "id": "a",
        "source": "Wire",
        "text": "SRINAGAR, April 23 - It was claimed by The Resistance Front (TRF), officials in India said.\n\n"
        "Prime Minister Narendra Modi spoke to Vladimir Putin by telephone.",
        "date": "2025-04-23",
    },
    {
        "id": "b",
        "source": "Wire",
        "text": "Police said on Thursday that TRF had withdrawn the claim. Modi did not comment.",
        "date": "2025-04-24",
    },
    {
        "id": "c",
        "source": "Wire",
        "text": "Indian officials blamed TRF again. Narendra Modi met Putin in Moscow.",
        "date": "2025-05-01",
    },
]


def names(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    """All that recognition and resolution wrote, as values, and the facets."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with archive.database.reading() as session:
        for model in (Entity, Alias, ArticleEntity, Mention):
            written = (tuple(sorted(row.model_dump().items())) for row in session.exec(select(model)).all())
            found[model.__name__] = sorted(written, key=repr)
    for facet in archive.engine.search(Query(facets=("person", "organization", "place"), facet_limit=100)).facets:
        found[facet.name] = sorted((bucket.value, bucket.count) for bucket in facet.buckets)
    return found


def test_names_are_written_and_the_index_filters_by_them(archive: Archive, write_records: WriteRecords) -> None:
    ingest([write_records("a.jsonl", TRUCE)], archive)
    with archive.database.reading() as session:
        for mention in session.exec(select(Mention)):
            body = texts(archive.database, [mention.article_id])[mention.article_id].body
            assert body[mention.start : mention.end] == mention.surface
        [first] = session.exec(select(Article).where(Article.external_id == "a")).all()
        assert first.dateline_place is not None
        assert first.pipeline
        held = articles.entities_of(session, [first.id])[first.id]
        assert {"person-narendra-modi", "person-vladimir-putin", "place-india"} <= set(held)
        assert {entity.id for entity in session.exec(select(Entity)) if entity.stale} == set()
    facet = archive.engine.search(Query(facets=("person",))).facets[0]
    assert facet.buckets[0].value == "person-narendra-modi"


def test_any_order_of_ingest_gives_the_same_names(new_archive: NewArchive, write_records: WriteRecords) -> None:
    expected = None
    for number, order in enumerate(itertools.permutations(TRUCE)):
        archive = new_archive()
        for record in order:
            ingest([write_records(f"{number}/{record['id']}/a.jsonl", [record])], archive)
        expected = expected or names(archive)
        assert names(archive) == expected
    together = new_archive()
    ingest([write_records("together/a.jsonl", TRUCE)], together)
    assert names(together) == expected


NAMESAKES: list[dict[str, str]] = [
    {
        "id": "a",
        "source": "Wire",
        "text": "LOS ANGELES, June 1 - Pop singer Michael Jackson will record for Epic Records, his manager said.",
        "date": "1999-06-01",
    },
    {
        "id": "b",
        "source": "Wire",
        "text": "NEW YORK, June 3 - Fans of Michael Jackson, the pop star, waited. Epic Records said he would sing.",
        "date": "1999-06-03",
    },
    {
        "id": "c",
        "source": "Wire",
        "text": "PRISTINA, June 10 - British General Sir Michael Jackson met Wesley Clark and Viktor Zavarzin.",
        "date": "1999-06-10",
    },
    {
        "id": "d",
        "source": "Wire",
        "text": "SKOPJE, June 12 - Gen. Jackson and Viktor Zavarzin shook hands, and Wesley Clark was not there.",
        "date": "1999-06-12",
    },
]


def test_any_order_of_ingest_tells_the_same_namesakes_apart(
    new_archive: NewArchive, write_records: WriteRecords
) -> None:
    expected: dict[str, list[tuple[Any, ...]]] = {}
    for number, order in enumerate(((0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1))):
        archive = new_archive()
        for at in order:
            ingest([write_records(f"{number}/{at}/a.jsonl", [NAMESAKES[at]])], archive)
        expected = expected or names(archive)
        assert names(archive) == expected
        ingest([write_records(f"{number}/again/a.jsonl", NAMESAKES)], archive)
        assert indexing.rebuild(archive) == 4
        assert names(archive) == expected
    assert {id: count for id, count in expected["person"] if "jackson" in id} == {
        "person-michael-jackson": 2,
        "person-michael-jackson-general": 2,
    }


def test_names_that_were_skipped_come_later(
    archive: Archive, new_archive: NewArchive, write_records: WriteRecords
) -> None:
    path = write_records("a.jsonl", TRUCE)
    ingest([path], archive, PLAIN)
    before = rows(archive)
    report = ingest([path], archive)
    assert outcome(report) == {"unchanged": 3}
    assert report.notes == ("Names were recognised in 3 articles that had none yet.",)
    at_once = new_archive()
    ingest([path], at_once)
    assert names(archive) == names(at_once)
    assert [row["revised"] for row in rows(archive)] == [row["revised"] for row in before]
    assert outcome(ingest([path], archive, PLAIN)) == {"unchanged": 3}
    assert names(archive) == names(at_once)


def test_a_revision_takes_its_old_names_along(
    archive: Archive, new_archive: NewArchive, write_records: WriteRecords
) -> None:
    ingest([write_records("1/a.jsonl", TRUCE)], archive)
    changed = [{**record, "text": f"Emmanuel Macron met Giorgia Meloni in Rome. {n}"} for n, record in enumerate(TRUCE)]
    assert outcome(ingest([write_records("2/a.jsonl", changed)], archive)) == {"revised": 3}
    fresh = new_archive()
    ingest([write_records("2/a.jsonl", changed)], fresh)
    assert names(archive) == names(fresh)


def test_a_text_that_stays_is_not_read_for_names_again(
    archive: Archive, new_archive: NewArchive, write_records: WriteRecords
) -> None:
    assert ingest([write_records("1/a.jsonl", TRUCE)], archive).recognised == 3
    moved = [{**record, "url": f"https://news.example/{n}"} for n, record in enumerate(TRUCE)]
    again = [{**record, "author": "Desk"} for record in moved]
    report = ingest([write_records("2/a.jsonl", [*moved, *again, again[0]])], archive)
    assert outcome(report) == {"revised": 6, "unchanged": 1}
    assert report.recognised == 0
    fresh = new_archive()
    ingest([write_records("3/a.jsonl", again)], fresh)
    assert names(archive) == names(fresh)
    assert [row["dateline_place"] for row in rows(archive)] == [row["dateline_place"] for row in rows(fresh)]
    without = [{**record, "author": "Night desk"} for record in again]
    ingest([write_records("4/a.jsonl", without)], archive, PLAIN)
    assert names(archive) == names(fresh)


def test_a_seed_that_returns_under_another_address_keeps_its_names(
    archive: Archive, write_records: WriteRecords
) -> None:
    seeds = [{"id": path.stem, "source": "Wire", "text": path.read_text()} for path in sorted(SEEDS.glob("*.txt"))[:12]]
    assert ingest([write_records("1/a.jsonl", seeds)], archive).recognised == 12
    before = names(archive)
    changed = [{**seed, "url": f"https://news.example/{n}"} for n, seed in enumerate(seeds)]
    changed[0]["text"] += "\n\nAngela Merkel was in Berlin."
    report = ingest([write_records("2/a.jsonl", changed)], archive)
    assert (report.revised, report.recognised) == (12, 1)
    after = names(archive)["Mention"]
    assert {row for row in after if row not in before["Mention"]} != set()
    assert set(before["Mention"]) - set(after) == set()


def test_names_are_read_again_for_another_dateline_or_by_another_version(
    archive: Archive, write_records: WriteRecords
) -> None:
    plain = {
        "id": 1,
        "source": "Wire",
        "title": "Ferry late",
        "text": "The ferry was late again.",
        "date": "1998-03-03",
    }
    ingest([write_records("1/a.jsonl", [{**plain, "dateline": "OSLO, March 3"}])], archive)
    assert ingest([write_records("2/a.jsonl", [{**plain, "dateline": "PARIS, March 3"}])], archive).recognised == 1
    [row] = rows(archive)
    assert row["dateline_place"] == "place-paris"
    with archive.database.writing() as session:
        session.connection().execute(update(Article).values(pipeline="rules-0"))
    moved = {**plain, "dateline": "PARIS, March 3", "url": "https://news.example/1"}
    assert ingest([write_records("3/a.jsonl", [moved])], archive).recognised == 1


def test_worker_processes_find_what_this_one_finds(new_archive: NewArchive, write_records: WriteRecords) -> None:
    many = [{**record, "id": f"{record['id']}{n}", "date": f"{1900 + n}"} for n in range(45) for record in TRUCE]
    path = write_records("a.jsonl", many)
    alone, spread = new_archive(), new_archive()
    ingest([path], alone)
    assert outcome(ingest([path], spread, IngestOptions(workers=2))) == {"new": len(many)}
    assert names(alone) == names(spread)

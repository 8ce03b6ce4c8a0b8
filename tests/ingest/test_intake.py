"""Drafts from elsewhere than files: the same verdicts, rows and report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import select

from app.archive import Archive
from app.ingest.draft import Origin, draft
from app.ingest.intake import Intake
from app.ingest.lock import writing_alone
from app.ingest.pipeline import ingest
from app.ingest.readers import Record
from app.ingest.reading import Incoming, refusal
from app.ingest.report import OnProgress, Progress, Report
from app.store.tables import Article, Rejection
from tests.conftest import NewArchive, WriteRecords
from tests.ingest.derived import facets, state
from tests.ingest.test_deciding import NEWS

ORIGIN = Origin("desk/morning", Path("desk/morning"), "Harbour Wire")
STORIES = list(NEWS)


@dataclass
class Given:
    incoming: list[Incoming]
    done: int = 0

    @property
    def total(self) -> int:
        return len(self.incoming)

    def __iter__(self) -> Iterator[Incoming]:
        for each in self.incoming:
            self.done += 1
            yield each


def take(
    archive: Archive, records: list[Mapping[str, object]], *more: Incoming, progress: OnProgress | None = None
) -> Report:
    drafts = [draft(Record(n, record, 0, ""), "jsonl", ORIGIN) for n, record in enumerate(records, 1)]
    with writing_alone(archive.settings.lock_path):
        return Intake(archive, progress, 0, names=True).take(Given([*drafts, *more]))


def test_a_feed_that_is_no_file_gives_what_a_file_gives(
    archive: Archive, new_archive: NewArchive, write_records: WriteRecords
) -> None:
    records: list[Mapping[str, object]] = [{**record, "source": "Harbour Wire"} for record in STORIES]
    report = take(archive, records)
    other = new_archive()
    assert ingest([write_records("a.jsonl", records)], other).new == report.new == len(STORIES)
    assert (state(archive), facets(archive)) == (state(other), facets(other))


def test_it_is_judged_by_what_is_there(archive: Archive) -> None:
    take(archive, STORIES)
    changed = {**STORIES[0], "body": "The ferry is late."}
    report = take(archive, [changed, *STORIES[1:], {**STORIES[1], "id": "again"}])
    assert (report.new, report.revised, report.unchanged, report.duplicate) == (0, 1, len(STORIES) - 1, 1)
    with archive.database.reading() as session:
        assert session.exec(select(Article.file).distinct()).all() == ["desk/morning"]


def test_what_it_refuses_is_kept_and_its_progress_is_its_own(archive: Archive) -> None:
    told: list[Progress] = []
    report = take(archive, STORIES, refusal(ORIGIN, 5, "has no body"), progress=told.append)
    assert (report.read, report.rejected) == (len(STORIES) + 1, 1)
    assert {each.total for each in told} == {len(STORIES) + 1}
    assert (told[-1].done, told[-1].stage) == (len(STORIES) + 1, "index")
    with archive.database.reading() as session:
        assert session.exec(select(Rejection.reason)).all() == ["has no body"]

"""The real archive in a temporary folder, for every test that needs one."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from app.archive import Archive, open_archive
from app.settings import Settings

# Who starts the tests in the background has them ignore Ctrl-C, and so would all that they start. What is handled, and
# not ignored, is as usual again in a process that is started.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

Records = Iterable[Mapping[str, object]]
WriteRecords = Callable[[str, Records], Path]
NewArchive = Callable[[], Archive]


@pytest.fixture
def new_archive(tmp_path: Path) -> Iterator[NewArchive]:
    """Makes an empty archive, another one at each call. Recognition stays in this process: the model is loaded once."""
    with ExitStack() as opened:
        numbers = iter(range(100))

        def make() -> Archive:
            folder = tmp_path / f"archive-{next(numbers)}"
            return opened.enter_context(open_archive(Settings(data_dir=folder, ingest_workers=1)))

        yield make


@pytest.fixture
def archive(new_archive: NewArchive) -> Archive:
    return new_archive()


@pytest.fixture
def write_records(tmp_path: Path) -> WriteRecords:
    """Writes records as JSON Lines under a name in the temporary folder."""

    def write(name: str, records: Records) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return path

    return write

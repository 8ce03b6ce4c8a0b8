"""The real archive in a temporary folder for every test that needs one, and small ones behind the real server."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import settings

from app.api.app import create_api
from app.archive import Archive, open_archive
from app.ingest.following import new_feed
from app.ingest.lock import writing_alone
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from app.store.feeds import add_feed
from app.store.tables import Alias, Entity
from tests import spawning
from tests.served import Api, admit_the_admin, closed, serve
from tests.store import postgres

# Who starts the tests in the background has them ignore Ctrl-C, and so would all that they start. What is handled, and
# not ignored, is as usual again in a process that is started.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

spawning.fork_what_works_beside()

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="where archives are")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the files that take longest first, so that at the end no process works alone: what kills processes, starts
    commands, or drives a browser."""
    items.sort(key=lambda item: item.path.parent.name not in ("failures", "tests", "web"))
    if config.option.database == "postgresql":
        from tests.rows import leave_out

        leave_out(items)


@pytest.fixture(scope="session", autouse=True)
def rows(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where all archives of the tests have their rows."""
    if request.config.option.database == "sqlite":
        yield
        return
    from tests.rows import rows_in_postgresql

    with rows_in_postgresql():
        yield


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


HARBOUR = "HALVERSUND, March 3 - Dockers in the harbour of Halversund walked out on Tuesday over night shifts.\n\n"

RECORDS: list[dict[str, Any]] = [
    {
        "id": "truce-1",
        "title": "Truce holds along the river",
        "text": "NEW DELHI, May 12 - A truce between India and Pakistan held through its first night, officials in "
        "New Delhi said. Prime Minister Narendra Modi met his ministers on Sunday.\n\nVladimir Putin offered full "
        "support and called Modi by telephone. The full text of the support package was not published.",
        "date": "2025-05-12",
        "source": "Harbour Wire",
        "url": "https://news.example/truce",
        "author": "Desk",
        "dateline": "NEW DELHI",
    },
    {
        "id": "truce-2",
        "title": "Moscow welcomes the truce",
        "text": "MOSCOW, May 13 - Russia welcomed the truce between India and Pakistan. President Vladimir Putin "
        "called Prime Minister Narendra Modi and offered to host talks in Moscow.",
        "date": "2025-05-13T16:40:00+03:00",
        "source": "Harbour Wire",
    },
    {
        "id": "strike-1",
        "title": "Dockers walk out",
        "text": HARBOUR + "The port authority called the strike <unlawful> & costly; the union's café was full.",
        "date": "1998-03-03",
        "source": "Coast Courier",
    },
    {
        "id": "strike-2",
        "title": "Dockers return to work",
        "text": "Dockers in the harbour returned to work after three weeks. Night shifts are to be paid double.",
        "date": "1998-03-24",
        "source": "Coast Courier",
    },
    {
        "id": "undated",
        "title": "A note on lighthouses",
        "text": "Lighthouses along the coast are kept by pensioners. Emmanuel Macron visited one in France.",
    },
    {"id": "deutsch", "title": "Hafen", "text": "Der Hafen bleibt heute geschlossen.", "language": "de"},
    *(
        {
            "id": f"tide-{number:02d}",
            "title": f"Tide table {number}",
            "text": f"High water at the harbour on day {number} of the season. The tide is {number} hands high.",
            "date": f"2001-{number % 12 + 1:02d}-{number % 27 + 1:02d}",
            "source": "Almanac" if number % 3 else "Coast Courier",
        }
        for number in range(60)
    ),
]


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("api")
    source = folder / "records.jsonl"
    source.write_text("\n".join(json.dumps(record) for record in RECORDS), encoding="utf-8")
    with open_archive(Settings(data_dir=folder / "data")) as archive:
        ingest([source], archive, IngestOptions())
        admit_the_admin(archive)
        with archive.database.writing() as session:
            for type in ("person", "place"):
                session.add(Entity(id=f"{type}-ostrava", type=type, name="Ostrava", folded="ostrava", stale=False))
                session.flush()
                session.add(Alias(entity_id=f"{type}-ostrava", text="Ostrava", folded="ostrava", kind="name", count=1))
    return folder / "data"


ROADS = ("short", "ordinary")
"""Ways from the layers around the application to the handlers of reads (`http/short_road.py`)."""


@pytest.fixture(scope="session")
def api(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[Api]:
    app = create_api(Settings(data_dir=data_dir))
    if getattr(request, "param", "short") == "ordinary":
        app.state.roads.close()
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL of the tests of one file."""
    bin = postgres.binaries()
    if bin is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgres.serving(bin) as made:
        yield made


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """What a newcomer has after `make run`; for each file anew, since some examples take decisions."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("seeds"))
    with open_archive(settings) as archive:
        ingest([Path(__file__).parents[1] / "seeds"], archive, IngestOptions())
        admit_the_admin(archive)
        with archive.database.writing() as session:
            add_feed(session, new_feed("https://news.example/feed"))
    # Nothing is done beside the server: what an answer says of names and jobs is then always the same.
    with writing_alone(settings.background_lock_path), serve(create_api(settings)) as client:
        yield client

"""The site over the articles of `seeds/`, behind the real server, and a real browser to read it with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from app.web.site import create_app
from tests.served import serve
from tests.web.browsers import installed

_PATIENCE = 20_000
"""Milliseconds, on a machine that does other work too: what is not there by then does not come."""
expect.set_options(timeout=_PATIENCE)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("site"), ingest_workers=1)
    with open_archive(settings) as archive:
        ingest([Path(__file__).parents[2] / "seeds"], archive, IngestOptions())
    with serve(create_app(settings)) as client:
        yield client


Served = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture
def served(tmp_path: Path) -> Served:
    """An archive of its own in `tmp_path`, served with the settings given."""

    @contextmanager
    def opened(**given: Any) -> Iterator[httpx.Client]:
        with serve(create_app(Settings(data_dir=tmp_path / "data", recognise=False, **given))) as client:
            yield client

    return opened


FILLER = "The council met on the matter and went home at night. " * 8
STORIES = [
    {"title": "Harbour Closed By Storm", "text": f"HARBOUR CLOSED BY STORM\n\nShips lay at anchor. {FILLER}"},
    {
        "title": "Harbour Closed",
        "text": f"Harbour closedown looms for the port. {FILLER}",
        "source": "Harbour Wire",
        "url": "https://www.example.org/closed",
    },
    {"title": "Tides", "text": f"{FILLER}Late on Monday, the pilots said they would strike. {FILLER}"},
    {"title": "Tides", "text": "Tides"},
]


@pytest.fixture(scope="session")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("stories")
    lines = [json.dumps(story | {"date": f"2025-05-0{9 - n}"}) for n, story in enumerate(STORIES)]
    (folder / "stories.jsonl").write_text("\n".join(lines), encoding="utf-8")
    settings = Settings(data_dir=folder / "data")
    with open_archive(settings) as archive:
        ingest([folder / "stories.jsonl"], archive, IngestOptions(skip_entities=True))
    with serve(create_app(settings)) as client:
        yield client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Of one file: while it runs, no test of this process can have an event loop of its own."""
    program = installed()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser, site: httpx.Client) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=str(site.base_url))
    made.set_default_timeout(_PATIENCE)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Fails where the page complains: an error of a script, or something that the security policy refused."""
    shown, complaints = context.new_page(), list[str]()
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield shown
    assert [each for each in complaints if "status of 4" not in each] == []

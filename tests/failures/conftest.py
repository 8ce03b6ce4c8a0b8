from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings


def article(number: int) -> str:
    return json.dumps({"id": number, "title": f"Number {number}", "text": f"Keeper {number} of a lighthouse."}) + "\n"


def fill(folder: Path) -> Path:
    """Return a data folder there with 40 articles about lighthouses, in two segments, and leave their files beside it.
    They name no source, so that it is by these that they are known again."""
    settings = Settings(data_dir=folder / "data")
    with open_archive(settings) as archive:
        for first in (0, 30):
            file = folder / f"{first}.jsonl"
            file.write_text("".join(article(n) for n in range(first, 30 if first == 0 else 40)))
            ingest([file], archive, IngestOptions(skip_entities=True))
    return settings.data_dir


@pytest.fixture(scope="session")
def lighthouses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("lighthouses")).parent


@pytest.fixture
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same as a copy, unless rows are elsewhere than in the folder."""
    if request.config.option.database == "postgresql":
        return fill(tmp_path)
    shutil.copytree(request.getfixturevalue("lighthouses"), tmp_path, dirs_exist_ok=True)
    return tmp_path / "data"

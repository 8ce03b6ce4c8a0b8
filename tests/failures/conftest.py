from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings


def article(number: int) -> str:
    return json.dumps({"id": number, "title": f"Number {number}", "text": f"Keeper {number} of a lighthouse."}) + "\n"


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A data folder with 40 articles about lighthouses, in two segments."""
    settings = Settings(data_dir=tmp_path / "data")
    with open_archive(settings) as archive:
        for first in (0, 30):
            file = tmp_path / f"{first}.jsonl"
            file.write_text("".join(article(n) for n in range(first, 30 if first == 0 else 40)))
            ingest([file], archive, IngestOptions(skip_entities=True))
    return settings.data_dir

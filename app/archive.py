"""The archive: its rows, its index and its recogniser, put together once. Everything else is handed what it needs."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from app import trust
from app.disk import fsync_path
from app.errors import ArchiveReadOnly, ArchiveUntrusted, IndexUnavailable, SettingsInvalid
from app.search.engine import SearchEngine
from app.search.meaning.likeness import MeaningIndex
from app.search.meaning.model import SETTING, SentenceModel, missing_packages
from app.search.meaning.vectors import VectorFolder
from app.search.whoosh.engine import WhooshEngine
from app.settings import POSTGRESQL, Settings
from app.store.database import Database
from app.store.sequence import newest

if TYPE_CHECKING:
    from app.enrich.enricher import Enricher
    from app.search.opensearch.engine import OpenSearchEngine


@cache
def _load_enricher(model: str) -> Enricher:
    from app.enrich.enricher import Enricher

    return Enricher(model)


class ArchiveState(NamedTuple):
    """Four numbers, one of which moves with whatever could change an answer, and none of which comes again."""

    generation: int
    sequence: int
    vectors: int
    rows: int


@dataclass(eq=False)
class Archive:
    """Close it, or use it in a `with`."""

    settings: Settings
    database: Database
    engine: SearchEngine
    fingerprint: str
    """Of the code: an index with another one was made by another version and is built anew."""
    vectors: VectorFolder
    """Of articles, for ranking by meaning; they stay, and go with their articles, also while no model is named."""
    meaning: MeaningIndex | None = None
    """None where questions are ranked by words alone; `why_no_meaning` says why."""
    _newest: tuple[int, int] = field(default=(-1, 0), init=False)

    @cached_property
    def version(self) -> str:
        """Return the version of the code. What is installed is asked only by who wants to know: it takes a while."""
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("dateline")
        except PackageNotFoundError:
            return "0"

    @property
    def enricher(self) -> Enricher:
        """Made when first asked for, once in a process: it takes a second and 200 MB, and only ingest needs it."""
        return _load_enricher(self.settings.model)

    @property
    def has_own_index(self) -> bool:
        """Return whether the index is this machine's alone, while others write the same rows."""
        return self.database.is_shared and not self.settings.search_nodes

    def newest(self, state: ArchiveState | None = None) -> int:
        """The number of the last change. Asked of the rows only where somebody has committed since. `state`: that of a
        moment ago, which need not be asked for again."""
        version = self.database.version() if state is None else state.rows
        if self._newest[0] != version:
            with self.database.reading() as session:
                self._newest = version, newest(session)
        return self._newest[1]

    def state(self) -> ArchiveState:
        index = self.engine.status()
        return ArchiveState(index.generation, index.sequence, index.vectors, self.database.version())

    @contextmanager
    def scratch_engine(self) -> Iterator[SearchEngine]:
        """An empty index of the same kind, in a temporary folder or under a name of its own, to compare with."""
        if self.settings.search_nodes:
            remote = _open_cluster(self.settings, f"scratch-{secrets.token_hex(8)}", None)
            try:
                yield remote
            finally:
                remote.remove()
                remote.close()
            return
        with TemporaryDirectory(prefix="dateline-") as folder:
            engine = _open_index(Path(folder), allow_missing_index=False, meaning=None)
            yield engine
            engine.close()

    def close(self) -> None:
        self.engine.close()
        self.database.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_archive(settings: Settings, *, allow_missing_index: bool = False) -> Archive:
    """Open what is in the data folder, or begin a new archive there, with the schema of this version.

    An index that cannot be read is `IndexUnavailable`; with `allow_missing_index` the archive opens without one, and
    `indexing.catch_up` builds it. For who goes on to do that: a reader would find nothing and think it the truth.
    """
    ready_folder(settings)
    database = open_database(settings)
    try:
        database.migrate()
        vectors = VectorFolder(settings.vectors_dir)
        meaning = _open_meaning(settings, vectors)
        engine = _open_engine(settings, database, allow_missing_index, meaning)
    except BaseException:
        database.close()
        raise
    return Archive(settings, database, engine, engine.current_fingerprint, vectors, meaning)


def open_database(settings: Settings) -> Database:
    """Return the rows, in the file of the data folder or in the database that the settings name; neither is touched
    yet."""
    if url := settings.database_url.get_secret_value():
        from app.store.postgres import PostgresDatabase

        return PostgresDatabase(url)
    return Database(settings.database_path)


@contextmanager
def open_rows(place: str) -> Iterator[Database]:
    """Open the rows at an address of PostgreSQL, or begin new ones in a file that is not there. Raises
    `SettingsInvalid` where it is."""
    if place.startswith(POSTGRESQL):
        from app.store.postgres import PostgresDatabase

        database: Database = PostgresDatabase(place, named_as="The address to copy to")
    elif os.path.lexists(place):
        raise SettingsInvalid(f"{place} is there already; rows are copied into a new file.")
    else:
        database = Database(Path(place))
    try:
        database.migrate()
        yield database
    finally:
        database.close()


def why_no_meaning(settings: Settings) -> str | None:
    """Return what is missing for ranking by meaning, as a sentence; None where nothing is."""
    if not settings.embedding_model:
        return f"{SETTING} names no sentence model."
    if missing := missing_packages():
        return f"It needs {' and '.join(missing)}: pip install 'dateline[meaning]'"
    return None


def _open_meaning(settings: Settings, vectors: VectorFolder) -> MeaningIndex | None:
    """Raises `SettingsInvalid` where what is named cannot be a model."""
    if not settings.embedding_model or why_no_meaning(settings):
        return None
    return MeaningIndex(SentenceModel(Path(settings.embedding_model)), vectors)


def ready_folder(settings: Settings) -> None:
    """Make the data folder, for its owner alone, where there is none; it stays through a loss of power.

    Raises `ArchiveUntrusted` where somebody else could have written what is in it.
    """
    for path in (settings.data_dir, settings.database_path, settings.index_dir):
        if path.exists() and (reason := trust.distrust(path, settings.folders_trusted)):
            raise ArchiveUntrusted(reason)
    missing = [path for path in (settings.data_dir, *settings.data_dir.parents) if not path.exists()]
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.index_dir.mkdir(mode=0o700, exist_ok=True)
    except PermissionError as error:
        whose = trust.not_yours(settings.data_dir) if settings.data_dir.exists() else ""
        raise ArchiveReadOnly(
            f"There is no archive in {settings.data_dir}, and none can be made: {error}.{whose}"
        ) from error
    for path in missing:
        fsync_path(path.parent)


def _open_engine(
    settings: Settings, database: Database, allow_missing_index: bool, meaning: MeaningIndex | None
) -> SearchEngine:
    if not settings.search_nodes:
        return _open_index(settings.index_dir, allow_missing_index, meaning)
    from app.store.changes import lineage

    with database.reading() as session:
        # No other archive has it, not even one that was restored from a backup of this one: each has its own index.
        name = settings.search_index or f"dateline-{lineage(session)}".lower()
    return _open_cluster(settings, name, meaning)


def _open_cluster(settings: Settings, name: str, meaning: MeaningIndex | None) -> OpenSearchEngine:
    """Raises `SettingsInvalid` where what speaks with a cluster is not installed."""
    if find_spec("opensearchpy") is None:
        raise SettingsInvalid("DATELINE_SEARCH_URL needs opensearch-py: pip install 'dateline[cluster]'")
    from app.search.opensearch.client import Cluster
    from app.search.opensearch.engine import OpenSearchEngine

    cluster = Cluster(
        settings.search_nodes, settings.search_api_key.get_secret_value(), settings.search_certificate, name,
        settings.search_shards, settings.search_replicas,
    )  # fmt: skip
    return OpenSearchEngine.open(cluster, meaning)


def _open_index(folder: Path, allow_missing_index: bool, meaning: MeaningIndex | None) -> WhooshEngine:
    try:
        return WhooshEngine.open(folder, allow_missing_index=allow_missing_index, meaning=meaning)
    except OSError as error:
        raise IndexUnavailable(f"The index in {folder} cannot be opened: {error.strerror}.") from error

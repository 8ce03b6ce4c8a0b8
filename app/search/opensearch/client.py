"""Requests to the nodes of a cluster, each tried again on another node where one fails.

All that is asked and written may be asked and written twice: documents carry the number of their change, and an older
one never takes the place of a newer one.
"""

from __future__ import annotations

import logging
import ssl
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.exceptions import OpenSearchException, TransportError

from app.effort import spend_unbounded
from app.errors import IndexUnavailable, SearchAway, SettingsInvalid
from app.search.opensearch.wire import Wire

# What goes wrong is raised here; a warning for each answer of 404 would fill the log.
logging.getLogger("opensearch").setLevel(logging.CRITICAL)

Reply = dict[str, Any]

_PATIENCE = 6.0
"""Seconds in which a request is tried again. A copy takes the place of one that is gone in less."""
_PAUSE = 0.15
_CROWDED, _CROWDED_PATIENCE, _CROWDED_PAUSE = 429, 30.0, 1.0
"""What a node says that has no memory or no room for what it is to write, and the seconds in which that is tried again:
it is there, and makes room as it writes."""
READING, WRITING = 12.0, 120.0
"""Seconds that may be lost on nodes which do not answer, by all that a search asks together, or by one request that
writes. A node gets half of what is left, so that there is as much for the others; the last one gets all."""
_LEAST = 1.0
"""Seconds for a try, however little is left: most answers take far less."""
_AWAY_TIMEOUT = 2.0
"""Seconds for a try while nobody answered a moment ago."""
WITHOUT_MANAGER = "3s"
"""How long a node looks for the manager that it needs, before it says that there is none. An election takes less."""
_COPIES_AWAY = "40s"
"""How long a node waits for the copy that takes what is written. One that hangs is replaced in some thirty seconds."""
BUSY = frozenset({429, 502, 503, 504})
"""What a node says that may do so in a moment."""
_PASSING = (
    "node_disconnected", "node_not_connected", "no_shard_available_action", "node_closed", "receive_timeout",
    "no_such_remote_cluster", "connect_transport", "send_request_transport", "unavailable_shards", "shard_not_found",
    "alias_not_ready", "index_create_block",
)  # fmt: skip
"""Kinds of failures of a node, told under 500 or 404, that another copy does not have; and, under 403, that no index is
made while all disks are full."""

POINT_IN_TIME_GONE = "search_context_missing"
_GONE = (POINT_IN_TIME_GONE, "No search context", "no node found for id")
"""How a node says that a point in time is gone, by itself or with the node that held a part of it."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the nodes are and how to be let in. `urls` may name a user and a password."""

    urls: tuple[str, ...]
    api_key: str = ""
    certificate: str = ""
    """A file of certificates of whoever signed the nodes' own; "" for those that the system believes."""
    name: str = "dateline"
    """What the indexes of this archive begin with; several archives share a cluster under a name each."""
    shards: int = 1
    replicas: int = 1


class RequestRefused(Exception):
    """An answer that says no, for the caller to make sense of."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(f"{status} {kind}: {reason}")
        self.status, self.kind = status, kind


class _Json:
    """As `opensearchpy` wants it, and quicker."""

    mimetype = "application/json"

    def loads(self, text: str | bytes) -> Any:
        return msgspec.json.decode(text)

    def dumps(self, data: Any) -> bytes:
        return data if isinstance(data, bytes) else msgspec.json.encode(data)


@dataclass(slots=True)
class _Allowance:
    """Seconds that may still be lost."""

    left: float


_allowance: ContextVar[_Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def one_search() -> Iterator[None]:
    """Let all that the block asks lose no more than `READING` seconds together. What is answered costs none of them."""
    if _allowance.get() is not None:
        yield
        return
    token = _allowance.set(_Allowance(READING))
    try:
        yield
    finally:
        _allowance.reset(token)


class Nodes:
    """One object serves all threads of a process."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self._is_away = cluster, False
        self._nodes = OpenSearch(**_connection(cluster))

    def __call__(
        self, method: str, path: str, body: object = None, *, params: Mapping[str, str] | None = None,
        timeout: float | None = None, patience: float | None = None, losing: float = READING,
    ) -> Reply:  # fmt: skip
        """Return the answer; it is asked for again for `patience` seconds, and no more than `losing` are lost, or
        than is left of those of `one_search`. `timeout`: seconds for each try, whatever is lost. Raises `SearchAway`
        where no node gives an answer, `RequestRefused` where it is no."""
        # On its way over the network, whoever serves many must not wait.
        spend_unbounded()
        allowed = _allowance.get() or _Allowance(losing)
        nodes, tries, trouble = len(self.cluster.urls), 0, ""
        # While nobody answered a moment ago, one try is enough to tell that nobody does.
        was_away = self._is_away
        asked_at = time.monotonic()
        until = asked_at + (0 if was_away else _PATIENCE if patience is None else patience)
        while tries == 0 or (allowed.left > 0 and (time.monotonic() < until or (tries < nodes and not was_away))):
            tries += 1
            began = time.monotonic()
            try:
                share = max(allowed.left / (2 if tries < nodes else 1), _LEAST)
                asked = {
                    **(params or {}),
                    "request_timeout": min(_AWAY_TIMEOUT, share) if was_away else timeout or share,
                }
                answer = self._nodes.transport.perform_request(method, path, params=asked, body=body)
            except NoConnection as error:
                trouble = str(error.error)
            except TransportError as error:
                if not _passes(error):
                    self._is_away = False
                    raise _as_refusal(error) from error
                trouble = f"{error.status_code} {error.error}"
                if error.status_code == _CROWDED and losing == WRITING:
                    until = asked_at + _CROWDED_PATIENCE
                    time.sleep(_CROWDED_PAUSE)
            except OpenSearchException as error:
                raise IndexUnavailable(f"The search cluster cannot be asked: {error}") from error
            else:
                self._is_away = False
                return answer if isinstance(answer, dict) else {"answer": answer}
            time.sleep(_PAUSE)
            allowed.left -= time.monotonic() - began
        self._is_away = True
        raise SearchAway(trouble)

    def bulk(self, target: str, piece: bytes, *, require_alias: bool = False) -> Reply:
        """Write many; of each is told only what it came to."""
        params = {"filter_path": "errors,items.*.status,items.*.error", "timeout": _COPIES_AWAY}
        if require_alias:
            params["require_alias"] = "true"
        return self("POST", f"/{target}/_bulk", piece, params=params, losing=WRITING)

    def refresh(self, target: str) -> Reply:
        """Show what was written."""
        return self("POST", f"/{target}/_refresh", losing=WRITING)

    def close(self) -> None:
        self._nodes.close()


def _connection(cluster: Cluster) -> dict[str, Any]:
    parts = [urlsplit(url) for url in cluster.urls]
    if not parts or any(part.scheme not in ("http", "https") or not part.hostname for part in parts):
        raise SettingsInvalid("DATELINE_SEARCH_URL is one address such as https://search.example:9200, or several.")
    if cluster.certificate and not Path(cluster.certificate).is_file():
        raise SettingsInvalid(f"DATELINE_SEARCH_CERTIFICATE names {cluster.certificate}, which is no file.")
    first = parts[0]
    secure = first.scheme == "https"
    settings: dict[str, Any] = {
        "hosts": [
            {"host": part.hostname, "port": part.port or (443 if part.scheme == "https" else 9200),
             "use_ssl": part.scheme == "https", "url_prefix": part.path.strip("/")}
            for part in parts
        ],
        "serializer": _Json(), "connection_class": Wire, "max_retries": 0,
        "timeout": READING, "dead_timeout": 5,
        # Only so is a node that hangs left alone for a while, as one is that refuses.
        "retry_on_timeout": True,
    }  # fmt: skip
    if secure:
        settings["ssl_context"] = ssl.create_default_context(cafile=cluster.certificate or None)
    if cluster.api_key:
        settings["authorization"] = f"ApiKey {cluster.api_key}"
    elif first.username is not None:
        named = f"{unquote(first.username)}:{unquote(first.password or '')}"
        settings["authorization"] = f"Basic {b64encode(named.encode()).decode()}"
    return settings


def _passes(error: TransportError) -> bool:
    """Return whether the same request may go well in a moment, or on another node."""
    if error.status_code in BUSY:
        return True
    told = _causes(error)
    return error.status_code in (400, 403, 404, 500) and any(kind in told for kind in _PASSING)


def _causes(error: TransportError) -> str:
    """Return what an answer says went wrong, with all that it names as a cause of that."""
    return f"{error.error} {msgspec.json.encode(error.info).decode() if isinstance(error.info, dict) else error.info}"


def _as_refusal(error: TransportError) -> Exception:
    status = int(error.status_code) if isinstance(error.status_code, int) else 0
    told = _causes(error)
    if status == 401 or (status == 403 and "security" in told.lower()):
        return IndexUnavailable("The search cluster refuses the key or the password of DATELINE_SEARCH_URL.")
    if any(each in told for each in _GONE):
        kind = POINT_IN_TIME_GONE
    else:
        kind = "index_not_found" if "index_not_found" in told else str(error.error)
    return RequestRefused(status, kind, told[:600])

"""Requests to the nodes of a cluster, each tried again on another node where one fails.

All that is asked and written may be asked and written twice: documents carry the number of their change, and an older
one never takes the place of a newer one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.exceptions import OpenSearchException, TransportError

from app.effort import spend_unbounded
from app.errors import IndexUnavailable, SearchAway, SettingsInvalid

# What goes wrong is raised here; a warning for each answer of 404 would fill the log.
logging.getLogger("opensearch").setLevel(logging.CRITICAL)

Reply = dict[str, Any]

_PATIENCE = 6.0
"""Seconds in which a request is tried again. A copy takes the place of one that is gone in less."""
_PAUSE = 0.15
_TIMEOUT, _AWAY_TIMEOUT = 10.0, 2.0
"""Seconds for one try."""
_WRITING = 120.0
"""Seconds for what writes, all nodes together: from one that hangs it goes to the next."""
BUSY = frozenset({429, 502, 503, 504})
"""What a node says that may do so in a moment."""
_PASSING = (
    "node_disconnected", "node_not_connected", "no_shard_available_action", "node_closed", "receive_timeout",
    "no_such_remote_cluster", "connect_transport", "send_request_transport", "unavailable_shards", "shard_not_found",
    "alias_not_ready", "index_create_block",
)  # fmt: skip
"""Kinds of failures of a node, told under 500 or 404, that another copy does not have; and, under 403, that no index is
made while all disks are full."""


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

    def loads(self, text: str) -> Any:
        return msgspec.json.decode(text)

    def dumps(self, data: Any) -> bytes:
        return data if isinstance(data, bytes) else msgspec.json.encode(data)


class Nodes:
    """One object serves all threads of a process."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self._is_away = cluster, False
        self._nodes = OpenSearch(**_connection(cluster))

    def __call__(
        self, method: str, path: str, body: object = None, *, params: Mapping[str, str] | None = None,
        timeout: float = _TIMEOUT, patience: float = _PATIENCE,
    ) -> Reply:  # fmt: skip
        """Return the answer; it is asked for again for `patience` seconds. Raises `SearchAway` where no node gives one,
        `RequestRefused` where it is no."""
        # On its way over the network, whoever serves many must not wait.
        spend_unbounded()
        # While nobody answered a moment ago, one try is enough to tell that nobody does.
        until = time.monotonic() + (0 if self._is_away else patience)
        tries, trouble = 0, ""
        while tries == 0 or time.monotonic() < until or (tries < len(self.cluster.urls) and not self._is_away):
            tries += 1
            try:
                asked = {**(params or {}), "request_timeout": _AWAY_TIMEOUT if self._is_away else timeout}
                answer = self._nodes.transport.perform_request(method, path, params=asked, body=body)
            except NoConnection as error:
                trouble = str(error.error)
            except TransportError as error:
                if not _passes(error):
                    self._is_away = False
                    raise _as_refusal(error) from error
                trouble = f"{error.status_code} {error.error}"
            except OpenSearchException as error:
                raise IndexUnavailable(f"The search cluster cannot be asked: {error}") from error
            else:
                self._is_away = False
                return answer if isinstance(answer, dict) else {"answer": answer}
            time.sleep(_PAUSE)
        self._is_away = True
        raise SearchAway(trouble)

    def bulk(self, target: str, lines: Iterable[bytes], *, require_alias: bool = False) -> Reply:
        """Write many; of each is told only what it came to."""
        params = {"filter_path": "errors,items.*.status,items.*.error"}
        if require_alias:
            params["require_alias"] = "true"
        return self("POST", f"/{target}/_bulk", b"\n".join((*lines, b"")), params=params, timeout=self._writing)

    def refresh(self, target: str) -> Reply:
        """Show what was written."""
        return self("POST", f"/{target}/_refresh", timeout=self._writing)

    @property
    def _writing(self) -> float:
        return _WRITING / len(self.cluster.urls)

    def close(self) -> None:
        self._nodes.close()


def _connection(cluster: Cluster) -> dict[str, Any]:
    parts = [urlsplit(url) for url in cluster.urls]
    if not parts or any(part.scheme not in ("http", "https") or not part.hostname for part in parts):
        raise SettingsInvalid("DATELINE_SEARCH_URL is one address such as https://search.example:9200, or several.")
    first = parts[0]
    secure = first.scheme == "https"
    settings: dict[str, Any] = {
        "hosts": [
            {"host": part.hostname, "port": part.port or (443 if part.scheme == "https" else 9200),
             "use_ssl": part.scheme == "https", "url_prefix": part.path.strip("/")}
            for part in parts
        ],
        "serializer": _Json(), "pool_maxsize": 32, "max_retries": 0,
        "timeout": _TIMEOUT, "dead_timeout": 5,
        # Only so is a node that hangs left alone for a while, as one is that refuses.
        "retry_on_timeout": True,
    }  # fmt: skip
    if secure:
        settings |= {"verify_certs": True, "ca_certs": cluster.certificate or None, "ssl_show_warn": False}
    if cluster.api_key:
        settings["headers"] = {"Authorization": f"ApiKey {cluster.api_key}"}
    elif first.username is not None:
        settings["http_auth"] = (unquote(first.username), unquote(first.password or ""))
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
    if status in (401, 403) and "security" in told.lower():
        return IndexUnavailable("The search cluster refuses the key or the password of DATELINE_SEARCH_URL.")
    kind = next((each for each in ("search_context_missing", "index_not_found") if each in told), str(error.error))
    return RequestRefused(status, kind, told[:600])

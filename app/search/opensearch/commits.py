"""Which index serves, what was committed to it last, and a moment of it that holds still for searches.

An archive's articles are in one index under an alias, its vocabulary in another beside it. What was committed last
stands in `_meta` of the mapping, which every node has: so it moves with the alias, in one step, when a rebuilt index
takes the place of the old. A commit is one request behind a refresh.

Searches run on a point in time, which OpenSearch holds for as long as somebody asks of it: all that is asked of one
`Moment` is of one commit. A node that is lost takes its part of that with it; then a new one is opened.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import msgspec

from app.errors import DatelineError, IndexChanged, IndexUnavailable, SearchAway
from app.search.engine import Commit, Document
from app.search.opensearch import bulk
from app.search.opensearch.client import (
    BUSY,
    POINT_IN_TIME_GONE,
    WITHOUT_MANAGER,
    WRITING,
    Nodes,
    Reply,
    RequestRefused,
    one_search,
)
from app.search.opensearch.encoders import Encoders
from app.search.opensearch.mapping import FINGERPRINT, Encoder, articles_body, words_body
from app.search.opensearch.word_counts import WordCounts

_HELD_FOR = "1m"
"""Behind the last search of a moment. What it holds stays on the disks so long, also what was erased since."""
_KEPT, _KEPT_LARGE = 4096, 8
_NOTHING = object()
_TELLING, _TELLING_TRIES = 0.5, 180
"""Seconds from one look whether the copies have told each other to the next, and how many."""
_TRIES = (0.2, 0.2, 1.0, 4.0)
"""Seconds for which a point in time is asked, before another one is opened."""
_AT_ONCE = 2
"""Pieces that the nodes are sent before they have taken the first of them."""
_CROWDED = ("circuit_breaking", "rejected_execution")
"""What a node says of an article when too much is in its memory or waits for it."""
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds until such an article is sent again."""
_MOST_BUCKETS = 2_000_000
"""Counts are exact, so every value has its own; by itself a cluster gives 65,535 at most."""
T = TypeVar("T")


class Meta(msgspec.Struct, frozen=True):
    """What was committed last."""

    generation: int = 0
    sequence: int = 0
    token: str = ""
    fingerprint: str = FINGERPRINT


@dataclass(frozen=True, slots=True)
class Committed:
    """The index that serves, and its last commit."""

    index: str
    meta: Meta

    @property
    def commit(self) -> Commit:
        return Commit(self.meta.generation, self.meta.token)


class Moment:
    """One commit, as searches see it. What they find out about it is kept as long as it lasts."""

    def __init__(self, client: Nodes, alias: str, committed: Committed) -> None:
        self._client, self._alias, self.committed = client, alias, committed
        self._opening = threading.Lock()
        self._held, self._shards = "", 0
        self._known: OrderedDict[Hashable, Any] = OrderedDict()
        self._large: OrderedDict[Hashable, Any] = OrderedDict()

    @property
    def meta(self) -> Meta:
        return self.committed.meta

    def keep(self, key: Hashable, make: Callable[[], T], *, is_large: bool = False) -> T:
        """Return what was made under a key before, or make it. Of what is large only the last few are kept."""
        held, most = (self._large, _KEPT_LARGE) if is_large else (self._known, _KEPT)
        found = held.get(key, _NOTHING)
        if found is not _NOTHING:
            return cast(T, found)
        made = held[key] = make()
        if len(held) > most:
            held.popitem(last=False)
        return made

    def known(self, key: Hashable) -> Any:
        """Return what was made under a key before, None where nothing was."""
        return self._known.get(key)

    @property
    def shards(self) -> int:
        """Return how many parts the index of articles has."""
        self._hold()
        return self._shards

    @one_search()
    def search(self, body: dict[str, Any], *, told: str = "", timeout: float | None = None) -> Reply:
        """Ask the articles; the answer is whole, or what of it `told` names. `timeout`: seconds that a node may take.
        Raises `IndexUnavailable` where the index is gone, or another version's."""
        if self.meta.fingerprint != FINGERPRINT:
            raise IndexUnavailable("The index was made by another version of this program. Run: dateline reindex")
        held = self._hold()
        for patience in _TRIES:
            asked = {**body, "pit": {"id": held, "keep_alive": _HELD_FOR}}
            try:
                return self._whole("/_search", asked, patience, told, timeout)
            except RequestRefused as error:
                if error.kind != POINT_IN_TIME_GONE:
                    raise _index_trouble(error) from error
            except SearchAway:
                # Perhaps only the node that held its part is.
                if patience == _TRIES[-1]:
                    raise
            held = self._hold(lost=held)
        raise SearchAway("it loses its readers faster than they can be opened")

    def counts(self, queries: Sequence[dict[str, Any]]) -> list[int] | None:
        """Return how many articles each query finds: of a word alone the index knows. None where it cannot be told so;
        then `search` says why."""
        told = self._several([_count_of(query) for query in queries])
        return None if told is None else [_total(each) for each in told]

    def search_and_count(self, body: dict[str, Any], query: dict[str, Any]) -> tuple[Reply, int]:
        """Ask the articles as `search` does, and how many a query finds, in one request."""
        told = self._several([body, _count_of(query)])
        both = told or [self.search(each) for each in (body, _count_of(query))]
        return both[0], _total(both[1])

    def _several(self, bodies: Sequence[dict[str, Any]]) -> list[Reply] | None:
        """Return the answers to several requests that are sent as one; None where any is not whole."""
        if self.meta.fingerprint != FINGERPRINT:
            return None
        held = {"id": self._hold(), "keep_alive": _HELD_FOR}
        lines = b"".join(b"{}\n" + msgspec.json.encode({**each, "pit": held}) + b"\n" for each in bodies)
        try:
            told: list[Reply] = self._client("POST", "/_msearch", lines)["responses"]
        except RequestRefused:
            return None
        if any("error" in each or each["timed_out"] or each["_shards"]["failed"] for each in told):
            return None
        return told

    def words(self, body: dict[str, Any]) -> Reply:
        """Ask the vocabulary, as it is now: words come to it and stay."""
        try:
            return self._whole(f"/{self._alias}-words/_search", body)
        except RequestRefused as error:
            raise _index_trouble(error) from error

    def close(self) -> None:
        if self._held:
            with contextlib.suppress(RequestRefused, DatelineError):
                self._client("DELETE", "/_search/point_in_time", {"pit_id": [self._held]})
            self._held = ""

    def _whole(
        self,
        path: str,
        body: dict[str, Any],
        patience: float = _TRIES[-1],
        told: str = "",
        timeout: float | None = None,
    ) -> Reply:
        params = {"allow_partial_search_results": "false"}
        if told:
            params["filter_path"] = told
        reply = self._client("POST", path, body, params=params, patience=patience, timeout=timeout)
        if reply["timed_out"] or reply["_shards"]["failed"]:
            raise SearchAway("it answered in part only")
        return reply

    def _hold(self, lost: str = "") -> str:
        with self._opening:
            if not self._held or self._held == lost:
                path = f"/{self.committed.index}/_search/point_in_time"
                try:
                    opened = self._client(
                        "POST", path, params={"keep_alive": _HELD_FOR, "allow_partial_pit_creation": "false"}
                    )
                except RequestRefused as error:
                    raise _index_trouble(error) from error
                self._held, self._shards = opened["pit_id"], opened["_shards"]["total"]
            return self._held


def _count_of(query: dict[str, Any]) -> dict[str, Any]:
    return {"size": 0, "track_total_hits": True, "query": query}


def _total(reply: Reply) -> int:
    return int(reply["hits"]["total"]["value"])


def _index_trouble(error: RequestRefused) -> IndexUnavailable:
    if error.kind == "index_not_found":
        return IndexUnavailable("The index is gone from the search cluster. Run: dateline reindex")
    return IndexUnavailable(f"The search cluster refuses what it is asked: {error}")


class Commits:
    """The writing side, and what tells whether anybody has written."""

    def __init__(self, client: Nodes) -> None:
        self._client, self.alias = client, client.cluster.name
        self._encoder = Encoder()
        self._counts = WordCounts(client, f"{self.alias}-words")
        self._writing = threading.Lock()

    def begin(self) -> None:
        """Make an empty index where there is none."""
        if self.newest() is None:
            self._client("PUT", "/_cluster/settings", {"persistent": {"search.max_buckets": _MOST_BUCKETS}})
            try:
                self._create(self._named("first"), Meta(), self._client.cluster.replicas, serve=True)
            except RequestRefused as error:
                raise _index_trouble(error) from error

    def newest(self) -> Committed | None:
        """Return what was committed last; None where there is no index."""
        try:
            params = {"filter_path": "*.mappings._meta", "cluster_manager_timeout": WITHOUT_MANAGER}
            found = self._client("GET", f"/{self.alias}/_mapping", params=params)
        except RequestRefused as error:
            if error.status == 404:
                return None
            raise _index_trouble(error) from error
        for index, told in found.items():
            return Committed(index, msgspec.convert(told["mappings"]["_meta"], Meta))
        return None

    def moment(self, committed: Committed) -> Moment:
        return Moment(self._client, self.alias, committed)

    def write(
        self, documents: Iterable[Document], removed: Iterable[str], sequence: int, token: str, after: Commit | None
    ) -> None:
        """Add or replace documents, delete others, and commit."""
        with self._writing:
            committed = self._going_on(after)
            self._encoder.take_words()
            try:
                self._send(self.alias, bulk.indexing(self._encoder, documents, sequence), require_alias=True)
                self._send(self.alias, bulk.deleting(removed, sequence), require_alias=True)
                self._counts.begin(committed.commit)
                grown = self._counts.grown(self._encoder.take_words(), f"{committed.meta.generation} {token}")
                self._send(f"{self.alias}-words", bulk.indexing_words(grown), require_alias=True)
            except RequestRefused as error:
                raise self._changed() from error
            self._counts.note_written(grown)
            self._commit(committed, sequence, token)

    def again(self, token: str, after: Commit | None) -> None:
        """Commit what is there under another token."""
        with self._writing:
            committed = self._going_on(after)
            self._commit(committed, committed.meta.sequence, token)

    def expunge(self, lost: Callable[[], Iterator[str]], token: str, after: Commit | None) -> None:
        """Write anew whatever holds deleted documents, and commit where there were any. `lost` gives the words that no
        article has any more."""
        with self._writing:
            committed = self._going_on(after)
            words = f"{self.alias}-words"
            self._counts.forget()
            self._send(words, bulk.deleting_words(lost()))
            found = [self._write_anew(name) for name in (committed.index, words)]
            if any(found):
                self._commit(committed, committed.meta.sequence, token)

    def _write_anew(self, name: str) -> bool:
        """Leave nothing of deleted documents in the files of an index; return whether there were any.

        Copies keep what another copy may still ask them for, until all have told each other how far they are.
        """
        self._refresh(name)
        if not self._client("GET", f"/{name}/_stats/docs")["_all"]["total"]["docs"]["deleted"]:
            return False
        self._client("POST", f"/{name}/_flush", params={"force": "true"}, timeout=120)
        for _ in range(_TELLING_TRIES):
            if self._have_told(name):
                break
            time.sleep(_TELLING)
        self._client("POST", f"/{name}/_forcemerge", params={"only_expunge_deletes": "true"}, timeout=3600)
        self._client("POST", f"/{name}/_flush", params={"force": "true"}, timeout=120)
        return True

    def _have_told(self, name: str) -> bool:
        """Return whether no copy is asked to keep anything for another."""
        told = self._client("GET", f"/{name}/_stats", params={"level": "shards"})["indices"]
        copies = [each for index in told.values() for shard in index["shards"].values() for each in shard]
        return all(
            lease["retaining_seq_no"] > copy["seq_no"]["max_seq_no"]
            for copy in copies
            for lease in copy["retention_leases"]["leases"]
        )

    def rebuild(self, documents: Iterable[Document], sequence: int, token: str, above: int) -> None:
        """Commit an index that holds `documents` alone, under a generation above `above`. The old one serves until all
        copies of it are there."""
        with self._writing:
            former = self.newest()
            generation = max(above, former.meta.generation if former else 0) + 1
            names = self._named(secrets.token_hex(6))
            try:
                self._create(names, Meta(generation, sequence, token), 0, serve=False)
                self._encoder.take_words()
                with Encoders(self._encoder, sequence) as encoders:
                    self._send(names[0], encoders.pieces(documents), at_once=_AT_ONCE)
                    words = encoders.take_words()
                with ThreadPoolExecutor(1) as pool:
                    # Words take one node's time, and the articles that of all.
                    copied = pool.submit(self._copy, names[0])
                    self._send(names[1], bulk.indexing_words(words), at_once=_AT_ONCE)
                    copied.result()
                self._copy(names[1])
            except BaseException as error:
                # Where that cannot be said now, the next index that is built does away with these.
                with contextlib.suppress(DatelineError):
                    self._client("DELETE", f"/{','.join(names)}", params={"ignore_unavailable": "true"})
                if isinstance(error, RequestRefused):
                    raise _index_trouble(error) from error
                raise
            self._serve(names)
            self._counts.begin(Commit(generation, token), words)

    def remove(self) -> None:
        """Remove all that is there under this name."""
        if names := self._indexes():
            self._client("DELETE", f"/{','.join(names)}", params={"ignore_unavailable": "true"})

    def _going_on(self, after: Commit | None) -> Committed:
        committed = self.newest()
        if committed is None or after not in (None, committed.commit):
            raise self._changed()
        return committed

    def _changed(self) -> IndexChanged:
        return IndexChanged(
            f"The index {self.alias} of the search cluster was emptied, replaced or put back while it was written to. "
            "Run: dateline reindex"
        )

    def _commit(self, committed: Committed, sequence: int, token: str) -> None:
        meta = Meta(committed.meta.generation + 1, sequence, token)
        try:
            self._refresh(f"{committed.index},{self.alias}-words")
            self._client("PUT", f"/{committed.index}/_mapping", {"_meta": meta}, losing=WRITING)
        except RequestRefused as error:
            raise self._changed() from error
        self._counts.follow(committed.commit, Commit(meta.generation, meta.token))

    def _refresh(self, names: str) -> None:
        told = self._client.refresh(names)
        if told["_shards"]["failed"]:
            raise SearchAway("it could not show what was written to it")

    def _named(self, suffix: str) -> tuple[str, str]:
        return f"{self.alias}-{suffix}", f"{self.alias}-words-{suffix}"

    def _create(self, names: tuple[str, str], meta: Meta, replicas: int, *, serve: bool) -> None:
        """Make both indexes, or what is missing of them."""
        bodies = articles_body(self._client.cluster.shards, replicas, meta), words_body(replicas)
        # The words first: whoever finds the articles finds them, too.
        for name, body, alias in zip(names[::-1], bodies[::-1], (f"{self.alias}-words", self.alias), strict=True):
            try:
                self._client("PUT", f"/{name}", {**body, **({"aliases": {alias: {}}} if serve else {})}, losing=WRITING)
            except RequestRefused as error:
                # Another process was quicker, or the node that made it was lost before it said so.
                if error.kind != "resource_already_exists_exception":
                    raise

    def _copy(self, name: str) -> None:
        replicas = {"index": {"number_of_replicas": self._client.cluster.replicas}}
        self._client("PUT", f"/{name}/_settings", replicas)
        self._refresh(name)
        # As many copies as there are nodes for.
        params = {"wait_for_no_initializing_shards": "true", "wait_for_status": "yellow", "timeout": "600s"}
        self._client("GET", f"/_cluster/health/{name}", params=params, timeout=630)

    def _serve(self, names: tuple[str, str]) -> None:
        former = [name for name in self._indexes() if name not in names]
        added = [
            {"add": {"index": name, "alias": alias}}
            for name, alias in zip(names, (self.alias, f"{self.alias}-words"), strict=True)
        ]
        removed = [{"remove_index": {"index": name}} for name in former]
        try:
            self._client("POST", "/_aliases", {"actions": [*added, *removed]}, losing=WRITING)
        except RequestRefused as error:
            # Asked again because the node that did so was lost, it finds nothing to remove.
            serving = self.newest()
            if serving is None or serving.index != names[0]:
                raise _index_trouble(error) from error

    def _indexes(self) -> list[str]:
        """Return our indexes: another archive may have a longer name that begins as ours does."""
        ours = re.compile(rf"{re.escape(self.alias)}(-words)?-(first|[0-9a-f]{{12}})")
        return [name for name in self._client("GET", f"/{self.alias}-*/_alias") if ours.fullmatch(name)]

    def _send(self, target: str, pieces: Iterable[bytes], *, require_alias: bool = False, at_once: int = 1) -> None:
        """Write in pieces; while nodes work on so many, the next is made."""
        with ThreadPoolExecutor(at_once) as pool:
            sent = deque[Future[None]]()
            for piece in pieces:
                if len(sent) == at_once:
                    sent.popleft().result()
                sent.append(pool.submit(self._send_one, target, piece, require_alias=require_alias))
            for each in sent:
                each.result()

    def _send_one(self, target: str, piece: bytes, *, require_alias: bool) -> None:
        """Write a piece, and in a while once more what a node had no memory or no room in its queue for. Raises
        `RequestRefused` where the index is gone."""
        for pause in (*_PAUSES, None):
            refused = self._not_taken(target, piece, require_alias=require_alias)
            for _, told in refused:
                if pause is None or not any(kind in told["error"].get("type", "") for kind in _CROWDED):
                    raise _item_refused(told)
            if not refused or pause is None:
                return
            piece = b"".join(action for action, _ in refused)
            time.sleep(pause)

    def _not_taken(self, target: str, piece: bytes, *, require_alias: bool) -> list[tuple[bytes, Reply]]:
        """Write a piece; return the actions that a node refused, each with what it said."""
        reply = self._client.bulk(target, piece, require_alias=require_alias)
        if not reply["errors"]:
            return []
        answers = zip(bulk.actions_of(piece), reply["items"], strict=True)
        told_of = ((action, told) for action, item in answers for told in item.values())
        # Where a newer version is there, or nothing that could be deleted, all is well.
        return [
            (action, told)
            for action, told in told_of
            if told["status"] not in (200, 201, 409) and not (told["status"] == 404 and "error" not in told)
        ]


def _item_refused(told: dict[str, Any]) -> Exception:
    error = told["error"]
    if (told["status"] in (404, 400) and "alias" in error.get("reason", "")) or told["status"] == 404:
        return RequestRefused(told["status"], error.get("type", ""), error.get("reason", ""))
    if told["status"] in BUSY:
        # A disk is full, say, or too much waits to be written. The rows have it; the index will when that has passed.
        return SearchAway(f"it takes nothing now: {error.get('reason', '')}")
    return IndexUnavailable(f"The search cluster did not take an article: {error}")

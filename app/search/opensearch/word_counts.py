"""How often each word of the vocabulary has come, as whoever writes has to know it.

Which of two words is the more frequent is all that these numbers tell. For a node to add to one it reads a document,
runs a script and writes it anew: for a batch of articles that cost three times what the articles did. So they are read
once, kept, and written as they are. A word that has come often is written seldom, and then with as much more as makes
its number right on average.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zlib import crc32

from app.search.engine import Commit
from app.search.opensearch.client import WRITING, Nodes

_MOST_KNOWN = 300_000
_ASKED_AT_ONCE = 5_000
_EXACT_BELOW = 16
"""A word that came so many times as often as it comes now need not be written each time. Its number is then mostly
within a fifth of what came."""
_DRAWS = 1 << 32


class WordCounts:
    """The numbers of one index of words, as far as they were asked for. One object serves who holds the lock."""

    def __init__(self, client: Nodes, index: str) -> None:
        self._client, self._index = client, index
        self._known: dict[str, int] = {}
        self._commit: Commit | None = None

    def begin(self, commit: Commit, known: Mapping[str, int] | None = None) -> None:
        """Go on from a commit: what is known holds until somebody else makes one. `known`: all numbers there are."""
        if commit != self._commit or known is not None or len(self._known) > _MOST_KNOWN:
            self._known = dict(known or {})
        self._commit = commit

    def follow(self, before: Commit, commit: Commit) -> None:
        """Take note that what goes on from `before`, if that is where we are, was committed."""
        if self._commit == before:
            self._commit = commit

    def forget(self) -> None:
        """Ask for all numbers anew, since words were removed."""
        self._commit = None

    def grown(self, words: Mapping[str, int], chance: str) -> dict[str, int]:
        """Return the new numbers of those of `words`, which came so often, that are to be written. `chance` decides
        which, and is another each time."""
        unknown = [word for word in words if word not in self._known]
        for start in range(0, len(unknown), _ASKED_AT_ONCE):
            some = unknown[start : start + _ASKED_AT_ONCE]
            self._known |= dict.fromkeys(some, 0) | dict(self._ask(some))
        seed = crc32(chance.encode())
        grown: dict[str, int] = {}
        for word, count in words.items():
            before = self._known[word]
            often = _EXACT_BELOW * count
            if before <= often:
                grown[word] = before + count
            elif crc32(word.encode("utf-8", "surrogatepass"), seed) * before < often * _DRAWS:
                grown[word] = before + before // _EXACT_BELOW
        return grown

    def note_written(self, grown: Mapping[str, int]) -> None:
        self._known |= grown

    def _ask(self, words: list[str]) -> Iterator[tuple[str, int]]:
        body = {
            "size": len(words), "track_total_hits": False, "_source": False, "docvalue_fields": ["term", "count"],
            "query": {"constant_score": {"filter": {"terms": {"term": words}}}},
        }  # fmt: skip
        params = {"allow_partial_search_results": "false"}
        reply = self._client("POST", f"/{self._index}/_search", body, params=params, losing=WRITING)
        return ((hit["fields"]["term"][0], hit["fields"]["count"][0]) for hit in reply["hits"]["hits"])

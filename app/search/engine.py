"""The port: what the archive asks of a search engine, in the words of the archive.

Frozen values in and out; nothing of an engine leaks. `tests/search/test_engine_contract.py` runs over every adapter.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from app.search.attributes import FacetName
from app.search.query import Clause, Query


@dataclass(frozen=True, slots=True)
class Document:
    """An article as an engine holds it.

    `id` is 16 hex digits. `revised` is the sequence number at which its text last changed: pages of an older cursor
    leave out what was revised since. `added` grows from article to article as they came into the archive. `dateline` is
    its text as printed, `place` the place in it: what the dateline is filtered and counted by, in capitals whatever its
    own case ("NEW DELHI"). `published_at` is `date` with a time of day, where that is known, and orders the articles of
    a day. `furniture` are spans of the body whose words count for little. `copy_group` is the same for copies of one
    piece of news, the id of one of them, and `story` for those of one story; without one it is a story by itself.
    `mentioned` are the dates it speaks of (`2025-05-05`, `2025-W18`, `2025-05`, `2025-Q2`, `2025`). `quotes` are spans
    of the body that somebody says, in order and apart.
    """

    id: str
    headline: str
    body: str
    date: str | None = None
    dateline: str | None = None
    place: str | None = None
    source: str | None = None
    language: str = "en"
    entities: tuple[str, ...] = ()
    url: str | None = None
    external_id: str | None = None
    headline_derived: bool = False
    word_count: int = 0
    revision: int = 1
    revised: int = 0
    added: int = 0
    authors: Sequence[str] = ()
    published_at: str | None = None
    furniture: Sequence[Sequence[int]] | None = None
    copy_group: str | None = None
    story: str | None = None
    mentioned: Sequence[str] = ()
    quotes: Sequence[Sequence[int]] = ()


class Card(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a result shows without asking the store. An engine keeps it as it is; a field added here is shown."""

    headline: str
    headline_derived: bool
    date: str | None
    published_at: str | None
    dateline: str | None
    source: str | None
    authors: tuple[str, ...]
    language: str
    url: str | None
    external_id: str | None
    word_count: int
    revision: int

    @classmethod
    def of(cls, document: Document) -> Card:
        """Return the card of a document, which has a field of each name."""
        return cls(*(getattr(document, name) for name in cls.__struct_fields__))


class ArticleHit(msgspec.Struct, frozen=True, gc=False):
    """An article found. `score` is None where the order is not by relevance."""

    id: str
    score: float | None
    card: Card

    def shown(self) -> dict[str, object]:
        """Return all that a result shows, by name."""
        return {"id": self.id, "score": self.score, **msgspec.structs.asdict(self.card)}


@dataclass(frozen=True, slots=True)
class Bucket:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """Exact counts. `distinct` values in all, `missing` articles with none, `other` the counts not listed; `imprecise`
    articles whose date is only a year, where months are counted."""

    name: FacetName
    distinct: int
    missing: int
    other: int
    buckets: tuple[Bucket, ...]
    imprecise: int = 0


@dataclass(frozen=True, slots=True)
class DateCounts:
    """Dates that articles have, ascending; a month or a year where an article says no more. `counts` are the matches,
    `totals` all articles under the same filters."""

    days: tuple[str, ...]
    counts: tuple[int, ...]
    totals: tuple[int, ...]
    undated: int


RankedBy = Literal["words", "meaning"]


@dataclass(frozen=True, slots=True)
class Hits:
    """`total` is exact, and so is `collapsed`, which counts copies of one piece once where the query collapses them.
    `cursor` continues after the last hit; None at the end."""

    total: int
    hits: tuple[ArticleHit, ...]
    facets: tuple[FacetCounts, ...]
    cursor: str | None
    generation: int
    sequence: int
    dates: DateCounts | None = None
    collapsed: int | None = None
    ranked_by: RankedBy | None = None
    """None where the order is not by relevance."""


StoryOrder = Literal["-last_date", "size"]


@dataclass(frozen=True, slots=True)
class StoryFound:
    """A story of several articles, of which `matches` were found. `key` is what stories are ordered by, the greatest
    first: the number of its last day, or `articles`, of all that are in it."""

    id: str
    matches: int
    articles: int
    key: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """All articles found, in order, in eight bytes each.

    `cursor` stands before the first of them: a later ranking from there has the same, but for what was withdrawn
    meanwhile. `revised` names those whose text is newer than the cursor, and which may stand elsewhere by now.
    """

    numbers: array[int]
    cursor: str
    sequence: int
    revised: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.numbers)

    def ids(self, start: int, stop: int) -> list[str]:
        return [f"{number:016x}" for number in self.numbers[start:stop]]

    def places(self, ids: Iterable[str]) -> list[tuple[int, str]]:
        """Return where those of some articles stand that are among them, and their ids, in order."""
        wanted = np.array([int(id, 16) for id in ids], np.uint64)
        held = np.frombuffer(self.numbers, np.uint64)
        at = np.flatnonzero(np.isin(held, wanted))
        return [(place, f"{number:016x}") for place, number in zip(at.tolist(), held[at].tolist(), strict=True)]

    def find(self, id: str) -> int | None:
        """Return the place of an article, None where it is not among them."""
        try:
            return self.numbers.index(int(id, 16))
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True, eq=False, slots=True)
class RankedQuotes:
    """Quotes of articles of a ranking. `places`, ascending, are where the articles stand that have any, `counts` how
    many each has, and `starts` where these begin in its body, one article behind the other."""

    places: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, starts: Mapping[int, Sequence[int]]) -> RankedQuotes:
        """Make them of what each place has, in order."""
        held = [(place, found) for place, found in sorted(starts.items()) if found]
        places, counts = [place for place, _ in held], [len(found) for _, found in held]
        listed = [start for _, found in held for start in found]
        return cls(*(np.array(values, np.int64) for values in (places, counts, listed)))

    @property
    def total(self) -> int:
        return len(self.starts)

    def held_from(self, first: int, most: int) -> dict[int, list[int]]:
        """Return what articles from a place on have, by their places: of as many of them as have `most` quotes."""
        begin = int(np.searchsorted(self.places, first))
        end = int(np.searchsorted(np.cumsum(self.counts[begin:]), most)) + begin + 1
        return dict(self._held(range(begin, min(end, len(self.places)))))

    def among(self, starts: Mapping[int, Collection[int]]) -> RankedQuotes:
        """Return those of them that begin where some quotes do, which are given by the places of their articles."""
        shared = np.flatnonzero(np.isin(self.places, list(starts))).tolist()
        return self.of({place: [each for each in held if each in starts[place]] for place, held in self._held(shared)})

    def _held(self, numbers: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
        """Yield the place of some articles, by their numbers here, and where their quotes begin."""
        ends = np.cumsum(self.counts)
        for number in numbers:
            end = int(ends[number])
            yield int(self.places[number]), self.starts[end - int(self.counts[number]) : end].tolist()


@dataclass(frozen=True, slots=True)
class Sharing:
    """Articles that have words in common with a text: how many, exactly, and the ids of those that have most."""

    total: int
    ids: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """How many articles of each of several searches have each value: `counts` has a row for a search, and a column for
    each of `values`. Exact. `totals` are the articles of each search."""

    totals: tuple[int, ...]
    values: Sequence[str]
    counts: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Axis:
    """One side of a table of counts. `totals` are the articles that have each of `values`; `distinct` is how many
    values there are in all, `missing` the articles that have none."""

    name: AxisName
    values: tuple[str, ...]
    totals: tuple[int, ...]
    distinct: int
    missing: int


@dataclass(frozen=True, slots=True)
class CrossCounts:
    """How many of `total` articles have a value of one attribute and one of another: a row of `cells` for each value of
    `rows`. Exact; an article that has several values is in several cells."""

    total: int
    rows: Axis
    columns: Axis
    cells: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    kind: Literal["phrase", "term", "headline"]
    text: str
    count: int
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """One state of an index. Generations come again in a folder that was emptied or put back; tokens do not."""

    generation: int
    token: str


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """`fingerprint` names analysis, codec and schema: another one than the code's own asks for a rebuild.

    `token` is what the last commit was given, "" before the first.

    `unreadable`: what is on disk now cannot be opened, or is not there. What was open before goes on answering, and
    only a rebuild mends it.
    """

    generation: int
    sequence: int
    documents: int
    fingerprint: str
    token: str = ""
    unreadable: bool = False
    vectors: int = 0
    """Moves whenever vectors come or go that the order may depend on; 0 where none are used."""

    @property
    def commit(self) -> Commit:
        return Commit(self.generation, self.token)


@dataclass(frozen=True, slots=True)
class Audit:
    """What an index holds, read whole. `damaged` names what is not as it was written; where there is any, the rest says
    nothing.

    `revised` by article id, as in `Document`. `digests`, of a deep audit alone, are equal for equal documents: of every
    word with its place, every entity and what a hit shows.

    """

    sequence: int
    damaged: tuple[str, ...]
    revised: Mapping[str, int]
    digests: Mapping[str, int]


TallyName = Literal[FacetName, "word"]
AxisName = Literal[FacetName, "type"]
"""`type` is what kinds of entities an article names."""
Identifier = Literal["url", "external_id"]
"""By what else than their id articles are known; several may have the same."""

STALE_SECONDS = 0.25
"""How stale a search may be after another process has committed; twice that while another thread looks."""


class Swap(Protocol):
    """A write whose work is done already."""

    def __call__(self, *, token: str = "", after: Commit | None = None) -> None: ...


class SearchEngine(Protocol):
    """Many threads may search while one process writes. Every write is visible to `search` when it returns.

    A write may be given a `token`, which is kept with the index: whoever keeps it too knows that commit again. And it
    may name the commit that it goes on from (`after`; None: whichever is the newest). Where another one is on disk by
    then, or files of it are gone, it raises `IndexChanged`: an index that lacks what came before would look complete.

    """

    def search(self, query: Query, /) -> Hits: ...

    def matching(self, query: Query, ids: Iterable[str], /) -> set[str]:
        """Return those of some articles that the query finds, whatever its order and its page."""
        ...

    def identified(self, by: Identifier, values: Iterable[str], /) -> dict[str, list[str]]:
        """Return the ids of the articles that are known so, ascending, for each of the values that any have. Addresses
        of one page are one, as `url_key` has it."""
        ...

    def articles_naming(self, ids: Sequence[str], /) -> list[int]:
        """Return how many articles name each of some entities."""
        ...

    def ranking(self, query: Query, /) -> Ranking:
        """Every article that a search finds, in its order, whatever its `limit`. With a cursor, those behind it as they
        were when it was made; what was revised since is among them, where it stands now."""
        ...

    def quotes(self, ranking: Ranking, clause: Clause | None, /) -> RankedQuotes | None:
        """Return the quotes of ranked articles that are by themselves what a clause asks for, all of them without one.
        Of the same moment as the ranking (`still`). None where an engine does not know what is a quote."""
        ...

    def stories(self, query: Query, order: StoryOrder, /) -> list[StoryFound]:
        """Return all stories of several articles of which a search finds any, in order."""
        ...

    def still(self) -> SearchEngine:
        """The index as it is now, to read, whatever is committed later: all that is asked of it is of one moment."""
        ...

    def suggest(self, prefix: str, /, limit: int = 8) -> list[Suggestion]:
        """Whole queries (what was typed with its last word completed, as those before it are followed in the archive),
        words and headlines that start so, most frequent first."""
        ...

    def spellings(self, word: str, /, limit: int = 5) -> list[str]:
        """Words of the archive that `word` may have been meant to be, best first, itself left out."""
        ...

    def similar(self, article_id: str, headline: str, body: str, /, limit: int = 10, by: RankedBy = "words") -> Hits:
        """Articles that share the telling words of this text, `article_id` left out; `by` meaning, the nearest of
        them first, where vectors are used."""
        ...

    def sharing(self, terms: Sequence[str], run: int, /, limit: int = 20) -> Sharing:
        """Articles in whose body `run` of these terms stand one behind the other, as the terms do. `ids` are of those
        with most such runs, of these of the earliest."""
        ...

    def tally(self, queries: Sequence[Query], name: TallyName, /, least: int = 1) -> Tally:
        """Count the values that the articles of several searches have, those that `least` of all of them have. Words
        are counted as searches find them: what is one for a search (`bank`, `banks`) is one value."""
        ...

    def usual_words(self, values: Iterable[str], /) -> dict[str, str]:
        """Return, for values of a tally of words, how the archive mostly writes them."""
        ...

    def cross(self, query: Query, rows: AxisName, columns: AxisName, /, limits: tuple[int, int]) -> CrossCounts:
        """Count the articles that a search finds by two attributes at once. At most so many values of each are told:
        periods in order, the last of them; of others those with most articles."""
        ...

    def put(
        self, documents: Iterable[Document], /, *, sequence: int, token: str = "", after: Commit | None = None
    ) -> None:
        """Add or replace by id. `sequence` is the newest change these bring; it is kept with the index."""
        ...

    def delete(self, ids: Iterable[str], /, *, sequence: int, token: str = "", after: Commit | None = None) -> None: ...

    def rebuild(
        self, documents: Iterable[Document], /, *, sequence: int, token: str = "", after: Commit | None = None
    ) -> None:
        """Replace everything: built beside, then switched in one step; the old index serves until then.

        It needs nothing of what was there, so it is never refused for what has become of that; its generation is above
        that of `after`, and above whatever it finds.

        """
        ...

    def is_crowded(self) -> bool:
        """Return whether `joining` has something to join."""
        ...

    def joining(self) -> AbstractContextManager[Swap | None]:
        """Join some of the small pieces that commits have left, while others search and write. What is given puts the
        result in their place, with a commit, and does nothing where they are gone by then; None where there was nothing
        to join, or another process joins some."""
        ...

    def compact(self, documents: int, /, *, token: str = "", after: Commit | None = None) -> None:
        """Join, after many writes that brought so many documents, the small pieces they left, in time in proportion to
        `documents`. Searches find the same, sooner."""
        ...

    def expunge(self, *, token: str = "", after: Commit | None = None) -> None:
        """Write anew whatever holds deleted documents: of what they said nothing is left on disk."""
        ...

    def look(self) -> None:
        """Look now whether another process has committed. Whoever is to go on from the newest commit does, under the
        lock; searches look by themselves, as `STALE_SECONDS` says."""
        ...

    def status(self) -> IndexStatus: ...

    def damaged(self) -> tuple[str, ...]:
        """Return what `audit` has as damaged, without the rest: a server looks at each start. Raises as it does."""
        ...

    def audit(self, *, deep: bool = False) -> Audit:
        """Read the index on disk whole, whatever this engine has open. Raises `IndexUnavailable` where it cannot be
        opened."""
        ...

    @property
    def current_fingerprint(self) -> str:
        """Return what an index made by this code carries; another one in `status` asks for a rebuild."""
        ...

    def rest(self) -> None:
        """Give back memory that comes back by itself: nobody has asked for a while."""
        ...

    def close(self) -> None: ...

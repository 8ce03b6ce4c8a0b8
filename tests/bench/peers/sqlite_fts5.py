"""SQLite's FTS5 with its porter tokenizer: the index without the texts, or over a table that has them.

Each shape of query that is asked has its own statement, the fastest of those that were tried: a filter by entity with
the best first, a range of days with the newest first. `article` has what a hit shows, `named` the entities of each
article by number.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from app.search.engine import Document
from app.search.query import And, Clause, Fuzzy, Not, Nothing, Or, Phrase, Prefix, Query, Word
from tests.bench.peers.peer import SHOWN, Found, NotSupported, Page, Shown, day_number

_TABLES = """
create table article (
    number integer primary key, id text, headline text, dateline text, body text, date text, source text,
    day integer, year integer
);
create table name (number integer primary key, entity text unique);
create table named (article integer, kind text, name integer, primary key (article, kind, name)) without rowid;
create virtual table text using fts5 (
    headline, dateline, body, content='{content}', content_rowid='number', tokenize='porter unicode61', prefix='3'
);
"""
_INDEXES = "create index named_by_name on named (name, article); create index article_by_day on article (day);"
_SETTINGS = """
pragma journal_mode=wal; pragma synchronous=normal; pragma cache_size=-200000; pragma mmap_size=8000000000;
pragma temp_store=memory;
"""
_BATCH = 5_000
_SNIPPET_WORDS = 40
_MARKS = "'<mark>', '</mark>', '…'"
_NAMED = "select named.article from named join name on name.number = named.name where name.entity = ?"
_CARD = "article.id, article.headline, article.date, article.source"
_BY_KIND = """
select name.entity, counted.n from (
    select name, count(*) n from matching join named on named.article = matching.number
    where named.kind = ? group by name order by n desc limit ?
) counted join name on name.number = counted.name
"""

_Card = tuple[str, str, str | None, str | None]


class Fts5:
    def __init__(self, folder: Path, stored: bool = False) -> None:
        self._path = folder / "articles.sqlite"
        self._stored = stored
        self._names: dict[str, int] = {}

    def build(self, documents: Iterable[Document]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self.open()
        self._connection.executescript(_TABLES.format(content="article" if self._stored else ""))
        batches = iter(documents)
        while batch := list(islice(batches, _BATCH)):
            self.add(batch)
        self._connection.executescript(_INDEXES)
        with self._connection as connection:
            connection.execute("insert into text (text) values ('optimize')")
        self._connection.execute("pragma wal_checkpoint(truncate)")
        self._connection.close()

    def open(self) -> None:
        # The server opens it in one thread and searches in another, never in two at once.
        self._connection = sqlite3.connect(self._path, check_same_thread=False)
        self._connection.executescript(_SETTINGS)
        self._connection.execute("create temp table matching (number integer primary key)")

    def add(self, documents: Sequence[Document]) -> None:
        if not self._names:
            self._names = self._known_names()
        with self._connection as connection:
            (last,) = connection.execute("select coalesce(max(number), 0) from article").fetchone()
            rows = list(enumerate(documents, last + 1))
            connection.executemany(
                "insert into article values (?, ?, ?, ?, ?, ?, ?, ?, ?)", (self._row(n, d) for n, d in rows)
            )
            connection.executemany(
                "insert into text (rowid, headline, dateline, body) values (?, ?, ?, ?)",
                ((n, d.headline, d.dateline, d.body) for n, d in rows),
            )
            connection.executemany(
                "insert into named values (?, ?, ?)",
                [(n, entity.split("-")[0], self._name(entity)) for n, d in rows for entity in d.entities],
            )

    def search(self, query: Query) -> Found:
        assert query.clause is not None
        match = _match(query.clause)
        total, hits = (self._newest if query.sort == "-date" else self._best)(match, query)
        return Found(total, hits, self._counts(query, match) if query.facets or query.dates else {})

    def _best(self, match: str, query: Query) -> tuple[int, list[_Card]]:
        """Chosen before they are joined: half the time for a common word."""
        where, values = "where text match ?", [match, *query.filters.entity]
        # The plus keeps SQLite from asking the full-text index once for each of these articles.
        where += "".join(f" and +rowid in ({_NAMED})" for _ in query.filters.entity)
        # `rank` scores all matches, bm25() those that pass the filter; without one `rank` sorts faster.
        score = "bm25(text)" if query.filters.entity else "rank"
        (total,) = self._connection.execute(f"select count(*) from text {where}", values).fetchone()
        best = f"select rowid, {score} score from text {where} order by {score} limit {query.limit}"
        joined = f"select {_CARD} from ({best}) best join article on article.number = best.rowid order by best.score"
        return total, self._connection.execute(joined, values).fetchall()

    def _newest(self, match: str, query: Query) -> tuple[int, list[_Card]]:
        """Along the index of days: faster than from the matches to their days."""
        matching = (
            "from article indexed by article_by_day where day between ? and ?"
            " and number in (select rowid from text where text match ?)"
        )
        filters = query.filters
        values = [day_number(filters.date_from), day_number(filters.date_to), match]
        (total,) = self._connection.execute(f"select count(*) {matching}", values).fetchone()
        newest = f"select {_CARD} {matching} order by day desc limit {query.limit}"
        return total, self._connection.execute(newest, values).fetchall()

    def page(self, text: str, facets: bool) -> Page:
        (total,) = self._connection.execute("select count(*) from text where text match ?", (text,)).fetchone()
        rows = self._connection.execute(
            f"select {_CARD}, best.marked from ("
            f"select rowid, rank, snippet(text, 2, {_MARKS}, {_SNIPPET_WORDS}) marked"
            f" from text where text match ? order by rank limit {SHOWN}) best"
            " join article on article.number = best.rowid order by best.rank",
            (text,),
        )
        results = [Shown(*row) for row in rows]
        counts = {}
        if facets:
            self._match_all(text)
            counts = {"source": self._by_column("source", 10), "year": self._by_column("year", 10)}
        return Page(total, results, counts)

    def _counts(self, query: Query, match: object) -> dict[str, list[tuple[str, int]]]:
        self._match_all(match)
        counts: dict[str, list[tuple[str, int]]] = {}
        for facet in query.facets:
            if facet in ("year", "source"):
                counts[facet] = self._by_column(facet, query.facet_limit)
            else:
                counts[facet] = self._connection.execute(_BY_KIND, (facet, query.facet_limit)).fetchall()
        if query.dates:
            counts["day"] = self._by_column("day", -1)
        return counts

    def _match_all(self, match: object) -> None:
        self._connection.execute("delete from matching")
        self._connection.execute("insert into matching select rowid from text where text match ?", (match,))

    def _by_column(self, column: str, limit: int) -> list[tuple[str, int]]:
        return self._connection.execute(
            f"select {column}, count(*) n from matching join article using (number)"
            f" group by {column} order by n desc limit {limit}"
        ).fetchall()

    def _row(self, number: int, document: Document) -> tuple[object, ...]:
        d = document
        body = d.body if self._stored else None
        year = int(d.date[:4]) if d.date else None
        return number, d.id, d.headline, d.dateline, body, d.date, d.source, day_number(d.date) or None, year

    def _known_names(self) -> dict[str, int]:
        return dict(self._connection.execute("select entity, number from name"))

    def _name(self, entity: str) -> int:
        if entity not in self._names:
            self._names[entity] = len(self._names) + 1
            self._connection.execute("insert into name values (?, ?)", (self._names[entity], entity))
        return self._names[entity]


def _match(clause: Clause) -> str:
    match clause:
        case And(clauses):
            return " AND ".join(map(_match, clauses))
        case Or(clauses):
            return " OR ".join(map(_match, clauses))
        case Word(text) | Phrase(text):
            return f'"{text}"'
        case Prefix(text):
            return f'"{text}"*'
        case Fuzzy() | Not() | Nothing():
            raise NotSupported

"""Everything that a search finds, whole, as it was at one moment, written piece by piece.

Which articles, and in which order, is asked of one generation of the index, once; what they say is read in one snapshot
of the rows, a few at a time. So an ingest that runs meanwhile changes nothing. What is withdrawn meanwhile is left out
from then on.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from sqlmodel import Session

from app.archive import Archive
from app.errors import IndexUnavailable, InvalidCursor, InvalidParameter
from app.ingest.exported import seal
from app.read.conditions import read_conditions
from app.read.params import ExportParams
from app.read.records import ExportRecord, Writer, new_writer
from app.search.answer import answer
from app.search.attributes import FILTERS
from app.search.engine import Ranking, SearchEngine
from app.store import articles as store
from app.store.tables import Article

_LOOKED_AT = 200
_AT_ONCE = 50
_PIECE = 1_000_000
"""Bytes of articles in memory at once, or one article that is larger."""
_AS_KEPT = [name for name in ExportRecord.__struct_fields__ if name in Article.model_fields]
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Export:
    """`pieces` are the bytes; close it, which lets go of the snapshot. `total` articles are to come, `cursor` with the
    id of the last that came whole goes on from there."""

    pieces: Generator[bytes, None, None]
    total: int
    cursor: str
    sequence: int


def begin_export(archive: Archive, engine: SearchEngine, params: ExportParams, base: str | None) -> Export:
    """Find what is to be sent, and the first of it. `engine` stands still (`SearchEngine.still`). `base`: the address
    of this server, for references to articles that have none of their own."""
    with ExitStack() as opened:
        # The index came first: then the rows are never behind it.
        session = opened.enter_context(archive.database.scanning())
        asked = read_conditions(archive.database, session, params)
        query = params.to_query(asked.parsed.clause, asked.filters)
        found = answer(engine, query, params.match)
        ranking = engine.ranking(replace(query, clause=found.clause))
        start = _first_place(ranking, params)
        stop = len(ranking) if params.limit is None else min(len(ranking), start + params.limit)
        writer = new_writer(params.format, base, is_rest=params.after is not None)
        made = _written_pieces(archive, session, ranking, start, stop, writer, opened.pop_all())
        try:
            first = next(made)
        except BaseException:
            made.close()
            raise
        return Export(_first_and_rest(first, made), stop - start, ranking.cursor, ranking.sequence)


def export_name(params: ExportParams) -> str:
    """Return what to call the file: what was searched for, in letters that every system bears."""
    bounds = [params.date, params.date_from, params.date_to]
    chosen = [value for name in FILTERS for value in getattr(params, name)]
    said = [params.q, *params.entity_name, *chosen, *(bound for bound in bounds if bound)]
    words = _NOT_IN_A_NAME.sub("-", " ".join(said).lower()).strip("-")[:_LONGEST_NAME].strip("-")
    ending = {"bibtex": "bib", "csl-json": "json"}.get(params.format, params.format)
    return f"dateline-{words or 'articles'}.{ending}"


def _first_place(ranking: Ranking, params: ExportParams) -> int:
    if params.after is None:
        return 0
    if params.cursor is None:
        raise InvalidParameter("after", "It needs the cursor as well: what the header Export-Cursor said.")
    place = ranking.find(params.after)
    if place is None:
        raise InvalidCursor(
            f"Article {params.after!r} is not among those that the cursor belongs to, or was withdrawn since. Go on "
            "after the one before it."
        )
    if params.after in ranking.revised:
        raise InvalidCursor(f"Article {params.after!r} was revised since. Go on after the one before it.")
    return place + 1


def _first_and_rest(first: bytes, rest: Generator[bytes, None, None]) -> Generator[bytes, None, None]:
    try:
        yield first
        yield from rest
    finally:
        rest.close()


def _written_pieces(
    archive: Archive, session: Session, ranking: Ranking, start: int, stop: int, writer: Writer, opened: ExitStack
) -> Generator[bytes, None, None]:
    with opened, archive.database.scanning() as now:
        yield writer.begin()
        for ids in _id_batches(session, ranking, start, stop):
            shown = store.published_of(now, ids)
            now.rollback()  # the next batch is asked of another moment
            if piece := writer.add(_export_records(session, [id for id in ids if id in shown])):
                yield piece
        yield writer.end()


def _id_batches(session: Session, ranking: Ranking, start: int, stop: int) -> Iterator[list[str]]:
    """Yield the ids in order, by as many as are read at once."""
    for at in range(start, stop, _LOOKED_AT):
        ids = ranking.ids(at, min(at + _LOOKED_AT, stop))
        sizes = store.sizes(session, ids)
        batch: list[str] = []
        size = 0
        for id in ids:
            if batch and (size + sizes.get(id, 0) > _PIECE or len(batch) == _AT_ONCE):
                yield batch
                batch, size = [], 0
            batch.append(id)
            size += sizes.get(id, 0)
        yield batch


def _export_records(session: Session, ids: Sequence[str]) -> list[ExportRecord]:
    rows, named = store.load_articles(session, ids), store.named_entities(session, ids)
    # Rows are never deleted; a withdrawn one may be restored after the snapshot.
    if missing := next((id for id in ids if id not in rows), None):
        raise IndexUnavailable(f"The index finds article {missing}, which has no row. Run: dateline verify")
    found = [_export_record(row, named[row.id]) for id in ids if (row := rows[id]).status == "published"]
    session.expunge_all()
    return found


def _export_record(row: Article, named: Sequence[store.NamedEntity]) -> ExportRecord:
    said = {name: getattr(row, name) for name in _AS_KEPT}
    return ExportRecord(
        **said,
        entities=[{"id": each.id, "name": each.name, "type": each.type, "mentions": each.mentions} for each in named],
        provenance={
            "key": row.key,
            "sha256": row.content_sha256,
            "record_sha256": row.record_sha256,
            "file": row.file,
            "record": row.record,
            "ingested_at": row.ingested_at,
            "pipeline": row.pipeline,
            "seal": seal(said, row.key, row.record_sha256),
        },
    )

"""Records that did not become articles: kept with their reason until they pass."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, delete, func, insert, text, update
from sqlmodel import Session, col, select

from app.store.tables import Rejection
from app.store.written import run_written

# Asked of a file: in these words SQLite goes by the file. `resolved IS 0` has an index of its own, and that of all that
# stand was gone through for every single one.
_STANDS = text("NOT resolved")
_PASSES = "UPDATE rejection SET resolved = TRUE WHERE NOT resolved AND seen_at <> ? AND"
_AGAIN = "UPDATE rejection SET seen_at = ?, source = ?, format = ? WHERE NOT resolved AND"


@dataclass(frozen=True, slots=True)
class Refusal:
    """As `Rejection`, before it has a row. `container` is the file on disk, where the one at `path` is packed in it."""

    file: str
    path: str
    record: int | None
    reason: str
    sha256: str | None = None
    offset: int | None = None
    source: str | None = None
    format: str | None = None
    container: str | None = None


def list_rejections(
    session: Session,
    *,
    resolved: bool = False,
    limit: int | None = None,
    source: str | None = None,
    file: str | None = None,
) -> list[Rejection]:
    """Oldest first; those that passed since only when asked for. `source` and `file` as in `newest_rejections`."""
    wanted = select(Rejection).where(*_chosen(resolved, source, file)).order_by(col(Rejection.id)).limit(limit)
    return list(session.exec(wanted))


def newest_rejections(
    session: Session,
    *,
    limit: int,
    before: int | None = None,
    source: str | None = None,
    file: str | None = None,
    with_passed: bool = False,
) -> tuple[list[Rejection], int]:
    """Return those that did not pass since, or all `with_passed`, newest first, with lower ids than `before`; and how
    many there are in all. `source` is what was given with the input, `file` a name as it is shown, of a file or of what
    holds it."""
    wanted = _chosen(with_passed, source, file)
    total = session.exec(select(func.count()).select_from(Rejection).where(*wanted)).one()
    older = [] if before is None else [col(Rejection.id) < before]
    found = select(Rejection).where(*wanted, *older).order_by(col(Rejection.id).desc()).limit(limit)
    return list(session.exec(found)), total


def _chosen(with_passed: bool, source: str | None, file: str | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [] if with_passed else [col(Rejection.resolved).is_(False)]
    if source is not None:
        wanted.append(col(Rejection.source) == source)
    if file is not None:
        inside = (col(Rejection.file) > f"{file}/") & (col(Rejection.file) < f"{file}0")  # "0" comes after "/"
        wanted.append((col(Rejection.file) == file) | inside)
    return wanted


def files_to_retry(session: Session) -> list[Rejection]:
    """Return, of each file with unresolved rejections, the one seen last."""
    wanted = (
        select(Rejection).where(col(Rejection.resolved).is_(False)).order_by(col(Rejection.seen_at), col(Rejection.id))
    )
    return sorted({each.path: each for each in session.exec(wanted)}.values(), key=lambda each: each.path)


def store_rejections(session: Session, refusals: Sequence[Refusal], seen_at: str) -> None:
    """`seen_at` is one for all of a reading of a file. A record refused again for the same reason keeps its one row."""
    rows = [asdict(refusal) | {"seen_at": seen_at, "resolved": False} for refusal in refusals]
    for row in rows:
        del row["container"]
    new = [row for row, refusal in zip(rows, refusals, strict=True) if not _seen_again(session, refusal, seen_at)]
    if new:
        session.connection().execute(insert(Rejection), new)


def resolve_rejections(session: Session, path: str, seen_at: str, *, inside: bool = False) -> int:
    """The file at `path` was read to its end: what was refused of it before `seen_at` and not again then is
    resolved, and of all files that it may hold if these were read too. How many that are."""
    # Written out: a folder of ten thousand texts asks as often, and to put a statement together takes longest.
    passed = run_written(session.connection(), f"{_PASSES} path = ?", (seen_at, path)).rowcount
    if inside:
        below = (seen_at, f"{path}/", f"{path}0")  # "0" comes after "/"
        passed += run_written(session.connection(), f"{_PASSES} path >= ? AND path < ?", below).rowcount
    return passed


def forget_rejections(session: Session, folder: str) -> None:
    """Forget what was refused below a folder that is gone for good."""
    session.connection().execute(delete(Rejection).where(_is_below(folder)))


def supersede_rejections(session: Session, folders: Iterable[str], names: Collection[str]) -> None:
    """Take what was refused below these folders for resolved, of files by these names: they came again elsewhere."""
    for folder in folders:
        standing = select(Rejection.id, Rejection.file).where(_is_below(folder), _STANDS)
        again = [id for id, file in session.exec(standing) if file in names or _is_in_one(file, names)]
        session.connection().execute(update(Rejection).where(col(Rejection.id).in_(again)).values(resolved=True))


def _is_below(folder: str) -> ColumnElement[bool]:
    return col(Rejection.path).between(f"{folder}/", f"{folder}0")  # "0" comes after "/"


def _is_in_one(file: str, names: Collection[str]) -> bool:
    parts = file.split("/")
    return any("/".join(parts[:count]) in names for count in range(1, len(parts)))


def _seen_again(session: Session, refusal: Refusal, seen_at: str) -> bool:
    record = () if refusal.record is None else (refusal.record,)
    same = "record = ?" if record else "record IS NULL"
    now = f"{_AGAIN} path = ? AND reason = ? AND {same}"
    given = (seen_at, refusal.source, refusal.format, refusal.path, refusal.reason, *record)
    return run_written(session.connection(), now, given).rowcount > 0

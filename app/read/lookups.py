"""Look-ups: articles by id, by address, and by the id that their publisher gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import cast, get_args

from sqlmodel import Session

from app.errors import InvalidParameter
from app.read.articles import article_view
from app.read.models import LookedUp, ordered
from app.read.params import LookupBody
from app.search.engine import Identifier, SearchEngine
from app.store import articles as store
from app.store import tables
from app.urls import url_key


@dataclass(frozen=True, slots=True)
class Sought:
    """What was asked for, and the articles that may be meant. `by` is None for an id, which means itself."""

    by: Identifier | None
    value: str
    ids: Sequence[str]


def find_sought(engine: SearchEngine, session: Session, body: LookupBody) -> list[Sought]:
    """Return what is asked for, in order, each with the articles that are known so."""
    given: dict[Identifier, Sequence[str]] = {"url": body.urls, "external_id": body.external_ids}
    found = {by: _known_by(engine, session, by, given[by]) for by in given}
    by_id = [Sought(None, id, [id]) for id in body.ids]
    return by_id + [Sought(by, value, found[by].get(value, ())) for by in given for value in given[by]]


def article_known_as(engine: SearchEngine, session: Session, name: str) -> tables.Article:
    """Return the article that has this id, this address, or this id of its publisher. Raises `NotFound`, `Withdrawn`,
    and `InvalidParameter` where several have it."""
    if name in store.load_articles(session, [name]):
        return store.load_article(session, name)
    known = [id for by in get_args(Identifier) for id in _known_by(engine, session, by, [name]).get(name, ())]
    if len(known) > 1:
        raise InvalidParameter("id", f"{len(known)} articles are known as {name!r}: {', '.join(known[:20])}.")
    return store.load_article(session, known[0] if known else name)


def _known_by(
    engine: SearchEngine, session: Session, by: Identifier, values: Sequence[str]
) -> Mapping[str, Sequence[str]]:
    """Return the articles that are known so: published ones, else those that were withdrawn, else those whose text came
    a second time under that name."""
    found: dict[str, Sequence[str]] = dict(engine.identified(by, values))
    if missing := [value for value in values if value not in found]:
        found |= _withdrawn_by(session, by, missing)
    if missing := [value for value in missing if value not in found]:
        found |= _copied_by(session, by, missing)
    return found


def _withdrawn_by(session: Session, by: Identifier, values: Iterable[str]) -> dict[str, Sequence[str]]:
    known: dict[str, list[str]] = {}
    for id, url, external_id in store.withdrawn_as(session):
        key = url and url_key(url) if by == "url" else external_id
        if key:
            known.setdefault(key, []).append(id)
    keyed = ((value, url_key(value) if by == "url" else value) for value in values)
    return {value: known[key] for value, key in keyed if key in known}


def _copied_by(session: Session, by: Identifier, values: Iterable[str]) -> dict[str, Sequence[str]]:
    """Return the articles of records that came twice. Their addresses are kept as they came, in no order: of those that
    mean one page, the usual ones are tried."""
    spelt = {spelling: value for value in values for spelling in (_spellings(value) if by == "url" else (value,))}
    return {spelt[kept]: [id] for kept, id in store.ids_of_copies(session, by, spelt).items()}


def _spellings(url: str) -> list[str]:
    key = url_key(url).rstrip("?")
    ends = (key,) if "?" in key else (key.rstrip("/"), f"{key.rstrip('/')}/")
    return [url, *(f"{scheme}{www}{end}" for scheme in ("https://", "http://") for www in ("", "www.") for end in ends)]


def lookup_results(session: Session, sought: Sequence[Sought], root: str) -> list[LookedUp]:
    """Return what became of each, an article on the wire with `root` before each address of this server."""
    rows = store.load_articles(session, ids_sought(sought))
    views = {id: _became(session, row, root) for id, row in rows.items()}
    return list(chain.from_iterable(_results_of(each, views) for each in sought))


def ids_sought(sought: Iterable[Sought]) -> list[str]:
    return [id for each in sought for id in each.ids]


def _results_of(sought: Sought, views: Mapping[str, LookedUp]) -> list[LookedUp]:
    missing: LookedUp = {"id": sought.value, "status": "missing"}
    results = [views[id] for id in sought.ids if id in views] or [missing]
    if sought.by is None:
        return results
    asked: dict[str, object] = {sought.by: sought.value}
    return [ordered(LookedUp, cast(LookedUp, {**result, **asked})) for result in results]


def _became(session: Session, article: tables.Article, root: str) -> LookedUp:
    if article.status == "published":
        return {"id": article.id, "status": "found", "article": article_view(session, article, root)}
    gone: LookedUp = {"id": article.id, "status": "withdrawn"}
    if (reason := store.withdrawn_because(session, article.id)) is not None:
        gone["reason"] = reason
    return gone

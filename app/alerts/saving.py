"""Saving a search: everything that could keep it from working is found before it is kept."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

from app.alerts.finding import first_reading
from app.alerts.webhook import check_secret, new_secret
from app.archive import Archive
from app.errors import Conflict, FetchRefused, FieldInvalid, InvalidParameter
from app.fetch.client import checked_address
from app.read.params import PAGE_LOOKS, Conditions, SavedSearchBody, SearchParams
from app.search.attributes import DATES, FILTERS
from app.store import searches
from app.store.sequence import newest
from app.store.tables import SavedSearch
from app.text import fingerprint

MOST_FIELDS = 600
_MANY = {*FILTERS, "entity_name"}
_SHOWING = SearchParams.model_fields.keys() - Conditions.model_fields.keys() | PAGE_LOOKS
"""What says how a search is shown, in its addresses here and on the page."""
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


def save_search(archive: Archive, asked: SavedSearchBody, by: str) -> SavedSearch:
    """Save a search, which is asked from now on. Raises `FieldInvalid` for what cannot work, and `Conflict` where
    there are too many."""
    parameters = _checked_search(archive, asked.search)
    now, name = datetime.now(UTC).isoformat(timespec="seconds"), asked.name.strip()
    digest = (asked.digest or "day") if asked.email is not None else None
    made = SavedSearch(
        id=fingerprint("search", name, urlencode(parameters, doseq=True))[:16],
        name=name,
        parameters=parameters,
        by=by,
        created_at=now,
        since=0,
        reached=0,
        webhook=_checked_webhook(asked),
        secret=_secret(asked),
        email=_checked_email(archive, asked),
        digest=digest,
        mail_due=searches.next_digest(digest, now),
    )
    with archive.database.writing() as session:
        if searches.count_searches(session) >= searches.MOST_SEARCHES:
            raise Conflict(f"There are {searches.MOST_SEARCHES:,} saved searches. Delete one that nobody needs.")
        if searches.has_search(session, made.id):
            raise Conflict(f"This search is saved as {name!r} already: {made.id}. Delete it, or take another name.")
        made.since = made.reached = newest(session)
        searches.add_search(session, made)
    return made


def _checked_search(archive: Archive, search: str) -> dict[str, object]:
    """Return the parameters of a search that has been read once as it will be read."""
    try:
        parameters = parameters_of(search)
        first_reading(archive, parameters)
    except InvalidParameter as error:
        named = error.message if error.parameter == "search" else f"{error.parameter}: {error.message}"
        raise FieldInvalid("search", named, suggestion=error.suggestion, candidates=error.candidates) from None
    return parameters


def parameters_of(search: str) -> dict[str, object]:
    """Return the parameters that choose articles, of a query string or an address of a search. How a search is shown is
    left out. Raises `FieldInvalid`."""
    asked = _gathered(search.rpartition("?")[2])
    given = Conditions.checked(asked)
    # As they were given: `-7d` is another day tomorrow.
    dates = {name: asked[name] for name in DATES if name in asked}
    kept: dict[str, object] = given.model_dump(exclude_defaults=True, exclude={"match"}) | dates
    if given.q.strip():
        kept["match"] = "any" if given.match == "any" else "all"
    if not kept:
        raise FieldInvalid("search", "It has no condition: every article would be new for it.")
    return kept


def _gathered(query: str) -> dict[str, object]:
    """Group the values of a query string by name; what may be there once stands without a list."""
    lists: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(query, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise FieldInvalid("search", f"It has more than {MOST_FIELDS} parameters.") from None
    for name, value in pairs:
        if name not in _SHOWING:
            lists.setdefault(name, []).append(value)
    return {name: values if name in _MANY else _only(name, values) for name, values in lists.items()}


def _only(name: str, values: list[str]) -> str:
    if len(values) > 1:
        raise FieldInvalid(name, f"It takes one value and was given {len(values)} times.")
    return values[0]


def _checked_webhook(asked: SavedSearchBody) -> str | None:
    if asked.webhook is None:
        return None
    try:
        return checked_address(asked.webhook)
    except FetchRefused as error:
        raise FieldInvalid("webhook", f"It {error.reason}.") from None


def _secret(asked: SavedSearchBody) -> str | None:
    if asked.webhook is None:
        if asked.secret is not None:
            raise FieldInvalid("secret", "It signs messages to a webhook, and none is given.")
        return None
    return check_secret(asked.secret) if asked.secret is not None else new_secret()


def _checked_email(archive: Archive, asked: SavedSearchBody) -> str | None:
    if asked.email is None:
        if asked.digest is not None:
            raise FieldInvalid("digest", "It is for mail, and no email is given.")
        return None
    if not _EMAIL.fullmatch(asked.email):
        raise FieldInvalid("email", "It is no address of mail, such as desk@news.example.")
    if not archive.settings.smtp_url.get_secret_value() or not archive.settings.mail_from:
        raise FieldInvalid("email", "This archive sends no mail: DATELINE_SMTP_URL and DATELINE_MAIL_FROM say how.")
    return asked.email

"""Saved searches: a form to save one, all of them, and what became of each.

Pages that show them need a key with the scope `alerts`, which the browser asks for, or the machine of an archive
without keys. What messages to a webhook are signed with is shown once, in the answer to the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from app.alerts.saving import parameters_of, save_search
from app.api.searches import feed_of_search
from app.archive import Archive
from app.errors import InvalidParameter
from app.http.deps import ArchiveDep, SearchId, no_parameters
from app.http.here import check_may_see, may_add_without_key
from app.http.prefix import prefix_of
from app.read.models import SavedSearch, SearchMessage
from app.read.params import Conditions, Params, SavedSearchBody, SavedSearchFeedParams
from app.read.searches import delivery_view, match_view, saved_search_view
from app.store import searches as store
from app.store import tables
from app.store.keys import Scope
from app.web.address import Address
from app.web.conditions import in_words
from app.web.forms import SentForm, sent_with
from app.web.pages import OlderParams, older_link, render_page, unkept

router = APIRouter(include_in_schema=False)

_SCOPE: Scope = "alerts"
_LISTED, _SHOWN = 50, 20
"""Searches of a page, and articles and messages of one search."""
_LONGEST_NAME = 200

FormDep = Annotated[SentForm, Depends(sent_with(_SCOPE))]


class SearchAct(Params):
    """What a form does to a saved search."""

    act: Literal["on", "off", "delete"]


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A saved search with its conditions in words, the search as it is now, and the last message about it."""

    saved: SavedSearch
    asks: list[str]
    now: Address
    message: SearchMessage | None


@router.get("/searches")
def show_saved_searches(request: Request, archive: ArchiveDep, params: OlderParams = Query()) -> Response:  # noqa: B008
    check_may_see(request, archive, _SCOPE)
    root = prefix_of(request.scope)
    with archive.database.reading() as session:
        found = store.list_searches(session, _LISTED + 1, params.before)
        rows = _saved_rows(archive, session, found[:_LISTED], root)
        total = store.count_searches(session)
    older = older_link(f"{root}/searches", found[_LISTED - 1].number) if len(found) > _LISTED else None
    return unkept(render_page(request, "searches.html", rows=rows, total=total, older=older))


@router.get("/searches/new")
def ask_how_to_save(request: Request, archive: ArchiveDep) -> Response:
    """Show a form for the search of the address; `InvalidParameter` where it is none that can be saved."""
    parameters = parameters_of(request.url.query)
    root, settings = prefix_of(request.scope), archive.settings
    with archive.database.reading() as session:
        asks = _told_or_given(archive, session, parameters)
    page = render_page(
        request, "searches_new.html",
        asks=asks, name=", ".join(asks)[:_LONGEST_NAME], here=Address.of(request),
        now=_search_now(root, parameters), needs_key=not may_add_without_key(request, archive),
        sends_mail=bool(settings.smtp_url.get_secret_value() and settings.mail_from),
    )  # fmt: skip
    return unkept(page)


@router.post("/searches/new")
def take_search(request: Request, archive: ArchiveDep, form: FormDep) -> Response:
    """Save the search of the address. The answer is the page that shows a new secret, this once."""
    # A form sends what it lets one choose from, chosen or not.
    unused = set() if "email" in form.fields else {"digest"}
    fields = {name: value for name, value in form.fields.items() if name not in unused}
    asked = SavedSearchBody.checked({"search": request.url.query, **fields})
    made = save_search(archive, asked, form.by)
    saved = saved_search_view(made, 0)
    page = render_page(
        request,
        "searches_made.html",
        status=201,
        saved=saved,
        secret=made.secret,
        needs_key=not may_add_without_key(request, archive),
    )
    page.headers["Cache-Control"] = "no-store"
    return page


@router.get("/searches/{search_id}")
def show_saved_search(
    request: Request,
    archive: ArchiveDep,
    search_id: SearchId,
    params: OlderParams = Query(),  # noqa: B008
) -> Response:
    check_may_see(request, archive, _SCOPE)
    root = prefix_of(request.scope)
    with archive.database.reading() as session:
        row = store.load_search(session, search_id)
        [shown] = _saved_rows(archive, session, [row], root)
        found = store.found_articles(session, row, _SHOWN + 1, params.before)
        messages = [delivery_view(each) for each in store.list_deliveries(session, row, _SHOWN)]
    matches = [match_view(article, at) for _, article, at in found[:_SHOWN]]
    older = older_link(f"{root}/searches/{search_id}", found[_SHOWN - 1][0]) if len(found) > _SHOWN else None
    needs_key = not may_add_without_key(request, archive)
    page = render_page(
        request, "searches_one.html", row=shown, matches=matches, older=older, messages=messages, needs_key=needs_key
    )
    return unkept(page)


@router.get("/searches/{search_id}/feed")
def show_feed_of_search(
    request: Request,
    archive: ArchiveDep,
    search_id: SearchId,
    params: SavedSearchFeedParams = Query(),  # noqa: B008
) -> Response:
    """Show the feed that the API has too, to whoever may see the search on the page."""
    check_may_see(request, archive, _SCOPE)
    return feed_of_search(request, archive, search_id, params)


@router.post("/searches/{search_id}", dependencies=[Depends(no_parameters)])
def change_search(request: Request, archive: ArchiveDep, search_id: SearchId, form: FormDep) -> Response:
    """Switch it on or off, or delete it, and go back to where that shows."""
    act = SearchAct.checked(form.fields).act
    with archive.database.writing() as session:
        if act == "delete":
            store.delete_search(session, search_id)
        else:
            store.switch_search(session, search_id, is_on=act == "on")
    at = "/searches" if act == "delete" else f"/searches/{search_id}"
    return RedirectResponse(prefix_of(request.scope) + at, 303)


def _saved_rows(archive: Archive, session: Session, rows: list[tables.SavedSearch], root: str) -> list[SavedRow]:
    numbers = [row.number or 0 for row in rows]
    matches, last = store.count_matches(session, numbers), store.last_deliveries(session, numbers)
    return [
        SavedRow(
            saved_search_view(row, matches.get(number, 0)),
            _told_or_given(archive, session, row.parameters),
            _search_now(root, row.parameters),
            delivery_view(last[number]) if number in last else None,
        )
        for row, number in zip(rows, numbers, strict=True)
    ]


def _told_or_given(archive: Archive, session: Session, parameters: Mapping[str, object]) -> list[str]:
    """Return what a search asks for; its parameters where it cannot be read any more."""
    try:
        return in_words(archive, session, Conditions.checked(parameters))
    except InvalidParameter:
        return [f"{name}={value}" for name, value in _search_now("", parameters).pairs]


def _search_now(root: str, parameters: Mapping[str, object]) -> Address:
    pairs = [
        (name, each) for name, value in parameters.items() for each in (value if isinstance(value, list) else [value])
    ]
    return Address(f"{root}/", tuple((name, str(each)) for name, each in pairs))

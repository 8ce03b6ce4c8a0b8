"""Compare: two searches or two spans of time, and what is more frequent in either, each a link to its articles."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.http.deps import ArchiveDep
from app.http.prefix import prefix_of
from app.read.contrasting import compare_searches
from app.read.params import SIDES, Conditions, ContrastParams
from app.web.address import Address
from app.web.conditions import in_words
from app.web.pages import render_page

LIMIT = 20
TITLES = {
    "word": "Words", "person": "People", "place": "Places", "organization": "Organizations", "event": "Events",
    "source": "Sources",
}  # fmt: skip
ASKED = ("q", "a_q", "a_date_from", "a_date_to", "b_q", "b_date_from", "b_date_to")
"""What the form asks for; whatever else the address says goes along."""

_LISTS = {"kind", *(f"{side}{name}" for side in ("", "a_", "b_") for name, field in Conditions.model_fields.items()
                    if field.default_factory is list)}  # fmt: skip

router = APIRouter(include_in_schema=False)


@router.get("/compare")
def show_contrast(request: Request, archive: ArchiveDep) -> Response:
    here = Address.of(request)
    params = ContrastParams.checked({"limit": LIMIT, **fields_of(here, _LISTS)})
    contrast, headings = None, list[str]()
    if here.pairs:
        with archive.database.reading() as session:
            root = prefix_of(request.scope)
            contrast = compare_searches(archive, archive.engine.still(), session, params, f"{root}/")
            headings = [", ".join(in_words(archive, session, params.side(letter))) for letter in SIDES]
    call = Address("/v1/compare", here.pairs)
    return render_page(
        request, "compare.html",
        params=params, contrast=contrast, headings=headings, titles=TITLES, hidden=here.without(*ASKED).pairs,
        call=call, curl=call.curl(request),
    )  # fmt: skip


def fields_of(here: Address, lists: set[str]) -> dict[str, str | list[str]]:
    """Return what an address says; `lists` are the parameters that may be repeated."""
    given: dict[str, list[str]] = {}
    for name, value in here.pairs:
        given.setdefault(name, []).append(value)
    return {name: values if name in lists or len(values) > 1 else values[0] for name, values in given.items()}

"""Pages: templates rendered with values, sent with a tag, and failures as a page that says how to go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import PackageLoader, StrictUndefined
from pydantic import Field
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.http.prefix import prefix_of
from app.http.responses import check_tag
from app.read.models import Problem
from app.read.params import Params
from app.text import fingerprint
from app.web.address import Address
from app.web.escaping import PageEnvironment

_STATIC = Path(str(files("app.web") / "static"))
ICON = _STATIC / "icon.svg"
# Part of every asset's address, so that a browser keeps each file for good and never shows an old one.
ASSETS = "/assets/" + fingerprint(*(path.read_bytes().decode("latin-1") for path in sorted(_STATIC.iterdir())))[:12]


MENU = (
    ("/", "Search"), ("/stories", "Stories"), ("/entities", "Names"), ("/sources", "Sources"),
    ("/calendar", "Calendar"), ("/archive", "Archive"), ("/how-to-search", "How to search"), ("/docs", "API"),
)  # fmt: skip
"""The parts of the site, in the order of the menu that heads every page."""


class Assets(StaticFiles):
    """The files of `static/`, kept by browsers for a year: an address changes with what is there."""

    def __init__(self) -> None:
        super().__init__(directory=_STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        if path.endswith(".woff2"):
            # Not every system knows it.
            response.headers["Content-Type"] = "font/woff2"
        return response


class OlderParams(Params):
    """Which page of a list that begins with the newest."""

    before: int | None = Field(None, ge=1, le=2**53)
    """The number of the last row of the page before."""


def older_link(path: str, last: int | None) -> Address:
    """Return the page of a list behind the row of this number."""
    return Address(path, (("before", str(last)),))


@dataclass(frozen=True, slots=True)
class Way:
    """A link that changes what is shown."""

    label: str
    url: Address
    current: bool = False


def render_page(request: Request, template: str, /, *, status: int = 200, **values: object) -> Response:
    root = prefix_of(request.scope)
    shown = {"root": root, "assets": root + ASSETS, "menu": _menu(root, request.url.path), **values}
    page = _templates.get_template(template).render(shown)
    headers = {"Cache-Control": "no-cache"}
    if status == 200:
        headers["ETag"] = check_tag(request, page)
    return HTMLResponse(page, status, headers)


def unkept(response: Response) -> Response:
    """Let nobody keep the page: it depends on who asks, or changes from one moment to the next."""
    del response.headers["ETag"]
    response.headers["Cache-Control"] = "no-store"
    return response


def _menu(root: str, path: str) -> list[Way]:
    return [Way(label, Address(root + part), path == root + part) for part, label in MENU]


@lru_cache(maxsize=20_000)
def civil(text: str | None) -> str:
    """A civil date as people write it, as precise as it was given: `1969-07-20` is 20 July 1969."""
    match (text or "").split("-"):
        case [year, month, day]:
            return f"{int(day)} {_month_name(month)} {int(year)}"
        case [year, month]:
            return f"{_month_name(month)} {int(year)}"
        case _:
            return text or ""


def clock(published_at: str) -> str:
    """The time of day and its offset as they were given: `2025-05-05T14:30:00+02:00` is 14:30 +02:00."""
    offset = published_at[_MINUTES:].lstrip("0123456789:.")
    return f"{published_at[_TIME:_MINUTES]} {'UTC' if offset == 'Z' else offset}".rstrip()


def in_bytes(count: int) -> str:
    """A size as people say it: 1,234,567 is 1.2 MB."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1_000)):,} kB"
    return f"{count / 1_000_000:,.1f} MB" if count < 1_000_000_000 else f"{count / 1_000_000_000:,.1f} GB"


def _month_name(number: str) -> str:
    return f"{date(2000, int(number), 1):%B}"


def problem_page(request: Request, problem: Problem) -> Response:
    """A problem for people: what happened, and ways to go on that lead somewhere."""
    wrong = {each.get("parameter", "") for each in problem["errors"]} & request.query_params.keys()
    repair = Address.of(request).without(*wrong) if wrong else None
    again = Address(request.url.path, tuple(request.query_params.multi_items()))
    return render_page(request, "problem.html", status=problem["status"], problem=problem, repair=repair, again=again)


_TIME, _MINUTES = len("YYYY-MM-DDT"), len("YYYY-MM-DDTHH:MM")
_templates = PageEnvironment(
    loader=PackageLoader("app.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    auto_reload=False,
)  # fmt: skip
_templates.filters |= {"civil": civil, "clock": clock, "number": "{:,}".format, "bytes": in_bytes}

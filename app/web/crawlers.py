"""What programs ask a site for by themselves: what they may read, where all articles are, and its icon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse, StreamingResponse
from starlette.exceptions import HTTPException

from app.archive import Archive
from app.http.deps import ArchiveDep, no_parameters
from app.http.prefix import prefix_of
from app.store.articles import published_from, published_id
from app.store.published import count_published
from app.web.pages import ICON

SITEMAP_LENGTH = 10_000
"""Articles of one sitemap; the protocol allows 50,000."""
_READ_AT_ONCE = 1_000
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<{list} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
_FRESH = {"Cache-Control": "no-cache"}

router = APIRouter(include_in_schema=False, dependencies=[Depends(no_parameters)])


@router.get("/robots.txt")
def show_robots(request: Request, archive: ArchiveDep) -> Response:
    """Articles and names may be read. Searches are without number, and the API is for programs that know it."""
    root, lines = prefix_of(request.scope), ["User-agent: *", "Disallow: /", ""]
    if not archive.settings.require_key:
        lines[1:2] = [f"Disallow: {root}{path}" for path in ("/v1/", "/add", "/searches", "/*?")]
        lines.append(f"Sitemap: {request.base_url}sitemap.xml\n")
    return PlainTextResponse("\n".join(lines), headers=_FRESH)


@router.get("/favicon.ico")
async def show_icon() -> Response:
    """Show the icon of the pages to who looks for it at its usual place."""
    return FileResponse(ICON, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


@router.get("/sitemap.xml")
def list_sitemaps(request: Request, archive: ArchiveDep) -> Response:
    with archive.database.reading() as session:
        pages = max(1, -(-count_published(session) // SITEMAP_LENGTH))
    listed = (f"<sitemap><loc>{request.base_url}sitemap-{page}.xml</loc></sitemap>\n" for page in range(1, pages + 1))
    return _listing("sitemapindex", listed)


@router.get("/sitemap-{page}.xml")
def show_sitemap(request: Request, archive: ArchiveDep, page: Annotated[int, Path(ge=1, le=1_000_000)]) -> Response:
    with archive.database.reading() as session:
        first = published_id(session, (page - 1) * SITEMAP_LENGTH)
    if first is None and page > 1:
        raise HTTPException(404)
    return _listing("urlset", _located(archive, str(request.base_url), page, first or ""))


def _located(archive: Archive, base: str, page: int, first: str) -> Iterator[str]:
    """Yield the articles of a page from the id `first` on, some at a time; before all of them the front page."""
    if page == 1:
        yield f"<url><loc>{base}</loc></url>\n"
    left, last = SITEMAP_LENGTH, ""
    while left:
        with archive.database.reading() as session:
            found = published_from(session, last or first, min(left, _READ_AT_ONCE), beyond=bool(last))
        for id, changed in found:
            yield f"<url><loc>{base}articles/{id}</loc><lastmod>{changed}</lastmod></url>\n"
        if not found:
            return
        left, last = left - len(found), found[-1][0]


def _listing(name: str, entries: Iterator[str]) -> Response:
    def pieces() -> Iterator[str]:
        yield _HEAD.format(list=name)
        yield from entries
        yield f"</{name}>\n"

    return StreamingResponse(pieces(), media_type="application/xml", headers=_FRESH)

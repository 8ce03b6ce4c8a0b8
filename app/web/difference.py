"""Two articles side by side, with what only one of them says marked in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.errors import InvalidParameter
from app.http.capacity import hold_search_slot
from app.http.deps import ArchiveDep, ArticleId, KeysDep, no_parameters
from app.http.prefix import prefix_of
from app.ingest.deciding import decide_copies
from app.relations.difference import DifferentSpan, compare_texts
from app.store.articles import load_article
from app.store.copy_decisions import CopyProposal
from app.store.tables import Article
from app.web.address import Address
from app.web.pages import render_page
from app.web.withdrawing import KeyField

router = APIRouter(include_in_schema=False)

_Piece = tuple[bool, str]
"""Whether only this text has it, and what it is."""


@dataclass(slots=True)
class FacingPassages:
    """What stands side by side: a paragraph of each text, or several where what differs goes across their ends."""

    one: list[_Piece] = field(default_factory=list)
    other: list[_Piece] = field(default_factory=list)


@router.get(
    "/articles/{article_id}/diff/{other_id}",
    dependencies=[Depends(no_parameters), Depends(hold_search_slot, scope="function")],
)
def show_difference(request: Request, archive: ArchiveDep, article_id: ArticleId, other_id: ArticleId) -> Response:
    with archive.database.reading() as session:
        articles = load_article(session, article_id), load_article(session, other_id)
    call = Address(f"/v1/articles/{article_id}/diff/{other_id}")
    return render_page(
        request, "difference.html",
        articles=articles, rows=side_by_side(*articles), are_copies=_are_grouped(*articles),
        are_same=articles[0].body == articles[1].body,
        swapped=f"articles/{other_id}/diff/{article_id}",
        call=call, curl=call.curl(request),
    )  # fmt: skip


@router.post("/articles/{article_id}/diff/{other_id}", dependencies=[Depends(no_parameters)])
def decide_on_copies(
    request: Request,
    archive: ArchiveDep,
    keys: KeysDep,
    article_id: ArticleId,
    other_id: ArticleId,
    key: KeyField = "",
    kind: Annotated[Literal["", "together", "apart"], Form()] = "",
) -> Response:
    """Take an editor's decision about the two. The key is typed into the form, which no page elsewhere could do."""
    by = keys.admit(request, key.strip(), "admin").name
    if not kind:
        raise InvalidParameter("kind", "Say whether they are copies: together, or apart.")
    decide_copies(archive, CopyProposal(kind, article_id, other_id), by)
    return RedirectResponse(f"{prefix_of(request.scope)}/articles/{article_id}/diff/{other_id}", 303)


def side_by_side(one: Article, other: Article) -> list[FacingPassages]:
    """Cut both texts into rows, at the ends of paragraphs that both have."""
    rows = [FacingPassages()]
    for span in compare_texts(one.body, other.body):
        if span.op == "equal":
            _go_on_alike(rows, one.body[slice(*span.a)])
        else:
            _go_on_apart(rows[-1], one.body, other.body, span)
    return [row for row in rows if _says_something(row.one) or _says_something(row.other)]


def _are_grouped(one: Article, other: Article) -> bool:
    return one.copy_group is not None and one.copy_group == other.copy_group


def _go_on_alike(rows: list[FacingPassages], text: str) -> None:
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            rows.append(FacingPassages())
        rows[-1].one.append((False, paragraph))
        rows[-1].other.append((False, paragraph))


def _go_on_apart(row: FacingPassages, one: str, other: str, span: DifferentSpan) -> None:
    row.one.append((True, one[slice(*span.a)]))
    row.other.append((True, other[slice(*span.b)]))


def _says_something(pieces: list[_Piece]) -> bool:
    return any(text.strip() for _, text in pieces)

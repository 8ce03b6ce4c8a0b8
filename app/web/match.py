"""Find this text: a form to paste into, and the passages of the archive where the text stands, marked on both sides.

A short text makes an address, which can be sent; a long one is sent as a form, and its answer is nobody's to keep.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.archive import Archive
from app.http.capacity import hold_index_slot
from app.http.deps import ArchiveDep, no_parameters
from app.http.forms import handed_in
from app.http.prefix import prefix_of
from app.read.matching import FoundIn, find_text
from app.read.models import MatchedPassage
from app.read.params import MatchBody, Params
from app.store.tables import Article
from app.web.address import Address, filled_fields
from app.web.pages import render_page, unkept

LIMIT = 20
_MOST_IN_ADDRESS = 1_500
"""Characters of a text that is part of the address."""
_AROUND = 60
"""Characters shown before a passage and behind it."""
_APART = 200
"""Characters between two passages that are shown as one."""
_SHOWN, _HEAD, _TAIL = 700, 500, 150
"""Characters of a passage beyond which its midst is left out, and how many stay at either end."""

router = APIRouter(include_in_schema=False)

_Piece = tuple[bool, str]
"""Whether both texts have it, and what it is."""


class PastedParams(Params):
    text: str = ""


@dataclass(frozen=True, slots=True)
class FacingMatch:
    """Passages near each other: how they stand in the text that was pasted, and in the article at `url`."""

    pasted: list[_Piece]
    body: list[_Piece]
    url: str


@dataclass(frozen=True, slots=True)
class ArticleMatches:
    article: Article
    percent: int
    rows: list[FacingMatch]


async def _pasted(request: Request) -> str:
    async with handed_in(request) as form:
        # Forms send the ends of lines as typewriters had them; offsets are of what was pasted.
        return form.fields.get("text", "").replace("\r\n", "\n").strip()


@router.get("/match", dependencies=[Depends(hold_index_slot, scope="function")])
def show_match(request: Request, archive: ArchiveDep) -> Response:
    return _match_page(request, archive, PastedParams.checked(filled_fields(request)).text)


@router.post(
    "/match",
    dependencies=[Depends(no_parameters), Depends(_pasted), Depends(hold_index_slot, scope="function")],
)
def take_pasted(request: Request, archive: ArchiveDep, text: Annotated[str, Depends(_pasted)]) -> Response:
    if len(text) <= _MOST_IN_ADDRESS:
        asked = f"?{urlencode({'text': text})}" if text else ""
        return RedirectResponse(f"{prefix_of(request.scope)}/match{asked}", 303)
    return unkept(_match_page(request, archive, text))


def _match_page(request: Request, archive: Archive, text: str) -> Response:
    found, articles = None, list[ArticleMatches]()
    if text:
        params = MatchBody.checked({"text": text, "limit": LIMIT})
        with archive.database.reading() as session:
            found = find_text(archive.engine.still(), session, params.text, params.limit)
        articles = [_article_matches(text, each) for each in found.articles]
    return render_page(
        request, "match.html", text=text, found=found, articles=articles, curl=_curl(request, text),
        pieces=_marked_pieces(text, (0, len(text)), _covered(found.articles if found else ())),
    )  # fmt: skip


def _article_matches(text: str, found: FoundIn) -> ArticleMatches:
    rows = [_facing(text, found.article, group) for group in _neighbours(found.passages)]
    return ArticleMatches(found.article, round(100 * found.covered), rows)


def _neighbours(passages: Sequence[MatchedPassage]) -> Iterator[list[MatchedPassage]]:
    """Gather passages that stand close to each other in both texts."""
    group = list(passages[:1])
    for last, each in pairwise(passages):
        if all(0 <= each[side]["start"] - last[side]["end"] <= _APART for side in ("text", "body")):
            group.append(each)
        else:
            yield group
            group = [each]
    yield group


def _facing(text: str, article: Article, group: Sequence[MatchedPassage]) -> FacingMatch:
    pasted = [(each["text"]["start"], each["text"]["end"]) for each in group]
    body = [(each["body"]["start"], each["body"]["end"]) for each in group]
    return FacingMatch(
        _marked_pieces(text, _surroundings(text, pasted), pasted),
        _marked_pieces(article.body, _surroundings(article.body, body), body),
        spot_address(article, body),
    )


def spot_address(article: Article, spans: Sequence[tuple[int, int]]) -> str:
    """Return the path at which an article is read with some stretches of it marked, the first of them in sight."""
    number = sum(int(start) <= spans[0][0] for _, start, _ in article.blocks)
    marks = urlencode([("mark", f"{start}-{end}") for start, end in spans])
    return f"/articles/{article.id}?{marks}#p{max(number, 1)}"


def _surroundings(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return from where to where some stretches are shown: with a few whole words around."""
    start, end = max(spans[0][0] - _AROUND, 0), min(spans[-1][1] + _AROUND, len(text))
    start = 0 if start == 0 else max(text.find(" ", start, spans[0][0]) + 1, start)
    cut = text.rfind(" ", spans[-1][1], end)
    return start, end if end == len(text) or cut < 0 else cut


def _covered(found: Sequence[FoundIn]) -> list[tuple[int, int]]:
    """Return the stretches of the text that stand in any article, ascending and disjoint."""
    spans = sorted((each["text"]["start"], each["text"]["end"]) for one in found for each in one.passages)
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _marked_pieces(text: str, shown: tuple[int, int], marks: Sequence[tuple[int, int]]) -> list[_Piece]:
    """Cut a stretch of a text where marks begin and end; a mark of an article is shortened if it is long."""
    pieces, at = list[_Piece](), shown[0]
    for start, end in marks:
        pieces += [(False, text[at:start]), (True, _ends_of(text[start:end]))]
        at = end
    return [*pieces, (False, text[at : shown[1]])]


def _ends_of(passage: str) -> str:
    return passage if len(passage) <= _SHOWN else f"{passage[:_HEAD]} […] {passage[-_TAIL:]}"


def _curl(request: Request, text: str) -> str:
    """Return the command that asks for the same."""
    is_short = len(text) <= _MOST_IN_ADDRESS
    body = shlex.quote(json.dumps({"text": text}, ensure_ascii=False)) if is_short else "@text.json"
    return f"{Address('/v1/match').curl(request)} \\\n  --json {body}"

"""Results as a page lists them: what the engine found, its words marked, and who is named in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup
from sqlmodel import Session

from app.archive import Archive, ArchiveState
from app.read.salience import by_salience
from app.search import highlight
from app.search.engine import ArticleHit
from app.search.query import Clause
from app.store import articles as store
from app.store.copies import CopyLine, copies_listed, copy_summaries
from app.store.story_lists import StoryBeside, StoryLine, stories_beside, story_lines
from app.store.texts import ShownText, texts
from app.text import fold

NAMES = 5
"""Entities shown of an article."""
COPIES = 10
"""Copies, or articles of its story, that unfold below a result; its article or story has all."""


@dataclass(frozen=True, slots=True)
class Result:
    hit: ArticleHit
    headline: Markup
    made: bool
    """Nobody wrote the headline: it is the first sentence."""
    snippet: Markup
    entities: list[store.NamedEntity]
    copies: int = 0
    """How many there are; `listed` are the first of them."""
    listed: Sequence[CopyLine] = ()
    story: StoryBeside | None = None
    """The story that it is in with others; `told` are the earliest of them."""
    told: Sequence[StoryLine] = ()


def results(
    archive: Archive,
    session: Session,
    hits: Sequence[ArticleHit],
    state: ArchiveState | None,
    clause: Clause | None = None,
    *,
    unfolding: Literal["none", "copies", "stories"] = "none",
) -> list[Result]:
    """Return hits as a page lists them, with what unfolds below each; `state` is that of the archive a moment ago."""
    ids, database = [hit.id for hit in hits], archive.database
    version = database.version() if state is None else state.rows
    found, named = texts(database, ids, version), store.named_entities(session, ids)
    summed = copy_summaries(database, ids, version) if unfolding == "copies" else {}
    stories = stories_beside(database, ids, version) if unfolding == "stories" else {}
    lines = story_lines(session, {story.id for story in stories.values()}) if stories else {}
    unfolded = copies_listed(session, summed, COPIES) if summed else {}
    articles = archive.engine.status().documents
    shown = [found.get(id, ShownText("", ())) for id in ids]
    headlines = _marked_headlines(hits, highlight.Highlighter(clause, "headline"))
    snippets = _snippets_html(hits, shown, highlight.Highlighter(clause))
    return [
        Result(
            hit,
            headline,
            hit.card.headline_derived and not is_own_line(hit.card.headline, text.body),
            snippet,
            by_salience(named[hit.id], hit.card.headline, articles)[:NAMES],
            summed[hit.id].others if hit.id in summed else 0,
            unfolded.get(hit.id, ()),
            stories.get(hit.id),
            [line for line in lines.get(stories[hit.id].id, ()) if line.id != hit.id][:COPIES]
            if hit.id in stories
            else (),
        )
        for hit, text, headline, snippet in zip(hits, shown, headlines, snippets, strict=True)
    ]


def is_own_line(headline: str, body: str) -> bool:
    """Return whether the text has this headline as a line of its own, and not as a sentence."""
    if headline.endswith((".", "…")):
        return False
    start = body.find(headline)
    end = start + len(headline)
    return start >= 0 and body[start - 1 : start] in ("", "\n") and body[end : end + 1] in ("", "\n")


def _marked_headlines(hits: Sequence[ArticleHit], highlighter: highlight.Highlighter) -> list[Markup]:
    texts = [hit.card.headline for hit in hits]
    found = highlighter.matches_in(texts)
    return _marked_html([(text, spans, 0) for text, spans in zip(texts, found, strict=True)])


def _snippets_html(
    hits: Sequence[ArticleHit], texts: Sequence[ShownText], highlighter: highlight.Highlighter
) -> list[Markup]:
    """A headline that the text begins with is not said twice: the snippet is of what follows it."""
    rests = [
        text.body[_headline_end(hit, text.body) :].lstrip(" ,;:.\n") for hit, text in zip(hits, texts, strict=True)
    ]
    apart = [_furniture_of(rest, text) for rest, text in zip(rests, texts, strict=True)]
    found = highlighter.snippets(list(zip(rests, apart, strict=True)))
    marked = _marked_html([(each.text, each.matches, each.start) for each in found])
    return [
        _with_ellipses(hit, text, rest, snippet, shown)
        for hit, text, rest, snippet, shown in zip(hits, texts, rests, found, marked, strict=True)
    ]


def _furniture_of(rest: str, text: ShownText) -> list[highlight.Span]:
    before = len(text.body) - len(rest)
    return [(start - before, end - before) for start, end in text.furniture]


def _with_ellipses(hit: ArticleHit, text: ShownText, rest: str, found: highlight.BodySnippet, shown: Markup) -> Markup:
    """Return a snippet with signs where something was left out."""
    begins_late = len(rest) < len(text.body)
    is_cut = not found.opens or (begins_late and not found.start and hit.card.headline.endswith("…"))
    before = "…\u00a0" if is_cut else ""
    after = "\u00a0…" if found.end < len(rest) else ""
    return before + shown + after


def _headline_end(hit: ArticleHit, body: str) -> int:
    """Return how far into the body its headline goes; 0 where that does not begin with it, or says nothing else."""
    said = hit.card.headline.removesuffix("…").rstrip()
    if hit.card.headline_derived:
        start = body.find(said)
    else:
        start = 0 if fold(body[: len(said)]) == fold(said) and not body[len(said) : len(said) + 1].isalnum() else -1
    return start + len(said) if start >= 0 and body[start + len(said) :].strip() else 0


def _marked_html(marked: Sequence[tuple[str, Sequence[highlight.Span], int]]) -> list[Markup]:
    return [Markup(html) for html in highlight.mark_all(marked)]  # noqa: S704  # `mark_all` escapes the texts

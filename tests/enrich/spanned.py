"""An article with names as the recogniser might find them, to try a rule on, and what became of them."""

from __future__ import annotations

from collections.abc import Callable

from app.enrich.context import Context, Span
from app.enrich.grounds import SpanType
from app.enrich.passes import PHASES
from app.enrich.scores import read_results


def spanned(text: str, **found: str) -> Context:
    """The names given for each type, each where it stands first behind the one before: `person="Ann Lee; Bo"`."""
    kinds: dict[str, SpanType] = {"person": "person", "organization": "organization", "place": "place"}
    article = Context(text, (), read_results(text))
    for name, kind in kinds.items():
        at = 0
        for word in filter(None, map(str.strip, found.get(name, "").split(";"))):
            at = text.index(word, at)
            assert article.add(Span(at, at + len(word), kind, "model", 0.8))
            at += len(word)
    return article


def shown(article: Context) -> list[tuple[str, str]]:
    ordered = sorted(article.spans, key=lambda span: span.start)
    return [(span.name, "demonym" if span.rule == "demonym" else span.type) for span in ordered]


def run(article: Context, *rules: Callable[[Context], None]) -> None:
    """Run the passes of these rules, with what they may override."""
    by_rule = {each.run: each for phase in PHASES for each in phase.passes}
    for rule in rules:
        by_rule[rule].correct(article)

"""Spans as the recogniser might find them, to try a rule on, and what became of them."""

from __future__ import annotations

from app.enrich.cleaning import Span, SpanType
from app.enrich.spans import Spans


def spanned(text: str, **found: str) -> Spans:
    """The names given for each type, each where it stands first behind the one before: `person="Ann Lee; Bo"`."""
    kinds: dict[str, SpanType] = {"person": "person", "organization": "organization", "place": "place"}
    spans = Spans(len(text))
    for name, kind in kinds.items():
        at = 0
        for word in filter(None, map(str.strip, found.get(name, "").split(";"))):
            at = text.index(word, at)
            assert spans.add(Span(at, at + len(word), kind, "model", 0.8))
            at += len(word)
    return spans


def shown(text: str, spans: Spans) -> list[tuple[str, str]]:
    ordered = sorted(spans.all, key=lambda span: span.start)
    return [(text[s.start : s.end], "demonym" if s.rule == "demonym" else s.type) for s in ordered]

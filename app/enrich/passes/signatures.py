"""Names in credits and bylines, which are no names of what the article is about."""

from __future__ import annotations

from app.enrich import grounds
from app.enrich.bylines import bylines
from app.enrich.context import Context


def signatures(article: Context) -> None:
    """`Ann Lund/AFP/Getty Images`, `Bo Berg contributed to this report`: each is found, and counts nowhere."""
    for start, end in bylines(article.text):
        for span in article.overlapping(start, end):
            article.retype(span, span.type, grounds.CREDIT)

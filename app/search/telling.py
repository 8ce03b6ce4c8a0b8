"""The words that tell a text apart from the others of an archive."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from app.effort import spend
from app.search import analysis
from app.search.formula import inverse_frequency

_TOLD = 30
_ANALYSING = 5
"""What it takes to analyse a character, in the units of `spend`."""


def telling_terms(
    headline: str, body: str, documents: int, frequencies: Callable[[Sequence[str]], list[int]]
) -> list[str]:
    """Return the stems that tell a text apart: frequent in it, rare in the archive but not alone."""
    spend(_ANALYSING * len(body))
    # A `Counter` counts what is listed in C, and adds to what it has in Python.
    inside: defaultdict[str, int] = defaultdict(int)
    for text, weight in ((headline, 3), (body, 1)):
        for raw, count in Counter(analysis.raw_tokens(text)).items():
            if (plain := analysis.plain_term(raw)) is not None:
                inside[analysis.stem(plain)] += weight * count
                continue
            for form in analysis.expand(raw).forms:
                inside[analysis.stem(form.term)] += weight * count
    weighed = [
        (count * inverse_frequency(documents, frequency), stem)
        for (stem, count), frequency in zip(inside.items(), frequencies(list(inside)), strict=True)
        if frequency > 1
    ]
    # To sort all of some hundred takes a third of the time in which `heapq`, written in Python, finds the largest.
    return [stem for _, stem in sorted(weighed, reverse=True)[:_TOLD]]

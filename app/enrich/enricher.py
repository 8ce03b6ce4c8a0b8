"""The whole of enrichment for one batch of articles. Pure and single-threaded: ingest spreads it over processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.enrich import lexicon
from app.enrich.dates import DATES_VERSION
from app.enrich.dates.expressions import find_dates
from app.enrich.layout import Layout
from app.enrich.mentions import recognise
from app.enrich.prepared import prepare
from app.enrich.quotes import QUOTES
from app.enrich.quotes.speakers import find_quotes
from app.enrich.recogniser import Recogniser
from app.enrich.resolve import Enrichment, resolve

# Raise it with every change of rules that can change a mention or a key: texts are then read again. A change of a word
# list raises the version by itself.
PIPELINE = "rules-11"


@dataclass(frozen=True, slots=True)
class LaidOut:
    """An article to enrich; `id` is the article's."""

    id: str
    body: str
    layout: Layout
    date: str | None = None
    """Its own date, from which others are told."""


class Enricher:
    """Loads the language model once; about a second and 200 MB. Raises SettingsInvalid where it is not installed."""

    def __init__(self, model: str) -> None:
        self._recogniser = Recogniser(model)
        self.pipeline = f"{PIPELINE}+{QUOTES}+{DATES_VERSION}+words-{lexicon.edition()}+{self._recogniser.version}"

    def enrich(self, batch: Sequence[LaidOut]) -> list[Enrichment]:
        prepared = [prepare(source.body, source.layout.blocks) for source in batch]
        enrichments = []
        for text, read, found in zip(batch, prepared, self._recogniser.read(prepared), strict=True):
            mentions = recognise(text.body, read, found, text.layout.dateline)
            named = resolve(text.id, text.body, mentions, text.layout.dateline, self.pipeline)
            blocks, begin = text.layout.blocks, text.layout.dateline.end if text.layout.dateline else 0
            quotes = find_quotes(text.body, blocks, named.entities)
            enrichments.append(replace(named, quotes=quotes, dates=find_dates(text.body, blocks, text.date, begin)))
        return enrichments

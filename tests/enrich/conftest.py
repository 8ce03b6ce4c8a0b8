"""One real enricher for all tests here: loading the model is most of their time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.enrich.enricher import Enricher, LaidOut
from app.enrich.layout import lay_out
from app.enrich.resolve import Enrichment
from app.settings import Settings

Enrich = Callable[..., Enrichment]


@pytest.fixture(scope="session")
def enricher() -> Enricher:
    return Enricher(Settings.model_fields["model"].default)


@pytest.fixture(scope="session")
def enrich(enricher: Enricher) -> Enrich:
    """Enriches one body; `id` is what bare surnames are scoped to."""

    def run(body: str, id: str = "a1", headline: str | None = None) -> Enrichment:
        layout = lay_out(body, headline)
        source = LaidOut(id, body, layout)
        return enricher.enrich([source])[0]

    return run

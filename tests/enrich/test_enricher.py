from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.enrich import lexicon
from app.enrich.dates import DATES_VERSION
from app.enrich.enricher import PIPELINE, Enricher, LaidOut
from app.enrich.layout import lay_out, split_date_header
from app.enrich.quotes import QUOTES
from app.enrich.recogniser import _readable_pieces
from app.errors import SettingsInvalid

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))


def source(id: str, text: str) -> LaidOut:
    body = split_date_header(text)[1]
    layout = lay_out(body)
    return LaidOut(id, body, layout)


def test_a_model_that_is_not_installed_is_a_setting_that_cannot_be_used() -> None:
    with pytest.raises(SettingsInvalid, match="no_such_model"):
        Enricher("no_such_model")


def test_the_import_does_not_load_the_model_library() -> None:
    code = "import app.enrich.enricher, sys; print('spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_pipeline_names_rules_words_and_model(enricher: Enricher) -> None:
    enrichment = enricher.enrich([source("a", "Rain fell in Oslo.")])[0]
    assert enrichment.pipeline == enricher.pipeline
    assert enricher.pipeline.startswith(
        f"{PIPELINE}+{QUOTES}+{DATES_VERSION}+words-{lexicon.edition()}+en_core_web_md-"
    )


def test_the_result_does_not_depend_on_the_batch(enricher: Enricher) -> None:
    sources = [source(path.stem, path.read_text(encoding="utf-8")) for path in SEEDS[:6]]
    together = enricher.enrich(sources)
    assert enricher.enrich(sources[::-1])[::-1] == together
    assert [enricher.enrich([one])[0] for one in sources] == together


def test_empty_texts_have_nothing(enricher: Enricher) -> None:
    for enrichment in enricher.enrich([source("a", ""), source("b", " \n\n "), source("c", "12 34")]):
        assert enrichment.entities == ()
    assert enricher.enrich([]) == []


@pytest.mark.parametrize("end", ["", "-", "'", ' "', ",", " of", " and "])
def test_a_text_may_end_anywhere(enricher: Enricher, end: str) -> None:
    """Rules look beyond a name."""
    text = SEEDS[0].read_text(encoding="utf-8")[:1_500]
    cut = [source(f"{at}", text[:at] + end) for at in range(20, len(text), 40)]
    assert len(enricher.enrich([source("a", f"He left for India{end}"), *cut])) == len(cut) + 1


def test_a_long_text_is_read_in_pieces(enricher: Enricher) -> None:
    body = ("word " * 30 + "\n\n") * 150 + "Helmut Kohl flew to Warsaw on Friday."
    keys = {entity.key for entity in enricher.enrich([source("a", body)])[0].entities}
    assert keys == {"person-helmut-kohl", "place-warsaw"}


def test_a_row_of_marks_is_not_read(enricher: Enricher) -> None:
    body = "Helmut Kohl flew to Warsaw. " + '"(' * 200 + " Angela Merkel stayed in Berlin."
    assert [body[start:][: len(piece)] for start, piece in _readable_pieces(body)] == [
        piece for _, piece in _readable_pieces(body)
    ]
    assert all('""' not in piece and len(piece) < 40 for _, piece in _readable_pieces(body))
    keys = {entity.key for entity in enricher.enrich([source("a", body)])[0].entities}
    assert keys == {"person-helmut-kohl", "place-warsaw", "person-angela-merkel", "place-berlin"}


def test_the_dispatches_that_come_with_the_archive(enricher: Enricher) -> None:
    sources = [source(path.stem.split("_")[-1], path.read_text(encoding="utf-8")) for path in SEEDS]
    found = {one.id: enrichment for one, enrichment in zip(sources, enricher.enrich(sources), strict=True)}
    articles: dict[str, set[str]] = {}
    for id, enrichment in found.items():
        for entity in enrichment.entities:
            articles.setdefault(entity.key, set()).add(id)
    for key in ("person-vladimir-putin", "person-narendra-modi", "person-ronald-reagan", "place-india", "place-moscow"):
        assert len(articles[key]) >= 2, key
    assert all(enrichment.entities for enrichment in found.values())

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import spacy

from app.enrich.decoder import Decoder, fits
from app.enrich.recogniser import Recogniser
from app.settings import Settings

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
TRAPS = [
    "",
    "   \n\n ",
    "Reykjavik",
    "Gerald R. Ford",
    "\n Helmut Kohl \n met \t Francois Mitterrand in \n\n Strasbourg",
    "On Monday the World Health Organization",
    "Ford, Ford Motor Co, Henry Ford and Ford. " * 40,
    "ABC DEF " * 300,
]
TEXTS = [*TRAPS, *(path.read_text(encoding="utf-8") for path in SEEDS)]


@pytest.fixture(scope="module")
def nlp() -> Any:
    return Recogniser(Settings.model_fields["model"].default)._nlp


@pytest.fixture(scope="module")
def expected(nlp: Any) -> list[list[tuple[int, int, str]]]:
    """What the library finds in each text."""
    return [[(name.start, name.end, name.label_) for name in doc.ents] for doc in nlp.pipe(TEXTS)]


@pytest.mark.parametrize("together", [1, 7, 100])
def test_it_finds_what_the_library_finds(nlp: Any, expected: list[list[tuple[int, int, str]]], together: int) -> None:
    assert sum(map(len, expected)) > 500
    decoder = Decoder(nlp)
    docs = [nlp.make_doc(text) for text in TEXTS]
    batches = [docs[at : at + together] for at in range(0, len(docs), together)]
    assert [names for batch in batches for names in decoder.read(batch)] == expected


def test_no_texts_have_no_names(nlp: Any) -> None:
    assert Decoder(nlp).read([]) == []


def test_a_pipeline_with_more_than_a_recogniser_is_left_to_the_library(nlp: Any) -> None:
    assert fits(nlp)
    assert not fits(spacy.blank("en"))
    other = spacy.blank("en")
    other.add_pipe("entity_ruler")
    assert not fits(other)


def test_a_name_of_a_thousand_words_is_followed_once(nlp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder, upper, asked = Decoder(nlp), nlp.get_pipe("ner").model.get_ref("upper"), []

    class Upper:
        def predict(self, hidden: Any) -> Any:
            asked.append(len(hidden))
            return upper.predict(hidden)

    monkeypatch.setattr(decoder, "_upper", Upper())
    doc = nlp.make_doc("ABC DEF " * 1_000)
    assert max(stop - start for start, stop, _ in decoder.read([doc])[0]) > 500
    assert sum(asked) < 30 * len(doc)

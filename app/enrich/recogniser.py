"""The statistical recogniser, spaCy, at its edge."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from app.enrich.prepared import Found, Prepared
from app.errors import SettingsInvalid

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# NumPy's matrix product is three times as fast as that of the model library, if it keeps to one thread: on matrices as
# small as these, more threads wait for each other. It reads this once, when it is loaded, so a process that has loaded
# it before keeps the library's product. Worker processes inherit the setting.
_ONE_THREAD = "numpy" not in sys.modules or os.environ.get("OPENBLAS_NUM_THREADS") == "1"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# The recogniser has word vectors of its own; without the rest it finds the same names in 60 % of the time.
_NOT_NEEDED = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer")
# Words that are read at a time: what the layers make of more does not fit the processor's cache.
_BATCH = 2_000
# Texts of a megabyte would be held as one matrix: cut them, a name lost at a cut in 20,000 characters is no matter.
_LONGEST_PIECE = 20_000
# The tokenizer takes a word's marks off one by one, and looks at the whole word again for each.
_ROW_OF_MARKS = re.compile(r"[^\w\s]{200,}")


class Recogniser:
    def __init__(self, model: str) -> None:
        self._nlp = _load_model(model)
        # Here, for it loads NumPy, which must read the setting above.
        from app.enrich.decoder import Decoder, fits

        self._decoder = Decoder(self._nlp) if fits(self._nlp) else None
        self.version = f"{self._nlp.meta['lang']}_{self._nlp.meta['name']}-{self._nlp.meta['version']}"

    def read(self, texts: Sequence[Prepared]) -> list[list[Found]]:
        pieces = [
            (number, start, piece) for number, text in enumerate(texts) for start, piece in _readable_pieces(text.text)
        ]
        found: list[list[Found]] = [[] for _ in texts]
        read = self._names([piece for _, _, piece in pieces])
        for (number, start, _), names in zip(pieces, read, strict=True):
            found[number] += [Found(start + name.start, start + name.end, name.label) for name in names]
        return found

    def _names(self, pieces: Sequence[str]) -> Iterator[list[Found]]:
        if self._decoder is None:
            for doc in self._nlp.pipe(pieces):
                yield [Found(name.start_char, name.end_char, name.label_) for name in doc.ents]
            return
        for docs in _batches(map(self._nlp.make_doc, pieces)):
            for doc, names in zip(docs, self._decoder.read(docs), strict=True):
                yield [_as_found(doc, *name) for name in names]


def _as_found(doc: Doc, first: int, stop: int, label: str) -> Found:
    last = doc[stop - 1]
    return Found(doc[first].idx, last.idx + len(last), label)


def _batches(docs: Iterable[Doc]) -> Iterator[list[Doc]]:
    batch: list[Doc] = []
    words = 0
    for doc in docs:
        batch.append(doc)
        words += len(doc)
        if words >= _BATCH:
            yield batch
            batch, words = [], 0
    if batch:
        yield batch


def _readable_pieces(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for row in _ROW_OF_MARKS.finditer(text):
        yield from _cut_up(text, start, row.start())
        start = row.end()
    yield from _cut_up(text, start, len(text))


def _cut_up(text: str, start: int, stop: int) -> Iterator[tuple[int, str]]:
    while stop - start > _LONGEST_PIECE:
        end = text.rfind("\n\n", start, start + _LONGEST_PIECE) + 2
        if end <= start + 2:
            end = text.rfind(" ", start, start + _LONGEST_PIECE) + 1
        if end <= start + 1:
            end = start + _LONGEST_PIECE
        yield start, text[start:end]
        start = end
    if text[start:stop].strip():
        yield start, text[start:stop]


def _load_model(model: str) -> Language:
    # Here, and not above: it takes a second, and most commands never read a text.
    import spacy

    with warnings.catch_warnings():
        # W095: the weights were trained with spaCy 3.7; they give the same result under 3.8.
        warnings.filterwarnings("ignore", message=r".*\[W095\]")
        try:
            return _hastened(spacy.load(model, exclude=list(_NOT_NEEDED)))
        except OSError as error:
            raise SettingsInvalid(
                f"The language model {model!r} is not installed. "
                f"Install it (`pip install {model.replace('_', '-')}`) or set DATELINE_MODEL to one that is."
            ) from error


def _hastened(nlp: Language) -> Language:
    """The same names in two thirds of the time."""
    if not _ONE_THREAD or os.environ["OPENBLAS_NUM_THREADS"] != "1":
        return nlp
    import numpy
    from thinc.api import NumpyOps

    class Ops(NumpyOps):  # type: ignore[misc]  # compiled, without types
        def gemm(self, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False) -> Any:
            return numpy.matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)

    for _, pipe in nlp.pipeline:
        for node in pipe.model.walk() if hasattr(pipe, "model") else ():
            if type(node.ops) is NumpyOps:
                node.ops = Ops()
    return nlp

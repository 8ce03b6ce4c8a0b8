"""A sentence model in the usual ONNX folder: texts in, vectors out. It never asks the network.

A folder holds `model.onnx`, or `onnx/model.onnx`, and `tokenizer.json`. Where `1_Pooling/config.json` says so the first
token stands for a text, else the mean of all of them does. The runtime is an extra: it is imported when the model is
first used, which takes a fifth of a second and 170 MB.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.cache import Cache, Shelf
from app.errors import SettingsInvalid

Vector = npt.NDArray[np.float32]
Tokens = Sequence[int]

SETTING = "DATELINE_EMBEDDING_MODEL"
PACKAGES = ("onnxruntime", "tokenizers")
PASSAGE_TOKENS = 256
"""What small sentence models take at once. Half as long costs a tenth less and finds less."""
PASSAGES = 4
"""An article is represented by so many at most, some 750 words: news says first what it is about."""
QUESTION_TOKENS = 64
BATCH = 4
"""Passages at a time: more of them are no faster on one core and take more memory."""
_RULES = b"passages 1"
"""Which texts vectors are made of and how; another one asks for new vectors."""
_SAMPLES, _SAMPLE_BYTES = 16, 1 << 16
_QUESTIONS_BYTES = 1 << 20


def missing_packages() -> list[str]:
    """Return the packages of the extra that are not installed."""
    return [name for name in PACKAGES if find_spec(name) is None]


class SentenceModel:
    """One model, on one thread at a time for each who asks. Threads share it."""

    def __init__(self, folder: Path) -> None:
        """Raises `SettingsInvalid` where the folder cannot hold a sentence model."""
        self.folder = folder
        self._weights = _model_file(folder, "model.onnx", "onnx/model.onnx")
        self._words = _model_file(folder, "tokenizer.json")
        self._loading = threading.Lock()
        self._loaded: _LoadedModel | None = None
        self._asked: Shelf[Vector] = Cache(_QUESTIONS_BYTES).shelf(lambda vector: vector.nbytes + 200)

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    @cached_property
    def fingerprint(self) -> bytes:
        """Return 32 bytes that another model, or another way to make vectors, does not share; of the weights, samples
        from all over the file are read."""
        size = self._weights.stat().st_size
        hashed = hashlib.sha256(b"\0".join((_RULES, str(size).encode(), self._words.read_bytes())))
        with self._weights.open("rb") as file:
            for place in range(_SAMPLES):
                file.seek(place * size // _SAMPLES)
                hashed.update(file.read(_SAMPLE_BYTES))
        return hashed.digest()

    @property
    def dimension(self) -> int:
        return self.load().dimension

    def load(self) -> _LoadedModel:
        """Read the files, once. Raises `SettingsInvalid` where they are no sentence model."""
        with self._loading:
            if self._loaded is None:
                self._loaded = _LoadedModel(self.folder, self._weights, self._words)
            return self._loaded

    def knows(self, question: str) -> bool:
        """Return whether the vector of a question is at hand."""
        return self._asked.find(question) is not None

    def question(self, text: str) -> Vector:
        """Return the vector of a question; what was asked lately is not computed again."""
        return self._asked.get(text, lambda: self._question(text))

    def _question(self, text: str) -> Vector:
        loaded = self.load()
        vector: Vector = loaded.vectors([loaded.passages(text, QUESTION_TOKENS)[0]])[0]
        return vector

    def articles(self, texts: Sequence[str]) -> npt.NDArray[np.int8]:
        """Return one row of eight-bit numbers for each text: the direction of the mean of its passages."""
        loaded = self.load()
        passages = [loaded.passages(text, PASSAGE_TOKENS)[:PASSAGES] for text in texts]
        flat = [tokens for each in passages for tokens in each]
        owner = np.repeat(np.arange(len(texts)), [len(each) for each in passages])
        means = np.zeros((len(texts), loaded.dimension), np.float32)
        for chosen in _alike(flat):
            np.add.at(means, owner[chosen], loaded.vectors([flat[place] for place in chosen]))
        most = np.abs(means).max(axis=1, keepdims=True)
        rows: npt.NDArray[np.int8] = np.rint(means * (127 / np.maximum(most, 1e-12))).astype(np.int8)
        return rows


class _LoadedModel:
    """The files of a model, in memory."""

    def __init__(self, folder: Path, weights: Path, words: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # Requests come from many threads; each works on its own, and the others are left their cores.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it would keep what the longest batch took
        options.log_severity_level = 4
        try:
            self._tokenizer: Any = Tokenizer.from_file(str(words))
            self._session: Any = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # neither library has a kind of its own for what it cannot read
            raise _unusable(folder, f"it cannot be read ({str(error).strip()[:200]})") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._inputs = {each.name for each in self._session.get_inputs()}
        if not {"input_ids"} <= self._inputs <= {"input_ids", "attention_mask", "token_type_ids"}:
            raise _unusable(folder, f"its model asks for {', '.join(sorted(self._inputs))}, which no text has")
        self._first = _first_stands_for_all(folder)
        self._frame = self._tokenizer.encode("").ids
        self._opening, self._closing = self._frame[:1], self._frame[1:]
        self.dimension = int(self.vectors([self._frame]).shape[1])

    def passages(self, text: str, tokens: int) -> list[Tokens]:
        """Return the numbers of the tokens of a text, in passages of so many at most; an empty text is one passage."""
        ids = self._tokenizer.encode(text, add_special_tokens=False).ids
        room = tokens - len(self._frame)
        starts = range(0, max(len(ids), 1), room)
        return [[*self._opening, *ids[start : start + room], *self._closing] for start in starts]

    def vectors(self, passages: Sequence[Tokens]) -> Vector:
        """Return one row of length one for each passage."""
        longest = max(map(len, passages))
        ids = np.zeros((len(passages), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(passages):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        found = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        pooled = self._pooled(found, mask) if found.ndim == 3 else found
        unit: Vector = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return unit.astype(np.float32)

    def _pooled(self, states: Vector, mask: npt.NDArray[np.int64]) -> Vector:
        if self._first:
            return states[:, 0]
        weights = mask[:, :, None].astype(np.float32)
        mean: Vector = (states * weights).sum(axis=1) / weights.sum(axis=1)
        return mean


def _alike(passages: Sequence[Tokens]) -> Iterator[list[int]]:
    """Yield places of passages of like length, some at a time, so that little is filled up."""
    order = sorted(range(len(passages)), key=lambda place: len(passages[place]))
    return (order[start : start + BATCH] for start in range(0, len(order), BATCH))


def _model_file(folder: Path, *names: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise _unusable(folder, f"there is no {' or '.join(names)} in it" if folder.is_dir() else "there is no such folder")


def _unusable(folder: Path, why: str) -> SettingsInvalid:
    return SettingsInvalid(
        f"{SETTING} cannot be {str(folder)!r}: {why}. Name a folder with a sentence model in ONNX form, which holds "
        f"model.onnx (or onnx/model.onnx) and tokenizer.json, or leave {SETTING} empty to rank by words alone."
    )


def _first_stands_for_all(folder: Path) -> bool:
    file = folder / "1_Pooling" / "config.json"
    try:
        return bool(json.loads(file.read_text("utf-8")).get("pooling_mode_cls_token")) if file.is_file() else False
    except (ValueError, AttributeError) as error:
        raise _unusable(folder, f"{file.name} in {file.parent.name} is not what it should be ({error})") from error

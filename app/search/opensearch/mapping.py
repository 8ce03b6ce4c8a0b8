"""How an article is indexed: the fields, and what it has in each.

OpenSearch analyses nothing for us. A text goes in as our own terms, a line for each position, with tabs between those
that stand at the same one; what it is made of is what the embedded engine has of it. Stems have no positions, so each
has a line: taking lines apart is what indexing spends most on.

xh xd xb      exact terms of headline, dateline and body, with their positions; stored, for the second look
sh sd sb sf   stems of the same, and of the furniture of the body, which `sb` leaves out; with how often each is there
w             the stems of all of them as one text, the headline's three times: what gathers those that may rank first
stems         the same, each once, to be counted
lh ld lb      words of each text
v_VIEW        the values of a view, as filters ask for them; f_FACET and spelt_VIEW as facets count them
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from app.days import days_of
from app.ids import TYPES
from app.search import analysis
from app.search.attributes import ENTITY, FACETS, MENTIONED, VIEWS, FacetName, Grouping
from app.search.engine import Card, Document
from app.search.formula import BOOST, BRIEF
from app.search.numbers import day_number, precision, time_number
from app.text import fingerprint
from app.urls import url_key

VERSION = 1
"""Raise it with every change of what an index holds of an article."""
_HELD = fingerprint(*(view.name for view in VIEWS), *FACETS, *Card.__struct_fields__)[:8]
FINGERPRINT = f"analysis {analysis.VERSION}, opensearch {VERSION}, attributes {_HELD}"

SHORT = {"headline": "h", "dateline": "d", "body": "b"}
_LONGEST_KEY = 8_000
"""Characters of what an article is known by, from which on a digest stands for them: Lucene takes no longer terms."""
_TIME_STEP = 2.0**-28
"""As the embedded engine has it: a double tells times apart beside any day."""
UNDATED_LAST = -1e18
_MAX_VOCABULARY = 300_000

_KEY: dict[str, Any] = {"type": "keyword", "ignore_above": 8191}
_UNCOUNTED = {**_KEY, "doc_values": False}
_COUNTED = {**_KEY, "index": False}
_NUMBER = {"type": "integer", "index": False}
_TERMS = {"type": "text", "analyzer": "positions", "norms": False, "similarity": "counted"}
_EXACT = {**_TERMS, "index_options": "positions", "store": True}
_STEMS = {**_TERMS, "analyzer": "lines", "index_options": "freqs"}


def facet_field(name: FacetName) -> str:
    """Return the field whose values a facet counts."""
    grouping = FACETS[name]
    if grouping.view is None:
        return name
    if grouping.prefix or grouping.without:
        return f"f_{name}"
    return f"spelt_{grouping.view.name}" if grouping.view.spelt else f"v_{grouping.view.name}"


def value_field(view: str) -> str:
    """Return the field that has the values of a view as they are spelt."""
    return f"spelt_{view}" if any(each.spelt for each in VIEWS if each.name == view) else f"v_{view}"


AUDITED = (
    "derived", "date", "moment", "copies", "stories", "types", *(f"l{each}" for each in SHORT.values()),
    *(facet_field(name) for name in FACETS if name not in ("year", "month")),
)  # fmt: skip
"""Fields that tell, besides its texts and what a hit shows, whether an article is indexed as it should be."""


def articles_body(shards: int, replicas: int, meta: object) -> dict[str, Any]:
    """Return the settings and the mapping of an index of articles."""
    properties: dict[str, Any] = {
        **{f"x{each}": _EXACT for each in SHORT.values()},
        **{f"s{each}": _STEMS for each in SHORT.values()},
        "sf": {**_STEMS, "index_options": "docs"},
        "w": {"type": "text", "analyzer": "lines", "similarity": "gathering", "index_options": "freqs"},
        "stems": _COUNTED,
        **{f"l{each}": _NUMBER for each in SHORT.values()},
        "derived": {"type": "byte", "index": False},
        "id": _KEY, "day": {"type": "integer"}, "last_day": {"type": "integer"},
        "moment": {"type": "double", "index": False}, "moment_back": {"type": "double", "index": False},
        "date": _COUNTED, "year": _COUNTED, "month": _COUNTED, "dated": {"type": "byte"},
        "revised": {"type": "long"}, "added": {"type": "long", "index": False}, "revision": {"type": "integer"},
        "mentioned": {"type": "integer_range", "doc_values": False},
        "copies": _KEY, "stories": _KEY, "told_story": _KEY, "types": _COUNTED,
        "url_key": _UNCOUNTED, "external_id": _UNCOUNTED,
        **{f"v_{view.name}": _UNCOUNTED if view == ENTITY else _KEY for view in VIEWS if view != MENTIONED},
        **{facet_field(name): _KEY for name, grouping in FACETS.items() if grouping.view is not None},
        "card": {"type": "object", "enabled": False},
    }  # fmt: skip
    return {
        "settings": {
            **_kept_on(shards, replicas),
            "max_terms_count": 200_000,
            # An older write than one of the last hour does no harm, even to what is deleted by then.
            "gc_deletes": "1h",
            "analysis": {
                "tokenizer": {"lines": {"type": "char_group", "tokenize_on_chars": ["\n"], "max_token_length": 4096}},
                "filter": {
                    "alternatives": {
                        "type": "pattern_capture", "preserve_original": False, "patterns": ["([^\\t]+)"],
                    }
                },
                "analyzer": {
                    "positions": {"type": "custom", "tokenizer": "lines", "filter": ["alternatives"]},
                    "lines": {"type": "custom", "tokenizer": "lines"},
                },
            },
            "similarity": {
                "counted": {"type": "scripted", "script": {"source": "return query.boost * doc.freq;"}},
                "gathering": {"type": "BM25", "k1": BRIEF.k1, "b": BRIEF.b},
            },
        },
        "mappings": {
            "dynamic": False, "_meta": meta, "_source": {"includes": ["card"]}, "properties": properties,
        },
    }  # fmt: skip


def words_body(replicas: int) -> dict[str, Any]:
    """Return the same for the vocabulary: `count` is how often a word has come, also in what is gone since."""
    properties = {"term": _KEY, "stem": _KEY, "count": {"type": "long"}, "plain": {"type": "boolean"}}
    return {"settings": _kept_on(1, replicas), "mappings": {"dynamic": False, "properties": properties}}


def _kept_on(shards: int, replicas: int) -> dict[str, Any]:
    return {
        "number_of_shards": shards, "number_of_replicas": replicas, "refresh_interval": "-1",
        "merge.policy.expunge_deletes_allowed": 0,
    }  # fmt: skip


def bounded_key(value: str) -> str:
    return value if len(value) <= _LONGEST_KEY else sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class PlacedTerms:
    """Terms as they are indexed: the exact ones a line for each position, stems a line for each."""

    exact: list[str]
    stems: list[str]


class Encoder:
    """Analyses each raw token once. `words` are those that came since it was emptied, with how often."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[list[str], list[str]]] = {}
        self.words: Counter[str] = Counter()

    def body(self, document: Document) -> bytes:
        """Return what is indexed of an article, as JSON."""
        texts = {"h": self._lines([document.headline]), "d": self._lines([document.dateline or ""])}
        pieces = list(analysis.parted(document.body, document.furniture or ()))
        whole = self._lines([text for text, _ in pieces])
        plain = whole.stems
        furniture: list[str] = []
        if len(pieces) > 1:
            plain = self._lines([text for text, is_furniture in pieces if not is_furniture]).stems
            furniture = self._lines([text for text, is_furniture in pieces if is_furniture]).stems
        return msgspec.json.encode(self._fields(document, {**texts, "b": whole}, plain, furniture))

    def _fields(
        self, document: Document, texts: dict[str, PlacedTerms], plain: list[str], furniture: list[str]
    ) -> dict[str, Any]:
        for text in texts.values():
            self.words.update(_each_term(text.exact))
        weighed = texts["h"].stems * (1 if document.headline_derived else int(BOOST["headline"]))
        weighed = [*weighed, *texts["d"].stems, *plain]
        stems = dict.fromkeys(weighed)
        rest = [stem for stem in dict.fromkeys(furniture) if stem not in stems]
        fields: dict[str, Any] = {
            **{f"x{name}": "\n".join(text.exact) for name, text in texts.items()},
            **{f"l{name}": len(text.exact) for name, text in texts.items()},
            "sh": "\n".join(texts["h"].stems), "sd": "\n".join(texts["d"].stems), "sb": "\n".join(plain),
            "w": "\n".join([*weighed, *rest]), "stems": [*stems, *rest],
            "derived": int(document.headline_derived), "id": document.id, "revised": document.revised,
            "added": document.added, "revision": document.revision, "card": Card.of(document),
            "stories": document.story or document.id,
        }  # fmt: skip
        if furniture:
            fields["sf"] = "\n".join(furniture)
        fields |= _when(document) | _own_groups(document) | _values(document)
        return fields

    def _lines(self, texts: Sequence[str]) -> PlacedTerms:
        exact: list[str] = []
        stems: list[str] = []
        for text in texts:
            for raw in analysis.raw_tokens(text):
                known = self._known.get(raw) or self._learn(raw)
                exact += known[0]
                stems += known[1]
        return PlacedTerms(exact, stems)

    def _learn(self, raw: str) -> tuple[list[str], list[str]]:
        if len(self._known) > _MAX_VOCABULARY:
            self._known.clear()
        expansion = analysis.expand(raw) if raw else analysis.NO_WORDS
        at: list[list[str]] = [[] for _ in range(expansion.width)]
        for form in expansion.forms:
            at[form.position].append(form.term)
        made = ["\t".join(forms) for forms in at], [analysis.stem(form) for forms in at for form in forms]
        self._known[raw] = made
        return made


def _each_term(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if "\t" in line:
            yield from line.split("\t")
        else:
            yield line


def _when(document: Document) -> dict[str, Any]:
    said, exactness = document.date, precision(document.date)
    if not said:
        return {"moment": 0.0, "moment_back": UNDATED_LAST, "dated": 0}
    moment = day_number(said) + time_number(document.published_at) * _TIME_STEP
    return {
        "date": said, "year": said[:4], "dated": exactness, "day": day_number(said),
        "last_day": day_number(days_of(said)[1]), "moment": moment, "moment_back": -moment,
        **({"month": said[:7]} if exactness > 1 else {}),
    }  # fmt: skip


def _own_groups(document: Document) -> dict[str, str]:
    groups = {"copies": document.copy_group, "told_story": document.story}
    return {name: group for name, group in groups.items() if group}


def _values(document: Document) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for view in VIEWS:
        values = view.values(document)
        if view == MENTIONED:
            made["mentioned"] = [_span(value) for value in values]
            continue
        made[f"v_{view.name}"] = list(dict.fromkeys(map(view.key, values))) if view.spelt else list(values)
        if view.spelt:
            made[f"spelt_{view.name}"] = list(values)
    for name, grouping in FACETS.items():
        if grouping.view is not None and (grouping.prefix or grouping.without):
            made[f"f_{name}"] = [value for value in grouping.view.values(document) if is_counted(grouping, value)]
    made["types"] = [type for type in TYPES if made.get(f"f_{type}")]
    if document.url and (key := url_key(document.url)):
        made["url_key"] = bounded_key(key)
    if document.external_id:
        made["external_id"] = bounded_key(document.external_id)
    return {name: values for name, values in made.items() if values}


def is_counted(grouping: Grouping, value: str) -> bool:
    return value.startswith(grouping.prefix) and not (grouping.without and value.endswith(grouping.without))


def _span(name: str) -> dict[str, int]:
    first, last = days_of(name)
    return {"gte": day_number(first), "lte": day_number(last)}

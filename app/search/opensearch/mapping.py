"""How an article is indexed: the fields, and what it has in each.

OpenSearch analyses nothing for us. A text goes in as our own terms, a line for each position. Where several stand at
one, the line begins with a tab and has tabs between them: only such lines are taken apart, for looking into each costs
more than all else.

xh xd xb   exact terms of headline, dateline and body, with their positions
w          the stems of all of them as one text, the headline's three times: finds words, gathers what may rank first
stems      the same, each once, to be counted
code       all terms in order as numbers, for scripts (`term_code`): what an article is scored by
lh ld lb   words of each text
copies     the group of copies it is in, or its own id; stories: the story, or its own id; told_story only the story
card       what a hit shows, as JSON: beside the columns it is read at once, where a stored field is unpacked
v_VIEW     the values of a view, as filters ask for them; f_FACET and spelt_VIEW as facets count them
"""

from __future__ import annotations

from binascii import b2a_base64
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from zlib import crc32

import msgspec

from app.days import days_of
from app.ids import TYPES
from app.search import analysis
from app.search.attributes import ENTITY, FACETS, MENTIONED, VIEWS, FacetName
from app.search.engine import Card, Document
from app.search.formula import BOOST, BRIEF
from app.search.numbers import day_number, precision, time_number
from app.search.query import Collapsed
from app.text import fingerprint
from app.urls import url_key

VERSION = 4
"""Raise it with every change of what an index holds of an article."""
_HELD = fingerprint(*(view.name for view in VIEWS), *FACETS, *Card.__struct_fields__)[:8]
FINGERPRINT = f"analysis {analysis.VERSION}, opensearch {VERSION}, attributes {_HELD}"

_encode = msgspec.json.Encoder().encode
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
_EXACT = {
    "type": "text", "analyzer": "positions", "norms": False, "similarity": "counted", "index_options": "positions",
}  # fmt: skip


GROUP_FIELDS: dict[Collapsed, str] = {"copies": "copies", "stories": "stories"}
"""What articles have in common that are one hit of a search that collapses. Those that are alone have their own id."""


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
    "code", "card", "derived", "date", "moment", "copies", "stories", "types", *(f"l{each}" for each in SHORT.values()),
    *(facet_field(name) for name in FACETS if name not in ("year", "month")),
)  # fmt: skip
"""Fields that tell, besides its texts and what a hit shows, whether an article is indexed as it should be."""


def articles_body(shards: int, replicas: int, meta: object) -> dict[str, Any]:
    """Return the settings and the mapping of an index of articles."""
    properties: dict[str, Any] = {
        **{f"x{each}": _EXACT for each in SHORT.values()},
        "w": {"type": "text", "analyzer": "lines", "similarity": "gathering", "index_options": "freqs"},
        "stems": _COUNTED,
        "code": {"type": "binary", "doc_values": True},
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
        **{field: _COUNTED for field, *_ in _SORTED_OUT},
        "card": {"type": "binary", "doc_values": True},
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
                    "taken_apart": {
                        "type": "pattern_capture", "preserve_original": False, "patterns": ["([^\\t]+)"],
                    },
                    "alternatives": {
                        "type": "condition", "filter": ["taken_apart"],
                        "script": {"source": "token.term.charAt(0) == (char) 9"},
                    },
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
            "dynamic": False, "_meta": meta, "_source": {"enabled": False}, "properties": properties,
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


SHARED, FURNITURE_BEGINS, FURNITURE_ENDS, NEXT_TEXT = range(1, 5)
"""Signs among the codes of terms. With the first, the next term stands where the one before does."""
CODE_BYTES = 5
_SHARED, _BEGINS, _ENDS, _NEXT_TEXT = (
    sign.to_bytes(CODE_BYTES, "big") for sign in (SHARED, FURNITURE_BEGINS, FURNITURE_ENDS, NEXT_TEXT)
)
_MOST_CODED = 200_000
"""Terms of a text that have a code: scripts may not go on for ever, and no word counts 511 times."""


def term_code(stem: str, term: str) -> bytes:
    """Return the number by which scripts know a term: three bytes tell its stem, never zero, and two which of the forms
    of that it is. A few letters of other words may have the same; what is found does not depend on it."""
    return (crc32(_bytes(stem)) % 0xFFFFFF + 1).to_bytes(3, "big") + (crc32(_bytes(term)) & 0xFFFF).to_bytes(2, "big")


def _base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


class _Placed(NamedTuple):
    """What raw tokens are indexed as: lines of exact terms and of stems, codes, and how many positions they have."""

    exact: str
    stems: str
    code: bytes
    width: int


_NOTHING = _Placed("", "", b"", 0)


class Encoder:
    """Analyses each raw token once, and counts the words that come."""

    def __init__(self) -> None:
        self._known = _Known()
        self._raw: Counter[str] = Counter()

    def body(self, document: Document) -> bytes:
        """Return what is indexed of an article, as JSON."""
        headline, dateline = self._placed(document.headline), self._placed(document.dateline or "")
        furniture: list[_Placed] = []
        if document.furniture:
            body, plain, furniture = self._parted(document.body, document.furniture)
        else:
            body = self._placed(document.body)
            plain = body.stems
        heading = headline.stems if document.headline_derived else "\n".join([headline.stems] * int(BOOST["headline"]))
        weighed = f"{heading}\n{dateline.stems}\n{plain}"
        stems = dict.fromkeys(weighed.split("\n"))
        if furniture:
            rest = [each for part in furniture for each in part.stems.split("\n") if each not in stems]
            stems |= dict.fromkeys(rest)
            weighed = "\n".join((weighed, *dict.fromkeys(rest)))
        stems.pop("", None)
        fields: dict[str, Any] = {
            "xh": headline.exact, "xd": dateline.exact, "xb": body.exact, "w": weighed, "stems": list(stems),
            "lh": headline.width, "ld": dateline.width, "lb": body.width,
            "code": _base64(_NEXT_TEXT.join((headline.code, dateline.code, body.code))),
            "derived": int(document.headline_derived), "id": document.id, "revised": document.revised,
            "added": document.added, "revision": document.revision, "card": _base64(_encode(Card.of(document))),
            "copies": document.copy_group or document.id, "stories": document.story or document.id,
            **({"told_story": document.story} if document.story else {}),
        }  # fmt: skip
        fields |= _when(document) | _values(document)
        return _encode(fields)

    def take_words(self) -> Counter[str]:
        """Return the exact terms that came since this was asked last, with how often."""
        words: Counter[str] = Counter()
        for raw, count in self._raw.items():
            for term in self._known[raw].exact.replace("\n", "\t").split("\t"):
                words[term] += count
        del words[""]
        self._raw.clear()
        return words

    def _placed(self, text: str) -> _Placed:
        raw = analysis.raw_tokens(text)
        if not raw:
            return _NOTHING
        self._raw.update(raw)
        exact, stems, codes, widths = zip(*map(self._known.__getitem__, raw), strict=True)
        return _Placed("\n".join(exact), "\n".join(stems), b"".join(codes[:_MOST_CODED]), sum(widths))

    def _parted(self, body: str, furniture: Sequence[Sequence[int]]) -> tuple[_Placed, str, list[_Placed]]:
        """Return a whole body, its stems without those of furniture, and the furniture."""
        pieces = [(self._placed(text), is_furniture) for text, is_furniture in analysis.parted(body, furniture)]
        codes = (_BEGINS + part.code + _ENDS if is_furniture else part.code for part, is_furniture in pieces)
        whole = _Placed(
            "\n".join(part.exact for part, _ in pieces), "\n".join(part.stems for part, _ in pieces),
            b"".join(codes)[: CODE_BYTES * _MOST_CODED], sum(part.width for part, _ in pieces),
        )  # fmt: skip
        plain = "\n".join(part.stems for part, is_furniture in pieces if not is_furniture)
        return whole, plain, [part for part, is_furniture in pieces if is_furniture]


class _Known(dict[str, _Placed]):
    """What each raw token becomes. The most frequent ones come soon again after all were forgotten."""

    def __missing__(self, raw: str) -> _Placed:
        if len(self) > _MAX_VOCABULARY:
            self.clear()
        expansion = analysis.expand(raw) if raw else analysis.NO_WORDS
        at: list[list[str]] = [[] for _ in range(expansion.width)]
        for form in expansion.forms:
            at[form.position].append(form.term)
        lines = ["\t".join(("", *forms) if len(forms) > 1 else forms) for forms in at]
        codes = (_SHARED.join(term_code(analysis.stem(term), term) for term in forms) for forms in at)
        stems = (analysis.stem(term) for forms in at for term in forms)
        made = self[raw] = _Placed("\n".join(lines), "\n".join(stems), b"".join(codes), len(at))
        return made


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


def _values(document: Document) -> dict[str, Any]:
    made: dict[str, Any] = {}
    held = {view.name: view.values(document) for view in VIEWS}
    for view in VIEWS:
        values = held[view.name]
        if view == MENTIONED:
            made["mentioned"] = [_span(value) for value in values]
            continue
        made[f"v_{view.name}"] = list(dict.fromkeys(map(view.key, values))) if view.spelt else list(values)
        if view.spelt:
            made[f"spelt_{view.name}"] = list(values)
    for field, name, prefix, without in _SORTED_OUT:
        made[field] = [each for each in held[name] if each.startswith(prefix) and not each.endswith(without)]
    made["types"] = [type for type in TYPES if made.get(f"f_{type}")]
    if document.url and (key := url_key(document.url)):
        made["url_key"] = bounded_key(key)
    if document.external_id:
        made["external_id"] = bounded_key(document.external_id)
    return {name: values for name, values in made.items() if values}


_SORTED_OUT = [
    (f"f_{name}", grouping.view.name, grouping.prefix, grouping.without or "\0")
    for name, grouping in FACETS.items()
    if grouping.view is not None and (grouping.prefix or grouping.without)
]
"""Facets that count some of the values of a view: their field, the view, and how these begin and do not end."""


def _span(name: str) -> dict[str, int]:
    first, last = days_of(name)
    return {"gte": day_number(first), "lte": day_number(last)}

"""How an article is indexed: the fields, and what it has in each.

OpenSearch analyses nothing for us. A text goes in as our own terms, with a bar between one position and the next. Where
several stand at one, they begin with a tab and have tabs between them: only such are taken apart.

xh xd xb   exact terms of headline, dateline and body, with their positions
w          each stem of all of them once, with how often it comes, in the headline three times as often: finds words,
           gathers what may rank first, and is counted where searches are compared
code       all terms in order as numbers, for scripts (`term_code`): what an article is scored by
lh ld lb   words of each text
copies     the group of copies it is in, or its own id; stories: the story, or its own id; told_story only the story
card       what a hit shows, as JSON: beside the columns it is read at once, where a stored field is unpacked
v_VIEW     the values of a view, as filters ask for them; f_FACET and spelt_VIEW as facets count them
"""

from __future__ import annotations

from array import array
from binascii import b2a_base64
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from zlib import crc32

import msgspec
import numpy as np

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

VERSION = 5
"""Raise it with every change of what an index holds of an article."""
_HELD = fingerprint(*(view.name for view in VIEWS), *FACETS, *Card.__struct_fields__)[:8]
FINGERPRINT = f"analysis {analysis.VERSION}, opensearch {VERSION}, attributes {_HELD}"

_encode = msgspec.json.Encoder().encode
BAR = "|"
_TIMES = "^"
"""What stands between two positions, and before how often a stem comes. No term has either, and JSON takes both as they
are."""
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
_STEMS = {
    "type": "text", "analyzer": "counts", "similarity": "gathering", "index_options": "freqs",
    # A column of stems would be paid for by every article. So nodes make one in memory when searches are compared.
    "fielddata": True,
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
        "w": _STEMS,
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
                "tokenizer": {"places": {"type": "char_group", "tokenize_on_chars": [BAR], "max_token_length": 4096}},
                "filter": {
                    "times": {"type": "delimited_term_freq", "delimiter": _TIMES},
                    "taken_apart": {
                        "type": "pattern_capture", "preserve_original": False, "patterns": ["([^\\t]+)"],
                    },
                    "alternatives": {
                        "type": "condition", "filter": ["taken_apart"],
                        "script": {"source": "token.term.charAt(0) == (char) 9"},
                    },
                },
                "analyzer": {
                    "positions": {"type": "custom", "tokenizer": "places", "filter": ["alternatives"]},
                    "counts": {"type": "custom", "tokenizer": "places", "filter": ["times"]},
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
    properties = {
        "term": _KEY, "stem": _KEY, "count": {"type": "long", "index": False},
        "plain": {"type": "boolean", "doc_values": False},
    }  # fmt: skip
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
    form = crc32(_bytes(term))
    whose = form if stem == term else crc32(_bytes(stem))
    return (whose % 0xFFFFFF + 1 << 16 | form & 0xFFFF).to_bytes(CODE_BYTES, "big")


def _base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()


def _bytes(text: str) -> bytes:
    return text.encode() if text.isascii() else text.encode("utf-8", "surrogatepass")


class _Text(NamedTuple):
    """What a text is indexed as: its exact terms and how many positions these take, the stems of each of its pieces,
    and its terms as scripts know them."""

    exact: str
    width: int
    stems: Sequence[str]
    code: bytes


_NO_TEXT = _Text("", 0, (), b"")


class Encoder:
    """Analyses each piece of a text once, and counts the words that come."""

    def __init__(self) -> None:
        self._exact: list[str] = []
        self._raw = _Pieces(self._exact, lambda raw: [raw])
        self._pieces = _Pieces(self._exact, analysis.raw_tokens_of)
        self._came = array("I")
        self._words: Counter[str] = Counter()

    def body(self, document: Document) -> bytes:
        """Return what is indexed of an article, as JSON."""
        if len(self._exact) > _MAX_VOCABULARY or len(self._came) > _COUNTED_AT_ONCE:
            self._count()
        headline, dateline = self._placed(document.headline), self._placed(document.dateline or "")
        furniture: list[_Text] = []
        if document.furniture:
            body, plain, furniture = self._parted(document.body, document.furniture)
        else:
            body = self._placed(document.body)
            plain = body.stems
        heading = headline.stems if document.headline_derived else (*headline.stems,) * int(BOOST["headline"])
        fields: dict[str, Any] = {
            "xh": headline.exact, "xd": dateline.exact, "xb": body.exact,
            "w": _weighed((plain, dateline.stems, heading), furniture),
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
        self._count()
        words, self._words = self._words, Counter()
        return words

    def _count(self) -> None:
        """Count what came. The most frequent pieces come soon again after all were forgotten."""
        counts = np.bincount(np.frombuffer(self._came, np.uint32), minlength=1)
        for number in np.flatnonzero(counts).tolist():
            for term in self._exact[number].replace(BAR, "\t").split("\t"):
                self._words[term] += int(counts[number])
        del self._words[""]
        self._came = array("I")
        if len(self._exact) > _MAX_VOCABULARY:
            for forgotten in (self._raw, self._pieces, self._exact):
                forgotten.clear()

    def _placed(self, text: str) -> _Text:
        pieces, known = analysis.pieces(text), self._pieces
        if pieces is None:
            pieces, known = analysis.raw_tokens(text), self._raw
        if not pieces:
            return _NO_TEXT
        terms, stems, codes, numbers = list[str](), list[str](), list[bytes](), list[int]()
        # A loop, as to turn many rows of four into four columns takes twice as long.
        for term, stem, code, number in map(known.__getitem__, pieces):
            terms.append(term)
            stems.append(stem)
            codes.append(code)
            numbers.append(number)
        self._came.fromlist(numbers)
        exact = BAR.join(filter(None, terms))
        return _Text(exact, exact.count(BAR) + 1 if exact else 0, stems, b"".join(codes[:_MOST_CODED]))

    def _parted(self, body: str, furniture: Sequence[Sequence[int]]) -> tuple[_Text, Sequence[str], list[_Text]]:
        """Return a whole body, its stems without those of furniture, and the furniture."""
        pieces = [(self._placed(text), is_furniture) for text, is_furniture in analysis.parted(body, furniture)]
        exact = BAR.join(filter(None, (part.exact for part, _ in pieces)))
        codes = (_BEGINS + part.code + _ENDS if is_furniture else part.code for part, is_furniture in pieces)
        code = b"".join(codes)[: CODE_BYTES * _MOST_CODED]
        whole = _Text(exact, sum(part.width for part, _ in pieces), (), code)
        plain = [stem for part, is_furniture in pieces if not is_furniture for stem in part.stems]
        return whole, plain, [part for part, is_furniture in pieces if is_furniture]


_COUNTED_AT_ONCE = 8_000_000


def _weighed(texts: Sequence[Sequence[str]], furniture: Sequence[_Text]) -> str:
    """Return each stem with how often it comes in texts; one that comes in furniture alone once."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text)
    for several in [each for each in counts if BAR in each]:
        count = counts.pop(several)
        for stem in several.split(BAR):
            counts[stem] += count
    for part in furniture:
        for stem in BAR.join(part.stems).split(BAR):
            counts.setdefault(stem, 1)
    counts.pop("", None)
    return BAR.join([stem if count == 1 else f"{stem}{_TIMES}{count}" for stem, count in counts.items()])


_Piece = tuple[str, str, bytes, int]
"""The exact terms of a piece of a text, their stems and codes, and its number among all."""


class _Pieces(dict[str, _Piece]):
    """What each piece becomes. `exact` gets the terms of each, by number; `parts` are the raw tokens of one."""

    def __init__(self, exact: list[str], parts: Callable[[str], list[str]]) -> None:
        super().__init__()
        self._exact, self._parts = exact, parts

    def __missing__(self, piece: str) -> _Piece:
        term = analysis.plain_term(piece)
        if term is None:
            exact, stems, code = self._taken_apart(piece)
        else:
            exact, stems = term, analysis.stem(term)
            code = term_code(stems, term)
        # Equal texts are one object: it is near when the next list is joined.
        exact = piece if exact == piece else exact
        made = self[piece] = exact, exact if stems == exact else stems, code, len(self._exact)
        self._exact.append(exact)
        return made

    def _taken_apart(self, piece: str) -> tuple[str, str, bytes]:
        at: list[list[str]] = []
        for raw in self._parts(piece):
            expansion, first = analysis.expand(raw), len(at)
            at += ([] for _ in range(expansion.width))
            for form in expansion.forms:
                at[first + form.position].append(form.term)
        exact = BAR.join(["\t".join(("", *forms) if len(forms) > 1 else forms) for forms in at])
        codes = (_SHARED.join(term_code(analysis.stem(term), term) for term in forms) for forms in at)
        return exact, BAR.join(analysis.stem(term) for forms in at for term in forms), b"".join(codes)


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

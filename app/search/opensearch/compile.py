"""A plan and filters as OpenSearch's queries: what matches, what gathers those that may rank first, and our scores.

A score is ours to the letter (`search/formula.py`), by scripts that are handed idf and mean lengths; it costs
microseconds an article. So where many match, a query that OpenSearch ranks by itself over all stems of an article
gathers some hundreds, and only these are scored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.search import analysis
from app.search.attributes import FACETS, FILTERS, FacetName, Filters
from app.search.formula import BOOST, DERIVED_BOOST, EXACT_BONUS, FURNITURE, NEARNESS_BONUS, Curve, inverse_frequency
from app.search.numbers import day_number
from app.search.opensearch.commits import Moment
from app.search.opensearch.mapping import (
    BAR,
    CODE_BYTES,
    FURNITURE_BEGINS,
    NEXT_TEXT,
    SHARED,
    SHORT,
    term_code,
    value_field,
)
from app.search.opensearch.vocabulary import Query, any_of, expanded, in_texts, values_with, with_stem
from app.search.plan import (
    AllOf,
    AnyOf,
    ExactPhrase,
    FuzzyTerms,
    Leaf,
    Plan,
    PrefixTerms,
    StemTerm,
    ValueWords,
    Without,
    leaves,
)

EVERYTHING: Query = {"match_all": {}}
_LAST_DAY = "9999-12-31"
_MOST = {"h": 15, "d": 3, "b": 511}
"""How often a stem counts at most in each text, as the embedded engine keeps it."""
_REACH = 32
"""Words this far apart are not near each other."""
_TEXT_APART = 1_000_000
"""Between the places of two texts: more than an article has codes for."""

_NORM = "({boost} / (params.flat + params.steep{field} * doc['l{field}'].value))"
_HEADLINE_BOOST = f"(doc['derived'].value == 1 ? {DERIVED_BOOST} : {BOOST['headline']})"
_NORMS = {
    field: _NORM.format(boost=_HEADLINE_BOOST if field == "h" else BOOST[name], field=field)
    for name, field in SHORT.items()
}
_ALL_NORMS = f"double[] norms = new double[] {{ {', '.join(_NORMS.values())} }};"
_READ = f"""
BytesRef code = doc['code'].value;
byte[] bytes = code.bytes;
int end = code.offset + code.length;
List asked = params.stems;
int size = asked.size();
int[] stems = new int[size];
long bits = 1L;
for (int i = 0; i < size; i++) {{ stems[i] = (int) asked[i]; bits |= 1L << stems[i]; }}
int text = 0;
boolean furniture = false;
int place = -1;
for (int at = code.offset + 2; at < end; at += {CODE_BYTES}) {{
  place++;
  int low = bytes[at];
  if ((bits >>> low & 1L) == 0L) {{ continue; }}
  int stem = ((bytes[at - 2] & 255) << 16) | ((bytes[at - 1] & 255) << 8) | (low & 255);
  if (stem == 0) {{
    int sign = bytes[at + 2];
    if (sign == {SHARED}) {{ place -= 2; }}
    else if (sign == {NEXT_TEXT}) {{ text++; place = text * {_TEXT_APART} - 1; }}
    else {{ place--; furniture = sign == {FURNITURE_BEGINS}; }}
    continue;
  }}
  for (int i = 0; i < size; i++) {{
    if (stem == stems[i]) {{ %s }}
  }}
}}
"""
"""Reads the terms of an article, and does something with each that has the stem of one that is asked for. Most are told
to have another by six bits of theirs, which for signs are zero."""
_IS_FORM = "(((bytes[at + 1] & 255) << 8) | (bytes[at + 2] & 255)) == (int) params.forms[i]"
_STEMS = f"""
int[] counts = new int[4 * params.stems.length];
{_READ % "counts[4 * i + (furniture ? 3 : text)]++;"}
{_ALL_NORMS}
boolean h = params.h, d = params.d, b = params.b;
double k1 = params.k1;
List idfs = params.idfs;
double score = 0;
for (int i = 0; i < size; i++) {{
  double w = 0;
  if (h) {{ w += norms[0] * Math.min({_MOST["h"]}, counts[4 * i]); }}
  if (d) {{ w += norms[1] * Math.min({_MOST["d"]}, counts[4 * i + 1]); }}
  if (b) {{
    w += norms[2] * Math.min({_MOST["b"]}, counts[4 * i + 2]);
    if (counts[4 * i + 3] > 0) {{ w += norms[2] * {FURNITURE}; }}
  }}
  score += (double) idfs[i] * (k1 + 1) * w / (w + k1);
}}
return score;
"""
_PLACES = f"""
List places = new ArrayList();
for (int i = 0; i < params.stems.length; i++) {{ places.add(new ArrayList()); }}
{_READ % f"if ({_IS_FORM}) {{ places[i].add(place); }}"}
{_ALL_NORMS}
"""
_BONUS = f"""
double nearness(List here, List there) {{
  double near = 0;
  int following = 0;
  for (int i = 0; i < here.size(); i++) {{
    int at = (int) here[i];
    while (following < there.size() && (int) there[following] <= at) {{ following++; }}
    if (following < there.size()) {{
      double ahead = (int) there[following] - at;
      if (ahead < {_REACH}) {{ near += 1 / (ahead * ahead); }}
    }}
    if (following > 0) {{
      double behind = at - (int) there[following - 1];
      if (behind > 0 && behind < {_REACH}) {{ near += 1 / (behind * behind); }}
    }}
  }}
  return near;
}}
{_PLACES}
double bonus = 0;
for (int i = 0; i < size; i++) {{
  double w = 0;
  for (def at : places[i]) {{ w += norms[(int) at / {_TEXT_APART}]; }}
  bonus += {EXACT_BONUS} * (double) params.idfs[i] * (params.k1 + 1) * w / (w + params.k1);
}}
for (int i = 1; i < size; i++) {{
  double w = norms[2] * nearness(places[i - 1], places[i]);
  double worth = {NEARNESS_BONUS} * Math.min((double) params.idfs[i - 1], (double) params.idfs[i]);
  bonus += worth * (params.k1 + 1) * w / (w + params.k1);
}}
return bonus;
"""
_NEAR = f"""
{_PLACES}
double w = 0;
int[] following = new int[size];
for (def start : places[0]) {{
  int last = (int) start;
  for (int i = 1; i < size && last >= 0; i++) {{
    List there = places[i];
    while (following[i] < there.size() && (int) there[following[i]] <= last) {{ following[i]++; }}
    last = following[i] < there.size() ? (int) there[following[i]] : -1;
  }}
  int inside = (int) start / {_TEXT_APART};
  boolean wanted = inside == 0 ? params.h : inside == 1 ? params.d : params.b;
  if (wanted && last >= 0 && last - (int) start - size < (int) params.slop) {{ w += norms[inside]; }}
}}
return params.idf * (params.k1 + 1) * w / (w + params.k1);
"""
_COUNTS = "_score / params.terms * {norm}"
_SATURATED = "params.idf * (params.k1 + 1) * _score / (_score + params.k1)"
_NO_MORE_THAN = "Math.min(_score, params.most)"


@dataclass(frozen=True)
class Statistic:
    """What scores are made of besides an article."""

    documents: int
    means: tuple[float, ...]
    frequencies: Mapping[Leaf, int]
    curve: Curve
    alone: Leaf | None = None
    """What is asked for where that is a single leaf. Scripts take 1 for its idf, and `scale` multiplies what they tell:
    so it may be known afterwards."""

    def idf(self, leaf: Leaf) -> float:
        return 1.0 if leaf == self.alone else inverse_frequency(self.documents, self.frequencies[leaf])

    @property
    def scale(self) -> float:
        return 1.0 if self.alone is None else inverse_frequency(self.documents, self.frequencies[self.alone])

    @property
    def is_whole(self) -> bool:
        return self.alone is None or self.alone in self.frequencies


class Compiler:
    """Makes queries for one moment, which tells what prefixes and words of values stand for."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment

    def check(self, plan: Plan) -> None:
        """Raise `QueryTooComplex` where a leaf stands for too many words."""
        for leaf in leaves(plan):
            if isinstance(leaf, PrefixTerms | FuzzyTerms):
                expanded(self._moment, leaf)

    def matching(self, plan: Plan) -> Query:
        """Return what finds the articles, without scores."""
        match plan:
            case AllOf(plans):
                wanted = [self.matching(each) for each in plans if not isinstance(each, Without)]
                refused = [self.matching(each.plan) for each in plans if isinstance(each, Without)]
                return {"bool": {"filter": wanted or [EVERYTHING], "must_not": refused}}
            case AnyOf(plans):
                return any_of([self.matching(each) for each in plans]) if plans else {"match_none": {}}
            case Without(child):
                return {"bool": {"must_not": [self.matching(child)]}}
            case leaf:
                return self._leaf(leaf)

    def gathering(self, plan: Plan, known: Statistic) -> Query:
        """Return what finds the articles in an order that is about ours, at OpenSearch's own speed."""
        match plan:
            case AllOf(plans):
                wanted = [self.gathering(each, known) for each in plans if not isinstance(each, Without)]
                refused = [self.matching(each.plan) for each in plans if isinstance(each, Without)]
                return {"bool": {"must": wanted or [_no_score(EVERYTHING)], "must_not": refused}}
            case AnyOf(plans):
                return any_of([self.gathering(each, known) for each in plans]) if plans else {"match_none": {}}
            case Without():
                return _no_score(self.matching(plan))
            case StemTerm(stem, _, None):
                return {"term": {"w": {"value": stem, "boost": _corrected(known.idf(plan), known, plan)}}}
            case ExactPhrase(terms):
                # Whoever has its words often is likely to have them so often.
                boost = 1 / max(len(terms), 1)
                words = [
                    {"term": {"w": {"value": analysis.stem(term), "boost": boost}}} for term in dict.fromkeys(terms)
                ]
                return {"bool": {"filter": [self._leaf(plan)], "should": words}}
            case StemTerm() | PrefixTerms() | FuzzyTerms():
                return {"bool": {"filter": [self._leaf(plan)], "should": [self._stems_as_one(plan, known)]}}
            case leaf:
                return {"constant_score": {"filter": self._leaf(leaf), "boost": known.idf(leaf)}}

    def _stems_as_one(self, leaf: StemTerm | PrefixTerms | FuzzyTerms, known: Statistic) -> Query:
        """Return what scores an article by how often it has any stem of a leaf, as if all were one word."""
        stems = [leaf.stem] if isinstance(leaf, StemTerm) else map(analysis.stem, expanded(self._moment, leaf))
        line = "\t".join(("", *dict.fromkeys(stems)))
        return {
            "match": {"w": {"query": line, "analyzer": "positions", "boost": _corrected(known.idf(leaf), known, leaf)}}
        }

    def scoring(self, plan: Plan, known: Statistic, *, found: bool = False) -> Query:
        """Return what finds the articles, with our scores. `found`: no others are scored than are found already."""
        flat = _only_stems(plan)
        if flat is not None:
            return _scripted_stems(EVERYTHING if found else self.matching(plan), flat, known)
        match plan:
            case AllOf(plans):
                wanted = [self.scoring(each, known) for each in plans if not isinstance(each, Without)]
                refused = [self.matching(each.plan) for each in plans if isinstance(each, Without)]
                return {"bool": {"must": wanted or [_no_score(EVERYTHING)], "must_not": refused}}
            case AnyOf(plans):
                return any_of([self.scoring(each, known) for each in plans]) if plans else {"match_none": {}}
            case Without():
                return _no_score(self.matching(plan))
            case ValueWords():
                return {"constant_score": {"filter": self._leaf(plan), "boost": known.idf(plan)}}
            case leaf:
                return self._scored(leaf, known)

    def _leaf(self, leaf: Leaf) -> Query:
        match leaf:
            case StemTerm(stem, _, None):
                return {"term": {"w": {"value": stem}}}
            case StemTerm():
                return {"terms": {f"x{SHORT[str(leaf.field)]}": list(with_stem(self._moment, leaf.stem))}}
            case ValueWords(view):
                return {"terms": {value_field(view): values_with(self._moment, leaf)}}
            case ExactPhrase() | PrefixTerms() | FuzzyTerms():
                if leaf.field is None:
                    return in_texts(lambda field: self._in_field(leaf, field))
                return self._in_field(leaf, f"x{SHORT[str(leaf.field)]}")

    def _in_field(self, leaf: ExactPhrase | PrefixTerms | FuzzyTerms, field: str) -> Query:
        match leaf:
            case ExactPhrase(()):
                return {"match_none": {}}
            case ExactPhrase((term,)):
                return {"term": {field: {"value": term}}}
            case ExactPhrase(terms, 0):
                return {"match_phrase": {field: {"query": BAR.join(terms)}}}
            case ExactPhrase(terms, slop):
                spans = [{"span_term": {field: {"value": term}}} for term in terms]
                return {"span_near": {"clauses": spans, "slop": slop, "in_order": True}}
            case _:
                terms = expanded(self._moment, leaf)
                return any_of([{"term": {field: {"value": term}}} for term in terms]) if terms else {"match_none": {}}

    def _scored(self, leaf: ExactPhrase | PrefixTerms | FuzzyTerms | StemTerm, known: Statistic) -> Query:
        if isinstance(leaf, StemTerm):
            return _scripted_stems(self._leaf(leaf), [leaf], known)
        if isinstance(leaf, ExactPhrase) and leaf.slop and len(leaf.terms) > 1:
            # OpenSearch weighs words that are near each other by how near they are; ours are counted.
            params = {
                **_read_params([(analysis.stem(term), term) for term in leaf.terms], leaf.field, known),
                "slop": leaf.slop,
                "idf": known.idf(leaf),
            }
            return _scripted(_no_score(self._leaf(leaf)), _NEAR, params)
        fields = [SHORT[str(leaf.field)]] if leaf.field else list(SHORT.values())
        params = {**_norm_params(known), "terms": _terms_scored(leaf)}
        counted = [
            _scripted(self._in_field(leaf, f"x{field}"), _COUNTS.format(norm=_NORMS[field]), params) for field in fields
        ]
        return _scripted(any_of(counted), _SATURATED, {"idf": known.idf(leaf), "k1": known.curve.k1})


def capped(query: Query, most: float) -> Query:
    """Return a scored query whose scores are no more than `most`."""
    return _scripted(query, _NO_MORE_THAN, {"most": most})


def estimated(plan: Plan, frequencies: Mapping[Leaf, int], documents: int) -> int:
    """Return how many articles a plan finds, at most."""
    match plan:
        case AllOf(plans):
            return min((estimated(each, frequencies, documents) for each in plans), default=documents)
        case AnyOf(plans):
            return min(sum(estimated(each, frequencies, documents) for each in plans), documents)
        case Without():
            return documents
        case leaf:
            return frequencies[leaf]


def filter_queries(filters: Filters, sequence: int | None) -> dict[str, Query]:
    """Return the conditions in force, by the filter of each. `sequence`: leave out what was revised after it."""
    made: dict[str, Query] = {}
    for one in FILTERS.values():
        values = [one.view.key(value) for value in filters.of(one.name)]
        if values:
            made[one.name] = _valued(f"v_{one.view.name}", values, one.how)
    if sequence is not None:
        made["revised"] = {"range": {"revised": {"lte": sequence}}}
    if filters.date_from or filters.date_to:
        wanted: list[Query] = [{"range": {"day": {"gte": day_number(filters.date_from) or 1}}}]
        if filters.date_to:
            wanted.append({"range": {"last_day": {"lte": day_number(filters.date_to)}}})
        made["date"] = {"bool": {"filter": wanted}}
    if filters.mentions_from or filters.mentions_to:
        first, last = day_number(filters.mentions_from) or 1, day_number(filters.mentions_to or _LAST_DAY)
        within = {"range": {"mentioned": {"gte": first, "lte": last, "relation": "within"}}}
        made["mentions"] = within if first <= last else {"match_none": {}}
    if filters.story:
        made["story"] = {"term": {"stories": filters.story}}
    return made


def own_filter(filters: Filters, facet: FacetName, conditions: Mapping[str, Query]) -> str | None:
    """Return the filter that a facet leaves out, if it is in force; `entity_any` only where it names that type."""
    grouping = FACETS[facet]
    if grouping.own == "entity_any" and not any(id.startswith(grouping.prefix) for id in filters.entity_any):
        return None
    return grouping.own if grouping.own in conditions else None


def all_of(queries: Sequence[Query]) -> Query:
    return {"bool": {"filter": list(queries)}} if queries else EVERYTHING


def _valued(field: str, values: Sequence[str], how: str) -> Query:
    if how == "all":
        return {"bool": {"filter": [{"term": {field: value}} for value in values]}}
    found = {"terms": {field: list(values)}}
    return {"bool": {"must_not": [found]}} if how == "none" else found


def _only_stems(plan: Plan) -> list[StemTerm] | None:
    """Return the stems of a plan that is nothing but words in any text, all or any of them; one script scores it."""
    if isinstance(plan, StemTerm):
        return [plan] if plan.field is None else None
    if not isinstance(plan, AllOf | AnyOf) or not plan.plans:
        return None
    found = [each for each in plan.plans if isinstance(each, StemTerm) and each.field is None]
    return found if len(found) == len(plan.plans) else None


def _scripted_stems(query: Query, stems: Sequence[StemTerm], known: Statistic) -> Query:
    params = _read_params([(leaf.stem, leaf.exact) for leaf in stems], stems[0].field, known)
    idfs = [known.idf(leaf) for leaf in stems]
    return _scripted({"constant_score": {"filter": query}}, _STEMS, {**params, "idfs": idfs})


def bonus_script(words: Sequence[StemTerm], known: Statistic) -> dict[str, Any]:
    """Return what computes, for an article, the bonus for the very forms that were typed and for having neighbouring
    words near each other."""
    params = _read_params([(word.stem, word.exact) for word in words], None, known)
    return {"script": {"source": _BONUS, "params": {**params, "idfs": [known.idf(word) for word in words]}}}


def bonus_query(words: Sequence[StemTerm], known: Statistic) -> Query:
    """Return what scores articles by that bonus."""
    return {"script_score": {"query": EVERYTHING, **bonus_script(words, known)}}


def _read_params(terms: Sequence[tuple[str, str]], field: str | None, known: Statistic) -> dict[str, Any]:
    """Return what the scripts are told that read the terms of an article: stems and forms. `field`: of one text."""
    codes = [term_code(stem, term) for stem, term in terms]
    return {
        "stems": [int.from_bytes(code[:3], "big") for code in codes],
        "forms": [int.from_bytes(code[3:], "big") for code in codes],
        **{short: field in (None, name) for name, short in SHORT.items()},
        **_norm_params(known), "k1": known.curve.k1,
    }  # fmt: skip


def _norm_params(known: Statistic) -> dict[str, float]:
    """Return what one occurrence weighs by the length of a text: by itself, and for each word."""
    steep = {
        f"steep{field}": known.curve.b / max(mean, 1e-9)
        for field, mean in zip(SHORT.values(), known.means, strict=True)
    }
    return {"flat": 1 - known.curve.b, **steep}


def _scripted(query: Query, source: str, params: Mapping[str, Any]) -> Query:
    return {"script_score": {"query": query, "script": {"source": source, "params": dict(params)}}}


def _no_score(query: Query) -> Query:
    return {"constant_score": {"filter": query, "boost": 0.0}}


def _terms_scored(leaf: Leaf) -> float:
    """Return how often a scripted similarity is asked for one occurrence: once for each term of a phrase, and the
    answers are added up."""
    if not isinstance(leaf, ExactPhrase):
        return 1.0
    return float(len(set(leaf.terms)) if leaf.slop else len(leaf.terms))


def _corrected(idf: float, known: Statistic, leaf: Leaf) -> float:
    """Return what makes our idf of the one that OpenSearch multiplies with."""
    if leaf == known.alone:
        return 1.0
    n, frequency = known.documents, min(known.frequencies[leaf], known.documents)
    theirs = math.log(1 + (n - frequency + 0.5) / (frequency + 0.5))
    return idf / max(theirs, 1e-3)

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

from app.search.attributes import FACETS, FILTERS, FacetName, Filters
from app.search.formula import BOOST, DERIVED_BOOST, FURNITURE, Curve, inverse_frequency
from app.search.numbers import day_number
from app.search.opensearch.commits import Moment
from app.search.opensearch.mapping import SHORT, value_field
from app.search.opensearch.vocabulary import Query, any_of, expanded, in_texts, values_with
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

_NORM = "({boost} / (1 - params.slope + params.slope / Math.max(params.means[{place}], 1e-9) * doc['l{field}'].value))"
_HEADLINE_BOOST = f"(doc['derived'].value == 1 ? {DERIVED_BOOST} : {BOOST['headline']})"
_NORMS = {
    field: _NORM.format(boost=_HEADLINE_BOOST if field == "h" else BOOST[name], place=place, field=field)
    for place, (name, field) in enumerate(SHORT.items())
}
_STEMS = f"""
double nh = {_NORMS["h"]};
double nd = {_NORMS["d"]};
double nb = {_NORMS["b"]};
double score = 0;
for (def leaf : params.leaves) {{
  String stem = leaf[0];
  double idf = leaf[1];
  double w = 0;
  if (params.h) {{ w += nh * Math.min({_MOST["h"]}, termFreq('sh', stem)); }}
  if (params.d) {{ w += nd * Math.min({_MOST["d"]}, termFreq('sd', stem)); }}
  if (params.b) {{
    w += nb * Math.min({_MOST["b"]}, termFreq('sb', stem));
    if (termFreq('sf', stem) > 0) {{ w += nb * {FURNITURE}; }}
  }}
  score += idf * (params.k1 + 1) * w / (w + params.k1);
}}
return score;
"""
_COUNTS = "_score / params.terms * {norm}"
_SATURATED = "params.idf * (params.k1 + 1) * _score / (_score + params.k1)"
_NEAR = (
    "def counts = params.counts.get(doc['id'].value); if (counts == null) { return 0; } double w = "
    + " + ".join(f"counts[{place}] * {norm}" for place, norm in enumerate(_NORMS.values()))
    + "; return params.idf * (params.k1 + 1) * w / (w + params.k1);"
)
_NO_MORE_THAN = "Math.min(_score, params.most)"


@dataclass(frozen=True)
class Statistic:
    """What scores are made of besides an article."""

    documents: int
    means: tuple[float, ...]
    frequencies: Mapping[Leaf, int]
    curve: Curve

    def idf(self, leaf: Leaf) -> float:
        return inverse_frequency(self.documents, self.frequencies[leaf])


NearCounts = dict[str, list[int]]
"""How often words stand near each other in each text of an article, by its id."""


class Compiler:
    """Makes queries for one moment, which tells what prefixes and words of values stand for.

    OpenSearch weighs words that are near each other by how near they are; ours are counted. So the counts of what may
    rank first are handed in (`near`).
    """

    def __init__(self, moment: Moment, near: Mapping[Leaf, NearCounts] | None = None) -> None:
        self._moment, self._near = moment, near or {}

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
            case leaf:
                return {"constant_score": {"filter": self._leaf(leaf), "boost": known.idf(leaf)}}

    def scoring(self, plan: Plan, known: Statistic) -> Query:
        """Return what finds the articles, with our scores."""
        flat = _only_stems(plan)
        if flat is not None:
            return _scripted_stems(self.matching(plan), flat, known)
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
            case StemTerm(stem):
                fields = [f"s{SHORT[str(leaf.field)]}", *(["sf"] if leaf.field == "body" else [])]
                return any_of([{"term": {each: {"value": stem}}} for each in fields])
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
                return {"match_phrase": {field: {"query": "\n".join(terms)}}}
            case ExactPhrase(terms, slop):
                spans = [{"span_term": {field: {"value": term}}} for term in terms]
                return {"span_near": {"clauses": spans, "slop": slop, "in_order": True}}
            case _:
                terms = expanded(self._moment, leaf)
                return any_of([{"term": {field: {"value": term}}} for term in terms]) if terms else {"match_none": {}}

    def _scored(self, leaf: ExactPhrase | PrefixTerms | FuzzyTerms | StemTerm, known: Statistic) -> Query:
        if isinstance(leaf, StemTerm):
            return _scripted_stems(self._leaf(leaf), [leaf], known)
        if leaf in self._near:
            known_of_all = {"idf": known.idf(leaf), "k1": known.curve.k1, "slope": known.curve.b, "means": known.means}
            return _scripted(_no_score(self._leaf(leaf)), _NEAR, {**known_of_all, "counts": self._near[leaf]})
        fields = [SHORT[str(leaf.field)]] if leaf.field else list(SHORT.values())
        params = {"slope": known.curve.b, "means": known.means, "terms": _terms_scored(leaf)}
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
    fields = {field: stems[0].field in (None, name) for name, field in SHORT.items()}
    params = {
        "leaves": [[leaf.stem, known.idf(leaf)] for leaf in stems], **fields,
        "means": known.means, "slope": known.curve.b, "k1": known.curve.k1,
    }  # fmt: skip
    return _scripted({"constant_score": {"filter": query}}, _STEMS, params)


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
    n, frequency = known.documents, min(known.frequencies[leaf], known.documents)
    theirs = math.log(1 + (n - frequency + 0.5) / (frequency + 0.5))
    return idf / max(theirs, 1e-3)

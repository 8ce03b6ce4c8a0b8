"""Exact counts over what a search finds: facets, days, stories, tables of two attributes.

OpenSearch gives every value with its count (`EVERY_VALUE`): only so are `distinct` and what is not shown exact over
several shards. Values that are spelt in several ways are joined here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from app.search.attributes import ENTITY, FACETS, LANGUAGE, PLACE, SOURCE, FacetName, ValueView
from app.search.engine import (
    Axis,
    AxisName,
    Bucket,
    CrossCounts,
    DateCounts,
    FacetCounts,
    StoryFound,
    StoryOrder,
    Tally,
    TallyName,
)
from app.search.opensearch.client import Reply
from app.search.opensearch.commits import Moment
from app.search.opensearch.compile import all_of
from app.search.opensearch.mapping import GROUP_FIELDS, facet_field
from app.search.opensearch.vocabulary import EVERY_VALUE, Query, in_batches
from app.search.query import Collapsed, FacetWords
from app.text import folded_words

_PERIODS = ("year", "month")
_PARTS = ("values", "missing", "several")
_SINGLE = (None, SOURCE, PLACE, LANGUAGE)
"""Views of which an article has one value or none: those without are the rest. So it is with parts of the calendar."""
_AT_ONCE = 50_000
_COLUMN_MADE = 120.0
"""Seconds in which nodes have put together the stems of all articles: of 200 words, two million of a shard do."""
_WITHOUT_GROUPS = "-aggregations.groups_values,-aggregations.groups.values"
"""They are counted where they are, and not sent."""
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CountsAsked:
    """What is counted of the articles that `found` finds. `conditions` are the filters, by name; `own` the filter that
    each facet leaves out, and `clause` finds what matches without any."""

    clause: Query
    conditions: Mapping[str, Query]
    own: Mapping[FacetName, str | None]
    words: FacetWords | None
    limit: int
    dates: bool
    collapse: Collapsed | None

    @property
    def found(self) -> Query:
        return all_of([self.clause, *self.conditions.values()])


@dataclass(frozen=True, slots=True)
class Counted:
    total: int
    facets: tuple[FacetCounts, ...]
    dates: DateCounts | None
    collapsed: int | None
    frequency: int
    """How many articles have the only leaf of a query that was asked without knowing: all that are found, or those that
    would be without filters."""


class Counting:
    """Counts all that is asked for in one request, but for the days of what passes the filters, which are kept. Hits
    of all that is found may be asked for in the same request."""

    def __init__(self, moment: Moment, asked: CountsAsked, unknown: Query | None = None) -> None:
        """`unknown`: what finds the articles whose number is the frequency, where these are not all that is found."""
        self._moment, self._asked, self._unknown = moment, asked, unknown
        self._splits = any(asked.own.values())
        self._counted: Counted | None = None

    @property
    def goes_with_hits(self) -> bool:
        """Return whether nobody has counted yet, and what is counted is what is found: no facet leaves out a filter."""
        return self._counted is None and not self._splits

    @property
    def _body(self) -> dict[str, Any]:
        """Return what a request for hits has besides."""
        asked, found = self._asked, list(self._asked.conditions.values())
        aggregations: dict[str, Any] = {}
        for name, own in asked.own.items():
            kept = [condition for filter, condition in asked.conditions.items() if filter != own]
            aggregations |= self._among(name, kept, _facet_aggregations(name))
        if asked.dates:
            aggregations |= self._among("dates", found, {"values": _every_value("date")})
        if asked.collapse:
            aggregations |= self._among("groups", found, self._group_aggregations(asked.collapse))
        if self._splits:
            aggregations["found"] = {"filter": all_of(found)}
        return {"track_total_hits": True, **({"aggs": aggregations} if aggregations else {})}

    def _among(self, name: str, kept: list[Query], parts: dict[str, Any]) -> dict[str, Any]:
        """Return aggregations over what is kept; where that is all that is found, no filter need look at each."""
        if self._splits:
            return {name: {"filter": all_of(kept), "aggs": parts}}
        return {f"{name}_{part}": aggregation for part, aggregation in parts.items()}

    def _group_aggregations(self, by: Collapsed) -> dict[str, Any]:
        """Return what tells how many groups have several articles, and how many articles these have."""
        # A single shard knows which have several; of many, each knows only its own.
        least = 2 if self._moment.shards == 1 else 1
        every = {**_every_value(GROUP_FIELDS[by])["terms"], "min_doc_count": 2, "shard_min_doc_count": least}
        path = "values>_count" if self._splits else "groups_values>_count"
        return {"values": {"terms": every}, "several": {"stats_bucket": {"buckets_path": path}}}

    def _told(self, reply: Reply, name: str) -> dict[str, Any]:
        """Return what is told of what is kept, with the `total` of that."""
        told = reply.get("aggregations", {})
        if self._splits:
            return {**told[name], "total": told[name]["doc_count"]}
        parts = {part: told[f"{name}_{part}"] for part in _PARTS if f"{name}_{part}" in told}
        return {**parts, "total": reply["hits"]["total"]["value"]}

    def ask(self, body: dict[str, Any]) -> Reply:
        """Ask for hits of all that is found, and count."""
        whole = {**body, **self._body}
        if self._unknown is None:
            reply = self._moment.search(whole, told=_WITHOUT_GROUPS if self._asked.collapse else "")
            frequency = reply["hits"]["total"]["value"]
        else:
            reply, frequency = self._moment.search_and_count(whole, self._unknown)
        asked, told = self._asked, partial(self._told, reply)
        found = list(asked.conditions.values())
        self._counted = Counted(
            total=reply["aggregations"]["found"]["doc_count"] if self._splits else reply["hits"]["total"]["value"],
            facets=tuple(_read_facet(name, told(name), asked.words, asked.limit) for name in asked.own),
            dates=_read_dates(self._moment, told("dates"), found) if asked.dates else None,
            collapsed=_count_groups(told("groups")) if asked.collapse else None,
            frequency=frequency,
        )
        return reply

    def counted(self) -> Counted:
        """Return the counts, and ask for them where they were not told with hits."""
        if self._counted is None:
            query = self._asked.clause if self._splits else self._asked.found
            self.ask({"size": 0, "query": query})
        assert self._counted is not None
        return self._counted


def read_stories(moment: Moment, found: Query, order: StoryOrder) -> list[StoryFound]:
    """Return the stories of several articles of which a query finds any, in order."""
    every = moment.keep("stories", lambda: _all_stories(moment), is_large=True)
    reply = moment.search({"size": 0, "query": found, "aggs": {"stories": _every_value("stories")}})
    matches = {story: count for story, count in _buckets(reply["aggregations"]["stories"]).items() if story in every}
    stories = [
        StoryFound(story, count, every[story][0], every[story][1] if order == "-last_date" else every[story][0])
        for story, count in matches.items()
    ]
    return sorted(stories, key=lambda each: (-each.key, each.id))


def count_values(moment: Moment, found: Sequence[Query], name: TallyName, least: int) -> Tally:
    """Count the values of what several queries find, those that `least` of all of them have."""
    field = "w" if name == "word" else _axis_field(name)
    rows: list[Counts] = []
    totals = []
    for query in found:
        body = {"size": 0, "track_total_hits": True, "query": query, "aggs": {"values": _every_value(field)}}
        reply = moment.search(body, timeout=_COLUMN_MADE if name == "word" else None)
        totals.append(reply["hits"]["total"]["value"])
        rows.append(_buckets(reply["aggregations"]["values"]))
    if name != "word" and (view := FACETS[name].view) is not None and view.spelt:
        usual = _usual_spellings(moment, {"bool": {"should": list(found)}}, field, view)
        rows = [_one_for_all_spellings(row, view, usual) for row in rows]
    sums: Counter[str] = Counter()
    for row in rows:
        sums.update(row)
    values = sorted(value for value, count in sums.items() if count >= max(least, 1))
    counts = np.array([[row.get(value, 0) for value in values] for row in rows], np.int64)
    return Tally(tuple(totals), values, counts.reshape(len(found), len(values)))


def count_crossed(
    moment: Moment, found: Query, names: tuple[AxisName, AxisName], limits: tuple[int, int]
) -> CrossCounts:
    """Count what a query finds by two attributes."""
    fields = [_axis_field(name) for name in names]
    aggregations = {f"a{number}": _every_value(field) for number, field in enumerate(fields)}
    aggregations |= {f"m{number}": {"missing": {"field": field}} for number, field in enumerate(fields)}
    reply = moment.search({"size": 0, "track_total_hits": True, "query": found, "aggs": aggregations})
    told = reply["aggregations"]
    axes, keys = [], []
    for number, (name, limit) in enumerate(zip(names, limits, strict=True)):
        counts, key_of = _axis_counts(name, _buckets(told[f"a{number}"]))
        values = _chosen_values(counts, limit, in_order=name in _PERIODS)
        totals = tuple(counts[value] for value in values)
        axes.append(Axis(name, values, totals, len(counts), told[f"m{number}"]["doc_count"]))
        keys.append([key_of(value) for value in values])
    cells = _cells(moment, found, [_keyed_field(name) for name in names], keys)
    return CrossCounts(reply["hits"]["total"]["value"], axes[0], axes[1], cells)


def _facet_aggregations(name: FacetName) -> dict[str, Any]:
    made: dict[str, Any] = {"values": _every_value(facet_field(name))}
    if name == "month":
        made["missing"] = {"filter": {"term": {"dated": 0}}}
    elif FACETS[name].view not in _SINGLE:
        made["missing"] = {"missing": {"field": facet_field(name)}}
    return made


def _read_facet(name: FacetName, told: dict[str, Any], words: FacetWords | None, limit: int) -> FacetCounts:
    counts: Counts = _buckets(told["values"])
    having, view = sum(counts.values()), FACETS[name].view
    missing = told["missing"]["doc_count"] if "missing" in told else told["total"] - having
    imprecise = told["total"] - missing - having if name == "month" else 0
    if view is not None and view.spelt:
        counts = _one_for_all_spellings(counts, view, _most_spelt(counts, view))
    if words is not None:
        has = words.entities.__contains__ if view == ENTITY else lambda value: words.begin_in(folded_words(value))
        counts = {value: count for value, count in counts.items() if has(value)}
    shown = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
    buckets = tuple(Bucket(value, count) for value, count in shown)
    other = sum(counts.values()) - sum(bucket.count for bucket in buckets)
    return FacetCounts(name, len(counts), missing, other, buckets, imprecise)


def _read_dates(moment: Moment, told: dict[str, Any], conditions: list[Query]) -> DateCounts:
    counts = _buckets(told["values"])

    def read() -> Counts:
        reply = moment.search({"size": 0, "query": all_of(conditions), "aggs": {"days": _every_value("date")}})
        return _buckets(reply["aggregations"]["days"])

    totals = moment.keep(("days", repr(conditions)), read, is_large=True)
    # A year stands before its first month, and that before its first day: so do their names.
    days = tuple(sorted(totals))
    return DateCounts(
        days, tuple(counts.get(day, 0) for day in days), tuple(map(totals.__getitem__, days)),
        told["total"] - sum(counts.values()),
    )  # fmt: skip


def _count_groups(told: dict[str, Any]) -> int:
    """Return how many hits are left where each group has one."""
    several = told["several"]
    return int(told["total"] - (several["sum"] or 0) + several["count"])


def _all_stories(moment: Moment) -> dict[str, tuple[int, int]]:
    """Return how many articles each story of several has, and the number of its last day."""
    reply = moment.search({"size": 0, "aggs": {"told": _every_value("told_story")}})
    stories: dict[str, tuple[int, int]] = {}
    for some in in_batches(list(_buckets(reply["aggregations"]["told"])), _AT_ONCE):
        wanted = {"terms": {"stories": some}}
        last = {"last": {"max": {"field": "day"}}}
        body = {"size": 0, "query": all_of([wanted]), "aggs": {"stories": {**_every_value("stories"), "aggs": last}}}
        for bucket in moment.search(body)["aggregations"]["stories"]["buckets"]:
            if bucket["doc_count"] > 1:
                stories[bucket["key"]] = bucket["doc_count"], int(bucket["last"]["value"] or 0)
    return stories


def _axis_field(name: AxisName) -> str:
    return "types" if name == "type" else facet_field(name)


def _keyed_field(name: AxisName) -> str:
    """Return the field in which a value has one form, however it is spelt."""
    view = None if name == "type" else FACETS[name].view
    return f"v_{view.name}" if view is not None and view.spelt else _axis_field(name)


def _axis_counts(name: AxisName, counts: Counts) -> tuple[Counts, Any]:
    view = None if name == "type" else FACETS[name].view
    if view is None or not view.spelt:
        return counts, lambda value: value
    return _one_for_all_spellings(counts, view, _most_spelt(counts, view)), view.key


def _chosen_values(counts: Counts, limit: int, *, in_order: bool) -> tuple[str, ...]:
    """Return the values that are told: the last periods, in order; of others the most frequent, of these the first by
    name."""
    if in_order:
        return tuple(sorted(counts)[-limit:])
    return tuple(sorted(counts, key=lambda value: (-counts[value], value))[:limit])


def _cells(
    moment: Moment, found: Query, fields: Sequence[str], keys: Sequence[Sequence[str]]
) -> tuple[tuple[int, ...], ...]:
    rows, columns = keys
    if not rows or not columns:
        return tuple(() for _ in rows)
    inner = {"terms": {"field": fields[1], "size": len(columns), "include": list(columns)}}
    outer = {"terms": {"field": fields[0], "size": len(rows), "include": list(rows)}, "aggs": {"columns": inner}}
    reply = moment.search({"size": 0, "query": found, "aggs": {"rows": outer}})
    table = {
        bucket["key"]: _buckets(bucket["columns"]) for bucket in reply["aggregations"]["rows"]["buckets"]
    }  # fmt: skip
    return tuple(tuple(table.get(row, {}).get(column, 0) for column in columns) for row in rows)


def _usual_spellings(moment: Moment, found: Query, field: str, view: ValueView) -> dict[str, str]:
    reply = moment.search({"size": 0, "query": found, "aggs": {"values": _every_value(field)}})
    return _most_spelt(_buckets(reply["aggregations"]["values"]), view)


def _most_spelt(counts: Counts, view: ValueView) -> dict[str, str]:
    """Return, for each key, how most spell it."""
    spellings: defaultdict[str, list[str]] = defaultdict(list)
    for value in counts:
        spellings[view.key(value)].append(value)
    return {key: min(each, key=lambda value: (-counts[value], value)) for key, each in spellings.items()}


def _one_for_all_spellings(counts: Counts, view: ValueView, usual: Mapping[str, str]) -> Counts:
    """Return the counts of values, those of all spellings of one together."""
    joined: Counter[str] = Counter()
    for value, count in counts.items():
        joined[usual[view.key(value)]] += count
    return joined


def _every_value(field: str) -> dict[str, Any]:
    return {"terms": {"field": field, "size": EVERY_VALUE, "shard_size": EVERY_VALUE}}


def _buckets(told: dict[str, Any]) -> dict[str, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in told["buckets"]}

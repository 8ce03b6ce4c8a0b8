"""Names in a row, `Chiaphum, Khon Kaen and Surin`: what most of them are, the others are as well."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.enrich import gazetteer, given, grounds, organizations
from app.enrich.cleaning import is_ordinary
from app.enrich.context import Context, Span
from app.enrich.grounds import SpanType

_SHORTEST = 3
# What stands between two names of a list, and perhaps one that the recogniser has missed.
_JOINT = re.compile(r"(?:, | and |, and | or |, or |; )(?:((?:[A-Z][\w.'-]*\w ?){1,3})(?:, | and |, and | or |; ))?")
_WEAK = frozenset(("model", "repeat", "vote"))


def agree_in_lists(article: Context) -> None:
    """Retype the weak members of each list by the sure ones, and add those that were missed between two others."""
    for members in _rows_of_names(article.text, sorted(article.spans, key=lambda span: span.start)):
        kinds = [_sure_type(member) for member in members]
        sure = Counter(kind for kind in kinds if kind is not None)
        if len(sure) != 1 or 2 * sure.total() < len(members):
            continue
        kind = next(iter(sure))
        for member in members:
            if member.type != kind and not organizations.has_one_meaning(member.name.removeprefix("The ")):
                article.retype(member, kind, grounds.LIST)
        for start, end in _missed(article.text, members):
            article.add(Span(start, end, kind, *grounds.MISSED_IN_LIST))


def _rows_of_names(text: str, spans: Sequence[Span]) -> Iterator[list[Span]]:
    members: list[Span] = []
    for span in spans:
        if members and not _joins(text, members[-1], span):
            if len(members) >= _SHORTEST:
                yield members
            members = []
        if span.rule != "demonym":
            members.append(span)
    if len(members) >= _SHORTEST:
        yield members


def _joins(text: str, left: Span, right: Span) -> bool:
    return right.start - left.end < 60 and _JOINT.fullmatch(text, left.end, right.start) is not None


def _missed(text: str, members: Sequence[Span]) -> Iterator[tuple[int, int]]:
    for left, right in pairwise(members):
        joint = _JOINT.fullmatch(text, left.end, right.start)
        if joint and joint[1] and not is_ordinary(joint[1]) and gazetteer.demonym(joint[1]) is None:
            yield joint.span(1)


def _sure_type(span: Span) -> SpanType | None:
    """Return the type by its rule, or by what its own words say; None where it is the recogniser's guess alone."""
    name = span.name
    if span.rule not in _WEAK:
        return span.type
    first, _, rest = name.partition(" ")
    if rest and given.is_given(first):
        return "person"
    if organizations.is_headed_organization(name):
        return "organization"
    return "place" if gazetteer.is_certain(name) or (rest and gazetteer.find(name)) else None

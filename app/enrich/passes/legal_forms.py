"""Companies by their legal form, and by their short names in an article that has it."""

from __future__ import annotations

import re

from app.enrich import gazetteer, grounds, organizations
from app.enrich.context import Context, Span

_OUTER_AFTER = re.compile(r", ([A-Z]\w+)")


def legal_forms(article: Context) -> None:
    text = article.text
    for span in article.spans:
        end = organizations.legal_end(text, span.end)
        if end > span.end and span.type != "event" and not _is_of_nation(text, span.start, span.end, end):
            article.put(Span(span.start, end, "organization", *grounds.LEGAL_FORM))
        elif organizations.has_form(span.name):
            article.retype(span, "organization", grounds.LEGAL_FORM)
    for start, end in organizations.companies(text):
        if not _is_of_nation(text, start, text.rfind(" ", start, end), end) and _is_one_company(article, start, end):
            article.put(Span(start, end, "organization", *grounds.COMPANY))
    _companies_of(article)


def _companies_of(article: Context) -> None:
    """`Anglo American Corp of` `South Africa Ltd`: a place has no legal form, the company before it has."""
    ends = {span.end: span for span in article.spans if span.type == "organization"}
    for span in article.spans:
        whole = ends.get(span.start - len(" of ")) if span.rule == "legal-form" else None
        is_of = whole is not None and article.text.endswith(" of ", 0, span.start)
        if whole and is_of and gazetteer.is_certain(organizations.without_form(span.name)):
            article.put(Span(whole.start, span.end, "organization", *grounds.COMPANY))


def _is_of_nation(text: str, start: int, end: int, form_end: int) -> bool:
    return organizations.is_any_company(text[end:form_end].strip()) and gazetteer.is_certain(text[start:end])


def _is_one_company(article: Context, start: int, end: int) -> bool:
    """Return whether it is one company: where the recogniser has it already, only names of its own finding and an `and`
    may come before it."""
    others = article.overlapping(start, end)
    if not all(start <= other.start and other.end <= end for other in others):
        return False
    whole = next((other for other in others if other.end == end), None)
    if whole is None:
        return True
    gaps = article.text[start : whole.start]
    for other in others:
        if other is not whole:
            if other.type == "place" or other.rule == "legal-form":
                return False
            gaps = gaps.replace(other.name, "", 1)
    return whole.start > start and gaps.strip(" ,&") in ("", "and")


def short_names(article: Context) -> None:
    """`Thermwood`, `Mark IV`, `Weatherford` in an article that has the company with its legal form."""
    shorts = {organizations.without_form(span.name) for span in article.spans if span.rule == "legal-form"}
    shorts |= {short for group in shorts if gazetteer.find(short := group.removesuffix(" Group")) is None}
    _rejoin(article, shorts)
    people = article.surnames()
    parts = {word for short in shorts for word in short.split(" ") if len(word) > 4 and word.istitle()} - people
    beginnings = {" ".join(short.split(" ")[:2]) for short in shorts if short.count(" ") > 1}
    for span in article.spans:
        if span.rule in ("model", "head-noun") and (
            span.name in shorts
            or (span.name in beginnings and span.type == "person")
            or (span.name in parts and _may_be_company(article, span))
        ):
            article.retype(span, "organization", grounds.COMPANY)


def _may_be_company(article: Context, span: Span) -> bool:
    """`Weatherford`; but a place of the gazetteer is more likely the place, and so is `Teberebie, Ghana`."""
    if span.type == "place":
        outer = article.after(span, _OUTER_AFTER)
        return gazetteer.find(span.name) is None and not (outer and gazetteer.is_certain(outer[1]))
    return span.type == "person"


def _rejoin(article: Context, shorts: set[str]) -> None:
    """`Thomas and Betts`, which the recogniser takes for two, where the article has `Thomas and Betts Corp`."""
    joined = sorted(short for short in shorts if " and " in short or " & " in short)
    places = article.words.places(joined)
    for short in joined:
        for start in places.get(short, ()):
            span = Span(start, start + len(short), "organization", *grounds.COMPANY_AGAIN)
            if len(article.overlapping(span.start, span.end)) > 1 and article.encloses(span.start, span.end):
                article.put(span)

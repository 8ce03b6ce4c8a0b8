"""HTML that was left in a field, to text.

Not with `html.parser`: it takes `a <b and c> d` for a tag, and `<String>` too; after a `<script>` that is not closed it
gives nothing; and a row of `<!--` costs it quadratic time. Here a tag is what HTML has a name for, with attributes that
are written as such, and everything else is text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.entities import html5
from itertools import groupby

_PARAGRAPHS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 head header hr html main menu nav ol p pre section summary table tbody tfoot thead ul".split()
)
_LINES = frozenset("br li option tr".split())
_CELLS = frozenset("td th".split())
_ALONE = _PARAGRAPHS | _LINES
_INLINE = frozenset(
    "a abbr acronym audio b base big button caption cite code col colgroup data del dfn em embed font i iframe "
    "img input ins kbd label legend link map mark meta meter noscript object output param picture q rp rt ruby "
    "s samp script select small source span strike strong style sub sup svg template textarea time title track "
    "tt u var video wbr".split()
)
_NAMES = "|".join(sorted(_PARAGRAPHS | _LINES | _CELLS | _INLINE, key=len, reverse=True))
_VALUE = r"""(?:"[^"<]*+"|'[^'<]*+'|[^\s"'<>=`]++)"""
_BARE = (
    r"(?:allowfullscreen|async|autoplay|checked|controls|crossorigin|defer|disabled|download|hidden|itemscope|loop|muted"
    r"|noshade|nowrap|open|playsinline|readonly|required|reversed|selected)"
)
_TAG = re.compile(
    rf"<(?P<closing>/?)(?P<name>{_NAMES})(?P<attributes>(?:\s++(?:[\w:@.-]++\s*+=\s*+{_VALUE}|{_BARE}))*+)\s*+/?>",
    re.IGNORECASE | re.ASCII,
)
_UNSEEN = tuple(
    (re.compile(begins, re.IGNORECASE), re.compile(ends, re.IGNORECASE))
    for begins, ends in (
        (r"<!--", r"-->"),
        (r"<!doctype\b|<\?xml\b", r">"),
        *(
            (rf"<{name}(?=[\s>])[^<>]*+>", rf"</{name}\s*+>")
            for name in ("script", "style", "noscript", "template", "svg")
        ),
    )
)
_CDATA = re.compile(r"\A\s*+<!\[CDATA\[(.*)\]\]>\s*\Z", re.DOTALL)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31});", re.ASCII)
_QUOTES = frozenset("`'\"‘’“”")
_EMPTY_LINES = re.compile(r"\n{3,}")
_GAPS = re.compile(r"[ \t]{2,}")


def plain_text(text: str) -> str:
    """The text as a browser shows it, where it is plainly marked up: paragraphs parted by an empty line, no tags,
    character references as what they stand for (once: `&amp;lt;` is `&lt;`). Any other text as it is."""
    if "<![CDATA[" in text:
        text = _CDATA.sub(r"\1", text)
    if "<" in text and _is_marked_up(text):
        return _unescaped(_without_tags(text))
    if "&" not in text:
        return text
    unescaped = _unescaped(text)
    # Feeds carry pages whose every tag is escaped.
    escaped = "&lt;" in text and _TAG.match(unescaped.lstrip()) and _is_marked_up(unescaped)
    return _unescaped(_without_tags(unescaped)) if escaped else unescaped


def _is_marked_up(text: str) -> bool:
    """Return whether tags are used, and not just written about: `the <b> and </b> tags`, `Sears Roebuck <S>`."""
    opened: set[str] = set()
    first = len(text) - len(text.lstrip())
    for tag in _TAG.finditer(text):
        name = tag["name"].lower()
        before, after = text[max(tag.start() - 1, 0) : tag.start()], text[tag.end() : tag.end() + 1]
        if tag["closing"]:
            if name in opened and before != " ":
                return True
        elif tag["attributes"] or (name in _ALONE and _is_used(name, before, after, first=tag.start() == first)):
            return True
        if not tag["closing"] and after != " " and before != "`":
            opened.add(name)
    return False


def _is_used(name: str, before: str, after: str, *, first: bool) -> bool:
    """Return whether it begins the text, has a line of its own, or comes right after a sentence or a tag. After a
    letter only `<br>` is no ticker symbol: `PHILLIPS<P> SAYS`, `NAVISTAR<NAV>, DINA`."""
    alone = (first and after != " ") or (before == "\n" and after in ("\n", ""))
    return alone or (before != "" and before in ".!?:;,…>”") or (name == "br" and before.isalnum())


def _without_tags(text: str) -> str:
    for begins, ends in _UNSEEN:
        text = "".join(_outside(text, begins, ends))
    if "<pre" not in text.lower() and any(tag["name"].lower() in _PARAGRAPHS for tag in _TAG.finditer(text)):
        text = _rejoined(_GAPS.sub(" ", text))
    lines = _TAG.sub(_gap, text).split("\n")
    return _EMPTY_LINES.sub("\n\n", "\n".join(line.strip(" \t") for line in lines)).strip("\n")


def _outside(text: str, begins: re.Pattern[str], ends: re.Pattern[str]) -> Iterator[str]:
    """Return what stands before, between and after such pairs. One that is not closed hides nothing."""
    at = 0
    while (begin := begins.search(text, at)) and (end := ends.search(text, begin.end())):
        yield text[at : begin.start()]
        at = end.end()
    yield text[at:]


def _rejoined(text: str) -> str:
    """Line ends are spaces in HTML; empty lines are kept, since many hold back on `<p>` and rely on them."""
    lines = (line.strip(" \t") for line in text.split("\n"))
    return "\n\n".join(" ".join(group) for filled, group in groupby(lines, bool) if filled)


def _gap(tag: re.Match[str]) -> str:
    name = tag["name"].lower()
    if name in _PARAGRAPHS:
        return "\n\n"
    if name == "br" or (name in _LINES and not tag["closing"]):
        return "\n"
    return "\t" if name in _CELLS and not tag["closing"] else ""


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(reference: re.Match[str]) -> str:
    """One between quotes is written about."""
    text, start, end = reference.string, reference.start(), reference.end()
    if start and text[start - 1] in _QUOTES and text[end : end + 1] in _QUOTES:
        return reference[0]
    if reference[0][1] != "#" and reference[0][1:] not in html5:
        return reference[0]
    return html.unescape(reference[0]).replace("\xa0", " ")

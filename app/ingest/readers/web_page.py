"""A web page, saved or fetched: its main text and what it says of itself. Nothing is run, followed or fetched."""

from __future__ import annotations

import codecs
import json
import logging
import re
from collections.abc import Iterator
from configparser import ConfigParser
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from app.ingest.readers import tree
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import FileUnusable, Record, Refused, Unusable, hashed
from app.ingest.readers.sniff import Nature, detected, mark_of
from app.urls import host_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from trafilatura.settings import Document

# Extraction takes a second for a megabyte of words, and the square of the time for twice the elements in one paragraph
# (30,000: seven seconds). The largest pages of news have some 10,000.
MAX_PAGE = 5_000_000
MAX_ELEMENTS = 30_000
# Characters. Below this all that stands on the page is taken for its text, without paragraphs.
_SHORTEST = 60
# Pages that are nothing but links to others: so much of what was taken for the text is theirs.
_OF_LINKS = 0.6
_MOST_LINKS = 1000
_HEAD = 4096
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}>")
# What browsers and their extensions write into a page that they save.
_SAVED_FROM = re.compile(
    r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:\s*)(?P<url>https?://\S{1,2000})"
    r"(?:\s+saved date:\s*(?P<date>[^\n]{1,80}))?",
    re.IGNORECASE,
)
# Pages of which a browser without scripts shows nothing but this.
_WANTS_SCRIPTS = re.compile(r"\b(?:enable|activate|turn on|requires?) javascript\b|\bjavascript (?:is|to be) ", re.I)
_LONGEST_EXCUSE = 400
_NO_TEXT = (
    "is a web page without a main text that can be found: where a browser shows one, save the page from there, or the "
    "text alone"
)
_OF_ARTICLES = frozenset(
    "article newsarticle reportagenewsarticle analysisnewsarticle blogposting liveblogposting opinionnewsarticle "
    "backgroundnewsarticle reviewnewsarticle report".split()
)
_TIMES = (
    "//meta[@property='article:published_time' or @name='article:published_time']/@content",
    "//meta[@itemprop='datePublished' or @name='pubdate' or @name='dc.date.issued']/@content",
    "//meta[@name='parsely-pub-date' or @name='sailthru.date']/@content",
    "//time[@itemprop='datePublished' or @pubdate]/@datetime",
)
_CANONICAL = ("//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content")
_LANGUAGE = (
    "/html/@lang",
    "/html/@xml:lang",
    "//meta[@http-equiv='content-language' or @http-equiv='Content-Language']/@content",
    "//meta[@property='og:locale']/@content",
)
_FILED = {
    "rights": ("//meta[@name='copyright' or @name='dcterms.rights' or @name='dc.rights']/@content",),
    "section": ("//meta[@property='article:section']/@content",),
    "keywords": ("//meta[@property='article:tag']/@content",),
    "words": ("//meta[@name='news_keywords']/@content", "//meta[@name='keywords']/@content"),
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSIDE = ((b"<script", b"</script"), (b"<!--", b"-->"))
# To find the text takes milliseconds, also of a page without any.
_MOST_JOINED = 1_000
# Where pages were joined to one file: what reads a page leaves out all but the first.
_JOINED = re.compile(rb"(?<=</html>)(?=\s*<(?:!doctype\s+html|html)[\s>])", re.IGNORECASE)


def read_page(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:  # noqa: ARG001  # a page says its encoding
    offset = 0
    for number, raw in enumerate(_joined_pages(stream.whole(MAX_PAGE)), 1):
        if number > _MOST_JOINED:
            raise FileUnusable(f"holds more than {_MOST_JOINED:,} pages: make files of the others")
        try:
            yield Record(number, page_fields(raw), offset, hashed(raw))
        except Refused as error:
            yield Unusable(number, str(error), offset, hashed(raw))
        offset += len(raw)


def _joined_pages(raw: bytes) -> Iterator[bytes]:
    """Yield each page of a file; what looks like the end of one inside a script or a comment is none."""
    page, inside = [], 0
    for piece in _JOINED.split(raw):
        page.append(piece)
        lower = piece.lower()
        inside += sum(lower.count(begin) - lower.count(end) for begin, end in _INSIDE)
        if inside <= 0:
            yield b"".join(page)
            page, inside = [], 0
    if page:
        yield b"".join(page)


def page_fields(
    raw: bytes, *, address: str | None = None, fetched: str | None = None, charset: str | None = None
) -> dict[str, object]:
    """Return the fields of the article on a page, named as ours; those that it does not say are left out.

    `address` is where it was found, `fetched` the day (`YYYY-MM-DD…`): no date after it is believed, and it is never
    taken for the day of publication. `charset` is what came with the page, by HTTP or mail; the page's own goes after
    it. Raises `Refused` for a page without a main text, and one over the bounds.
    """
    if len(raw) > MAX_PAGE:
        raise Refused(f"is a web page of over {MAX_PAGE:,} bytes: save its text alone")
    text = _DECLARATION.sub("", _decoded(raw, charset), count=1)
    saved = _SAVED_FROM.search(text[: 4 * _HEAD])
    address = address or (saved["url"] if saved else None)
    page = _parsed_page(text)
    stated = _stated(page)
    document = _extracted(page, address, fetched)
    body = _without_headline(tree.text_of(document.body) if document.body is not None else "", document.title)
    if not body or (len(body) < _LONGEST_EXCUSE and _WANTS_SCRIPTS.search(body)) or _is_of_links(page, body):
        raise Refused(_NO_TEXT)
    fields = {
        "headline": document.title,
        "body": body,
        "date": _published_on(page, stated, document.date, fetched),
        "source": _site_name(document, address),
        "url": _own_address(page, address),
        "authors": [name.strip() for name in (document.author or "").split(";") if name.strip()],
        "language": _language_said(page, stated),
        **_filing(page),
    }
    return {name: value for name, value in fields.items() if value}


def _decoded(raw: bytes, charset: str | None) -> str:
    """Decode as browsers do: by the mark, by what came with the page, by what it says; else by what it looks like."""
    found = _CHARSET.search(raw[:_HEAD])
    mark, marked = mark_of(raw) or (0, None)
    for label in (marked, charset, found[1].decode("ascii") if found else None):
        encoding = _known(label)
        if encoding is None:
            continue
        try:
            return raw[mark:].decode(encoding, "strict" if encoding == "utf-8" else "replace")
        except UnicodeDecodeError:
            continue
    try:
        return raw.decode(detected(raw), "replace")
    except FileUnusable as error:
        raise Refused(str(error)) from None


def _known(label: str | None) -> str | None:
    """Return what an encoding is called here, None where there is none by that name."""
    try:
        name = codecs.lookup(label).name if label else None
    except LookupError:
        return None
    # What calls itself so is Windows-1252 on the web.
    return "cp1252" if name in ("iso8859-1", "ascii") else name


def _parsed_page(text: str) -> HtmlElement:
    page = tree.parse_html(text, whole=True)
    if sum(1 for _ in page.iter()) > MAX_ELEMENTS:
        raise Refused(f"is a web page of over {MAX_ELEMENTS:,} elements: save its text alone")
    return page


@cache
def _extraction_settings() -> ConfigParser:
    """Set up what extracts, once. It logs what it cannot read as errors; here that is a rejection."""
    from trafilatura.settings import DEFAULT_CONFIG

    for name in ("trafilatura", "htmldate", "justext", "readability", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    settings = deepcopy(DEFAULT_CONFIG)
    settings["DEFAULT"]["MIN_EXTRACTED_SIZE"] = str(_SHORTEST)
    return settings


def _extracted(page: HtmlElement, address: str | None, fetched: str | None) -> Document:
    from trafilatura import bare_extraction

    settings = _extraction_settings()
    day = _DAY.match(fetched or "")
    dates: dict[str, Any] = {"original_date": True, "extensive_search": False}
    if day:
        dates["max_date"] = day[0]
    found = bare_extraction(
        page,
        url=address,
        include_comments=False,
        include_images=False,
        include_links=False,
        with_metadata=True,
        date_extraction_params=dates,
        config=settings,
    )
    if found is None or isinstance(found, dict):
        raise Refused(_NO_TEXT)
    return found


def _without_headline(body: str, headline: str | None) -> str:
    """The headline stands above the text on most pages, and would be in the article twice."""
    first, _, rest = body.partition("\n\n")
    return rest if headline and rest and first.casefold() == " ".join(headline.split()).casefold() else body


def _is_of_links(page: HtmlElement, body: str) -> bool:
    """Return whether it is a front page, a list of results or the like, and no article."""
    links = {" ".join(link.text_content().split()) for link in page.xpath(f"(//a)[position() <= {_MOST_LINKS}]")}
    text = " ".join(body.split())
    return sum(len(link) for link in links if link in text) > _OF_LINKS * len(text)


def _stated(page: HtmlElement) -> dict[str, str]:
    """Return what the page says of its article for machines, as JSON-LD: the first of each."""
    stated: dict[str, str] = {}
    for article in _stated_on(page):
        for name in ("datePublished", "inLanguage"):
            if isinstance(said := article.get(name), str):
                stated.setdefault(name, said.strip())
    return stated


def _filing(page: HtmlElement) -> dict[str, object]:
    """Return rights and subjects as the page says them of its article for machines, else as its head does."""
    said: dict[str, object] = {}
    for article in _stated_on(page):
        for name in ("articleSection", "keywords", "copyrightNotice", "license"):
            if article.get(name):
                said.setdefault(name, article[name])
    heads = {
        name: [str(value).strip() for path in paths for value in page.xpath(path)] for name, paths in _FILED.items()
    }
    return {
        "rights": [said[name] for name in ("copyrightNotice", "license") if name in said] or heads["rights"],
        "section": said.get("articleSection") or heads["section"],
        "keywords": said.get("keywords") or heads["keywords"] or ",".join(heads["words"]),
    }


def _stated_on(page: HtmlElement) -> Iterator[dict[str, object]]:
    for script in page.xpath("//script[@type='application/ld+json']/text()"):
        try:
            value = json.loads(script, strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _stated_articles(value)


def _stated_articles(value: object) -> Iterator[dict[str, object]]:
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, dict):
            continue
        graph = each.get("@graph")
        kinds = each.get("@type")
        if any(str(kind).lower() in _OF_ARTICLES for kind in (kinds if isinstance(kinds, list) else [kinds])):
            yield each
        if isinstance(graph, list):
            yield from _stated_articles([inner for inner in graph if isinstance(inner, dict) and "@graph" not in inner])


def _published_on(page: HtmlElement, stated: dict[str, str], found: str | None, fetched: str | None) -> str | None:
    """Return what the page says with a time of day, else the day that was found on it."""
    said = [stated.get("datePublished", ""), *(value.strip() for path in _TIMES for value in page.xpath(path))]
    days = [str(value) for value in said if _DAY.match(value) and value[:10] <= (fetched or "9999")]
    timed = [value for value in days if len(value) > len("YYYY-MM-DD")]
    return next(iter([*timed, *days]), None) or _as_said(found, page)


def _as_said(found: str | None, page: HtmlElement) -> str | None:
    """Return a date that was found on the page as precisely as it stands there: where no day does, the first of the
    month or today's was filled in."""
    if not found:
        return None
    source = _serialised(page)
    year, month, day = found.split("-")
    of_day, of_month = rf"(?<!\d)0?{int(day)}", rf"0?{int(month)}"
    name, gap = r"[^\W\d]{3,12}", r"\W{1,3}(?:(?:de|of)\s)?"
    notations = (
        rf"{year}\W?{month}\W?{day}|{year}\W{{1,2}}{of_month}\W{{1,2}}{of_day}(?!\d)",
        rf"{of_day}\W{{1,2}}{of_month}\W{{1,2}}{year}|(?<!\d){of_month}\W{{1,2}}{of_day}\W{{1,2}}{year}",
        rf"{of_day}[^\W\d]{{0,2}}{gap}{name}{gap}{year}|{name}{gap}{of_day}[^\W\d]{{0,2}}{gap}{year}",
    )
    if re.search("|".join(notations), source):
        return found
    return found[:7] if re.search(rf"{year}[-/.]{month}(?!\d)|{name}\W{{1,3}}{year}", source) else None


def _serialised(page: HtmlElement) -> str:
    from lxml import etree

    return str(etree.tostring(page, encoding="unicode"))


def _site_name(document: Document, address: str | None) -> str | None:
    """Return what the site calls itself, else its host: where it calls itself nothing, the beginning of the address
    stands for its name."""
    url, name = document.url or address or "", document.sitename or ""
    begins = url.partition("://")[2].removeprefix("www.").lower().startswith(name.lower())
    if name and (name.isalnum() or not begins):
        return str(name)
    return host_of(url) or None


def _own_address(page: HtmlElement, address: str | None) -> str | None:
    """The address that the page calls its own, unless that is a whole site's: then all its pages would be one article,
    each a revision of the one before."""
    for path in _CANONICAL:
        for said in page.xpath(path):
            try:
                url = urljoin(address or "", str(said).strip())
                parts = urlsplit(url)
            except ValueError:
                continue
            if parts.scheme in ("http", "https") and parts.netloc and (parts.path.strip("/") or parts.query):
                return url
    return address


def _language_said(page: HtmlElement, stated: dict[str, str]) -> str | None:
    said = [str(value).strip().replace("_", "-") for path in _LANGUAGE for value in page.xpath(path)]
    return next(filter(None, [*said, stated.get("inLanguage", "")]), None)

"""Addresses of articles on the web: without what says only how somebody came there, and when two are one page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from urllib.parse import unquote, urlsplit

# What newsletters, advertisements and shares append to an address, to tell who came by them.
_TRACKING = re.compile(
    r"utm_\w+|(?:ga|pk|mtm|piwik)_(?:source|medium|term|content|campaign|keyword|kwd|place|cid|group|placement)|mc_[ce]id"
    r"|(?:fb|g|d|y|tt|tw)clid|msclkid|li_fat_id|igsh(?:id)?|gclsrc|[gw]braid|_g[al]|_hs(?:enc|mi)|hsa_\w+|mkt_tok"
    r"|vero_(?:id|conv)|oly_(?:anon|enc)_id|wt_z?mc|at_(?:medium|campaign|link_\w+|custom\d)|ns_(?:campaign|mchannel|source"
    r"|linkname|fee)|cmpid|xtor|__twitter_impression",
    re.IGNORECASE | re.ASCII,
)
_SCHEME = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_WWW = re.compile(r"www\d?\.(?=.*\.)")
_USUAL_PORT = re.compile(r":(?:80|443)?$")


def without_tracking(url: str) -> str:
    """Return the address without the parameters that campaigns append."""
    before, mark, rest = url.partition("?")
    query, sign, fragment = rest.partition("#")
    kept = [pair for pair in query.split("&") if not _TRACKING.fullmatch(pair.partition("=")[0])]
    # A question mark behind a fragment begins no parameters.
    return before + ("?" + "&".join(kept) if any(kept) else "") + sign + fragment if mark and "#" not in before else url


def usual_spellings(url: str) -> Iterator[str]:
    """Yield the ways in which the address of a page is mostly written, without the place in the page."""
    before, mark, query = _SCHEME.sub("", url.partition("#")[0], count=1).partition("?")
    host, _, path = before.rstrip("/").partition("/")
    host = _WWW.sub("", host.lower())
    for scheme, www, slash in product(("https", "http"), ("", "www."), ("", "/")):
        yield f"{scheme}://{www}{host}{'/' * bool(path)}{path}{slash}{mark}{query}"


def host_of(url: str) -> str:
    """Return the host that an address leads to, as people say it; "" where it leads nowhere."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def url_key(url: str) -> str:
    """Return what two addresses of one page have in common: host, path and parameters.

    Whether it is `https`, `www.`, the port that is meant anyway, a slash at the end, the order of parameters, the place
    in the page and the way to spell letters beyond ASCII make no difference. A fragment that is a path itself (`#/1`,
    `#!1`) says which page it is.
    """
    plain, _, fragment = without_tracking("".join(url.split())).partition("#")
    before, _, query = _SCHEME.sub("", plain, count=1).partition("?")
    host, _, path = before.partition("/")
    host = _WWW.sub("", _USUAL_PORT.sub("", host.lower()).rstrip("."))
    pairs = "&".join(sorted(filter(None, unquote(query).split("&"))))
    route = f"#{unquote(fragment)}" if fragment.startswith(("/", "!")) else ""
    return f"{host}/{unquote(path).strip('/')}?{pairs}{route}" if host else ""

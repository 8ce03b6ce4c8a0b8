"""Committees of a legislature: one name for each, however the text turns it."""

from __future__ import annotations

import re

from app.enrich import lexicon

_USUAL = {name.replace(",", ""): usual for name, usual in lexicon.shown_by_name("committees").items()}
_ALL = re.compile(r"\b(?:Sub)?[Cc]ommittees?\b")
_NATION_BEFORE = re.compile(r"(?:U\.?S\.?|United States) (?=House|Senate|Joint)")
_KINDS = re.compile(r" (?:Permanent|Select|Special|Standing|permanent|select|special|standing)\b")
_TURNED = re.compile(r"((?:House|Senate|Joint)(?: \w+)*?) (Subcommittee|Committee) on (?:the )?(.+)")


def committee_name(name: str) -> str:
    """Return `House Intelligence Committee` for `House Permanent Select Committee on Intelligence`; a name that is no
    committee's of a chamber as it is."""
    if not _ALL.search(name):
        # `House Budget Chairman`, where only what is before the office was found.
        return _USUAL.get(f"{name} Committee", name)
    plain = _NATION_BEFORE.sub("", name).replace("House of Representatives ", "House ").replace(" & ", " and ")
    if not plain.startswith(("House ", "Senate ", "Joint ")):
        return name
    plain = _KINDS.sub("", plain)
    if turned := _TURNED.fullmatch(plain):
        plain = f"{turned[1]} {turned[3]} {turned[2]}"
    plain = _in_capitals(plain)
    listed = plain.replace(",", "")
    return _USUAL.get(listed) or _USUAL.get(listed.removesuffix("s"), plain)


def _in_capitals(name: str) -> str:
    """`House intelligence committee`, as many newspapers write it."""
    return " ".join(word if word == "and" else word[:1].upper() + word[1:] for word in name.split(" "))

"""What people do in life, as far as it tells two of one name apart: a general is no singer.

Only callings that are one thing wherever they stand. A president may be of a country or a company, a director of a
bank or a film, a captain of a ship or a team; and anybody may write a book.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from app.enrich import gazetteer, lexicon, titles

Calling = Literal["arts", "sport", "armed-forces", "state", "church", "science", "law", "business"]


class Said(NamedTuple):
    """`word` is the one that says it: general. `nation` is the ISO 3166 code of whose minister or general it is."""

    word: str
    calling: Calling
    nation: str | None


_CALLINGS: dict[str, Calling] = {
    word: calling for calling in get_args(Calling) for word in lexicon.terms(f"callings-{calling}")
}
_WHOLE = {
    "gen": "general", "col": "colonel", "maj": "major", "adm": "admiral", "brig": "brigadier",
    "sen": "senator", "rep": "representative", "gov": "governor",
}  # fmt: skip

# What a star is a star of.
_STARS = lexicon.terms("callings-stars")
_STAGES = lexicon.terms("stages")
_GAMES = lexicon.terms("games")

# Two callings that no one life has, and two that hardly one has. Whoever was a soldier, a judge, a priest or a banker
# may become a minister, and so have actors and athletes; generals go into business.
_NEVER: frozenset[tuple[Calling, Calling]] = frozenset(
    (("arts", "armed-forces"), ("sport", "armed-forces"), ("sport", "church"))
)
_SELDOM: frozenset[tuple[Calling, Calling]] = frozenset(
    (
        *(("arts", "sport"), ("arts", "state"), ("arts", "church")),
        *(("arts", "science"), ("arts", "law"), ("arts", "business")),
        *(("sport", "state"), ("sport", "law"), ("sport", "science"), ("sport", "business")),
        *(("armed-forces", "church"), ("armed-forces", "science"), ("church", "business")),
    )
)

_HEAD = re.compile(r"^(.*?)(?:$|[,(]|\s(?:of|for|to|with|by|in|at|from|like|on|under|and|who|since)\s)")
# No general is an `Attorney General`, nor is a `sergeant at arms` in the army.
_OFFICIALS = lexicon.terms("generals-of-none")
_AT_ARMS = re.compile(r"\bat arms\b", re.IGNORECASE)
# In small letters `major` is an adjective and a `rep` anybody's; and a senator's name stands in many a list.
_NEITHER = frozenset(("major", "rep", "representative", "Boxer"))
# Offices that one nation has one of, or its own. Mayors and envoys are also said to be of where they are.
_NATIONAL = frozenset("minister premier pm president".split())
# States that are no more, whose offices went over to others.
_FORMER = frozenset(("SU", "YU", "CS"))
_PAST = frozenset("former ex then acting outgoing late retired current".split())


def is_calling(word: str) -> bool:
    """`singer`; `star`, which says something only with `film` before it."""
    return (plain := word.lower()) in _CALLINGS or plain in _STARS


def is_stage(word: str) -> bool:
    """`film`, `football`: what stars are stars of."""
    return word.lower() in _STAGES or word.lower() in _GAMES


@lru_cache(maxsize=4096)
def said(role: str) -> Said | None:
    """Return what `British Army General` says; None where that may be several things."""
    match = _HEAD.match(role)
    words = match[1].split() if match is not None else []
    if not words or _AT_ARMS.search(role):
        return None
    word, nation = words[-1].lower().rstrip("."), _nation_served(words[:-1])
    calling = _CALLINGS.get(word) or _by_stage(word, words[:-1]) or _by_nation(word, nation)
    if word == "pm" and nation is None:
        # `at 8 PM`.
        return None
    if calling is None or words[-1] in _NEITHER or _has_another(calling, words) or _is_official(words):
        return None
    return Said(_WHOLE.get(word, word), calling, nation if word in _NATIONAL or calling == "armed-forces" else None)


def unlikeness(one: Calling, other: Calling) -> int:
    """Return 2 for what no one life has, 1 for what hardly one has, 0 for what many have."""
    if (one, other) in _NEVER or (other, one) in _NEVER:
        return 2
    return int((one, other) in _SELDOM or (other, one) in _SELDOM)


def _by_stage(word: str, before: list[str]) -> Calling | None:
    if word not in _STARS:
        return None
    stages = {each.lower() for each in before}
    return "arts" if stages & _STAGES else "sport" if stages & _GAMES else None


def _by_nation(word: str, nation: str | None) -> Calling | None:
    """`Russian President`; a president alone may be a company's."""
    return "state" if word == "president" and nation is not None else None


def _has_another(calling: Calling, words: list[str]) -> bool:
    """`Congressman Bishop` is no bishop."""
    return any(_CALLINGS.get(word.lower().rstrip("."), calling) != calling for word in words[:-1])


def _is_official(words: list[str]) -> bool:
    before = words[-2].lower() if len(words) > 1 else ""
    return words[-1].lower() in ("general", "gen.") and before in _OFFICIALS


def _nation_served(words: list[str]) -> str | None:
    """Return, of `former West German Foreign`, what the office itself is called for, not what else stands before it."""
    while words and words[0].lower() in _PAST:
        words = words[1:]
    for count in (2, 1):
        name = " ".join(words[:count]).removesuffix("'s").removesuffix("’s")
        place = gazetteer.demonym(name) or (gazetteer.find(name) if gazetteer.is_certain(name) else None)
        if place is not None:
            known = place.kind in ("country", "region") and place.country not in _FORMER
            return place.country if known and all(map(titles.is_qualifier, words[count:])) else None
    return None

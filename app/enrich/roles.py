"""What a text says that a person is, right beside the name: `Russian President Vladimir Putin`; `Randhir Jaiswal, the
spokesperson for India's Ministry of External Affairs, said ...`. A title alone (`Mr`) says nothing of the kind.

A role is whole or it is none: `Senate Majority Leader`, not `Leader`; `father of` says nothing, nor does `King`, the
end of somebody else's name.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from app.enrich import callings, gazetteer, lexicon, organizations, titles
from app.text import sentences

# Its module loads all that recognises names, and a search for `President Putin` has no use for it.
if TYPE_CHECKING:
    from app.enrich.mentions import Mention

# An apposition of more words has become a sentence of its own.
_MOST_WORDS = 12
# The office stands near the head of it: `former German foreign minister`, not `a man whom the president`.
_HEAD_WORDS = 6
_MOST_CHARACTERS = 120
# No further is the beginning of a word sought, for a sentence may be as long as the body, and so may a word.
_LONGEST_WORD = 200
_LONGEST_OFFICE = 80

_TRADES = lexicon.terms("trades")
_MODIFIERS = lexicon.terms("role-modifiers")
_INCOMPLETE = lexicon.terms("roles-incomplete")
_KIN = lexicon.terms("kin")

_WORD = re.compile(r"\S+")
_APPOSITION = re.compile(r",\s+((?:the|a|an|its|his|her|their|our)\s+)?([^,;:()\"“”—]+?)(?:(?=[,;])|[.!?]?$)")
_VERBS = frozenset("said says told was is are has had have would will could may who whom which that and but as".split())
# What follows the office itself: `chairman of the board`, `founder and owner`.
_COMPLEMENT = frozenset("of for at in to from on with by under since during and or & who".split())
_CONNECTING = frozenset("of for at in to from on with by under".split())
# Inside an apposition they begin another phrase: `met the president`.
_DETERMINERS = frozenset("the a an his her their its our my your this that these those no".split())
# What a list goes on with, or a sentence: `along with Senator Jon Tester`.
_NO_BEGINNING = frozenset("including plus along like also not with without both either neither".split())
_OWNER = re.compile(r"\w['’]s?$")
# `Secretary of State`, `First Lady`; but in `the party under Captain Scott` the party has no office.
_ALSO = frozenset(("of", "first"))
_FIRST = (["lady"], ["Lady"], ["minister"], ["Minister"])
_OFFICE_OF = re.compile(
    r"(?<!\S)(\w[\w-]+) of (?:the )?(?:staff|state|police|defen[cs]e|[A-Z][\w.]*(?:(?:,? and)? [A-Z][\w.]*){0,3}) $"
)
# Whoever is named behind a comma is the one whose office is named whole: `its spokesman, Ann Lee`.
_INTRODUCES = frozenset("the a an his her their its our another one current".split())
_INTRODUCED_WITHIN = 40
# Letters that stand for an office's house. Longer words in capitals are words.
_ACRONYM = re.compile(r"[A-Z]{2,4}")
_ADJECTIVE = re.compile(r"[a-z]{3,}(?:al|ic|ary|ive|ican|ese)")
_POSSESSIVE = re.compile(r"\s?['’]s?")
_PREFIX = re.compile(r"(?:then|ex|vice|former|co)-(?=\w)|-(?:elect|designate)$", re.IGNORECASE)
_ENDS_PHRASE = (",", ";", ":", "—", "–", "-", '"', "”", ")", "?", "!")
# Nothing is said of an office before them but where it is.
_PAST = frozenset("former ex then late outgoing incoming incumbent retired".split())
# `Major General`, `Surgeon General`, `Staff Sergeant`: two titles that are one.
_BEFORE_RANK = frozenset("maj major brig brigadier sgt sergeant master surgeon secretary governor director".split())
_RANKS = frozenset("general gen sergeant sgt commander".split())
_RANKS_ALONE = frozenset(("Chief", "Officer", "Private"))
# `US`, `UK`: typed in small letters by many.
_SHORT_NATION = 2
_SMALL_WORDS = _PAST | _CONNECTING | frozenset(("and", "the", "acting"))
# In small letters they are other words, or anybody's.
_NEVER_RAISED = frozenset("major rep reps representative private chairman chairwoman chief ceo".split())


def beside(body: str, mentions: Sequence[Mention]) -> dict[int, str]:
    """Return, by the start of the mention, what is said of that person there."""
    ends = {mention.end: mention for mention in mentions}
    bounds = list(sentences(body))
    people = [mention.start for mention in mentions if mention.type == "person"]
    found: dict[int, str] = {}
    for mention in mentions:
        if mention.type != "person":
            continue
        first, last = _sentence_of(bounds, mention)
        role = _role_before(body, first, mention.start, ends) or _role_after(
            body, mention.end, max(last, mention.end), people
        )
        if role is not None:
            found[mention.start] = role
    return found


def introductions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each way to read what somebody typed as an office and a name, the longest name first.

    `Defence Minister Khawaja Asif` is `Defence Minister` and `Khawaja Asif`. Capitals say nothing here. Each way costs
    the caller a look-up, so offices of more words than a text's have are none.
    """
    words = [word.rstrip(",") for word in text.split()]
    for number in range(1, min(len(words), _HEAD_WORDS + 1)):
        before = words[:number]
        titled = [titles.is_title(word) or _is_trade(word) for word in before]
        if titled[-1] or (any(titled) and all(map(_may_introduce, before))):
            yield " ".join(before), " ".join(words[number:])


def _may_introduce(word: str) -> bool:
    capital = word.upper() if len(word) <= _SHORT_NATION else word.title()
    return titles.is_title(word) or titles.is_portfolio(word) or _is_of_an_office(capital)


def _sentence_of(bounds: Sequence[tuple[int, int]], mention: Mention) -> tuple[int, int]:
    number = bisect_right(bounds, mention.start, key=itemgetter(0)) - 1
    found = number >= 0 and mention.start < bounds[number][1]
    return bounds[number] if found else (mention.start, mention.end)


def _role_before(body: str, first: int, start: int, ends: dict[int, Mention]) -> str | None:
    """The words of an office that end at the name: `MEA Spokesperson, ` or `the late Soviet leader `."""
    at = _office_start(body, first, start)
    words = body[at:start].split()
    while at > first and len(words) < _HEAD_WORDS:
        stripped = _without_gap(body, first, at, " ,\n" if not words else " \n")
        whole = _named_before(body, stripped, ends)
        if whole is not None and whole.type == "person":
            break
        begin = whole.start if whole is not None and words else _word_start(body, first, stripped)
        word = body[begin:stripped]
        if word and not words and titles.is_honorific(word):
            # `General Sir Peter de la Billiere`.
            at = begin
            continue
        if not (_may_stand_before(word, words) if words and whole is None else _begins_at_name(word, words, whole)):
            break
        words.insert(0, word)
        at = begin
        if _plain_title(word) in _PAST:
            break
    if words and "," in body[start - 2 : start] and not _is_introduced(body, first, at, words):
        return None
    return _role_of(words)


def _office_start(body: str, first: int, start: int) -> int:
    """Return where `Secretary of State ` begins, which ends at the name; `start` where nothing of the kind does."""
    low = max(first, start - _LONGEST_OFFICE)
    office = _OFFICE_OF.search(body, low, start) if body.rfind(" of ", low, start) > 0 else None
    return office.start() if office is not None and _is_role(office[1]) else start


def _named_before(body: str, end: int, ends: dict[int, Mention]) -> Mention | None:
    """Return the mention that ends there, with its `'s` or without."""
    if end in ends:
        return ends[end]
    return next((ends[at] for at in (end - 1, end - 2) if at in ends and _POSSESSIVE.fullmatch(body, at, end)), None)


def _word_start(body: str, first: int, end: int) -> int:
    low = max(first, end - _LONGEST_WORD)
    begin = body.rfind(" ", low, end) + 1 or low
    return max(begin, body.rfind("\n", begin, end) + 1, first)


def _without_gap(body: str, first: int, end: int, gap: str) -> int:
    while end > first and body[end - 1] in gap:
        end -= 1
    return end


def _begins_at_name(word: str, words: Sequence[str], whole: Mention | None) -> bool:
    """Return whether it is the office itself, beside the name, or the name of whose it is."""
    if whole is not None and words:
        return _plain_title(words[0]) not in _PAST and gazetteer.demonym(words[0]) is None
    return bool(word) and not word.endswith(_ENDS_PHRASE) and _is_of_an_office(word)


def _may_stand_before(word: str, words: Sequence[str]) -> bool:
    """Return whether it goes with the words of an office that follow it: `Majority` with `Leader`, not `Chairman` with
    `Rep.`"""
    if not word or word.endswith(_ENDS_PHRASE):
        return False
    if _is_role(word) and not titles.is_qualifier(word) and any(map(_is_role, words)):
        return _plain_title(word) in _BEFORE_RANK and _plain_title(words[0]) in _RANKS
    if gazetteer.demonym(words[0]) is not None and not titles.is_qualifier(word):
        return False
    return _is_of_an_office(word, words[0]) or _modifies(word)


def _modifies(word: str) -> bool:
    plain = _plain_title(word)
    if plain == "and":
        return False
    return plain in _MODIFIERS or titles.is_portfolio(plain) or _ADJECTIVE.fullmatch(plain) is not None


def _is_introduced(body: str, first: int, at: int, words: Sequence[str]) -> bool:
    before = body[max(first, at - _INTRODUCED_WITHIN) : at].split()
    return not before or any(word.lower() in _INTRODUCES or _OWNER.search(word) for word in (*before[-3:], words[0]))


def _role_after(body: str, end: int, last: int, people: Sequence[int]) -> str | None:
    match = _APPOSITION.match(body, end, min(last, end + _MOST_CHARACTERS))
    if match is None:
        return None
    words = match[2].split()
    if not words or len(words) > _MOST_WORDS or any(word.lower() in _VERBS for word in words[:1] + words[2:]):
        return None
    count = _head_length(words)
    if not 0 < count <= _HEAD_WORDS or not _is_role(words[count - 1]) or not all(map(_is_of_head, words[:count])):
        return None
    if words[0].lower() in _NO_BEGINNING or words[-1].lower() in _COMPLEMENT or _is_participle(words[0]):
        return None
    if _names_another(body, match.start(2), match.end(2), people):
        return None
    return _role_of(words, count)


def _head_length(words: Sequence[str]) -> int:
    """Count the words up to what the office is of: all of them in `Club for Growth president`."""
    count = next((number for number, word in enumerate(words) if word.lower() in _COMPLEMENT), len(words))
    named_whole = words[0][:1].isupper() and _is_role(words[-1])
    return len(words) if named_whole and count and not _is_role(words[count - 1]) else count


def _is_of_head(word: str) -> bool:
    return word.lower() not in _DETERMINERS and word.lower() not in _VERBS and not word.endswith(("ly", "'m", "’m"))


def _is_participle(word: str) -> bool:
    return (
        word.islower()
        and word.endswith(("ed", "ing"))
        and not (titles.is_qualifier(word) or _plain_title(word) in _PAST)
    )


def _names_another(body: str, start: int, end: int, people: Sequence[int]) -> bool:
    """Return whether it is the next one of a list: `Senator Jon Tester`, but not `aide to Senator Jon Tester`."""
    number = bisect_right(people, start - 1)
    while number < len(people) and people[number] < end:
        before = body[start : people[number]].split()
        while before and (titles.is_title(before[-1]) or titles.is_qualifier(before[-1]) or before[-1] in _DETERMINERS):
            before.pop()
        if not before or before[-1].lower() not in _CONNECTING:
            following = body[people[number] : end].split()
            if not any(map(_OWNER.search, following[:3])):
                return True
        number += 1
    return False


def _role_of(words: Sequence[str], count: int | None = None) -> str | None:
    """Return the role that the words say, the office itself being the first `count` of them; None where they are only a
    part of one."""
    if words and (words[0].lower() == "of" or (words[0].lower() == "first" and words[1:2] not in _FIRST)):
        words, count = words[1:], count and count - 1
    if not count:
        count = next((number for number, word in enumerate(words) if word == "of"), len(words))
        count = count if any(map(_is_role, words[:count])) else len(words)
    if not any(map(_is_role, words[:count])) or words[-1].lower() in _COMPLEMENT:
        return None
    if len(words) == 1 and _plain_title(words[0]) in _INCOMPLETE and words[0] not in _RANKS_ALONE:
        return None
    if _plain_title(words[count - 1]) in _KIN and words[count - 1].islower() and "first" not in words[:count]:
        return None
    return " ".join(_raised(words, count))


def _raised(words: Sequence[str], count: int) -> Iterator[str]:
    """Yield the words as titles are written: `former Vice President`, `Secretary of State`, but `campaign manager`."""
    head = _plain_title(words[count - 1])
    paired = words[count : count + 1] == ["of"] and titles.is_qualifier(words[-1])
    is_office = titles.is_post(head) and head not in _TRADES and words[count - 1] not in _NEVER_RAISED
    is_title = is_office and (paired or count == len(words))
    for word in words:
        if not is_title or word.lower() in _SMALL_WORDS:
            yield word
        elif word.isupper() and len(word) > len("US") + 1 and titles.is_title(word):
            yield word.capitalize()
        else:
            yield word[0].upper() + word[1:]


@lru_cache(maxsize=1 << 14)
def _is_role(word: str) -> bool:
    return titles.is_post(word) or _is_trade(word) or (bool(_PREFIX.search(word)) and _is_role(_plain_title(word)))


def _is_trade(word: str) -> bool:
    return callings.is_calling(word) or _plain_title(word) in _TRADES


def _plain_title(word: str) -> str:
    return _PREFIX.sub("", word.rstrip(".,").lower())


@lru_cache(maxsize=1 << 14)
def _is_of_an_office(word: str, following: str = "") -> bool:
    """Words that an office or a calling is made of: its title, what qualifies it, and whose it is."""
    owner = _OWNER.sub("", word)
    if word == "Then":
        return False
    if word.lower() == "under":
        return _plain_title(following) == "secretary"
    return (
        _is_role(word)
        or callings.is_stage(word)
        or titles.is_qualifier(word)
        or word.lower() in _ALSO
        or _is_for_short(word)
        or gazetteer.demonym(word) is not None
        or (owner[:1].isupper() and gazetteer.is_certain(owner))
    )


def _is_for_short(word: str) -> bool:
    return _ACRONYM.fullmatch(word) is not None or (word.isupper() and organizations.is_known_acronym(word))

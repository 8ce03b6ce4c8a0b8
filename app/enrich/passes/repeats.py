"""Names that the recogniser missed: those that the article has elsewhere, known places, nationalities."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from app.enrich import gazetteer, given, grounds, organizations, titles
from app.enrich.cleaning import is_ordinary, starts_sentence
from app.enrich.concordance import Concordance
from app.enrich.context import Context, Span
from app.enrich.grounds import Ground, SpanType
from app.enrich.layout import block_at
from app.enrich.passes.certain import first_word, run_ends, word_at
from app.enrich.surnames import without_suffix

_WORD_AFTER = re.compile(r" ([^\W\d_][\w.-]*)")
_LETTERS = re.compile(r"[^\W\d_]+")
_DEMONYM = re.compile(r"[^\W\d_]+(?:[ -][A-Z][a-z]+)?")
# `U.S. OPEN`, in a headline.
_IN_EVENT = re.compile(r" (?:OPEN|Open|Masters|MASTERS)\b")
_INITIALS = re.compile(r"(?:[A-Z][A-Z]|[A-Z]\. ?[A-Z]\.) (?=[A-Z][a-z])")
_SHORT_NOUN = re.compile(
    r"\b(?:[Tt]he|[Ii]ts|executive) (Commission|Ministry|Federation|Council|Agency|Association|Committee|Institute"
    r"|Authority|Department|Bureau|Board|Union|League|Party|Bank|Court|Exchange|Assembly|Organization|Organisation)"
    r"\b(?! (?:of |for )?[A-Z])"
)


def repeats(article: Context) -> None:
    """Find again, where the recogniser missed them, the names that the article has elsewhere; also known places."""
    known = _KnownNames(article)
    text = article.text
    subheads = [block for block in article.blocks if block.kind == "subhead"]
    for start in article.starts:
        if not article.is_free(start, start + 1):
            continue
        in_subhead = bool(subheads) and block_at(subheads, start) is not None
        span = (
            known.here(start)
            or _certain_place_here(text, start)
            or (None if in_subhead else _nationality_here(text, start))
        )
        if span is None or not article.is_free(span.start, span.end):
            continue
        alone = in_subhead or span.rule == "demonym" or not _in_capitalised_run(article, span)
        if alone or " " in text[span.start : span.end]:
            article.add(span)


def short_nouns(article: Context) -> None:
    """`the Commission`, of `European Commission`: written with a capital, a common noun is a name."""
    words = {word for span in article.spans if span.type == "organization" for word in span.name.split(" ")}
    for match in _SHORT_NOUN.finditer(article.text) if words else ():
        if match[1] in words:
            article.add(Span(*match.span(1), "organization", *grounds.COMMON_NOUN))


class _KnownNames:
    """The names that may be found again."""

    def __init__(self, article: Context) -> None:
        self._text = article.text
        self._concordance = article.words
        self._names = _known_names(article)
        # By first word, the longest first.
        self._lengths: dict[str, list[int]] = {}
        for name in sorted(self._names, key=len, reverse=True):
            lengths = self._lengths.setdefault(name.split(" ")[0], [])
            if lengths[-1:] != [len(name)]:
                lengths.append(len(name))

    def here(self, start: int) -> Span | None:
        word = word_at(self._text, start)
        # In this order, and each once: the longest form of the word first.
        for key in dict.fromkeys(
            (word, word.rstrip("."), word.removesuffix("'s").removesuffix("'"), word.split("-")[0].rstrip(".,'"))
        ):
            for length in self._lengths.get(key, ()):
                name, end = self._text[start : start + length], start + length
                if name in self._names and not self._text[end : end + 1].isalnum() and self._is_name_at(start, name):
                    kind, ground = self._names[name]
                    return Span(start, end, kind, *ground)
        return None

    def _is_name_at(self, start: int, name: str) -> bool:
        """Return whether it is a name. At the head of a sentence every word has a capital: `Union` is no name there if
        `union` is a word here."""
        return not starts_sentence(self._text, start) or name.lower() not in self._words

    @cached_property
    def _words(self) -> set[str]:
        """Return what stands in the text in small letters, of the names."""
        return self._concordance.alone({name.lower() for name in self._names})


def _known_names(article: Context) -> dict[str, tuple[SpanType, Ground]]:
    names: dict[str, tuple[SpanType, Ground]] = {}
    for span in article.spans:
        name = span.name
        if span.rule == "demonym" or len(name) < 3 or (span.type == "event" and " " not in name):
            continue
        if organizations.is_party_adjective(name):
            continue
        if span.type == "person":
            last = without_suffix(name).rsplit(" ", 1)[-1].removeprefix("al-").removeprefix("el-")
            if len(last) > 2 and last[0].isupper():
                names.setdefault(last, ("person", grounds.FOUND_SURNAME))
            for form in _with_other_initials(name):
                names.setdefault(form, (span.type, grounds.REPEAT))
        names[name] = (span.type, grounds.REPEAT)
        nickname = team_nickname(name) if span.type == "organization" else None
        if nickname:
            names.setdefault(nickname, ("organization", grounds.REPEAT))
        short = organizations.without_form(name)
        if span.rule == "legal-form" and len(short) > 2:
            names.setdefault(short, (span.type, grounds.REPEAT))
            first = short.partition(" ")[0]
            if first != short and _stands_for_company(article.words, first):
                names.setdefault(first, (span.type, grounds.REPEAT))
    return names


def _with_other_initials(name: str) -> Iterator[str]:
    """`J.D. Vance` and `J. D. Vance`, of `JD Vance`."""
    initials = _INITIALS.match(name)
    if initials is not None:
        letters = [letter for letter in initials[0] if letter.isalpha()]
        for parted in (". ", "."):
            yield parted.join(letters) + ". " + name[initials.end() :]
        yield "".join(letters) + " " + name[initials.end() :]


def _stands_for_company(words: Concordance, first: str) -> bool:
    """`AFG` of `AFG Industries Inc`, but not `United` or `Boston`, nor a word that the text has in small letters."""
    return (
        len(first) > 2
        and first.isalpha()
        and not (is_ordinary(first) or organizations.is_generic(first) or organizations.is_shared_first(first))
        and not (given.is_given(first) or gazetteer.demonym(first) or gazetteer.find(first))
        and not words.is_alone(first.lower())
    )


def team_nickname(name: str) -> str | None:
    """`Colts` of `Indianapolis Colts`."""
    place, _, nickname = name.rpartition(" ")
    known = nickname.endswith("s") and nickname.istitle() and not organizations.is_generic(nickname)
    return nickname if known and place and gazetteer.find(place) else None


def _certain_place_here(text: str, start: int) -> Span | None:
    word = first_word(text, start)
    if _IN_EVENT.match(text, start + len(word)):
        return None
    if gazetteer.begins_long_name(word):
        for end in run_ends(text, start):
            if gazetteer.is_certain(text[start:end]):
                return Span(start, end, "place", *grounds.CERTAIN_PLACE)
    elif gazetteer.is_certain(word):
        return Span(start, start + len(word), "place", *grounds.CERTAIN_PLACE)
    match = _LETTERS.match(text, start)
    if (
        match
        and text[match.end() : match.end() + 1] == "-"
        and not text[match.end() + 1 : match.end() + 2].isdigit()
        and gazetteer.is_certain(match[0])
    ):
        return Span(start, match.end(), "place", *grounds.PLACE_IN_COMPOUND)
    return None


def _nationality_here(text: str, start: int) -> Span | None:
    match = _DEMONYM.match(text, start)
    if match is None:
        return None
    for name in (match[0], match[0].split(" ")[0].split("-")[0]):
        end = start + len(name)
        if gazetteer.demonym(name) and not gazetteer.is_doubtful_demonym(name) and not text[end : end + 1].isalnum():
            after = _WORD_AFTER.match(text, end)
            if after and after[1][0].isupper() and not titles.is_title(after[1]) and not _leads_to_title(text, end):
                return None
            return Span(start, end, "place", *grounds.NATIONALITY_ALONE)
    return None


def _leads_to_title(text: str, end: int) -> bool:
    """`Indian Prime Minister`, `Pakistani Defence Minister`."""
    return any(titles.is_title(word) for word in text[end : end + 50].split(" ")[1:4])


def _in_capitalised_run(article: Context, span: Span) -> bool:
    """`Union` inside `Credit Union League`: part of a longer name that nobody recognised."""
    after = article.after(span, _WORD_AFTER)
    if after and after[1][0].isupper() and article.is_free(after.start(1), after.end(1)) and len(after[1]) > 1:
        return True
    before = article.word_before(span.start, 30)
    return (
        before is not None
        and before[1][0].isupper()
        and not before[1].endswith(("'s", "."))
        and article.is_free(before.start(1), before.end(1))
        and not starts_sentence(article.text, before.start(1))
        and not titles.is_title(before[1])
    )

"""People by what stands beside them: titles, who employs them, whom they met, their age."""

from __future__ import annotations

import re

from app.enrich import gazetteer, given, grounds, organizations, titles, vocabulary
from app.enrich.cleaning import is_ordinary, starts_sentence
from app.enrich.context import Context, Span
from app.enrich.surnames import statesman

_NAME_AFTER_TITLE = re.compile(
    r"[A-Z][\w-]*\w(?: (?:[A-Z]\.|[A-Z][\w-]*[a-z]|al-[A-Z]\w+|bin|van|von|de|der|den)(?= |\b))*"
)
_OFFICE_AFTER = re.compile(r" ([a-z]+(?: [a-z]+){0,2}|C[EF]O) (?=[A-Z])")
# `named Arie Guldemond as chairman and ...`
_LINKS = frozenset(("as", "and", "or", "to", "was", "succeeding", "with"))
# `Hillary Clinton campaign chairman John Podesta`: whom they work for is no firm.
_OF_POLITICIANS = frozenset(("campaign", "press", "communications", "aide", "adviser", "advisor", "ally", "spokesman",
                             "spokeswoman"))  # fmt: skip
SPEAKS = re.compile(r" (?:said|says|told|added|noted|recalled|insisted|testified)\b")
_MEETS = re.compile(
    r"\b(?:(?:met|meet|meets|meeting|spoke|speak|speaks|spoken|talked|talks|telephoned|phoned|called|thanked"
    r"|congratulated|married|beat|defeated|succeeded|replaced|named|appointed|elected)(?: with| to| by)?) $"
)
_ACTS = re.compile(
    r" (?:said|says|told|who|was born|died|won|beat|scored|resigned|wrote|testified)\b|, (?:\d\d,|who\b)"
)
_AGE_AFTER = re.compile(r" ?, [1-9]\d ?,(?! ?\d)")
_LONGEST_PERSON = 200
# Letters: a given name that no list has is hardly shorter.
_SHORTEST_RARE = 5
# `Opposing Views`, `Legal Insurrection`, `the Hired Truck`: names of other things are made of words.
_ADJECTIVE = re.compile(r"(?:ing|ed|al|ive|ous|ic|ary|ble|ful|less|tion)$")
_ARTICLE = re.compile(r"\b(?:[Tt]he|[Aa]n?) $")
_TITLE_OF_BEFORE = re.compile(r"\b(?:[Cc]hief|[Ss]ecretary|[Mm]inister) of [A-Za-z]+ $")
_HANDLE = re.compile(r"(?<![\w@])@ ?(\w{2,15})\b")
# `to another President.`: only short titles have a stop of their own.
_ENDS_SENTENCE = re.compile(r"(?!Lieut|Messrs)\w{5,}\.")


def titled_people(article: Context) -> None:
    for span in article.guesses("organization", "place"):
        if _follows_title(article, span.start):
            article.retype(span, "person", grounds.TITLE)
        elif span.type == "organization" and _follows_office(article, span):
            article.retype(span, "person", grounds.OFFICE)
    for start in article.starts:
        if not article.is_free(start, start + 1) or not _follows_title(article, start):
            continue
        match = _NAME_AFTER_TITLE.match(article.text, start, start + _LONGEST_PERSON)
        if match and not is_no_person(match[0]):
            article.add(Span(*match.span(), "person", *grounds.TITLE_ALONE))


def full_names_after_titles(article: Context) -> None:
    """`party chairman Reince Priebus`, where only the surname was found, as anything: with a title before both words it
    is a person's full name."""
    for span in article.guesses("organization", "place"):
        if not span.name.isalpha() or not span.name.istitle() or gazetteer.is_certain(span.name):
            continue
        first = article.word_before(span.start)
        if first is None or not _may_be_given(article, first):
            continue
        title = article.word_before(first.start(1))
        titled = title and (titles.proves_person(title[1]) or titles.proves_person_in_small(title[1]))
        if titled or article.before(first.start(1), _TITLE_OF_BEFORE):
            article.put(Span(first.start(1), span.end, "person", *grounds.OFFICE))


def rare_given_names(article: Context) -> None:
    """`and Reince Priebus`, of which only the surname was found, as a firm: inside a sentence a capital that belongs to
    nothing else is a given name."""
    for span in article.guesses("organization", "place"):
        first = article.word_before(span.start)
        if first is None or not _may_be_given(article, first) or starts_sentence(article.text, first.start(1)):
            continue
        name = span.name
        is_word = is_no_person(name) or article.words.is_alone(first[1].lower()) or _ADJECTIVE.search(first[1])
        if (
            not is_word
            and len(first[1]) >= _SHORTEST_RARE
            and not article.before(first.start(1), _ARTICLE)
            and reads_like_person([first[1], name])
            and not _is_known(name)
        ):
            article.put(Span(first.start(1), span.end, "person", *grounds.COMPLETED))


def _is_known(name: str) -> bool:
    return organizations.canonical(name) is not None or gazetteer.find(name) is not None


def _may_be_given(article: Context, word: re.Match[str]) -> bool:
    name = word[1]
    is_name = name.isalpha() and name.istitle() and len(name) > 2 and article.is_free(*word.span(1))
    return is_name and not (is_no_person(name) or gazetteer.find(name) or organizations.is_shared_first(name))


def people_of_papers(article: Context) -> None:
    """`the Fjord Post's Ann Lund`, taken for a firm: whom an organisation has is somebody, if called like it."""
    for span in article.guesses("organization", "place"):
        first, _, rest = span.name.partition(" ")
        is_name = given.is_given(first) and reads_like_person(span.name.split(" "))
        if not is_name or _is_known(span.name) or organizations.is_headed_organization(span.name):
            continue
        owner = article.ending(span.start - len("'s ")) if article.text.startswith("'s ", span.start - 3) else None
        if owner is not None and owner.type == "organization" and not vocabulary.is_ordinary_word(rest):
            article.retype(span, "person", grounds.GIVEN_NAME)


def handles(article: Context) -> None:
    """`Donald Trump (@realDonaldTrump)`: a handle is who stands before it, any other is nobody's name."""
    for handle in _HANDLE.finditer(article.text):
        found = article.overlapping(*handle.span(1))
        if any(span.rule == "well-known" for span in found):
            continue
        owner = (
            article.ending(handle.start() - len(" (")) if article.text.startswith(" (", handle.start() - 2) else None
        )
        for span in found:
            if span.start < handle.start() - 2:
                article.cut(span, span.start, handle.start() - len(" ("), span.type, grounds.HANDLE)
                owner = span
            else:
                article.drop(span, grounds.HANDLE)
        article.unblock(*handle.span(1))
        if found and owner is not None and owner.type == "person" and " " in owner.name:
            article.add(Span(*handle.span(1), "person", *grounds.HANDLE))
        else:
            article.block(*handle.span(1))


def employers(article: Context) -> None:
    """`Jardine Fleming analyst Peter Smith`: a name, an office, a person; the first is who employs the second."""
    people = {span.start for span in article.people()}
    surnames = article.surnames()
    for span in article.guesses("person", "place"):
        match = article.after(span, _OFFICE_AFTER)
        if match is None or match.end() not in people:
            continue
        if span.type == "place" and (match[1] not in ("CEO", "CFO") or gazetteer.find(span.name)):
            continue
        if span.name in surnames or statesman(span.name):
            # `Palin spokesman Bill McAllister` works for her.
            continue
        words = match[1].split(" ")
        if words[0] in _OF_POLITICIANS and given.is_given(span.name.partition(" ")[0]):
            continue
        if any(titles.is_title(word) for word in words) and not _LINKS.intersection(words):
            article.retype(span, "organization", grounds.EMPLOYER)


def speakers(article: Context) -> None:
    """`Armen said`: what speaks, and is no place of the gazetteer, is not a place."""
    for span in article.guesses("place"):
        is_word = span.name.istitle() and span.name.isalpha()
        if is_word and article.after(span, SPEAKS) and gazetteer.find(span.name) is None:
            article.retype(span, "person", grounds.SPEAKER)


def given_names(article: Context) -> None:
    """`spoke with Narendra Modi`, taken for an organisation; `Arthur Andersen` may well be one."""
    for span in article.guesses("organization", "place"):
        words = span.name.split(" ")
        if (
            reads_like_person(words)
            and given.is_given(words[0])
            and not organizations.is_generic(words[-1])
            and gazetteer.find(span.name) is None
            and (article.before(span.start, _MEETS) or article.after(span, _ACTS))
        ):
            article.retype(span, "person", grounds.GIVEN_NAME)


def aged_people(article: Context) -> None:
    """`Subryan, 23, was charged`: only people are given their age so."""
    for span in article.guesses("organization", "place"):
        words = span.name.split(" ")
        are_words = all(word.isalpha() and word[-1].islower() for word in words)
        if article.after(span, _AGE_AFTER) and are_words and not gazetteer.is_certain(span.name):
            article.retype(span, "person", grounds.AGE)


def _follows_title(article: Context, start: int) -> bool:
    before = article.word_before(start)
    return before is not None and titles.proves_person(before[1]) and not _ENDS_SENTENCE.fullmatch(before[1])


def _follows_office(article: Context, span: Span) -> bool:
    """`spokesman Jerzy Urban`: an office in small letters, then two or three words that could be a person's."""
    before = article.word_before(span.start)
    return before is not None and titles.proves_person_in_small(before[1]) and reads_like_person(span.name.split(" "))


def reads_like_person(words: list[str]) -> bool:
    return 2 <= len(words) <= 3 and all(word.isalpha() and word.istitle() for word in words)


def is_no_person(name: str) -> bool:
    first = name.partition(" ")[0]
    known = titles.is_title(first) or is_ordinary(first) or gazetteer.demonym(first) is not None
    # `Premier League` is none of a premier.
    return known or organizations.is_generic(name) or name.isupper()

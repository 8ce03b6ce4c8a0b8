"""Where names of people begin and end: the recogniser leaves out surnames, cuts them, or takes two people for one."""

from __future__ import annotations

import re

from app.enrich import couples, gazetteer, given, grounds, organizations, vocabulary
from app.enrich.context import Context, Span
from app.enrich.passes.people import SPEAKS, is_no_person, reads_like_person
from app.enrich.surnames import PARTICLE, statesman
from app.text import fold

_SURNAME_AFTER = re.compile(r" ([A-Z][a-z'\w-]*[a-z])(?!\w)")
_SECOND_SURNAME = re.compile(r"-[A-Z][a-z]{2,}\b(?!-| [A-Z])")
# No date: `Theresa May 5`.
_MAY = re.compile(r" May\b(?! \d|, \d)")
# `Moon Jae`, before `-in`; but not before `-led`.
_SHORT_NAMES = re.compile(r"[A-Z][a-z]{0,4} [A-Z][a-z]{1,4}")
_SYLLABLE = re.compile(r"-(?!led\b|era\b|like\b|run\b|ally\b|born\b|free\b|made\b|type\b|back)[a-z]{2,4}\b(?!-)")
_NICKNAMED = re.compile(r' "[A-Z][\w ]{1,20}" [A-Z][A-Za-z-]+')
_COUPLE = re.compile(
    r"([^\W\d_a-z][^\W\d_]+(?: [A-Z]\.)?) (?:and|&) ([^\W\d_a-z][^\W\d_]+(?: [A-Z]\.)?(?: [\w'-]+){1,3})"
)
_FIRST_OF_COUPLE = re.compile(r"(?<![\w.'-])([^\W\d_a-z][^\W\d_]+) (?:and|&) $")
# Begins with a set of letters, so that the search skips all others, and then looks back at the whole particle.
_LONG_SURNAME = re.compile(
    rf"[DdLlVvTtZzAaBbIi](?<![\w'-].)(?<=(?={PARTICLE} ).)\w* "
    rf"(?:{PARTICLE} ){{0,2}}[^\W\d_a-z][\w-]*(?:'[A-Z][\w-]*)?"
)
_GIVEN_BEFORE = re.compile(r"(?<![\w.])([A-Z][\w'-]+|(?:[A-Z]\.)+)(?: [A-Z]\.)* $")
_LONGEST_GIVEN = 40
# `Cleland to Osama` is two.
_SMALL_WORD = re.compile(rf"(?<= )(?!{PARTICLE} )[a-z]+ ")
_SUFFIX = re.compile(r"(?:Jr|Sr)\b\.?|(?:II|III|IV)\b")
_SUFFIX_AFTER = re.compile(rf",? (?:{_SUFFIX.pattern})")
_IN_CAPITALS = re.compile(r"[A-Z][A-Z'-]{2,}(?: [A-Z]\.)?(?: [A-Z][A-Z'-]{2,}){0,2}")


def complete_names(article: Context) -> None:
    """`Narendra` + `Modi`: the recogniser often leaves out a surname that it has never seen; `Gary` + `Ross`, whose
    first name is a town."""
    for span in article.spans:
        if span.type == "organization" and span.rule == "model" and given.may_be_given(span.name):
            _complete_given_name(article, span)
        if span.type != "person" or " " in span.name:
            continue
        before = article.word_before(span.start)
        first = before[1] if before and article.is_free(before.start(), span.start) else ""
        if before and first.istitle() and given.is_given(first):
            article.widen(span, before.start(1), span.end, grounds.COMPLETED)
            continue
        after = article.after(span, _SURNAME_AFTER)
        if after is None or statesman(span.name):
            continue
        surname = after[1].removesuffix("'s")
        if vocabulary.is_ordinary_word(surname) and not given.may_be_given(span.name):
            # `the Steele Dossier`
            continue
        if (
            article.is_free(after.start(1), after.end(1))
            and len(surname) > 1
            and not is_no_person(surname)
            and not organizations.is_generic(surname)
            and not gazetteer.find(surname)
        ):
            article.widen(span, span.start, after.start(1) + len(surname), grounds.COMPLETED)


def _complete_given_name(article: Context, span: Span) -> None:
    """`Justin` + `Amash`, taken for a firm by the first name."""
    after = article.after(span, _SURNAME_AFTER)
    surname = after[1].removesuffix("'s") if after else ""
    if (
        after is not None
        and article.is_free(after.start(1), after.end(1))
        and reads_like_person([span.name, surname])
        and not (is_no_person(surname) or organizations.is_generic(surname) or gazetteer.find(surname))
        and not vocabulary.is_ordinary_word(surname)
    ):
        article.put(Span(span.start, after.start(1) + len(surname), "person", *grounds.COMPLETED))


def hyphenated_surnames(article: Context) -> None:
    """`Alexandria Ocasio`-`Cortez`, cut at the hyphen; in `the Ann Lund-Bo Berg plan` and `the Lund-Berg plan` are
    two."""
    for span in list(article.people()):
        after = article.after(span, _SECOND_SURNAME) if " " in span.name else None
        if after is not None and article.encloses(span.start, after.end()):
            article.put(Span(span.start, after.end(), "person", span.rule, span.confidence))


def cut_surnames(article: Context) -> None:
    """`Theresa May`, `Moon Jae-in`: the recogniser takes the end for a date, or stops at the hyphen."""
    for span in list(article.people()):
        after = None
        if " " not in span.name and given.may_be_given(span.name):
            after = article.after(span, _MAY)
        elif _SHORT_NAMES.fullmatch(span.name):
            after = article.after(span, _SYLLABLE)
        if after is not None and article.encloses(span.start, after.end()):
            article.put(Span(span.start, after.end(), "person", *grounds.COMPLETED))


def complete_suffixes(article: Context) -> None:
    """`Martin Luther King, Jr.`, whose end the recogniser leaves out or takes for another."""
    for span in list(article.people()):
        after = article.after(span, _SUFFIX_AFTER) if " " in span.name else None
        if after is not None and article.encloses(span.start, after.end()):
            article.put(Span(span.start, after.end(), "person", span.rule, span.confidence))
    for span in article.guesses("person"):
        if _SUFFIX.fullmatch(span.name):
            article.drop(span, grounds.COMPLETED)


def names_in_capitals(article: Context) -> None:
    """`DONALD TRUMP: No`, in a text that is not in capitals: who has a given name, or whose name the article has."""
    found = [match for match in _IN_CAPITALS.finditer(article.text) if _may_be_in_capitals(article, match)]
    if not found:
        return
    for match in found:
        first, _, rest = match[0].partition(" ")
        if rest and given.is_given(first) and not _ends_in_word(article, rest):
            _put_person(article, *match.span())
    whole = [span.name for span in article.people() if span.rule == "given-name" or not span.name.isupper()]
    known = {fold(name) for full in whole for name in (full, full.rpartition(" ")[2])}
    for match in found:
        if fold(match[0]) in known:
            _put_person(article, *match.span())


def _may_be_in_capitals(article: Context, match: re.Match[str]) -> bool:
    """Return whether it heads a line with a colon behind it, as who speaks in a transcript, or is of two words and more
    in no longer row of capitals."""
    before, after = article.text[max(0, match.start() - 2) : match.start()], article.text[match.end() : match.end() + 3]
    if before[-1:] in ("", "\n") and after[:1] == ":":
        return True
    alone = before[-1:] in ("", "\n", " ", "(", '"') and not before[:1].isupper() and after[:1] not in ("'", "-", ":")
    return alone and " " in match[0] and not after[:1].isalnum() and not after[1:].isupper()


def _put_person(article: Context, start: int, end: int) -> None:
    is_person = any(span.type == "person" for span in article.overlapping(start, end) if span.start == start)
    if not is_person and article.encloses(start, end) and gazetteer.find(article.text[start:end]) is None:
        article.put(Span(start, end, "person", *grounds.GIVEN_NAME))


def _ends_in_word(article: Context, name: str) -> bool:
    """Return whether the last word is one that the text has in small letters: `GRACE PERIOD`."""
    return article.words.is_alone(name.rpartition(" ")[2].lower())


def rejoin_people(article: Context) -> None:
    """`Anthony Phillip` `LaSalle`, whose surname is a town as well; `Salvatore "Sammy the Bull" Gravano`."""
    for span in article.guesses("person"):
        if not given.is_given(span.name.partition(" ")[0]):
            continue
        after = article.after(span, _NICKNAMED) if " " not in span.name else None
        if after and article.encloses(span.start, after.end()):
            article.put(Span(span.start, after.end(), "person", *grounds.COMPLETED))
        elif (town := article.starting(span.end + 1)) and article.text[span.end] == " " and _may_be_surname(town):
            article.put(Span(span.start, town.end, "person", *grounds.COMPLETED))


def _may_be_surname(town: Span) -> bool:
    return (
        town.type == "place"
        and town.rule == "model"
        and " " not in town.name
        and town.name[-1].islower()
        and not gazetteer.is_certain(town.name)
        and gazetteer.demonym(town.name) is None
    )


def long_surnames(article: Context) -> None:
    """Make whole the full names with a surname like `de la Cruz`, and people of those who are called by it alone."""
    bearers: set[str] = set()
    others: list[re.Match[str]] = []
    for match in _LONG_SURNAME.finditer(article.text):
        if (start := _full_name_start(article, match)) is not None:
            bearers.add(_capitalised(match[0]))
            _put_whole(article, Span(start, match.end(), "person", *grounds.LONG_SURNAME))
        else:
            others.append(match)
    for match in others:
        if _capitalised(match[0]) in bearers or _is_speaker(article, match):
            _put_whole(article, Span(*match.span(), "person", *grounds.SURNAME))


def _full_name_start(article: Context, surname: re.Match[str]) -> int | None:
    """Return where the given name before it begins, if one is there: of a person, as the recogniser says or as all
    know."""
    before = article.before(surname.start(), _GIVEN_BEFORE, _LONGEST_GIVEN)
    if before is None:
        return None
    found = article.overlapping(before.start(), before.end())
    if found and (found[0].type != "person" or found[0].end > surname.end()):
        return None
    if not found and not given.is_given(before[1]):
        return None
    start = min([before.start(), *(span.start for span in found)])
    if _SMALL_WORD.search(article.text, start, before.start()):
        start = before.start()
    return start if gazetteer.find(article.text[start : surname.end()]) is None else None


def _is_speaker(article: Context, surname: re.Match[str]) -> bool:
    """`de Villepin said`, `De la Rosa said`: what has such a name and speaks, and was found to be a name, is a person.
    `De Beers` and `La Scala` speak as well."""
    if surname[0][0].isupper() and surname[0].count(" ") < 2:
        return False
    found = article.overlapping(*surname.span())
    weak = bool(found) and all(span.rule == "model" for span in found)
    return weak and SPEAKS.match(article.text, surname.end()) is not None and gazetteer.find(surname[0]) is None


def _put_whole(article: Context, span: Span) -> None:
    others = article.overlapping(span.start, span.end)
    if article.encloses(span.start, span.end) and all(other.rule in ("model", "completed") for other in others):
        article.put(span)


def _capitalised(surname: str) -> str:
    """The same at the head of a sentence as within."""
    return surname[0].upper() + surname[1:]


def part_couples(article: Context) -> None:
    """`Keith & Anna Marlow`, taken for a firm: two people, by their given names. Of others the recogniser has the
    second alone: `Cherif and Said Kouachi`."""
    for span in article.guesses():
        couple = _COUPLE.fullmatch(article.text, span.start, span.end)
        if couple and given.is_given(couple[1].split(" ")[0]) and given.is_given(couple[2].partition(" ")[0]):
            article.put(*(Span(*couple.span(part), "person", *grounds.COUPLE) for part in (1, 2)))
    for span in list(article.people()):
        first = article.before(span.start, _FIRST_OF_COUPLE) if " " in span.name else None
        if first is not None and _is_first_of_couple(article, *first.span(1)):
            article.put(Span(*first.span(1), "person", *grounds.COUPLE))


def _is_first_of_couple(article: Context, start: int, end: int) -> bool:
    name = article.text[start:end]
    found = article.overlapping(start, end)
    if gazetteer.find(name) or any(other.type == "person" or other.rule != "model" for other in found):
        return False
    return article.encloses(start, end) and (given.may_be_given(name) or couples.are_kin(article.text, start))


def people_of_firms(article: Context) -> None:
    """`Bootle of Lloyds`, where the article has a `Roger Bootle`."""
    surnames = article.surnames()
    for span in article.spans:
        name, of, firm = span.name.partition(" of ")
        if of and name in surnames:
            article.put(
                Span(span.start, span.start + len(name), "person", *grounds.SURNAME),
                Span(span.end - len(firm), span.end, "organization", *grounds.FIRM_OF_SOMEBODY),
            )

"""Words that the recogniser takes for somebody: bodies of the sky, groups of people, what only begins a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.enrich import gazetteer, given, grounds, lexicon, organizations, titles, vocabulary
from app.enrich.cleaning import starts_sentence
from app.enrich.context import Context, Span
from app.enrich.passes.people import SPEAKS
from app.enrich.surnames import statesman

_TITLE_QUOTED = re.compile(
    r"(?:'s|\b(?:[Oo]n|show|programme?|series|film|book|novel|song|album|hosts?|host of)) [\"“]$"
)
_BROADCASTERS = re.compile(
    r"\b(?:" + "|".join(sorted(lexicon.terms("broadcasters"), key=len, reverse=True)) + r")'s [\"']?$"
)
_UNQUOTE = re.compile(r"[.,!?]?[\"”]")
_BODIES = lexicon.terms("celestial-bodies")
# Nobody writes `the` before a person; before others it may be a newspaper or a car.
_THE_MOON = re.compile(r"\b[Tt]he $")
_SKY = re.compile(
    r"\b(?:[Ss]pacecraft|[Ss]paceships?|[Aa]stronauts?|[Cc]osmonauts?|[Oo]rbit(?:s|ed|ing|al|er)?|[Ll]unar|[Pp]lanets?"
    r"|[Pp]lanetary|NASA|ISRO|[Tt]elescopes?|[Aa]stronom\w+|[Ss]olar system|[Gg]alax(?:y|ies)|[Ss]atellites?|rover"
    r"|comets?)\b"
)
_FAITHS = lexicon.terms("faiths")
_GROUPS = lexicon.terms("groups")
# `Realistically`; few people are called so.
_ADVERB = re.compile(r"[A-Z][a-z]{3,}(?:ally|ively|ately|edly|ingly|ously)")
_LONGEST_ACRONYM_LIKE = 4
"""Letters: `AIDS` and `SNAP` are words too."""
_COLON = re.compile(r" ?:(?= |$)")
_OPENS = re.compile(r"(?:^|\n|[(\[] ?)$")
_GOES_ON_AS_PERSON = re.compile(r" ?, (?:\d|who\b|an?\b|the\b|in\b)")
_GOES_ON = re.compile(r" (?!magazine|newspaper|shares|stock|spokes|shareholders|executives|stores?\b)[a-z]")
_VERBS_OF_QUESTIONS = frozenset(
    "Are Can Could Did Do Does Had Has Have Is May Might Must Should Was Were Will Would".split()
)
_ADJECTIVE_OF = re.compile(r"([A-Z][a-z]{3,}?)(?:ian|ite|ism|ist|esque|world|land|care|nomics|mania)s?")
_TRADES = lexicon.terms("trades")
_NOBODY = lexicon.terms("capitals-small-words") | lexicon.terms("capitals-plain-words")


def broadcasts(article: Context) -> None:
    """`on CNN's "New Day"`: a day or a game between quotation marks is what a broadcast or a book is called."""
    shown = _titles_of_broadcasts(article)
    for span in article.guesses():
        if span.name in shown or (span.type == "event" and _is_quoted(article, span)):
            article.drop(span, grounds.NO_NAME)


def _is_quoted(article: Context, span: Span) -> bool:
    return article.before(span.start, _TITLE_QUOTED) is not None and article.after(span, _UNQUOTE) is not None


def _titles_of_broadcasts(article: Context) -> set[str]:
    """Return what the article calls a broadcaster's: `NBC's Meet the Press`; but not `NBC's Washington` bureau."""
    shown = set[str]()
    for span in article.guesses("organization", "place", "event"):
        is_owned = " " in span.name and "'s" in article.text[max(0, span.start - 4) : span.start]
        owner = article.before(span.start, _BROADCASTERS) if is_owned else None
        if owner is None or organizations.is_headed_organization(span.name) or gazetteer.find(span.name):
            continue
        if not organizations.has_one_meaning(span.name):
            shown.add(span.name)
    return shown


def celestial_bodies(article: Context) -> None:
    """`the Moon`, and `Mars` in an article about the sky, unless it names a person so."""
    bodies = [span for span in article.guesses() if span.name in _BODIES]
    if not bodies:
        return
    people = {word for span in article.people() if " " in span.name for word in span.name.split(" ")}
    about_sky = _SKY.search(article.text) is not None
    for span in bodies:
        is_moon = span.name == "Moon" and article.before(span.start, _THE_MOON) is not None
        if is_moon or (about_sky and span.name not in people):
            article.retype(span, "place", grounds.CELESTIAL_BODY)


def groups_and_faiths(article: Context) -> None:
    """`Islam`, `Latinos`; but the `Black` of an article may be its `Diane Black`."""
    surnames: frozenset[str] | None = None
    for span in article.guesses():
        if span.name in _FAITHS or (span.name in _GROUPS and span.type in ("place", "organization")):
            surnames = article.surnames() if surnames is None else surnames
            if span.name not in surnames:
                article.drop(span, grounds.NO_NAME)


def common_words(article: Context) -> None:
    """`Supporters cheered`: at the head of a sentence every word has a capital."""
    heads = [span for span in article.guesses() if _is_head(article, span)]
    if not heads:
        return
    names = {span.name for span in article.spans if not starts_sentence(article.text, span.start)}
    names |= article.surnames()
    for span in heads:
        is_word = _opens_sentence(article, span) if span.type == "organization" else _is_word(article, span.name)
        if is_word and span.name not in names and not article.after(span, SPEAKS):
            article.drop(span, grounds.NO_NAME)


def words_beside_people(article: Context) -> None:
    """`Believe Ann Lund`, `Ann Lund Claims`: in a headline, or at the head of a sentence, words have capitals too. Of
    words alone, `Nation Travels`, nobody is called."""
    for span in article.guesses("person"):
        words = span.name.split(" ")
        if len(words) < 2 or not all(word.isalpha() for word in words):
            continue
        first, last = _inner_words(words)
        if first == last:
            article.drop(span, grounds.NO_NAME)
        elif last - first < len(words) and _are_somebody(article, words, first, last):
            start = span.start + len("".join(f"{word} " for word in words[:first]))
            article.cut(span, start, start + len(" ".join(words[first:last])), "person", grounds.NO_NAME)
        elif last - first == 1 and _reads_like_thing(article, span, words, last):
            article.drop(span, grounds.NO_NAME)


def inverted_speech(article: Context) -> None:
    """`Said Lund: "No."`: at the head of a sentence it is the verb, where the article has the speaker without it."""
    for span in article.guesses("person"):
        rest = span.name.removeprefix("Said ")
        if rest == span.name or not starts_sentence(article.text, span.start):
            continue
        if any(rest in (other.name, other.name.rpartition(" ")[2]) for other in article.people() if other is not span):
            article.cut(span, span.end - len(rest), span.end, "person", grounds.SURNAME)


def questions(article: Context) -> None:
    """`Will Trump win?`: at the head of a sentence it is the verb, where the surname is a statesman's or another
    of the article."""
    asked = [span for span in article.guesses("person") if _asks(article, span)]
    for span in asked:
        surname = span.name.partition(" ")[2]
        others = (other.name for other in article.people() if other not in asked)
        if statesman(surname) is not None or any(name.endswith(f" {surname}") for name in others):
            article.cut(span, span.end - len(surname), span.end, "person", grounds.SURNAME)


def _asks(article: Context, span: Span) -> bool:
    verb, _, surname = span.name.partition(" ")
    return verb in _VERBS_OF_QUESTIONS and surname.isalpha() and starts_sentence(article.text, span.start)


def adjectives_of_people(article: Context) -> None:
    """`Trumpian`, `Reaganite`: of a statesman, or of somebody of the article."""
    for span in article.guesses():
        made = _ADJECTIVE_OF.fullmatch(span.name)
        if made and (statesman(made[1]) is not None or made[1] in article.surnames()):
            article.drop(span, grounds.NO_NAME)


def _inner_words(words: list[str]) -> tuple[int, int]:
    """Return from where to where the words are no ordinary ones; the same twice where all are."""
    first, last = 0, len(words)
    while last and vocabulary.is_ordinary_word(words[last - 1]):
        last -= 1
    while first < last and vocabulary.is_ordinary_word(words[first]):
        first += 1
    return first, last


def _are_somebody(article: Context, words: list[str], first: int, last: int) -> bool:
    """Return whether somebody is called by the inner words alone: two that end a guess or begin with a given name,
    unless both are such, or one that the article has of a full name, in front of other words its surname."""
    if last - first > 1:
        is_first_names = last - first == 2 and given.may_be_given(words[last - 1])
        return last == len(words) or (given.may_be_given(words[first]) and not is_first_names)
    names = [name for name in _people_in_full(article) if words[first] in name]
    return statesman(words[first]) is not None or any(last == len(words) or name[-1] == words[first] for name in names)


def _people_in_full(article: Context) -> Iterator[list[str]]:
    """Yield the words of those full names of people that have no ordinary one."""
    names = (span.name.split(" ") for span in article.people())
    return (words for words in names if len(words) > 1 and not any(map(vocabulary.is_ordinary_word, words)))


def _reads_like_thing(article: Context, span: Span, words: list[str], last: int) -> bool:
    """`Pell Grants`, `Zabala Media`, `Morning Joe`; but nobody who has a title or an age, speaks, or is called by that
    word alone elsewhere: rare given names stand before surnames that are words, `Gennifer Flowers`."""
    if last == len(words):
        return given.is_given_or_short(words[-1])
    if not (words[-1].endswith("s") or organizations.is_generic(words[-1])):
        return False
    title = article.word_before(span.start)
    if title and (title[1].endswith("-old") or titles.is_title(title[1]) or title[1] in _TRADES):
        return False
    acts = article.after(span, SPEAKS) or article.after(span, _GOES_ON_AS_PERSON)
    return not (acts or given.may_be_given(words[0]) or any(other.name == words[-1] for other in article.spans))


def shouted_words(article: Context) -> None:
    """`I NEVER said so`, `(PHOTOS: A storm)`: capitals that make a word loud, or begin a pointer to other pages."""
    for span in article.guesses():
        name = span.name
        if len(name) > _LONGEST_ACRONYM_LIKE and name.isalpha() and name.isupper():
            is_word = name in _NOBODY or article.words.is_alone(name.lower())
            if is_word or (span.type == "organization" and _is_pointer(article, span)):
                article.drop(span, grounds.NO_NAME)


def _is_pointer(article: Context, span: Span) -> bool:
    return article.after(span, _COLON) is not None and article.before(span.start, _OPENS) is not None


def _is_head(article: Context, span: Span) -> bool:
    name = span.name
    alone = name.isalpha() and name.istitle() and starts_sentence(article.text, span.start)
    return alone and not given.is_given(name)


def _opens_sentence(article: Context, span: Span) -> bool:
    """`Households making less`: firms are called by words, but a sentence goes on behind this one, and the article has
    no longer name that begins so."""
    is_word = vocabulary.is_ordinary_word(span.name) and article.after(span, _GOES_ON) is not None
    return is_word and not any(other.name.startswith(f"{span.name} ") for other in article.spans)


def _is_word(article: Context, name: str) -> bool:
    """Return whether it is a word that is nobody's name, or that the article has in small letters."""
    return name.upper() in _NOBODY or article.words.is_alone(name.lower()) or _ADVERB.fullmatch(name) is not None

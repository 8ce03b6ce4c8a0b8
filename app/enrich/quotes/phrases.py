"""Sentences around quotes in words, and who does what in them: verbs of speech and the noun phrases beside them.

Quotes are masked: for whoever looks for a speaker each is one word, whatever is said in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.enrich import lexicon
from app.enrich.quotes.marks import Quotation
from app.text import sentences

_SPEECH = frozenset(form for row in lexicon.list_rows("speech-verbs") for form in row.names)
_ADVERBS = lexicon.terms("speech-adverbs")
PRONOUNS = frozenset("he she they it i we".split())
_DETERMINERS = frozenset(
    "the a an his her its their our my one two three four five six many some several other another both this that "
    "these those few more most no any every each".split()
)
# Words that a noun phrase goes on with, and what comes before them is the head of it: `a spokesman for the party`.
_PREPOSITIONS = frozenset(
    "of for in with at from on to by about against under over near inside during within as into including "
    "among between after before since until without".split()
)
# A clause begins behind them.
_CLAUSE = frozenset(
    "that but and or as when while because if although though where which who whom whose what so than then yet".split()
)
_NOUN_BEFORE = frozenset(
    "the a an his her its their our my this that these those such of no new recent any some".split()
)
_TOKEN = re.compile(
    r"\"[0_]*\.?\"?|[^\W\d_](?:[\w.'’&-]*\w)?(?:(?<=\b[A-Z])\.|(?<=[A-Za-z][a-z])\.(?=\s[A-Z])|(?<=[sS])['’](?=\s[A-Z]))?"
    r"|\d\w*(?:[.,]\d+)*|\S"
)
_BRINGS = re.compile(r"[\w,:] $")
_NO_MARKS = str.maketrans(dict.fromkeys("\"“”„«»‘’'`", " "))


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark. `low` is the word in small letters; `is_quote`: it stands for one."""

    start: int
    end: int
    text: str
    low: str

    @property
    def is_quote(self) -> bool:
        return self.text[0] == '"'

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """A noun phrase, and the end of its head: what follows that says more of it."""

    start: int
    end: int
    head_end: int


def mask(body: str, quotations: Sequence[Quotation]) -> str:
    """Return the body with each quote as one long word, with which a sentence may end; of a nickname (`Marcia "Cia"
    Price`) only the marks are gone."""
    pieces, at = [], 0
    for each in quotations:
        pieces.append(body[at : each.opens])
        inner = body[each.start : each.end].rstrip()
        length = each.closes - each.opens
        if inner.isalpha():
            pieces.append(body[each.opens : each.closes].translate(_NO_MARKS))
            at = each.closes
            continue
        filler = "0" if not inner[:1].islower() else "_"
        masked = '"' + filler * (length - 1)
        if each.is_closed:
            stop = "." if inner.rstrip("'’ ")[-1:] in _stops(body, each) else filler
            masked = masked[:-2] + stop + '"'
        pieces.append(masked[:length])
        at = each.closes
    return "".join((*pieces, body[at:]))


def _stops(body: str, quotation: Quotation) -> str:
    """Return the marks at the end of a quote that end its sentence: of one that opens it (`"Why?" Smith asked`) a
    question mark does not."""
    return ".!?" if _BRINGS.search(body, max(0, quotation.opens - 4), quotation.opens) else "."


def tokens_of(masked: str, start: int, end: int) -> list[Token]:
    """Return the words and marks of a paragraph; offsets are those of the body."""
    return [Token(*m.span(), m[0], m[0].lower().rstrip(".")) for m in _TOKEN.finditer(masked, start, end)]


def sentence_bounds(masked: str, start: int, end: int) -> list[int]:
    """Return where the sentences of a paragraph end."""
    return [start + stop for _, stop in sentences(masked[start:end])]


@dataclass(frozen=True, slots=True)
class NameEdges:
    """Where names begin and end in a body."""

    starts: frozenset[int]
    ends: frozenset[int]


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of a sentence. What is asked for is told by the numbers of words, `lo` to before `hi`."""

    tokens: Sequence[Token]
    names: NameEdges

    def low(self, number: int) -> str:
        return self.tokens[number].low if 0 <= number < len(self.tokens) else ""

    def speech_verbs(self, lo: int, hi: int) -> list[int]:
        return [number for number in range(lo, hi) if self.is_speech(number)]

    def is_speech(self, number: int) -> bool:
        """Return whether the word is a verb of speech, and no noun (`the reports`), no wish (`to say`), and not what
        tells somebody from others (`anybody who says so`)."""
        token, before = self.tokens[number], self.low(number - 1)
        if token.low in ("put", "puts") and self.low(number + 1) == "it":
            return True
        if token.low not in _SPEECH or (token.is_capital and number > 0):
            return False
        if token.low in _BARE:
            return token.low in _OFTEN_BARE and self._may_be_bare(number)
        if before in _RELATIVE and number > 1 and self.tokens[number - 2].text not in ",—–":
            return False
        if self.is_participle(number) and self.low(number - 2) in _NOUN_BEFORE and not self.is_name(number - 1):
            return False
        if token.low in _GO_ON and self.low(number + 1) in _GOES_ON_SO:
            return False
        owner = before.replace("’", "'").removesuffix("'s")
        # Nobody owns the word behind a name that ends so: `Moody's said`.
        return before not in _NOUN_BEFORE and (owner == before or owner in PRONOUNS or self.is_name(number - 1))

    def _may_be_bare(self, number: int) -> bool:
        before = self.low(number - 1)
        if before == "to":
            return self.low(number - 2) in _GOING
        return before.endswith("s") or before in _ADVERBS or before in PRONOUNS or before in ("people", "who", "police")

    def begins_clause(self, number: int) -> bool:
        """Return whether another clause begins there: `"...," while critics said`."""
        return self.low(number) in _CLAUSE

    def goes_on(self, number: int) -> bool:
        """Return whether the sentence goes on there with who speaks: `"... on time." he said`."""
        if number >= len(self.tokens) or self.tokens[number].is_capital:
            return False
        says = self.speech_verbs(number + 1, min(number + _BARE_NOUNS + 2, len(self.tokens)))
        return bool(says) and (self.low(number) in PRONOUNS or self.low(number) in ("the", "a", "an", "one"))

    def is_name(self, number: int) -> bool:
        """Return whether a name ends with the word."""
        return number >= 0 and self.tokens[number].end in self.names.ends

    def is_participle(self, verb: int) -> bool:
        return self.low(verb).endswith("ing")

    def agent(self, verb: int, hi: int) -> NounPhrase | None:
        """Return who does what a verb in the passive says: `described by critics as`."""
        by = next((n for n in range(verb + 1, hi) if self.low(n) == "by"), hi)
        return self.phrase_at(by + 1, hi)

    def first_name(self, lo: int, hi: int) -> NounPhrase | None:
        """Return the first name there, with an office and who holds it behind it: `Harbour Post columnist Ann Lee`."""
        start = next((n for n in range(lo, hi) if self.tokens[n].start in self.names.starts), hi)
        end = next((n + 1 for n in range(start, hi) if self.tokens[n].end in self.names.ends), start)
        if end > start and self._titled(end, hi):
            holder = next(n for n in range(end, hi) if self.tokens[n].start in self.names.starts)
            office = self.tokens[holder - 1]
            end = (self._name_end(holder, hi) if office.is_capital or _HOLDS_OFFICE.search(office.low) else None) or end
        return NounPhrase(start, end, end) if end > start else None

    def is_passive(self, verb: int) -> bool:
        """Return whether the subject is spoken to, or of: `he was told`, `was described by critics as`."""
        at = verb - 1
        while at >= 0 and (self.low(at).endswith("ly") or self.low(at) in ("also", "often", "been", "being", "once")):
            if self.low(at) in ("been", "being"):
                return True
            at -= 1
        return self.low(at) in ("was", "were", "is", "are", "be") and not self.is_participle(verb)

    def subject_left(self, lo: int, verb: int) -> NounPhrase | None:
        """Return who does what the verb says, right before it: `Smith, who leads the party, also said`."""
        at = self._before_adverbs(lo, verb)
        if at <= lo:
            return None
        if self.low(at - 1) in ("and", "but", "then", "or"):
            return self.subject(lo, at - 1)
        if self.tokens[at - 1].text in ",)—–":
            return self._before_apposition(lo, at - 1)
        phrase = self.phrase_ending(lo, at)
        if phrase is not None and phrase.start > lo and self._is_party(phrase):
            return self._before_apposition(lo, at)
        return phrase

    def _is_party(self, phrase: NounPhrase) -> bool:
        """Return whether it is a party with its state, behind somebody's name: `Smith, D-Calif.`"""
        return _PARTY.match(self.tokens[phrase.head_end - 1].text) is not None

    def _before_adverbs(self, lo: int, at: int) -> int:
        while at > lo and (
            self.low(at - 1) in _ADVERBS
            or self.low(at - 1).endswith(("ly", "n't", "n’t"))
            or self.low(at - 1) in _RELATIVE
        ):
            at -= 1
        return at

    def _before_apposition(self, lo: int, close: int) -> NounPhrase | None:
        found = None
        for comma in range(close - 1, max(lo, close - _APPOSITION), -1):
            if self.tokens[comma].text not in ",(—–":
                continue
            phrase = self.phrase_ending(lo, comma)
            if phrase is None:
                break
            found = phrase
            if self._is_named(phrase) or self.low(phrase.start) in PRONOUNS:
                break
        return found or self.phrase_ending(lo, close)

    def _is_named(self, phrase: NounPhrase) -> bool:
        last = self.tokens[phrase.head_end - 1]
        return last.is_capital and not self._is_party(phrase) and last.low not in ("jr", "sr", "inc")

    def phrase_ending(self, lo: int, end: int) -> NounPhrase | None:
        """Return the noun phrase that ends there."""
        end = self._without_brackets(lo, end)
        if end <= lo or not self.tokens[end - 1].is_word:
            return None
        if self.low(end - 1) in PRONOUNS:
            return NounPhrase(end - 1, end, end)
        start = end - 1
        while start > max(lo, end - _LONGEST_PHRASE) and self._goes_on(start - 1):
            start -= 1
        phrase = self._headed(start, end)
        # In `she was asked to explain a note, and said` what is to be explained says nothing.
        return None if phrase is None or self.low(phrase.start) == "to" else phrase

    def _without_brackets(self, lo: int, end: int) -> int:
        if end > lo and self.tokens[end - 1].text == ")":
            opening = next((at for at in range(end - 2, lo, -1) if self.tokens[at].text == "("), None)
            return opening if opening is not None else end
        return end

    def _goes_on(self, number: int) -> bool:
        token = self.tokens[number]
        if token.text == "&":
            return True
        return token.is_word and token.low not in _CLAUSE and token.low not in PRONOUNS and not self.is_speech(number)

    def _headed(self, start: int, end: int) -> NounPhrase | None:
        inner = next((at for at in range(start, end) if self.low(at) in _PREPOSITIONS), None)
        if inner is None:
            start = self._last_determiner(start, end)
            return NounPhrase(start, end, end)
        first = self.tokens[start]
        if inner > start and (first.low in _DETERMINERS or not first.is_capital):
            return NounPhrase(start, end, inner)
        run = self._capital_run(start, end)
        if inner > start and run > start + 1 and self.tokens[run - 1].is_capital:
            return NounPhrase(start, end, end)
        return NounPhrase(run, end, end) if run < end else NounPhrase(start, end, max(inner, start + 1))

    def _last_determiner(self, start: int, end: int) -> int:
        """Return where the last of several phrases begins: of `last week the minister`, `the minister`."""
        return next((at for at in range(end - 2, start, -1) if self.low(at) in ("the", "a", "an", "his", "her")), start)

    def _capital_run(self, start: int, end: int) -> int:
        """Return where the capitals begin that end there, or the name, where one does."""
        at = end
        while at > start and self.tokens[at - 1].is_capital:
            at -= 1
            if self.tokens[at].start in self.names.starts:
                break
        return at

    def phrase_at(self, lo: int, hi: int) -> NounPhrase | None:
        """Return the noun phrase that begins there."""
        if lo >= hi or not self.tokens[lo].is_word or self.low(lo) in (_CLAUSE | _PREPOSITIONS | _DAYS):
            return None
        pronoun, contracted, _ = self.low(lo).replace("’", "'").partition("'")
        if pronoun in PRONOUNS:
            # In `he's claiming` he claims; `he's all right` says nothing.
            says = not contracted or (lo + 1 < len(self.tokens) and self.is_speech(lo + 1))
            return NounPhrase(lo, lo + 1, lo + 1) if says else None
        at, named = lo, False
        while at < min(hi, lo + _LONGEST_PHRASE) and not self._ends_phrase(lo, at, hi, named=named):
            token = self.tokens[at]
            named = named or (token.is_capital and (at > lo or token.low not in _DETERMINERS))
            at = self._name_end(at, hi) or at + 1
        if not named:
            at = min(at, lo + (_COMMON_NOUNS if self.low(lo) in _DETERMINERS else _BARE_NOUNS))
        return NounPhrase(lo, at, at) if at > lo else None

    def _ends_phrase(self, lo: int, at: int, hi: int, *, named: bool) -> bool:
        """Return whether a phrase that begins at `lo`, and has a name by now if `named`, ends before a word."""
        token = self.tokens[at]
        if not (token.is_word or token.text == "&") or token.low in _CLAUSE:
            return True
        if at > lo and (self.is_speech(at) or (token.low in _ADVERBS and not token.is_capital)):
            return True
        if named and token.low == "of" and at + 1 < hi and self.tokens[at + 1].is_capital:
            return False
        owns = self.low(at - 1).endswith(("'s", "’s", "s'", "s’"))
        if named and self.low(lo) in _DETERMINERS and (self._reaches_verb(at) or self._is_closed_by_nouns(at, hi)):
            return False
        return token.low in _PREPOSITIONS or (named and not token.is_capital and not owns and not self._titled(at, hi))

    def _name_end(self, at: int, hi: int) -> int | None:
        """Return where the name ends that begins there: one may have words inside that end a phrase."""
        if self.tokens[at].start not in self.names.starts:
            return None
        return next((n + 1 for n in range(at, min(hi, at + _LONGEST_PHRASE)) if self.is_name(n)), None)

    def _reaches_verb(self, at: int) -> bool:
        """Return whether common nouns begin there, and a verb of speech behind them: `a White House official said`."""
        for number in range(at, min(at + _BARE_NOUNS, len(self.tokens))):
            if self.is_speech(number):
                return number > at
            token = self.tokens[number]
            if not token.is_word or token.is_capital or token.low in _CLAUSE or token.low in _PREPOSITIONS:
                return False
        return False

    def _is_closed_by_nouns(self, at: int, hi: int) -> bool:
        """Return whether a phrase ends there with common nouns: `said the Ohio lawmaker.`, `a Friday statement by`."""
        for number in range(at, min(at + _LAST_NOUNS + 1, len(self.tokens))):
            token = self.tokens[number]
            if not token.is_word or token.low in _PREPOSITIONS or token.low.endswith("ed") or number == hi:
                return number > at
            if token.is_capital or token.low in _NO_NOUNS or token.low in _ADVERBS or self.is_speech(number):
                return False
        return len(self.tokens) <= at + _LAST_NOUNS

    def _titled(self, at: int, hi: int) -> bool:
        """Return whether words of an office begin there, and a name behind them: `House Democratic leader Ann Lee`."""
        for number in range(at, min(at + _OFFICE, hi)):
            token = self.tokens[number]
            if token.start in self.names.starts:
                return number > at
            if not token.is_word or token.low in _CLAUSE or token.low in _PREPOSITIONS or self.is_speech(number):
                return False
        return False

    def subject(self, lo: int, hi: int) -> NounPhrase | None:
        """Return the subject of a sentence, behind what opens it: `After the vote, Smith`, `But Smith`."""
        at = lo
        while at < hi and self.low(at) in _OPENERS:
            at += 1
        if self.low(at) in _PREPOSITIONS or self.low(at) in _CLAUSE or self.low(at).endswith(("ing", "ly", "ed")):
            comma = next((n for n in range(at, min(hi, at + 25)) if self.tokens[n].text == ","), None)
            if comma is not None:
                at = self._behind_state(comma, hi) + 1
        while at < hi and (self.low(at) in _OPENERS or not self.tokens[at].is_word):
            at += 1
        return self.phrase_at(at, hi)

    def _behind_state(self, comma: int, hi: int) -> int:
        """Return the comma behind a state, where one stands behind the comma: `in Sioux City, Iowa, Smith`."""
        second = next((n for n in range(comma + 2, min(hi, comma + 4)) if self.tokens[n].text == ","), comma)
        between = self.tokens[comma - 1 : second]
        return second if all(token.is_capital or token.text == "," for token in between) else comma


_BARE = frozenset(row.shown for row in lexicon.list_rows("speech-verbs")) - frozenset(("read", "put"))
_OFTEN_BARE = frozenset(
    "say tell write argue think believe insist ask add agree admit contend explain note warn".split()
)
_GO_ON = frozenset("continue continues continued conclude concludes concluded".split())
_GOES_ON_SO = frozenset("when with in for until to as into through during at on after".split())
_GOING = frozenset("on went continued continues goes had has".split())
_RELATIVE = frozenset("who which that".split())
_PARTY = re.compile(r"[A-Z]-[A-Z]")
_OPENERS = frozenset("but and or still yet meanwhile however so then now instead also".split())
_LONGEST_PHRASE = 14
_OFFICE = 5
_LAST_NOUNS = 2
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_NO_NOUNS = _CLAUSE | _DETERMINERS | PRONOUNS | frozenset("last next early late earlier again here there".split())
"""Words that a phrase does not end with behind a name."""
_HOLDS_OFFICE = re.compile("(?:ist|er|or|man|woman|ent|ive)$")
_COMMON_NOUNS, _BARE_NOUNS = 5, 3
"""Words of a phrase without a name, with a determiner and without: where a verb begins is not known."""
_APPOSITION = 40

"""Where a query hits in a text, and the snippet that shows it best: from offsets, the same for every engine.

A phrase is marked as one piece from its first word to its last, and only where all of it stands; its words elsewhere
are not marked.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from app.search import analysis
from app.search.attributes import Field
from app.search.plan import ExactPhrase, FuzzyTerms, PrefixTerms, StemTerm, ValueWords, plan, wanted_leaves
from app.search.query import Clause
from app.text import fold_evenly, last_sentence_start

SNIPPET_LENGTH = 240
"""Characters; about two lines and a half of a result list."""
_MARGIN = SNIPPET_LENGTH // 5
"""Characters shown before the first hit of a sentence that is too long to be shown from its start."""
_LENGTH_OF_HITS = SNIPPET_LENGTH - 20
"""Characters: the last of them is not to be cut off at the end."""
_MOST_PLACES = 200
"""Hits of a text that are looked at as where a snippet may begin."""
_LITTLE = 80
"""Characters: less than that is no lead."""

Span = tuple[int, int]


class BodySnippet(NamedTuple):
    """`text` is `body[start:end]`; `matches` are offsets into the body, not into the snippet. `opens`: a sentence
    begins where it does."""

    text: str
    start: int
    end: int
    matches: tuple[Span, ...]
    opens: bool


def matches(clause: Clause | None, text: str, field: Field = "body") -> list[Span]:
    """Places in `text`, the `field` of an article, that `clause` hits; ascending and disjoint."""
    return Highlighter(clause, field).matches(text)


def snippet(clause: Clause | None, body: str, furniture: Sequence[Span] = ()) -> BodySnippet:
    """Return what `Highlighter.snippet` does, for one body."""
    return Highlighter(clause).snippet(body, furniture)


def mark(text: str, spans: Sequence[Span], shift: int = 0) -> str:
    """`text` escaped for HTML with `<mark>` around the spans; `shift` is the offset at which `text` begins."""
    return mark_all([(text, spans, shift)])[0]


def mark_all(marked: Sequence[tuple[str, Sequence[Span], int]]) -> list[str]:
    """Return what `mark` makes of each text with its spans and its shift: to escape a page of them at once takes a
    quarter of the time."""
    pieces, marks = list[str](), 0
    for text, spans, shift in marked:
        at = 0
        for start, end in spans:
            pieces += (text[at : start - shift], _OPEN, text[start - shift : end - shift], _CLOSE)
            at = end - shift
        pieces += (text[at:], _APART)
        marks += len(spans)
    escaped = html.escape("".join(pieces))
    opened = escaped.replace(_OPEN, "<mark>")
    shown = opened.replace(_CLOSE, "</mark>").split(_APART)
    added = len(opened) - len(escaped), sum(map(len, shown)) + len(marked) - len(opened)
    if added != (marks * (len("<mark>") - 1), marks * (len("</mark>") - 1)) or len(shown) != len(marked) + 1:
        return ["".join(_escaped_with_marks(*each)) for each in marked]  # a text has such signs itself
    return shown[:-1]


_OPEN, _CLOSE, _APART = "\x01", "\x02", "\x03"
"""They stand for marks and the ends of texts while those are escaped. No article has such characters."""


def _escaped_with_marks(text: str, spans: Sequence[Span], shift: int) -> Iterator[str]:
    at = 0
    for start, end in spans:
        yield html.escape(text[at : start - shift])
        yield f"<mark>{html.escape(text[start - shift : end - shift])}</mark>"
        at = end - shift
    yield html.escape(text[at:])


class Highlighter:
    """One clause, ready to be found in many texts.

    Few words of a text matter, so it is not read as a whole: only the raw token around a place where a wanted form may
    begin is analysed, and each different token once for all texts.
    """

    def __init__(self, clause: Clause | None, field: Field = "body") -> None:
        wanted = dict.fromkeys(wanted_leaves(plan(clause))) if clause else {}
        self._stems: set[str] = set()
        self._phrases: list[tuple[tuple[str, ...], int]] = []
        self._prefixes: tuple[str, ...] = ()
        self._fuzzy: list[tuple[str, int]] = []
        for leaf in wanted:
            if not isinstance(leaf, ValueWords) and leaf.field in (None, field):
                self._want(leaf)
        beginnings = {
            *map(common_start, self._stems),
            *(terms[0] for terms, _ in self._phrases),
            *self._prefixes,
            *("" for _ in self._fuzzy),
        }
        self._beginnings = [(beginning, _without_joiners(beginning)) for beginning in beginnings]
        self._everywhere = "" in beginnings
        self._numbers = any(beginning[:1].isdecimal() for beginning in beginnings)
        self._plain = tuple(beginnings - {""})
        self._lengths = {len(word) + edit for word, edits in self._fuzzy for edit in range(-edits, edits + 1)}
        self._tokens: dict[str, _Wanted] = {}
        self.field: Field | None = (
            field if any(each.field for each in wanted if not isinstance(each, ValueWords)) else None
        )
        """None where every field is marked alike."""

    def matches(self, text: str) -> list[Span]:
        """Places in `text` that the clause hits; ascending and disjoint."""
        return self._matches_at(text, self._places(text))

    def matches_in(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return what `matches` does for each of several texts, which are looked through as one."""
        whole = _BETWEEN.join(texts)
        places, first, begin, found = self._places(whole), 0, 0, list[list[Span]]()
        # Words end where texts do, so they are looked at in the whole; a phrase may go on.
        spans = [] if self._phrases else self._matches_at(whole, places)
        for text in texts:
            end = begin + len(text)
            if self._phrases:
                last = bisect_left(places, end, first)
                local = [place - begin for place in places[first:last]]
                found.append(self._matches_at(text, local) if local else [])
            else:
                last = bisect_left(spans, (end,), first)
                found.append([(start - begin, stop - begin) for start, stop in spans[first:last]])
            first, begin = last, end + len(_BETWEEN)
        return found

    def _matches_at(self, text: str, places: Sequence[int]) -> list[Span]:
        """Return the matches in the raw tokens at some places, ascending."""
        spans: list[Span] = []
        reached = 0
        plain_word, tokens = analysis.PLAIN_WORD.match, self._tokens
        for at in places:
            if at < reached:
                continue
            if (raw := plain_word(text, at) or analysis.raw_at(text, at, reached)) is None:
                reached = at + 1
                continue
            span = begin, reached = raw.span()
            token = raw[0]
            found = tokens.get(token) or self._learn(token)
            if found.whole:
                spans.append(span)
                continue
            for start, end in found.alone:
                spans.append((begin + start, begin + end))
            for form, terms, slop in found.phrases:
                phrase_end = None if slop else _plain_phrase_end(text, raw, terms)
                if phrase_end is None:
                    spans.extend(_phrase_spans(text, raw, found, form, terms, slop))
                elif phrase_end:
                    spans.append((begin, phrase_end))
        return _merge_overlaps(sorted(spans)) if self._phrases else spans

    def snippet(self, body: str, furniture: Sequence[Span] = ()) -> BodySnippet:
        """The stretch of `body` with the most different hits in it, from a word's start to a word's end.

        It begins at a sentence where the hits leave room for that, and stays clear of page furniture, as long as there
        are hits elsewhere or none.
        """
        return self._snippet(body, furniture, self.matches(body))

    def snippets(self, texts: Sequence[tuple[str, Sequence[Span]]]) -> list[BodySnippet]:
        """Return what `snippet` does for each of several bodies with their furniture."""
        return self.snippets_beside(texts, ())[0]

    def snippets_beside(
        self, texts: Sequence[tuple[str, Sequence[Span]]], others: Sequence[str]
    ) -> tuple[list[BodySnippet], list[list[Span]]]:
        """Return what `snippets` does, and the `matches` of other texts, which are looked through with the bodies."""
        found = self.matches_in([*(body for body, _ in texts), *others])
        parts = zip(texts, found[: len(texts)], strict=True)
        return [self._snippet(body, furniture, hits) for (body, furniture), hits in parts], found[len(texts) :]

    def _snippet(self, body: str, furniture: Sequence[Span], found: list[Span]) -> BodySnippet:
        telling, apart = found, furniture
        if furniture:
            telling = [hit for hit in found if not any(start <= hit[0] < end for start, end in furniture)]
            apart = furniture if telling or not found else ()
        place, reach = _densest_hits(telling or found, body) if found else (_lead(body, apart), 0)
        clear, limit = 0, len(body)
        if apart:
            clear = max((end for _, end in apart if end <= place), default=0)
            limit = min([limit, *(start for start, _ in apart if start > place)])
        opening = _sentence_start(body, max(clear, reach - _LENGTH_OF_HITS), place) if found else place
        first = max(clear, place - _MARGIN) if opening is None else opening
        start, end = _whole_words(body, first, limit)
        inside = _spans_between(found, start, end)
        return BodySnippet(body[start:end], start, end, inside, opening is not None or not body[:start].strip())

    def _want(self, leaf: StemTerm | ExactPhrase | PrefixTerms | FuzzyTerms) -> None:
        match leaf:
            case StemTerm(stem):
                self._stems.add(stem)
            case ExactPhrase(terms, slop):
                self._phrases.append((terms, slop))
            case PrefixTerms(prefix):
                self._prefixes += (prefix,)
            case FuzzyTerms(term, edits):
                self._fuzzy.append((term, edits))

    def _places(self, text: str) -> list[int]:
        """Return where to look: ascending, and at least one place in each raw token that has a wanted form."""
        if not self._beginnings:
            return []
        if self._everywhere:
            return [match.start() for match in analysis.raw_matches(text) if self._may_hit(match[0])]
        folded = fold_evenly(text)
        find, may_be_unspaced = folded.find, not text.isascii()
        places: list[int] = []
        found = 0
        for beginning, _ in self._beginnings:
            at = find(beginning)
            while at >= 0:
                found += 1
                if not (at and folded[at - 1].isalnum()) or (may_be_unspaced and _is_between_words(text, at)):
                    places.append(at)
                at = find(beginning, at + 1)
        within = self._within_tokens(text, folded, found)
        if within or len(self._beginnings) > 1:
            places = sorted((*places, *within))
        return places

    def _within_tokens(self, text: str, folded: str, found: int) -> list[int]:
        """Return places in raw tokens whose forms do not stand in the folded text as they are: joined, over the end of
        a line, in groups, of letters that change their number when folded. `found`: how often beginnings stand in it.
        """
        places: list[int] = []
        bare = _without_joiners(folded)
        for _, without in self._beginnings:
            found -= _count_all(bare, without)
        if found < 0:
            places += [match.end() - 1 for match in _JOINED.finditer(folded)]
        if "\0" in folded:
            places += [match.start() for match in _CHANGED.finditer(folded)]
        if self._numbers:
            places += analysis.group_breaks(text)
        places += analysis.line_breaks(text)
        return places

    def _may_hit(self, token: str) -> bool:
        """False where letters and beginning tell of a plain word that it is no hit, without analysis."""
        if not (token.isascii() and token.isalpha()):
            return True
        term = token.lower()
        return (len(term) in self._lengths and self._is_near(term)) or term.startswith(self._plain)

    def _learn(self, token: str) -> _Wanted:
        if not self._phrases and (plain := analysis.plain_term(token)) is not None:
            self._tokens[token] = found = _WHOLE if self._alone(plain) else _UNWANTED
            return found
        expansion = analysis.expand(token)
        forms = expansion.forms
        self._tokens[token] = found = _Wanted(
            tuple(_merge_overlaps(sorted((form.start, form.end) for form in forms if self._alone(form.term)))),
            tuple((form, terms, slop) for form in forms for terms, slop in self._phrases if form.term == terms[0]),
            expansion,
        )
        return found

    def _alone(self, term: str) -> bool:
        """Return whether a form is a hit by itself, without a phrase around it."""
        return (
            (bool(self._stems) and analysis.stem(term) in self._stems)
            or term.startswith(self._prefixes)
            or self._is_near(term)
        )

    def _is_near(self, term: str) -> bool:
        return any(OSA.distance(term, word, score_cutoff=edits) <= edits for word, edits in self._fuzzy)


class _Wanted(NamedTuple):
    """What one raw token has: forms that are hits `alone`, as offsets into it, and forms that `phrases` begin with,
    with what becomes of the token where there are such. Or it is a hit as a `whole`."""

    alone: tuple[Span, ...]
    phrases: tuple[tuple[analysis.Form, tuple[str, ...], int], ...] = ()
    expansion: analysis.Expansion = analysis.NO_WORDS
    whole: bool = False


_UNWANTED, _WHOLE = _Wanted(()), _Wanted((), whole=True)


# Those that are left of `analysis.JOINERS` when a text is folded, and what Python takes for a letter.
_JOINERS = "-'.&,_"
_JOINER_BYTES = _JOINERS.encode()
_JOINED = re.compile(rf"[{_JOINERS}]\w")
_CHANGED = re.compile("\0")
"""Inside a raw token joiners may stand between the letters of a form (`U.S.`, `O'Brien`)."""


def common_start(stem: str) -> str:
    """Return what all words of a stem begin with: "party" and "parti", "usability" and "usabl", "dying" and "die"."""
    if len(stem) >= 6 or stem.endswith("ie"):
        return stem[:-2] or stem
    return stem[:-1] if len(stem) > 1 and stem[-1] in "iely" else stem


def _is_between_words(text: str, at: int) -> bool:
    """Return whether a word may begin here: where letters are words of their own, one begins behind each of them,
    too."""
    return analysis.is_unspaced(text[at]) or analysis.is_unspaced(text[at - 1])


_BETWEEN = "\x01"
"""Between two texts that are looked through as one: no word goes on over it."""
_SPACE, _NOT_SPACE = re.compile(r"\s"), re.compile(r"\S")


def _without_joiners(folded: str) -> bytes:
    encoded = folded.encode() if folded.isascii() else folded.encode("utf-8", "surrogatepass")
    return encoded.translate(None, _JOINER_BYTES)


@lru_cache(maxsize=1 << 10)
def _overlaps_itself(word: bytes) -> bool:
    return any(word.startswith(word[i:]) for i in range(1, len(word)))


def _count_all(text: bytes, word: bytes) -> int:
    """Count how often a word stands in a text. Python does not count where it overlaps itself."""
    if not _overlaps_itself(word):
        return text.count(word)
    found, at = 0, text.find(word)
    while at >= 0:
        found, at = found + 1, text.find(word, at + 1)
    return found


def _plain_phrase_end(text: str, raw: re.Match[str], terms: Sequence[str]) -> int | None:
    """Return where a phrase ends that begins with the word `raw`, 0 where it does not; None where a word is met whose
    forms have to be looked at."""
    word: re.Match[str] | None = raw
    end = raw.end()
    for term in terms:
        plain = analysis.plain_term(word[0]) if word else None
        if word is None or plain != term:
            return None if plain is None else 0
        end = word.end()
        word = analysis.PLAIN_WORD.match(text, end + 1)
    return end


def _phrase_spans(
    text: str, raw: re.Match[str], found: _Wanted, first: analysis.Form, terms: Sequence[str], slop: int
) -> Iterator[Span]:  # fmt: skip
    """The phrase that begins with the form `first` of `raw`, if its other words follow.

    Only forms that may be part of it are looked at: a list written without spaces is one raw token of thousands, and
    the phrase may begin at each of them.
    """
    wanted_terms, last, furthest = list(terms[1:]), first.position, first.position + len(terms) - 1 + slop
    position, end = 0, raw.start() + first.end
    for start, expansion in _tokens_from(text, raw, found.expansion):
        for form in expansion.between(last + 1 - position, furthest - position):
            if wanted_terms and form.term == wanted_terms[0] and position + form.position > last:
                last, end = position + form.position, start + form.end
                del wanted_terms[0]
        position += expansion.width
        if not wanted_terms or position > furthest:
            break
    if not wanted_terms:
        yield raw.start() + first.start, end


def _tokens_from(
    text: str, raw: re.Match[str], expansion: analysis.Expansion
) -> Iterator[tuple[int, analysis.Expansion]]:
    """`raw`, whose `expansion` is known, and the raw tokens behind it, each with where it begins."""
    yield raw.start(), expansion
    for each in analysis.raw_matches(text, raw.end()):
        yield each.start(), analysis.expand(each[0])


def _merge_overlaps(spans: list[Span]) -> list[Span]:
    """Overlapping spans become one."""
    united: list[Span] = []
    for start, end in spans:
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _spans_between(found: list[Span], start: int, end: int) -> tuple[Span, ...]:
    """Return what of ascending and disjoint spans lies between two places."""
    first, last = bisect_left(found, (start,)), bisect_left(found, (end,))
    if first and found[first - 1][1] > start:
        first -= 1
    inside = found[first:last]
    if inside and (inside[0][0] < start or inside[-1][1] > end):
        inside = [(a if a > start else start, b if b < end else end) for a, b in inside]
    return tuple(inside)


def _densest_hits(found: list[Span], body: str) -> Span:
    """Return where the hits that show most different words begin and end, and of such places the earliest."""
    if len(found) == 1:
        return found[0]
    written = [body[a:b] for a, b in found]
    if written.count(written[0]) == len(written):
        return found[0]
    words = [word.casefold() for word in written]
    different = len(set(words))
    if different == 1:
        return found[0]
    starts = [start for start, _ in found]
    best, most, reached = (0, 0), 0, 0
    for i, start in enumerate(starts[:_MOST_PLACES]):
        reached = bisect_left(starts, start + SNIPPET_LENGTH * 3 // 4, reached)
        if reached - i <= most:
            continue  # too few to be more different ones
        shown = dict.fromkeys(words[i:reached])
        if len(shown) > most:
            best, most = (i, words.index(next(reversed(shown)), i)), len(shown)
        if most == different:
            break
    return starts[best[0]], found[best[1]][1]


def _sentence_start(body: str, first: int, place: int) -> int | None:
    """Return where the sentence begins that has the character at `place`; None where it does so before `first`."""
    if not place:
        return None if body[:1].isspace() else 0
    begun = last_sentence_start(body[first : place + 1])
    if begun is None:
        return None
    start, is_only = begun
    if is_only and first and "\n\n" not in body[max(first - 2, 0) : first + 2]:
        return None
    return first + start


def _lead(body: str, furniture: Sequence[Span]) -> int:
    """Return where the text begins: behind the furniture at its head, and behind what little stands between that."""
    place = 0
    for start, end in furniture:
        if start - place > _LITTLE:
            break
        place = end
    return place if body[place:].strip() else 0


def _whole_words(body: str, start: int, limit: int) -> Span:
    """`start` moved to a word's start and an end at a word's end before `limit`, without white space on either side."""
    if start and not body[start - 1].isspace() and (space := _SPACE.search(body, start, start + 40)):
        start = space.start()
    if body[start : start + 1].isspace():
        letter = _NOT_SPACE.search(body, start)
        start = letter.start() if letter else len(body)
    end = min(start + SNIPPET_LENGTH, limit)
    if end < limit and not body[end].isspace():
        before = body[max(end - 40, start) + 1 : end + 1]
        cut = len(before.rsplit(None, 1)[-1])
        if cut < len(before):
            end -= cut
    return start, start + len(body[start:end].rstrip())

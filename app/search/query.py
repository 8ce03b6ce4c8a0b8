"""A query: its clause tree, its filters, its limits, and `parse()`, which reads what a person typed.

The grammar is ours and no engine's: engines can change without breaking a saved URL. `parse` never fails on broken
input (it reads it as text and says so in a warning); only the limits below are refused.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from app.errors import QueryTooComplex
from app.search import analysis
from app.text import normalise

MAX_CHARACTERS = 1_000
MAX_LEAVES = 64
MAX_DEPTH = 8
MAX_FUZZY = 2
MAX_SLOP = 20
MAX_EXPANSION = 200
MIN_PREFIX = 3
LONG_WORD = 8
"""From this many letters on a fuzzy word may differ in two places."""

Field = Literal["headline", "body", "dateline"]
Match = Literal["auto", "all", "any"]
Sort = Literal["relevance", "-date", "date"]
FacetName = Literal["person", "organization", "place", "event", "source", "dateline", "language", "year", "month"]


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word: matches the stemmed view. `text` is as typed (folded); `field` None means every text field."""

    text: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Quoted words on the exact view, in order, with up to `slop` other words between them in all."""

    text: str
    slop: int = 0
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Prefix:
    text: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Fuzzy:
    text: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class And:
    """`explicit` where the person wrote AND: `relax` leaves those alone and loosens mere sequences of words."""

    clauses: tuple[Clause, ...]
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class Or:
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Not:
    clause: Clause


Clause = Word | Phrase | Prefix | Fuzzy | And | Or | Not


@dataclass(frozen=True, slots=True)
class Warning:
    """Something in the text that was read otherwise than it may have been meant; `position` is an offset into it."""

    code: str
    message: str
    position: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """`text` is in normal form; positions count in it. `clause` is None for one without a word in it. `interpreted` is
    canonical and parses to the same clause.
    """

    text: str
    clause: Clause | None
    interpreted: str
    warnings: tuple[Warning, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """What an article must be besides matching. Dates are inclusive ISO days ("YYYY-MM-DD"); ids are entity ids."""

    date_from: str | None = None
    date_to: str | None = None
    entity: tuple[str, ...] = ()
    entity_any: tuple[str, ...] = ()
    not_entity: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    not_source: tuple[str, ...] = ()
    dateline: tuple[str, ...] = ()
    language: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """One search as every engine gets it: the clause says all that must match (`relax` has been applied or not)."""

    clause: Clause | None = None
    filters: Filters = Filters()
    sort: Sort = "relevance"
    limit: int = 20
    cursor: str | None = None
    facets: tuple[FacetName, ...] = ()
    facet_limit: int = 10
    dates: bool = False
    """Also count the matches by publication date (`Hits.dates`)."""


def parse(text: str) -> Parsed:
    """Read a query text. Raises `QueryTooComplex` for a text over a limit and nothing else."""
    if len(text) > MAX_CHARACTERS:
        raise QueryTooComplex("query_too_long", f"The query has {len(text)} characters; {MAX_CHARACTERS} is the limit.")
    text = normalise(text)
    reader = _Reader(text)
    clause = reader.read()
    found = tuple(leaves(clause)) if clause else ()
    if len(found) > MAX_LEAVES:
        raise QueryTooComplex("too_many_words", f"The query has {len(found)} words; {MAX_LEAVES} is the limit.")
    if sum(isinstance(leaf, Fuzzy) for leaf in found) > MAX_FUZZY:
        raise QueryTooComplex("too_many_fuzzy_words", f"At most {MAX_FUZZY} words may end in ~.")
    if clause and _depth(clause) > MAX_DEPTH:
        raise _too_deep()
    return Parsed(text, clause, render(clause) if clause else "", tuple(reader.warnings))


def relax(clause: Clause) -> Clause:
    """`clause` with any word of a mere sequence enough; what was written with AND, NOT, - or quotes stays as it is."""
    match clause:
        case And(clauses, explicit=False):
            wanted = tuple(relax(c) for c in clauses if not isinstance(c, Not))
            refused = tuple(c for c in clauses if isinstance(c, Not))
            return _join(And, (*((_join(Or, wanted),) if wanted else ()), *refused))
        case And(clauses):
            return And(tuple(relax(c) for c in clauses), explicit=True)
        case Or(clauses):
            return _join(Or, tuple(relax(c) for c in clauses))
        case _:
            return clause


def leaves(clause: Clause) -> Iterator[Word | Phrase | Prefix | Fuzzy]:
    """Every word, phrase, prefix and fuzzy word in reading order, the refused ones too."""
    match clause:
        case And(clauses) | Or(clauses):
            for child in clauses:
                yield from leaves(child)
        case Not(child):
            yield from leaves(child)
        case leaf:
            yield leaf


def wanted(clause: Clause) -> Iterator[Word | Phrase | Prefix | Fuzzy]:
    """The leaves that an article may have because of them: none under a NOT."""
    match clause:
        case And(clauses) | Or(clauses):
            for child in clauses:
                yield from wanted(child)
        case Not():
            return
        case leaf:
            yield leaf


def allowed_edits(term: str) -> int:
    """How many letters a fuzzy word may be away."""
    return 2 if len(term) >= LONG_WORD else 1


def render(clause: Clause) -> str:
    """The canonical text of a clause: `parse(render(c)).clause == c` for every clause that `parse` gives."""
    return _render(clause, None)


def _render(clause: Clause, said: Field | None) -> str:
    """`said` is the field that stands before a group around the clause."""
    match clause:
        case Word(text, field):
            return _in_field(field, text, said)
        case Phrase(text, slop, field):
            return _in_field(field, f'"{text}"' + (f"~{slop}" if slop else ""), said)
        case Prefix(text, field):
            return _in_field(field, text + "*", said)
        case Fuzzy(text, field):
            return _in_field(field, text + "~", said)
        case Not(child):
            return "-" + _operand(child, said)
        case And(clauses) | Or(clauses):
            common = _common_field(clause)
            if common and not said:
                return f"{common}:({_render(clause, common)})"
            return _operator(clause).join(_operand(child, said) for child in clauses)


def _operator(clause: And | Or) -> str:
    if isinstance(clause, Or):
        return " OR "
    return " AND " if clause.explicit else " "


def _operand(clause: Clause, said: Field | None) -> str:
    text = _render(clause, said)
    grouped = isinstance(clause, And | Or) and (said or not _common_field(clause))
    return f"({text})" if grouped else text


def _in_field(field: Field | None, text: str, said: Field | None) -> str:
    return f"{field}:{text}" if field and field != said else text


def _common_field(clause: Clause) -> Field | None:
    """The field that all leaves are asked for in, if it is one."""
    fields = {leaf.field for leaf in leaves(clause)}
    return fields.pop() if len(fields) == 1 else None


def _join(kind: type[And] | type[Or], clauses: tuple[Clause, ...], explicit: bool = False) -> Clause:
    """One clause of many: nested ones of the same kind become one level, a single one stands alone."""
    flat: list[Clause] = []
    for clause in clauses:
        same = isinstance(clause, Or) if kind is Or else isinstance(clause, And) and clause.explicit == explicit
        flat.extend(clause.clauses if same and isinstance(clause, And | Or) else (clause,))
    if len(flat) == 1:
        return flat[0]
    return Or(tuple(flat)) if kind is Or else And(tuple(flat), explicit)


def _depth(clause: Clause) -> int:
    match clause:
        case And(clauses) | Or(clauses):
            return 1 + max(map(_depth, clauses))
        case Not(child):
            return 1 + _depth(child)
        case _:
            return 0


def _too_deep() -> QueryTooComplex:
    return QueryTooComplex("too_deep", f"The query is nested more than {MAX_DEPTH} levels deep.")


# What a query text is made of. A quote counts only where a second one closes it; "word" is everything else up to a
# space, a parenthesis or a quote, its operators still attached.
_LEXEME = re.compile(
    r"""(?P<space>\s+)
      | (?P<minus>(?<![^\s(])-(?=[^\s)]))
      | (?P<field>(?<![^\s(\-])(?P<name>[A-Za-z]+):(?=[^\s):]))
      | ["“”„](?P<phrase>[^"“”„]*)["“”„](?:(?P<tilde>~)(?P<slop>\d{0,6}))?
      | (?P<open>\()
      | (?P<close>\))
      | (?P<quote>["“”„])
      | (?P<word>[^\s()"“”„]+)""",
    re.VERBOSE,
)
_OPERATORS = ("AND", "OR", "NOT")
# What ends a run: punctuation, and before it perhaps * or ~. People add a distance to ~, as in "word~1": it is ours.
_MARK = re.compile(r"(?P<mark>[*~])(?:(?<=~)\d)?[.,;:!?]*$")


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str
    position: int
    slop: int = 0


class _Reader:
    """Recursive descent, loosest first.

    or := and (OR and)*    and := tied+    tied := unary (AND unary)*    unary := (- | NOT) unary | primary
    primary := [field:] (word | phrase | "(" or ")")
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.warnings: list[Warning] = []
        self.lexemes = list(self._lex())
        self.at = 0
        self.depth = 0

    def read(self) -> Clause | None:
        clauses: list[Clause] = []
        while self.at < len(self.lexemes):
            if (clause := self._or(None)) is not None:
                clauses.append(clause)
            if self._kind() == "close":
                self._warn("unbalanced_parenthesis", "A closing parenthesis has no opening one.", self._take().position)
        return _join(And, tuple(clauses)) if clauses else None

    def _lex(self) -> Iterator[_Lexeme]:
        for match in _LEXEME.finditer(self.text):
            kind = match.lastgroup or ""
            if kind in ("slop", "tilde"):
                kind = "phrase"
            if kind == "name":
                kind = "field"
            if kind == "space":
                continue
            if kind == "phrase":
                yield self._quoted(match)
            elif kind == "field":
                yield from self._field(match)
            elif kind == "quote":
                self._warn("unbalanced_quote", "A quotation mark has no partner and was left out.", match.start())
            elif kind == "word" and match[0] in _OPERATORS:
                yield _Lexeme(match[0], match[0], match.start())
            else:
                yield _Lexeme(kind, match[0], match.start())

    def _quoted(self, match: re.Match[str]) -> _Lexeme:
        slop = int(match["slop"] or 0)
        if slop > MAX_SLOP:
            raise QueryTooComplex("distance_too_large", f"The distance after ~ is {slop}; {MAX_SLOP} is the limit.")
        if match["tilde"] and not match["slop"]:
            self._warn("distance_missing", "A ~ after a phrase needs a number and was left out.", match.start("tilde"))
        return _Lexeme("phrase", match["phrase"], match.start(), slop)

    def _field(self, match: re.Match[str]) -> Iterator[_Lexeme]:
        name = match["name"].lower()
        known = get_args(Field)
        if name in known:
            yield _Lexeme("field", name, match.start())
            return
        if name not in ("http", "https"):
            near = difflib.get_close_matches(name, known, 1)
            hint = f" Did you mean {near[0]}:?" if near else f" The fields are {', '.join(known)}."
            self._warn("unknown_field", f"{match['name']}: is not a field and was read as text.{hint}", match.start())
        yield _Lexeme("word", match["name"], match.start())

    def _kind(self, ahead: int = 0) -> str:
        return self.lexemes[self.at + ahead].kind if self.at + ahead < len(self.lexemes) else "end"

    def _take(self) -> _Lexeme:
        self.at += 1
        return self.lexemes[self.at - 1]

    def _warn(self, code: str, message: str, position: int) -> None:
        self.warnings.append(Warning(code, message, position))

    def _joins(self, operator: str) -> bool:
        """Whether the next lexeme is `operator` with something to its right; else it is read as a word."""
        return self._kind() == operator and self._kind(1) not in ("end", "close", "OR", "AND")

    def _or(self, field: Field | None) -> Clause | None:
        clauses = [self._and(field)]
        while self._joins("OR"):
            self._take()
            clauses.append(self._and(field))
        found = tuple(clause for clause in clauses if clause is not None)
        return _join(Or, found) if found else None

    def _and(self, field: Field | None) -> Clause | None:
        clauses: list[Clause] = []
        while self._kind() not in ("end", "close") and not (clauses and self._joins("OR")):
            if (clause := self._tied(field)) is not None:
                clauses.append(clause)
        return _join(And, tuple(clauses)) if clauses else None

    def _tied(self, field: Field | None) -> Clause | None:
        if self._kind() in ("AND", "OR"):
            return self._as_text(field)
        clauses = [self._unary(field)]
        while self._joins("AND"):
            self._take()
            clauses.append(self._unary(field))
        found = tuple(clause for clause in clauses if clause is not None)
        return _join(And, found, explicit=True) if found else None

    def _unary(self, field: Field | None) -> Clause | None:
        if self._kind() in ("minus", "NOT"):
            if self._kind(1) in ("end", "close", "OR", "AND"):
                return self._as_text(field)
            self._take()
            self._descend()
            clause = self._unary(field)
            self.depth -= 1
            if clause is None:
                return None
            return clause.clause if isinstance(clause, Not) else Not(clause)
        return self._primary(field)

    def _descend(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _too_deep()

    def _primary(self, field: Field | None) -> Clause | None:
        lexeme = self._take()
        match lexeme.kind:
            case "open":
                return self._group(lexeme, field)
            case "field" if self._kind() in ("word", "phrase", "open"):
                return self._primary(lexeme.text)  # type: ignore[arg-type]  # lexed as one of the fields
            case "phrase":
                return self._phrase(lexeme, field)
            case _:
                return self._words(lexeme, field)

    def _group(self, opened: _Lexeme, field: Field | None) -> Clause | None:
        self._descend()
        clause = self._or(field)
        self.depth -= 1
        if self._kind() == "close":
            self._take()
        else:
            self._warn("unbalanced_parenthesis", "A parenthesis is not closed; it ends with the text.", opened.position)
        return clause

    def _phrase(self, lexeme: _Lexeme, field: Field | None) -> Clause | None:
        words = [match[0] for match in analysis.raw_matches(lexeme.text) if analysis.expand(match[0]).width]
        if not words:
            self._warn("empty_phrase", "A phrase without a word in it was left out.", lexeme.position)
            return None
        single = len(words) == 1 and analysis.expand(words[0]).width == 1
        return Phrase(" ".join(words), 0 if single else lexeme.slop, field)

    def _as_text(self, field: Field | None) -> Clause | None:
        lexeme = self._take()
        if lexeme.kind == "minus":
            return None
        message = f"{lexeme.text} has nothing to work on and was read as a word."
        self._warn("dangling_operator", message, lexeme.position)
        return Word(lexeme.text.lower(), field)

    def _words(self, lexeme: _Lexeme, field: Field | None) -> Clause | None:
        """The words of a run without spaces; its last may carry `*` or `~`."""
        marked = _MARK.search(lexeme.text)
        end = lexeme.position + (marked.start() if marked else len(lexeme.text))
        found = analysis.raw_matches(self.text, lexeme.position, end)
        words = [match[0] for match in found if analysis.expand(match[0]).width]
        if not words:
            return None
        clauses: list[Clause] = [Word(_not_operator(word), field) for word in words]
        body = self.text[lexeme.position : end]
        if marked and body.endswith(words[-1]):
            clauses[-1] = self._marked(words[-1], marked["mark"], field, lexeme)
        if "*" in body:
            message = "A * counts only at the end of a word; here it was left out."
            self._warn("misplaced_wildcard", message, lexeme.position + body.index("*"))
        return _join(And, tuple(clauses))

    def _marked(self, word: str, mark: str, field: Field | None, lexeme: _Lexeme) -> Clause:
        expansion = analysis.expand(word)
        if expansion.width > 1 and expansion.joined is None:
            message = f"{word}{mark}: what is written without spaces is searched whole; the {mark} was left out."
            self._warn("misplaced_wildcard", message, lexeme.position)
            return Word(word, field)
        term = (expansion.joined or expansion.parts[0]).term
        if mark == "~":
            return Fuzzy(_not_operator(word), field)
        if len(term) < MIN_PREFIX:
            message = f"{word}* is too short: * needs {MIN_PREFIX} letters before it and was left out."
            self._warn("prefix_too_short", message, lexeme.position)
            return Word(_not_operator(word), field)
        return Prefix(_not_operator(word), field)


def _not_operator(word: str) -> str:
    """A word that reads like an operator is kept in small letters, so that its rendering is not one."""
    return word.lower() if word in _OPERATORS else word

"""A query: its clause tree, its filters, its limits, and `parse()`, which reads what a person typed.

The grammar is ours and no engine's: engines can change without breaking a saved URL. `parse` never fails on broken
input (it reads it as text and says so in a warning); only the limits below are refused.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

from app.errors import QueryTooComplex
from app.search import analysis
from app.search.attributes import EVERYTHING, FacetName, Field, Filters
from app.text import APOSTROPHES, normalise

MAX_CHARACTERS = 1_000
MAX_LEAVES = 64
MAX_DEPTH = 8
MAX_FUZZY = 2
MAX_SLOP = 20
MAX_EXPANSION = 200
MIN_PREFIX = 3
LONG_WORD = 8
"""From this many letters on a fuzzy word may differ in two places."""

Match = Literal["auto", "all", "any"]
Collapsed = Literal["copies", "stories"]
Sort = Literal["relevance", "-date", "date", "-added", "added"]
Order = Sort | Literal["-revised"]
"""Of the engine alone: `-revised` has what was added or revised last first, however old it is."""


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


@dataclass(frozen=True, slots=True)
class Nothing:
    """Matches no article: what a text of signs alone asks for."""


Clause = Word | Phrase | Prefix | Fuzzy | And | Or | Not | Nothing


@dataclass(frozen=True, slots=True)
class ParseWarning:
    """Something in the text that was read otherwise than it may have been meant; `position` is an offset into it."""

    code: str
    message: str
    position: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """`text` is in normal form; positions count in it. `clause` is None for an empty one. `interpreted` is canonical
    and parses to the same clause."""

    text: str
    clause: Clause | None
    interpreted: str
    warnings: tuple[ParseWarning, ...]


@dataclass(frozen=True, slots=True)
class FacetWords:
    """What facets are narrowed to: values with a word that begins so, or with words one behind the other of which the
    last does. `beginning` is as `folded_words` gives it, and so are the words of a value.

    An engine knows entities by their ids alone; those with such a name are `entities`.
    """

    beginning: str
    entities: frozenset[str] = frozenset()

    def begin_in(self, words: str) -> bool:
        """Return whether they begin in a value that has these words."""
        return bool(self.beginning) and f" {self.beginning}" in f" {words}"


@dataclass(frozen=True, slots=True)
class Query:
    """One search as every engine gets it: the clause says all that must match (`relax` has been applied or not)."""

    clause: Clause | None = None
    filters: Filters = EVERYTHING
    sort: Order = "relevance"
    limit: int = 20
    cursor: str | None = None
    offset: int = 0
    """Hits that are left out before the first; without a cursor."""
    facets: tuple[FacetName, ...] = ()
    facet_limit: int = 10
    facet_words: FacetWords | None = None
    """None: facets count all their values."""
    dates: bool = False
    """Also count the matches by publication date (`Hits.dates`)."""
    collapse: Collapsed | None = None
    """Of articles that are copies of each other, or of one story, only the one that ranks first is a hit. Counts are of
    all."""
    question: str | None = None
    """The text of what asks in mere words, whose best hits may be reordered by meaning; None: rank by words alone."""


def parse(text: str) -> Parsed:
    """Read a query text. Raises `QueryTooComplex` for a text over a limit and nothing else."""
    if len(text) > MAX_CHARACTERS:
        raise QueryTooComplex("query_too_long", f"The query has {len(text)} characters; {MAX_CHARACTERS} is the limit.")
    text = normalise(text)
    if words := _mere_words(text):
        mere = words[0] if len(words) == 1 else And(words)
        return Parsed(text, mere, " ".join([word.text for word in words]), ())
    typed, places = analysis.as_typed(text)
    reader = _Reader(typed.translate(_HALF_WIDTH))
    clause = reader.read()
    found = tuple(clause_leaves(clause)) if clause else ()
    if len(found) > MAX_LEAVES:
        raise QueryTooComplex("too_many_words", f"The query has {len(found)} words; {MAX_LEAVES} is the limit.")
    if sum(isinstance(leaf, Fuzzy) for leaf in found) > MAX_FUZZY:
        raise QueryTooComplex("too_many_fuzzy_words", f"At most {MAX_FUZZY} words may end in ~.")
    if clause and _nesting_depth(clause) > MAX_DEPTH:
        raise _too_deep()
    warnings = tuple(replace(warning, position=places[warning.position]) for warning in reader.warnings)
    return Parsed(text, clause, render(clause) if clause else "", warnings)


def _mere_words(text: str) -> tuple[Word, ...]:
    """Return the words of a text that has nothing else and no operator, as most have; none of any other. They need not
    be read sign by sign."""
    words = text.split(" ") if text.isascii() else []
    words = [word for word in words if word]
    if len(words) > MAX_LEAVES or not all(word.isalpha() and _not_operator(word) is word for word in words):
        return ()
    return tuple(map(Word, words))


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


def clause_leaves(clause: Clause) -> Iterator[Word | Phrase | Prefix | Fuzzy]:
    """Every word, phrase, prefix and fuzzy word in reading order, the refused ones too."""
    match clause:
        case And(clauses) | Or(clauses):
            for child in clauses:
                yield from clause_leaves(child)
        case Not(child):
            yield from clause_leaves(child)
        case Nothing():
            return
        case leaf:
            yield leaf


def wanted_words(clause: Clause) -> Iterator[Word | Phrase | Prefix | Fuzzy]:
    """The leaves that an article may have because of them: none under a NOT."""
    match clause:
        case And(clauses) | Or(clauses):
            for child in clauses:
                yield from wanted_words(child)
        case Not() | Nothing():
            return
        case leaf:
            yield leaf


def question_in(clause: Clause | None) -> str | None:
    """Return the words of a clause that is nothing but words, as they were typed: who uses the language of queries
    says exactly what is wanted."""
    words = clause.clauses if isinstance(clause, And) and not clause.explicit else (clause,)
    mere = [word.text for word in words if isinstance(word, Word) and word.field is None]
    return " ".join(mere) if len(mere) == len(words) else None


def allowed_edits(term: str) -> int:
    """Return how many letters a fuzzy word may be away."""
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
        case Nothing():
            return '""'
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
    fields = {leaf.field for leaf in clause_leaves(clause)}
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


def _nesting_depth(clause: Clause) -> int:
    match clause:
        case And(clauses) | Or(clauses):
            return 1 + max(map(_nesting_depth, clauses))
        case Not(child):
            return 1 + _nesting_depth(child)
        case _:
            return 0


def _too_deep() -> QueryTooComplex:
    return QueryTooComplex("too_deep", f"The query is nested more than {MAX_DEPTH} levels deep.")


# What a query text is made of. A quote counts only where a second one closes it; "word" is everything else up to a
# space, a parenthesis or a quote, its operators still attached. Any sign for a minus is one; a dash is one only right
# before a word, which is where word processors put it.
_QUOTES = '"“”„‟«»「」『』'
_MINUS, _DASHES = "-−﹣‐‑", "–—‒―﹘"
_NOT = rf"[{_MINUS}](?=[^\s)])|[{_DASHES}](?=[\w(\"“„«])"
_FIELDS = "|".join(get_args(Field))
_FIELD = rf"(?P<known>{_FIELDS})\s*:\s*(?=[^\s):])|(?P<name>[^\W\d]\w*):(?=[^\s):])"
_LEXEME = re.compile(
    rf"""(?P<space>\s+)
      | (?P<minus>(?<![^\s(])(?:{_NOT}))
      | (?P<field>(?<![^\s({_MINUS}{_DASHES}])(?:{_FIELD}))
      | [{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}](?:(?P<tilde>~)(?P<slop>\d{{0,6}}))?
      | (?P<open>\()
      | (?P<close>\))
      | (?P<quote>[{_QUOTES}])
      | (?P<word>[^\s(){_QUOTES}]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_BEHIND_FIELD = re.compile(rf"(?P<minus>{_NOT})|(?P<field>{_FIELD})", re.IGNORECASE)
_OPERATORS = ("AND", "OR", "NOT")
# What ends a run: punctuation, and before it perhaps * or ~. People add a distance to ~, as in "word~1".
_MARK = re.compile(r"(?P<mark>[*~])(?P<edits>(?<=~)\d)?[.,;:!?]*$")
# Signs of other query languages, with what to write here.
_FOREIGN = {"|": "OR", "&&": "AND", "!": "- before a word", "+": "AND", "..": "the dates as parameters"}
_FOREIGN_SIGN = re.compile(r"\||&&|(?<!\S)!(?=\w)|(?<!\S)\+(?=\w)|(?<=\d)\.\.(?=\.?\d)")
_FOREIGN_WORD = re.compile(r"(?:NEAR|ADJ|WITHIN|XOR)(?:/\d+)?")
_FOREIGN_RANGE = re.compile(r"[\[{]\S+ TO \S+[\]}]")
_WILD = re.compile(r"[*~]|(?<!/)\?(?=\w)")
_LOST_MINUS = re.compile(rf"(?:^|[,;:/])[{_MINUS}]")
_SINGLE_QUOTES = re.compile(r"(?<![^\s(:-])['‘`´](?=\w)(?!s\b)[^'‘’`´]*\s[^'‘’`´]*(?<=\w)['’´](?!\w)")
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if not chr(code).isalnum()}
# Punctuation is never searched and nobody expects it; these signs change what a word says. Money and percent do not
# beside a number, which is found by itself.
_SIGN = re.compile(r"[#@\\^=<>+]|[$%](?<!\d.)(?!\d)|(?<!\S)\.(?=\w)|(?<=\w)!(?=\w)|[^\x00-\x7f\w\s]")
_NO_SIGNS = frozenset(f"{APOSTROPHES}{_MINUS}{_DASHES}°©®™№¢£¥€")
_PARAMETERS = frozenset(
    "publisher site date date_from date_to after before since until year month entity entity_name person"
    " organization place event language".split()
)


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str
    position: int
    slop: int = 0


class _Reader:
    """Recursive descent, loosest first.

    or := and (OR and)*    and := tied+    tied := unary (AND unary)*    unary := (- | NOT) unary | primary
    primary := [field:] unary | word | phrase | "(" or ")"
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.warnings: list[ParseWarning] = []
        self.lexemes = list(self._without_doubles(self._lex()))
        self.at = 0
        self.depth = 0

    def read(self) -> Clause | None:
        self._warn_of_the_whole()
        clauses: list[Clause] = []
        while self.at < len(self.lexemes):
            if (clause := self._or(None)) is not None:
                clauses.append(clause)
            if self._kind() == "close":
                self._warn("unbalanced_parenthesis", "A closing parenthesis has no opening one.", self._take().position)
        if clauses:
            return _join(And, tuple(clauses))
        if not self.lexemes and not self.warnings:
            return None
        message = "There is no word in the query text, so nothing is found."
        self._warn("no_words", message, len(self.text) - len(self.text.lstrip()))
        return Nothing()

    def _lex(self) -> Iterator[_Lexeme]:
        at, behind_field = 0, False
        while at < len(self.text):
            match = (behind_field and _BEHIND_FIELD.match(self.text, at)) or _LEXEME.match(self.text, at)
            assert match is not None, "a lexeme begins with any character"
            at, behind_field = match.end(), match["known"] is not None
            yield from self._lexemes(match)

    def _lexemes(self, match: re.Match[str]) -> Iterator[_Lexeme]:
        kind = match.lastgroup or ""
        match kind:
            case "space":
                return
            case "phrase" | "tilde" | "slop":
                yield self._quoted(match)
            case "field":
                yield from self._field(match)
            case "quote":
                self._warn("unbalanced_quote", "A quotation mark has no partner and was left out.", match.start())
            case "minus":
                if match[0] in _DASHES:
                    self._warn("dash_as_minus", f"{match[0]} before a word was read as -, NOT.", match.start())
                yield _Lexeme(kind, match[0], match.start())
            case "word":
                yield _Lexeme(match[0] if match[0] in _OPERATORS else kind, match[0], match.start())
            case _:
                yield _Lexeme(kind, match[0], match.start())

    def _without_doubles(self, lexemes: Iterator[_Lexeme]) -> Iterator[_Lexeme]:
        """Keep the first of operators that follow one another: the others join nothing."""
        before = ""
        for lexeme in lexemes:
            if lexeme.kind in ("AND", "OR") and before in ("AND", "OR"):
                message = f"{lexeme.text} follows {before} with nothing between them and was left out."
                self._warn("doubled_operator", message, lexeme.position)
                continue
            before = lexeme.kind
            yield lexeme

    def _quoted(self, match: re.Match[str]) -> _Lexeme:
        slop = int(match["slop"] or 0)
        if slop > MAX_SLOP:
            raise QueryTooComplex("distance_too_large", f"The distance after ~ is {slop}; {MAX_SLOP} is the limit.")
        if match["tilde"] and not match["slop"]:
            self._warn("distance_missing", "A ~ after a phrase needs a number and was left out.", match.start("tilde"))
        return _Lexeme("phrase", match["phrase"], match.start(), slop)

    def _field(self, match: re.Match[str]) -> Iterator[_Lexeme]:
        if match["known"]:
            if match[0] != match["known"] + ":":
                message = f"{match['known']}: was read as the field, though there is a space beside the colon."
                self._warn("spaced_field", message, match.start())
            yield _Lexeme("field", match["known"].lower(), match.start())
            return
        name = match["name"].lower()
        if name not in ("http", "https"):
            self._warn(
                "unknown_field",
                f"{match['name']}: is not a field and was read as text.{_field_hint(name)}",
                match.start(),
            )
        yield _Lexeme("word", match["name"], match.start())

    def _kind(self, ahead: int = 0) -> str:
        return self.lexemes[self.at + ahead].kind if self.at + ahead < len(self.lexemes) else "end"

    def _take(self) -> _Lexeme:
        self.at += 1
        return self.lexemes[self.at - 1]

    def _warn(self, code: str, message: str, position: int) -> None:
        self.warnings.append(ParseWarning(code, message, position))

    def _warn_of_the_whole(self) -> None:
        """Warn of what is said by several words together."""
        if self.text.isascii() and self.text.replace(" ", "").isalnum():
            return
        if quoted := _SINGLE_QUOTES.search(self.text):
            message = "Single quotation marks make no phrase; double ones do."
            self._warn("single_quotes", message, quoted.start())
        if ranged := _FOREIGN_RANGE.search(self.text):
            self._warn("foreign_operator", "A range is no operator here: give the dates as parameters.", ranged.start())

    def _joins(self, operator: str) -> bool:
        """Return whether the next lexeme is `operator` with something to its right; else it is read as a word."""
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
            refused = self._take()
            self._descend()
            clause = self._unary(field)
            self.depth -= 1
            if clause is None:
                return None
            if isinstance(clause, Not):
                self._warn("double_negation", "Two refusals of the same cancel each other.", refused.position)
                return clause.clause
            return Not(clause)
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
            case "field" if self._kind() in ("word", "phrase", "open", "minus", "NOT"):
                return self._unary(lexeme.text)  # type: ignore[arg-type]  # lexed as one of the fields
            case "field":
                self._warn_of_field(lexeme)
                return Word(lexeme.text, field)
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
        if clause is None:
            self._warn("empty_group", "Parentheses without a word between them were left out.", opened.position)
        return clause

    def _phrase(self, lexeme: _Lexeme, field: Field | None) -> Clause | None:
        words = [match[0] for match in analysis.raw_matches(lexeme.text) if analysis.expand(match[0]).width]
        start = lexeme.position + 1
        if wild := _WILD.search(lexeme.text):
            message = f"Quoted words are searched as they are; the {wild[0]} was left out."
            self._warn("wildcard_in_phrase", message, start + wild.start())
        self._warn_of_sign(lexeme.text, start)
        if not words:
            self._warn("empty_phrase", "A phrase without a word in it was left out.", lexeme.position)
            return None
        single = len(words) == 1 and analysis.expand(words[0]).width == 1
        if single and lexeme.slop:
            self._warn("distance_ignored", "A distance needs two words and was left out.", lexeme.position)
        return Phrase(" ".join(words), 0 if single else lexeme.slop, field)

    def _as_text(self, field: Field | None) -> Clause | None:
        lexeme = self._take()
        if lexeme.kind == "minus":
            self._warn_of_minus(lexeme.position)
            return None
        message = f"{lexeme.text} has nothing to work on and was read as a word."
        self._warn("dangling_operator", message, lexeme.position)
        return Word(lexeme.text.lower(), field)

    def _words(self, lexeme: _Lexeme, field: Field | None) -> Clause | None:
        """The words of a run without spaces; its last may carry `*` or `~`."""
        marked = _MARK.search(lexeme.text)
        end = lexeme.position + (marked.start() if marked else len(lexeme.text))
        found = analysis.raw_matches(self.text, lexeme.position, end)
        pieces = (piece for match in found for piece in analysis.LOOSE_COMMA.split(match[0]))
        words = [piece for piece in pieces if piece and analysis.expand(piece).width]
        body = self.text[lexeme.position : end]
        if marked and not (words and body.endswith(words[-1])):
            marked, body = None, lexeme.text
        if not body.isalnum():
            self._warn_of_signs(lexeme, body)
        if not words:
            return None
        if _FOREIGN_WORD.fullmatch(lexeme.text) and self.text.upper() != self.text:
            self._warn("foreign_operator", f"{lexeme.text} is no operator here; it was read as text.", lexeme.position)
        clauses: list[Clause] = [Word(_not_operator(word), field) for word in words]
        if marked:
            clauses[-1] = self._marked(words[-1], marked, field, lexeme)
        return _join(And, tuple(clauses))

    def _warn_of_signs(self, lexeme: _Lexeme, body: str) -> None:
        """Warn of what in a run is neither a word nor an operator, where that may have been meant to say something."""
        at = lexeme.position
        if re.match(rf"(?:{_FIELDS}):", body, re.IGNORECASE):
            self._warn_of_field(lexeme)
        if minus := _LOST_MINUS.search(body):
            self._warn_of_minus(at + minus.end() - 1)
        if body.startswith("//"):
            # The rest of an address, whose signs ask for nothing.
            return
        if wild := _WILD.search(body):
            message = f"A {wild[0]} counts only at the end of a word; here it was left out."
            if wild[0] == "?":
                message = "A ? stands for no letter; it was left out."
            self._warn("misplaced_wildcard", message, at + wild.start())
        self._warn_of_sign(body, at)

    def _warn_of_sign(self, body: str, at: int) -> None:
        if foreign := _FOREIGN_SIGN.search(body):
            message = f"{foreign[0]} is no operator here: write {_FOREIGN[foreign[0]]}."
            self._warn("foreign_operator", message, at + foreign.start())
        elif sign := next(filter(_is_sign, _SIGN.finditer(body)), None):
            message = f"Words and numbers are searched, signs are not: the {sign[0]} was left out."
            self._warn("sign_left_out", message, at + sign.start())

    def _warn_of_minus(self, position: int) -> None:
        message = "A - refuses a word only between a space and that word; here it was left out."
        self._warn("misplaced_minus", message, position)

    def _warn_of_field(self, lexeme: _Lexeme) -> None:
        message = "A field needs a word, a phrase or a group behind its colon; it was read as a word."
        self._warn("dangling_field", message, lexeme.position)

    def _marked(self, word: str, marked: re.Match[str], field: Field | None, lexeme: _Lexeme) -> Clause:
        mark, expansion = marked["mark"], analysis.expand(word)
        if expansion.width > 1 and expansion.joined is None:
            message = f"{word}{mark}: what is written without spaces is searched whole; the {mark} was left out."
            self._warn("misplaced_wildcard", message, lexeme.position)
            return Word(word, field)
        term = (expansion.joined or expansion.parts[0]).term
        if mark == "~":
            if marked["edits"] and int(marked["edits"]) != allowed_edits(term):
                message = f"{word}~ allows {allowed_edits(term)} other letters, by its length; the number was left out."
                self._warn("distance_ignored", message, lexeme.position)
            return Fuzzy(_not_operator(word), field)
        if len(term) < MIN_PREFIX:
            message = f"{word}* is too short: * needs {MIN_PREFIX} letters before it and was left out."
            self._warn("prefix_too_short", message, lexeme.position)
            return Word(_not_operator(word), field)
        return Prefix(_not_operator(word), field)


def _is_sign(sign: re.Match[str]) -> bool:
    """Return whether a sign is one, and no mark of punctuation of some script."""
    return sign[0].isascii() or (unicodedata.category(sign[0])[0] == "S" and sign[0] not in _NO_SIGNS)


def _field_hint(name: str) -> str:
    """Return what to write in place of a field that is none."""
    if name in _PARAMETERS:
        return " Dates and entities are given beside the query text, as parameters."
    near = difflib.get_close_matches(name, get_args(Field), 1)
    return f" Did you mean {near[0]}:?" if near else f" The fields are {', '.join(get_args(Field))}."


def _not_operator(word: str) -> str:
    """A word that reads like an operator is kept in small letters, so that its rendering is not one."""
    return word.lower() if word in _OPERATORS or _FOREIGN_WORD.fullmatch(word) else word

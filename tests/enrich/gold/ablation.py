"""`python -m tests.enrich.gold.ablation --texts news.jsonl.gz web.jsonl.gz`: what each rule is worth.

Every rule is switched off in turn, the recogniser's findings staying the same; then all are switched on one after the
other, in their order. Figures are of the articles that rules may be tuned on, and of further marked texts if given:
JSON Lines of `id`, `text` and `labels` (`span`, `entity_id`, `type`), of which spans alone are scored.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from app.enrich import (
    cleaning,
    events,
    gazetteer,
    inverted,
    mentions,
    offices,
    organizations,
    passes,
    prepared,
    resolve,
    scores,
    surnames,
    titles,
)
from app.enrich.enricher import LaidOut
from app.enrich.layout import lay_out
from app.enrich.mentions import recognise
from app.enrich.passes import Pass
from app.enrich.prepared import Found, prepare
from app.enrich.recogniser import Recogniser
from app.enrich.resolve import Enrichment, places
from app.settings import Settings
from tests.enrich.gold import marked
from tests.enrich.gold.marked import Tally


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _no(*_: Any, **__: Any) -> bool:
    return False


def _paragraph(blocks: Sequence[Any], offset: int) -> Any:
    """The block at `offset`, a headline or not, as if it were a paragraph."""
    block = next((block for block in blocks if block.start <= offset < block.end), None)
    return type(block)("paragraph", block.start, block.end) if block is not None else None


Rule = tuple[str, Any, str, Any]

# A rule, where it is, and what stands in for it, or the pass that is left out; in the order in which they are asked.
RULES: list[Rule] = [
    ("titles split off", titles, "name_start", lambda name: 0),
    ("the, possessive, quotes trimmed", cleaning, "trim", lambda text, start, end: (start, end)),
    ("ordinary words left out", cleaning, "is_ordinary", _no),
    ("programmes left out", organizations, "is_program", _no),
    ("lists taken apart", cleaning, "_name_parts", lambda text, start, end, kind: [(start, end)]),
    ("type by the name's own words", cleaning, "_headed", lambda name, kind: kind),
    ("nation before a capital (U.S. Company)", cleaning, "_nation_end", _nothing),
    ("misprinted openers and titles", cleaning, "_without_opener", lambda text, start, end: start),
    ("nicknames inside a name", cleaning, "_with_nickname", lambda text, start, end: end),
    ("well-known names in one taken apart", cleaning, "_parts_known", _no),
    ("lines in capitals recased", prepared, "is_in_capitals", _no),
    ("rows of figures left out", prepared, "is_table_row", _no),
    (
        "headlines searched for known names alone",
        mentions,
        "block_at",
        _paragraph,
    ),
    ("lists with the surname first", inverted, "listed_people", lambda body, is_person: []),
    ("rows of sport", scores, "read_results", lambda body: scores.Scores()),
    *((each.name, passes, "PHASES", each) for phase in passes.PHASES for each in phase.passes),
    ("treaties among laws", events, "is_treaty", _no),
    ("offices of countries", offices, "office_named", _nothing),
    ("aliases of organisations", organizations, "usual_name", organizations.without_form),
    ("homonyms by country and state", gazetteer, "outer_place", _nothing),
    ("Germany and Korea by their parts", places, "_PARTS", {}),
    ("statesmen by surname", surnames, "statesman", _nothing),
]

_COLUMNS = (
    *("rule", "web", "newswire", "untyped", "B-cubed", "nationalities", "other set"),
    *("web up to it", "newswire up to it"),
)
_MODULES = tuple(module for name, module in sorted(sys.modules.items()) if name.startswith("app.enrich."))

console = Console(highlight=False, markup=False, soft_wrap=True)


class Label(msgspec.Struct):
    span: tuple[int, int]
    entity_id: str
    type: str
    optional: bool = False
    parent: int | None = None


class Labelled(msgspec.Struct):
    id: int | str
    text: str
    labels: list[Label]


class Articles:
    """Articles with what the recogniser finds in them: the rules run again, the model once."""

    def __init__(self, recogniser: Recogniser, sources: Sequence[LaidOut]) -> None:
        self.sources = sources
        self._recogniser = recogniser
        self._read: dict[tuple[str, ...], list[list[Found]]] = {}

    def enrich(self) -> list[Enrichment]:
        texts = [prepare(source.body, source.layout.blocks) for source in self.sources]
        key = tuple(text.text for text in texts)
        if key not in self._read:
            self._read[key] = self._recogniser.read(texts)
        return [
            resolve.resolve(
                source.id,
                source.body,
                recognise(source.body, text, found, source.layout.dateline),
                source.layout.dateline,
                "ablation",
            )
            for source, text, found in zip(self.sources, texts, self._read[key], strict=True)
        ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.enrich.gold.ablation", description=__doc__)
    parser.add_argument("--texts", type=Path, required=True, nargs="+", help="JSON Lines of the marked articles")
    parser.add_argument("--spans", type=Path, help="JSON Lines of further articles with labels")
    parser.add_argument("--rule", choices=[name for name, *_ in RULES], help="only this rule, switched off")
    options = parser.parse_args()
    figures = _Figures(options.texts, _labelled(options.spans) if options.spans else [])
    console.print(f"| {' | '.join(_COLUMNS)} |")
    console.print("|" + "---|" * len(_COLUMNS))
    _show("none", [*figures.without(()), *figures.without(RULES)[:2]])
    for number, rule in enumerate(RULES, 1):
        if options.rule in (None, rule[0]):
            _show(rule[0], [*figures.without([rule]), *figures.without(RULES[number:])[:2]])


def _show(name: str, figures: Sequence[float]) -> None:
    console.print(f"| {name} | {' | '.join(f'{figure:.3f}'.lstrip('0') for figure in figures)} |")


class _Figures:
    def __init__(self, texts: Sequence[Path], labelled: Sequence[Labelled]) -> None:
        recogniser = Recogniser(Settings.model_fields["model"].default)
        self._gold = {part: marked.load(part) for part in ("web-development", "development")}
        self._articles = {part: Articles(recogniser, marked.sources(texts, gold)) for part, gold in self._gold.items()}
        self._labelled = labelled
        self._others = Articles(recogniser, [_source(article) for article in labelled])

    def without(self, rules: Sequence[Rule]) -> list[float]:
        """F1 on web articles and on newswire; of newswire also without type, B-cubed, and that of nationalities; and
        without type on the other set."""
        with ExitStack() as stack:
            for _, module, attribute, instead in rules:
                stack.enter_context(switched(module, attribute, instead))
            web, newswire = (
                marked.score(self._gold[part], articles.sources, articles.enrich())
                for part, articles in self._articles.items()
            )
            other = _untyped(self._labelled, self._others.enrich())
        return [
            web.typed.figures[2],
            newswire.typed.figures[2],
            newswire.untyped.figures[2],
            newswire.found_b_cubed,
            newswire.by_type["demonym"].figures[2],
            other.figures[2],
        ]


@contextmanager
def switched(module: Any, attribute: str, instead: Any) -> Iterator[None]:
    rule = getattr(module, attribute)
    if isinstance(instead, Pass):
        instead = [phase._replace(passes=[each for each in phase.passes if each is not instead]) for phase in rule]
    # A name that was imported by name stands in several modules.
    places = [place for place in _MODULES if getattr(place, attribute, None) is rule]
    for place in places:
        setattr(place, attribute, instead)
    _forget_answers()
    try:
        yield
    finally:
        for place in places:
            setattr(place, attribute, rule)
        _forget_answers()


def _forget_answers() -> None:
    """Drop what functions keep of their answers, which a rule may have made. What has no bound is a list that was
    read."""
    for kept in {id(each): each for place in _MODULES for each in vars(place).values()}.values():
        if hasattr(kept, "cache_clear") and kept.cache_parameters()["maxsize"] is not None:
            kept.cache_clear()


def _labelled(path: Path) -> list[Labelled]:
    return [msgspec.json.decode(line, type=Labelled) for line in path.read_bytes().splitlines()]


def _source(article: Labelled) -> LaidOut:
    layout = lay_out(article.text)
    return LaidOut(str(article.id), article.text, layout)


def _untyped(articles: Sequence[Labelled], found: Sequence[Enrichment]) -> Tally:
    """Of names: nationalities, which such sets treat in their own ways, are left out of what is found."""
    hits = ours = wanted = 0
    for article, enrichment in zip(articles, found, strict=True):
        spans = {
            (mention.start, mention.end)
            for entity in enrichment.entities
            for mention in entity.mentions
            if entity.type != "event" and mention.rule != "demonym"
        }
        gold = {label.span for label in article.labels if not label.optional and label.parent is None}
        hits, ours, wanted = hits + len(spans & gold), ours + len(spans), wanted + len(gold)
    return Tally(hits, ours, wanted)


if __name__ == "__main__":
    main()

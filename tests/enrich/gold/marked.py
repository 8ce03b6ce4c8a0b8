"""Articles marked by hand, and how well an enricher does on them. See README.md for what was marked."""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.enrich.enricher import Enricher, LaidOut
from app.enrich.layout import lay_out
from app.enrich.mentions import Mention
from app.enrich.resolve import Enrichment, resolve
from app.text import fingerprint, normalise

FOLDER = Path(__file__).parent
PARTS = ("development", "held-out", "web-development", "web-held-out", "us-held-out")
# A nationality is no name: it is marked to be left out, or to be scored by itself.
TYPES = ("person", "organization", "place", "event", "demonym")
_BATCH = 32

Span = tuple[int, int]


class Marked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`mentions` are start, end, type and identity, in order; `sha256` is of the body as ingest keeps it."""

    id: str
    sha256: str
    mentions: list[tuple[int, int, str, str]]


class Line(msgspec.Struct, frozen=True):
    """A record of the file of texts; other fields are passed over."""

    id: str
    body: str
    title: str | None = None
    dateline: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Of spans: found and marked alike, found, marked."""

    hits: int
    found: int
    marked: int

    @property
    def figures(self) -> tuple[float, float, float]:
        """Precision, recall, F1."""
        precision, recall = self.hits / max(self.found, 1), self.hits / max(self.marked, 1)
        return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


@dataclass(frozen=True, slots=True)
class Scores:
    """`by_type` has a tally for each type; `typed` and `untyped` are of names, without nationalities."""

    typed: Tally
    untyped: Tally
    by_type: Mapping[str, Tally]
    found_b_cubed: float
    given_b_cubed: float


def load(part: str) -> list[Marked]:
    lines = (FOLDER / f"{part}.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Marked) for line in lines]


def sources(paths: Sequence[Path], marked: Sequence[Marked]) -> list[LaidOut]:
    """The articles of `marked`, from the JSON Lines of `paths`. Raises ValueError for one that is missing or other."""
    texts = {text.id: text for path in paths for text in _texts(path)}
    found = []
    for article in marked:
        text = texts.get(article.id)
        body = normalise(text.body) if text else ""
        if text is None or fingerprint(body) != article.sha256:
            raise ValueError(f"{_named(paths)} does not have article {article.id} as it was marked.")
        layout = lay_out(body, text.title, (text.dateline or "").rstrip(" -"))
        found.append(LaidOut(article.id, body, layout))
    return found


def read(enricher: Enricher, articles: Sequence[LaidOut]) -> list[Enrichment]:
    return [names for at in range(0, len(articles), _BATCH) for names in enricher.enrich(articles[at : at + _BATCH])]


def score(marked: Sequence[Marked], articles: Sequence[LaidOut], found: Sequence[Enrichment]) -> Scores:
    ours = [_spans(enrichment) for enrichment in found]
    gold = [{(start, end): kind for start, end, kind, _ in article.mentions} for article in marked]
    return Scores(
        _tally(ours, gold, typed=True),
        _tally(ours, gold, typed=False),
        {kind: _tally(_only(ours, kind), _only(gold, kind), typed=True) for kind in TYPES},
        b_cubed(_pairs(marked, found)),
        b_cubed(_pairs(marked, [_resolved(*pair) for pair in zip(marked, articles, strict=True)])),
    )


def b_cubed(pairs: Sequence[tuple[str, str]]) -> float:
    """F1 of identities, given as (marked, found) of each mention."""
    both, marked, found = Counter(pairs), Counter(gold for gold, _ in pairs), Counter(ours for _, ours in pairs)
    if not pairs:
        return 0.0
    precision = sum(count * count / found[ours] for (_, ours), count in both.items()) / len(pairs)
    recall = sum(count * count / marked[gold] for (gold, _), count in both.items()) / len(pairs)
    return 2 * precision * recall / (precision + recall)


def _named(paths: Sequence[Path]) -> str:
    return " or ".join(map(str, paths))


def _texts(path: Path) -> Iterator[Line]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            yield msgspec.json.decode(line, type=Line)


def _spans(enrichment: Enrichment) -> dict[Span, str]:
    return {
        (mention.start, mention.end): "demonym" if mention.rule == "demonym" else entity.type
        for entity in enrichment.entities
        for mention in entity.mentions
    }


def _only(articles: Sequence[dict[Span, str]], kind: str) -> list[dict[Span, str]]:
    return [{span: other for span, other in spans.items() if other == kind} for spans in articles]


def _tally(ours: Sequence[dict[Span, str]], gold: Sequence[dict[Span, str]], *, typed: bool) -> Tally:
    hits = found = wanted = 0
    for mine, theirs in zip(ours, gold, strict=True):
        # What is a nationality on either side is neither found nor missed, unless nationalities are what is scored.
        kinds = {*mine.values(), *theirs.values()}
        left_out = set() if kinds == {"demonym"} else _spans_of(mine, "demonym") | _spans_of(theirs, "demonym")
        mine = {span: kind for span, kind in mine.items() if span not in left_out}
        theirs = {span: kind for span, kind in theirs.items() if span not in left_out}
        hits += sum(span in theirs and (not typed or theirs[span] == kind) for span, kind in mine.items())
        found, wanted = found + len(mine), wanted + len(theirs)
    return Tally(hits, found, wanted)


def _spans_of(spans: dict[Span, str], kind: str) -> set[Span]:
    return {span for span, other in spans.items() if other == kind}


def _pairs(marked: Sequence[Marked], found: Sequence[Enrichment]) -> list[tuple[str, str]]:
    longs: defaultdict[str, set[str]] = defaultdict(set)
    for enrichment in found:
        for pair in enrichment.acronyms:
            longs[pair.short].add(pair.long)
    pairs = []
    for article, enrichment in zip(marked, found, strict=True):
        identities = {(start, end): identity for start, end, kind, identity in article.mentions if kind != "demonym"}
        for entity in enrichment.entities:
            key = next(iter(longs[entity.key])) if len(longs.get(entity.key, ())) == 1 else entity.key
            pairs += [(identities[m.start, m.end], key) for m in entity.mentions if (m.start, m.end) in identities]
    return pairs


def _resolved(article: Marked, source: LaidOut) -> Enrichment:
    """What resolution makes of the mentions as they were marked."""
    mentions = []
    for start, end, kind, _ in article.mentions:
        text = source.body[start:end]
        if kind == "demonym":
            mentions.append(Mention(start, end, text, "place", "demonym", 1.0))
        elif kind in ("person", "organization", "place", "event"):
            mentions.append(Mention(start, end, text, kind, "model", 1.0))  # type: ignore[arg-type]  # narrowed above
    return resolve(article.id, source.body, mentions, source.layout.dateline, "marked")

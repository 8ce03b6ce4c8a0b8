"""What relations cost in an archive that grows.

    python -m tests.relations.costs --texts releases.jsonl.gz newswire.jsonl.gz --articles 100000

The articles of the files come in pieces, as several ingests would bring them, in the order of the files or, with
`--shuffled`, in one that has nothing to do with their days. Where the files have not enough, further articles are made
of sentences of theirs, each from another article and none used twice, years later: as long and as many a day, and no
copies. Told are milliseconds of CPU an article, by kind, of each piece: page furniture, copies, stories, quotes, dates.

Names are not recognised, which would cost ten times as much as all of this: for the speakers of quotes, two words with
capitals are one. Stories and copies read no names.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, NamedTuple, TypeVar

from rich.console import Console
from sqlmodel import Session

from app.archive import Archive, open_archive
from app.enrich.dates.expressions import find_dates
from app.enrich.layout import Layout, lay_out
from app.enrich.mentions import Mention
from app.enrich.quotes.speakers import find_quotes
from app.enrich.resolve import Enrichment, LocalEntity
from app.ingest import rows
from app.settings import Settings
from app.store import furniture
from app.store.articles import touch
from app.store.bulk import insert_rows
from app.store.copies import renew_copies
from app.store.provenance import put_articles
from app.store.sequence import next_sequence
from app.store.stories import gather_some
from app.store.tables import MentionedDate, Quote
from app.text import count_words, sentences

KINDS = ("furniture", "copies", "stories", "quotes", "dates")
_BATCH = 200
_LATER = timedelta(days=5 * 365)
_NAME = re.compile(r"\b[A-Z][a-z]+ (?:[A-Z]\. )?[A-Z][a-z]+\b")
console = Console(highlight=False, markup=False, soft_wrap=True)
T = TypeVar("T")


class Text(NamedTuple):
    headline: str
    day: str | None
    source: str
    body: str


def texts_in(path: Path) -> Iterator[Text]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            body = (record.get("body") or "").replace("\r\n", "\n").strip()
            if body:
                yield Text(record.get("title") or "", (record.get("date") or "")[:10] or None, _source(record), body)


def _source(record: dict[str, Any]) -> str:
    return str(record.get("source") or "Wire")


def mixed(texts: list[Text], random: Random) -> Iterator[Text]:
    """Yield articles made of sentences of the texts, as long as they are, each day as many as there were."""
    parts = [[text.body[start:end].strip() for start, end in sentences(text.body)] for text in texts]
    pool = list(chain.from_iterable(parts))
    random.shuffle(pool)
    left = iter(pool)
    for text, own in zip(texts, parts, strict=True):
        taken = list(islice(left, len(own)))
        day = None if text.day is None else (date.fromisoformat(text.day) + _LATER).isoformat()
        yield Text(" ".join(taken[0].split()[:10]), day, text.source, "\n\n".join(map(" ".join, _pieces(taken, 3))))


def _pieces(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (values[start : start + size] for start in range(0, len(values), size))


class Costs:
    """Adds up the CPU time of what is done, by kind."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def of(self, kind: str) -> Iterator[None]:
        started = process_time()
        yield
        self.seconds[kind] += process_time() - started


def take_in(archive: Archive, piece: Sequence[tuple[int, Text]], costs: Costs) -> None:
    for batch in _pieces(piece, _BATCH):
        laid_out = [(f"{_id(number):016x}", text, lay_out(text.body, text.headline)) for number, text in batch]
        with archive.database.writing() as session:
            _write(session, laid_out, costs)
    count = _BATCH
    while count:
        with archive.database.writing() as session, costs.of("stories"):
            count, changed = gather_some(session, _BATCH)
            touch(session, changed)


def _write(session: Session, batch: list[tuple[str, Text, Layout]], costs: Costs) -> None:
    made = [_row(*each) for each in batch]
    first = next_sequence(session, len(made))
    with costs.of("furniture"):
        former = furniture.texts_of(session, [each["id"] for each in made])
    put_articles(session, [each | {"sequence": n, "revised": n} for n, each in enumerate(made, first)])
    with costs.of("furniture"):
        marked = furniture.renew(session, made, former)
    with costs.of("copies"):
        touch(session, renew_copies(session, marked | {each["id"] for each in made}))
    for id, text, layout in batch:
        named = _named(text.body)
        with costs.of("quotes"):
            found = Enrichment(named, (), None, "", quotes=tuple(find_quotes(text.body, layout.blocks, named)))
            insert_rows(session, Quote, rows.names([(id, found)]).quotes)
        with costs.of("dates"):
            found = Enrichment((), (), None, "", dates=tuple(find_dates(text.body, layout.blocks, text.day)))
            insert_rows(session, MentionedDate, rows.names([(id, found)]).dates)


def _id(number: int) -> int:
    """Return an id that has nothing to do with the order in which articles come."""
    return int.from_bytes(sha256(number.to_bytes(8)).digest()[:8])


def _row(id: str, text: Text, layout: Layout) -> dict[str, Any]:
    made: dict[str, Any] = dict.fromkeys(("key", "content_sha256", "record_sha256", "file", "ingested_at"), id)
    made |= {"id": id, "headline": layout.headline, "date": text.day, "source": text.source, "record": 1}
    made |= {"blocks": [[block.kind, block.start, block.end] for block in layout.blocks], "furniture": []}
    made |= {"authors": [], "body": text.body, "pipeline": "", "status": "published"}
    return made | {"word_count": count_words(text.body)}


def _named(body: str) -> tuple[LocalEntity, ...]:
    mentions = defaultdict(list)
    for match in _NAME.finditer(body):
        mentions[match[0]].append(Mention(match.start(), match.end(), match[0], "person", "model", 0.8))
    return tuple(LocalEntity(f"person-{name}", "person", name, tuple(found)) for name, found in mentions.items())


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--texts", type=Path, required=True, nargs="+", help="JSON Lines of the articles, gzipped")
    given.add_argument("--articles", type=int, default=100_000)
    given.add_argument("--piece", type=int, default=2_000)
    given.add_argument("--shuffled", action="store_true")
    given.add_argument("--data", type=Path, help="where the archive is left; otherwise it is removed")
    asked = given.parse_args()
    random = Random(1)
    real = list(chain.from_iterable(map(texts_in, asked.texts)))
    taken = real[: asked.articles]
    if len(taken) < asked.articles:
        taken += islice(mixed(real, random), asked.articles - len(taken))
    if asked.shuffled:
        random.shuffle(taken)
    with TemporaryDirectory() as scratch, open_archive(Settings(data_dir=asked.data or Path(scratch))) as archive:
        _grow(archive, taken, asked.piece)


def _grow(archive: Archive, texts: list[Text], size: int) -> None:
    console.print(f"{'articles':>8} {' '.join(f'{kind:>9}' for kind in (*KINDS, 'all'))}")
    whole: defaultdict[str, float] = defaultdict(float)
    for piece in _pieces(list(enumerate(texts)), size):
        costs = Costs()
        take_in(archive, piece, costs)
        _tell(f"{piece[-1][0] + 1}", costs.seconds, len(piece))
        for kind, seconds in costs.seconds.items():
            whole[kind] += seconds
    _tell("all", whole, len(texts))


def _tell(label: str, seconds: Mapping[str, float], articles: int) -> None:
    each = [seconds[kind] * 1000 / articles for kind in KINDS]
    console.print(f"{label:>8} {' '.join(f'{cost:9.2f}' for cost in (*each, sum(each)))}")


if __name__ == "__main__":
    main()

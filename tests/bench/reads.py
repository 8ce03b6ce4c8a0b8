"""Every read of an archive that is there, over HTTP, beside a search for a word: `python -m tests.bench --archive DIR`.

Nobody else has such reads, so they are held against our own search. All of one kind are different, so that no ready
answer helps, but for those asked again.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter
from urllib.parse import quote, urlencode

import msgspec

from app.archive import Archive, open_archive
from app.settings import Settings
from app.text import fold
from tests.bench import traffic
from tests.bench.queries import SEED, Request

EACH, WARMING = 120, 30
AGAIN = 10
_QUESTION = 8
"""Words of a question."""
"""Different ones of those that are asked again."""
_SECONDS = 20.0
STARTS = 5
_LONGEST = 5
"""Letters of a beginning that is completed, at most."""


class Read(msgspec.Struct, kw_only=True):
    """CPU milliseconds of the server for a request, and what the client waited: the median."""

    name: str = msgspec.field(name="class")
    cpu_ms: float
    p50_ms: float


def measure(folder: Path) -> Iterator[Read]:
    """Yield one row for each kind of read; the archive is served from where it is."""
    with open_archive(Settings(data_dir=folder)) as archive:
        asked = _addresses(archive)
    with traffic.serving("ours", folder) as server:
        traffic.settle(server)
        for name, paths in asked.items():
            requests = [Request("", path=path) for path in paths]
            traffic.run(server, requests[:WARMING], 1, _SECONDS)
            load = traffic.run(server, requests[WARMING:], 1, _SECONDS)
            yield Read(name=name, cpu_ms=round(load.cpu, 4), p50_ms=round(load.p50, 4))
    for name, arguments in (("dateline search", ["search", "news", "--data-dir", str(folder)]), ("--help", ["--help"])):
        yield _command(name, arguments)


def _command(name: str, arguments: list[str]) -> Read:
    """Measure a command, each time in a process of its own. The first start compiles what is not yet, as it is where a
    package was installed."""
    taken, spent = [], []
    command = partial(
        subprocess.run,
        [sys.executable, "-m", "app", *arguments],
        env={name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    command()
    for _ in range(STARTS):
        started, before = perf_counter(), getrusage(RUSAGE_CHILDREN)
        command()
        after = getrusage(RUSAGE_CHILDREN)
        taken.append(perf_counter() - started)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return Read(name=name, cpu_ms=round(median(spent) * 1_000, 4), p50_ms=round(median(taken) * 1_000, 4))


def _addresses(archive: Archive) -> dict[str, list[str]]:
    """Return what is asked, by kind, drawn from what the archive holds."""
    draw, count = random.Random(SEED), EACH + WARMING
    rows = archive.database.rows("SELECT id, body FROM article WHERE status = 'published' ORDER BY id")
    draw.shuffle(rows)
    named = archive.database.rows(
        "SELECT id, name FROM entity WHERE NOT hidden AND article_count > 1 ORDER BY article_count DESC LIMIT 4000"
    )
    draw.shuffle(named)
    words = _words(body for _, body in rows)
    draw.shuffle(words)
    texts, people = cycle([id for id, _ in rows]), cycle([quote(id) for id, _ in named])
    beginnings = dict.fromkeys(fold(name)[: draw.randint(3, _LONGEST)] for _, name in named * 3)

    def some(template: str, values: Iterator[str]) -> list[str]:
        return [template.format(next(values)) for _ in range(count)]

    searched = cycle([urlencode({"q": word}) for word in words])
    questions = [" ".join(draw.sample(words, min(_QUESTION, len(words)))) for _ in range(count)]
    pages = some("/articles/{}", texts)
    return {
        "search": some("/v1/search?{}", searched),
        "question by words": [_question(each, "words") for each in questions],
        **({"question by meaning": [_question(each, "meaning") for each in questions]} if archive.meaning else {}),
        "completion": [f"/v1/autocomplete?{urlencode({'q': each})}" for each in list(beginnings)[:count]],
        "article": some("/v1/articles/{}", texts),
        "similar articles": some("/v1/articles/{}/similar", texts),
        "entity": some("/v1/entities/{}", people),
        "related entities": some("/v1/entities/{}/related", people),
        "timeline of an entity": some("/v1/entities/{}/timeline", people),
        "timeline of a search": some("/v1/timeline?{}", searched),
        "two searches compared": [f"/v1/compare?a_{next(searched)}&b_{next(searched)}" for _ in range(count)],
        "persons by year": some("/v1/aggregate?rows=person&columns=year&{}", searched),
        "page of a search": some("/?{}", searched),
        "page of an article": pages,
        "page of an entity": some("/entities/{}", people),
        "pages asked again": (pages[-AGAIN:] * count)[:count],
    }


def _question(text: str, ranking: str) -> str:
    return f"/v1/search?{urlencode({'q': text, 'match': 'any', 'ranking': ranking})}"


def _words(bodies: Iterator[str]) -> list[str]:
    """Return words that one article in a thousand has, up to one in ten."""
    counts: dict[str, int] = {}
    articles = 0
    for body in bodies:
        articles += 1
        for word in {each for each in body.lower().split() if each.isalpha() and len(each) > 3}:
            counts[word] = counts.get(word, 0) + 1
    return sorted(word for word, count in counts.items() if articles / 1_000 <= count <= articles / 10)

"""Many readers beside one writer: every answer is the right one for some generation that was current meanwhile."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from app.errors import ArchiveBusy
from app.search.engine import Document, SearchEngine
from app.search.query import Query, parse
from tests.search.asking import Open, numbers
from tests.search.generated import article, articles, revision
from tests.search.reference import Expected

ROOT = Path(__file__).parents[2]
COMMITS = 50
THREADS = 8
TEXTS = ("oil", "talks -oil", '"price of oil"', "the OR minister", "tal*", "headline:trade", "")


class Answer(NamedTuple):
    """`oldest` and `newest`: the generations that were current before the question and after its answer."""

    text: str
    oldest: int
    generation: int
    newest: int
    sequence: int
    total: int
    found: frozenset[str]


class Change(NamedTuple):
    put: list[Document]
    gone: list[str]
    after: dict[str, Document]


def history() -> list[Change]:
    """What each of the commits changes, and what the archive holds after it."""
    chance, held = random.Random(5), {document.id: document for document in articles(80, seed=8, longest=20)}
    changes = []
    for sequence in range(2, COMMITS + 2):
        put = [article(chance, f"{chance.getrandbits(64):016x}", sequence, 20) for _ in range(chance.randrange(1, 7))]
        put += [revision(chance, held[id], sequence) for id in chance.sample(sorted(held), 3)]
        gone = chance.sample(sorted(held), 3) if sequence % 3 == 0 else []
        held = held | {document.id: document for document in put}
        held = {id: document for id, document in held.items() if id not in gone}
        changes.append(Change(put, gone, held))
    return changes


def search(engine: SearchEngine, text: str, oldest: int) -> Answer:
    found = engine.search(Query(parse(text).clause, limit=1000, facets=("source",), dates=True))
    assert len(found.hits) == found.total
    ids = frozenset(hit.id for hit in found.hits)
    return Answer(text, oldest, found.generation, engine.status().generation, found.sequence, found.total, ids)


def join_once(engine: SearchEngine) -> None:
    if engine.is_crowded():
        with engine.joining() as swap:
            assert swap is not None
            swap()


def test_readers_beside_a_writer(opened: Open, tmp_path: Path) -> None:
    engine = opened(tmp_path)
    first = {document.id: document for document in articles(80, seed=8, longest=20)}
    engine.put(first.values(), sequence=1)
    states = {engine.status().generation: first}
    other = subprocess.Popen(
        [sys.executable, "-c", _OTHER_PROCESS, str(tmp_path), str(COMMITS + 1)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    done = threading.Event()

    def read(number: int) -> list[Answer]:
        chance, answers = random.Random(number), []
        while not done.is_set():
            answers.append(search(engine, chance.choice(TEXTS), max(states)))
            time.sleep(0.005)  # leaves the writer its share of the one interpreter
        return answers

    with ThreadPoolExecutor(THREADS) as pool, other:
        readers = [pool.submit(read, number) for number in range(THREADS)]
        try:
            for sequence, change in enumerate(history(), 2):
                # Expected before it is committed: a reader may see it at once. Deletions are a commit of their own.
                generation = engine.status().generation
                after_put = max(states)
                between = states[after_put] | {document.id: document for document in change.put}
                pending = {generation + 1: between} | ({generation + 2: change.after} if change.gone else {})
                engine.put(change.put, sequence=sequence)
                if change.gone:
                    engine.delete(change.gone, sequence=sequence)
                states |= pending
                join_once(engine)
                states[engine.status().generation] = change.after
        finally:
            done.set()
        answers = [answer for reader in readers for answer in reader.result()]
        assert other.stdout is not None
        elsewhere = [Answer._make([*answer, frozenset(found)]) for *answer, found in map(json.loads, other.stdout)]
    assert other.returncode == 0
    assert len(list(tmp_path.glob("*.seg"))) < COMMITS // 3, "segments were merged meanwhile"
    assert elsewhere[-1].sequence == COMMITS + 1
    assert {answer.text for answer in answers} == set(TEXTS)
    expected = {
        (text, generation): frozenset(Expected(Query(parse(text).clause), documents.values()).ids)
        for generation, documents in states.items()
        for text in TEXTS
    }
    for answer in (*answers, *elsewhere):
        assert answer.oldest <= answer.generation <= answer.newest
        assert answer.found == expected[answer.text, answer.generation]
        assert answer.total == len(answer.found)


_OTHER_PROCESS = """
import json
import sys
import time
from pathlib import Path
from app.search.query import Query, parse
from app.search.whoosh.engine import WhooshEngine

engine, last = WhooshEngine.open(Path(sys.argv[1])), int(sys.argv[2])
deadline, ended = time.monotonic() + 60, False
while not ended and time.monotonic() < deadline:
    ended = engine.status().sequence == last
    for text in ("oil", "talks -oil", "tal*", ""):
        oldest = engine.status().generation
        found = engine.search(Query(parse(text).clause, limit=1000))
        newest, ids = engine.status().generation, [hit.id for hit in found.hits]
        print(json.dumps([text, oldest, found.generation, newest, found.sequence, found.total, ids]))
    time.sleep(0.02)
"""


def test_writers_of_two_threads_wait_or_are_refused_but_lose_nothing(opened: Open, tmp_path: Path) -> None:
    engine = opened(tmp_path)

    def write(number: int) -> list[int]:
        written = []
        for n in range(10):
            id = 100 * number + n
            try:
                engine.put([Document(f"{id:016x}", "", "oil")], sequence=id)
            except ArchiveBusy:
                continue
            written.append(id)
        return written

    with ThreadPoolExecutor(2) as pool:
        written = [id for ids in pool.map(write, (1, 2)) for id in ids]
    assert written
    assert numbers(engine.search(Query(parse("oil").clause, limit=1000))) == sorted(written)

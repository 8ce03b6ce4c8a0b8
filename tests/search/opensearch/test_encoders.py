"""Articles encoded by several processes: the same as by one, and none of these is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.errors import IndexUnavailable
from app.search.engine import Document
from app.search.opensearch import bulk, encoders
from app.search.opensearch.encoders import Encoders
from app.search.opensearch.mapping import Encoder
from tests.bench import corpus
from tests.waiting import until

COUNT = 120
BATCHES = 12


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    size = sum(len(each.headline) + len(each.body) for each in corpus.generate(COUNT))
    monkeypatch.setattr(encoders, "_BATCH_CHARACTERS", size // BATCHES)


def articles() -> Iterator[Document]:
    """Yield generated articles, and some whose words are not those of a generator."""
    yield from corpus.generate(COUNT)
    yield Document(
        id=f"{1:016x}", headline="O’Neill’s “co-op”", body='U.S. 1 000 café\r\n\u2028naïve\U0001f600 \\ " {}'
    )
    yield Document(id=f"{2:016x}", headline="", body="", furniture=())
    yield Document(id=f"{3:016x}", headline="Wheat", body="Sign up. Wheat fell.", furniture=((0, 8),))


def started() -> set[int]:
    """Return the processes of this kind that this one has started."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return {int(each) for each in children if encoders.__name__.encode() in _command(each)}


def _command(process: str) -> bytes:
    """Return what a process runs, nothing of one that has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def test_several_processes_encode_what_one_does() -> None:
    alone = Encoder()
    expected = b"".join(bulk.indexing(alone, articles(), 7))
    with Encoders(Encoder(), 7, 3) as several:
        assert b"".join(several.pieces(articles())) == expected
        assert len(started()) >= 3
        assert several.take_words() == alone.take_words()
    assert not started()


def test_a_few_articles_are_encoded_without_any_process() -> None:
    few = list(corpus.generate(COUNT // BATCHES))
    with Encoders(Encoder(), 7) as several:
        assert b"".join(several.pieces(few)) == b"".join(bulk.indexing(Encoder(), few, 7))
        assert not started()


def test_a_process_that_is_killed_ends_all_with_an_error() -> None:
    def encode_and_kill() -> None:
        with Encoders(Encoder(), 7, 2) as several:
            for piece in several.pieces(articles()):
                assert piece
                for process in started():
                    os.kill(process, signal.SIGKILL)

    with pytest.raises(IndexUnavailable, match="dateline reindex"):
        encode_and_kill()
    assert not started()


def test_processes_end_with_whoever_started_them() -> None:
    program = f"""
import sys
from tests.search.opensearch.test_encoders import *
encoders._BATCH_CHARACTERS = 1_000
with Encoders(Encoder(), 7, 2) as several:
    for _ in several.pieces(corpus.generate({COUNT})):
        if len(started()) == 2:
            print(*started(), flush=True)
            sys.stdin.read()
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        processes = parent.stdout.readline().split()
        parent.kill()
    assert len(processes) == 2
    until(lambda: not any(Path(f"/proc/{each}/exe").exists() for each in processes))


def test_a_piece_is_taken_apart_into_what_it_was_made_of() -> None:
    some = list(articles())
    piece = b"".join(
        (*bulk.indexing(Encoder(), some, 7), *bulk.deleting(["a", "b"], 7), *bulk.deleting_words(["\u2028"]))
    )
    actions = [action.splitlines() for action in bulk.actions_of(piece)]
    assert [len(lines) for lines in actions] == [2] * len(some) + [1, 1, 1]
    ids = [next(iter(msgspec.json.decode(lines[0]).values()))["_id"] for lines in actions]
    assert ids == [*(each.id for each in some), "a", "b", "\u2028"]

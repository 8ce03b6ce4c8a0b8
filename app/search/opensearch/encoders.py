"""Processes that encode articles beside each other, for an index that is built at once.

What several machines take up in a moment is more than one process of Python can encode. Each of these reads some
articles at a time and writes what indexes them; the last that it is asked is which words came. It ends where there is
nothing more to read, so with whoever started it, however that ends.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from types import TracebackType
from typing import IO, Self

import msgspec

from app.effort import cores
from app.errors import IndexUnavailable
from app.search.engine import Document
from app.search.opensearch import bulk
from app.search.opensearch.mapping import Encoder

_BATCH_CHARACTERS = 1_000_000
"""Of texts that a process gets at a time. They become four times as many bytes."""
_ALONE = 2
"""Batches that are encoded here, before any process is started: each costs a quarter of a second."""
_MOST = 4
"""Each comes to hold a quarter of a gigabyte, most of it words that it has met."""
_LENGTH = 4


class Encoders:
    """Encodes many articles in several processes, and few in none but this."""

    def __init__(self, own: Encoder, sequence: int, count: int = 0) -> None:
        self._own, self._sequence = own, sequence
        self._count = count or min(cores(), _MOST)
        self._processes: list[_Process] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for each in self._processes:
            each.end()

    def pieces(self, documents: Iterable[Document]) -> Iterator[bytes]:
        """Yield what indexes the articles. Raises `IndexUnavailable` where a process was ended from outside."""
        batches = bulk.cut(documents, _characters, _BATCH_CHARACTERS)
        for batch in islice(batches, _ALONE):
            yield from bulk.indexing(self._own, batch, self._sequence)
        working = deque[_Process]()
        # While they work, the next batch is read.
        for batch in batches:
            done = b""
            if len(working) < self._count:
                process = self._started()
            else:
                process = working.popleft()
                done = process.answer()
            process.give(_encode(batch))
            working.append(process)
            if done:
                yield done
        for process in working:
            yield process.answer()

    def take_words(self) -> Counter[str]:
        """Return the exact terms that came, with how often. Nothing more can be encoded then."""
        for each in self._processes:
            each.give(b"")
        words = self._own.take_words()
        for each in self._processes:
            words.update(_counts(each.answer()))
        return words

    def _started(self) -> _Process:
        process = _Process(self._sequence)
        self._processes.append(process)
        return process


class _Process:
    """Takes a batch, and gives its answer before it takes another."""

    def __init__(self, sequence: int) -> None:
        command = [sys.executable, "-m", __name__, str(sequence)]
        # A group of its own: Ctrl-C is for whoever started it.
        self._process = subprocess.Popen(  # noqa: S603  # our own
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
        )

    def give(self, data: bytes) -> None:
        assert self._process.stdin is not None
        try:
            _send_to(self._process.stdin, data)
        except BrokenPipeError:
            raise _ended() from None

    def answer(self) -> bytes:
        assert self._process.stdout is not None
        answer = _receive_from(self._process.stdout)
        if answer is None:
            raise _ended()
        return answer

    def end(self) -> None:
        self._process.kill()
        # What it was given last it may never have read.
        with suppress(BrokenPipeError), self._process:
            pass


def _ended() -> IndexUnavailable:
    return IndexUnavailable(
        "A process that encodes articles for the search cluster was ended from outside, perhaps for want of memory. "
        "Run: dateline reindex"
    )


def _characters(document: Document) -> int:
    return len(document.headline) + len(document.body)


_encode = msgspec.msgpack.Encoder().encode
_documents = msgspec.msgpack.Decoder(list[Document]).decode
_counts = msgspec.msgpack.Decoder(dict[str, int]).decode


def _send_to(stream: IO[bytes], data: bytes) -> None:
    stream.write(len(data).to_bytes(_LENGTH, "big"))
    stream.write(data)
    stream.flush()


def _receive_from(stream: IO[bytes]) -> bytes | None:
    """Return what was written, None at the end."""
    length = int.from_bytes(head := stream.read(_LENGTH), "big")
    data = stream.read(length)
    return data if len(head) == _LENGTH and len(data) == length else None


def _encode_given(sequence: int) -> None:
    encoder = Encoder()
    with suppress(BrokenPipeError):
        while (given := _receive_from(sys.stdin.buffer)) is not None:
            if given:
                answer = b"".join(bulk.indexing(encoder, _documents(given), sequence))
            else:
                answer = _encode(encoder.take_words())
            _send_to(sys.stdout.buffer, answer)


if __name__ == "__main__":
    _encode_given(int(sys.argv[1]))

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import ArchiveBusy, IndexUnavailable
from app.search.engine import Document
from app.search.query import Query
from app.search.whoosh import index as index_file
from app.search.whoosh.engine import WhooshEngine
from app.search.whoosh.index import CROWDED, FINGERPRINT, MERGE_FACTOR, IndexFolder, Receipt
from tests.failures.processes import held
from tests.search.asking import ask, doc, numbers
from tests.search.generated import articles

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of three segments, some documents deleted."""
    engine = WhooshEngine.open(tmp_path / "built")
    for sequence in range(1, 4):
        engine.put([doc(10 * sequence + n, "oil") for n in range(5)], sequence=sequence)
    engine.delete([f"{10:016x}"], sequence=4)
    # Elsewhere, because this process goes on using files that it has once opened.
    return shutil.copytree(tmp_path / "built", tmp_path / "index")


def join(engine: WhooshEngine) -> None:
    """Do what a process in the background does."""
    while engine.is_crowded():
        with engine.joining() as swap:
            assert swap is not None
            swap()


def files(folder: Path, suffix: str) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name.endswith(suffix))


class TestRest:
    def test_no_page_of_the_index_stays_with_a_process_that_rests(self, folder: Path) -> None:
        engine = WhooshEngine.open(folder)
        assert ask(engine, "oil").total == 14
        assert held(os.getpid(), folder).mapped > 0
        engine.rest()
        assert held(os.getpid(), folder).mapped == 0
        assert ask(engine, "oil*").total == 14


class TestFolder:
    def test_a_generation_is_a_table_of_contents_and_a_receipt(self, folder: Path) -> None:
        (toc,), (receipt,) = files(folder, ".toc"), files(folder, ".json")
        told = json.loads(receipt.read_text())
        assert (told["sequence"], told["fingerprint"]) == (4, FINGERPRINT)
        generation = toc.stem.rpartition("_")[2]
        assert receipt.name == f"receipt_{generation}.json"
        assert WhooshEngine.open(folder).status().generation == int(generation)

    def test_only_the_owner_may_look_into_a_new_folder(self, tmp_path: Path) -> None:
        IndexFolder(tmp_path / "new" / "index")
        assert (tmp_path / "new" / "index").stat().st_mode & 0o077 == 0

    def test_nothing_unlisted_stays(self, folder: Path) -> None:
        engine = WhooshEngine.open(folder)
        for sequence in range(5, 40):
            engine.put([doc(1000 + sequence, "oil")], sequence=sequence)
        assert len(files(folder, ".toc")) == len(files(folder, ".json")) == 1
        assert len(files(folder, ".seg")) == len(engine._index.snapshot().views)
        assert files(folder, ".tmp") == []

    def test_full_tiers_are_joined(self, tmp_path: Path) -> None:
        engine = WhooshEngine.open(tmp_path)
        for sequence in range(1, 100):
            engine.put([doc(sequence, "oil")], sequence=sequence)
            join(engine)
            assert not engine.is_crowded()
            assert len(files(tmp_path, ".seg")) < 3 * MERGE_FACTOR
        assert numbers(ask(engine, "oil")) == list(range(1, 100))

    def test_a_commit_writes_what_it_brings_and_nothing_else(self, tmp_path: Path) -> None:
        engine, before = WhooshEngine.open(tmp_path), set[Path]()
        for sequence in range(1, CROWDED):
            engine.put([doc(sequence, "oil")], sequence=sequence)
            assert before < set(files(tmp_path, ".seg"))
            before = set(files(tmp_path, ".seg"))
        assert engine.is_crowded()
        engine.put([doc(CROWDED, "oil")], sequence=CROWDED)
        assert len(files(tmp_path, ".seg")) == 1  # nobody joined them beside it
        assert numbers(ask(engine, "oil")) == list(range(1, CROWDED + 1))

    def test_what_a_long_run_leaves_becomes_one_segment_beside_the_larger(self, tmp_path: Path) -> None:
        engine = WhooshEngine.open(tmp_path)
        engine.rebuild([doc(n, "oil") for n in range(40)], sequence=1)
        for n in range(5):
            engine.put([doc(100 + 5 * n + m, "oil") for m in range(5)], sequence=2 + n)
        engine.delete([doc(100, "").id], sequence=7)
        engine.compact(25)
        views = engine._index.snapshot().views
        assert sorted(view.segment.documents for view in views) == [24, 40]
        assert (engine.status().sequence, engine.status().documents) == (7, 64)
        generation = engine.status().generation
        engine.compact(25)
        assert engine.status().generation == generation

    def test_a_segment_of_mostly_dead_documents_is_written_anew(self, tmp_path: Path) -> None:
        engine = WhooshEngine.open(tmp_path)
        engine.put(articles(20), sequence=1)
        engine.delete([document.id for document in articles(20)[:11]], sequence=2)
        join(engine)
        assert engine._index.snapshot().held == 9
        engine.delete([document.id for document in articles(20)], sequence=3)
        join(engine)
        assert engine._index.snapshot().held == 0

    def test_large_batches_are_flushed_in_pieces(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(index_file, "FLUSH_DOCUMENTS", 7)
        engine = WhooshEngine.open(tmp_path)
        engine.put([doc(n, f"oil word{n}") for n in range(20)], sequence=1)
        assert len(files(tmp_path, ".seg")) == 3
        assert numbers(ask(engine, "oil")) == list(range(20))
        monkeypatch.setattr(index_file, "MAX_VOCABULARY", 3)
        engine.rebuild([doc(n, f"oil word{n}") for n in range(100)], sequence=2)
        assert numbers(ask(engine, "oil")) == list(range(100))
        assert numbers(ask(engine, "word77")) == [77]


class TestJoining:
    @pytest.fixture
    def crowded(self, tmp_path: Path) -> WhooshEngine:
        engine = WhooshEngine.open(tmp_path / "index")
        for sequence in range(5):
            engine.put([doc(10 * sequence + n, f"oil word{n}") for n in range(3)], sequence=sequence)
        return engine

    def test_others_write_meanwhile(self, crowded: WhooshEngine) -> None:
        folder = crowded._index.folder
        with crowded.joining() as swap:
            assert swap is not None
            with WhooshEngine.open(folder).joining() as second:
                assert second is None
            crowded.delete([doc(1, "").id, doc(30, "").id], sequence=6)
            crowded.put([doc(2, "gas"), doc(99, "oil")], sequence=7)
            swap(token="joined")
        assert crowded.status().token == "joined"
        assert crowded.status().sequence == 7
        assert sorted(numbers(ask(crowded, "oil"))) == [0, 10, 11, 12, 20, 21, 22, 31, 32, 40, 41, 42, 99]
        assert numbers(ask(crowded, "gas")) == [2]
        assert len(files(folder, ".seg")) == len(crowded._index.snapshot().views) == 2
        assert files(folder, ".tmp") == []
        assert crowded.audit(deep=True).damaged == ()

    @pytest.mark.parametrize("act", ["rebuild", "expunge", "compact"])
    def test_what_was_replaced_meanwhile_is_left_alone(self, crowded: WhooshEngine, act: str) -> None:
        folder = crowded._index.folder
        crowded.delete([doc(1, "").id], sequence=6)
        with crowded.joining() as swap:
            assert swap is not None
            if act == "rebuild":
                crowded.rebuild([doc(1, "oil")], sequence=7)
            elif act == "expunge":
                crowded.expunge()
                assert files(folder, ".tmp") == []  # it holds what was to be left nowhere
            else:
                crowded.compact(100)
            before = crowded.search(Query(limit=100))
            swap()
        assert crowded.search(Query(limit=100)) == before
        assert files(folder, ".tmp") == []

    def test_nothing_is_written_that_was_erased_before(self, crowded: WhooshEngine) -> None:
        crowded.delete([doc(1, "").id], sequence=6)

        class Late(IndexFolder):
            def _checked(self, generation: int) -> Receipt:
                found = super()._checked(generation)
                crowded.expunge()
                return found

        with Late(crowded._index.folder).joining() as joined:
            assert joined is None
            assert files(crowded._index.folder, ".tmp") == []

    def test_what_a_killed_one_left_is_removed_by_the_next(self, crowded: WhooshEngine) -> None:
        folder = crowded._index.folder
        left = folder / "joined_0123.tmp"
        left.write_bytes(b"half of it")
        crowded.put([doc(100, "oil")], sequence=8)
        join(crowded)
        assert not left.exists()


class TestLock:
    def test_a_second_writer_is_refused_and_nothing_is_lost(self, folder: Path) -> None:
        first, second = IndexFolder(folder), IndexFolder(folder)

        def documents() -> list[Document]:
            with pytest.raises(ArchiveBusy):
                second.write([doc(2, "oil")], [], 6)
            return [doc(1, "oil")]

        first.write((document for _ in [0] for document in documents()), [], 5)
        assert first.snapshot().sequence == 5
        second.write([doc(2, "oil")], [], 6)
        assert first.snapshot().sequence == 6

    def test_a_batch_that_fails_leaves_the_index_as_it_was(self, folder: Path) -> None:
        engine = WhooshEngine.open(folder)
        before = engine.search(Query(limit=100))

        def broken() -> list[Document]:
            raise RuntimeError("the source broke off")

        for write in (engine.put, engine.rebuild):
            with pytest.raises(RuntimeError):
                write((document for _ in [0] for document in broken()), sequence=9)
        assert engine.search(Query(limit=100)) == before
        engine.put([doc(1, "oil")], sequence=5)
        assert engine.status().sequence == 5

    def test_a_lock_file_left_behind_means_nothing(self, folder: Path) -> None:
        lock = folder / "MAIN_WRITELOCK"
        assert lock.exists()
        WhooshEngine.open(folder).put([doc(1, "oil")], sequence=5)

    def test_a_writer_killed_in_the_middle_leaves_the_last_commit(self, folder: Path) -> None:
        killed = subprocess.run([sys.executable, "-c", _KILLED, str(folder)], cwd=ROOT, check=False, timeout=60)
        assert killed.returncode == 9
        engine = WhooshEngine.open(folder)
        assert engine.status().sequence == 4
        assert ask(engine, "oil").total == 14
        engine.put([doc(1, "oil")], sequence=5)
        assert ask(engine, "oil").total == 15
        assert len(files(folder, ".seg")) == len(engine._index.snapshot().views)


_KILLED = """
import os
import sys
from pathlib import Path
from app.search.engine import Document
from app.search.whoosh import index
from app.search.whoosh.engine import WhooshEngine

index.FLUSH_DOCUMENTS = 2

def documents():
    for n in range(3):
        yield Document(f"{n:016x}", "", "oil")
    os._exit(9)

WhooshEngine.open(Path(sys.argv[1])).rebuild(documents(), sequence=9)
"""


class TestDamage:
    """An index that cannot be read says so, and what to do; `rebuild` does it."""

    def refused(self, folder: Path) -> None:
        with pytest.raises(IndexUnavailable, match="dateline reindex"):
            WhooshEngine.open(folder)
        engine = WhooshEngine.open(folder, allow_missing_index=True)
        assert engine.status().fingerprint == ""
        engine.rebuild([], sequence=0)
        assert engine.status().documents == 0
        engine.put([doc(1, "oil")], sequence=1)
        assert numbers(ask(WhooshEngine.open(folder), "oil")) == [1]

    @pytest.mark.parametrize("suffix", [".seg", ".json"])
    def test_a_missing_file(self, folder: Path, suffix: str) -> None:
        files(folder, suffix)[0].unlink()
        self.refused(folder)

    @pytest.mark.parametrize("content", [b"", b"DLSEG", b"PK\x03\x04 something else", b"\0" * 500])
    def test_a_segment_that_is_none(self, folder: Path, content: bytes) -> None:
        _overwrite(files(folder, ".seg")[0], content)
        self.refused(folder)

    def test_a_segment_that_was_cut(self, folder: Path) -> None:
        path = files(folder, ".seg")[0]
        _overwrite(path, path.read_bytes()[:-500])
        self.refused(folder)

    @pytest.mark.parametrize(
        "content", [b"", b"{}", b"[]", b"{", b'{"sequence": "x", "fingerprint": ""}', b"\xff\xfe", b"3"]
    )
    def test_a_receipt_that_is_none(self, folder: Path, content: bytes) -> None:
        _overwrite(files(folder, ".json")[0], content)
        self.refused(folder)

    def test_a_broken_table_of_contents(self, folder: Path) -> None:
        """In a process of its own: Whoosh leaves the file open when it fails to read it."""
        tried = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", _BROKEN_TOC, str(folder)],
            cwd=ROOT, check=True, timeout=60, capture_output=True, text=True,
        )  # fmt: skip
        assert tried.stdout.splitlines() == []

    def test_an_index_of_another_fingerprint_opens_and_asks_for_a_rebuild(self, folder: Path) -> None:
        (receipt,) = files(folder, ".json")
        _overwrite(receipt, json.dumps(json.loads(receipt.read_text()) | {"fingerprint": "older"}).encode())
        engine = WhooshEngine.open(folder)
        assert engine.status().fingerprint == "older" != engine.current_fingerprint
        engine.rebuild([doc(1, "oil")], sequence=5)
        assert engine.status().fingerprint == engine.current_fingerprint

    def test_a_folder_that_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "index").write_text("not a folder")
        with pytest.raises((IndexUnavailable, FileExistsError)):
            WhooshEngine.open(tmp_path / "index")


_BROKEN_TOC = """
import sys
from pathlib import Path
from app.errors import IndexUnavailable
from app.search.whoosh.engine import WhooshEngine

folder = Path(sys.argv[1])
(path,) = folder.glob("*.toc")
data = path.read_bytes()
broken = [data[:n] for n in (0, 1, 3, 10, 40, 200, len(data) // 2, len(data) - 20, len(data) - 1)]
broken += [data[:n] + bytes([data[n] ^ 255]) + data[n + 1 :] for n in range(0, len(data), 29)]
for content in broken:
    path.write_bytes(content)
    try:
        WhooshEngine.open(folder)
    except IndexUnavailable as refused:
        assert "dateline reindex" in str(refused)
    except BaseException as other:
        print(type(other).__name__, other)
"""


class TestCrash:
    """What a crash may leave in the folder is harmless, and the next commit sweeps it up."""

    def test_leftovers_are_not_read(self, folder: Path) -> None:
        before = WhooshEngine.open(folder).search(Query(limit=100))
        shutil.copy(files(folder, ".seg")[0], folder / "MAIN_0123456789abcdef.seg")
        (folder / "MAIN_fedcba9876543210.tmp").write_bytes(b"half a segm")
        (folder / "receipt_99.json.tmp").write_bytes(b'{"sequ')
        (folder / "receipt_98.json").write_bytes(b'{"sequ')
        (folder / "_MAIN_99.toc.1700000000.5").write_bytes(b"half")
        engine = WhooshEngine.open(folder)
        assert engine.search(Query(limit=100)) == before
        engine.put([doc(1, "oil")], sequence=5)
        assert engine.status().sequence == 5
        assert not (folder / "MAIN_0123456789abcdef.seg").exists()
        assert not (folder / "receipt_98.json").exists()

    def test_half_written_files_are_swept_up(self, folder: Path) -> None:
        (folder / "MAIN_fedcba9876543210.tmp").write_bytes(b"half a segm")
        (folder / "receipt_99.json.tmp").write_bytes(b'{"sequ')
        (folder / "_MAIN_99.toc.1700000000.5").write_bytes(b"half")
        WhooshEngine.open(folder).put([doc(1, "oil")], sequence=5)
        assert [path.name for path in folder.iterdir() if ".tmp" in path.name or ".toc." in path.name] == []

    def test_a_reader_keeps_its_generation_when_the_files_go(self, folder: Path) -> None:
        snapshot = IndexFolder(folder).snapshot()
        IndexFolder(folder).replace([doc(1, "oil")], 9)
        assert all(not view.segment.path.exists() for view in snapshot.views)
        assert snapshot.documents == 14
        assert [view.segment.damaged() for view in snapshot.views] == [[], [], []]


def _overwrite(path: Path, content: bytes) -> None:
    """A new file under the old name: what is mapped of the old one stays whole."""
    temporary = path.with_name("new-content")
    temporary.write_bytes(content)
    temporary.replace(path)

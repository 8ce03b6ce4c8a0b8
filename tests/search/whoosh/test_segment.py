from __future__ import annotations

import filecmp
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import IndexUnavailable
from app.search.engine import Document
from app.search.query import MAX_SLOP
from app.search.whoosh.invert import Part, SegmentBatch, Vocabulary, merge_segments
from app.search.whoosh.segment import (
    FIELD_BITS,
    FIELD_MASK,
    FIELDS,
    GAP,
    VIEWS,
    Segment,
    TermTable,
    term_arrays,
    write_segment,
)
from tests.search.generated import articles
from tests.search.reference import read


def written(path: Path, documents: list[Document]) -> Segment:
    batch = SegmentBatch(Vocabulary())
    for document in documents:
        batch.add(document)
    write_segment(path, batch.arrays(), len(documents))
    return Segment(path)


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> Segment:
    return written(tmp_path_factory.mktemp("segment") / "a.seg", articles(50, seed=2))


def test_what_is_written_is_read(segment: Segment) -> None:
    documents = articles(50, seed=2)
    assert segment.documents == 50
    assert segment["id"].tolist() == [int(document.id, 16) for document in documents]
    for field in FIELDS:
        lengths = [read(document, field).length for document in documents]  # type: ignore[arg-type]
        assert segment[f"length.{field}"].tolist() == lengths


def test_terms_are_sorted_and_found(segment: Segment) -> None:
    for view in VIEWS:
        table = segment.terms(view)
        terms = [table[number] for number in range(len(table))]
        assert terms == sorted(set(terms))
        assert [table.find(term) for term in terms] == list(range(len(terms)))
        assert table.find(b"\xff") is None
        assert list(table.starting(b"")) == list(range(len(terms)))
        postings = [documents_of(segment, view, number) for number in range(len(terms))]
        assert all(row == sorted(set(row)) != [] for row in postings)


def test_a_term_is_found_however_many_begin_like_it() -> None:
    """Also where it stands in the bytes of others, and where it is in none."""
    many = [f"person-{number:04}".encode() for number in range(0, 4_000, 2)]
    terms = sorted([*many, b"a", b"aa", b"aaa", b"ab", b"ba", b"on-1", *(f"word{n}".encode() for n in range(300))])
    arrays = dict(term_arrays("stem", terms))
    table = TermTable(arrays["stem.terms"].data, arrays["stem.term_offsets"], arrays["stem.heads"])
    assert [table.find(term) for term in terms] == list(range(len(terms)))
    absent = [term + end for term in terms for end in (b"0", b"x", b"\xff")] + [
        b"",
        b"person-0001",
        b"erson-0002",
        b"b",
    ]
    assert {term for term in absent if table.find(term) is not None} == set(absent) & set(terms)


def test_terms_that_begin_alike_are_sorted(tmp_path: Path) -> None:
    """Of up to eight bytes, of more, and with a letter of several bytes across the eighth."""
    words = (
        "genera generate generated generatedly generating generation generations généralement généralité 東京 東 a ab"
    )
    made = written(tmp_path / "a.seg", [Document(id=f"{1:016x}", headline=words, body=" ".join(words.split()[::-1]))])
    for view in ("exact", "stem"):
        terms = made.terms(view).all()
        assert len(terms) > 5
        assert terms == sorted(set(terms))


def test_every_word_has_its_document_and_field(tmp_path: Path) -> None:
    """Of documents without a word, too, of which as many as can begin in a row; and of fields of all lengths up to one
    that fills it, so that they begin and end at every place of a stretch."""
    texts = [("", "", "")] * 300 + [
        (a, b, c) for a in ("", "one", "two words") for b in ("", "x") for c in ("", "y " * 9)
    ]
    texts += [("word " * (n % 71), "at " * (n % 7), "body " * (n % 131)) for n in range(400)]
    texts += [("word " * 9_000, "", "word " * 9_000), ("", "", ""), ("", "", "last")]
    made = written(
        tmp_path / "a.seg",
        [Document(id=f"{n:016x}", headline=h, dateline=d, body=b) for n, (h, d, b) in enumerate(texts)],
    )
    words = 0
    for document, counted in enumerate([[len(text.split()) for text in each] for each in texts]):
        address = int(made["start"][document])
        for field, count in enumerate(counted):
            told = made.fields_at(np.arange(address, address + count, dtype=np.uint32))
            assert (told >> FIELD_BITS).tolist() == [document] * count
            assert (told & FIELD_MASK).tolist() == [field] * count
            address, words = address + count + GAP, words + count
    assert words == sum(made.sizes(range(len(made.terms("exact")))).tolist()) > 40_000
    anywhere = made.owners(np.arange(address + 9_000, dtype=np.uint32))
    assert 0 == anywhere[0] <= anywhere.max() == made.documents - 1
    assert made.owners(np.empty(0, np.uint32)).tolist() == []


def documents_of(segment: Segment, view: str, number: int) -> list[int]:
    if view == "exact":
        return [int(document) for document in segment.occurrences(number)[0]]
    return [int(document) for document in segment.documents_with(view, number)]


def test_a_prefix_is_a_run_of_terms(segment: Segment) -> None:
    table = segment.terms("exact")
    found = [table[number] for number in table.starting(b"tal")]
    assert found == [term for term in (table[n] for n in range(len(table))) if term.startswith(b"tal")] != []


def first_addresses(segment: Segment, document: int) -> dict[str, int]:
    """Where each field begins."""
    address, found = int(segment["start"][document]), {}
    for field in FIELDS:
        found[field] = address
        address += int(segment[f"length.{field}"][document]) + GAP
    return found


def test_positions_are_those_of_the_texts(segment: Segment) -> None:
    table = segment.terms("exact")
    expected: dict[bytes, list[int]] = {}
    for number, document in enumerate(articles(50, seed=2)):
        for field, first in first_addresses(segment, number).items():
            for position, term in read(document, field).terms:  # type: ignore[arg-type]
                expected.setdefault(term.encode(), []).append(first + position)
    assert {table[n]: segment.positions(n).tolist() for n in range(len(table))} == {
        term: sorted(addresses) for term, addresses in expected.items()
    }


def test_fields_lie_apart_further_than_a_phrase_may_stretch(segment: Segment) -> None:
    assert GAP > MAX_SLOP + 1
    body_ends = [first_addresses(segment, n)["body"] + int(segment["length.body"][n]) for n in range(50)]
    assert segment["start"].tolist()[1:] == [end + GAP for end in body_ends[:-1]]


def test_counts_stop_at_what_their_bits_hold(tmp_path: Path) -> None:
    segment = written(tmp_path / "a.seg", [Document("0" * 16, "oil " * 300, "oil " * 70_000, dateline="oil " * 256)])
    assert [int(segment.counts(field, 0)[0]) for field in FIELDS] == [15, 3, 511]
    assert len(segment.positions(0)) == 300 + 256 + 70_000


def test_a_segment_without_words(tmp_path: Path) -> None:
    segment = written(tmp_path / "a.seg", [Document("0" * 16, "", "")])
    assert segment.documents == 1
    assert all(len(segment.terms(view)) == 0 for view in ("exact", "stem", "entity", "source", "place"))
    assert segment.damaged() == []


@settings(max_examples=20, deadline=None)
@given(splits=st.lists(st.integers(0, 40), min_size=1, max_size=3), seed=st.integers(0, 999), dead=st.floats(0, 1))
def test_a_merge_gives_what_one_batch_of_the_living_gives(
    tmp_path_factory: pytest.TempPathFactory, splits: list[int], seed: int, dead: float
) -> None:
    documents, folder = articles(40, seed), tmp_path_factory.mktemp("merge")
    alive = np.random.default_rng(seed).random(40) >= dead
    alive[0] = True
    bounds = [0, *sorted(splits), 40]
    parts = [
        Part(written(folder / f"{start}-{end}.seg", documents[start:end]), alive[start:end])
        for start, end in itertools.pairwise(bounds)
        if end > start
    ]
    living = [document for document, lives in zip(documents, alive, strict=True) if lives]
    write_segment(folder / "merged.seg", merge_segments(parts), sum(part.living for part in parts))
    written(folder / "whole.seg", living)
    assert filecmp.cmp(folder / "merged.seg", folder / "whole.seg", shallow=False)
    assert Segment(folder / "merged.seg").damaged() == []


class TestDamage:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return written(tmp_path / "MAIN_a.seg", articles(20)).path

    def test_a_whole_file_is_not_damaged(self, path: Path) -> None:
        assert Segment(path).damaged() == []

    @pytest.mark.parametrize("name", ["id", "exact.positions.data", "stem.docs.firsts", "cards", "entity.forward"])
    def test_a_flipped_bit_is_found_where_it_is(self, path: Path, name: str) -> None:
        segment = Segment(path)
        _, offset, _, _ = segment._directory[name]
        data = bytearray(path.read_bytes())
        data[offset] ^= 1
        path.write_bytes(data)
        assert Segment(path).damaged() == [name]

    @pytest.mark.parametrize("kept", [0, 1, 8, 15, 16, 100, 2000, -4000, -1])
    def test_a_file_that_was_cut_says_what_to_do(self, path: Path, kept: int) -> None:
        data = path.read_bytes()
        path.write_bytes(data[:kept])
        with pytest.raises(IndexUnavailable, match=r"MAIN_a\.seg.*dateline reindex"):
            Segment(path)

    @pytest.mark.parametrize(
        "content",
        [
            b"PK\x03\x04" + b"\0" * 200, b"DLSEG\x00\x00\x01" + b"\xff" * 200, b"DLSEG\x00\x00\x01" + b"\0" * 200,
            b"DLSEG\x00\x00\x01\x02" + b"\0" * 7 + b"{}" + b" " * 100, b"\xff" * 300,
        ],
    )  # fmt: skip
    def test_a_foreign_file_says_what_to_do(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        with pytest.raises(IndexUnavailable, match="dateline reindex"):
            Segment(path)

    def test_a_missing_file_says_what_to_do(self, path: Path) -> None:
        path.unlink()
        with pytest.raises(IndexUnavailable, match="dateline reindex"):
            Segment(path)

    def test_a_flipped_bit_in_the_directory_is_refused(self, path: Path) -> None:
        """Else names and sizes would be wrong that no checksum of an array covers."""
        data = path.read_bytes()
        start = int.from_bytes(data[8:16], "little")
        for place in [*range(32), *range(start, len(data))]:
            changed = bytearray(data)
            changed[place] ^= 1
            path.write_bytes(changed)
            with pytest.raises(IndexUnavailable, match="dateline reindex"):
                Segment(path)

from __future__ import annotations

from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from app.enrich import lexicon


def test_a_line_is_a_term_with_or_without_other_names() -> None:
    text = "# Rivers.\n\nNile\nRhine = Rhein | Rhin  # an atlas of 1911\n  Po = \n"
    assert list(lexicon.parse_rows(text)) == [("Nile", ()), ("Rhine", ("Rhein", "Rhin")), ("Po", ())]


@pytest.mark.parametrize("name", lexicon.list_names())
def test_no_list_has_a_term_twice(name: str) -> None:
    counts = Counter(row.shown for row in lexicon.list_rows(name))
    assert [term for term, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("name", lexicon.list_names())
def test_every_list_begins_with_what_it_is(name: str) -> None:
    with as_file(files(lexicon)) as folder:
        assert (folder / f"{name}.txt").read_text(encoding="utf-8").startswith("# ")


def test_every_list_is_read_by_a_rule() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(lexicon.__file__).parents[1].rglob("*.py"))
    callings = {"callings-arts", "callings-sport", "callings-armed-forces", "callings-state", "callings-church"}
    callings |= {"callings-science", "callings-law", "callings-business"}
    assert [name for name in lexicon.list_names() if f'"{name}"' not in sources and name not in callings] == []


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rivers.txt").write_text("# Rivers.\nNile\nRhine = Rhein\n", encoding="utf-8")
    monkeypatch.setattr(lexicon, "files", lambda _: tmp_path)
    return tmp_path


def test_the_version_is_of_the_rows_and_not_of_the_remarks(lists: Path) -> None:
    before = lexicon.digest_lists()
    (lists / "rivers.txt").write_text("# Of the world.\nNile  # Africa\nRhine=Rhein\n", encoding="utf-8")
    assert lexicon.digest_lists() == before


@pytest.mark.parametrize(
    "rows", ["Nile\n", "Nile\nRhine = Rhin\n", "Nile\nRhine = Rhein\nPo\n", "Rhine = Rhein\nNile\n"]
)
def test_any_change_of_a_row_changes_the_version(lists: Path, rows: str) -> None:
    before = lexicon.digest_lists()
    (lists / "rivers.txt").write_text(rows, encoding="utf-8")
    assert lexicon.digest_lists() != before


def test_a_list_that_comes_or_goes_changes_the_version(lists: Path) -> None:
    before = lexicon.digest_lists()
    (lists / "lakes.txt").write_text("Como\n", encoding="utf-8")
    assert lexicon.digest_lists() != before

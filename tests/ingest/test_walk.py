from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from app.errors import InputUnreadable
from app.ingest.walk import Places, check, walk

NONE: Places = frozenset()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "news"
    (root / "2001" / ".cache").mkdir(parents=True)
    for name in ("b.txt", "a.txt", ".hidden.txt", "2001/c.txt", "2001/.cache/d.txt"):
        (root / name).write_text("text")
    (tmp_path / "outside.txt").write_text("secret")
    return root


def found(*paths: Path) -> dict[str, str | None]:
    return {file.name: file.refusal for file in walk(paths)}


def test_folders_are_walked_in_order_without_hidden_files(folder: Path) -> None:
    assert list(found(folder)) == ["news/2001/c.txt", "news/a.txt", "news/b.txt"]
    assert [file.path for file in walk([folder])] == [folder / "2001/c.txt", folder / "a.txt", folder / "b.txt"]


def test_names_do_not_tell_where_the_folder_stands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert list(found(Path())) == list(found(folder))
    assert list(found(Path("a.txt"), Path(".hidden.txt"))) == ["a.txt", ".hidden.txt"]


def test_links_that_leave_the_folder_are_refused(folder: Path) -> None:
    (folder / "out.txt").symlink_to(folder.parent / "outside.txt")
    (folder / "up").symlink_to(folder.parent)
    (folder / "gone.txt").symlink_to(folder / "nothing.txt")
    (folder / "inside.txt").symlink_to(folder / "a.txt")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    leaves = "is a link that leaves the given folder"
    assert {name: why for name, why in found(folder).items() if why} == {
        "news/out.txt": leaves,
        "news/up": leaves,
        "news/gone.txt": "is a link to nothing",
        "news/pipe": "is not a regular file",
    }
    assert "news/inside.txt" in found(folder)


def test_a_given_link_is_followed(folder: Path) -> None:
    link = folder.parent / "link"
    link.symlink_to(folder)
    assert list(found(link)) == ["news/2001/c.txt", "news/a.txt", "news/b.txt"]


def test_a_path_that_is_not_there_stops_before_anything_starts(folder: Path) -> None:
    check([folder], NONE)
    with pytest.raises(InputUnreadable, match=r"nowhere\.txt"):
        check([folder, folder / "nowhere.txt"], NONE)
    with pytest.raises(InputUnreadable, match="cannot be reached: File name too long"):
        check([folder / ("x" * 300)], NONE)


def test_folders_nested_deeper_than_calls_or_names_reach_are_one_refusal(folder: Path) -> None:
    for name, depth in (("f", 990), ("x" * 200, 25)):
        before = os.getcwd()  # noqa: PTH109
        os.chdir(folder)
        for _ in range(depth):
            os.mkdir(name)  # noqa: PTH102  # no path could name those at the bottom
            os.chdir(name)
        Path("deep.txt").write_text("text")
        os.chdir(before)
    seen = found(folder)
    # The removal that pytest would do is by calls.
    subprocess.run(["rm", "-rf", folder / "f", folder / ("x" * 200)], check=True)
    deep = [name for name in seen if name.startswith("news/f/")]
    assert [(name.count("/"), seen[name]) for name in deep] == [(991, None)]
    assert [why for name, why in seen.items() if "x" * 200 in name] == ["cannot be read: File name too long"]
    assert "news/b.txt" in seen

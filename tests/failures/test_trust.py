"""What somebody else could have written is not believed: no command runs their code, or reads their settings."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app import trust
from app.archive import open_archive
from app.errors import ArchiveUntrusted
from app.ingest import indexing, standing
from app.settings import Settings
from tests.failures.command import ROOT, dateline, serving

COMMANDS = [
    ["stats"],
    ["search", "lighthouse"],
    ["ingest", "0.jsonl", "--skip-entities"],
    ["ingest", "--retry"],
    ["verify"],
    ["verify", "--repair", "--deep"],
    ["backup", "copy.sqlite"],
    ["reindex"],
    ["enrich"],
    ["rejections"],
    ["keys", "list"],
    ["keys", "create", "x"],
    ["entities", "list"],
    ["entities", "resolve"],
]
STRANGER = 54_321
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")


class Planted:
    """Code, to whoever unpickles it."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self._mark),)


def plant(index: Path, mark: Path, place: str, receipt: str) -> None:
    """Put a table of contents that holds code into an index, with the receipt that belongs to it."""
    (toc,) = index.glob("*.toc")
    raw, code = toc.read_bytes(), pickle.dumps(Planted(mark), 2)
    # As Whoosh lays it out: sizes and versions, the schema behind its length, the generation, the segments.
    start = raw.index(b"\x80\x02")
    schema_length = len(pickle.dumps(pickle.loads(raw[start:]), 2))
    head, numbers = raw[: start - _width(raw, start, schema_length)], raw[start + schema_length :][:8]
    schema, segments = (code, raw[start + schema_length + 8 :]) if place == "schema" else (raw[start:], code)
    schema = schema[: len(code) if place == "schema" else schema_length]
    toc.write_bytes(head + _varint(len(schema)) + schema + numbers + segments)
    (path,) = index.glob("*.json")
    told = json.loads(path.read_text()) | {"toc_crc32": zlib.crc32(toc.read_bytes())}
    if receipt == "older":
        told = {name: told[name] for name in ("generation", "sequence", "token", "toc_crc32")} | {"fingerprint": "old"}
    path.write_text(json.dumps(told))


def _varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low]) if not rest else bytes([low | 0x80]) + _varint(rest)


def _width(raw: bytes, start: int, length: int) -> int:
    width = len(_varint(length))
    assert raw[start - width : start] == _varint(length)
    return width


def trees(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("place", ["schema", "segments"])
def test_what_is_planted_is_code_to_whoosh(filled: Path, tmp_path: Path, place: str) -> None:
    """Its own tools open what is trusted. If they did not run what is planted, the tests below would show nothing."""
    look = "import sys; from whoosh.index import open_dir; print(open_dir(sys.argv[1]).doc_count())"
    command = [sys.executable, "-W", "ignore", "-c", look, str(filled / "index")]
    assert subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout == "40\n"
    plant(filled / "index", tmp_path / "mark", place, "new")
    assert subprocess.run(command, check=False, capture_output=True, timeout=60).returncode != 0
    assert (tmp_path / "mark").is_dir()


@pytest.mark.parametrize("place", ["schema", "segments"])
@pytest.mark.parametrize("receipt", ["new", "older"])
def test_a_table_of_contents_is_never_loaded(filled: Path, tmp_path: Path, place: str, receipt: str) -> None:
    mark = tmp_path / "mark"
    plant(filled / "index", mark, place, receipt)
    with open_archive(Settings(data_dir=filled), allow_missing_index=True) as archive:
        assert standing.is_ours(archive) == (receipt == "new")
        indexing.catch_up(archive)
        assert archive.engine.status().documents == 40
    assert not mark.exists()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_loads_one(filled: Path, tmp_path: Path, command: list[str]) -> None:
    mark = tmp_path / "mark"
    plant(filled / "index", mark, "schema", "new")
    (tmp_path / "copy").mkdir()
    given = [str(tmp_path / each) if each.endswith((".jsonl", ".sqlite")) else each for each in command]
    ended = dateline(filled, *given)
    assert ended.returncode == 0, ended.stderr
    assert not mark.exists()


def test_no_server_loads_one(filled: Path, tmp_path: Path) -> None:
    plant(filled / "index", tmp_path / "mark", "segments", "older")
    with serving(filled):
        pass
    assert not (tmp_path / "mark").exists()


def test_nothing_is_unpickled_while_an_archive_is_opened_written_and_searched(filled: Path, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _WATCHED, filled, tmp_path / "0.jsonl", tmp_path / "new"],
        check=False, cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (0, "40\n40\n"), ended.stderr


_WATCHED = """
import os, sys
from pathlib import Path
from app.archive import open_archive
from app.ingest import indexing, standing
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.search.query import Query, Word
from app.settings import Settings

def watch(event, arguments):
    if event == "pickle.find_class":
        print("unpickled", arguments, file=sys.stderr, flush=True)
        os._exit(1)

sys.addaudithook(watch)
filled, file, new = map(Path, sys.argv[1:])
for folder in (filled, new):
    with open_archive(Settings(data_dir=folder)) as archive:
        ingest([file, file.with_name("30.jsonl")], archive, IngestOptions(skip_entities=True))
        indexing.compact(archive, 100)
        indexing.rebuild(archive)
        assert not verify(archive, deep=True)
    with open_archive(Settings(data_dir=folder)) as archive:
        print(archive.engine.search(Query(Word("lighthouse"))).total)
"""


@pytest.mark.parametrize(
    "change",
    [
        {"segments": [["../../x", 30, []]]},
        {"segments": [["a", -1, []]]},
        {"segments": [["a", 1, [7]]]},
        {"segments": []},
    ],
    ids=["path", "below nothing", "beyond the end", "emptied"],
)
def test_a_receipt_that_lists_something_else_is_damage(filled: Path, change: dict[str, object]) -> None:
    (path,) = (filled / "index").glob("*.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    for command in (["stats"], ["search", "lighthouse"]):
        refused = dateline(filled, *command)
        assert (refused.returncode, refused.stderr.count("\n")) == (74, 1), refused.stderr
        assert "dateline reindex" in refused.stderr
    assert dateline(filled, "reindex").returncode == 0
    assert json.loads(dateline(filled, "search", "lighthouse", "--json").stdout)["total"] == 40


def give_away(*paths: Path) -> None:
    for path in paths:
        os.chown(path, STRANGER, STRANGER)


@as_root
@pytest.mark.parametrize("what", ["", "archive.sqlite", "index"])
def test_a_data_folder_of_another_user_is_refused_until_it_is_trusted(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    give_away(filled / what)
    before = trees(filled)
    commands = COMMANDS if not what else COMMANDS[:3]
    for command in [*commands, ["serve"]]:
        refused = dateline(filled, *(str(tmp_path / "0.jsonl") if each == "0.jsonl" else each for each in command))
        assert (refused.returncode, refused.stderr.count("\n")) == (77, 1), refused.stderr
        assert f"belongs to another user, {STRANGER}" in refused.stderr
        assert f"{trust.SETTING}={filled}" in refused.stderr
    assert trees(filled) == before
    monkeypatch.setenv(trust.SETTING, f"/nowhere:{filled}")
    assert json.loads(dateline(filled, "search", "lighthouse", "--json").stdout)["total"] == 40
    with serving(filled):
        pass


@pytest.mark.parametrize("what", ["", "archive.sqlite", "index"])
def test_one_that_everybody_may_write_to_is_refused(filled: Path, what: str) -> None:
    path = filled / what
    mode = path.stat().st_mode
    path.chmod(mode | 0o1002)
    refused = dateline(filled, "stats")
    assert (refused.returncode, refused.stderr.count("\n")) == (77, 1), refused.stderr
    assert f"chmod -R o-w {path}" in refused.stderr
    path.chmod(mode | 0o070)
    assert dateline(filled, "stats").returncode == 0, "its owner has chosen his group"


@contextmanager
def ordinary_user(number: int) -> Iterator[None]:
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(number)
    os.seteuid(number)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


@as_root
def test_root_is_believed_and_who_may_write_in_his_name(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.stat().st_mode & 0o001 == 0:
            parent.chmod(parent.stat().st_mode | 0o011)
    with ordinary_user(STRANGER):
        assert trust.distrust(folder) is None
    os.chown(folder, 0, 777)
    folder.chmod(0o775)
    with ordinary_user(STRANGER):
        assert "a group that you are not in" in str(trust.distrust(folder))
        assert trust.distrust(folder, [folder.parent]) is None
    with ordinary_user(777):
        assert trust.distrust(folder) is None, "a volume that was handed to the group of a container"
        os.seteuid(0)
        os.chown(folder, STRANGER, 777)
        os.seteuid(777)
        assert f"belongs to another user, {STRANGER}" in str(trust.distrust(folder))


@as_root
def test_a_folder_is_trusted_by_its_real_name(filled: Path, tmp_path: Path) -> None:
    give_away(filled)
    link = tmp_path / "link"
    link.symlink_to(filled)
    with pytest.raises(ArchiveUntrusted, match=f"{trust.SETTING}={filled};"):
        open_archive(Settings(data_dir=link))
    with open_archive(Settings(data_dir=link, trusted_folders=str(filled))) as archive:
        assert archive.engine.status().documents == 40
    with open_archive(Settings(data_dir=filled, trusted_folders=str(link))) as archive:
        assert archive.engine.status().documents == 40


def test_an_archive_that_everybody_can_read_is_a_remark_and_no_finding(filled: Path) -> None:
    assert dateline(filled, "verify").stderr == ""
    filled.chmod(0o755)
    (filled / "archive.sqlite").chmod(0o644)
    told = dateline(filled, "verify")
    assert (told.returncode, told.stdout) == (0, "Rows and index agree.\n")
    assert told.stderr.startswith("All users of this machine can read ")


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """In a folder, with nothing said of where the archive is."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    return subprocess.run(
        [sys.executable, "-m", "app", *command], check=False, cwd=folder, capture_output=True, text=True, timeout=60,
        env=environment | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@as_root
def test_in_the_folder_of_another_user_neither_archive_nor_settings_are_believed(filled: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    shutil.copytree(filled, there / "data")
    (there / ".env").write_text("DATELINE_PORT=7\n")
    give_away(there, *there.rglob("*"))
    refused = run(there, "stats")
    assert refused.returncode == 77
    assert refused.stderr.splitlines()[0].startswith(f"{there}/.env was not read: {there} belongs to another user")
    assert refused.stderr.splitlines()[1].startswith("data belongs to another user")
    assert refused.stderr.endswith(f"chown -R {os.geteuid()} data\n")


@as_root
def test_whose_a_folder_is_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    assert trust.not_yours(tmp_path) == ""
    give_away(tmp_path)
    assert trust.not_yours(tmp_path) == (
        f" It belongs to {STRANGER}; if it is meant to be yours: chown -R {os.geteuid()} {tmp_path}"
    )


@pytest.mark.parametrize(
    "whose", ["own", "another's file", "another's folder", "everybody's file", "everybody's folder"]
)
def test_settings_are_read_from_a_file_of_ones_own(tmp_path: Path, whose: str) -> None:
    file = tmp_path / ".env"
    file.write_text("DATELINE_PORT=7\n")
    changed = tmp_path if whose.endswith("folder") else file
    if whose.startswith("everybody"):
        changed.chmod(0o777)
    elif whose.startswith("another"):
        if os.geteuid():
            pytest.skip("only root can give a file away")
        give_away(changed)
    shown = run(tmp_path, "config", "--json")
    assert shown.returncode == 0
    read = json.loads(shown.stdout)["DATELINE_PORT"] == 7
    assert read == (whose == "own")
    if read:
        assert shown.stderr == ""
    else:
        assert shown.stderr.startswith(f"{file} was not read: {changed} ")
        assert (shown.stderr.count("\n"), trust.SETTING in shown.stderr) == (1, True)


@as_root
def test_the_settings_of_a_trusted_folder_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("DATELINE_PORT=7\n")
    give_away(tmp_path, tmp_path / ".env")
    monkeypatch.chdir(tmp_path)
    assert Settings().port == 8000
    monkeypatch.setenv(trust.SETTING, str(tmp_path))
    assert Settings().port == 7


def test_a_file_of_settings_that_leads_nowhere_is_said(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to("nowhere")
    assert run(tmp_path, "config").stderr == f"{tmp_path}/.env was not read: No such file or directory.\n"

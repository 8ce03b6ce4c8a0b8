"""The command line against real archives: what it prints, what it refuses, and with which exit code."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from app import cli, errors
from app.cli.command import EXIT_CODES, EXIT_DISK, EXIT_INTERRUPTED, EXIT_REJECTED, EXIT_TERMINATED
from app.ingest.lock import writing_alone

ROOT = Path(__file__).parent.parent
COMMANDS = [
    "ingest", "search", "enrich", "entities", "stats", "rejections", "reindex", "verify", "backup", "config", "keys",
    "openapi", "serve", "withdraw", "restore", "erase", "withdrawals", "watch", "changes", "copies", "mcp",
    "feeds", "quotes", "work",
]  # fmt: skip
CORRECTIONS = ["list", "show", "log", "merge", "split", "rename", "retype", "hide", "pin", "undo"]
MOON = " date 1969-07-21 HOUSTON, July 20 - Two astronauts landed on the Moon on Sunday.\n\nNeil Armstrong went first."
POLE = " date 1912-03-08 Hobart: Roald Amundsen has reached the South Pole, five weeks before Robert Scott."

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def run(folder: Path) -> Run:
    def invoke(*arguments: str | Path) -> Result:
        return CliRunner().invoke(cli.app, [*map(str, arguments), "--data-dir", str(folder)])

    return invoke


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    given = tmp_path / "articles"
    given.mkdir()
    (given / "moon.txt").write_text(MOON, encoding="utf-8")
    (given / "pole.txt").write_text(POLE, encoding="utf-8")
    return given


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.jsonl"
    path.write_text('{"title": "Good", "body": "News."}\n{"title": "Bad", "date": "31 June"}\n', encoding="utf-8")
    return path


@pytest.fixture
def filled(run: Run, articles: Path) -> Run:
    assert run("ingest", articles, "--skip-entities").exit_code == 0
    return run


def report(output: str) -> dict[str, int]:
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", output, re.MULTILINE)}


def spawn(*command: str, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, check=False, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60)


def test_help_names_every_command_and_the_exit_codes(tmp_path: Path) -> None:
    shown = spawn(sys.executable, "-m", "app", "--help", cwd=tmp_path)
    assert shown.returncode == 0
    assert [name for name in COMMANDS if name not in shown.stdout] == []
    assert "75 another ingest runs" in " ".join(shown.stdout.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_an_example(command: str) -> None:
    shown = CliRunner().invoke(cli.app, [command, "--help"])
    assert shown.exit_code == 0
    assert f"dateline {command}" in shown.stdout.partition("Example")[2]


@pytest.mark.parametrize("command", [*CORRECTIONS, "resolve", "duplicates"])
def test_help_of_entities_has_examples(command: str) -> None:
    shown = CliRunner().invoke(cli.app, ["entities", command, "--help"])
    assert shown.exit_code == 0
    assert f"dateline entities {command}" in shown.stdout.partition("Example")[2]
    assert command in CliRunner().invoke(cli.app, ["entities", "--help"]).stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_the_examples_of_a_command_can_be_typed(command: str) -> None:
    commands = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
    shown = re.findall(r"`(dateline [^`]+)`", commands[command].epilog)
    assert shown
    for line in shown:
        words = shlex.split(line.partition(" > ")[0], comments=True)
        assert words[:2] == ["dateline", command]
        commands[command].make_context(command, words[2:])


def test_a_query_of_several_words_needs_no_quotes(filled: Run) -> None:
    assert filled("search", "astronauts", "landed").stdout == filled("search", "astronauts landed").stdout


@pytest.mark.skipif(shutil.which("script") is None, reason="no `script` to make a terminal with")
def test_hits_are_marked_in_colour_on_a_terminal_and_plain_elsewhere(filled: Run, folder: Path) -> None:
    command = f"{sys.executable} -m app search moon --data-dir {folder}"
    terminal = {"TERM": "xterm-256color", "COLUMNS": "100"}
    watched = subprocess.run(
        ["script", "--quiet", "--return", "--command", command, "/dev/null"],
        check=True, cwd=ROOT, env={**os.environ, **terminal}, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    assert "\x1b[1;33mMoon\x1b[0m" in watched
    assert "\x1b" not in spawn(*command.split()).stdout


def test_help_does_not_wait_for_what_only_the_work_needs() -> None:
    asked = "import sys, app.cli; print([m for m in ('fastapi', 'numpy', 'spacy', 'sqlmodel') if m in sys.modules])"
    assert spawn(sys.executable, "-c", asked).stdout.strip() == "[]"


def test_version() -> None:
    assert re.fullmatch(r"dateline \d+\.\d+\.\d+\S*\n", CliRunner().invoke(cli.app, ["--version"]).stdout)


def test_the_numbers_of_an_ingest_add_up(run: Run, articles: Path, broken: Path) -> None:
    done = run("ingest", articles, broken, "--skip-entities")
    assert done.exit_code == 0
    counts = report(done.stdout)
    assert counts == {"read": 4, "new": 3, "revised": 0, "unchanged": 0, "duplicate": 0, "rejected": 1}
    assert "1 rejected" in done.stderr
    last = done.stdout.splitlines()[-1]
    assert re.fullmatch(r"\d+\.\d s: reading \d+\.\d, recognition \d+\.\d, rows \d+\.\d, index \d+\.\d", last)


def test_a_second_ingest_changes_nothing(filled: Run, articles: Path) -> None:
    assert report(filled("ingest", articles, "--skip-entities").stdout)["unchanged"] == 2
    assert json.loads(filled("stats", "--json").stdout)["index"]["sequence"] == 2


def test_names_are_recognised_unless_they_are_skipped(run: Run, articles: Path) -> None:
    assert run("ingest", articles, "--workers", "1").exit_code == 0
    found = json.loads(run("search", "pole", "--entity", "Roald Amundsen", "--json").stdout)
    assert found["query"]["filters"] == [{"name": "entity", "value": "person-roald-amundsen"}]
    assert found["total"] == 1
    by_id = run("search", "pole", "--entity", "person-roald-amundsen", "--json")
    assert json.loads(by_id.stdout)["results"] == found["results"]


def test_names_that_were_skipped_are_found_by_enrich(filled: Run) -> None:
    assert "No entity" in filled("entities", "list").stderr
    shown = filled("enrich", "--workers", "1").stdout
    assert re.findall(r"^(.+?) +(\d+)$", shown, re.MULTILINE) == [("read again", "2"), ("of which had no names", "2")]
    assert AMUNDSEN in filled("entities", "list").stdout
    assert "read again             0" in filled("enrich").stdout


AMUNDSEN, SCOTT = "person-roald-amundsen", "person-robert-scott"


@pytest.fixture
def named(run: Run, articles: Path) -> Run:
    assert run("ingest", articles, "--workers", "1").exit_code == 0
    return run


def test_entities_are_listed_and_shown(named: Run) -> None:
    assert AMUNDSEN in named("entities", "list", "roald").stdout
    listed = json.loads(named("entities", "list", "--type", "person", "--json").stdout)
    assert {AMUNDSEN, SCOTT} <= {entity["id"] for entity in listed["results"]}
    shown = named("entities", "show", AMUNDSEN).stdout
    assert "Roald Amundsen" in shown
    assert "No entity" in named("entities", "list", "Nansen").stderr
    assert named("entities", "show", "person-nobody").exit_code == 1


def test_pairs_that_may_be_one_are_listed_with_the_command_that_joins_them(named: Run, tmp_path: Path) -> None:
    assert "No two entities" in named("entities", "duplicates").stderr
    more = {"a.txt": "Roald Amundson spoke in Oslo on Monday.", "b.txt": "Roald Amundsen spoke in Oslo on Tuesday."}
    for name, text in more.items():
        (tmp_path / name).write_text(f"The Pole\n\n{text}\n", encoding="utf-8")
        assert named("ingest", tmp_path / name, "--workers", "1").exit_code == 0
    join = "dateline entities merge person-roald-amundson person-roald-amundsen"
    listed = named("entities", "duplicates", "--type", "person")
    assert re.search(rf"^misspelling +1 +\d+ +0 +{join}$", listed.stdout, re.MULTILINE)
    assert listed.stderr == "1 of 1.\n"
    [pair] = json.loads(named("entities", "duplicates", "--json").stdout)["results"]
    assert (pair["entity"]["id"], pair["may_be"]["id"]) == ("person-roald-amundson", AMUNDSEN)
    assert (pair["may_be"]["reason"], pair["may_be"]["together"], pair["merge"]) == ("misspelling", 0, join)
    assert named(*join.split()[1:]).exit_code == 0
    assert "No two entities" in named("entities", "duplicates").stderr


def test_a_correction_shows_in_searches_and_is_undone(named: Run) -> None:
    def total(id: str) -> int:
        return int(json.loads(named("search", "", "--entity", id, "--json").stdout)["total"])

    merged = named("entities", "merge", SCOTT, AMUNDSEN, "--by", "Ada", "--note", "a test")
    assert merged.stdout == f"Decision 1: merge {SCOTT}, {AMUNDSEN}; 1 article changed.\n"
    assert json.loads(named("entities", "show", SCOTT, "--json").stdout)["id"] == AMUNDSEN
    assert "(undone by" not in named("entities", "log").stdout
    assert total(SCOTT) == 1
    assert named("entities", "undo", "1").stdout.startswith(f"Decision 2: undo {SCOTT}")
    assert json.loads(named("entities", "show", SCOTT, "--json").stdout)["id"] == SCOTT
    [undone, first] = json.loads(named("entities", "log", "--json").stdout)["results"]
    assert (undone["undoes"], first["undone_by"], first["by"], first["note"]) == (1, 2, "Ada", "a test")
    assert "(undone by 2)" in named("entities", "log", SCOTT).stdout


def test_who_is_who_is_found_out_anew(named: Run) -> None:
    named("entities", "merge", SCOTT, AMUNDSEN)
    assert named("entities", "resolve").stderr.endswith("0 articles changed.\n")
    assert json.loads(named("entities", "show", SCOTT, "--json").stdout)["id"] == AMUNDSEN


def test_every_kind_of_correction(named: Run) -> None:
    body = "Hobart: Roald Amundsen has reached the South Pole, five weeks before Robert Scott."
    article = json.loads(named("search", "pole", "--json").stdout)["results"][0]["id"]
    assert "rename place-hobart; 0 articles" in named("entities", "rename", "place-hobart", "Hobart Town").stdout
    assert "organization-hobart; 1 article" in named("entities", "retype", "place-hobart", "organization").stdout
    assert "hide" in named("entities", "hide", SCOTT).stdout
    assert "pin" in named("entities", "pin", AMUNDSEN, "the Napoleon of the Poles").stdout
    start = body.index("Roald")
    refused = named("entities", "split", AMUNDSEN, "--mention", f"{article}:{start}-{start + 14}")
    assert (refused.exit_code, "the only mention" in refused.stderr) == (2, True)
    kinds = [decision["kind"] for decision in json.loads(named("entities", "log", "--json").stdout)["results"]]
    assert kinds == ["pin", "hide", "retype", "rename"]


def test_an_article_goes_out_of_sight_and_comes_back(named: Run) -> None:
    [hit, *others] = json.loads(named("search", "moon", "--json").stdout)["results"]
    gone = named("withdraw", hit["id"], "--reason", "a mistake", "--by", "Ada")
    assert (gone.exit_code, gone.stdout) == (0, "1 article withdrawn.\n")
    assert json.loads(named("search", "moon", "--json").stdout)["total"] == len(others)
    again = named("withdraw", hit["id"], "--reason", "a mistake")
    assert again.exit_code == 1
    assert "was withdrawn before" in again.stderr
    assert named("restore", hit["id"]).stdout == "1 article restored.\n"
    refused = named("erase", hit["id"], "--reason", "asked for")
    assert "Erase 1 article for good?" in refused.output
    assert json.loads(named("search", "moon", "--json").stdout)["total"] == len(others) + 1
    erased = named("erase", hit["id"], "--reason", "asked for", "--yes")
    assert erased.stdout == "1 article erased.\n"
    assert "Backups" in erased.stderr
    log = json.loads(named("withdrawals", "--json").stdout)
    assert [each["kind"] for each in log["results"]] == ["erase", "restore", "withdraw"]
    assert "asked for" in named("withdrawals").stdout


def test_strict_turns_a_rejection_into_an_exit_code(run: Run, broken: Path) -> None:
    assert run("ingest", broken, "--skip-entities", "--strict").exit_code == EXIT_REJECTED


def test_a_rejection_is_listed_with_its_place_and_reason_until_it_passes(run: Run, broken: Path) -> None:
    run("ingest", broken, "--skip-entities")
    [listed] = json.loads(run("rejections", "--json").stdout)
    assert (listed["file"], listed["record"]) == ("broken.jsonl", 2)
    shown = run("rejections").stdout
    assert "31 June" in listed["reason"]
    assert listed["reason"] in shown

    broken.write_text(broken.read_text(encoding="utf-8").replace("31 June", "2020-06-30"), encoding="utf-8")
    again = run("ingest", "--retry", "--skip-entities", "--strict")
    assert again.exit_code == 0
    assert "former rejections that passed" in again.stdout
    assert "No rejections." in run("rejections").stderr
    assert "(passed since)" in run("rejections", "--all").stdout


def test_source_and_format_can_be_forced(run: Run, tmp_path: Path) -> None:
    odd = tmp_path / "export.dat"
    odd.write_text("headline,text\nHarbour opens,The harbour was opened.\n", encoding="utf-8")
    assert run("ingest", odd, "--format", "csv", "--source", "The Courier", "--skip-entities").exit_code == 0
    found = json.loads(run("search", "harbour", "--source", "The Courier", "--json").stdout)
    assert found["results"][0]["source"] == "The Courier"
    assert run("ingest", odd, "--format", "wordstar").exit_code == 2


def test_an_author_is_searched_for_as_over_http(run: Run, tmp_path: Path) -> None:
    signed = tmp_path / "signed.csv"
    rows = ["headline,text,author", "Harbour opens,It is open.,Zoë Doe", "Harbour shuts,It is shut.,Jane Smith"]
    signed.write_text("\n".join(rows), encoding="utf-8")
    assert run("ingest", signed, "--skip-entities").exit_code == 0
    found = json.loads(run("search", "harbour", "--author", "zoe doe", "--json").stdout)
    assert [hit["authors"] for hit in found["results"]] == [["Zoë Doe"]]
    assert json.loads(run("search", "author:smith", "--json").stdout)["total"] == 1


def test_what_was_found_is_shown_with_date_and_text(filled: Run) -> None:
    shown = filled("search", "astronauts landed")
    assert shown.exit_code == 0
    assert "1 article\n" in shown.stdout
    assert "1969-07-21 · HOUSTON, July 20" in shown.stdout
    assert "Two astronauts landed on the Moon on Sunday" in shown.stdout


def test_json_marks_the_words_in_the_snippet(filled: Run) -> None:
    [hit] = json.loads(filled("search", '"south pole"', "--json").stdout)["results"]
    snippet = hit["snippet"]
    marked = [snippet["text"][m["start"] - snippet["start"] : m["end"] - snippet["start"]] for m in snippet["matches"]]
    assert marked == ["South Pole"]


def test_where_nothing_has_all_the_words_it_says_so(filled: Run) -> None:
    assert "few or none have all the words" in filled("search", "astronauts amundsen").stdout


def test_how_a_query_was_read_otherwise_is_told_on_standard_error(filled: Run) -> None:
    assert "quotation mark" in filled("search", '"moon').stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["search", "moon", "--from", "1969-13"], 2, "--from: The calendar has no 1969-13."),
        (["search", "moon", "--from", "1970", "--to", "1960"], 2, "--to: 1960 is before"),
        (["search", "moon", "--entity", "Nobody"], 2, "--entity: No entity is called 'Nobody'."),
        (["search", "a " * 300], 2, "QUERY: "),
        (["search", "moon", "--limit", "0"], 2, "--limit"),
        (["ingest"], 2, "--retry"),
        (["entities", "hide", "person-nobody"], 1, "no entity 'person-nobody'"),
        (["entities", "undo", "3"], 1, "no decision '3'"),
        (["entities", "split", "person-nobody", "--mention", "3"], 2, "ARTICLE:START-END"),
        (["ingest", "/no/such/folder"], 66, "/no/such/folder"),
        (["serve", "--host", "192.0.2.1"], 78, "Cannot listen on http://192.0.2.1:8000"),
    ],
)
def test_a_mistake_is_a_sentence_and_an_exit_code(filled: Run, arguments: list[str], code: int, words: str) -> None:
    refused = filled(*arguments)
    assert refused.exit_code == code
    assert words in refused.stderr
    assert "Traceback" not in refused.output


@pytest.mark.parametrize("command", [["search", "moon"], ["stats"], ["rejections"], ["reindex"]])
def test_asking_where_no_archive_is_does_not_begin_one(run: Run, folder: Path, command: list[str]) -> None:
    refused = run(*command)
    assert refused.exit_code == 66
    assert "There is no archive" in refused.stderr
    assert not folder.exists()


@pytest.mark.parametrize("arguments", [["nosuch"], ["--retry"]])
def test_an_ingest_of_nothing_does_not_begin_an_archive(run: Run, folder: Path, arguments: list[str]) -> None:
    assert run("ingest", *arguments).exit_code == 66
    assert not folder.exists()


def test_a_map_is_kept_as_a_profile_and_used_again(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "le.csv"
    table.write_text("Nr;Artikel;Tag\n1;The ferry sails.;5/6/2025\n2;Snow fell.;6/6/2025\n")
    done = run("ingest", table, "--map", "body=Artikel", "--map", "date=Tag", "--profile", "le", "--skip-entities")
    assert report(done.stdout) == {**report(done.stdout), "new": 1, "rejected": 1}
    assert "--date-order day or month" in " ".join(run("rejections").stdout.split())
    again = run("ingest", table, "--map", "body=Artikel", "--map", "date=Tag", "--date-order", "day", "--profile", "le")
    assert report(again.stdout)["new"] == 1
    table.write_text("Nr;Artikel;Tag\n3;Fog came.;5/7/2025\n")
    assert report(run("ingest", table, "--profile", "le").stdout)["new"] == 1
    assert run("ingest", table, "--profile", "no").exit_code == 66
    assert run("ingest", table, "--map", "Artikel").exit_code == 66


@pytest.mark.parametrize("command", [["ingest", "seeds"], ["stats"], ["config"]])
def test_a_data_folder_that_is_a_file_is_a_wrong_setting(run: Run, folder: Path, command: list[str]) -> None:
    folder.write_text("text")
    refused = run(*command)
    assert refused.exit_code == 78
    assert refused.stderr == f"The data folder cannot be {folder}: {folder} is no folder.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["ingest", "{broken}", "--skip-entities", "--source", "x\udcff"],
        ["ingest", "{broken}", "--skip-entities", "--source", "x\x1b[31m"],
        ["keys", "create", "k\udcff", "--scope", "read"],
        ["keys", "create", "k", "--scope", "\udcff"],
        ["search", "moon\udcff"],
        ["search", "moon", "--source", "\udcff"],
        ["entities", "list", "k\udcff"],
    ],
)
def test_bytes_that_are_no_text_are_wrong_usage(filled: Run, broken: Path, arguments: list[str]) -> None:
    refused = filled(*(argument.format(broken=broken) for argument in arguments))
    assert refused.exit_code == 2, refused.output
    assert "control characters that are no text" in refused.stderr
    assert "\x1b[31m" not in refused.output


def test_a_given_source_is_cleaned_as_those_of_records_are(run: Run, broken: Path) -> None:
    run("ingest", broken, "--skip-entities", "--source", " Harbour\t\nWire ")
    assert "Harbour Wire" in run("search", "news").stdout


def test_a_setting_that_cannot_be_used_is_named(filled: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_PORT", "harbour")
    refused = filled("stats")
    assert refused.exit_code == 78
    assert "DATELINE_PORT" in refused.stderr


def test_a_key_is_shown_once_and_ends_when_it_is_revoked(filled: Run, folder: Path) -> None:
    made = filled("keys", "create", "newsroom", "--scope", "ingest", "--scope", "read")
    prefix, secret = made.stdout.strip().split("_", 1)
    [listed] = json.loads(filled("keys", "list", "--json").stdout)
    assert (listed["prefix"], listed["name"], listed["scopes"]) == (prefix, "newsroom", ["read", "ingest"])
    shown = filled("keys", "list").stdout
    assert prefix in shown
    assert secret not in shown + json.dumps(listed)
    assert filled("keys", "revoke", prefix).exit_code == 0
    assert "revoked" in filled("keys", "list").stdout
    assert filled("keys", "revoke", "00000000").exit_code == 1
    assert filled("keys", "create", "x", "--scope", "root").exit_code == 2


def test_config_shows_what_is_in_force(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_RATE_LIMIT", "5/minute")
    shown = json.loads(run("config", "--json").stdout)
    assert shown["DATELINE_RATE_LIMIT"] == "5/minute"
    assert shown["DATELINE_DATA_DIR"] == str(folder)
    assert "DATELINE_PORT" in run("config").stdout


def test_a_second_writer_ends_once_it_has_waited(
    filled: Run, folder: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_WRITE_WAIT", "0.2")
    with writing_alone(folder / "ingest.lock"):
        for command in (["ingest", str(articles)], ["reindex"]):
            refused = filled(*command)
            assert refused.exit_code == 75
            assert f"pid {os.getpid()}" in refused.stderr


def test_a_file_that_is_no_database_is_one_line(run: Run, folder: Path) -> None:
    folder.mkdir()
    (folder / "archive.sqlite").mkdir()
    refused = run("stats")
    assert refused.exit_code == EXIT_DISK
    assert "archive.sqlite" in refused.stderr


def test_every_error_has_an_exit_code() -> None:
    kinds = [kind for kind, _ in EXIT_CODES]
    assert kinds[-1] is errors.DatelineError
    assert len(kinds) == len(set(kinds))


def test_stats(filled: Run) -> None:
    counted = json.loads(filled("stats", "--json").stdout)
    assert (counted["articles"], counted["first_date"], counted["last_date"]) == (2, "1912-03-08", "1969-07-21")
    assert counted["index"]["documents"] == 2
    assert "2 articles, up to date" in filled("stats").stdout


@pytest.mark.parametrize("damage", ["none", "cut", "gone"])
def test_reindex_makes_a_lost_index_anew(filled: Run, folder: Path, damage: str) -> None:
    for file in (folder / "index").iterdir():
        if damage == "cut":
            file.write_bytes(file.read_bytes()[:10])
        elif damage == "gone":
            file.unlink()
    rebuilt = filled("reindex")
    assert rebuilt.exit_code == 0
    assert rebuilt.stdout == "2 articles indexed.\n"
    assert "1 article\n" in filled("search", "moon").stdout


def test_openapi_prints_a_schema() -> None:
    schema = json.loads(CliRunner().invoke(cli.app, ["openapi"]).stdout)
    assert schema["openapi"].startswith("3.1")
    assert "/v1/search" in schema["paths"]


@contextmanager
def serving(
    folder: Path, *options: str, ignored: signal.Signals | None = None
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A server process and its address, as printed."""
    command = [sys.executable, "-m", "app", "serve", "--port", "0", "--data-dir", str(folder), *options]
    if ignored is not None:
        command = ["sh", "-c", f'trap "" {ignored.name.removeprefix("SIG")}; exec "$@"', "sh", *command]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+?:\d+", process.stdout.readline())
        assert found is not None
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


def get(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return json.load(answer)


@pytest.mark.parametrize(
    ("sent", "code", "options"),
    [
        (signal.SIGTERM, 0, []),
        (signal.SIGINT, EXIT_INTERRUPTED, []),
        (signal.SIGTERM, 0, ["--workers", "2"]),
    ],
)
def test_serve_answers_and_ends_in_order(
    filled: Run, folder: Path, sent: signal.Signals, code: int, options: list[str]
) -> None:
    with serving(folder, *options) as (process, address):
        assert get(f"{address}/v1/search?q=moon")["total"] == 1
        process.send_signal(sent)
        _, errors_shown = process.communicate(timeout=20)
        assert process.returncode == code
        assert "Traceback" not in errors_shown


@pytest.mark.parametrize("options", [[], ["--workers", "2"]])
def test_a_server_started_in_the_background_of_a_script_is_not_for_ctrl_c(
    filled: Run, folder: Path, options: list[str]
) -> None:
    """It ignores what it was started to ignore, as everything that a script starts with `&`; SIGTERM ends it."""
    with serving(folder, *options, ignored=signal.SIGINT) as (process, address):
        assert get(f"{address}/v1/stats")
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            assert get(f"{address}/v1/search?q=moon")["total"] == 1
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert process.returncode == 0


def test_serve_makes_an_archive_where_none_is(folder: Path) -> None:
    with serving(folder) as (_, address):
        assert get(f"{address}/v1/stats")["articles"] == 0


def test_a_port_in_use_is_one_line(filled: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = filled("serve", "--port", str(port))
    assert refused.exit_code == 78
    assert refused.stderr == f"Cannot listen on http://127.0.0.1:{port}: Address already in use.\n"


def test_a_closed_stream_and_one_that_takes_ascii_alone_are_written_to(
    filled: Run, folder: Path, tmp_path: Path
) -> None:
    command = f"{sys.executable} -m app stats --data-dir {folder}"
    for closed in (">&-", ">&- 2>&-", "<&- >&- 2>&-"):
        assert spawn("sh", "-c", f"{command} {closed}").stderr == ""
    (tmp_path / "cafe.txt").write_text(" date 1999-01-01 PARIS: Le café est fermé – déjà vu.", encoding="utf-8")
    assert filled("ingest", tmp_path / "cafe.txt", "--skip-entities").exit_code == 0
    for option in ("", "--json"):
        command = f"PYTHONIOENCODING=ascii {sys.executable} -m app search café {option} --data-dir {folder}"
        shown = spawn("sh", "-c", command)
        assert (shown.returncode, shown.stderr) == (0, "")
        assert r"\xe9" in shown.stdout or r"ferm\u00e9" in shown.stdout
    assert json.loads(shown.stdout)["total"] == 1


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, EXIT_TERMINATED), (signal.SIGINT, EXIT_INTERRUPTED)])
def test_an_ingest_that_is_stopped_keeps_what_it_wrote(
    run: Run, folder: Path, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    many = tmp_path / "many.jsonl"
    many.write_text("".join(json.dumps({"id": n, "text": f"Number {n}"}) + "\n" for n in range(200_000)))
    command = [sys.executable, "-m", "app", "ingest", str(many), "--skip-entities", "--data-dir", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while (
            not (folder / "ingest.lock").exists() or json.loads(run("stats", "--json").stdout or "{}")["articles"] == 0
        ):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(sent)
        _, shown = process.communicate(timeout=60)
    assert (process.returncode, shown) == (code, "Stopped.\n")
    assert json.loads(run("stats", "--json").stdout)["articles"] % 500 == 0
    assert run("reindex").exit_code == 0
    assert "1 article\n" in run("search", "headline:number", "headline:7").stdout


def test_a_reader_that_goes_away_is_no_failure_to_talk_about(filled: Run, folder: Path) -> None:
    command = f"{sys.executable} -m app search moon --json --data-dir {folder} | head -c 1"
    shown = spawn("sh", "-c", command)
    assert shown.stdout == "{"
    assert shown.stderr == ""


@pytest.mark.parametrize("group", ["", "entities", "keys"])
def test_a_defect_shows_no_values(group: str) -> None:
    """The traceback of a defect has the lines of our code, and never what stood in them."""
    script = f"""
from app import cli
from app.cli import entities, keys

@{{"": cli.app, "entities": entities.entities, "keys": keys.keys}}[{group!r}].command("broken")
def broken(given: str) -> None:
    raise RuntimeError

cli.app()
"""
    command = [sys.executable, "-c", script, *group.split(), "broken", "what was given"]
    ended = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert "RuntimeError" in ended.stderr
    assert "what was given" not in ended.stderr
    assert "locals" not in ended.stderr


def test_editions_are_listed_and_told_apart(run: Run, tmp_path: Path) -> None:
    told = "The harbour was shut on Monday after a storm had thrown two cranes into the basin, and ships wait outside."
    told += " Nobody knows how long it will take to lift them, said the master of the port, who has asked for divers."
    records = [{"id": 1, "title": "Shut", "date": "2019-03-04", "source": "Wire", "text": told}]
    records += [records[0] | {"id": 2, "title": "CORRECTED - Shut", "text": told.replace("two", "three")}]
    records += [records[0] | {"id": 3, "title": "Alone", "text": "Nobody else has it."}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    assert run("ingest", str(tmp_path / "a.jsonl"), "--skip-entities").exit_code == 0
    ids = {
        hit["headline"]: hit["id"] for hit in json.loads(run("search", "harbour OR nobody", "--json").stdout)["results"]
    }
    first, second = ids["Shut"], ids["CORRECTED - Shut"]
    [found] = json.loads(run("copies", first, "--json").stdout)["results"]
    assert (found["id"], found["kind"], found["relation"]) == (second, "version", "correction")
    assert second in run("copies", first).stdout
    assert "[-two-]{+three+} cranes" in run("copies", first, second).stdout
    assert json.loads(run("copies", first, second, "--json").stdout)["spans"][1]["op"] == "replace"
    alone = run("copies", ids["Alone"])
    assert (alone.exit_code, alone.stdout, "No other editions." in alone.stderr) == (0, "", True)
    assert run("copies", "nothing").exit_code != 0


def test_changes_are_listed_from_a_number_on(filled: Run) -> None:
    lines = [line.split("\t") for line in filled("changes").stdout.splitlines()]
    assert [line[1] for line in lines] == ["added", "added"]
    assert lines[0][3].startswith("Two astronauts")
    last, gone = lines[1][0], lines[0][2]
    assert filled("changes", "--since", last).stdout == ""
    assert filled("withdraw", gone, "--reason", "A mistake.").exit_code == 0
    [told] = filled("changes", "--since", last, "--json").stdout.splitlines()
    assert {"change": "withdrawn", "id": gone, "reason": "A mistake."}.items() <= json.loads(told).items()
    [article] = filled("changes", "--json", "--type", "article").stdout.splitlines()[:1]
    assert json.loads(article)["article"]["body"]
    assert filled("changes", "--type", "entity").stdout == ""
    refused = filled("changes", "--since", "99999")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "was not given yet" in refused.stderr


def test_changes_are_followed_until_it_is_stopped(filled: Run, folder: Path) -> None:
    command = [sys.executable, "-m", "app", "changes", "--follow", "--json", "--data-dir", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        ids = [json.loads(following.stdout.readline())["id"] for _ in range(2)]
        assert filled("withdraw", ids[0], "--reason", "A mistake.").exit_code == 0
        told = json.loads(following.stdout.readline())
        following.send_signal(signal.SIGINT)
        assert following.wait(timeout=60) == EXIT_INTERRUPTED
    assert (told["change"], told["id"]) == ("withdrawn", ids[0])

"""`dateline feeds` against a real server: what is added, listed, checked and removed, and what is said of the rest."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from app import cli
from app.cli.feeds import feeds
from tests.fetch.web import Web, serving
from tests.ingest.test_following import FERRY, LAMP, linking, rss

Run = Callable[..., Result]


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as made:
        made.put("/feed", rss(FERRY, LAMP), "application/rss+xml", ETag='"1"')
        made.put("/", linking(("News", "/feed")))
        made.put("/page", b"<html><body>News</body></html>")
        yield made


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATELINE_FETCH_HOSTS", "127.0.0.1")
    monkeypatch.setenv("DATELINE_FETCH_PAUSE", "0")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(cli.app, ["feeds", *arguments, "--data-dir", str(tmp_path / "data")])

    return invoke


@pytest.mark.parametrize("command", ["add", "list", "remove", "check"])
def test_the_examples_can_be_typed(command: str) -> None:
    commands = typer.main.get_command(feeds).commands  # type: ignore[attr-defined]
    shown = [line.partition("`")[2].partition("`")[0] for line in commands[command].epilog.splitlines() if "`" in line]
    assert shown
    for line in shown:
        words = shlex.split(line, comments=True)
        assert words[:3] == ["dateline", "feeds", command]
        commands[command].make_context(command, words[3:])


def test_a_feed_is_added_listed_checked_and_removed(web: Web, run: Run) -> None:
    added = run("add", web.url("/"), "--source", "Coast Courier", "--every", "15")
    assert added.exit_code == 0, added.stderr
    id = added.stdout.split()[0]
    assert added.stdout == f"{id}  {web.url('/feed')}  Harbour & Wire\n"
    again = run("add", web.url("/feed"))
    assert (again.exit_code, again.stderr) == (1, f"{web.url('/feed')} is followed already: it is feed {id}.\n")
    checked = run("check", "--skip-entities")
    assert checked.exit_code == 0, checked.stderr
    assert checked.stdout.startswith("Harbour & Wire: 2 new\n")
    assert "read       2" in checked.stdout
    assert run("check", web.url("/feed"), "--skip-entities").stdout.startswith("Harbour & Wire: unchanged\n")
    listed = run("list").stdout
    assert all(words in listed for words in (id, "unchanged", web.url("/feed")))
    [shown] = json.loads(run("list", "--json").stdout)
    assert (shown["id"], shown["articles"], shown["every"], shown["source"]) == (id, 2, 15, "Coast Courier")
    removed = run("remove", id)
    assert removed.stdout == f"{web.url('/feed')} is followed no longer.\n"
    assert run("list").stderr == "No feeds.\n"
    assert run("remove", id).exit_code == 1


def test_what_is_no_feed_is_not_added(web: Web, run: Run, tmp_path: Path) -> None:
    refused = run("add", web.url("/feed"), web.url("/page"))
    assert (refused.exit_code, refused.stderr) == (
        1,
        f"{web.url('/page')} is no feed but a web page that links none.\n",
    )
    assert not (tmp_path / "data").exists(), "neither is the other, and no archive is begun"
    assert run("add", "news.example").exit_code == 2
    assert "own networks" in run("add", web.url("/feed", "localhost")).stderr
    assert run("add", web.url("/page"), "--every", "1").exit_code == 2
    assert run("add", web.url("/page"), "--no-check").exit_code == 0


def test_a_check_that_fails_says_so_and_goes_on(web: Web, run: Run) -> None:
    run("add", web.url("/feed"))
    run("add", web.url("/page"), "--no-check")
    checked = run("check", "--skip-entities")
    assert checked.exit_code == 1
    assert f"{web.url('/page')} is no feed but a web page that links none." in checked.stderr
    assert "Harbour & Wire: 2 new" in checked.stdout

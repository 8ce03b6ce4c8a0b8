"""Several processes on one archive: one writes, the others read, and each ends in order."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path

import httpx
import pytest
import time_machine

from app.archive import Archive, open_archive
from app.ingest import indexing
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.search.query import Query, Word
from app.settings import Settings
from tests.failures.command import ROOT, dateline, serving
from tests.failures.conftest import article, fill
from tests.failures.processes import loads_the_model, with_children, workers

LOOKUP, NOTHING = "/v1/articles/lookup", b'{"ids": []}'
HOLD = """
import sys, time
from pathlib import Path
from app.ingest.lock import writing_alone
with writing_alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""
READ = """
import sys, time
from pathlib import Path
from app.archive import open_archive
from app.search.query import Query, Word
from app.settings import Settings
most = searches = 0
with open_archive(Settings(data_dir=Path(sys.argv[1]))) as archive:
    while not Path(sys.argv[2]).exists():
        found = archive.engine.search(Query(Word("lighthouse"))).total
        assert found % 10 == 0 and found >= most, (found, most)
        most, searches = found, searches + 1
        time.sleep(0.002)
print(searches, most)
"""


def run(script: str, *arguments: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def ingesting(folder: Path, number: int, until: Callable[[int], object]) -> Iterator[subprocess.Popen[str]]:
    """An ingest with two workers, in a group of its own, once `until` holds of it."""
    file = folder.parent / "many.jsonl"
    file.write_text("".join(article(n) for n in range(1_000, 1_000 + number)))
    command = [sys.executable, "-m", "app", "ingest", str(file), "--workers", "2", "--data-dir", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        deadline = time.monotonic() + 60
        while not until(process.pid):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield process


def add(archive: Archive, folder: Path, first: int, number: int) -> None:
    file = folder / f"more-{first}.jsonl"
    file.write_text("".join(article(n) for n in range(first, first + number)))
    ingest([file], archive, IngestOptions(skip_entities=True))


def found(folder: Path) -> int:
    """By a process that opens the archive anew."""
    total: int = json.loads(dateline(folder, "search", "lighthouse", "--json").stdout)["total"]
    return total


def test_a_second_writer_ends_at_once_and_a_killed_one_holds_nothing(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_WRITE_WAIT", "0.1")
    holder = run(HOLD, filled / "ingest.lock")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    for command in (["ingest", tmp_path / "0.jsonl", "--skip-entities"], ["reindex"]):
        refused = dateline(filled, *command)
        assert refused.returncode == 75
        assert f"pid {holder.pid}" in refused.stderr
    assert found(filled) == 40
    holder.kill()
    holder.communicate()
    assert dateline(filled, "reindex").returncode == 0
    assert found(filled) == 40


def test_readers_in_threads_and_processes_during_25_commits(filled: Path, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    readers = [run(READ, filled, stop) for _ in range(2)]
    wrong: list[int] = []
    with open_archive(Settings(data_dir=filled)) as archive:

        def read() -> None:
            most = 0
            while not stop.exists():
                found = archive.engine.search(Query(Word("lighthouse"))).total
                if found % 10 or found < most:
                    wrong.append(found)
                most = found
                time.sleep(0.002)  # leaves the writer its share of the machine

        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        for n in range(25):
            add(archive, tmp_path, 1_000 + 10 * n, 10)
            if n == 12:
                indexing.rebuild(archive)
        stop.touch()
        for thread in threads:
            thread.join()
        assert verify(archive) == []
        assert archive.engine.search(Query(Word("lighthouse"))).total == 290
    assert wrong == []
    for reader in readers:
        shown, errors = reader.communicate(timeout=60)
        assert reader.returncode == 0, errors
        assert int(shown.split()[0]) > 0


def test_a_server_goes_on_and_switches_while_another_process_builds_the_index(filled: Path) -> None:
    with serving(filled) as (_, address), httpx.Client(base_url=address, timeout=30) as client:
        before = client.get("/readyz").json()["generation"]
        codes = []
        building = subprocess.Popen([sys.executable, "-m", "app", "reindex", "--data-dir", str(filled)], cwd=ROOT)
        while building.poll() is None:
            codes.append(client.get("/v1/search?q=lighthouse").json()["total"])
        assert building.returncode == 0
        assert set(codes) == {40}
        deadline = time.monotonic() + 10
        while client.get("/readyz").json()["generation"] == before:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert client.get("/v1/search?q=lighthouse").json()["total"] == 40


def begin(address: str) -> socket.socket:
    """A connection whose request the server is at: its handler has asked for the body, which is not sent yet."""
    url = httpx.URL(address)
    connection = socket.create_connection((url.host, url.port or 80), timeout=30)
    head = f"POST {LOOKUP} HTTP/1.1\r\nHost: {url.host}\r\nContent-Type: application/json\r\n"
    connection.sendall(f"{head}Content-Length: {len(NOTHING)}\r\nExpect: 100-continue\r\n\r\n".encode())
    assert connection.recv(1_000).startswith(b"HTTP/1.1 100")
    return connection


def finish(connection: socket.socket) -> tuple[int, bytes]:
    """Sends the body, and reads the answer to its end."""
    connection.sendall(NOTHING)
    answer = HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.read()


ASKED = ("/v1/search?q=lighthouse", "/v1/stats", "/v1/sources", "/readyz", "/metrics", "/?q=lighthouse")


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("what", ["folder", "files"])
def test_an_index_removed_under_a_server_is_built_again(filled: Path, tmp_path: Path, workers: str, what: str) -> None:
    index, log = filled / "index", tmp_path / "log"
    with log.open("w") as file, serving(filled, "--workers", workers, log=file) as (_, address):
        assert httpx.get(f"{address}/v1/search?q=lighthouse", timeout=30).json()["total"] == 40
        for _ in range(2):
            if what == "folder":
                shutil.rmtree(index)
            else:
                for path in index.iterdir():
                    path.unlink()
            deadline = time.monotonic() + 30
            while not list(index.glob("*.toc")):
                assert time.monotonic() < deadline
                for asked in ASKED:
                    answer = httpx.get(address + asked, timeout=30)
                    assert answer.status_code in (200, 503), answer.text
                    if asked == ASKED[0] and answer.status_code == 200:
                        assert answer.json()["total"] == 40
                time.sleep(0.05)
        assert {httpx.get(address + path, timeout=30).status_code for path in ASKED for _ in range(4)} == {200}
    assert "Traceback" not in log.read_text()
    with open_archive(Settings(data_dir=filled)) as archive:
        assert archive.engine.search(Query(Word("lighthouse"))).total == 40
        assert verify(archive, deep=True) == []


@pytest.mark.parametrize("lost", ["*.seg", "*.toc", "receipt_*"])
def test_an_index_that_loses_files_under_who_writes_is_made_whole(filled: Path, tmp_path: Path, lost: str) -> None:
    with open_archive(Settings(data_dir=filled)) as archive:
        for path in (filled / "index").glob(lost):
            path.unlink()
        add(archive, tmp_path, 1_000, 10)
        assert archive.engine.search(Query(Word("lighthouse"))).total == 50
    assert found(filled) == 50
    with open_archive(Settings(data_dir=filled)) as archive:
        assert verify(archive, deep=True) == []


def test_who_opens_an_archive_without_an_index_leaves_none_behind(filled: Path) -> None:
    """A server that saw an empty one there would take it for what a commit has left."""
    with open_archive(Settings(data_dir=filled)) as serving:
        shutil.rmtree(filled / "index")
        assert dateline(filled, "stats").returncode == 0
        time.sleep(0.3)
        assert serving.engine.search(Query(Word("lighthouse"))).total == 40
        assert serving.engine.status().unreadable
        assert [finding.store for finding in verify(serving)] == ["index"]
        assert indexing.catch_up(serving) == 40
        assert not serving.engine.status().unreadable
        assert verify(serving, deep=True) == []


def test_a_data_folder_removed_under_a_server_is_said_and_not_begun_anew(filled: Path, tmp_path: Path) -> None:
    log, moved = tmp_path / "log", tmp_path / "moved"
    with log.open("w") as file, serving(filled, log=file) as (_, address):
        assert httpx.get(f"{address}/v1/stats", timeout=30).status_code == 200
        shutil.copytree(filled, moved)
        shutil.rmtree(filled)
        while "could not be brought up to date" not in log.read_text():
            assert {httpx.get(address + path, timeout=30).status_code for path in ASKED} <= {503}
        time.sleep(2)
        assert httpx.get(f"{address}/v1/stats", timeout=30).json()["type"] == "/problems/storage-failed"
        # What another archive has put there in the meantime is left alone.
        shutil.copytree(moved, filled)
        assert httpx.get(f"{address}/v1/stats", timeout=30).status_code == 503
    told = log.read_text()
    assert "Traceback" not in told
    assert told.count("could not be brought up to date") == 1, "it is tried again and again, and said once"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_requests_under_way_are_finished_when_it_is_told_to_stop(filled: Path, workers: str) -> None:
    with serving(filled, "--workers", workers) as (process, address):
        begun, told = threading.Event(), threading.Event()
        cut_off: list[Exception] = []
        answered: list[int] = []

        def ask(asker: int) -> None:
            with httpx.Client(base_url=address, timeout=30) as client:
                for n in range(100_000):
                    asked = {"q": f"light* OR {asker} {n}", "facet": "month"}
                    try:
                        answer = client.send(client.build_request("GET", "/v1/search", params=asked), stream=True)
                    except httpx.TransportError as error:
                        # A connection may close just as the next request is sent on it: that one was never begun.
                        if not told.is_set():
                            cut_off.append(error)
                        return
                    answer.read()  # raises where an answer that began does not end
                    answered.append(answer.status_code)
                    if len(answered) > 40:
                        begun.set()

        with ThreadPoolExecutor(8) as pool:
            asking = [pool.submit(ask, n) for n in range(8)]
            assert begun.wait(60)
            under_way, idle = [[begin(address) for _ in range(4)] for _ in range(2)]
            assert [finish(each)[0] for each in idle] == [200] * 4
            told.set()
            sent = time.monotonic()
            process.send_signal(signal.SIGTERM)
            # It closes what is idle, so it has heard.
            assert [each.recv(1) for each in idle] == [b""] * 4
            finished = [finish(each) for each in under_way]
            process.wait(30)
            took = time.monotonic() - sent
            for connection in (*under_way, *idle):
                connection.close()
            for each in asking:
                each.result()
        assert finished == [(200, b'{"results":[]}')] * 4
        assert process.returncode == 0
        assert took < 10, "it ends within ten seconds, whatever is asked"
        assert set(answered) == {200}
        assert cut_off == []


def test_a_server_does_not_say_what_it_is(filled: Path) -> None:
    with serving(filled) as (_, address):
        for path in ("/", "/v1/stats", "/v1/nowhere", "/docs", "/docs/assets/swagger-ui.css", "/v1/search?limit=0"):
            assert not {"server", "x-powered-by"} & httpx.get(address + path, timeout=60).headers.keys()
        # What is no HTTP is answered below the application.
        url = httpx.URL(address)
        with socket.create_connection((url.host, url.port or 80), timeout=30) as connection:
            connection.sendall(b"nonsense\r\n\r\n")
            answer = connection.recv(10_000).lower()
        assert b" 400 " in answer
        assert b"server:" not in answer


def test_an_ingest_whose_worker_was_killed_says_so_and_goes_on_when_run_again(filled: Path) -> None:
    with ingesting(filled, 400, lambda pid: len(workers(pid)) == 2) as process:
        os.kill(workers(process.pid)[-1], signal.SIGKILL)
        errors = process.communicate(timeout=60)[1]
    assert process.returncode == 71
    assert "Traceback" not in errors
    assert "--workers 1" in errors
    assert dateline(filled, "ingest", filled.parent / "many.jsonl", "--workers", "1").returncode == 0
    with open_archive(Settings(data_dir=filled)) as archive:
        assert archive.engine.search(Query(Word("lighthouse"))).total == 440
        assert verify(archive) == []


def test_an_ingest_that_is_stopped_while_the_model_loads_says_no_more_than_that(filled: Path) -> None:
    with ingesting(filled, 400, loads_the_model) as process:
        os.killpg(process.pid, signal.SIGINT)
        errors = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert errors.strip() == "Stopped."


def test_meters_are_of_all_processes_together(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))

    def answered(address: str) -> str:
        """As told by each of several connections, which whatever process takes."""
        told = [httpx.get(f"{address}/metrics", timeout=60).text for _ in range(6)]
        asked = {re.findall(r'^dateline_requests_total{.*route="/v1/stats".*} (.+)$', text, re.M)[0] for text in told}
        assert all(re.findall(r"^dateline_articles (.+)$", text, re.M) == ["40.0"] for text in told)
        [number] = asked
        return str(number)

    with serving(filled, "--workers", "2") as (process, address):
        for _ in range(40):
            assert httpx.get(f"{address}/v1/stats", timeout=60).status_code == 200
        assert answered(address) == "40.0"
        # One that is gone has answered what it has answered; another takes its place.
        os.kill(with_children(process.pid)[-1], signal.SIGKILL)
        time.sleep(0.5)
        assert answered(address) == "40.0"
        assert list(scratch.iterdir())
    assert list(scratch.iterdir()) == []


def test_a_clock_that_jumps_changes_nothing(tmp_path: Path) -> None:
    """Sequence numbers order, not clocks: an ingest of 1971 after one of 2099 is the later one."""
    settings = Settings(data_dir=fill(tmp_path))
    for year, words in ((2099, "harbour"), (1971, "lighthouse and a dog"), (2038, "lighthouse")):
        with time_machine.travel(f"{year}-01-01T00:00:00Z"), open_archive(settings) as archive:
            file = tmp_path / "0.jsonl"
            record = {"id": 0, "title": "Number 0", "text": f"Keeper of the {words} in {year}."}
            file.write_text(json.dumps(record) + "\nbroken\n")
            report = ingest([file], archive, IngestOptions(skip_entities=True))
            assert (report.revised, report.rejected) == (1, 1)
            assert verify(archive, deep=True) == []
            assert archive.engine.search(Query(Word(str(year)))).total == 1
    with open_archive(settings) as archive:
        assert archive.engine.search(Query(Word("lighthouse"))).total == 40


def test_what_a_stop_breaks_off_is_told_so(filled: Path) -> None:
    head = (
        b"POST /v1/articles/lookup HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n"
    )
    with serving(filled) as (process, address):
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(head + b"{")
            assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200
            sent = time.monotonic()
            process.send_signal(signal.SIGTERM)
            told = b"".join(iter(lambda: connection.recv(65_536), b""))
            process.wait(30)
        assert time.monotonic() - sent < 10
    assert process.returncode == 0
    assert told.startswith(b"HTTP/1.1 503 ")
    assert b"/problems/unavailable" in told


def test_workers_end_with_the_process_that_started_them(filled: Path) -> None:
    with serving(filled, "--workers", "2") as (process, address):
        assert httpx.get(f"{address}/v1/stats", timeout=60).status_code == 200
        workers = with_children(process.pid)[1:]
        process.kill()
        process.wait()
        deadline = time.monotonic() + 20
        while any(Path(f"/proc/{worker}").exists() for worker in workers):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    socket.create_server(("127.0.0.1", int(address.rpartition(":")[2]))).close()


def test_connections_leave_files_for_searches(filled: Path) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))

    with serving(filled, prepare=few) as (_, address), httpx.Client(base_url=address, timeout=30) as client:
        assert client.get("/v1/search?q=lighthouse").status_code == 200
        url = httpx.URL(address)
        idle = [socket.create_connection((url.host, url.port or 80), timeout=30) for _ in range(150)]
        told = idle[-1].recv(65_536)
        assert told.startswith(b"HTTP/1.1 503 ")
        for n in range(3):
            assert client.get(f"/v1/search?q=lighthouse&limit={n + 1}").status_code == 200
        for each in idle:
            each.close()
        assert httpx.get(f"{address}/v1/search?q=keeper").status_code == 200

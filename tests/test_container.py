"""The container's description is one that its tools read, and speaks of settings that there are; what is built from it
is small and works.

No registry of images is asked for the base that the Dockerfile names: one is made of Debian under that name.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from app.settings import Settings

ROOT = Path(__file__).parent.parent
USER = 10001
LARGEST = 600_000_000
TOOLS = ("buildah", "debootstrap")
BASE = ("python3-venv", "python-is-python3")
"""Of Debian 12: Python 3.11, by the name that the official image has for it."""


def compose() -> list[str] | None:
    """The command as it is installed: a part of `docker` by now, a program of its own before."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if (
            shutil.which(command[0])
            and subprocess.run([*command, "version"], check=False, capture_output=True).returncode == 0
        ):
            return command
    return None


def read_compose(file: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Return the file as compose understands it, with `environment` alone."""
    command = compose()
    if command is None:
        pytest.skip("docker compose is not installed")
    given = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(
        [*command, "-f", file, "config"], check=False, cwd=ROOT, env=given, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("file", ["compose.yaml", "compose.cluster.yaml"])
def test_compose_reads_its_file(file: str) -> None:
    read = read_compose(file, POSTGRES_PASSWORD="cd3c3b")
    assert read.returncode == 0, read.stderr
    assert "read_only: true" in read.stdout
    settings = {f"DATELINE_{name.upper()}" for name in Settings.model_fields}
    named = {line.split(":")[0].strip() for line in read.stdout.splitlines() if line.strip().startswith("DATELINE_")}
    assert named
    assert named <= settings


@pytest.mark.parametrize("file", ["compose.yaml", "compose.cluster.yaml"])
def test_every_service_comes_back_and_its_log_has_an_end(file: str) -> None:
    read = read_compose(file, POSTGRES_PASSWORD="cd3c3b")
    assert read.returncode == 0, read.stderr
    for each in yaml.safe_load(read.stdout)["services"].values():
        assert each["restart"] == "unless-stopped"
        assert each["logging"]["options"].keys() == {"max-size", "max-file"}


def test_a_cluster_has_no_password_of_its_own() -> None:
    read = read_compose("compose.cluster.yaml")
    assert read.returncode != 0
    assert "set it to letters and digits" in read.stderr


def test_only_servers_of_a_cluster_are_reached_and_whoever_keeps_something_says_how_it_is() -> None:
    read = read_compose("compose.cluster.yaml", POSTGRES_PASSWORD="cd3c3b")
    assert read.returncode == 0, read.stderr
    whole = yaml.safe_load(read.stdout)
    assert whole["networks"]["inside"]["internal"] is True
    services = whole["services"]
    servers = {"server-1", "server-2"}
    # The image of Dateline brings a check of its own.
    kept = {"postgres", "search-1", "search-2", "search-3"}
    assert services.keys() == servers | kept | {"worker"}
    assert {name for name, each in services.items() if "ports" in each} == servers
    assert {name for name, each in services.items() if "outside" in each["networks"]} == servers
    checks = {name: each["healthcheck"]["test"] for name, each in services.items() if "healthcheck" in each}
    assert checks.pop("worker") == ["NONE"]
    assert checks.keys() == kept
    volumes = [each["volumes"] for name, each in services.items() if name != "worker"]
    assert all(len(mounted) == 1 for mounted in volumes)
    assert len({str(mounted) for mounted in volumes}) == len(volumes)
    for name in (*servers, "worker"):
        assert services[name]["build"]["args"] == {"REQUIREMENTS": "requirements-cluster.txt"}
        assert Settings(**_given(services[name]["environment"])).search_nodes == (
            "http://search-1:9200", "http://search-2:9200", "http://search-3:9200",
        )  # fmt: skip


def _given(environment: dict[str, str]) -> dict[str, Any]:
    """Return settings by name as they are read from an environment."""
    return {name.removeprefix("DATELINE_").lower(): value for name, value in environment.items()}


class Workshop:
    """Buildah with images and containers of its own, below one folder: those of the machine are left alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.command = ["buildah", "--root", str(folder / "storage"), "--runroot", str(folder / "run")]

    def call(self, *arguments: str | Path, input: str | None = None) -> str:
        """Returns what it printed, errors and all; what it was asked to run inside must succeed."""
        done = subprocess.run(
            [*self.command, *map(str, arguments)],
            check=False,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            input=input,
            text=True,
            timeout=1800,
        )
        assert done.returncode == 0, done.stdout[-4000:]
        return done.stdout.strip()

    def inside(self, *command: str) -> list[str]:
        """Returns what runs `command` as the user of the image, with archive and seeds mounted as documented."""
        mounts = [f"--volume={self.folder}/data:/data", f"--volume={ROOT}/seeds:/articles:ro"]
        return ["run", "--isolation", "chroot", *mounts, "tried", "--", *command]


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        pytest.skip(f"{' and '.join(missing)} not installed (Debian: apt-get install {' '.join(TOOLS)})")
    if os.geteuid() != 0:
        pytest.skip("making a base image needs root")
    made = Workshop(tmp_path)
    yield made
    made.call("rm", "--all")
    made.call("rmi", "--all", "--force")
    shutil.rmtree(tmp_path / "base", ignore_errors=True)


def make_base(workshop: Workshop) -> None:
    """Tags a Debian, without what the official slim images leave out too, by the name in the Dockerfile."""
    base = workshop.folder / "base"
    made = subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={','.join(BASE)}", "bookworm", str(base)],
        check=False,
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert made.returncode == 0, made.stdout[-2000:]
    for left_out in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"):
        shutil.rmtree(base / left_out)
    (base / "var/cache/apt/archives/partial").mkdir(parents=True)
    [name] = set(re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE))
    workshop.call("from", "--name", "base", "scratch")
    workshop.call("add", "--quiet", "base", base, "/")
    workshop.call("config", "--env", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "base")
    workshop.call("commit", "--quiet", "base", name)


def pip_of_here(folder: Path) -> list[str]:
    """Returns volumes that let pip find packages where this machine's does: its settings, and the files they name."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    settings = {name.rpartition(".")[2]: value for name, value in re.findall(r"^(\S+)='(.*)'$", listed, re.MULTILINE)}
    (folder / "pip.conf").write_text("[global]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()))
    named = {value for value in settings.values() if value.startswith("/") and Path(value).exists()}
    return [f"--volume={folder}/pip.conf:/etc/pip.conf:ro", *(f"--volume={path}:{path}:ro" for path in sorted(named))]


@contextmanager
def serving(workshop: Workshop) -> Iterator[str]:
    """Gives the address of a server in the container, which has the network of this machine."""
    log = workshop.folder / "log"
    command = [*workshop.command, *workshop.inside("dateline", "serve", "--port", "0")]
    with (
        log.open("w") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True) as process,
    ):
        try:
            line = process.stdout.readline() if process.stdout else ""
            assert "36 articles" in line, log.read_text()
            yield re.sub(r".*(http://)\S+(:\d+) .*", r"\g<1>127.0.0.1\2", line.strip())
        finally:
            os.killpg(process.pid, signal.SIGTERM)


@pytest.mark.torture
def test_the_image_is_small_and_works_for_the_user_it_is_made_for(workshop: Workshop) -> None:
    make_base(workshop)
    workshop.call(
        *("build", "--isolation", "chroot", "--format", "docker", "--quiet"),
        *(*pip_of_here(workshop.folder), "--tag", "dateline", "."),
    )
    number, unit = workshop.call("images", "--format", "{{.Size}}", "dateline").split()
    size = float(number) * {"kB": 1e3, "MB": 1e6, "GB": 1e9}[unit]
    print(f"the image is {size / 1e6:.0f} MB")  # noqa: T201  # for who runs it
    assert size < LARGEST

    (workshop.folder / "data").mkdir(mode=0o700)
    os.chown(workshop.folder / "data", USER, USER)
    workshop.call("from", "--name", "tried", "--pull-never", "dateline")
    assert workshop.call(*workshop.inside("id", "-u")) == str(USER)
    assert re.fullmatch(r"dateline \S+", workshop.call(*workshop.inside("dateline", "--version")))
    told = workshop.call(*workshop.inside("dateline", "ingest", "/articles"))
    assert re.search(r"^new +36$", told, re.MULTILINE), told
    found = workshop.call(*workshop.inside("dateline", "search", "reactor", "--entity", "Ukraine"))
    assert "Chernobyl" in found
    assert "Warning" not in told + found

    config = json.loads(workshop.call("inspect", "--type", "image", "dateline"))["Docker"]["config"]
    assert (config["User"], config["Entrypoint"], config["Cmd"]) == (str(USER), ["dateline"], ["serve"])
    with serving(workshop) as address:
        assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200
        assert httpx.get(f"{address}/v1/search", params={"q": "moon"}, timeout=60).json()["total"] > 0
        check = config["Healthcheck"]["Test"]
        assert check[0] == "CMD"
        port = f"DATELINE_PORT={address.rpartition(':')[2]}"
        workshop.call(*workshop.inside("env", port, *check[1:]))
    assert "Warning" not in (workshop.folder / "log").read_text()

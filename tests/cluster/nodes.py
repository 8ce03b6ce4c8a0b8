"""A cluster of real OpenSearch nodes on this machine, one process each, from what Maven Central has.

    python -m tests.cluster.nodes start [--nodes 3] [--folder FOLDER]    prints what DATELINE_SEARCH_URL is to be
    python -m tests.cluster.nodes stop | kill N | restart N

A node takes 512 MB of heap and some 800 MB in all. None of them runs as root: OpenSearch refuses to.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

VERSION = "3.8.0"
NEEDED_JAVA = 21
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
ARTIFACT = f"org.opensearch.distribution.integ-test-zip:opensearch:{VERSION}:zip"
NOBODY = 65534
DEFAULT_FOLDER = Path(os.environ.get("CLUSTER_FOLDER", "/tmp/dateline-cluster"))  # a name to find it by
UNNEEDED = frozenset(
    "aggs-matrix-stats cache-common geo ingest-common ingest-geoip ingest-user-agent lang-expression lang-mustache"
    " opensearch-dashboards parent-join percolator rank-eval repository-url rule-framework search-pipeline-common"
    " store-subdirectory transport-grpc".split()
)
"""Modules that nothing here asks for: without them a node starts in half the time."""

# A copy that waits for a node which was killed as it began stands in the way of others, by itself for half an hour.
_CONFIGURATION = """\
cluster.name: dateline-test-{port}
node.name: node{number}
path: {{data: "{home}/data", logs: "{home}/logs"}}
network.host: 127.0.0.1
http.port: {http}
transport.port: {transport}
discovery.seed_hosts: [{seeds}]
cluster.initial_cluster_manager_nodes: [{names}]
cluster.routing.allocation.disk.threshold_enabled: false
cluster.max_shards_per_node: 5000
indices.recovery.recovery_activity_timeout: 20s
action.auto_create_index: false
"""


class ClusterUnusable(Exception):
    """What is missing on this machine, as a sentence."""


def find_java() -> Path:
    """Return the newest Java of this machine. Raises `ClusterUnusable` where none is new enough."""
    named = [Path(os.environ["JAVA_HOME"], "bin/java")] if "JAVA_HOME" in os.environ else []
    onpath = shutil.which("java")
    candidates = [*named, *sorted(Path("/usr/lib/jvm").glob("*/bin/java")), *([Path(onpath)] if onpath else [])]
    versions = {java.resolve(): _java_version(java) for java in candidates if java.exists()}
    best = max(versions, key=versions.__getitem__, default=None)
    if best is None or versions[best] < NEEDED_JAVA:
        raise ClusterUnusable(f"OpenSearch {VERSION} needs Java {NEEDED_JAVA} or newer. Install default-jre-headless.")
    return best


def _java_version(java: Path) -> int:
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


@dataclass(frozen=True)
class Nodes:
    """The nodes of one cluster, from 1 on, below a folder. `brief`: for minutes, in which Java compiles little."""

    folder: Path
    count: int
    port: int = 9400
    heap_mb: int = 512
    brief: bool = True

    @property
    def addresses(self) -> list[str]:
        return [self.address(number) for number in self.numbers]

    @property
    def numbers(self) -> range:
        return range(1, self.count + 1)

    def address(self, number: int) -> str:
        return f"http://127.0.0.1:{self.port + number}"

    def install(self) -> None:
        """Fetch and unpack OpenSearch once."""
        if self._program.exists():
            return
        if shutil.which("mvn") is None:
            raise ClusterUnusable("OpenSearch comes by Maven. Install maven.")
        self.folder.mkdir(parents=True, exist_ok=True)
        # Whoever runs the nodes must get as far as here.
        self.folder.chmod(0o755)
        command = ["mvn", "-q", "-B", COPY, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={self.folder}"]
        if subprocess.run(command, check=False).returncode:
            raise ClusterUnusable(f"Maven could not fetch {ARTIFACT}.")
        archive = self.folder / f"opensearch-{VERSION}.zip"
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(self.folder, [name for name in packed.namelist() if not _is_unneeded(name)])
        archive.unlink()

    def start(self, numbers: Iterable[int] | None = None) -> None:
        """Start nodes, all of them unless told which, and wait until the cluster is whole."""
        java = find_java()
        self.install()
        for number in self.numbers if numbers is None else numbers:
            if self.pid(number) is None:
                self._start(number, java)
        self.wait()

    def _are_running(self) -> bool:
        return all(self.pid(number) is not None for number in self.numbers)

    def wait(self, seconds: float = 300) -> None:
        """Wait until all nodes have found each other and every shard has its copies."""
        until = time.monotonic() + seconds
        while not self._is_whole():
            if time.monotonic() > until or not self._are_running():
                raise ClusterUnusable(f"The nodes are not ready. See {self._home(1).parent}/node*/logs.")
            time.sleep(0.3)

    def pid(self, number: int) -> int | None:
        """Return the process of a node; None where it does not run, or its number is another's by now."""
        try:
            pid = int((self._home(number) / "pid").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if str(self._home(number)).encode() in command else None

    def stop(self, numbers: Iterable[int] | None = None, how: signal.Signals = signal.SIGTERM) -> None:
        for number in self.numbers if numbers is None else numbers:
            if (pid := self.pid(number)) is not None:
                os.kill(pid, how)
                while self.pid(number) is not None:
                    time.sleep(0.1)

    def empty(self) -> None:
        """Remove what tests have left: each archive has two indexes, and hundreds of them fill a small heap."""
        httpx.delete(f"{self.addresses[0]}/dateline-*,scratch-*,test-*", timeout=120)

    def kill(self, number: int) -> None:
        self.stop([number], signal.SIGKILL)

    def configure(self, settings: Mapping[str, object]) -> None:
        """Change settings of the cluster while it runs; None puts one back."""
        answer = httpx.put(f"{self.addresses[0]}/_cluster/settings", json={"persistent": settings}, timeout=60)
        answer.raise_for_status()

    def refuse_indexes(self) -> bool:
        """Return whether the cluster lets nobody begin an index, as it does by itself where all disks are full."""
        told = httpx.get(f"{self.addresses[0]}/_cluster/settings?flat_settings=true", timeout=60).json()
        return bool(told["persistent"].get("cluster.blocks.create_index") == "true")

    def indexes(self) -> set[str]:
        """Return the names of all indexes."""
        told = httpx.get(f"{self.addresses[0]}/_cat/indices?format=json&h=index", timeout=30).json()
        return {each["index"] for each in told}

    def manager(self) -> int:
        """Return the number of the node that is elected to keep the cluster."""
        told = httpx.get(f"{self.addresses[0]}/_cat/cluster_manager?format=json", timeout=30).json()
        return int(told[0]["node"].removeprefix("node"))

    @property
    def _program(self) -> Path:
        return self.folder / f"opensearch-{VERSION}"

    def _home(self, number: int) -> Path:
        # Who was alone keeps a cluster of one, and joins no other.
        return self.folder / f"of{self.count}" / f"node{number}"

    def _is_whole(self) -> bool:
        wanted = f"/_cluster/health?wait_for_nodes={self.count}&wait_for_status=green&timeout=5s"
        try:
            return httpx.get(self.addresses[-1] + wanted, timeout=20).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def _start(self, number: int, java: Path) -> None:
        home = self._home(number)
        for part in ("config", "data", "logs", "tmp"):
            (home / part).mkdir(parents=True, exist_ok=True)
        shutil.copy(self._program / "config/log4j2.properties", home / "config")
        seeds = ", ".join(f'"127.0.0.1:{self.port + 100 + each}"' for each in self.numbers)
        configured = _CONFIGURATION.format(
            port=self.port, number=number, home=home, http=self.port + number, transport=self.port + 100 + number,
            seeds=seeds, names=", ".join(f"node{each}" for each in self.numbers),
        )  # fmt: skip
        (home / "config/opensearch.yml").write_text(configured)
        as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        if as_nobody:
            for path in (home, *home.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        with (home / "logs/console.log").open("ab") as console:
            process = subprocess.Popen(
                [java, *self._options(home)], cwd=self._program, stdout=console, stderr=console,
                stdin=subprocess.DEVNULL, start_new_session=True, **as_nobody,  # type: ignore[call-overload]
            )  # fmt: skip
        (home / "pid").write_text(str(process.pid))
        # It goes on when whoever started it is gone, and Python is not to complain of that.
        process.returncode = 0

    def _options(self, home: Path) -> list[str]:
        program = self._program
        return [
            f"-Xms{self.heap_mb}m", f"-Xmx{self.heap_mb}m", "-XX:+UseSerialGC",
            *(["-XX:TieredStopAtLevel=1"] if self.brief else []),
            f"-javaagent:{program}/agent/opensearch-agent.jar", "--add-opens=java.base/java.nio=ALL-UNNAMED",
            f"-Djava.io.tmpdir={home}/tmp", f"-Dopensearch.path.home={program}",
            f"-Dopensearch.path.conf={home}/config", "-Dopensearch.distribution.type=zip",
            "-cp", f"{program}/lib/*", "org.opensearch.bootstrap.OpenSearch",
        ]  # fmt: skip


def _is_unneeded(name: str) -> bool:
    parts = name.split("/")
    return len(parts) > 2 and parts[1] == "modules" and parts[2] in UNNEEDED


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="A cluster of OpenSearch nodes on this machine.")
    parser.add_argument("action", choices=("start", "stop", "kill", "restart"))
    parser.add_argument("node", nargs="?", type=int)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    chosen = parser.parse_args(arguments)
    nodes = Nodes(chosen.folder, chosen.nodes)
    which = None if chosen.node is None else [chosen.node]
    if chosen.action in ("stop", "restart"):
        nodes.stop(which)
    if chosen.action == "kill":
        nodes.stop(which, signal.SIGKILL)
    if chosen.action in ("start", "restart"):
        nodes.start(which)
        sys.stdout.write(f"DATELINE_SEARCH_URL='{' '.join(nodes.addresses)}'\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ClusterUnusable as error:
        sys.exit(str(error))

"""Start a cluster, run over it all that can be asked of an archive, and stop it: what `make test-cluster` does.

    python -m tests.cluster [--nodes 3] [--shards 6] [--thin] [--where-possible]

An index has two shards for each node, unless told otherwise. `--thin` is what fits into three minutes: some of the
suites of the port, and the comparison with the embedded engine, with one shard.
`--where-possible` says on standard error what is missing where no node can be started, and is content.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.cluster.engines import NODES
from tests.cluster.nodes import DEFAULT_FOLDER, ClusterUnusable, Nodes

ROOT = Path(__file__).parents[2]
PORT = (
    "tests/search/test_engine_contract.py", "tests/search/test_engine_collapsing.py",
    "tests/search/test_engine_facets.py", "tests/search/test_engine_paging.py", "tests/search/test_engine_sharing.py",
    "tests/search/test_engine_suggestions.py", "tests/search/test_engine_tally.py",
)  # fmt: skip
API = ("tests/api", "tests/read", "tests/alerts", "tests/ingest/test_verify.py")
EMBEDDED = (
    "tests/api/test_app.py::test_while_it_is_made_searches_are_put_off_and_articles_are_read",
    "tests/api/test_app.py::test_damage_behind_a_failure_is_found_and_mended",
    "tests/ingest/test_verify.py::test_a_damaged_file_is_named",
)
"""They lay hands on the files of the embedded index."""
THIN = ("tests/search/test_engine_facets.py", "tests/search/test_engine_tally.py")


def run(paths: Sequence[str], environment: Mapping[str, str], *options: str) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", *options, *paths]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode == 0


def main(arguments: Sequence[str]) -> bool:
    parser = argparse.ArgumentParser(description="Run the tests of the search over a cluster.")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--shards", type=int)
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--thin", action="store_true")
    parser.add_argument("--where-possible", action="store_true")
    chosen = parser.parse_args(arguments)
    nodes = Nodes(chosen.folder, chosen.nodes)
    try:
        nodes.start()
    except ClusterUnusable as error:
        nodes.stop()
        sys.stderr.write(f"NOT RUN, the tests of the search over a cluster: {error}\n")
        return bool(chosen.where_possible)
    addresses = " ".join(nodes.addresses)
    replicas = str(min(chosen.nodes - 1, 2))
    shards = str(chosen.shards or (1 if chosen.thin else 2 * chosen.nodes))
    tested = {NODES: addresses, "TEST_FOLDER": str(chosen.folder), "TEST_SHARDS": shards}
    served = {
        "DATELINE_SEARCH_URL": addresses, "DATELINE_SEARCH_REPLICAS": replicas, "DATELINE_SEARCH_SHARDS": shards,
    }  # fmt: skip
    try:
        passed = [
            run(THIN if chosen.thin else PORT, tested, "-k", "opensearch"),
            run(["tests/cluster/test_equality.py"] if chosen.thin else ["tests/cluster"], tested, "-m", "cluster"),
        ]
        nodes.empty()
        if not chosen.thin:
            # As it is where an archive outgrows one machine: the rows are in PostgreSQL.
            passed.append(run(API, served, "--database", "postgresql", *(f"--deselect={each}" for each in EMBEDDED)))
        nodes.empty()
    finally:
        nodes.stop()
    return all(passed)


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))

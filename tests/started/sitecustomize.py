"""Read by every Python that a test starts, where its archives are in PostgreSQL: `tests/rows.py`."""

import sys
from pathlib import Path

_OURS = {"app", "dateline", "--multiprocessing-fork"}

if _OURS & {Path(argument).name for argument in sys.orig_argv}:
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from tests.rows import follow_the_tests

    follow_the_tests()
    sys.path.pop(0)

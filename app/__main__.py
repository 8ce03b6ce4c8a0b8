"""The command `dateline`; `python -m app` is the same for a tree that is not installed."""

import atexit
import os
import sys
import threading
from importlib.util import find_spec


def main() -> None:
    """Runs the command line, or says in one line that this system lacks what it builds on."""
    # Locks between processes, and how many files one may open. Asked for before anything that imports them is.
    lacking = [name for name in ("fcntl", "resource") if find_spec(name) is None]
    if lacking:
        sys.exit(
            f"Dateline runs on Linux and macOS; the Python of this system has no {' and no '.join(lacking)}. "
            "On Windows, run it in WSL or as a container."
        )
    # Pydantic has no plugins here, and to look through all packages for some takes a fortieth of a search.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from app.cli import run

    try:
        run()
    except SystemExit as ended:
        if isinstance(ended.code, int):
            _leave_at_once(ended.code)
        raise


def _leave_at_once(status: int) -> None:
    """End as Python does, and leave it to the system to take apart what was imported. An output that fails is left to
    Python too."""
    threading._shutdown()  # type: ignore[attr-defined]  # as `multiprocessing` ends its processes
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    os._exit(status)


if __name__ == "__main__":
    main()

"""Waiting for what another process or thread does: as long as a slow machine takes, and no longer than it must."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def until(holds: Callable[[], Any], patience: float = 180) -> Any:
    """Return the first answer that is true. Fails after so many seconds without one."""
    deadline = time.monotonic() + patience
    while not (found := holds()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found

"""Headers that say more of a request than HTTP does by itself."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header

from app.errors import InvalidParameter

_KEY = re.compile(r"[!-~]{1,255}")

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Says that a request is the same as an earlier one with this key: it is not done again, and "
        "answered as that was. Any text of up to 255 letters, digits and signs, such as a UUID; kept for a day.",
        examples=["0f2c1a5e-3d47-4b8a-9b1d-5e0c7f6a2d31"],
    ),
]


def checked_key(given: str | None) -> str | None:
    """Return the `Idempotency-Key` as it was given; raises `InvalidParameter` where it is none."""
    if given is not None and not _KEY.fullmatch(given):
        raise InvalidParameter("Idempotency-Key", "It is up to 255 letters, digits and signs, without spaces.")
    return given

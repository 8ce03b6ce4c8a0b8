"""A message to an address, as Standard Webhooks wants it: signed, with an id that is the same at every try."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

from app.errors import FieldInvalid

_PREFIX = "whsec_"
_SECRET_BYTES = 24


def new_secret() -> str:
    """Return a secret that messages to one address are signed with."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def check_secret(given: str) -> str:
    """Return a secret that a client chose. Raises `FieldInvalid` where it is none."""
    try:
        size = len(base64.b64decode(given.removeprefix(_PREFIX), validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if not given.startswith(_PREFIX) or not _SECRET_BYTES <= size <= 64:
        raise FieldInvalid("secret", f"It is {_PREFIX} and 24 to 64 random bytes in base64. Leave it out for one.")
    return given


def signed_headers(secret: str, id: str, at: int, body: bytes) -> dict[str, str]:
    """Return the headers of a message sent at a time, in seconds of Unix."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    content = b".".join((id.encode(), str(at).encode(), body))
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }

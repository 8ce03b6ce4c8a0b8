"""Keys to the API: made once, shown once, kept as a hash.

A key is `prefix_secret`. The prefix finds its row and may be shown; the secret is 256 random bits, so that its plain
SHA-256 tells nothing and a slow password hash would only slow us down.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from sqlmodel import Session, col, select

from app.entry import unfit
from app.errors import InvalidParameter, NotFound
from app.store.tables import Key

Scope = Literal["read", "ingest", "alerts", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

# Compared with where there is no such prefix, so that a wrong prefix takes as long as a wrong secret.
_NOBODY = "0" * 64


def create_key(session: Session, name: str, scopes: Sequence[Scope], created_at: str) -> str:
    """The key: this is the only time that anybody sees it."""
    if (found := unfit(name)) is not None:
        raise InvalidParameter("NAME", f"It holds a character that is not seen ({found}). Type it without.")
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    ordered = [scope for scope in SCOPES if scope in scopes]
    session.add(Key(prefix=prefix, secret_sha256=_hash(secret), name=name, scopes=list(ordered), created_at=created_at))
    return f"{prefix}_{secret}"


def list_keys(session: Session) -> list[Key]:
    """The revoked ones too, oldest first."""
    return list(session.exec(select(Key).order_by(col(Key.created_at), col(Key.prefix))))


def revoke_key(session: Session, prefix: str) -> None:
    key = session.get(Key, prefix)
    if key is None:
        raise NotFound("key", prefix)
    key.revoked = True
    session.add(key)


def valid_keys(session: Session) -> dict[str, Key]:
    """Return the keys that are valid, by prefix."""
    return {key.prefix: key for key in session.exec(select(Key).where(col(Key.revoked).is_(False)))}


def matching(keys: Mapping[str, Key], given: str) -> Key | None:
    """The key that `given` is, None where it is none of them."""
    prefix, _, secret = given.partition("_")
    key = keys.get(prefix)
    same = hmac.compare_digest(_hash(secret), key.secret_sha256 if key is not None else _NOBODY)
    return key if same else None


def allows(key: Key, scope: Scope) -> bool:
    """Return whether a key may do this: who may administer may do everything."""
    return scope in key.scopes or "admin" in key.scopes


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

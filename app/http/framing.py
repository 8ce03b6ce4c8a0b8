"""Framing: what a request must say so that every program between here and the client reads it alike (RFC 9112): its
version, its one host, how its body is coded, and an address in one of two forms. What two programs read differently,
one of them guards in vain.
"""

from __future__ import annotations

import re

_VERSIONS = ("1.0", "1.1")
_HOST = re.compile(r"([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{0,5})?")
_ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE)

RawHeaders = list[tuple[bytes, bytes]]


class Unanswerable(ValueError):
    """The request is refused with `status`, whatever it asks for."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def target_of(version: str, target: bytes, headers: RawHeaders) -> bytes:
    """Return the path and query that are asked for. The host that an absolute address names replaces that in `headers`,
    as the RFC has it. Raises `Unanswerable`."""
    if version not in _VERSIONS:
        raise Unanswerable(505)
    hosts = [place for place, (name, _) in enumerate(headers) if name == b"host"]
    if len(hosts) > 1 or (not hosts and version == "1.1"):
        raise Unanswerable(400)
    codings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if codings and (codings != [b"chunked"] or version == "1.0"):
        raise Unanswerable(400)
    if absolute := _ABSOLUTE.fullmatch(target):
        authority, target = absolute[1], absolute[2] if absolute[2].startswith(b"/") else b"/" + absolute[2]
        for place in hosts:
            headers[place] = b"host", authority
    if not all(is_host(headers[place][1].decode("latin-1")) for place in hosts):
        raise Unanswerable(400)
    if not target.startswith(b"/") or b"#" in target:
        raise Unanswerable(400)
    return target


def is_host(name: str) -> bool:
    """Return whether it is a name or an address, perhaps with a port. Signs that no name in use has are refused, though
    the RFC allows them: it is written into links, headers and a command to be pasted."""
    return bool(_HOST.fullmatch(name))

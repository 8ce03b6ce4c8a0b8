"""Addresses of machines: one notation for each, what counts as one caller, and which are open to everybody."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

# Networks of IPv6 in which every IPv4 address stands as its last 32 bits: those of a socket that takes both, and of
# translators (RFC 6052, RFC 2765).
_WITHIN = tuple(map(ipaddress.IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96", "::ffff:0:0:0/96")))

_TUNNELS = ipaddress.IPv6Network("2002::/16")
"""An IPv4 address in the middle, which may be a private one."""


@lru_cache(maxsize=10_000)
def unmap_ipv4(address: str) -> str:
    """Return an IPv4 address as such, also where it came as one of IPv6; anything else as it is."""
    parsed = _parse_address(address)
    if isinstance(parsed, ipaddress.IPv6Address) and any(parsed in network for network in _WITHIN):
        return str(ipaddress.IPv4Address(int(parsed) & 0xFFFF_FFFF))
    return address


@lru_cache(maxsize=10_000)
def network(address: str) -> str:
    """Return what one subscriber has: of IPv4 an address, of IPv6 the network of 64 bits."""
    address = unmap_ipv4(address)
    parsed = _parse_address(address)
    if not isinstance(parsed, ipaddress.IPv6Address):
        return address
    return str(ipaddress.IPv6Network((int(parsed), 64), strict=False))


def is_public(address: str) -> bool:
    """Return whether anybody may ask it: no machine of a private network, not this one itself, nor many at once."""
    parsed = _parse_address(unmap_ipv4(address.partition("%")[0]))
    if parsed is None or parsed in _TUNNELS:
        return False
    return parsed.is_global and not parsed.is_multicast


def _parse_address(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None

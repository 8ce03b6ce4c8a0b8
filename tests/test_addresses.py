"""Who counts as one caller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.addresses import network, unmap_ipv4
from tests.failures.command import serving


@pytest.mark.parametrize(
    ("given", "shown", "counted"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("::FFFF:C000:201", "192.0.2.1", "192.0.2.1"),
        ("64:ff9b::192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("::ffff:0:192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::1%eth0", "fe80::/64"),
        ("::1", "::1", "::/64"),
        ("somewhere", "somewhere", "somewhere"),
        ("", "", ""),
    ],
)
def test_one_notation_and_one_caller(given: str, shown: str, counted: str) -> None:
    assert (unmap_ipv4(given), network(given)) == (shown, counted)


@contextmanager
def calling(address: str, source: str) -> Iterator[httpx.Client]:
    port = address.rpartition(":")[2]
    transport = httpx.HTTPTransport(local_address=source)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=transport, timeout=30) as client:
        yield client


def test_each_ipv4_caller_has_its_own_rate_where_both_are_listened_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_RATE_LIMIT", "2/hour")
    monkeypatch.setenv("DATELINE_TRUSTED_PROXIES", "127.0.0.9")
    with (tmp_path / "log").open("w") as log, serving(tmp_path / "data", "--host", "::", log=log) as (_, address):
        for source in ("127.0.0.1", "127.0.0.2"):
            with calling(address, source) as client:
                assert [client.get("/v1/stats").status_code for _ in range(3)] == [200, 200, 429]
        with calling(address, "127.0.0.9") as proxy:
            for forwarded in ("::ffff:192.0.2.1", "::ffff:192.0.2.2", "64:ff9b::192.0.2.3", "2001:db8:0:1::1"):
                passed = {"X-Forwarded-For": forwarded}
                assert [proxy.get("/v1/stats", headers=passed).status_code for _ in range(3)] == [200, 200, 429]
            for same in ("192.0.2.1", "2001:db8:0:1::2"):
                assert proxy.get("/v1/stats", headers={"X-Forwarded-For": same}).status_code == 429
    assert "client=127.0.0.2" in (tmp_path / "log").read_text()

"""A cluster behind TLS that asks who is there: a real nginx stands before its nodes as their security plugin does."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.errors import IndexUnavailable, SearchAway
from app.search.opensearch.client import Cluster
from app.search.opensearch.engine import OpenSearchEngine
from app.search.query import Query, parse
from tests.certificates import Certificate, make_certificate
from tests.cluster.nodes import Nodes
from tests.search.asking import doc
from tests.web.proxies import free_port, installed_nginx, wait_for

pytestmark = pytest.mark.cluster
_USER, _PASSWORD, _KEY = "dateline", "pass @:/word", "c2VjcmV0LWtleQ=="
_IN_ADDRESS = "dateline:pass%20%40%3A%2Fword@"


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path / "tls")


@pytest.fixture
def address(nodes: Nodes, certificate: Certificate, tmp_path: Path) -> Iterator[str]:
    """Where it serves the nodes, as `host:port`."""
    port, basic = free_port(), b64encode(f"{_USER}:{_PASSWORD}".encode()).decode()
    behind = "".join(f"server {each.removeprefix('http://')};" for each in nodes.addresses)
    settings = f"""
daemon off; master_process off; pid {tmp_path}/pid; events {{}}
http {{
  access_log off; client_max_body_size 64m; client_body_temp_path {tmp_path}/body; proxy_temp_path {tmp_path}/proxy;
  fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;
  map $http_authorization $known {{ default 0; "Basic {basic}" 1; "ApiKey {_KEY}" 1; }}
  upstream nodes {{ {behind} }}
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {certificate.file}; ssl_certificate_key {certificate.key};
    location / {{ if ($known = 0) {{ return 401; }} proxy_pass http://nodes; }}
  }}
}}
"""
    (tmp_path / "nginx.conf").write_text(settings)
    with (tmp_path / "log").open("w") as log:
        command = [installed_nginx(), "-p", str(tmp_path), "-e", "stderr", "-c", str(tmp_path / "nginx.conf")]
        started = subprocess.Popen(command, stderr=log)
    try:
        wait_for(port, started, tmp_path / "log")
        yield f"127.0.0.1:{port}"
    finally:
        started.terminate()
        started.wait(60)


@pytest.mark.parametrize("by_key", [False, True])
def test_who_is_known_is_let_in(address: str, certificate: Certificate, by_key: bool) -> None:
    url = f"https://{'' if by_key else _IN_ADDRESS}{address}"
    key = _KEY if by_key else ""
    engine = OpenSearchEngine.open(Cluster((url,), key, str(certificate.file), name=f"test-secured-{int(by_key)}"))
    try:
        engine.put([doc(1, "The harbour was closed by ice.")], sequence=1)
        assert engine.search(Query(parse("harbour").clause)).total == 1
    finally:
        engine.remove()
        engine.close()


@pytest.mark.parametrize(
    ("named", "more"),
    [("", {}), ("dateline:other@", {}), ("", {"api_key": "b3RoZXI="})],
)
def test_who_is_not_known_is_refused(address: str, certificate: Certificate, named: str, more: dict[str, Any]) -> None:
    with pytest.raises(IndexUnavailable, match="refuses the key or the password"):
        OpenSearchEngine.open(Cluster((f"https://{named}{address}",), certificate=str(certificate.file), **more))


def test_who_does_not_believe_the_certificate_says_nothing(address: str) -> None:
    engine = OpenSearchEngine.open(Cluster((f"https://{_IN_ADDRESS}{address}",)))
    with pytest.raises(SearchAway, match="certificate verify failed"):
        engine.look()
    engine.close()

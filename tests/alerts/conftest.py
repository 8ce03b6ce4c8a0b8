from tests.fetch.conftest import web

__all__ = ["web"]

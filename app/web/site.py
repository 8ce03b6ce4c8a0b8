"""The site: the pages and their files, put onto an application that serves the API."""

from __future__ import annotations

from fastapi import FastAPI

from app.api.app import create_app as create_api
from app.settings import Settings
from app.web import article, entity, names, search
from app.web.pages import ASSETS, Assets


def create_app(settings: Settings) -> FastAPI:
    """The API with the pages over it: what `dateline serve` serves."""
    app = create_api(settings)
    for room in (search, article, names, entity):
        app.include_router(room.router)
    app.mount(ASSETS, Assets(), name="assets")
    return app

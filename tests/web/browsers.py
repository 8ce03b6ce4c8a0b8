"""Where a browser is."""

from __future__ import annotations

import shutil

import pytest

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The first is what of Chromium draws pages and runs scripts: without windows around it, a page costs a fifth."""


def installed() -> str:
    """The program to start; the test is skipped, and says what to install, where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no browser: install Chromium (Debian: apt-get install chromium-headless-shell)")
    return program

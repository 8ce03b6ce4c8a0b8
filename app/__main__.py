"""`python -m app` is `dateline`, for a tree that is not installed."""

from app.cli import main

main()

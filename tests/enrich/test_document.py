"""docs/entities.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from app.enrich.grounds import Rule, SpanType

TEXT = (Path(__file__).parents[2] / "docs" / "entities.md").read_text(encoding="utf-8")


def first_cells(title: str) -> set[str]:
    section = TEXT.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


def test_every_rule_is_described() -> None:
    assert first_cells("Rules") == set(get_args(Rule))


def test_every_type_is_described() -> None:
    assert first_cells("What is found") == set(get_args(SpanType))

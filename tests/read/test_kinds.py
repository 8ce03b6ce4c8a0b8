"""Words that parameters and answers have in common."""

from __future__ import annotations

from typing import get_args

from app.read import kinds
from app.read.models import Hit


def test_a_hit_can_be_asked_for_each_of_its_fields_and_no_other() -> None:
    assert list(get_args(kinds.HitField)) == list(Hit.__annotations__)

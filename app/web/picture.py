"""Related entities as a small picture: one in the middle, the others around it, larger the more articles they share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.read.models import RelatedEntity

WIDTH, HEIGHT = 640, 360
MOST = 10
"""More names than this overlap at the size of a column."""


@dataclass(frozen=True, slots=True)
class Node:
    """Centre and radius in units of the picture; the label stands at `anchor`, outside the circle."""

    related: RelatedEntity
    x: float
    y: float
    radius: float
    label_x: float
    label_y: float
    anchor: str


def picture(related: Sequence[RelatedEntity]) -> list[Node]:
    """Lay the names out on an ellipse, the one with most shared articles at the top and on clockwise."""
    shown = related[:MOST]
    most = max((each["count"] for each in shown), default=1)
    return [_node(each, number, len(shown), most) for number, each in enumerate(shown)]


def _node(related: RelatedEntity, number: int, of: int, most: int) -> Node:
    angle = 2 * math.pi * number / of - math.pi / 2
    x, y = WIDTH / 2 + 125 * math.cos(angle), HEIGHT / 2 + 125 * math.sin(angle)
    # Area, not radius, grows with the count: that is what the eye compares.
    radius = 4 + 8 * math.sqrt(related["count"] / most)
    side = round(math.cos(angle), 6)
    anchor = "middle" if side == 0 else "start" if side > 0 else "end"
    away = radius + 7
    label_x = x + (away if side > 0 else -away if side < 0 else 0)
    label_y = y + 5 if side else y + math.copysign(away + 6, math.sin(angle)) + 4
    x, y, radius, label_x, label_y = (round(value, 1) for value in (x, y, radius, label_x, label_y))
    return Node(related, x, y, radius, label_x, label_y, anchor)

"""Words that parameters and answers have in common. Apart from the models, so that who reads parameters need not load
what all answers look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

Interval = Literal["day", "week", "month", "year", "decade", "century"]
WithdrawalKind = Literal["withdraw", "restore", "erase"]
ChangeKind = Literal[
    "added", "revised", "names", "withdrawn", "restored", "erased", "renamed", "counted", "moved", "hidden", "removed"
]
ContrastKind = Literal["word", "person", "place", "organization", "event", "source"]
CopyRuling = Literal["together", "apart", "undo"]
StoryDecisionKind = Literal["together", "apart", "detach", "headline", "undo"]
DecisionKind = Literal["merge", "split", "rename", "retype", "hide", "pin", "undo"]
Digest = Literal["hour", "day", "week"]
Granularity = Literal["day", "week", "month", "quarter", "year"]
HitExtra = Literal["entities", "authors", "body", "copies", "story"]
"""What a hit can be asked to have; the authors, where it has any, it has anyway."""

if TYPE_CHECKING:
    HitField = str
else:
    HitField = Literal[
        "id",
        "external_id",
        "url",
        "headline",
        "headline_html",
        "headline_matches",
        "headline_derived",
        "date",
        "published_at",
        "dateline",
        "source",
        "authors",
        "language",
        "word_count",
        "score",
        "snippet",
        "entities",
        "body",
        "copies",
        "story",
    ]
"""The fields of a hit: a test compares them with its model."""

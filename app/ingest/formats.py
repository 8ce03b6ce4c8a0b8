"""The names of the formats that can be read. The command line imports them without a reader."""

from __future__ import annotations

from typing import Literal, get_args

Format = Literal[
    "text",
    "jsonl",
    "json",
    "csv",
    "page",
    "newsml",
    "nitf",
]
FORMATS: tuple[Format, ...] = get_args(Format)

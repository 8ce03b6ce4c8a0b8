"""The names of the formats that can be read, and of files. The command line imports them without a reader."""

from __future__ import annotations

from typing import Literal, get_args

Format = Literal[
    "text",
    "jsonl",
    "json",
    "csv",
    "markdown",
    "feed",
    "page",
    "newsml",
    "nitf",
    "mail",
    "mbox",
    "pdf",
    "docx",
    "sheet",
    "parquet",
    "warc",
    "zip",
    "tar",
]
FORMATS: tuple[Format, ...] = get_args(Format)

PACKED = (".gz", ".bz2", ".xz")


def unpacked_name(name: str) -> str:
    """The name of a file without `.gz`: packing a file does not make it another one."""
    stem, dot, ending = name.rpartition(".")
    return stem if stem and dot + ending in PACKED else name

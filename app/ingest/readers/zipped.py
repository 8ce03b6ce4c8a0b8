"""ZIP: the files in it, in the order of its list."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import IO, cast

from app.ingest.readers.members import Listed, Member, MemberUnusable, listed_members
from app.ingest.readers.opened import Allowance, Opened, hold_all
from app.ingest.readers.record import FileUnusable

# The list of a ZIP file is read at once: 46 bytes and a name for each file.
_LONGEST_LIST = 32_000_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_IS_ENCRYPTED, _IS_UTF8 = 0x1, 0x800
BROKEN_ZIP = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error, struct.error)


class CarefulFile:
    """A file of which nobody reads too much at once, whatever length is written in it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable, self.close = file.seek, file.tell, file.seekable, file.close

    def read(self, size: int = -1) -> bytes:
        if size > _LONGEST_LIST:
            raise FileUnusable("has a list of files that is too long: make several of it, or unpack it")
        return self._file.read(size)


def read_zip(stream: Opened) -> Iterator[Member]:
    return listed_members(stream, _zip_entries(stream))


def _zip_entries(stream: Opened) -> Iterator[Listed]:
    try:
        file = stream.file()
        begins_with_member = file.read(4) == b"PK\3\4"
        archive = zipfile.ZipFile(cast("IO[bytes]", CarefulFile(file)))
    except BROKEN_ZIP as error:
        raise FileUnusable(f"is a damaged ZIP file ({_zip_error(error)}): get it again") from None
    with archive:
        for info in archive.infolist():
            if not info.is_dir():
                yield Listed(
                    _path_in_zip(info), partial(_unzipped, archive, info, stream.allowance), _zip_refusal(info)
                )
        # The library goes by the list at the end alone.
        if begins_with_member and all(info.header_offset for info in archive.infolist()):
            raise FileUnusable(
                "has something before the files in its list, another ZIP file perhaps: unpack it and give the folder"
            )


def _zip_refusal(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & _IS_ENCRYPTED:
        return "is encrypted: unpack it with its password and give the folder"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link: pack what it leads to"
    if info.compress_type not in _METHODS:
        return "is packed in an unusual way: unpack it and give the folder"
    return None


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance) -> IO[bytes]:
    try:
        with archive.open(info) as source:
            return hold_all(source, MemberUnusable, Allowance(info.compress_size, MemberUnusable), allowance)
    except BROKEN_ZIP as error:
        raise MemberUnusable(f"is damaged ({_zip_error(error)}): get it again") from None
    except OSError as error:
        # Data that is no bzip2 is an error without a number.
        if error.errno:
            raise
        raise MemberUnusable(f"is damaged ({_zip_error(error)}): get it again") from None


def _path_in_zip(info: zipfile.ZipInfo) -> str:
    """The name as a path: some programs write UTF-8 and do not say so, and some part folders as Windows does."""
    name = info.filename
    if not info.flag_bits & _IS_UTF8 and not name.isascii():
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            return name.replace("\\", "/")
    return name.replace("\\", "/")


def _zip_error(error: Exception) -> str:
    return (str(error) or type(error).__name__).rstrip(".").lower()

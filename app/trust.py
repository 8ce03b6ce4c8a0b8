"""Trust in files: who could have written what is about to be read.

A data folder decides where we write, and a `.env` what we load: both are believed only where nobody could have put them
there but the caller, root, and those whom either of them has let in.
"""

from __future__ import annotations

import os
import pwd
import shlex
import stat
from collections.abc import Iterable
from pathlib import Path

SETTING = "DATELINE_TRUSTED_FOLDERS"


def distrust(path: Path, trusted: Iterable[Path] = ()) -> str | None:
    """Say why what is at `path` is not to be believed and what to do about it; None where it is, or in `trusted`.

    An owner who lets his group write has chosen its members; so has root, for those who are in that group.
    """
    found, me = path.stat(), os.geteuid()
    real = path.resolve()
    if any(real.is_relative_to(folder.resolve()) for folder in trusted):
        return None
    shown = shlex.quote(str(path))
    # By number: who is to give it away may be outside of a container, where users have other names.
    if found.st_uid not in (me, 0):
        trouble, remedy = f"belongs to another user, {_user_name(found.st_uid)}", f"chown -R {me} {shown}"
    elif found.st_mode & stat.S_IWOTH:
        trouble, remedy = "can be written to by all users of this machine", f"chmod -R o-w {shown}"
    elif found.st_mode & stat.S_IWGRP and found.st_uid != me and found.st_gid not in {os.getegid(), *os.getgroups()}:
        trouble, remedy = "can be written to by a group that you are not in", f"chmod -R g-w {shown}"
    else:
        return None
    folder = real if path.is_dir() else real.parent
    return (
        f"{path} {trouble}. If you trust them with what you do here, set {SETTING}={shlex.quote(str(folder))}; "
        f"if it is meant to be yours: {remedy}"
    )


def not_yours(path: Path) -> str:
    """Say whose a file or folder is and what to do about it, as one more sentence; "" where it is the caller's."""
    owner, me = path.stat().st_uid, os.geteuid()
    if owner == me:
        return ""
    return f" It belongs to {_user_name(owner)}; if it is meant to be yours: chown -R {me} {shlex.quote(str(path))}"


def exposed(file: Path) -> bool:
    """Return whether all users of the machine can read a file in a folder."""
    return bool(file.stat().st_mode & stat.S_IROTH and file.parent.stat().st_mode & stat.S_IXOTH)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)

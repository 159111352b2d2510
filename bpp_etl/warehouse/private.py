"""Who may read a warehouse: its owner, and a group where one is configured.

Not here: published files that nobody writes (`release/shelf.py`).
"""

from __future__ import annotations

import grp
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from bpp_etl.errors import UsageError
from bpp_etl.settings import PROJECT, written_settings

OWNER_ALONE, OWNER_AND_GROUP = 0o077, 0o027
"""What a file or folder that is made does not allow: all to others; and writing to the group."""


def group_of(environment: Mapping[str, str], project: Path = PROJECT) -> int | None:
    """Return the id of the group that may read: `BPP_GROUP`, else `[tool.bpp] group`; None where none is set.

    Errors: UsageError where this machine has no such group, or we are not in it.
    """
    name = environment.get("BPP_GROUP") or written_settings(project).get("group")
    if not name:
        return None
    try:
        found = grp.getgrnam(str(name)).gr_gid
    except KeyError:
        raise UsageError(
            "the group of [tool.bpp] or BPP_GROUP is none of this machine",
            "name one that `getent group` lists",
        ) from None
    if os.geteuid() != 0 and found not in {os.getegid(), *os.getgroups()}:
        raise UsageError(
            "the group of [tool.bpp] or BPP_GROUP is not one of yours", "join it, and log in again"
        )
    return found


def keep_private(root: Path, landing: Path, environment: Mapping[str, str], project: Path = PROJECT) -> None:
    """Make what this process writes private, whatever its umask, and what is in the warehouse already.

    The warehouse's folder is made where it is not there. A landing inside it is left as the registries made
    it, behind a folder that is closed to others. Errors: UsageError, see `group_of`.
    """
    group = group_of(environment, project)
    os.umask(OWNER_ALONE if group is None else OWNER_AND_GROUP)
    root.mkdir(parents=True, exist_ok=True)
    if _is_private(root.stat(), group):
        return  # what was made in it since was made by this rule
    for path in (*_inside(root, landing), root):  # the folder last: until then all of it is looked at again
        _make_private(path, group)


def _inside(folder: Path, left_alone: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path == left_alone:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _inside(path, left_alone)
        yield path


def _is_private(found: os.stat_result, group: int | None) -> bool:
    if group is None:
        return not found.st_mode & OWNER_ALONE
    return not found.st_mode & OWNER_AND_GROUP and found.st_mode & stat.S_ISGID != 0 and found.st_gid == group


def _make_private(path: Path, group: int | None) -> None:
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            return
        if group is None:
            path.chmod(stat.S_IMODE(found.st_mode) & ~OWNER_ALONE & ~stat.S_ISGID)
            return
        os.chown(path, -1, group)
        readable = (found.st_mode & stat.S_IRWXU) >> 3 & ~stat.S_IWGRP  # what the owner may, but to write
        is_folder = stat.S_ISDIR(found.st_mode)
        mode = stat.S_IMODE(found.st_mode) & ~stat.S_IRWXG & ~stat.S_IRWXO | readable
        path.chmod(mode | stat.S_ISGID if is_folder else mode)
    except FileNotFoundError:
        return  # a scratch file that its run has cleared away

"""Where landing, warehouse, adapters and secrets are, how many releases are kept and what their report shows:
from options, environment, pyproject.toml, or the project's own.

Not here: opening any of them but the secrets.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bpp_etl.errors import UsageError, shown

CHECKOUT = Path(__file__).resolve().parent.parent
"""What the packages lie in: the project's folder, or a folder of installed packages."""
PROJECT = CHECKOUT if (CHECKOUT / "dagster.yaml").is_file() else Path.cwd()
"""The folder of settings and of the warehouse where none is named: installed, the one that one works in."""
NOT_IN_A_DATABASE_PATH = "?\\%"
"""What follows a `?` is taken for options, a backslash for the end of a folder's name, and `%` for a code."""


SECRET = re.compile(r"BPP_[A-Z_]+")
ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(.+)")
"""An address in place of a folder. A command's word is read as a path first, which makes one `/` of two."""
SCHEMES = ("s3", "gs", "gcs", "abfs", "abfss", "hdfs", "file")
"""What pyarrow opens, and a landing may therefore lie in."""
STAGED = ".staged"
"""The folder of a warehouse that holds copies of what is delivered where it cannot be read in its place."""
LONGEST_WAREHOUSE = 400
"""Bytes of a warehouse's path: SQLite opens none of over 512, and the history of runs lies deep inside."""


@dataclass(frozen=True)
class Places:
    """The landing and the warehouse of one call.

    `source` is the address of a landing in a store of objects; `landing` is then its copy in the warehouse.
    """

    landing: Path
    warehouse: Path
    source: str | None = None

    @property
    def landing_told(self) -> str:
        """Say where the landing is, in words that choose it again."""
        return self.source or str(self.landing)


def places(
    environment: Mapping[str, str], landing: str | Path | None = None, warehouse: str | Path | None = None
) -> Places:
    """Choose each place: the option, else its variable, else the project's `warehouse` folder.

    A landing may be an address, such as s3://bucket/landing. Errors: UsageError where it is none that can be
    opened, and where the warehouse's path, by what it holds or by its length, keeps databases from being
    opened.
    """
    told = landing or environment.get("BPP_LANDING") or PROJECT / "warehouse" / "landing"
    stated = warehouse or environment.get("BPP_WAREHOUSE") or PROJECT / "warehouse"
    if ADDRESS.fullmatch(str(stated)):
        raise UsageError(
            "the warehouse is an address; databases are opened in a folder of this machine",
            "name a folder; publish_to in [tool.bpp] copies releases to an address",
        )
    root, source = _absolute(stated), address_of(told)
    chosen = Places(_absolute(told) if source is None else staged_in(root, source), root, source)
    told = str(chosen.warehouse)
    if not told.isprintable() or any(character in told for character in NOT_IN_A_DATABASE_PATH):
        raise UsageError(
            "the warehouse's path holds a character that no database can be opened under",
            f"choose a path on one line, without {' '.join(NOT_IN_A_DATABASE_PATH)}",
        )
    length = len(os.fsencode(chosen.warehouse))
    if length > LONGEST_WAREHOUSE:
        raise UsageError(
            f"the warehouse's path is {length} bytes long; a history of runs can be kept under"
            f" {LONGEST_WAREHOUSE} at most",
            "choose a shorter path",
        )
    return chosen


def address_of(told: str | Path) -> str | None:
    """Read a word as the address of objects, without a `/` at its end; None where it is a path.

    Errors: UsageError where nothing opens such an address, or it holds more than a place.
    """
    found = ADDRESS.fullmatch(str(told))
    if found is None:
        return None
    scheme, place = found[1].lower(), found[2].strip("/")
    if scheme not in SCHEMES:
        raise UsageError(
            f"there is no landing at {shown(scheme)}://", f"choose a folder, or one of {', '.join(SCHEMES)}"
        )
    if any(mark in place for mark in "@?#") or not place.isprintable():
        raise UsageError(
            "the address of the landing holds more than a place",
            "name bucket and folder alone; docs/object_storage.md says where keys and options are stated",
        )
    return f"{scheme}://{'/' if scheme == 'file' else ''}{place}"


def staged_in(root: Path, source: str) -> Path:
    """Name the folder of a warehouse in which a landing of somewhere else is laid out as if it were here."""
    return root / STAGED / hashlib.sha256(source.encode()).hexdigest()[:16] / "landing"


def adapter_folders(environment: Mapping[str, str], project: Path = PROJECT) -> tuple[Path, ...]:
    """List the folders that hold adapters from outside: `BPP_ADAPTERS`, else `[tool.bpp] adapters`.

    The variable separates folders as PATH does. A relative one begins at the current folder; in the file, at
    the project. Errors: UsageError where the key is no list of text.
    """
    if told := environment.get("BPP_ADAPTERS"):
        return tuple(_absolute(folder) for folder in told.split(os.pathsep) if folder)
    folders = written_settings(project).get("adapters", [])
    if not isinstance(folders, list) or not all(isinstance(folder, str) for folder in folders):
        raise UsageError(
            "[tool.bpp] adapters in pyproject.toml is no list of folders",
            'for example adapters = ["adapters"]',
        )
    return tuple(_absolute(project / Path(folder).expanduser()) for folder in folders)


def keep_releases(environment: Mapping[str, str], project: Path = PROJECT) -> int:
    """Say how many releases are kept: `BPP_KEEP_RELEASES`, else `[tool.bpp] keep_releases`, else 12.

    Errors: UsageError where it is no whole number above 0.
    """
    told = environment.get("BPP_KEEP_RELEASES") or written_settings(project).get("keep_releases", 12)
    try:
        kept = int(told)
    except (TypeError, ValueError):
        kept = 0
    if kept < 1:
        raise UsageError("keep_releases is no whole number above 0", "see [tool.bpp] in pyproject.toml")
    return kept


REPORTS = ("exact", "shared")


def is_report_shared(environment: Mapping[str, str], project: Path = PROJECT) -> bool:
    """Say whether a release's report is the controlled one: `BPP_REPORT`, else `[tool.bpp] report`.

    Errors: UsageError where it is neither "exact" nor "shared".
    """
    told = environment.get("BPP_REPORT") or written_settings(project).get("report", REPORTS[0])
    if told not in REPORTS:
        raise UsageError(
            "report in [tool.bpp] of pyproject.toml, or BPP_REPORT, is no kind of report",
            f"choose one of {', '.join(REPORTS)}",
        )
    return bool(told == "shared")


def secrets_in(environment: Mapping[str, str]) -> dict[str, str]:
    """Read the variables that lie as files in the folder `BPP_SECRETS`; what the environment states wins.

    A file is called as its variable. Containers and systemd hand over secrets so: they stand in no unit, no
    compose file and no description of a container.

    Errors: UsageError where the folder or a file cannot be read.
    """
    told = environment.get("BPP_SECRETS")
    if not told:
        return {}
    try:
        files = [path for path in Path(told).iterdir() if SECRET.fullmatch(path.name)]
        found = {path.name: path.read_text(encoding="utf-8").rstrip("\r\n") for path in files}
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"BPP_SECRETS: {told} is no folder of text files that this account may read",
            "each file is called as its variable, such as BPP_PG_PASSWORD",
        ) from None
    return {name: secret for name, secret in found.items() if name not in environment}


def written_settings(project: Path = PROJECT) -> dict[str, Any]:
    """Read what `[tool.bpp]` of a project's pyproject.toml says; nothing where there is none."""
    file = project / "pyproject.toml"
    try:
        return deepcopy(_section_in(file.read_text(encoding="utf-8"))) if file.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise UsageError(f"{file} cannot be read as TOML", "check its quotes and brackets") from None


@lru_cache(maxsize=4)
def _section_in(text: str) -> dict[str, Any]:
    """Parse a text once: it is asked for every setting of every registry."""
    return dict(tomllib.loads(text).get("tool", {}).get("bpp", {}))


def section_of(name: str, known: Sequence[str], project: Path = PROJECT) -> dict[str, Any]:
    """Read a section of `[tool.bpp]`; empty where there is none.

    Errors: UsageError where it is no section, or has a key that is not known.
    """
    told = written_settings(project).get(name, {})
    place, keys = f"[tool.bpp.{name}]", ", ".join(known)
    if not isinstance(told, dict):
        raise UsageError(f"{place} in pyproject.toml is no section", f"keys: {keys}")
    unknown = sorted(set(told) - set(known))
    if unknown:
        raise UsageError(f"{place} has an unknown key: {', '.join(map(shown, unknown))}", f"known: {keys}")
    return dict(told)


def as_called() -> str:
    """Say how to call the command line so that a line can be copied as it is printed.

    `bpp` where a shell finds this very program by that name, else the path that it was called by.
    """
    program = Path(sys.argv[0])
    found = shutil.which("bpp")
    if program.name != "bpp" or not program.is_file() or (found and Path(found).samefile(program)):
        return "bpp"
    here = program.absolute()
    told = here.relative_to(Path.cwd()) if here.is_relative_to(Path.cwd()) else here
    return shlex.quote(str(told))


def _absolute(path: str | Path) -> Path:
    return Path(path).expanduser().absolute()

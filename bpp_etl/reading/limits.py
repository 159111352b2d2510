"""How much reading one delivered file may take: the keys of `[tool.bpp.limits]` in pyproject.toml.

Not here: holding a file to them (`bpp_etl/reading/measured.py` before it is read, `bpp_etl/reading/apart.py`
while it is).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from bpp_etl.errors import UsageError
from bpp_etl.settings import PROJECT, section_of

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
UNITS: Mapping[str, int] = {"": 1, "KiB": KIB, "MiB": MIB, "GiB": GIB, "TiB": 1 << 40}
SECTION = "[tool.bpp.limits]"


def _limit(default: int, means: str, why: str, *, is_size: bool = False) -> Any:
    return field(default=default, metadata={"means": means, "why": why, "is_size": is_size})


@dataclass(frozen=True)
class Limits:
    """The limits of one file. Each says what it means, and why it is what it is, for the page of them."""

    read_seconds: int = _limit(
        60,
        "a file may be read for so long, and one second more for each MiB of it",
        "csv and parquet are read at 50 MiB a second and more, a workbook or xpt at a few",
    )
    read_memory: int = _limit(
        4 * GIB,
        "the process that reads a delivery may hold so much memory of its own",
        "csv and parquet take less than 2 GiB, however large; a workbook or an xpt file is held whole, at"
        " about ten times its size unpacked",
        is_size=True,
    )
    file_bytes: int = _limit(
        32 * GIB,
        "a file may be so large as it was delivered",
        "100 million results of ALP as csv are 6 GiB",
        is_size=True,
    )
    unpacked_bytes: int = _limit(
        64 * GIB,
        "a packed file (csv.gz, xlsx, parquet) may be so large unpacked",
        "it is unpacked beside the working file, whose disk has to have room for both",
        is_size=True,
    )
    unpacked_ratio: int = _limit(
        100,
        "a packed file of more than `unpacked_free` may be so many times larger unpacked than packed",
        "exports of rows that differ are packed to a tenth or a thirtieth, bombs to a thousandth",
    )
    unpacked_free: int = _limit(
        256 * MIB,
        "so much may be unpacked of a file however small it is packed",
        "that much is read in seconds",
        is_size=True,
    )
    rows: int = _limit(
        2_000_000_000,
        "a file may have so many rows, and a csv file so many lines",
        "ten million patients with two hundred results each",
    )
    columns: int = _limit(
        5_000,
        "a file may have so many columns",
        "our widest table has a dozen, a table of SDTM some sixty",
    )
    cell_bytes: int = _limit(
        64 * KIB,
        "a cell that is loaded may be so long",
        "ids, codes, days and numbers are short; a workbook's cell holds 32,767 letters at most",
        is_size=True,
    )
    sheet_cells: int = _limit(
        50_000_000,
        "the rows of a sheet times its columns, up to its last filled cell, may be so many",
        "a full sheet of 47 columns; the reader sets room aside for each, filled or empty",
    )

    def seconds_for(self, size: int) -> float:
        """Return how long a file of so many bytes may be read."""
        return self.read_seconds + size / MIB

    def most_unpacked(self, packed: int) -> int:
        """Return how large a file of so many bytes may be once it is unpacked."""
        return min(self.unpacked_bytes, max(self.unpacked_free, self.unpacked_ratio * packed))

    @property
    def digest(self) -> str:
        """Digest the limits that are not the defaults; empty where all are."""
        others = [
            f"{one.name}={told}" for one in fields(self) if (told := getattr(self, one.name)) != one.default
        ]
        return hashlib.sha256("\0".join(others).encode()).hexdigest() if others else ""


DEFAULTS = Limits()


def load_limits(environment: Mapping[str, str], project: Path = PROJECT) -> Limits:
    """Read the limits of a project; the variable `BPP_<KEY>` wins over the file.

    Errors: UsageError for a key that is not known, or a value that is none above 0.
    """
    known = [one.name for one in fields(Limits)]
    told = section_of("limits", known, project)
    variables = {name: environment.get(f"BPP_{name.upper()}") for name in known}
    told = told | {name: value for name, value in variables.items() if value}
    return Limits(**{name: amount_of(name, value, SECTION) for name, value in told.items()})


def in_words(size: int) -> str:
    """Write a number of bytes for people: `2 GiB`, `1.5 MiB`."""
    for unit, factor in reversed(list(UNITS.items())):
        if size >= factor:
            return f"{size / factor:.1f}".removesuffix(".0") + f" {unit or 'bytes'}"
    return "0 bytes"


def amount_of(name: str, value: object, section: str) -> int:
    """Read a whole number above 0, of bytes maybe with a unit. Errors: UsageError that names the setting."""
    written = re.fullmatch(r"(\d{1,18}) ?(\w*)", str(value).replace("_", ""))
    factor = UNITS.get(written[2]) if written else None
    if written is None or factor is None or isinstance(value, (bool, float)) or int(written[1]) == 0:
        raise UsageError(
            f"{name} in {section} is no whole number above 0", 'for example 5000, or of bytes "4 GiB"'
        )
    return int(written[1]) * factor

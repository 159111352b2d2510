"""Tables of a lakehouse in a delivery: which folders are one, and their rows as one Parquet file.

Not here: reading them (`lake_child.py`, in a process of its own), and when it is done (`staging.py`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterable
from importlib.util import find_spec
from pathlib import Path

from bpp_etl.errors import UsageError
from bpp_etl.landing.deliveries import LAKE_TABLES, lake_kind
from bpp_etl.reading.limits import Limits

PACKAGES = {"delta": "deltalake", "iceberg": "pyiceberg"}
CHILD = "import json, sys; from bpp_etl.storage.lake_child import work as do; do(json.loads(sys.argv[1]))"
PATIENCE = 10
"""The limit is one of the processor's seconds; a machine that does much else takes so many times longer."""
ROWS = "rows.parquet"
"""The one file that stands for such a folder, in a folder of its name."""


def tables_among(paths: Iterable[tuple[str, ...]]) -> dict[str, str]:
    """Find the folders at the top that are tables of a lakehouse, each with its kind."""
    return {
        parts[0]: kind
        for parts in paths
        if len(parts) == 3
        for (inside, ending), kind in LAKE_TABLES.items()
        if parts[1] == inside and parts[2].endswith(ending)
    }


def tables_in(folder: Path) -> dict[str, str]:
    """Find the folders of a delivery that are tables of a lakehouse, each with its kind."""
    found = {entry.name: lake_kind(entry) for entry in folder.iterdir() if entry.is_dir()}
    return {name: kind for name, kind in found.items() if kind is not None}


def ensure_readers(kinds: Collection[str]) -> None:
    """Refuse kinds of table whose package is not installed. Errors: UsageError."""
    for kind in sorted(kinds):
        if find_spec(PACKAGES[kind]) is None:
            raise UsageError(
                f"a table is delivered as {kind.capitalize()}, which needs the package {PACKAGES[kind]}",
                "pip install 'bpp-etl[lakehouse]'",
            )


def reader_of(kind: str) -> str:
    """Name what reads a kind of table, and in which version."""
    from importlib.metadata import version  # noqa: PLC0415 - takes longer to load than most looks

    return f"{PACKAGES[kind]} {version(PACKAGES[kind])}"


def write_rows(kind: str, folder: Path, to: Path, limits: Limits) -> bool:
    """Write the rows of a table, in an order of their own, as one Parquet file; say whether it could be read.

    What cannot be read, or takes more than its limits, leaves an empty file: no reader takes it for a table,
    and the gate says `file_unreadable`.
    """
    size = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
    made = to.with_name(f".{to.name}")
    seconds = limits.seconds_for(size)
    asked = json.dumps(
        {
            "kind": kind,
            "folder": str(folder),
            "to": str(made),
            "memory": limits.read_memory,
            "seconds": seconds,
        }
    )
    try:
        ended = subprocess.run(
            [sys.executable, "-P", "-c", CHILD, asked],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # Native readers write what they stumble over, in the table's own words.
            stderr=None if os.environ.get("BPP_TRACEBACK") == "1" else subprocess.DEVNULL,
            timeout=PATIENCE * seconds,
            check=False,
        )
        is_read = ended.returncode == 0 and made.is_file()
    except subprocess.TimeoutExpired:
        is_read = False
    if not is_read:
        made.unlink(missing_ok=True)
        if to.is_file() and not to.stat().st_size:
            return False  # as it was: whoever waits for it to settle sees no change
        made.touch(mode=0o600)
    made.chmod(0o600)
    os.replace(made, to)  # noqa: PTH105
    return is_read

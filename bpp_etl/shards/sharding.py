"""When a delivery is judged in shards, how its tasks run, and when a release is too large for one file.

These are the keys of `[tool.bpp.shards]`. Not here: running a task (`shards/processes.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bpp_etl.errors import UsageError
from bpp_etl.reading.limits import GIB, amount_of
from bpp_etl.settings import PROJECT, section_of

SECTION = "[tool.bpp.shards]"
RUNNERS = ("processes", "spark")


@dataclass(frozen=True)
class Sharding:
    """The settings of shards; docs/scale.md says what each is for."""

    shard_rows: int = 50_000_000
    """A delivery of more rows is judged in shards, none of which has many more."""
    inline_rows: int = 200_000_000
    """A release of more rows has those of `core` and `quarantine` in Parquet beside its file."""
    shards: int = 0
    """So many shards; 0 is as many as `shard_rows` asks for."""
    tasks_at_once: int = 2
    """So many tasks run beside each other."""
    task_threads: int = 1
    """The threads of one task."""
    task_memory: int = GIB
    """What the database of one task may hold in memory; what needs more goes to its folder."""
    runner: str = RUNNERS[0]
    """What runs the tasks."""
    spark_remote: str = ""
    """Where Spark is: a server of Spark Connect, or the master of a cluster. It may hold a token."""

    def __post_init__(self) -> None:
        """Refuse a runner that there is not, or of which it is not said where it is."""
        if self.runner not in RUNNERS:
            raise UsageError(f"runner in {SECTION} is none that there is", f"there is {', '.join(RUNNERS)}")
        if self.runner == "spark" and not self.spark_remote:
            raise UsageError(
                f'runner in {SECTION} is "spark", and spark_remote does not say where Spark is',
                'set spark_remote = "sc://host:15002", "spark://host:7077" or "local[2]"',
            )

    def shards_of(self, rows: int) -> int:
        """Say in how many shards a delivery of so many rows is judged; 0 is in one piece, without any."""
        return 0 if rows <= self.shard_rows else self.shards or math.ceil(rows / self.shard_rows)


def load_sharding(environment: Mapping[str, str], project: Path = PROJECT) -> Sharding:
    """Read the settings of a project; the variable `BPP_<KEY>` wins over the file.

    Errors: UsageError for a key that is not known, or a value that is none above 0.
    """
    known = [one.name for one in fields(Sharding)]
    told = section_of("shards", known, project)
    told |= {name: value for name in known if (value := environment.get(f"BPP_{name.upper()}"))}
    return Sharding(**{name: _read(name, value) for name, value in told.items()})


def _read(name: str, value: object) -> Any:
    return str(value) if name in {"runner", "spark_remote"} else amount_of(name, value, SECTION)

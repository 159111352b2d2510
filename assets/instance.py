"""The Dagster instance of a warehouse: its run storage lies beside the warehouse.

Not here: the settings, which are in `dagster.yaml` at the top of the project.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from assets.event_log import cheap_storage
from bpp_etl.settings import PROJECT

HOME = "dagster"
CONFIGURATION = "dagster.yaml"
STATED_STORAGE = "base_dir: warehouse/dagster"


def home_of(warehouse: Path) -> Path:
    """Make the instance's folder with a copy of the project's settings, and return it."""
    home = warehouse / HOME
    home.mkdir(parents=True, exist_ok=True)
    settings = (PROJECT / CONFIGURATION).read_text(encoding="utf-8")
    quoted_home = "'" + str(home).replace("'", "''") + "'"
    settings = settings.replace(STATED_STORAGE, f"base_dir: {quoted_home}")
    target = home / CONFIGURATION
    if not target.exists() or target.read_text(encoding="utf-8") != settings:
        fresh = home / f".{CONFIGURATION}.{os.getpid()}"
        fresh.write_text(settings, encoding="utf-8")
        os.replace(fresh, target)  # noqa: PTH105
    return home


@contextmanager
def instance_of(warehouse: Path) -> Iterator[dg.DagsterInstance]:
    """Open the instance of a warehouse."""
    with cheap_storage(), dg.DagsterInstance.from_config(str(home_of(warehouse))) as instance:
        yield instance

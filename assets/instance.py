"""The Dagster instance of a warehouse, beside it, and what its records tell of the registries.

Not here: the settings, which are in `dagster.yaml` at the top of the project.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import dagster as dg

from assets.partitions import registries
from assets.storage_faults import storage_in_words
from bpp_etl.errors import BppError
from bpp_etl.settings import PROJECT
from bpp_etl.warehouse.lock_file import lock_file

HOME = "dagster"
CONFIGURATION = "dagster.yaml"
WORKSPACE = "workspace.yaml"
LOCATION = "bpp_etl"
"""Names the code as pyproject.toml does: Dagster keeps by it runs, what a sensor has seen, and its switch."""
LOADED = f"load_from:\n  - python_module: {{module_name: assets.definitions, location_name: {LOCATION}}}\n"
ADMITTED = dg.AssetKey(["core", "patients"])
STATED_STORAGE = "base_dir: warehouse/dagster"


def home_of(warehouse: Path) -> Path:
    """Make the instance's folder with the project's settings and what to load, and return it."""
    home = warehouse / HOME
    if home.exists() and not home.is_dir():
        raise BppError(
            f"{HOME}, where the run storage is to be, is no folder", "remove it, then refresh again"
        )
    home.mkdir(parents=True, exist_ok=True)
    # An installed package brings the project's; one in the folder that one works in comes before it.
    own = PROJECT / CONFIGURATION
    settings = (own if own.is_file() else files("assets") / CONFIGURATION).read_text(encoding="utf-8")
    quoted_home = "'" + str(home).replace("'", "''") + "'"
    _put(home / CONFIGURATION, settings.replace(STATED_STORAGE, f"base_dir: {quoted_home}"))
    _put(home / WORKSPACE, LOADED)
    return home


def _put(target: Path, text: str) -> None:
    """Write a file whole, for another process may be reading it; one that says so already is left alone."""
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, target)  # noqa: PTH105


@contextmanager
def instance_of(warehouse: Path) -> Iterator[dg.DagsterInstance]:
    """Open the instance of a warehouse.

    Whoever opens the first makes its databases: others wait, for they would find them half made.
    """
    home = home_of(warehouse)
    with lock_file(home / ".lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with storage_in_words(home), dg.DagsterInstance.from_config(str(home)) as instance:
            fcntl.flock(lock, fcntl.LOCK_UN)
            yield instance


def days_since_admitted(instance: dg.DagsterInstance, now: dt.datetime) -> Mapping[str, float | None]:
    """Say for each registry how many days ago a delivery was admitted; None where none ever was."""
    ages: dict[str, float | None] = {}
    for registry in instance.get_dynamic_partitions(str(registries.name)):
        found = instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=ADMITTED, asset_partitions=[registry]), limit=1
        ).records
        ages[registry] = (now.timestamp() - found[0].timestamp) / 86_400 if found else None
    return ages

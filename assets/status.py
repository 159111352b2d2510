"""What `bpp status` does: look at a warehouse, and at the instance that runs it.

Not here: what is looked for, and how it is told (`bpp_etl/status`).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import dagster as dg
import yaml
from dagster._check import CheckError

from assets.instance import CONFIGURATION, HOME, days_since_admitted
from assets.operation import load_operation
from assets.storage_faults import storage_in_words
from bpp_etl.errors import BppError, DamagedError
from bpp_etl.settings import PROJECT, Places, places
from bpp_etl.status.needs import Need
from bpp_etl.status.show import as_json, as_text
from bpp_etl.status.warehouse import Operated, WarehouseStatus, status_of


def tell_status(landing: Path | None, warehouse: Path | None, output: str) -> tuple[str, bool]:
    """Return a warehouse's status in words or JSON, and whether something needs a person."""
    found = look(landing, warehouse, dt.datetime.now(dt.UTC))
    return (as_json(found) if output == "json" else as_text(found)), bool(found.needs)


def look(landing: Path | None, warehouse: Path | None, now: dt.datetime) -> WarehouseStatus:
    """Look at a warehouse and its instance; neither is made or changed."""
    chosen = places(os.environ, landing, warehouse)
    home = chosen.warehouse / HOME
    if not (home / CONFIGURATION).is_file():
        return status_of(chosen, _operated(None, now), now)
    try:
        with storage_in_words(home), _opened(home) as instance:
            operated = _operated(instance, now)
    except BppError as error:  # nothing of a release depends on it: all else is told
        need = Need("run storage", "damaged", error.message, error.hint)
        operated = replace(_operated(None, now), daemon="not known", needs=(need,))
    return status_of(chosen, operated, now)


def _opened(home: Path) -> dg.DagsterInstance:
    """Open the instance in a folder; errors: DamagedError where its settings say nothing to Dagster."""
    try:
        return dg.DagsterInstance.from_config(str(home))
    except (yaml.YAMLError, dg.DagsterError, CheckError, AttributeError, TypeError, UnicodeError):
        told = f"{CONFIGURATION} of {home.name}, the run storage, cannot be read"
        raise DamagedError(told, "`bpp refresh` writes it anew") from None


def look_from_inside(instance: dg.DagsterInstance, chosen: Places, now: dt.datetime) -> WarehouseStatus:
    """Look at a warehouse from a run of its own instance."""
    return status_of(chosen, _operated(instance, now), now)


def _operated(instance: dg.DagsterInstance | None, now: dt.datetime) -> Operated:
    """Read when registries were admitted, and whether the daemon works."""
    operation = load_operation(PROJECT, os.environ)
    ages: Mapping[str, float | None] = {}
    daemon, is_running = "never ran here; `bpp ui` or `bpp serve daemon` starts it", False
    if instance is not None:
        ages = days_since_admitted(instance, now)
        heard = instance.get_daemon_statuses().values()
        times = [one.last_heartbeat.timestamp for one in heard if one.last_heartbeat is not None]
        is_running = bool(times) and all(one.healthy for one in heard if one.required)
        if is_running:
            daemon = "runs"
        elif times:
            last = dt.datetime.fromtimestamp(max(times), dt.UTC)
            daemon = f"does not run (last heard {last:%Y-%m-%d %H:%M} UTC)"
    return Operated(ages, operation.registry_fresh_days, operation.release_fresh_days, daemon, is_running)

"""What `bpp status` does: look at a warehouse, and at the instance that runs it.

Not here: what is looked for, and how it is told (`bpp_etl/status`).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from assets.freshness import days_since_admitted
from assets.instance import CONFIGURATION, HOME
from assets.operation import load_operation
from bpp_etl.settings import PROJECT, places
from bpp_etl.status.show import as_json, as_text
from bpp_etl.status.warehouse import Operated, WarehouseStatus, status_of


def tell_status(landing: Path | None, warehouse: Path | None, output: str) -> tuple[str, bool]:
    """Return a warehouse's status in words or JSON, and whether something needs a person."""
    found = look(landing, warehouse, dt.datetime.now(dt.UTC))
    return (as_json(found) if output == "json" else as_text(found)), bool(found.needs)


def look(landing: Path | None, warehouse: Path | None, now: dt.datetime) -> WarehouseStatus:
    """Look at a warehouse and its instance; neither is made or changed."""
    chosen = places(os.environ, landing, warehouse)
    operation = load_operation(PROJECT, os.environ)
    ages, daemon, is_running = _instance_of(chosen.warehouse / HOME, now)
    operated = Operated(ages, operation.registry_fresh_days, operation.release_fresh_days, daemon, is_running)
    return status_of(chosen.warehouse, chosen.landing, operated, now)


def _instance_of(home: Path, now: dt.datetime) -> tuple[Mapping[str, float | None], str, bool]:
    """Read when registries were admitted, and whether the daemon works; no instance is made."""
    if not (home / CONFIGURATION).is_file():
        return {}, "never ran here; `bpp ui` or `dagster-daemon run` starts it", False
    with dg.DagsterInstance.from_config(str(home)) as instance:
        ages = days_since_admitted(instance, now)
        heard = instance.get_daemon_statuses().values()
        times = [one.last_heartbeat.timestamp for one in heard if one.last_heartbeat is not None]
        if not times:
            return ages, "never ran here; `bpp ui` or `dagster-daemon run` starts it", False
        if all(one.healthy for one in heard if one.required):
            return ages, "runs", True
    last = dt.datetime.fromtimestamp(max(times), dt.UTC)
    return ages, f"does not run (last heard {last:%Y-%m-%d %H:%M} UTC)", False

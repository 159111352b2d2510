"""What holds for every asset of a layer, in one place: code version, automation, freshness, kinds, tags.

Not here: what an asset is (`raw.py` to `release.py`), and the values of the settings (`operation.py`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import dagster as dg

from assets.automation import (
    Condition,
    derive_when_rules_change,
    measure_when_registries_settle,
    publish_with_metrics,
)
from assets.operation import Operation
from assets.resources import Warehouse
from bpp_etl.admission.due import derivation
from bpp_etl.code_version import Layer, layer_version

WARN_SHARE = 0.8
"""Of the time in which something counts as fresh: after it, it is about to be late."""


@dataclass(frozen=True)
class LayerPolicy:
    """The policy of one layer; `holds` says whose data its tables show.

    A layer with a partition for each registry has no `fresh_days`: Dagster would call all of them fresh after
    the newest run of any. `freshness.py` tells of each registry.
    """

    code_version: str
    holds: str
    kinds: frozenset[str]
    fresh_days: float | None = None
    automation: Condition | None = None

    def on(self, spec: dg.AssetSpec) -> dg.AssetSpec:
        """Lay the policy on an asset."""
        return spec.replace_attributes(
            code_version=self.code_version,
            automation_condition=self.automation,
            freshness_policy=None if self.fresh_days is None else _fresh_for(self.fresh_days),
            kinds=set(self.kinds),
            tags={"bpp/holds": self.holds},
        )


def policies(operation: Operation, warehouse: Warehouse) -> dict[str, LayerPolicy]:
    """State the policy of each layer."""
    release = operation.release_fresh_days
    return {
        "raw": LayerPolicy(_version("raw"), "patients", frozenset({"duckdb", "polars"})),
        "core": LayerPolicy(_version("core"), "patients", frozenset({"duckdb", "pandera"})),
        "event": LayerPolicy(
            _version("event", *derivation(warehouse.loaded_protocols())[:-1]),
            "patients",
            frozenset({"duckdb", "sql"}),
            automation=derive_when_rules_change(),
        ),
        "metric": LayerPolicy(
            _version("metric"),
            "patients",
            frozenset({"duckdb", "python"}),
            release,
            measure_when_registries_settle(),
        ),
        "release": LayerPolicy(
            _version("release"), "patients", frozenset({"duckdb"}), release, publish_with_metrics()
        ),
    }


def policy_of(operation: Operation, warehouse: Warehouse) -> Callable[[dg.AssetSpec], dg.AssetSpec]:
    """Return what lays on each asset the policy of its group."""
    by_layer = policies(operation, warehouse)
    return lambda spec: by_layer[str(spec.group_name)].on(spec)


def _fresh_for(days: float) -> dg.FreshnessPolicy:
    window = dt.timedelta(days=days)
    return dg.FreshnessPolicy.time_window(fail_window=window, warn_window=window * WARN_SHARE)


def _version(layer: Layer, *settings: str) -> str:
    """Name the code that makes a layer's rows, and the settings that decide them as code does."""
    if not settings:
        return layer_version(layer)
    told = hashlib.sha256("\0".join(settings).encode()).hexdigest()
    return f"{layer_version(layer)}.{told[:8]}"

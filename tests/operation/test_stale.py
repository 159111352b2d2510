"""The UI marks what other protocols or rules would derive otherwise, and says why; what was read stays fresh.

Not here: deriving it again (`test_automation.py`).
"""

from __future__ import annotations

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver
from dagster._core.loader import LoadingContextForTest

from assets import policy
from assets.definitions import build_defs
from assets.resources import Warehouse
from bpp_etl.code_version import Layer, layer_version
from tests.operation.conftest import Settled

TABLES = {"raw": "patients", "core": "patients", "event": "pseudoprogression"}


def marks(settled: Settled, warehouse: Warehouse) -> dict[str, list[str]]:
    """Say of a table of each layer why it is stale for the registry that was admitted."""
    instance = settled.project.instance
    graph = build_defs(warehouse, settled.project.operation).resolve_asset_graph()
    resolver = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
    return {
        layer: [cause.reason for cause in resolver.get_stale_causes(dg.AssetKey([layer, table]), "good")]
        for layer, table in TABLES.items()
    }


def test_nothing_is_stale_while_nothing_changed(settled: Settled) -> None:
    assert marks(settled, settled.project.warehouse) == {"raw": [], "core": [], "event": []}


@pytest.mark.parametrize("changed", ["protocol", "rule"])
def test_events_alone_are_stale_after_a_change_and_say_why(
    settled: Settled, monkeypatch, changed: str
) -> None:
    warehouse = settled.project.warehouse
    if changed == "protocol":
        warehouse = Warehouse(**{**warehouse.model_dump(), "protocols": ["xu2025_one_ct"]})
    else:

        def other(layer: Layer) -> str:
            return "other" if layer == "event" else layer_version(layer)

        monkeypatch.setattr(policy, "layer_version", other)
    assert marks(settled, warehouse) == {"raw": [], "core": [], "event": ["has a new code version"]}

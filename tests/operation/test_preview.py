"""The parts of Dagster that are not settled are still there, still unsettled, and do what we use them for."""

from __future__ import annotations

import dagster as dg
import pytest

from assets.partitions import registries
from assets.preview import check_by_registry
from tests.operation.conftest import Settled


def test_partitions_of_checks_are_still_a_preview() -> None:
    with pytest.warns(dg.PreviewWarning, match="partitions_def"):
        dg.AssetCheckSpec("fact", asset="table", partitions_def=registries)


def test_our_use_of_them_is_quiet_and_takes_effect() -> None:
    assert check_by_registry("fact", dg.AssetKey("table")).partitions_def == registries


def test_a_check_has_an_outcome_for_each_registry(settled: Settled) -> None:
    key = dg.AssetCheckKey(dg.AssetKey(["core", "assessment_cadence"]), "table_missing")
    history = settled.project.instance.event_log_storage.get_asset_check_execution_history(key, limit=10)
    outcomes = {record.partition: record.status.value for record in history}
    assert outcomes == {"good": "SUCCEEDED", "bad": "FAILED"}

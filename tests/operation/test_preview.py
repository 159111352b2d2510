"""The parts of Dagster that are not settled are still there, still unsettled, and do what we use them for."""

from __future__ import annotations

import dagster as dg
import pytest

from assets.partitions import registries
from assets.preview import check_by_registry, runs_named_after
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


@dg.op
def nothing() -> None:
    """Do nothing."""


@dg.job
def idle() -> None:
    nothing()


def test_a_run_in_this_process_still_says_of_itself_of_no_code_location() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        idle.execute_in_process(instance=instance)
        assert [run.remote_job_origin for run in instance.get_runs()] == [None]


def test_ours_say_it_as_the_first_page_of_the_ui_asks_for() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        with runs_named_after(instance, "place", "repository"):
            idle.execute_in_process(instance=instance)
        idle.execute_in_process(instance=instance)
        after, within = instance.get_runs()
    assert after.remote_job_origin is None
    assert within.remote_job_origin is not None
    assert within.remote_job_origin.job_name == "idle"
    assert within.tags["dagster/code_location"] == "place"

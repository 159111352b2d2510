"""A registry that is late is named, though others deliver."""

from __future__ import annotations

import datetime as dt

import dagster as dg

from assets.freshness import NAME, freshness_check
from assets.operation import Operation
from tests.operation.conftest import Settled


def outcome(instance: dg.DagsterInstance, days: float) -> dg.AssetCheckResult:
    check = freshness_check(Operation(registry_fresh_days=days))
    return check(dg.build_asset_check_context(instance=instance))


def test_late_registries_are_named_each_for_itself(settled: Settled) -> None:
    found = outcome(settled.project.instance, 35)
    assert not found.passed
    assert found.metadata["late"].value == "bad"
    assert found.metadata["judged"].value == 2
    soon = 0.1 / dt.timedelta(days=1).total_seconds()
    assert outcome(settled.project.instance, soon).metadata["late"].value == "bad, good"


def test_without_a_registry_nothing_is_judged() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert outcome(instance, 35).metadata["status"].value == "not_applicable"


def test_the_check_runs_every_night_in_the_stated_timezone() -> None:
    check = freshness_check(Operation(timezone="Europe/Oslo"))
    (spec,) = check.check_specs
    assert spec.name == NAME
    assert "Europe/Oslo" in str(spec.automation_condition)

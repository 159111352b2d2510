"""When the graph moves by itself: events follow the rules, metrics and the release follow the events.

Three conditions, each for a layer; a sensor of Dagster's weighs them at every tick.

- event: derived again, registry by registry, when protocols or rules change; only where one was admitted.
- metric: measured again when a registry's events were renewed and no registry is on its way. A registry that
  never had an admitted delivery has no events, and is not waited for. A shut gate renews no events: it moves
  nothing and holds up nothing. The others are published, and of the shut registry its last admitted delivery.
- release: made in the run of the metrics, unless a check that blocks has failed on them.

Not here: schedules, which catch up with what was missed (`schedules.py`), and the landing (`watch.py`).
"""

from __future__ import annotations

from typing import Any

import dagster as dg

from assets.operation import Operation

Condition = dg.AutomationCondition[Any]


def derive_when_rules_change() -> Condition:
    """Hold for partitions that were derived by other protocols or rules."""
    when = dg.AutomationCondition
    return (
        _any(when.code_version_changed()).since_last_handled()
        & ~when.missing()
        & ~when.any_deps_in_progress()
        & ~when.in_progress()
    ).with_label("rules changed")


def measure_when_registries_settle() -> Condition:
    """Hold once any registry's events were renewed, and no registry's run is under way."""
    when = dg.AutomationCondition
    return (
        _any(when.any_deps_updated() | _any(when.code_version_changed())).since_last_handled()
        & ~when.any_deps_in_progress()
        & ~when.in_progress()
    ).with_label("registries settled")


def publish_with_metrics() -> Condition:
    """Hold when the metrics are made, unless a blocking check on them failed."""
    when = dg.AutomationCondition
    return (when.eager() & when.all_deps_blocking_checks_passed()).with_label("metrics made and sound")


def every_night(operation: Operation) -> Condition:
    """Hold once a night, in the stated timezone."""
    tick = dg.AutomationCondition.cron_tick_passed(operation.nightly_refresh, operation.timezone)
    return _any(tick).since_last_handled().with_label("every night")


def follow_sensor(operation: Operation) -> dg.AutomationConditionSensorDefinition:
    """Make the sensor that weighs the conditions."""
    return dg.AutomationConditionSensorDefinition(
        "publishing_follows",
        target=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
        minimum_interval_seconds=operation.watch_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Derives events when rules change; measures and publishes when registries have settled.",
    )


def _any(condition: dg.AutomationCondition[Any]) -> Condition:
    """Let conditions of assets and of checks be joined, as Dagster does and its types do not."""
    return condition

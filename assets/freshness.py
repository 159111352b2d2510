"""The check that tells which registries are late: one that no longer delivers hides behind those that do.

Dagster's own freshness policies (`policy.py`) know an asset and not its partitions; this check knows each.
Not here: how many days are late (`operation.py`).
"""

import datetime as dt
from collections.abc import Mapping

import dagster as dg

from assets.automation import every_night
from assets.operation import Operation
from assets.partitions import registries
from assets.release import RELEASE

ADMITTED = dg.AssetKey(["core", "patients"])
NAME = "every_registry_is_fresh"


def freshness_check(operation: Operation) -> dg.AssetChecksDefinition:
    """Make the check; it runs every night, and with every release."""
    days = operation.registry_fresh_days

    @dg.asset_check(
        asset=RELEASE,
        name=NAME,
        description=f"Each registry had a delivery admitted within {days:g} days. If not: ask those named.",
        automation_condition=every_night(operation),
    )
    def every_registry_is_fresh(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        ages = days_since_admitted(context.instance, dt.datetime.now(dt.UTC))
        late = sorted(name for name, age in ages.items() if age is None or age > days)
        return dg.AssetCheckResult(
            passed=not late,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "judged": len(ages),
                "broken": len(late),
                "limit": days,
                "status": "failed" if late else "passed" if ages else "not_applicable",
                "late": ", ".join(late),
                "to_mend": "Ask the registry for a delivery, or mend the one that was shut.",
            },
        )

    return every_registry_is_fresh


def days_since_admitted(instance: dg.DagsterInstance, now: dt.datetime) -> Mapping[str, float | None]:
    """Say for each registry how many days ago a delivery was admitted; None where none ever was."""
    ages: dict[str, float | None] = {}
    for registry in instance.get_dynamic_partitions(str(registries.name)):
        found = instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=ADMITTED, asset_partitions=[registry]), limit=1
        ).records
        ages[registry] = (now.timestamp() - found[0].timestamp) / 86_400 if found else None
    return ages

"""The check that tells which registries are late: one that no longer delivers hides behind those that do.

Dagster's own freshness policies (`policy.py`) know an asset and not its partitions; this check knows each.
Not here: how many days are late (`operation.py`).
"""

import datetime as dt

import dagster as dg

from assets.automation import every_night
from assets.instance import days_since_admitted
from assets.operation import Operation
from assets.release import RELEASE

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

"""The core assets: the gate. Every rule is a check that says judged, broken and limit.

Not here: what the gate does with a breach (`bpp_etl/gate/decide.py`). A shut gate fails this step alone.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.describe import spec_for
from assets.partitions import registries
from assets.resources import Warehouse
from bpp_etl.admit import gate
from bpp_etl.gate.verdict import RuleResult, Verdict
from schemas.cadence import AssessmentCadence
from schemas.rules import DELIVERY, RULES, Rule, rule_of
from schemas.tables import TABLES

TRUST = "Rows that broke no refusing rule of the registry's last admitted delivery. Trust it."


def check_key(table: str, rule: str) -> tuple[dg.AssetKey, str]:
    """Name the asset and the check of a rule; rules of a whole delivery sit on the cadence table."""
    if table == DELIVERY:
        return dg.AssetKey(["core", "assessment_cadence"]), f"delivery_{rule}"
    return dg.AssetKey(["core", table]), rule


def check_spec(rule: Rule) -> dg.AssetCheckSpec:
    """Make a rule's check; only a rule that can shut the gate blocks what is downstream."""
    asset, name = check_key(rule.table, rule.id)
    return dg.AssetCheckSpec(
        name=name,
        asset=asset,
        blocking=rule.severity == "shut",
        description=f"{rule.sentence} If not: {rule.mend}",
        metadata={"severity": rule.severity, "category": rule.category},
    )


def check_result(result: RuleResult) -> dg.AssetCheckResult:
    """Report a rule's outcome: counts only."""
    asset, name = check_key(result.table, result.rule)
    shuts = result.severity == "shut"
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=name,
        passed=result.status in {"passed", "not_applicable"},
        severity=dg.AssetCheckSeverity.ERROR if shuts else dg.AssetCheckSeverity.WARN,
        metadata={
            "judged": result.judged,
            "broken": result.broken,
            "limit": result.limit,
            "status": result.status,
            "to_mend": rule_of(result.table, result.rule).mend,
        },
    )


SPECS = [
    spec_for(
        "core",
        name,
        table.contract,
        trust=TRUST,
        deps=[dg.AssetKey(["raw", name])]
        + ([dg.AssetKey(["raw", table.parent.table])] if table.parent else []),
        partitions=registries,
    )
    for name, table in TABLES.items()
] + [
    spec_for(
        "core",
        "assessment_cadence",
        AssessmentCadence,
        trust="How each on-treatment CT kept to its schedule. Trust it where the delivery was admitted.",
        deps=[dg.AssetKey(["raw", "therapy_lines"]), dg.AssetKey(["raw", "imaging_assessments"])],
        partitions=registries,
    )
]


@dg.multi_asset(
    name="gate",
    specs=SPECS,
    check_specs=[check_spec(rule) for rule in RULES],
    pool="registry_file",
)
def core(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Judge the delivery that was read; admit all of its tables or none."""
    registry = context.partition_key
    delivery = warehouse.delivery(registry)
    files = warehouse.files(registry)
    with files.locked():
        verdict = gate(files, delivery)
    for result in verdict.rules:
        yield check_result(result)
    if not verdict.is_open:
        raise shut(verdict)
    for name in (*TABLES, "assessment_cadence"):
        counts = {count.table: count for count in verdict.tables}.get(name)
        metadata: dict[str, Any] = {"delivery": delivery.name}
        if counts is not None:
            metadata |= {
                "dagster/row_count": counts.admitted,
                "delivered": counts.delivered,
                "refused": counts.refused,
                "ignored": counts.ignored,
            }
        yield dg.MaterializeResult(asset_key=["core", name], metadata=metadata)


def shut(verdict: Verdict) -> dg.Failure:
    """Tell a shut gate's story: registry, delivery, rules, counts, and where the rows are."""
    lines = [f"- {reason.message} ({reason.rule})" for reason in verdict.reasons]
    text = (
        f"gate shut: {verdict.registry} delivery {verdict.delivery}\n"
        + "\n".join(lines)
        + "\nThe registry's last admitted delivery stays in service."
        + f"\nRows: select * from quarantine.<table> where registry = '{verdict.registry}'"
        + f" and delivery = '{verdict.delivery}'"
    )
    return dg.Failure(
        description=text,
        metadata={
            "registry": verdict.registry,
            "delivery": verdict.delivery,
            "rules": ", ".join(sorted({f"{reason.table}.{reason.rule}" for reason in verdict.reasons})),
        },
        allow_retries=False,
    )

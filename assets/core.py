"""The core assets: the gate. Every rule is a check that says judged, broken and limit.

Not here: what the gate does with a breach (`bpp_etl/gate/decide.py`). A shut gate fails this step alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg

from assets.describe import spec_for
from assets.failures import Context, shut, told_in_words
from assets.lineage import lineage_of
from assets.partitions import registries
from assets.preview import check_by_registry
from assets.resources import Warehouse
from assets.runners import RUNNERS
from assets.tags import delivery_in
from bpp_etl.admission.admit import gate
from bpp_etl.admission.ahead import Ahead
from bpp_etl.gate.decision import GateDecision
from schemas.cadence import AssessmentCadence
from schemas.laws import DeliveryLaw
from schemas.rules import RULES, Rule
from schemas.tables import TABLES

TRUST = "Rows that broke no refusing rule of the registry's last admitted delivery. Trust it."


CADENCE = dg.AssetKey(["core", "assessment_cadence"])


@dataclass(frozen=True)
class Check:
    """One check of the graph: a rule on a table, or a rule of whole deliveries over all its tables."""

    asset: dg.AssetKey
    name: str
    rules: tuple[Rule, ...]

    @property
    def law(self) -> Rule:
        """The rule, whose sentence holds for every table of the check."""
        return self.rules[0]


def checks() -> tuple[Check, ...]:
    """List the graph's checks: each rule on its table; those of files once, on the cadence table.

    A rule of files can be broken in any table; one check tells of all, and `quality.rule_result` of each.
    """
    by_table = [
        Check(dg.AssetKey(["core", rule.table]), rule.id, (rule,)) for rule in RULES if not is_whole(rule)
    ]
    whole: dict[str, list[Rule]] = {}
    for rule in RULES:
        if is_whole(rule):
            whole.setdefault(rule.id, []).append(rule)
    return (*by_table, *(Check(CADENCE, name, tuple(rules)) for name, rules in whole.items()))


def is_whole(rule: Rule) -> bool:
    """Say whether one check tells of a rule for all tables."""
    return isinstance(rule.law, DeliveryLaw) and not rule.law.is_told_by_table


def can_shut(rule: Rule) -> bool:
    """Say whether a breach of a rule may shut the gate."""
    return rule.severity == "shut" or (isinstance(rule.law, DeliveryLaw) and rule.law.shuts_over is not None)


def check_spec(check: Check) -> dg.AssetCheckSpec:
    """Make a check's spec; only a rule that can shut the gate blocks what is downstream."""
    return check_by_registry(
        check.name,
        check.asset,
        blocking=can_shut(check.law),
        # The UI reads it as markdown, and would swallow what stands between < and >.
        description=re.sub(
            r"<(\w+)>", lambda found: found[1].upper(), f"{check.law.sentence} If not: {check.law.mend}"
        ),
        metadata={"severity": check.law.severity, "category": check.law.category},
    )


def check_result(check: Check, decision: GateDecision) -> dg.AssetCheckResult:
    """Report a check's outcome: names and counts only.

    Numbers bear the registry's name: the UI draws a line for each name, else one line through all registries.
    """
    results = {(result.table, result.rule): result for result in decision.rules}
    found = [results[rule.table, rule.id] for rule in check.rules]
    bad = [result for result in found if result.is_breach]
    not_accepted = [result for result in bad if result.status != "waived"]
    judged = sum(result.judged for result in found)
    passed = "passed" if judged else "not_applicable"
    broken = sum(result.broken for result in found)
    numbers = {"judged": judged, "broken": broken, "limit": found[0].limit}
    metadata: dict[str, Any] = {
        **{f"{decision.registry}: {name}": number for name, number in numbers.items()},
        "status": "failed" if not_accepted else "waived" if bad else passed,
        "registry": decision.registry,
        "delivery": decision.delivery,
        "to_mend": check.law.mend,
    }
    if len(found) > 1 and bad:
        metadata["tables"] = ", ".join(result.table for result in bad)
    shuts = any(result.severity == "shut" for result in not_accepted)
    return dg.AssetCheckResult(
        asset_key=check.asset,
        check_name=check.name,
        passed=not bad,
        severity=dg.AssetCheckSeverity.ERROR if shuts else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


CHECKS = checks()
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
        deps=[
            dg.AssetKey(["raw", name]) for name in ("therapy_lines", "imaging_assessments", "bone_lesions")
        ],
        partitions=registries,
    )
]


@dg.multi_asset(
    name="gate",
    specs=SPECS,
    check_specs=[check_spec(check) for check in CHECKS],
)
def core(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Judge the delivery that was read; admit all of its tables or none."""
    yield from judging(context, warehouse, context.partition_key, delivery_in(context.run.tags))


def judging(
    context: Context, warehouse: Warehouse, registry: str, named: str | None, ahead: Ahead | None = None
) -> Iterator[Any]:
    """Judge a registry's delivery that was read; report each check, and each table where it is admitted."""
    files = warehouse.files(registry)
    with told_in_words(context):
        delivery = warehouse.delivery(registry, named)
        judged = ahead.was_judged(delivery) if ahead is not None else None
        if judged is not None:
            decision = judged.decision
            for line in judged.said:
                context.log.info(line)
        else:
            with files.locked():
                decision = gate(files, delivery, context.log.info, RUNNERS)
    for check in CHECKS:
        yield check_result(check, decision)
    if not decision.is_open:
        raise shut(decision, delivery, files)
    for name in (*TABLES, "assessment_cadence"):
        counts = {count.table: count for count in decision.tables}.get(name)
        key = dg.AssetKey(["core", name])
        metadata: dict[str, Any] = {"delivery": delivery.name, **lineage_of(key)}
        if counts is not None:
            metadata |= {
                "dagster/row_count": counts.admitted,
                "delivered": counts.delivered,
                "refused": counts.refused,
                "ignored": counts.ignored,
            }
        yield dg.MaterializeResult(asset_key=key, metadata=metadata)

"""The one place that decides what a gate does with what was found.

Policy. A rule of severity `refuse` fails when a row breaks it; the row goes to quarantine and the gate stays
open. A rule of severity `flag` fails likewise; the row stays. A rule of severity `shut` fails when its share
is over its limit, and then the delivery is refused whole. Nothing to judge is `not_applicable`, never
`passed`.
Not here: finding anything.
"""

from __future__ import annotations

from bpp_etl.gate.decision import GateDecision, RuleResult, RuleStatus, ShutCause, TableCount
from bpp_etl.gate.judged import JudgedDelivery
from bpp_etl.landing.deliveries import Delivery
from schemas.laws import DELIVERY
from schemas.rules import RULES, Rule
from schemas.tables import TABLES


def decide(delivery: Delivery, counted: JudgedDelivery) -> GateDecision:
    """Weigh what was counted, rule by rule, and open or shut the gate."""
    results = tuple(_weigh(rule, counted) for rule in RULES)
    causes = tuple(
        _cause(result, counted)
        for result in results
        if result.severity == "shut" and result.status in {"failed", "error"}
    )
    is_shut = bool(causes)
    return GateDecision(
        registry=delivery.registry,
        delivery=delivery.name,
        delivery_date=delivery.date,
        status="shut" if is_shut else "admitted",
        causes=causes,
        rules=results,
        tables=tuple(_count(name, counted, is_shut=is_shut) for name in TABLES),
    )


def _weigh(rule: Rule, counted: JudgedDelivery) -> RuleResult:
    judged, broken, limit = _measure(rule, counted)
    status: RuleStatus = "passed"
    if judged == 0:
        status = "not_applicable"
    # A division rounds the share as the limit was rounded: 29 of 100 is not over 0.29.
    elif broken / judged > limit:
        status = "failed"
    return RuleResult(rule.table, rule.id, rule.severity, rule.category, judged, broken, limit, status)


def _measure(rule: Rule, counted: JudgedDelivery) -> tuple[int, int, float]:
    """Return judged, broken and limit of one rule."""
    config, table = counted.read.config, rule.table
    found, is_judged = counted.of(table), table in counted.tables
    if rule.severity == "flag":
        return found.flag_judged, found.flagged.get(rule.id, 0), 0.0
    if rule.severity == "refuse":
        return 0 if rule.id in found.not_judged else found.judged, found.broken.get(rule.id, 0), 0.0
    if rule.id == "cadence_not_kept":
        return counted.intervals, counted.off_schedule, config.cadence_limit
    if rule.id == "refused_share_exceeded":
        return found.judged, found.broken_rows, config.refused_share_limit(table)
    if rule.id == "required_table_empty":
        return int(is_judged), int(is_judged and found.admitted == 0), 0.0
    if rule.id == "rows_not_conserved":
        return int(is_judged), int(is_judged and not _count(table, counted, is_shut=False).is_conserved), 0.0
    broken = sum(
        problem.count
        for problem in counted.read.problems
        if problem.table == table and problem.rule == rule.id
    )
    if rule.id == "table_missing" and table in TABLES and not TABLES[table].is_required:
        return 0, 0, 0.0
    is_delivered = table == DELIVERY or table in counted.read.rows
    return max(broken, int(is_delivered)), broken, 0.0


def _count(table: str, counted: JudgedDelivery, *, is_shut: bool) -> TableCount:
    found = counted.of(table)
    delivered = counted.read.rows.get(table, 0)
    return TableCount(
        table=table,
        delivered=delivered,
        admitted=0 if is_shut else found.admitted,
        refused=delivered - found.ignored if is_shut else found.broken_rows,
        ignored=found.ignored,
        broken=found.broken_rows,
        refused_share_limit=counted.read.config.refused_share_limit(table),
    )


def _cause(result: RuleResult, counted: JudgedDelivery) -> ShutCause:
    told = [
        problem.message
        for problem in counted.read.problems
        if problem.table == result.table and problem.rule == result.rule
    ]
    if told:
        message = "; ".join(told)
    elif result.rule == "refused_share_exceeded":
        share = 100 * result.broken / result.judged
        message = (
            f"{result.broken} of {result.judged} rows of {result.table} are refused"
            f" ({share:.1f} %, limit {100 * result.limit:g} %)"
        )
    elif result.rule == "cadence_not_kept":
        share = 100 * result.broken / result.judged
        message = (
            f"{result.broken} of {result.judged} first-line CT intervals are off schedule"
            f" ({share:.1f} %, limit {100 * result.limit:g} %)"
        )
    elif result.rule == "required_table_empty":
        message = f"no row of {result.table} survives"
    else:
        message = f"{result.table}: {result.rule}"
    return ShutCause(result.table, result.rule, message)

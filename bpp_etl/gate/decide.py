"""The one place that decides what a gate does with what was found.

Policy. A rule of severity `refuse` fails when a row breaks it; the row goes to quarantine and the gate stays
open. A rule of severity `flag` fails likewise; the row stays. A rule of severity `warn` or `shut` fails when
its share is over its limit: then everyone is told, or the delivery is refused whole. Nothing to judge is
`not_applicable`, never `passed`.
Not here: found anything.
"""

from __future__ import annotations

import bpp_etl.gate.delivery_rules
import bpp_etl.gate.rules_against_before
import bpp_etl.gate.rules_of_record  # noqa: F401 - the functions of all three register themselves
from bpp_etl.gate.decision import Breach, GateDecision, RuleResult, RuleStatus, ShutCause
from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judge_of
from bpp_etl.gate.judged import NOT_JUDGED
from schemas.laws import DeliveryLaw
from schemas.rules import RULES, Rule
from schemas.tables import TABLES


def decide(whole: WholeDelivery) -> GateDecision:
    """Weigh what was found, rule by rule, and open or shut the gate."""
    results: list[RuleResult] = []
    causes: list[ShutCause] = []
    warnings: list[Breach] = []
    for rule in RULES:
        found = _find(rule, whole)
        result = _weigh(rule, found)
        results.append(result)
        if result.status in {"failed", "error"}:
            if rule.severity == "shut":
                causes.append(ShutCause(rule.table, rule.id, found.words))
            elif rule.severity == "warn":
                warnings.append(Breach(rule.table, rule.id, found.words))
    is_shut = bool(causes)
    return GateDecision(
        registry=whole.delivery.registry,
        delivery=whole.delivery.name,
        delivery_date=whole.delivery.date,
        status="shut" if is_shut else "admitted",
        causes=tuple(causes),
        warnings=tuple(warnings),
        rules=tuple(results),
        tables=tuple(whole.judged.rows_of(name, is_shut=is_shut) for name in TABLES),
    )


def _find(rule: Rule, whole: WholeDelivery) -> Found:
    """Judge a rule of the delivery; a rule of rows was judged with its table."""
    if isinstance(rule.law, DeliveryLaw):
        return judge_of(rule.id)(whole, rule)
    found = whole.judged.of(rule.table).counts.get(rule.id, NOT_JUDGED)
    return Found(found.judged, found.broken)


def _weigh(rule: Rule, found: Found) -> RuleResult:
    status: RuleStatus = "passed"
    if found.judged == 0:
        status = "not_applicable"
    elif found.is_over:
        status = "failed"
    return RuleResult(
        rule.table,
        rule.id,
        rule.severity,
        rule.category,
        found.judged,
        found.broken,
        found.limit,
        status,
    )

"""The one place that decides what a gate does with what was found.

Policy. A rule of severity `refuse` fails when a row breaks it; the row goes to quarantine and the gate stays
open. A rule of severity `flag` fails likewise; the row stays. A rule of severity `warn` or `shut` fails when
its share is over its limit: then everyone is told, or the delivery is refused whole; of few patients everyone
is told, whatever the rule. A waiver that covers the delivery turns such a breach into a `waived` one: it is
told, and nothing else. Nothing to judge is `not_applicable`, never `passed`.
Not here: found anything.
"""

from __future__ import annotations

import bpp_etl.gate.delivery_rules
import bpp_etl.gate.rules_across_registries
import bpp_etl.gate.rules_against_before
import bpp_etl.gate.rules_of_consistency
import bpp_etl.gate.rules_of_days
import bpp_etl.gate.rules_of_first_line
import bpp_etl.gate.rules_of_ids
import bpp_etl.gate.rules_of_new_rows
import bpp_etl.gate.rules_of_record
import bpp_etl.gate.rules_of_rewriting
import bpp_etl.gate.rules_of_spread
import bpp_etl.gate.rules_of_stating  # noqa: F401 - the functions of all register themselves
from bpp_etl.gate.answers import Answers
from bpp_etl.gate.decision import (
    Accepted,
    Breach,
    GateDecision,
    NullWords,
    RuleResult,
    RuleStatus,
    ShutCause,
)
from bpp_etl.gate.declared_rows import declared_rows
from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judge_of
from bpp_etl.gate.judged import NOT_JUDGED
from bpp_etl.gate.rules_against_before import counts_of_year
from schemas.codes import Severity
from schemas.laws import DeliveryLaw
from schemas.rules import RULES, Rule
from schemas.tables import TABLES


def decide(whole: WholeDelivery) -> GateDecision:
    """Weigh what was found, rule by rule, and open or shut the gate."""
    waivers = whole.judged.read.config.accept
    results: list[RuleResult] = []
    causes: list[ShutCause] = []
    warnings: list[Breach] = []
    accepted: dict[str, list[Breach]] = {rule: [] for rule in waivers}
    answers = Answers(whole)
    for rule in RULES:
        waiver = waivers.get(rule.id)
        is_accepted = waiver is not None and waiver.holds_on(whole.delivery.date)
        found = answers.weigh(rule, _find(rule, whole), is_accepted=is_accepted)
        result = _weigh(rule, found, is_accepted=is_accepted)
        results.append(result)
        breach = Breach(rule.table, rule.id, found.words)
        if result.status == "waived":
            accepted[rule.id].append(breach)
        elif result.is_breach and result.severity == "shut":
            causes.append(ShutCause(rule.table, rule.id, found.words))
        elif result.is_breach and result.severity == "warn":
            warnings.append(breach)
    is_shut = bool(causes)
    return GateDecision(
        registry=whole.delivery.registry,
        delivery=whole.delivery.name,
        delivery_date=whole.delivery.date,
        status="shut" if is_shut else "admitted",
        causes=tuple(causes),
        warnings=tuple(warnings),
        accepted=tuple(
            Accepted(waiver, waiver.holds_on(whole.delivery.date), tuple(accepted[rule]))
            for rule, waiver in waivers.items()
        ),
        rules=tuple(results),
        tables=tuple(whole.judged.rows_of(name, is_shut=is_shut) for name in TABLES),
        null_words=tuple(
            NullWords(name, column, cells)
            for name in TABLES
            for column, cells in whole.judged.of(name).null_words.items()
        ),
        declared=whole.once(declared_rows),
        drugs=whole.judged.drugs,
        unanswered=tuple(answers.left),
        of_year=counts_of_year(whole, results) if not is_shut else {},
    )


def _find(rule: Rule, whole: WholeDelivery) -> Found:
    """Judge a rule of the delivery; a rule of rows was judged with its table."""
    if isinstance(rule.law, DeliveryLaw):
        return _first_found(rule, whole, judge_of(rule.id)(whole, rule))
    found = whole.judged.of(rule.table).counts.get(rule.id, NOT_JUDGED)
    return Found(found.judged, found.broken)


def _first_found(rule: Rule, whole: WholeDelivery, found: Found) -> Found:
    """Tell again what a rule found when this delivery was admitted, if it was broken or finds nothing now."""
    told = whole.known.told.get((rule.table, rule.id))
    return found if told is None or (found.judged and not told.is_over) else told


def _weigh(rule: Rule, found: Found, *, is_accepted: bool) -> RuleResult:
    status: RuleStatus = "passed"
    if found.judged == 0:
        status = "not_applicable"
    elif found.is_over:
        status = "waived" if is_accepted else "failed"
    return RuleResult(
        rule.table,
        rule.id,
        _severity_of(rule, found),
        rule.category,
        found.judged,
        found.broken,
        found.limit,
        status,
        found.columns,
    )


def _severity_of(rule: Rule, found: Found) -> Severity:
    """Say what a breach does: one of few patients is told; a share that is high enough may shut the gate."""
    if rule.severity == "shut" and found.is_of_few and found.is_over:
        return "warn"
    limit = rule.law.shuts_over if isinstance(rule.law, DeliveryLaw) else None
    is_shut = limit is not None and found.judged > 0 and found.broken / found.judged > limit
    return "shut" if is_shut else rule.severity

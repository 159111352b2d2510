"""The flow of patients: from delivery to what became of every candidate.

Not here: how a patient left the course (`bpp_etl/events`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bpp_etl.events import STATE_RULES, DecidingRule, flow_rules
from bpp_etl.measure.cohort import COMMON, EVIDENCE, HER2, REGISTRY, Cohort
from bpp_etl.measure.rows import Row
from bpp_etl.measure.tally import Cell, Tally
from schemas.event import NOT_IN_COHORT, REASON, STATE

BY_ALL = (REGISTRY, HER2, EVIDENCE)
UNREAD = "progression_not_read"

NO_FIRST_LINE, OUTSIDE_WINDOW = NOT_IN_COHORT
OF_DELIVERIES = ("delivered_row", "repeated_row", "delivered", "refused", "admitted")
"""Steps before any protocol."""

REASONS = {
    state: tuple(rule.reason for rule in STATE_RULES if rule.state == state)
    for state in STATE
    if state != "pseudoprogression"
}
"""State -> why a candidate is in it, in the order of the rules; pseudoprogression has one reason."""


def count_candidates(cohort: Cohort) -> None:
    """Count the candidates by state, reason and what followed."""
    state, reason, has_progression = cohort["state"], cohort["reason"], cohort["has_progression"]
    cohort.count("candidate", state >= 0, BY_ALL)
    cohort.split("candidate", {name: state == place for place, name in enumerate(STATE)}, BY_ALL)
    is_pseudo = state == STATE.index("pseudoprogression")
    is_true = state == STATE.index("true_progression")
    cohort.split(
        "pseudoprogression",
        {"progressed": is_pseudo & has_progression, "not_progressed": is_pseudo & ~has_progression},
        BY_ALL,
    )
    for name, reasons in REASONS.items():
        cohort.split(name, {code: reason == REASON.index(code) for code in reasons}, (REGISTRY,))
    cohort.part("true_progression", "true_progression_dated", is_true & has_progression, BY_ALL)
    is_undecided = state == STATE.index("indeterminate")
    seen = is_undecided & cohort["has_observed_progression"]
    cohort.part("indeterminate", "indeterminate_progressed", seen, BY_ALL)
    progressed = ("progressed", "true_progression_dated", "indeterminate_progressed")
    cohort.join("candidate_progressed", progressed, BY_ALL)
    for cell in cohort.cells("candidate", BY_ALL):
        cohort.tally.put_rest(cell, cell._replace(group="candidate_progressed"))
    cohort.join("decided", ("pseudoprogression", "true_progression"), BY_ALL)
    cohort.join("not_excluded", ("pseudoprogression", "indeterminate"), BY_ALL)
    cohort.join("decided_or_unread", ("decided", UNREAD), (REGISTRY,))
    cohort.join("pseudoprogression_or_unread", ("pseudoprogression", UNREAD), (REGISTRY,))
    for cell in cohort.cells("candidate", BY_ALL):
        for parts in (("decided", "indeterminate"), ("not_excluded", "true_progression")):
            cohort.tally.add_up(cell, [cell._replace(group=group) for group in parts])


def count_flow(
    cohort: Cohort,
    left_at: Iterable[tuple[str, str, int]],
    refused: Iterable[tuple[str, int, int]],
    registries: Sequence[str],
) -> None:
    """Count the delivered patients by registry and step; the candidates are counted already.

    `refused` has patients who were refused, and refused rows that are no patient more, by registry.
    """
    tally = cohort.tally
    patients = {(registry, step): number for registry, step, number in left_at}
    places = [rule.reason for rule in flow_rules(cohort.window)]
    for step in places[:-1]:
        parts = [
            tally.put(_step_cell(cohort, step, f"registry={name}"), patients.get((name, step), 0))
            for name in registries
        ]
        tally.put_total(_step_cell(cohort, step, "all"), parts)
    for stratum in ("all", *cohort.partitions[REGISTRY].strata):
        judged = [_step_cell(cohort, step, stratum) for step in places if step not in NOT_IN_COHORT]
        first_line = tally.put_total(cohort.first_line(stratum), judged)
        if not cohort.window.is_open:
            outside = _step_cell(cohort, OUTSIDE_WINDOW, stratum)
            first_line = tally.put_total(Cell(COMMON, "first_line", stratum), [outside, first_line])
        tally.put_total(
            Cell(COMMON, "admitted", stratum), [_step_cell(cohort, NO_FIRST_LINE, stratum), first_line]
        )
    _count_refused(tally, list(refused), registries)
    for group in sorted({cohort.first_line().group, "first_line", "admitted", "delivered", "delivered_row"}):
        strata = cohort.partitions[REGISTRY].strata
        tally.add_up(Cell(COMMON, group), [Cell(COMMON, group, stratum) for stratum in strata])


def _count_refused(tally: Tally, refused: Sequence[tuple[str, int, int]], registries: Sequence[str]) -> None:
    """Count whom the gate refused; never hidden, for the quality tables tell how many rows that were."""
    patients = {registry: number for registry, number, _ in refused}
    repeated = {registry: number for registry, _, number in refused}
    for group, numbers in (("refused", patients), ("repeated_row", repeated)):
        parts = [
            tally.put(Cell(COMMON, group, f"{REGISTRY}={name}"), numbers.get(name, 0)) for name in registries
        ]
        tally.told |= {tally.put_total(Cell(COMMON, group), parts), *parts}
    for stratum in ("all", *(f"{REGISTRY}={name}" for name in registries)):
        for total, groups in (
            ("delivered", ("admitted", "refused")),
            ("delivered_row", ("delivered", "repeated_row")),
        ):
            whole = [Cell(COMMON, group, stratum) for group in groups]
            tally.handy.add(tally.put_total(Cell(COMMON, total, stratum), whole))


def flow_rows(cohort: Cohort) -> list[Row]:
    """Build the rows of `metric.flow`, from top to bottom, everyone and each registry."""
    steps: list[tuple[str, str | None]] = [("delivered_row", None), ("repeated_row", "delivered_row")]
    steps += [("delivered", "delivered_row"), ("refused", "delivered")]
    steps += [("admitted", "delivered"), *((rule.reason, "admitted") for rule in flow_rules(cohort.window))]
    steps += [(state, "candidate") for state in STATE]
    steps += [("progressed", "pseudoprogression"), ("not_progressed", "pseudoprogression")]
    steps += [(reason, state) for state, reasons in REASONS.items() for reason in reasons]
    return [
        Row(
            table="flow",
            values={
                "protocol": cohort.protocol,
                "stratum": stratum,
                "position": position,
                "step": step,
                "parent_step": parent,
            },
            counts={"patients": _step_cell(cohort, step, stratum)},
        )
        for stratum in ("all", *cohort.partitions[REGISTRY].strata)
        for position, (step, parent) in enumerate(steps, start=1)
    ]


def rule_rows(cohort: Cohort, registries: Sequence[str]) -> list[Row]:
    """Build the rows of `quality.event_rule`; each rule alone gives its step, reason or state."""
    return [
        Row(
            table="event_rule",
            values={
                "registry": registry,
                "protocol": cohort.protocol,
                "position": position,
                "rule": rule.id,
            },
            counts={"patients": _step_cell(cohort, _step_of(rule), f"registry={registry}")},
        )
        for registry in registries
        for position, rule in enumerate((*flow_rules(cohort.window), *STATE_RULES), start=1)
    ]


def _step_of(rule: DecidingRule) -> str:
    """Name the count of those for whom the rule fired; who is confirmed is counted by the state."""
    return rule.state if rule.state == "pseudoprogression" else rule.reason


def _step_cell(cohort: Cohort, step: str, stratum: str) -> Cell:
    is_common = step in (*OF_DELIVERIES, NO_FIRST_LINE)
    return Cell(COMMON if is_common else cohort.protocol, step, stratum)

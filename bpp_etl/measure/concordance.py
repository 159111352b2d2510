"""How the states of candidates agree with the verdicts of other rule sets on the same evidence.

Not here: the verdicts (`bpp_etl/events`).
"""

from __future__ import annotations

from collections.abc import Mapping

from bpp_etl.measure.cohort import Cohort
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.metrics import cohen_kappa
from schemas.event import IRECIST_VERDICT, MDA_VERDICT, PCWG3_VERDICT, RECIST11_VERDICT, STATE

VERDICTS: Mapping[str, tuple[str, ...]] = {
    "recist11": RECIST11_VERDICT,
    "irecist": IRECIST_VERDICT,
    "mda": MDA_VERDICT,
    "pcwg3": PCWG3_VERDICT,
}
READ_AS: Mapping[str, tuple[str, str]] = {
    "recist11": ("NON_PD", "PD"),
    "irecist": ("iUPD", "iCPD"),
    "mda": ("PR", "PD"),
    "pcwg3": ("NON_PD", "PD"),
}
"""Rule set -> the verdict that goes with pseudoprogression, and the one that goes with true progression."""

DECIDED = ("pseudoprogression", "true_progression")


def concordance_rows(cohort: Cohort) -> list[Row]:
    """Build the table of verdict against state, and the kappa, for each rule set."""
    rows = []
    for rule_set, verdicts in VERDICTS.items():
        for place, state in enumerate(STATE):
            is_state = cohort["state"] == place
            names = {_group(rule_set, verdict, state): code for code, verdict in enumerate(verdicts)}
            cohort.split(
                state, {group: is_state & (cohort[rule_set] == code) for group, code in names.items()}
            )
        rows += [
            Row(
                table="concordance",
                values={
                    "protocol": cohort.protocol,
                    "rule_set": rule_set,
                    "verdict": verdict,
                    "state": state,
                },
                counts={"patients": cohort.cell(_group(rule_set, verdict, state))},
            )
            for verdict in verdicts
            for state in STATE
        ]
        rows.append(_agreement_row(cohort, rule_set))
    return rows


def _agreement_row(cohort: Cohort, rule_set: str) -> Row:
    non_progression, progression = READ_AS[rule_set]
    groups = [
        [_group(rule_set, verdict, state) for verdict in (non_progression, progression)] for state in DECIDED
    ]
    compared = f"{rule_set}_compared"
    cohort.join(compared, [group for row in groups for group in row])
    found = cohen_kappa([[cohort.tally.counts[cohort.cell(group)] for group in row] for row in groups])
    is_missing = found.n > 0 and found.estimate is None
    return estimate_row(
        cohort.tally,
        f"agreement_{rule_set}",
        cohort.cell(compared),
        Interval(found.estimate, found.low, found.high, "large-sample"),
        unit="kappa",
        method=f"Cohen's kappa; {non_progression} with pseudoprogression, {progression} with progression",
        warnings={"indeterminate_left_out", *(("not_estimable",) if is_missing else ())},
        tells_counts=True,
    )


def _group(rule_set: str, verdict: str, state: str) -> str:
    return f"{rule_set} {verdict} {state}"

"""The verdicts of RECIST 1.1, iRECIST, MD Anderson and PCWG3 on the candidate: named rules, first match wins.

Not here: this project's own call (`rules.py`) and the walk along the time points (`sql/verdict_course.sql`,
`sql/pcwg3_course.sql`). What a rule set says that the delivered evidence cannot express is listed under
`limits` in its protocol file: sizes and sums, measurable disease, who reads, tissue, fields of view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
from polars import col

from bpp_etl.events.protocol import Protocol
from schemas.verdicts import VERDICT_SETS


@dataclass(frozen=True)
class VerdictRule:
    """One rule of a verdict: where `condition` holds and no rule before it did, the verdict is `verdict`.

    `dated_by` names the column with the day of the progression or suspicion; None where there is neither.
    `needs` names a parameter and the value under which the rule is in force.
    """

    id: str
    sentence: str
    condition: pl.Expr = field(repr=False, compare=False)
    verdict: str
    dated_by: str | None = None
    needs: tuple[str, str] | None = None


_ALWAYS = pl.lit(value=True)

RECIST11 = (
    VerdictRule(
        "unequivocal",
        "A new lesion that is not equivocal, or explicit progression beside it, is PD at the candidate.",
        col("has_pd_at_candidate") | col("has_certain_new_lesion"),
        "PD",
        dated_by="event_date",
    ),
    VerdictRule(
        "equivocal_counts",
        "Under this policy an equivocal new lesion is PD too.",
        col("has_new_lesion"),
        "PD",
        dated_by="event_date",
        needs=("equivocal_policy", "progression"),
    ),
    VerdictRule(
        "equivocal_confirmed",
        "An equivocal lesion that a later CT makes certain is PD, dated back to the candidate.",
        col("is_made_certain"),
        "PD",
        dated_by="event_date",
    ),
    VerdictRule(
        "progressed_later",
        "It stays equivocal, but explicit progression or a certain new lesion follows, not after the state"
        " was decided: PD on that day.",
        col("later_progression_date") <= pl.coalesce("decided_on", "later_progression_date"),
        "PD",
        dated_by="later_progression_date",
    ),
    VerdictRule(
        "no_new_lesion",
        "What makes the candidate, a denser lesion or one that a bone scan shows larger, is no new lesion.",
        ~col("has_new_lesion"),
        "NON_PD",
    ),
    VerdictRule(
        "equivocal_open",
        "An equivocal lesion without a later CT stays open.",
        col("is_made_certain").is_null(),
        "EQUIVOCAL",
    ),
    VerdictRule(
        "equivocal_not_confirmed",
        "An equivocal lesion that no later CT makes certain is not PD.",
        _ALWAYS,
        "NON_PD",
    ),
)


def _irecist(name: str) -> tuple[VerdictRule, ...]:
    """Give the rules of iRECIST over the scans of the verdict set of this name."""
    return (
        VerdictRule(
            "confirmed",
            "A further increase late enough after iUPD is iCPD, dated at the first iUPD since the last"
            " reset.",
            col(f"{name}_confirmed_on").is_not_null(),
            "iCPD",
            dated_by=f"{name}_suspected_on",
        ),
        VerdictRule(
            "unconfirmed",
            "Without further increase it stays iUPD, however often it is seen again.",
            col(f"{name}_suspected_on").is_not_null(),
            "iUPD",
            dated_by=f"{name}_suspected_on",
        ),
        VerdictRule(
            "equivocal_open",
            "An equivocal lesion without a later CT stays open.",
            col("has_new_lesion") & ~col("has_certain_new_lesion") & ~col(f"{name}_is_followed"),
            "EQUIVOCAL",
        ),
        VerdictRule(
            "reset",
            "A new response, the new lesions gone or never there, or an equivocal one not confirmed: none is"
            " suspected.",
            _ALWAYS,
            "NON_iUPD",
        ),
    )


IRECIST = _irecist("irecist")
IRECIST_LINE = _irecist("irecist_line")

MDA = (
    VerdictRule(
        "bone_progression",
        "More lysis, or a new lytic or mixed lesion, at the candidate's time point is PD.",
        col("has_bone_pd_at_candidate"),
        "PD",
        dated_by="event_date",
    ),
    VerdictRule(
        "larger_lesion",
        "A larger lytic or blastic lesion at the candidate's time point, on anything but a bone scan, is PD.",
        col("has_larger_at_candidate"),
        "PD",
        dated_by="event_date",
    ),
    VerdictRule(
        "new_lesion",
        "Under this setting the new osteoblastic lesion is a new lesion: PD.",
        col("has_new_lesion") & col("has_sclerosis"),
        "PD",
        dated_by="event_date",
        needs=("new_osteoblastic_verdict", "PD"),
    ),
    VerdictRule(
        "sclerosis",
        "The new osteoblastic lesion is sclerosis of a lesion not seen before, as a denser one is of one that"
        " was: PR.",
        col("has_sclerosis"),
        "PR",
    ),
    VerdictRule(
        "no_sclerosis",
        "What only a bone scan shows, of no known build, is neither.",
        _ALWAYS,
        "NON_PD",
    ),
)

PCWG3 = (
    VerdictRule(
        "two_plus_two",
        "A rise on the first scan in the flare window, and as many new lesions again on the next scan late"
        " enough, is PD, dated at the first scan.",
        col("flare_rise_date").is_not_null(),
        "PD",
        dated_by="flare_rise_date",
    ),
    VerdictRule(
        "lasting_rise",
        "A rise against the reference that lasts until a scan late enough is PD, dated where it showed.",
        col("lasting_rise_date").is_not_null(),
        "PD",
        dated_by="lasting_rise_date",
    ),
    VerdictRule(
        "open_rise",
        "A rise without a scan late enough after it stays suspicious.",
        col("open_rise_date").is_not_null(),
        "PDu",
        dated_by="open_rise_date",
    ),
    VerdictRule(
        "no_lasting_rise",
        "No rise, or one that passed: a flare.",
        col("first_scan_date").is_not_null(),
        "NON_PD",
    ),
    VerdictRule(
        "no_bone_scan",
        "Without an evaluable bone scan on line 1 there is nothing to judge.",
        _ALWAYS,
        "NE",
    ),
)

VERDICT_RULES: Mapping[str, tuple[VerdictRule, ...]] = {
    "recist11": RECIST11,
    "irecist": IRECIST,
    "irecist_line": IRECIST_LINE,
    "mda": MDA,
    "pcwg3": PCWG3,
}
"""Verdict set -> its rules."""


def verdict_columns(protocols: Mapping[str, Protocol]) -> dict[str, pl.Expr]:
    """Name each verdict and its day, over the evidence columns, as the verdict sets name their columns.

    `protocols` has the protocol of each kind.
    """
    columns = {}
    for one in VERDICT_SETS.values():
        rules = in_force(VERDICT_RULES[one.name], protocols[one.kind])
        fired = verdict_rule(rules)
        columns[one.column] = fired.replace_strict(
            {rule.id: rule.verdict for rule in rules}, return_dtype=pl.String
        )
        columns[one.date_column] = pl.coalesce(
            pl.when(fired == rule.id).then(col(rule.dated_by)) for rule in rules if rule.dated_by is not None
        )
    return columns


def verdict_rule(rules: Sequence[VerdictRule]) -> pl.Expr:
    """Return the id of the first rule whose condition holds; a condition that is unknown does not hold."""
    return pl.coalesce(
        pl.when(rule.condition.fill_null(value=False)).then(pl.lit(rule.id)).otherwise(None) for rule in rules
    )


def in_force(rules: Sequence[VerdictRule], protocol: Protocol) -> Sequence[VerdictRule]:
    """Return those of a verdict's rules that the protocol's parameters put in force."""
    values = protocol.values
    return [rule for rule in rules if rule.needs is None or values[rule.needs[0]] == rule.needs[1]]

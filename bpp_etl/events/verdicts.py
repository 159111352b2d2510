"""The verdicts of RECIST 1.1, iRECIST, MD Anderson and PCWG3 on the candidate: simplified, first match wins.

Not here: this project's own call (`rules.py`). What each verdict leaves out is listed under `limits` in its
protocol file: target sums, measurability, resets after response and soft tissue in PCWG3 are not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
from polars import col

from bpp_etl.events.protocol import Protocol


@dataclass(frozen=True)
class VerdictRule:
    """One rule of a verdict: where `condition` holds and no rule before it did, the verdict is `verdict`.

    `needs` names a parameter and the value under which the rule is in force.
    """

    id: str
    sentence: str
    condition: pl.Expr = field(repr=False, compare=False)
    verdict: str
    needs: tuple[str, str] | None = None


_ALWAYS = pl.lit(value=True)

VERDICT_RULES: Mapping[str, tuple[VerdictRule, ...]] = {
    "recist11": (
        VerdictRule(
            "explicit_progression",
            "Explicit progression at the candidate's time point is PD.",
            col("has_pd_at_candidate"),
            "PD",
        ),
        VerdictRule(
            "unequivocal_new_lesion",
            "A new lesion that is not equivocal is PD.",
            ~col("is_equivocal_only"),
            "PD",
        ),
        VerdictRule(
            "equivocal_counts",
            "Under this policy an equivocal new lesion is PD too.",
            _ALWAYS,
            "PD",
            needs=("equivocal_policy", "progression"),
        ),
        VerdictRule(
            "equivocal_confirmed",
            "An equivocal lesion that a later CT makes certain is PD, dated back.",
            col("is_made_certain"),
            "PD",
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
    ),
    "irecist": (
        VerdictRule(
            "confirmed_by_increase",
            "A further increase late enough after the candidate is iCPD.",
            col("has_further_increase"),
            "iCPD",
        ),
        VerdictRule("unconfirmed", "A new lesion without further increase stays iUPD.", _ALWAYS, "iUPD"),
    ),
    "mda": (
        VerdictRule(
            "explicit_progression",
            "Explicit progression at the candidate's time point is PD.",
            col("has_pd_at_candidate"),
            "PD",
        ),
        VerdictRule(
            "larger_lesion",
            "A larger lytic or blastic lesion at the candidate's time point is PD.",
            col("has_larger_at_candidate"),
            "PD",
        ),
        VerdictRule(
            "new_lesion",
            "Under this reading the new osteoblastic lesion is a new lesion: PD.",
            _ALWAYS,
            "PD",
            needs=("new_osteoblastic_verdict", "PD"),
        ),
        VerdictRule(
            "sclerosis",
            "The new osteoblastic lesion is sclerosis of a lesion not seen before: PR.",
            _ALWAYS,
            "PR",
        ),
    ),
    "pcwg3": (
        VerdictRule(
            "no_bone_scan",
            "Without an evaluable bone scan on line 1 there is nothing to judge.",
            col("first_scan_date").is_null(),
            "NE",
        ),
        VerdictRule(
            "two_plus_two",
            "A rise on the first scan, and as many new lesions again on the next late enough, is PD.",
            col("is_first_scan_rise") & col("is_second_scan_rise"),
            "PD",
        ),
        VerdictRule(
            "first_rise_open",
            "A rise on the first scan without a second scan late enough stays suspicious.",
            col("is_first_scan_rise") & col("second_scan_date").is_null(),
            "PDu",
        ),
        VerdictRule(
            "later_rise_lasts",
            "A rise against the first scan that lasts until a scan late enough is PD.",
            col("is_later_rise_lasting"),
            "PD",
        ),
        VerdictRule(
            "later_rise_open",
            "A rise against the first scan without a scan late enough after it stays suspicious.",
            col("later_rise_date").is_not_null() & ~col("is_later_rise_checked"),
            "PDu",
        ),
        VerdictRule("no_lasting_rise", "No rise, or one that passed: a flare.", _ALWAYS, "NON_PD"),
    ),
}


def verdict(protocol: Protocol) -> pl.Expr:
    """Return a protocol's verdict over the evidence columns."""
    return pl.coalesce(
        pl.when(rule.condition.fill_null(value=False)).then(pl.lit(rule.verdict)).otherwise(None)
        for rule in in_force(protocol)
    )


def in_force(protocol: Protocol) -> Sequence[VerdictRule]:
    """Return the rules of a verdict that the protocol's parameters put in force."""
    values = protocol.values
    return [
        rule
        for rule in VERDICT_RULES[protocol.kind]
        if rule.needs is None or values[rule.needs[0]] == rule.needs[1]
    ]

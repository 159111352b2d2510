"""ALP: how it changed within patients, how many it rose in, and how well it tells progression apart.

Not here: which value counts for which day (`bpp_etl/events`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpp_etl.measure.cohort import HER2, REGISTRY, Cohort, Mask
from bpp_etl.measure.rows import FEWEST_EVENTS, Interval, Row, estimate_row
from bpp_etl.measure.shares import share_row
from bpp_etl.measure.tally import Cell, Tally
from bpp_etl.metrics import roc_auc, signed_rank
from bpp_etl.metrics.paired import EXACT_LIMIT
from bpp_etl.warehouse.select import Column
from schemas.event import ALP_CATEGORY, REASON, STATE

# Which null it was is told by a warning, which goes where the number of patients is withheld.
SIGNED_RANK = (
    f"Wilcoxon signed-rank test, zeros dropped, exact null up to {EXACT_LIMIT} pairs, else its normal"
    " approximation; Hodges-Lehmann shift"
)
PAIRED = "; ALP at progression minus ALP at the event, of patients with all three values"
WHOLE = ("all", "state=true_progression")
"""The strata of changes that are no part of one another."""
METRIC_OF = {
    "event_minus_baseline": "alp_change_at_event",
    "progression_minus_baseline": "alp_change_at_progression",
    "progression_minus_event": "alp_change_event_to_progression",
}


@dataclass(frozen=True)
class Change:
    """One change of ALP: whose, and which value minus which."""

    comparison: str
    stratum: str
    group: str
    mask: Mask
    values: Column


@dataclass(frozen=True)
class Moment:
    """When ALP is put into categories against baseline: `known` are those of `mask` with both values."""

    known: str
    column: str
    mask: Mask
    name: str = "alp"
    suffix: str = ""
    stratum: str = "all"


def alp_rows(cohort: Cohort) -> list[Row]:
    """Build every row that is about ALP."""
    state = cohort["state"]
    is_pseudo, is_true = (state == STATE.index(name) for name in ("pseudoprogression", "true_progression"))
    is_known = {comparison: ~np.isnan(cohort[f"alp_{comparison}"]) for comparison in METRIC_OF}
    at_event = is_known["event_minus_baseline"]
    is_bone = cohort["is_bone_progression"]
    cohort.part("pseudoprogression", "alp_event", is_pseudo & at_event, (REGISTRY, HER2))
    cohort.part("true_progression", "alp_event_true", is_true & at_event)
    at_progression = is_pseudo & is_known["progression_minus_baseline"]
    cohort.part("progressed", "alp_progression", at_progression, (REGISTRY, HER2))
    cohort.part("alp_progression", "alp_progression_bone", at_progression & is_bone)
    paired = is_pseudo & is_known["progression_minus_event"]
    cohort.part("alp_progression", "alp_paired", paired, (REGISTRY,))
    cohort.part("alp_event", "alp_paired", paired, (REGISTRY,))
    cohort.part("alp_paired", "alp_paired_bone", paired & is_bone)
    changes = [
        _change(cohort, "event_minus_baseline", "all", "alp_event", is_pseudo & at_event),
        _change(
            cohort, "event_minus_baseline", "state=true_progression", "alp_event_true", is_true & at_event
        ),
        _change(cohort, "progression_minus_baseline", "all", "alp_progression", at_progression),
        _change(
            cohort,
            "progression_minus_baseline",
            "progression=bone",
            "alp_progression_bone",
            at_progression & is_bone,
        ),
        _change(cohort, "progression_minus_event", "all", "alp_paired", paired),
        _change(cohort, "progression_minus_event", "progression=bone", "alp_paired_bone", paired & is_bone),
    ]
    rows = [row for change in changes for row in _change_rows(cohort, change)]
    for moment in (
        Moment("alp_event", "alp_category", is_pseudo),
        Moment("alp_event_true", "alp_category", is_true, suffix="_true", stratum="state=true_progression"),
        Moment("alp_progression", "alp_category_progression", is_pseudo, name="alp_progression"),
    ):
        rows += _category_rows(cohort, moment)
    return rows + _discrimination_rows(cohort, is_pseudo & at_event, is_true & at_event)


def _change(cohort: Cohort, comparison: str, stratum: str, group: str, mask: Mask) -> Change:
    return Change(comparison, stratum, group, mask, cohort[f"alp_{comparison}"])


def signed_rank_row(
    tally: Tally, metric: str, patients: Cell, values: Column, *, stratum: str = "all", ending: str = ""
) -> Row:
    """Build the row of a shift within patients with its test; the method's words may go on with `ending`."""
    found = signed_rank(values)
    return estimate_row(
        tally,
        metric,
        patients,
        Interval(found.estimate, found.low, found.high, "signed-rank", found.p_value),
        method=SIGNED_RANK + ending,
        stratum=stratum,
        warnings=("approximate_p_value",) if found.method == "normal approximation" else (),
    )


def _change_rows(cohort: Cohort, change: Change) -> list[Row]:
    values = change.values[change.mask]
    cell = cohort.cell(change.group)
    metric = METRIC_OF[change.comparison]
    ending = PAIRED if change.comparison == "progression_minus_event" else ""
    shift = signed_rank_row(cohort.tally, metric, cell, values, stratum=change.stratum, ending=ending)
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75]).tolist() if values.size else (None,) * 3
    table = Row(
        table="alp_change",
        values={
            "protocol": cohort.protocol,
            "comparison": change.comparison,
            "stratum": change.stratum,
            "median": middle,
            "quartile_low": low,
            "quartile_high": high,
            "shift": shift.values["estimate"],
            **{
                column: shift.values[column]
                for column in ("ci_low", "ci_high", "p_value", "method", "warnings")
            },
        },
        counts={"patients": cell},
        subjects=(cell,),
        statistics=("median", "quartile_low", "quartile_high", "shift", "ci_low", "ci_high", "p_value"),
        # Not of a part of others: the rest of both sums would be of the rest, however few.
        sums={"sum": float(values.sum()), "sum_of_squares": float((values**2).sum())}
        if change.stratum in WHOLE
        else {},
    )
    # Laboratories differ, so the medians are also given by registry.
    by = (REGISTRY,) if change.stratum == "all" else ()
    medians = [
        estimate_row(
            cohort.tally,
            f"{metric}_median",
            cohort.cell(change.group, stratum),
            Interval(float(np.median(change.values[mask])) if mask.any() else None),
            method="Median of the changes",
            stratum=change.stratum if stratum == "all" else stratum,
        )
        for stratum, mask in cohort.strata(change.mask, by)
    ]
    return [table, shift, *medians]


def _category_rows(cohort: Cohort, moment: Moment) -> list[Row]:
    name, suffix, known = moment.name, moment.suffix, cohort.cell(moment.known)
    groups = [f"{name}_{category}{suffix}" for category in ALP_CATEGORY]
    cohort.split(
        moment.known,
        {group: moment.mask & (cohort[moment.column] == place) for place, group in enumerate(groups)},
    )
    cohort.join(f"{name}_decreased_or_stable{suffix}", groups[:2])
    cohort.tally.add_up(known, [cohort.cell(f"{name}_decreased_or_stable{suffix}"), cohort.cell(groups[2])])
    return [
        share_row(
            cohort.tally,
            f"{name}_{category}_share",
            known,
            cohort.cell(f"{name}_{category}{suffix}"),
            stratum=moment.stratum,
        )
        for category in (*ALP_CATEGORY, "decreased_or_stable")
    ]


def _discrimination_rows(cohort: Cohort, is_pseudo: Mask, is_true: Mask) -> list[Row]:
    later = is_true & (cohort["reason"] == REASON.index("pd_before_confirmation"))
    bone = is_true & cohort["is_bone_progression"]
    cohort.part("alp_event_true", "alp_event_true_later", later)
    cohort.part("alp_event_true", "alp_event_true_bone", bone)
    rows = []
    for stratum, suffix, progressed in (
        ("all", "", is_true),
        ("progression=later", "_later", later),
        ("progression=bone", "_bone", bone),
    ):
        classes = "alp_event", f"alp_event_true{suffix}"
        cohort.join(f"alp_discriminated{suffix}", classes)
        members = is_pseudo | progressed
        found = roc_auc(cohort["alp_event_minus_baseline"][members], progressed[members])
        limits = (found.low, found.high) if found.negatives >= FEWEST_EVENTS else (None, None)
        warnings = set()
        if 0 in (found.positives, found.negatives):
            warnings.add("groups_missing")
        elif found.negatives < FEWEST_EVENTS:
            warnings.add("few_events")
        rows.append(
            estimate_row(
                cohort.tally,
                "alp_discrimination",
                cohort.cell(f"alp_discriminated{suffix}"),
                Interval(found.estimate, *limits, "delong"),
                method="ROC area of the ALP change at the event, true progression being positive; DeLong",
                stratum=stratum,
                events=cohort.cell(classes[1]),
                subjects=tuple(cohort.cell(group) for group in classes),
                warnings=warnings,
                tells_counts=True,
            )
        )
    return rows

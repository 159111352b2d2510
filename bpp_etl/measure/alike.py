"""Patients that a picture shows in order: courses of pseudoprogressions, and changes of ALP.

Not here: drawing. A release shows each of them alone (`exact.py`); what leaves the house shows groups of
those who are alike (`bpp_etl/disclosure/groups.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bpp_etl.measure.cohort import Cohort, Mask
from bpp_etl.measure.tally import Cell
from bpp_etl.metrics.inputs import Integers
from bpp_etl.warehouse.select import Column
from schemas.event import ALP_CATEGORY, STATE
from schemas.metric_codes import OUTCOME

COARSE_DAYS = 7
"""To this many days a course is rounded where patients are grouped: to weeks."""

COARSE_ALP = 5
"""To this many U/L a change of ALP is rounded where patients are grouped."""


@dataclass(frozen=True)
class Alike:
    """Patients to be shown in the order of `order`, greatest first.

    `columns` are their numbers, of which a group shows medians, `labels` their codes, which a group has none
    of, `patients` the count of all of them.
    """

    table: str
    values: Mapping[str, object]
    patients: Cell
    order: Column
    columns: Mapping[str, Column]
    coarse: int
    is_whole: bool
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def places(self) -> Integers:
        """Return the patients in order; ties are broken by what is shown, so that names decide nothing."""
        return np.lexsort((*self.columns.values(), -self.order))


def alike_patients(cohort: Cohort) -> list[Alike]:
    """Name who is shown in order: courses of pseudoprogressions, and changes of ALP."""
    return [*_courses(cohort), *_changes(cohort)]


def _courses(cohort: Cohort) -> list[Alike]:
    is_pseudo = cohort["state"] == STATE.index("pseudoprogression")
    to_event = cohort["days_to_event"]
    days = {
        "days_to_event": to_event,
        "days_to_confirmation": to_event + cohort["days_to_confirmation"],
        "days_to_end": to_event + cohort["days_followed"],
    }
    has_progression = cohort["has_progression"].astype(bool)
    masks = dict(zip(OUTCOME, (is_pseudo & has_progression, is_pseudo & ~has_progression), strict=True))
    return [
        Alike(
            table="course_group",
            values={"outcome": outcome},
            patients=cohort.cell(outcome),
            order=days["days_to_end"][mask],
            columns={name: column[mask] for name, column in days.items()},
            coarse=COARSE_DAYS,
            is_whole=True,
        )
        for outcome, mask in masks.items()
    ]


def _changes(cohort: Cohort) -> list[Alike]:
    at_event = cohort["alp_event_minus_baseline"]
    at_progression = cohort["alp_progression_minus_baseline"]
    state = cohort["state"]
    is_pseudo, is_true = (state == STATE.index(name) for name in ("pseudoprogression", "true_progression"))
    is_known = ~np.isnan(at_event)
    is_paired = is_known & ~np.isnan(at_progression)

    both = ("change_at_event", "change_at_progression")

    def changes(picture: str, stratum: str, group: str, mask: Mask, shown: Sequence[str]) -> Alike:
        columns = {"change_at_event": at_event, "change_at_progression": at_progression}
        return Alike(
            table="alp_group",
            values={"picture": picture, "stratum": stratum, "change_at_progression": None},
            patients=cohort.cell(group),
            order=at_event[mask],
            columns={name: columns[name][mask] for name in shown},
            coarse=COARSE_ALP,
            is_whole=False,
            labels={"category_at_event": [ALP_CATEGORY[place] for place in cohort["alp_category"][mask]]},
        )

    return [
        changes("waterfall", "all", "alp_event", is_pseudo & is_known, both[:1]),
        changes("waterfall", "state=true_progression", "alp_event_true", is_true & is_known, both[:1]),
        changes("paired", "all", "alp_paired", is_pseudo & is_paired, both),
    ]

"""Groups of patients who are alike: what a picture shows where it would else show single patients.

Not here: drawing, and what is measured of them. A course or a change of one person is that person's data, so
none is published: patients are put in order, taken together at least `threshold` at a time, and each group
shows its medians, coarsely rounded. Group sizes follow from the threshold and from the number of patients,
which is published: they tell nothing new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bpp_etl.measure.cohort import Cohort, Mask
from bpp_etl.measure.tally import Cell
from bpp_etl.warehouse.select import Column
from schemas.event import STATE
from schemas.metric_codes import OUTCOME

COARSE_DAYS = 7
"""Days of a course are rounded to weeks, unless disclosure control is switched off."""

COARSE_ALP = 5
"""ALP is rounded to 5 U/L, unless disclosure control is switched off."""


@dataclass(frozen=True)
class Alike:
    """Patients to be shown in groups, in the order of `order`, greatest first.

    `columns` are the values that a group shows the medians of, `patients` the count of all of them.
    """

    table: str
    values: Mapping[str, object]
    patients: Cell
    order: Column
    columns: Mapping[str, Column]
    coarse: int
    is_whole: bool


def alike_patients(cohort: Cohort) -> list[Alike]:
    """Name what is shown in groups: courses of pseudoprogressions, and changes of ALP."""
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
        )

    return [
        changes("waterfall", "all", "alp_event", is_pseudo & is_known, both[:1]),
        changes("waterfall", "state=true_progression", "alp_event_true", is_true & is_known, both[:1]),
        changes("paired", "all", "alp_paired", is_pseudo & is_paired, both),
    ]

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
from bpp_etl.measure.gathering import WEEK
from bpp_etl.measure.queries import Column
from bpp_etl.measure.rows import Row
from bpp_etl.measure.tally import Cell
from schemas.event import STATE
from schemas.metric_codes import OUTCOME

MOST_GROUPS = 40
"""More lanes or bars than this cannot be told apart on a page."""

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


def group_sizes(patients: int, threshold: int) -> list[int]:
    """Share patients out over as many groups as there may be, each of at least `threshold`, none much larger.

    None where there are fewer patients than the threshold, or none at all.
    """
    groups = min(MOST_GROUPS, patients // max(threshold, 1))
    if groups == 0:
        return []
    size, larger = divmod(patients, groups)
    return [size + 1] * larger + [size] * (groups - larger)


def alike_rows(found: Alike, hidden: set[Cell], threshold: int) -> list[Row]:
    """Build the rows of the groups; none where the number of patients may not be shown."""
    if found.patients in hidden:
        return []
    # Ties are broken by what is shown, so that the names of patients decide nothing.
    places = np.lexsort((*found.columns.values(), -found.order))
    rows: list[Row] = []
    start = 0
    for position, size in enumerate(group_sizes(places.size, threshold), start=1):
        members = places[start : start + size]
        start += size
        medians = {name: float(np.median(column[members])) for name, column in found.columns.items()}
        coarse = found.coarse if threshold > 1 else 1 if found.is_whole else None
        shown = {name: _rounded(value, coarse) for name, value in medians.items()}
        values = {
            **found.values,
            "protocol": found.patients.protocol,
            "position": position,
            "patients": size,
            **{name: int(value) if found.is_whole else value for name, value in shown.items()},
        }
        rows.append(Row(table=found.table, values=values))
    return rows


def _rounded(value: float, step: int | None) -> float:
    """Round to a multiple of a step, halves upwards, so that equal courses stay equal."""
    return value if step is None else float(np.floor(value / step + 0.5) * step)


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
            coarse=WEEK,
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

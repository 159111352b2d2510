"""ALP in multiples of its upper limit, its CTCAE grade at baseline, event and progression, and its course.

Not here: differences of two values (`alp.py`), ALP as a test (`alp_test.py`).

Grades are those of CTCAE v5.0 (National Cancer Institute, 2017), "Alkaline phosphatase increased". With a
normal baseline: over 1, 2.5, 5 and 20 times the upper limit; with an abnormal one: from 2, and over 2.5, 5
and 20 times baseline. At baseline itself the value stands against the limit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from bpp_etl.measure.cohort import Cohort, Mask
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.measure.tally import Cell
from bpp_etl.metrics import RandomIntercept, random_intercept
from bpp_etl.metrics.inputs import normal_p_value, normal_quantile
from bpp_etl.warehouse.select import Column
from schemas.event import STATE
from schemas.metric_codes import DAYS_PER_MONTH
from schemas.metrics.alp_levels import GRADES, MOMENTS

NORMAL_FROM = (1.0, 2.5, 5.0, 20.0)
"""A value over so many upper limits is of grade 1, 2, 3, 4."""
ABNORMAL_FROM = (2.0, 2.5, 5.0, 20.0)
"""The same in multiples of an abnormal baseline; the first is reached by its own value already."""
STATES = {"pseudoprogression": "all", "true_progression": "state=true_progression"}
"""State -> stratum in which its levels are told."""
MODEL = "Linear model of log ALP on time with a level for each patient, restricted maximum likelihood"
ROOM = 1e-9


def ctcae_grade(times_limit: Column, times_baseline: Column, baseline_times_limit: Column) -> Column:
    """Return the grade of each value, 0 to 4, and -1 where something that is needed is not known.

    All are multiples; a multiple of baseline is read only where baseline was above the limit.
    """
    is_abnormal = baseline_times_limit > 1 + ROOM
    against_limit = sum((times_limit > bound + ROOM).astype(np.int64) for bound in NORMAL_FROM)
    first, *others = ABNORMAL_FROM
    against_baseline = (times_baseline >= first - ROOM).astype(np.int64) + sum(
        (times_baseline > bound + ROOM).astype(np.int64) for bound in others
    )
    is_known = ~np.isnan(baseline_times_limit) & ~np.isnan(np.where(is_abnormal, times_baseline, times_limit))
    grade: Column = np.where(is_known, np.where(is_abnormal, against_baseline, against_limit), -1)
    return grade


def alp_level_rows(cohort: Cohort) -> list[Row]:
    """Build the medians in multiples of the limit, and the grades, of both states at each moment."""
    rows = []
    for state, stratum in STATES.items():
        is_state = cohort["state"] == STATE.index(state)
        for moment, (times_limit, grade) in _moments(cohort).items():
            name = f"alp_{moment}_of_{state}"
            known = is_state & ~np.isnan(times_limit)
            cohort.part(state, f"{name}_limit", known)
            median = float(np.median(times_limit[known])) if known.any() else None
            rows.append(
                estimate_row(
                    cohort.tally,
                    f"alp_times_limit_at_{moment}",
                    cohort.cell(f"{name}_limit"),
                    Interval(median),
                    method="Median",
                    stratum=stratum,
                )
            )
            rows += _grade_rows(cohort, name, (state, stratum, moment), is_state & (grade >= 0), grade)
    return rows


def alp_trend_rows(cohort: Cohort, series: Mapping[str, Column]) -> list[Row]:
    """Build the trend of ALP in each state, and the ratio of the two."""
    place, months = series["place"].astype(np.int64), series["days"] / DAYS_PER_MONTH
    values = np.log(series["value"].astype(np.float64))
    codes = cohort["state"][place] if place.size else place
    sides = [codes == STATE.index(state) for state in STATES]
    used = sides[0] | sides[1]
    present = [side for side in sides if side.any()]
    columns = [column for side in present for column in (side.astype(float), side * months)]
    design = np.column_stack([column[used] for column in columns]) if columns else np.empty((0, 0))
    found = random_intercept(values[used], design, place[used])
    has_series = np.zeros(cohort["state"].size, dtype=np.bool_)
    has_series[place] = True
    slopes: list[tuple[float, ...] | None] = []
    rows = []
    for state, side in zip(STATES, sides, strict=True):
        at = next((number for number, one in enumerate(present) if one is side), None)
        weights = None if at is None else _weights(len(columns), {2 * at + 1: 1.0})
        slopes.append(weights)
        group = f"alp_followed_{state}"
        cohort.part(state, group, (cohort["state"] == STATE.index(state)) & has_series)
        stratum = f"state={state}"
        rows.append(_trend_row(cohort, "alp_trend", cohort.cell(group), found, weights, stratum))
    cohort.join("alp_followed", [f"alp_followed_{state}" for state in STATES])
    both = None
    if None not in slopes:
        both = tuple(one - other for one, other in zip(*slopes, strict=True))
    everyone = cohort.cell("alp_followed")
    stratum = f"state={'/'.join(STATES)}"
    return [*rows, _trend_row(cohort, "alp_trend_ratio", everyone, found, both, stratum)]


def _moments(cohort: Cohort) -> dict[str, tuple[Column, Column]]:
    """Return the multiples of the limit and the grades at each moment; baseline stands against the limit."""
    baseline, at_baseline = cohort["alp_baseline"], cohort["alp_baseline_times_limit"]
    normal = np.where(np.isnan(at_baseline), np.nan, 1.0)
    found = {"baseline": (at_baseline, ctcae_grade(at_baseline, normal, normal))}
    for moment in MOMENTS[1:]:
        times_limit = cohort[f"alp_{moment}_times_limit"]
        with np.errstate(invalid="ignore"):
            times_baseline = 1 + cohort[f"alp_{moment}_minus_baseline"] / baseline
        found[moment] = (times_limit, ctcae_grade(times_limit, times_baseline, at_baseline))
    return found


def _grade_rows(cohort: Cohort, name: str, at: tuple[str, str, str], known: Mask, grade: Column) -> list[Row]:
    state, stratum, moment = at
    tally = cohort.tally
    cohort.part(state, name, known)
    cohort.split(
        name, {f"{name}_grade_{code}": known & (grade == place) for place, code in enumerate(GRADES)}
    )
    total = cohort.cell(name)
    return [
        Row(
            table="alp_grade",
            values={
                "protocol": cohort.protocol,
                "stratum": stratum,
                "moment": moment,
                "grade": code,
                "share": tally.counts[cell] / tally.counts[total] if tally.counts[total] else None,
            },
            counts={"patients": cell, "total": total},
            subjects=(total,),
            statistics=("share",),
            tells_counts=True,
        )
        for code in GRADES
        for cell in [cohort.cell(f"{name}_grade_{code}")]
    ]


def _weights(length: int, given: Mapping[int, float]) -> tuple[float, ...]:
    return tuple(given.get(place, 0.0) for place in range(length))


def _trend_row(
    cohort: Cohort,
    metric: str,
    patients: Cell,
    found: RandomIntercept,
    weights: tuple[float, ...] | None,
    stratum: str,
) -> Row:
    interval = Interval()
    if found.coefficients is not None and weights is not None:
        slope, error = found.combined(weights)
        z = normal_quantile(0.95)
        low, high = (math.exp(slope + side * z * error) for side in (-1, 1))
        p_value = normal_p_value(slope / error) if error > 0 else None
        interval = Interval(math.exp(slope), low, high, "wald", p_value)
    is_missing = interval.estimate is None and cohort.tally.counts[patients] > 0
    return estimate_row(
        cohort.tally,
        metric,
        patients,
        interval,
        method=MODEL,
        stratum=stratum,
        warnings=("not_estimable",) if is_missing else (),
    )

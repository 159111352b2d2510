"""A fall of ALP as a test for pseudoprogression: sensitivity, specificity and predictive values at cut-offs.

Not here: the change itself (`alp.py`). ALP decides on no candidate, so the test is not part of its own
answer.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bpp_etl.events import Protocol
from bpp_etl.measure.cohort import Cohort, Mask
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.measure.shares import share_row
from bpp_etl.measure.tally import Cell
from bpp_etl.metrics import PredictiveValue, predictive_values
from schemas.event import STATE
from schemas.metrics.alp_test import CUT_OFFS, PREVALENCES

FALL = "fall"
BOOTSTRAP = "Share of patients, limits from 2,000 bootstrap samples"
BAYES = "Bayes' theorem, limits from 2,000 bootstrap samples within each state"
ROOM = 1e-9
"""In percent: 9.9 to 8.415 is a fall of exactly 15 %, which it is not in binary."""


def alp_test_rows(cohort: Cohort, protocol: Protocol) -> list[Row]:
    """Build the rows of every cut-off; who has an ALP at the event is counted already."""
    cohort.join("alp_decided", ("alp_event", "alp_event_true"))
    own = float(protocol.values["alp_stable_percent"])  # type: ignore[arg-type]
    rows = []
    for percent in sorted({*CUT_OFFS, own}):
        rows += _rows(cohort, percent)
    return rows


def _rows(cohort: Cohort, percent: float) -> list[Row]:
    """Count the four groups of a cut-off, and build its rows."""
    change, baseline = cohort["alp_event_minus_baseline"], cohort["alp_baseline"]
    with np.errstate(invalid="ignore"):
        has_fallen: Mask = -change * 100 >= (percent - ROOM) * baseline
    is_known = ~np.isnan(change)
    state = cohort["state"]
    is_pseudo, is_true = (state == STATE.index(name) for name in ("pseudoprogression", "true_progression"))
    fell = {True: has_fallen, False: ~has_fallen}
    counted = {
        (test, truth): int(np.count_nonzero(is_known & fell[test] & (is_pseudo if truth else is_true)))
        for test in (True, False)
        for truth in (True, False)
    }
    return fall_rows(cohort, f"{FALL}={percent:g}", counted)


def fall_rows(cohort: Cohort, stratum: str, counted: Mapping[tuple[bool, bool], int]) -> list[Row]:
    """Build the rows of one cut-off from who fell by it or not, of pseudo- and of true progressions.

    A key of `counted` says whether ALP fell, and whether it was a pseudoprogression.
    """
    tally = cohort.tally
    cells = {
        (test, truth): tally.put(
            cohort.cell(f"alp_{'fell' if test else 'kept'}_{'pseudo' if truth else 'true'}", stratum), number
        )
        for (test, truth), number in counted.items()
    }
    tested = {
        test: tally.put_total(
            cohort.cell("alp_fell" if test else "alp_kept", stratum), [cells[test, True], cells[test, False]]
        )
        for test in (True, False)
    }
    states = {True: cohort.cell("alp_event"), False: cohort.cell("alp_event_true")}
    for truth, cell in states.items():
        tally.add_up(cell, [cells[True, truth], cells[False, truth]])
    tally.add_up(cohort.cell("alp_decided"), list(tested.values()))
    tally.handy.update(tested.values())
    found = predictive_values(
        tally.counts[cells[True, True]],
        tally.counts[cells[True, False]],
        tally.counts[cells[False, True]],
        tally.counts[cells[False, False]],
        prevalences=[prevalence / 100 for prevalence in PREVALENCES],
    )
    rows = [
        share_row(tally, "alp_fall_sensitivity", states[True], cells[True, True], stratum=stratum),
        share_row(tally, "alp_fall_specificity", states[False], cells[False, False], stratum=stratum),
    ]
    for name, right, own, given in (
        ("positive", True, found.positive, found.positive_at),
        ("negative", False, found.negative, found.negative_at),
    ):
        events = cells[right, right]
        told = cells[True, True], cells[False, False]  # what the two rows above show
        whole = (tested[right], BOOTSTRAP, stratum)
        metric = f"alp_fall_{name}_predictive_value"
        rows.append(_row(cohort, metric, own, whole, events, told))
        whole = (cohort.cell("alp_decided"), BAYES, stratum)
        rows += [
            _row(
                cohort,
                f"alp_fall_{name}_predictive_value_at_{percent_of_all}_percent",
                one,
                whole,
                events,
                told,
            )
            for percent_of_all, one in zip(PREVALENCES, given, strict=True)
        ]
    return rows


def _row(
    cohort: Cohort,
    metric: str,
    found: PredictiveValue,
    whole: tuple[Cell, str, str],
    events: Cell,
    told: tuple[Cell, ...],
) -> Row:
    patients, method, stratum = whole
    is_missing = found.estimate is None and cohort.tally.counts[patients] > 0
    is_unbounded = found.estimate is not None and found.low is None
    warnings = {"not_estimable"} if is_missing else {"no_spread"} if is_unbounded else set()
    row = estimate_row(
        cohort.tally,
        metric,
        patients,
        Interval(found.estimate, found.low, found.high, "bootstrap"),
        method=method,
        stratum=stratum,
        events=events,
        warnings=warnings,
        tells_counts=True,
    )
    # At another prevalence it is worked out of sensitivity and specificity, and back to either.
    row.tells = told
    return row

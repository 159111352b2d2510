"""How finely a statistic is told outside the house: never as a patient's own value, nor as a fraction.

Not here: which statistics are told at all (`hiding.py`), and the steps of curves (`curves.py`).

A median or a quartile of an odd number of patients is the value of one of them, and a value with a half tells
that their number is even. A ratio or a p-value in all its digits can be matched against every course that so
few patients can have taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import floor, log10

from bpp_etl.measure.alike import COARSE_ALP, COARSE_DAYS
from bpp_etl.measure.paper import DAYS_PER_MONTH
from bpp_etl.measure.rows import Row
from bpp_etl.measure.write import MEASURED
from schemas.contract import columns_of
from schemas.metrics.cadence import CADENCE

DIGITS = 3
"""Significant digits of whatever has no step."""

STEPS = {
    "days": COARSE_DAYS,
    "months": COARSE_DAYS / DAYS_PER_MONTH,
    "U/L": COARSE_ALP,
    "ug/L": 1,
    "years": 1,
    "lesions": 1,
}
"""Unit -> to a multiple of what."""

STEP_OF_METRIC = {
    **{metric.id: 1 for metric in CADENCE if metric.unit == "days"},
    **{f"alp_times_limit_at_{moment}": 0.1 for moment in ("baseline", "event", "progression")},
}
"""Metric -> the same, where its unit says too little: schedules are kept to the day."""

SUM_DIGITS = 2
"""Decimals of a sum that is not whole: expected events and their variance."""


def rounded(rows: Iterable[Row]) -> Iterator[Row]:
    """Round every statistic of rows that may be told."""
    for row in rows:
        values = dict(row.values)
        for name in row.statistics:
            value = values.get(name)
            if isinstance(value, float):
                values[name] = _to(value, _step(row, name))
        sums = {name: None if value is None else round(value, SUM_DIGITS) for name, value in row.sums.items()}
        yield replace(row, values=values, sums=sums)


def _step(row: Row, column: str) -> float | None:
    if column == "p_value":
        return None
    _, contract = MEASURED[row.table]
    own = next(one.unit for one in columns_of(contract) if one.name == column)
    of_metric = STEP_OF_METRIC.get(str(row.values.get("metric"))) if own is None else None
    return of_metric or STEPS.get(str(own or row.values.get("unit")))


def _to(value: float, step: float | None) -> float:
    """Round to a multiple of a step, halves upwards, or to significant digits."""
    if step is not None:
        return floor(value / step + 0.5) * step
    if value == 0:
        return value
    return round(value, DIGITS - 1 - floor(log10(abs(value))))

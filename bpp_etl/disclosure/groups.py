"""Groups of patients who are alike, at least as many as may be told: what a picture shows of them.

Not here: who is alike in what (`bpp_etl/measure/alike.py`), and drawing.
"""

from __future__ import annotations

import numpy as np

from bpp_etl.measure.alike import Alike
from bpp_etl.measure.rows import Row
from bpp_etl.measure.tally import Cell

MOST_GROUPS = 40
"""More lanes or bars than this cannot be told apart on a page."""


def group_sizes(patients: int, threshold: int) -> list[int]:
    """Share patients out over as many groups as there may be, each of at least `threshold`, none much larger.

    None where there are fewer patients than the threshold, or none at all.
    """
    groups = min(MOST_GROUPS, patients // threshold)
    if groups == 0:
        return []
    size, larger = divmod(patients, groups)
    return [size + 1] * larger + [size] * (groups - larger)


def alike_rows(found: Alike, hidden: set[Cell], threshold: int) -> list[Row]:
    """Build the rows of the groups; none where the number of patients may not be shown."""
    if found.patients in hidden:
        return []
    places = found.places
    rows: list[Row] = []
    start = 0
    for position, size in enumerate(group_sizes(places.size, threshold), start=1):
        members = places[start : start + size]
        start += size
        medians = {name: float(np.median(column[members])) for name, column in found.columns.items()}
        shown = {name: _rounded(value, found.coarse) for name, value in medians.items()}
        values = {
            **found.values,
            "protocol": found.patients.protocol,
            "position": position,
            "patients": size,
            **dict.fromkeys(found.labels),
            **{name: int(value) if found.is_whole else value for name, value in shown.items()},
        }
        rows.append(Row(table=found.table, values=values))
    return rows


def _rounded(value: float, step: int) -> float:
    """Round to a multiple of a step, halves upwards, so that equal courses stay equal."""
    return float(np.floor(value / step + 0.5) * step)

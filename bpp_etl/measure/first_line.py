"""Survival of the first line: without progression, and at all; everyone, by registry and HER2 at its start.

Not here: times that begin at a candidate (`times.py`), competing risks (`incidence.py`).

Progression-free survival ends with the first explicit progression after the start of line 1, whether or not
there was a candidate, up to the protocol's `progression_after_line_days` after the line and not after the
start of line 2; or with death before line 2, unless two expected intervals passed without an assessment.
Everybody else is censored at the last evaluable on-treatment assessment, who has none on the first day.
Overall survival ends with death whenever it comes, and is censored at the later of the last contact and
record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bpp_etl.events import ALWAYS, Window
from bpp_etl.measure.cohort import HER2_LABELS, REGISTRY, Cohort, Partition
from bpp_etl.measure.rows import Row
from bpp_etl.measure.tally import Tally
from bpp_etl.measure.times import Time, median_row
from bpp_etl.warehouse.select import Column

HER2_AT_START = "her2_at_start"
BY = (REGISTRY, HER2_AT_START)
WHOLE, PROGRESSED_OR_DIED, DIED = "on_first_line", "first_line_progressed_or_died", "first_line_died"


def first_line_cohort(
    protocol: str,
    columns: Mapping[str, Column],
    registries: Sequence[str],
    tally: Tally,
    window: Window = ALWAYS,
) -> Cohort:
    """Put everyone with a first line into strata, and count how it ended; the flow is counted already."""
    partitions = {
        REGISTRY: Partition(REGISTRY, tuple(registries), columns[REGISTRY]),
        HER2_AT_START: Partition(HER2_AT_START, HER2_LABELS, columns[HER2_AT_START]),
    }
    cohort = Cohort(protocol, columns, partitions, tally, window)
    everyone = np.ones(columns[REGISTRY].size, dtype=np.bool_)
    cohort.count(WHOLE, everyone, BY)
    for cell in cohort.cells(WHOLE, (REGISTRY,)):
        tally.add_up(cohort.first_line(cell.stratum), [cell])
    cohort.part(WHOLE, PROGRESSED_OR_DIED, columns["has_progressed_or_died"].astype(bool), BY)
    cohort.part(WHOLE, DIED, columns["has_died"].astype(bool), BY)
    return cohort


def first_line_times(cohort: Cohort) -> list[Time]:
    """Name the two times that are measured of a first line."""
    everyone = np.ones(cohort[REGISTRY].size, dtype=np.bool_)
    return [
        Time(
            "progression_free_survival",
            WHOLE,
            PROGRESSED_OR_DIED,
            everyone,
            cohort["days_without_progression"],
            cohort["has_progressed_or_died"],
        ),
        Time("overall_survival", WHOLE, DIED, everyone, cohort["days_alive"], cohort["has_died"]),
    ]


def first_line_rows(cohort: Cohort, times: list[Time]) -> list[Row]:
    """Build the medians of both times: everyone, by registry and HER2 status at the start."""
    return [
        median_row(cohort, time, stratum, mask)
        for time in times
        for stratum, mask in cohort.strata(time.mask, BY)
    ]

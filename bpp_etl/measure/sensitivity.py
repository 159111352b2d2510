"""The headline numbers without the candidates that carry a flag: each flag by itself, and all of them.

Not here: what a flag means (`schemas/event_flags.py`), and the numbers of all (`shares.py`, `times.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from bpp_etl.measure.cohort import Cohort, Mask
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.measure.shares import share_row
from bpp_etl.measure.times import Time, median_row
from bpp_etl.warehouse.select import Column
from schemas.event import STATE
from schemas.event_flags import EVENT_FLAGS
from schemas.metrics.sensitivity import SHOWN_WITHOUT_FLAGS

WITHOUT_ANY = "flags=none"


def sensitivity_rows(cohort: Cohort, times: list[Time], flagged: Mapping[str, Column]) -> list[Row]:
    """Build the rows without each flag that somebody carries, and without any; all are counted already."""
    rows = []
    groups = _groups(cohort, times)
    for stratum, kept in _strata(cohort, flagged):
        for group, mask in groups.items():
            cell = cohort.tally.put(cohort.cell(group, stratum), int(np.count_nonzero(mask & kept)))
            cohort.tally.put_rest(cohort.cell(group), cell)
            # Rather a number without a flag is kept than one of everybody.
            cohort.tally.handy.add(cell)
        decided = [cohort.cell(group, stratum) for group in ("pseudoprogression", "true_progression")]
        cohort.tally.add_up(cohort.cell("decided", stratum), decided)
        rows += _rows(cohort, times, stratum, kept, groups["alp_event"] & kept)
    return rows


def _strata(cohort: Cohort, flagged: Mapping[str, Column]) -> Iterator[tuple[str, Mask]]:
    """Yield the strata with who is in them: without each flag that is carried, in its listed order."""
    places, flags = flagged["place"].astype(np.int64), flagged["flag"]
    everyone = np.ones(cohort["state"].size, dtype=np.bool_)
    without_any = everyone.copy()
    without_any[places] = False
    yield WITHOUT_ANY, without_any
    for flag in EVENT_FLAGS:
        carriers = places[flags == flag]
        if carriers.size:
            kept = everyone.copy()
            kept[carriers] = False
            yield f"flag!={flag}", kept


def _groups(cohort: Cohort, times: list[Time]) -> dict[str, Mask]:
    """Name whom the numbers are of, and whom they count."""
    state = cohort["state"]
    is_pseudo, is_true = (state == STATE.index(name) for name in ("pseudoprogression", "true_progression"))
    found = {
        "pseudoprogression": is_pseudo,
        "true_progression": is_true,
        "decided": is_pseudo | is_true,
        "alp_event": is_pseudo & ~np.isnan(cohort["alp_event_minus_baseline"]),
    }
    for time in times:
        if time.metric in SHOWN_WITHOUT_FLAGS:
            found |= {time.group: time.mask, time.events: time.mask & time.observed.astype(bool)}
    return found


def _rows(cohort: Cohort, times: list[Time], stratum: str, kept: Mask, has_alp: Mask) -> list[Row]:
    changes = cohort["alp_event_minus_baseline"][has_alp]
    return [
        share_row(
            cohort.tally,
            "pseudoprogression_share",
            cohort.cell("decided", stratum),
            cohort.cell("pseudoprogression", stratum),
        ),
        *(
            median_row(cohort, time, stratum, time.mask & kept)
            for time in times
            if time.metric in SHOWN_WITHOUT_FLAGS
        ),
        estimate_row(
            cohort.tally,
            "alp_change_at_event_median",
            cohort.cell("alp_event", stratum),
            Interval(float(np.median(changes)) if changes.size else None),
            method="Median of the changes",
        ),
    ]

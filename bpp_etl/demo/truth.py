"""What protocol xu2025 must say of each synthetic patient, known from how the patient was laid out.

No event rule is applied here: the archetype gives the verdict, the layout gives the days.
"""

import numpy as np
import polars as pl

from bpp_etl.demo.archetypes import ARCHETYPES, BASELINE_CT, Plans
from bpp_etl.demo.arrays import NONE, Bools, Floats, days, labels
from bpp_etl.demo.her2 import HER2_STATUSES
from bpp_etl.demo.labs import AT_BASELINE, AT_EVENT, AT_PROGRESSION
from bpp_etl.demo.timelines import Timelines
from bpp_etl.demo.visits import Visits


def truth_rows(
    patient_ids: pl.Series,
    plans: Plans,
    visits: Visits,
    timelines: Timelines,
    alp: dict[int, Floats],
    her2_at_event: np.ndarray,
) -> pl.DataFrame:
    """Makes one row per patient; state and reason are null where no event row is expected.

    censor_date is given for pseudoprogression without progression only. ALP is in U/L.
    """
    states = labels(plans.archetype, [archetype.state for archetype in ARCHETYPES])
    event = visits.day_of(plans.candidate)
    confirmed = plans.is_in("confirmed_then_progression", "confirmed_then_censored")
    progresses = plans.is_in(
        "confirmed_then_progression", "progression_at_detection", "progression_before_confirmation"
    )
    confirmation = np.where(confirmed, visits.day_of(plans.second_confirming), NONE)
    progression = np.where(progresses, visits.day_of(plans.progression), NONE)
    censor = np.where(plans.is_in("confirmed_then_censored"), timelines.last_visit, NONE)
    # Where progression comes with the candidate, one sample serves both.
    at_once = progresses & (plans.progression == plans.candidate)
    at_event = np.where(at_once, alp[AT_PROGRESSION], alp[AT_EVENT])
    has_candidate = plans.candidate > 0
    start = timelines.start
    return pl.DataFrame(
        {
            "patient_id": patient_ids,
            "archetype": labels(plans.archetype, [archetype.name for archetype in ARCHETYPES]),
            "state": states,
            "reason": labels(plans.archetype, [archetype.reason for archetype in ARCHETYPES]),
            "has_baseline_ct": pl.Series(plans.baseline == BASELINE_CT),
            "therapy_start_date": days(np.where(plans.is_in("no_first_line"), NONE, start)),
            "event_date": days(np.where(has_candidate, start + event, NONE)),
            "confirmation_date": days(start + confirmation),
            "progression_date": days(start + progression),
            "censor_date": days(start + censor),
            "alp_baseline": _known(alp[AT_BASELINE], has_candidate),
            "alp_at_event": _known(at_event, has_candidate),
            "alp_at_progression": _known(alp[AT_PROGRESSION], progresses),
            "her2_status": labels(her2_at_event + 1, (None, *HER2_STATUSES)),
            "is_refused": pl.Series(np.zeros(plans.size, dtype=np.bool_)),
        }
    )


def _known(values: Floats, where: Bools) -> pl.Series:
    """Keeps the values that count; the others are null."""
    return pl.Series(values).set(pl.Series(np.isnan(values) | ~where), None)

"""How long patients were followed: the median by reverse Kaplan-Meier, and the last day on which anybody was.

Not here: the curve (`survival.py`), and whose follow-up it is.
"""

from __future__ import annotations

import numpy as np

from bpp_etl.metrics.inputs import Values, durations_from, flags_from
from bpp_etl.metrics.survival import median_survival


def median_follow_up(durations: Values, observed: Values) -> float | None:
    """Estimate the median follow-up by reverse Kaplan-Meier: the end of follow-up is the event.

    Whoever has the event of interest leaves before the end of follow-up, so the event censors it. The plain
    median of the durations would call a patient who progressed early one who was followed briefly.

    Units: those of `durations`. None where the reversed curve does not reach one half, as where everybody had
    the event, and for an empty input. Raises ValueError as `median_survival` does. Source: Schemper and Smith
    1996; as R survfit(Surv(time, 1 - status) ~ 1).
    """
    return median_survival(durations, ~flags_from(observed, "observed")).estimate


def last_follow_up(durations: Values) -> float | None:
    """Return the last time at which anybody was under observation; None for nobody.

    Nothing is known of a later time: a curve that is read there only repeats its last value.
    """
    times = durations_from(durations)
    return float(np.max(times)) if times.size else None

"""The day on which a patient's next CT is due, while the first line goes on.

Not here: the appointments that were kept (`bpp_etl/timeline`).
"""

from __future__ import annotations

from datetime import date, timedelta

from bpp_etl.explain.facts import Evidence
from schemas.codes import CT_MODALITIES


def due_ct(evidence: Evidence) -> date | None:
    """Find the day; None where line 1 is over, or never began.

    It is the planned interval after the last CT on the line, whether that could be judged or not, or after
    the start of the line.
    """
    episode, start = evidence.episode, evidence.therapy_start
    over = ("line_end_date", "second_line_start_date", "death_date")
    if start is None or any(episode.get(name) is not None for name in over):
        return None
    kept = [
        point.day
        for point in evidence.points
        if point.place == "on" and any(one.modality in CT_MODALITIES for one in point.assessments)
    ]
    planned = evidence.source.stated.cadence.interval_days or (int(episode["expected_interval_days"]),)
    return (kept[-1] if kept else start) + timedelta(days=planned[min(len(kept), len(planned) - 1)])

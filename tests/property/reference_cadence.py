"""A naive reading of which appointments for a CT were kept, one patient and one line at a time.

Not here: time points (`reference_points.py`) and calls (`reference.py`). It shares no code with the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tests.property.reference_points import CT, is_on, line_of, time_points
from tests.support.patients import Line, Patient


@dataclass(frozen=True)
class Visit:
    """One kept appointment of the naive cadence."""

    line_number: int
    time_point_date: date
    previous_date: date
    interval_days: int
    expected_interval_days: int
    cadence_class: str


def planned(line: Line, stated: Sequence[int], number: int) -> int:
    """Give the interval planned before the CT of this number; a stated schedule repeats its last."""
    if not stated:
        return 2 * (line.cycle_days or 21)
    while number > len(stated):
        number -= 1
    return stated[number - 1]


def expected_next(patient: Patient, line: Line, stated: Sequence[int]) -> int:
    """Give the interval planned before the CT that has not come yet."""
    kept = [visit for visit in cadence(patient, stated) if visit.line_number == line.number]
    return planned(line, stated, len(kept) + 1)


def cadence(patient: Patient, stated: Sequence[int] = ()) -> list[Visit]:
    visits: list[Visit] = []
    for line in patient.lines:
        following = line_of(patient, line.number + 1)
        previous = line.start
        number = 0
        for point in time_points(patient.scans):
            if not any(scan.modality in CT for scan in point.scans) or not is_on(point.day, line, following):
                continue
            number += 1
            expected = planned(line, stated, number)
            interval = (point.day - previous).days
            if abs(interval - expected) <= 7:
                kept = "on_time"
            elif interval < expected:
                kept = "early"
            elif interval > 1.5 * expected:
                kept = "missed"
            else:
                kept = "late"
            visits.append(Visit(line.number, point.day, previous, interval, expected, kept))
            previous = point.day
    return visits

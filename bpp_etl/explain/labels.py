"""How days and ids are told: as they are, or shifted so that a page can be shared.

Not here: what is told. Shifted, a day is counted from the start of line 1, and no id, release or delivery is
named.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bpp_etl.explain.facts import Evidence


@dataclass(frozen=True)
class Labels:
    """Tells the days and ids of one patient."""

    evidence: Evidence
    is_shifted: bool = False

    @property
    def origin(self) -> date | None:
        """Return day 0: the start of line 1, else the first day of anything."""
        evidence = self.evidence
        days = [point.day for point in evidence.points]
        days += [one.day for one in evidence.alp] + [one.day for one in evidence.her2]
        return evidence.therapy_start or min(days, default=None)

    @property
    def origin_told(self) -> str:
        """Say what day 0 is."""
        return "the start of line 1" if self.evidence.therapy_start else "the first finding"

    @property
    def patient(self) -> str:
        """Name the patient."""
        return "patient" if self.is_shifted else self.evidence.source.patient

    def number(self, day: date | None) -> int | None:
        """Count a day from day 0."""
        return None if day is None or self.origin is None else (day - self.origin).days

    def day(self, day: date | None) -> str:
        """Tell a day in a sentence."""
        if day is None:
            return "-"
        return f"day {self.number(day)}" if self.is_shifted else day.isoformat()

    def value(self, day: date | None) -> str | int | None:
        """Tell a day to a program: an ISO date, or the number of days from day 0."""
        if day is None:
            return None
        return self.number(day) if self.is_shifted else day.isoformat()

    def assessment(self, assessment_id: str) -> str:
        """Name an assessment."""
        if not self.is_shifted:
            return assessment_id
        order = [one.assessment_id for point in self.evidence.points for one in point.assessments]
        return f"assessment {order.index(assessment_id) + 1}"

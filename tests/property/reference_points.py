"""A naive reading of what scans, time points and lines are, one at a time, in plain Python.

Not here: what follows from them (`reference.py`, `reference_cadence.py`). It shares no code with the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tests.support.patients import Lesion, Line, Patient, Scan

CT = ("CT", "PET_CT")
CROSS_SECTIONAL = ("CT", "PET_CT", "MRI")


def days(count: int) -> timedelta:
    return timedelta(days=count)


def is_evaluable(scan: Scan) -> bool:
    if scan.is_evaluable is False:
        return False
    return not (scan.response == "NE" and not scan.lesions)


def is_eligible_ct(scan: Scan) -> bool:
    return scan.modality in CT and is_evaluable(scan) and scan.is_bone_window is not False


def is_read_for_progression(scan: Scan) -> bool:
    """Hold where somebody wrote down what the scan says of progression, outside bone and of every lysis."""
    for lesion in scan.lesions:
        if lesion.morphology in ("osteolytic", "mixed") and lesion.lysis_change is None:
            return False
    return scan.response not in (None, "NE")


def shows_lysis(lesion: Lesion) -> bool:
    return not lesion.is_equivocal and lesion.lysis_change == "increased" and lesion.morphology != "unknown"


def is_new_lytic(lesion: Lesion) -> bool:
    return not lesion.is_equivocal and lesion.status == "new" and lesion.morphology in ("osteolytic", "mixed")


def is_new_osteoblastic(lesion: Lesion) -> bool:
    return lesion.status == "new" and lesion.morphology == "osteoblastic"


def with_ids_that_last(patient: Patient) -> Patient:
    """Read a lesion of an earlier time point as one that is still there, whatever it is called."""
    scans: list[Scan] = []
    seen_before: set[str] = set()
    for point in time_points(patient.scans):
        for scan in point.scans:
            lesions = [
                replace(lesion, status="stable")
                if lesion.status == "new" and lesion.lesion_id in seen_before
                else lesion
                for lesion in scan.lesions
            ]
            scans.append(replace(scan, lesions=tuple(lesions)))
        seen_before |= {lesion.lesion_id for scan in point.scans for lesion in scan.lesions}
    return replace(patient, scans=tuple(scans))


def progression_kinds(scan: Scan) -> set[str]:
    kinds: set[str] = set()
    if not is_evaluable(scan) or scan.modality not in CROSS_SECTIONAL:
        return kinds
    if scan.response == "PD":
        kinds.add("extraosseous")
    for lesion in scan.lesions:
        if shows_lysis(lesion):
            kinds.add("lysis")
        if is_new_lytic(lesion):
            kinds.add("new_lytic")
    return kinds


@dataclass
class TimePoint:
    scans: list[Scan] = field(default_factory=list)

    @property
    def eligible(self) -> list[Scan]:
        return [scan for scan in self.scans if is_eligible_ct(scan)]

    @property
    def is_read(self) -> bool:
        return any(is_read_for_progression(scan) for scan in self.eligible)

    @property
    def day(self) -> date:
        return min(scan.day for scan in self.eligible or self.scans)

    @property
    def kinds(self) -> set[str]:
        return {kind for scan in self.scans for kind in progression_kinds(scan)}

    @property
    def is_pd(self) -> bool:
        return bool(self.kinds)

    @property
    def showing(self) -> list[Scan]:
        return [scan for scan in self.eligible if any(is_new_osteoblastic(seen) for seen in scan.lesions)]


def time_points(scans: Iterable[Scan]) -> list[TimePoint]:
    points: list[TimePoint] = []
    previous: date | None = None
    for scan in sorted(scans, key=lambda one: (one.day, one.assessment_id)):
        if previous is None or (scan.day - previous).days > 7:
            points.append(TimePoint())
        points[-1].scans.append(scan)
        previous = scan.day
    return sorted(points, key=lambda point: point.day)


def line_of(patient: Patient, number: int) -> Line | None:
    return next((line for line in patient.lines if line.number == number), None)


def is_on(day: date, line: Line, following: Line | None) -> bool:
    if day <= line.start:
        return False
    if line.end is not None and day > line.end:
        return False
    return following is None or day < following.start

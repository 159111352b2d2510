"""A naive reading of three more published definitions, one patient at a time, in plain Python.

Not here: the default definition (`reference.py`). It shares no code with the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from tests.property.reference_points import (
    CT,
    days,
    is_evaluable,
    is_on,
    line_of,
    progression_kinds,
)
from tests.support.patients import Lesion, Patient, Scan


@dataclass
class Visit:
    """Scans that are read together, by one definition."""

    modalities: tuple[str, ...]
    finding: Callable[[Scan, Lesion], bool]
    scans: list[Scan] = field(default_factory=list)

    @property
    def eligible(self) -> list[Scan]:
        return [
            scan
            for scan in self.scans
            if scan.modality in self.modalities
            and is_evaluable(scan)
            and not (scan.modality in CT and scan.is_bone_window is False)
        ]

    @property
    def day(self) -> date:
        return min(scan.day for scan in self.eligible or self.scans)

    @property
    def kinds(self) -> set[str]:
        return {kind for scan in self.scans for kind in progression_kinds(scan)}

    def found(self) -> list[tuple[Scan, Lesion]]:
        return [(scan, seen) for scan in self.eligible for seen in scan.lesions if self.finding(scan, seen)]

    @property
    def is_certain(self) -> bool:
        return any(not seen.is_equivocal for _, seen in self.found())

    @property
    def is_better(self) -> bool:
        """Hold where a scan has a smaller or resolved lesion and none worse, and no other scan is worse."""
        for scan in self.eligible:
            statuses = {seen.status for seen in scan.lesions}
            if statuses & {"smaller", "resolved"} and not statuses & {"new", "larger"}:
                return not self.found()
        return False


def coleman_finding(scan: Scan, seen: Lesion) -> bool:
    return seen.status == "new" and (seen.morphology == "osteoblastic" or scan.modality == "BONE_SCAN")


def kanaoka_finding(_: Scan, seen: Lesion) -> bool:
    is_old = seen.status not in ("new", "resolved")
    has_less_lysis = seen.lysis_change == "decreased" and seen.morphology != "unknown" and is_old
    return has_less_lysis or (seen.morphology == "osteoblastic" and seen.status in ("new", "larger"))


def jung_finding(_: Scan, seen: Lesion) -> bool:
    return seen.status in ("new", "larger")


MODALITIES = {
    "coleman1988": (*CT, "BONE_SCAN"),
    "kanaoka2023_obr": CT,
    "jung2022": ("BONE_SCAN",),
}
FINDINGS = {"coleman1988": coleman_finding, "kanaoka2023_obr": kanaoka_finding, "jung2022": jung_finding}


def visits_of(patient: Patient, protocol: str) -> list[Visit]:
    visits: list[Visit] = []
    previous: date | None = None
    for scan in sorted(patient.scans, key=lambda one: (one.day, one.assessment_id)):
        if previous is None or (scan.day - previous).days > 7:
            visits.append(Visit(MODALITIES[protocol], FINDINGS[protocol]))
        visits[-1].scans.append(scan)
        previous = scan.day
    return sorted(visits, key=lambda visit: visit.day)


def call(patient: Patient, protocol: str) -> dict[str, object]:  # noqa: PLR0912 as naive as it gets
    """Judge a patient; why one is open, which is the default definition's to say, is left out."""
    first, second = line_of(patient, 1), line_of(patient, 2)
    if first is None:
        return {"left_at": "no_first_line"}
    visits = visits_of(patient, protocol)
    treated = [visit for visit in visits if is_on(visit.day, first, second) and visit.eligible]
    if not treated:
        return {"left_at": "no_on_treatment_ct"}

    def is_late(visit: Visit) -> bool:
        return protocol == "coleman1988" and (visit.day - first.start).days > 183

    def lesions(visit: Visit) -> list[Lesion]:
        """List what a visit shows; late, a scan that is in doubt shows nothing."""
        certain = {scan.assessment_id for scan, seen in visit.found() if not seen.is_equivocal}
        return [seen for scan, seen in visit.found() if scan.assessment_id in certain or not is_late(visit)]

    showing = [visit for visit in treated if lesions(visit)]
    if protocol == "kanaoka2023_obr":
        showing = [visit for visit in showing if visit is treated[0]]
    if not showing:
        return {"left_at": "no_new_osteoblastic_lesion"}
    candidate = showing[0]

    kinds: dict[date, set[str]] = {}
    for visit in visits:
        kinds[visit.day] = set(visit.kinds)
        if visit.found() and visit.is_certain:
            if is_late(visit):
                kinds[visit.day].add("late_lesion")
            if protocol == "jung2022" and visit.day > candidate.day:
                kinds[visit.day].add("worse_again")
    if any(kinds[visit.day] and first.start < visit.day < candidate.day for visit in visits):
        return {"left_at": "progression_first"}

    later = [visit.day for visit in visits if visit.day > candidate.day and kinds[visit.day]]
    baseline = [
        scan
        for visit in visits
        for scan in visit.eligible
        if first.start - days(42) <= scan.day <= first.start
    ]
    confirmed: date | None = None if protocol == "jung2022" else candidate.day
    if protocol == "jung2022" and not kinds[candidate.day]:
        better = [
            visit.day
            for visit in treated
            if visit.day > candidate.day and visit.is_better and not (later and visit.day >= later[0])
        ]
        confirmed = better[0] if better else None

    row: dict[str, object] = {"left_at": "candidate", "event_date": candidate.day, "confirmation_date": None}
    if kinds[candidate.day]:
        row |= {"state": "true_progression", "reason": "pd_at_detection"}
    elif not baseline:
        row |= {"state": "indeterminate", "reason": "no_baseline_ct"}
    elif confirmed is not None:
        row |= {"state": "pseudoprogression", "reason": "confirmed", "confirmation_date": confirmed}
    elif (
        later
        and (first.end is None or later[0] <= first.end + days(28))
        and (second is None or later[0] <= second.start)
    ):
        row |= {"state": "true_progression", "reason": "pd_before_confirmation"}
    else:
        row |= {"state": "indeterminate"}
    progressed = [day for day in (candidate.day, *later) if kinds[day]]
    row |= {"progression_date": None, "progression_kind": None}
    if progressed and row["state"] != "indeterminate" and (second is None or progressed[0] <= second.start):
        order = ("extraosseous", "lysis", "new_lytic", "late_lesion", "worse_again")
        row["progression_date"] = progressed[0]
        row["progression_kind"] = "+".join(kind for kind in order if kind in kinds[progressed[0]])
    row["candidate_lesion_ids"] = sorted({seen.lesion_id for seen in lesions(candidate)})
    episode = {
        seen.lesion_id
        for visit in treated
        if visit.day == candidate.day
        or (
            visit.day > candidate.day
            and protocol != "kanaoka2023_obr"
            and not kinds[visit.day] & {"late_lesion", "worse_again"}
        )
        for seen in lesions(visit)
    }
    row["new_lesion_count"] = len(episode)
    return row

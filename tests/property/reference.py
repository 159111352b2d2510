"""A naive reading of the specification, one patient at a time, in plain Python.

Not here: SQL, protocols, speed; scans and time points (`reference_points.py`). It shares no code with the
engine, so that where the two agree it is because both read the same sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from tests.property.reference_cadence import expected_next
from tests.property.reference_points import (
    TimePoint,
    days,
    is_eligible_ct,
    is_evaluable,
    is_new_osteoblastic,
    is_on,
    line_of,
    progression_kinds,
    time_points,
    with_ids_that_last,
)
from tests.support.patients import Her2Test, Patient, Scan


@dataclass
class Call:
    """What the specification says about one patient; `state` is None where there is no row."""

    left_at: str
    state: str | None = None
    reason: str | None = None
    therapy_start_date: date | None = None
    event_date: date | None = None
    confirmation_date: date | None = None
    progression_date: date | None = None
    observed_progression_date: date | None = None
    progression_kind: str | None = None
    censor_date: date | None = None
    days_to_event: int | None = None
    days_event_to_progression: int | None = None
    has_progression: bool | None = None
    onset_after: date | None = None
    progression_after: date | None = None
    sites: list[str] | None = None
    new_lesion_sites: list[str] | None = None
    new_lesion_count: int | None = None
    confirming_ct_count: int | None = None
    unread_ct_count: int | None = None
    candidate_assessment_ids: list[str] | None = None
    candidate_lesion_ids: list[str] | None = None
    confirming_assessment_ids: list[str] | None = None
    progression_assessment_ids: list[str] | None = None
    baseline_assessment_ids: list[str] | None = None
    her2_status: str | None = None
    alp_baseline: float | None = None
    alp_at_event: float | None = None
    alp_at_progression: float | None = None
    alp_delta_event: float | None = None
    alp_delta_progression: float | None = None
    alp_category: str | None = None
    alp_category_progression: str | None = None


def alp_category(baseline: float, delta: float) -> str:
    if abs(delta) * 100 <= 15 * baseline:
        return "stable"
    return "decreased" if delta < 0 else "increased"


def nearest_alp(patient: Patient, anchor: date, first: date, last: date) -> float | None:
    by_day: dict[date, list[float]] = {}
    for lab in patient.labs:
        if lab.analyte == "ALP_TOTAL" and first <= lab.day <= last:
            by_day.setdefault(lab.day, []).append(lab.value)
    if not by_day:
        return None
    day = min(by_day, key=lambda one: (abs((one - anchor).days), one))
    return median(by_day[day])


def her2_on(patient: Patient, event: date) -> str | None:
    for site in ("metastasis", "primary", "unknown"):
        known: list[Her2Test] = [test for test in patient.her2 if test.site == site and test.day <= event]
        if known:
            newest = max(test.day for test in known)
            found = {test.status for test in known if test.day == newest}
            if found >= {"positive", "negative"}:
                return "indeterminate"
            return next((one for one in ("positive", "negative") if one in found), "indeterminate")
    return None


def last_heard_of(patient: Patient) -> date:
    records = [scan.day for scan in patient.scans] + [lab.day for lab in patient.labs]
    return max([patient.last_contact, *records, *(line.start for line in patient.lines)])


def ids(scans: Iterable[Scan]) -> list[str]:
    return [scan.assessment_id for scan in sorted(scans, key=lambda one: (one.day, one.assessment_id))]


def far_enough(event: date, points: Iterable[TimePoint]) -> list[TimePoint]:
    """Keep each time point that is 28 days after the one kept before it, the first after the event."""
    kept: list[TimePoint] = []
    for point in points:
        last = kept[-1].day if kept else event
        if (point.day - last).days >= 28:
            kept.append(point)
    return kept


def call(  # noqa: PLR0912 as naive as it gets
    patient: Patient,
    delivery: date,
    confirming_needed: int = 2,
    stated: Sequence[int] = (),
    *,
    do_ids_last: bool = False,
    started_from: date | None = None,
    started_to: date | None = None,
) -> Call:
    if do_ids_last:
        patient = with_ids_that_last(patient)
    first = line_of(patient, 1)
    if first is None:
        return Call("no_first_line")
    if started_from is not None and first.start < started_from:
        return Call("outside_window")
    if started_to is not None and first.start > started_to:
        return Call("outside_window")
    second = line_of(patient, 2)
    points = time_points(patient.scans)
    treated = [point for point in points if is_on(point.day, first, second)]
    treated_ct = [point for point in treated if point.eligible]
    if not treated_ct:
        return Call("no_on_treatment_ct")
    showing = [point for point in treated_ct if point.showing]
    if not showing:
        return Call("no_new_osteoblastic_lesion")
    candidate = showing[0]
    for point in points:
        if point.is_pd and first.start < point.day < candidate.day:
            return Call("progression_first", progression_date=point.day)

    event = candidate.day
    row = Call("candidate", therapy_start_date=first.start, event_date=event)
    row.days_to_event = (event - first.start).days
    row.candidate_assessment_ids = ids(candidate.showing)
    row.candidate_lesion_ids = sorted(
        {seen.lesion_id for scan in candidate.showing for seen in scan.lesions if is_new_osteoblastic(seen)}
    )
    episode = [
        seen
        for point in treated_ct
        if point.day >= event
        for scan in point.showing
        for seen in scan.lesions
        if is_new_osteoblastic(seen)
    ]
    row.new_lesion_count = len({seen.lesion_id for seen in episode})
    row.sites = sorted({seen.site for seen in episode})
    bones: dict[str, str] = {}
    for seen in episode:
        bones[seen.lesion_id] = min(bones.get(seen.lesion_id, seen.site), seen.site)
    row.new_lesion_sites = sorted(bones.values())

    baseline = [
        scan
        for scan in patient.scans
        if is_eligible_ct(scan) and first.start - days(42) <= scan.day <= first.start
    ]
    row.baseline_assessment_ids = ids(baseline)
    later_pd = [point for point in points if point.is_pd and point.day > event]
    clean = [
        point
        for point in treated_ct
        if point.day > event
        and not candidate.is_pd
        and not point.is_pd
        and not (later_pd and point.day > later_pd[0].day)
    ]
    row.unread_ct_count = len([point for point in clean if not point.is_read])
    counted = far_enough(event, [point for point in clean if point.is_read])
    row.confirming_ct_count = len(counted)
    row.confirming_assessment_ids = [name for point in counted for name in ids(point.eligible)]

    interval = expected_next(patient, first, stated)
    if candidate.is_pd:
        row.state, row.reason = "true_progression", "pd_at_detection"
    elif not baseline:
        row.state, row.reason = "indeterminate", "no_baseline_ct"
    elif len(counted) >= confirming_needed:
        row.state, row.reason = "pseudoprogression", "confirmed"
        row.confirmation_date = counted[confirming_needed - 1].day
    elif (
        later_pd
        and (first.end is None or later_pd[0].day <= first.end + days(28))
        and (second is None or later_pd[0].day <= second.start)
    ):
        row.state, row.reason = "true_progression", "pd_before_confirmation"
    else:
        row.state = "indeterminate"
        if len(far_enough(event, clean)) >= confirming_needed:
            row.reason = "progression_not_read"
        elif patient.death is not None:
            row.reason = "death"
        elif first.end is not None or second is not None:
            row.reason = "therapy_changed"
        elif (delivery - last_heard_of(patient)).days > 2 * interval:
            row.reason = "lost_to_follow_up"
        else:
            row.reason = "awaiting_ct"

    progressed: TimePoint | None = None
    for point in points:
        if point.is_pd and point.day >= event and (second is None or point.day <= second.start):
            progressed = point
            row.observed_progression_date = point.day
            row.progression_after = max(
                (
                    scan.day
                    for scan in patient.scans
                    if is_evaluable(scan) and not progression_kinds(scan) and scan.day < point.day
                ),
                default=None,
            )
            break
    if row.state == "indeterminate":
        progressed = None
    row.has_progression = progressed is not None
    row.progression_assessment_ids = []
    if progressed is None:
        row.censor_date = max(
            scan.day for scan in patient.scans if is_evaluable(scan) and is_on(scan.day, first, second)
        )
    else:
        row.progression_date = progressed.day
        row.progression_kind = "+".join(sorted(progressed.kinds))
        row.days_event_to_progression = (progressed.day - event).days
        row.progression_assessment_ids = ids(scan for scan in progressed.scans if progression_kinds(scan))
    row.onset_after = max(
        (scan.day for scan in patient.scans if is_eligible_ct(scan) and scan.day < event), default=None
    )

    row.her2_status = her2_on(patient, event)
    row.alp_baseline = nearest_alp(patient, first.start, first.start - days(28), first.start)

    def alp_around(day: date) -> float | None:
        last = day + days(14)
        return nearest_alp(patient, day, day - days(14), min(last, second.start) if second else last)

    row.alp_at_event = alp_around(event)
    if progressed is not None:
        row.alp_at_progression = alp_around(progressed.day)
    if row.alp_baseline is not None and row.alp_at_event is not None:
        row.alp_delta_event = row.alp_at_event - row.alp_baseline
        row.alp_category = alp_category(row.alp_baseline, row.alp_delta_event)
    if row.alp_baseline is not None and row.alp_at_progression is not None:
        row.alp_delta_progression = row.alp_at_progression - row.alp_baseline
        row.alp_category_progression = alp_category(row.alp_baseline, row.alp_delta_progression)
    return row

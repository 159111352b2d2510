"""Describes made-up patients, and the rows that they leave in the tables that are measured.

Not here: writing the rows (`world.py`) and any expectation. Every default is a plain value, so that a test
names only what it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest

from schemas.verdicts import VERDICT_SETS

START = date(2020, 1, 1)
PROTOCOL = "xu2025"
Rows = dict[tuple[str, str], list[dict[str, object]]]
REASONS = {
    "pseudoprogression": "confirmed",
    "true_progression": "pd_before_confirmation",
    "indeterminate": "awaiting_ct",
}


@dataclass(frozen=True)
class Person:
    """What is known of somebody when line 1 begins; days count from then. Tests and values: (day, value)."""

    sex: str = "female"
    born: date | None = None
    diagnosed: int | None = None
    er: str | None = None
    her2_tests: tuple[tuple[int, str, str], ...] = ()
    alp_values: tuple[tuple[int, float], ...] = ()
    lesions: tuple[tuple[int, str, int], ...] = ()
    cycle_days: int | None = 21


@dataclass(frozen=True)
class Candidate:
    """A patient with a candidate; days count from the start of line 1 (event), or from the event (others)."""

    state: str = "pseudoprogression"
    registry: str = "a"
    reason: str | None = None
    event: int = 42
    onset_after: int | None = None
    confirmed: int = 84
    progressed: int | None = None
    observed: int | None = None
    progression_after: int | None = None
    progression_kind: str = "lysis"
    followed: int = 400
    died: int | None = None
    line_end: int | None = None
    second_line: int | None = None
    her2: str | None = None
    flags: tuple[str, ...] = ()
    alp: tuple[float | None, float | None, float | None] = (None, None, None)
    alp_limit: float | None = None
    sites: tuple[str, ...] = ("spine",)
    old_sites: tuple[str, ...] = ()
    later_sites: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ("NON_PD", "iUPD", "PR", "NE")
    cadence: tuple[str, ...] = ()
    interval: int = 42
    cadence_line: int = 1
    lacks: tuple[str, ...] | None = None
    unread: int = 0
    person: Person = Person()


@dataclass(frozen=True)
class Other:
    """A patient without a candidate; days count from the start of line 1."""

    left_at: str = "no_new_osteoblastic_lesion"
    registry: str = "a"
    scans: tuple[int, ...] = (42,)
    unreadable: tuple[int, ...] = ()
    not_evaluable: tuple[int, ...] = ()
    progressed: int | None = None
    died: int | None = None
    line_end: int | None = None
    person: Person = Person()


def _put(rows: Rows, schema: str, table: str, **values: object) -> None:
    rows[schema, table].append(values)


def _day(days: int | None, origin: date = START) -> date | None:
    return None if days is None else origin + timedelta(days=days)


def _add_person(rows: Rows, key: dict[str, str], death_date: date | None, person: Person) -> None:
    row = {
        "sex": person.sex,
        "birth_date": person.born,
        "metastatic_diagnosis_date": _day(person.diagnosed),
        "er_status": person.er,
        "pr_status": person.er,
        "death_date": death_date,
        "last_contact_date": _day(2000),
    }
    rows["core", "patients"].append({**key, **row})
    for day, site, status in person.her2_tests:
        _put(rows, "core", "her2_tests", **key, test_date=_day(day), specimen_site=site, her2_status=status)
    for day, value in person.alp_values:
        result = {"analyte": "ALP_TOTAL", "unit": "U/L", "specimen_date": _day(day), "value": value}
        _put(rows, "core", "lab_results", **key, **result)
    for day, modality, lesions in person.lesions:
        scan = f"{key['registry']}-{key['patient_id']}-before-{day}-{modality}"
        place = {"assessment_id": scan, "assessment_date": _day(day), "modality": modality}
        _put(rows, "core", "imaging_assessments", **key, **place)
        for number in range(lesions):
            lesion = {
                "lesion_id": f"L{number}",
                "site": "rib",
                "morphology": "osteolytic",
                "status": "baseline",
            }
            _put(rows, "core", "bone_lesions", registry=key["registry"], assessment_id=scan, **lesion)


def _add_line(
    rows: Rows,
    key: dict[str, str],
    number: int,
    start: date,
    end: date | None = None,
    cycle_days: int | None = 21,
) -> None:
    _put(
        rows,
        "core",
        "therapy_lines",
        **key,
        line_number=number,
        regimen="x",
        start_date=start,
        end_date=end,
        cycle_length_days=cycle_days,
    )


def add_candidate(rows: Rows, patient: Candidate, name: str, protocol: str) -> None:
    event = START + timedelta(days=patient.event)
    baseline, at_event, at_progression = patient.alp
    scan = f"{patient.registry}-{name}"
    lesions = [f"L{place}" for place in range(len(patient.sites))]
    key = {"registry": patient.registry, "patient_id": name}
    to_progression = None if None in (baseline, at_progression) else at_progression - baseline  # type: ignore[operator]
    has_progression = patient.progressed is not None
    delta = None if None in (baseline, at_event) else at_event - baseline  # type: ignore[operator]
    _put(
        rows,
        "event",
        "pseudoprogression",
        **key,
        protocol=protocol,
        state=patient.state,
        reason=patient.reason or REASONS[patient.state],
        flags=list(patient.flags),
        therapy_start_date=START,
        event_date=event,
        confirmation_date=_day(patient.confirmed, event) if patient.state == "pseudoprogression" else None,
        progression_date=_day(patient.progressed, event),
        observed_progression_date=_day(
            patient.progressed if patient.observed is None else patient.observed, event
        ),
        progression_kind=patient.progression_kind if has_progression else None,
        censor_date=None if has_progression else _day(patient.followed, event),
        days_to_event=patient.event,
        days_event_to_progression=patient.progressed,
        has_progression=has_progression,
        onset_after=_day(patient.onset_after),
        progression_after=_day(patient.progression_after, event),
        sites=sorted({*patient.sites, *patient.later_sites}),
        new_lesion_sites=sorted((*patient.sites, *patient.later_sites)),
        new_lesion_count=len(patient.sites) + len(patient.later_sites),
        confirming_ct_count=2,
        unread_ct_count=patient.unread,
        candidate_assessment_ids=[scan],
        candidate_lesion_ids=lesions,
        confirming_assessment_ids=[],
        progression_assessment_ids=[],
        baseline_assessment_ids=[],
        her2_status=patient.her2,
        alp_baseline=baseline,
        alp_at_event=at_event,
        alp_at_progression=at_progression,
        alp_baseline_times_limit=_times(baseline, patient.alp_limit),
        alp_at_event_times_limit=_times(at_event, patient.alp_limit),
        alp_at_progression_times_limit=_times(at_progression, patient.alp_limit),
        alp_delta_event=delta,
        alp_category=_category(baseline, delta),
        alp_category_progression=_category(baseline, to_progression),
        **_verdicts(patient),
        rule="made_up",
        protocol_digest="0",
        delivery="2024-01-01",
    )
    _put(
        rows,
        "event",
        "patient_flow",
        **key,
        protocol=protocol,
        left_at="candidate",
        state=patient.state,
    )
    for missing in _lacking(patient):
        _put(
            rows,
            "event",
            "open_question",
            **key,
            protocol=protocol,
            reason=patient.reason or REASONS[patient.state],
            missing=missing,
            since=event,
            look_from=event,
            lacking=1,
            assessment_ids=[],
            closed_by="made up",
        )
    _add_person(rows, key, _day(patient.died, event), patient.person)
    _add_line(rows, key, 1, START, _day(patient.line_end, event), patient.person.cycle_days)
    if patient.second_line is not None:
        _add_line(rows, key, 2, event + timedelta(days=patient.second_line))
    old = [(f"old {place}", site, "baseline") for place, site in enumerate(patient.old_sites)]
    new = [(lesion, site, "new") for lesion, site in zip(lesions, patient.sites, strict=True)]
    for lesion, site, status in (*old, *new):
        _put(
            rows,
            "core",
            "bone_lesions",
            registry=patient.registry,
            assessment_id=scan,
            lesion_id=lesion,
            site=site,
            morphology="osteoblastic",
            status=status,
        )
    for place, kept in enumerate(patient.cadence):
        _put(
            rows,
            "core",
            "assessment_cadence",
            **key,
            line_number=patient.cadence_line,
            time_point_date=_day(42 * place),
            previous_date=_day(42 * place - 42),
            interval_days=patient.interval,
            expected_interval_days=42,
            deviation_days=patient.interval - 42,
            cadence_class=kept,
        )


def _times(value: float | None, limit: float | None) -> float | None:
    return None if value is None or limit is None else value / limit


def _verdicts(patient: Candidate) -> dict[str, object]:
    """Give each verdict set the verdict named at its place; a further set has its first code.

    A set that repeats another has the verdict of the other.
    """
    sets = VERDICT_SETS.values()
    named = zip_longest([one for one in sets if one.repeats is None], patient.verdicts)
    given = {one.name: verdict or one.codes[0] for one, verdict in named}
    return {one.column: given[one.kind] for one in sets}


def _lacking(patient: Candidate) -> tuple[str, ...]:
    """Return what an undecided candidate lacks: as named, else what it at least must."""
    if patient.lacks is not None or patient.state != "indeterminate":
        return patient.lacks or ()
    return ("baseline_ct",) if patient.reason == "no_baseline_ct" else ("confirming_ct",)


def _category(baseline: float | None, delta: float | None) -> str | None:
    if baseline is None or delta is None:
        return None
    if abs(delta) * 100 <= 15 * baseline:
        return "stable"
    return "decreased" if delta < 0 else "increased"


def add_other(rows: Rows, patient: Other, name: str, protocol: str) -> None:
    key = {"registry": patient.registry, "patient_id": name}
    progressed = _day(patient.progressed) if patient.left_at == "progression_first" else None
    flow = {"left_at": patient.left_at, "progression_date": progressed}
    _put(rows, "event", "patient_flow", **key, protocol=protocol, **flow)
    _add_person(rows, key, _day(patient.died), patient.person)
    if patient.left_at == "no_first_line":
        return
    _add_line(rows, key, 1, START, _day(patient.line_end), patient.person.cycle_days)
    extra = [day for day in (patient.progressed,) if day is not None]
    for day in {*patient.scans, *patient.unreadable, *patient.not_evaluable, *extra}:
        response = "PD" if day == patient.progressed else "NE" if day in patient.not_evaluable else None
        scan = f"{patient.registry}-{name}-{day}"
        _put(
            rows,
            "core",
            "imaging_assessments",
            **key,
            assessment_id=scan,
            assessment_date=_day(day),
            modality="CT",
            is_evaluable=day not in patient.unreadable,
            extraosseous_response=response,
        )

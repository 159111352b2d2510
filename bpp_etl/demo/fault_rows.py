"""The rows that break a rule, one by one: what is written into them and which rules they must break.

How they enter the tables is in defects.py; laboratory results and HER2 tests are in fault_results.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import polars as pl

from bpp_etl.demo.fault_results import her2_faults, lab_faults
from bpp_etl.demo.faults import ALP_ANALYTES, BAD_DATES, Cast, Fault, Row, day_before
from bpp_etl.demo.profiles import Profile


def added_faults(
    tables: Mapping[str, pl.DataFrame], cast: Cast, profile: Profile, delivery_date: date
) -> Iterator[Fault]:
    """Lists every row to add, in a fixed order."""
    later = (delivery_date + timedelta(days=30)).isoformat()
    constant = {table: {column: value} for table, column, value in profile.extra_columns}
    nobody = f"SYN-{profile.code}9999999"
    for fault in (
        *_patients(profile, delivery_date, later),
        *_therapy_lines(cast, nobody, delivery_date, later),
        *_imaging(profile, cast, nobody, delivery_date, later),
        *_lesions(profile, cast),
        *lab_faults(profile, cast, nobody, later),
        *her2_faults(cast, nobody, later),
    ):
        yield replace(fault, row={**constant.get(fault.table, {}), **fault.row})
    for name, frame in tables.items():
        number = _repeatable(name, frame, cast)
        yield Fault(name, frame.row(number - 1, named=True), ("duplicate_row",), twin_row_number=number)


def _repeatable(name: str, frame: pl.DataFrame, cast: Cast) -> int:
    """Finds a sound row to repeat."""
    is_sound = pl.col("patient_id") == cast.living_patient
    if name == "bone_lesions":
        is_sound = pl.col("assessment_id") == cast.scan_with_lesions
    if name == "lab_results":
        is_sound &= pl.col("analyte").is_in(ALP_ANALYTES)
    return int(frame.select(is_sound.arg_true().first()).item()) + 1


def _patients(profile: Profile, delivery_date: date, later: str) -> Iterator[Fault]:
    """Patients without any other row, so that nothing is dragged along."""

    day = partial(day_before, delivery_date)
    sound = {
        "sex": "female",
        "birth_date": day(22_000),
        "metastatic_diagnosis_date": day(2000),
        "er_status": "positive",
        "pr_status": "negative",
        "last_contact_date": day(500),
        "death_date": None,
    }
    broken: tuple[tuple[Row, str], ...] = (
        ({"sex": None}, "required_value_missing"),
        ({"birth_date": "1962-04"}, "date_is_partial"),
        ({"last_contact_date": later}, "date_in_future"),
        ({"er_status": "borderline"}, "code_unknown"),
        ({"birth_date": day(1900)}, "birth_after_diagnosis"),
        ({"birth_date": "1890-06-15"}, "birth_before_1900"),
        ({"death_date": day(2100), "last_contact_date": day(2100)}, "death_before_diagnosis"),
        ({"death_date": day(600)}, "contact_after_death"),
    )
    number = 9_000_000
    for change, rule in broken:
        number += 1
        patient = {"patient_id": f"SYN-{profile.code}{number:07d}"}
        yield Fault("patients", {**patient, **sound, **change}, (rule,))
    twice = {"patient_id": f"SYN-{profile.code}{number + 1:07d}", **sound}
    yield Fault("patients", twice, ("duplicate_key",))
    yield Fault("patients", {**twice, "pr_status": "positive"}, ("duplicate_key",))


def _therapy_lines(cast: Cast, nobody: str, delivery_date: date, later: str) -> Iterator[Fault]:
    sound = {
        "patient_id": cast.living_patient,
        "line_number": "8",
        "regimen": "capecitabine",
        "start_date": day_before(delivery_date, 700),
        "end_date": None,
        "end_reason": None,
        "cycle_length_days": "21",
    }
    broken: tuple[tuple[Row, str], ...] = (
        ({"regimen": None}, "required_value_missing"),
        ({"start_date": later}, "date_in_future"),
        ({"cycle_length_days": "monthly"}, "number_invalid"),
        ({"patient_id": nobody}, "unknown_patient"),
        ({"end_date": day_before(delivery_date, 701)}, "end_before_start"),
        ({"line_number": "0"}, "line_number_invalid"),
        ({"cycle_length_days": "90"}, "cycle_length_out_of_range"),
        *(({"start_date": text}, rule) for text, rule in BAD_DATES),
    )
    number = 10
    for change, rule in broken:
        number += 1
        yield Fault("therapy_lines", {**sound, "line_number": str(number), **change}, (rule,))
    yield Fault("therapy_lines", sound, ("duplicate_key",))
    yield Fault("therapy_lines", {**sound, "regimen": "eribulin"}, ("duplicate_key",))


def _imaging(profile: Profile, cast: Cast, nobody: str, delivery_date: date, later: str) -> Iterator[Fault]:
    sound = {
        "patient_id": cast.living_patient,
        "assessment_date": day_before(delivery_date, 700),
        "modality": "BONE_SCAN",
        "is_bone_window": None,
        "is_evaluable": "true",
        "extraosseous_response": None,
    }
    dead = {"patient_id": cast.dead_patient}
    after_death = (cast.death_date + timedelta(days=1)).isoformat()
    broken: tuple[tuple[Row, tuple[str, ...]], ...] = (
        ({"assessment_date": None}, ("required_value_missing",)),
        ({"assessment_date": later}, ("date_in_future",)),
        ({"assessment_date": later, "modality": "ULTRASOUND"}, ("code_unknown", "date_in_future")),
        ({"extraosseous_response": "better"}, ("code_unknown",)),
        ({"is_evaluable": "perhaps"}, ("code_unknown",)),
        ({"patient_id": nobody}, ("unknown_patient",)),
        ({**dead, "assessment_date": after_death}, ("assessment_after_death",)),
        ({"assessment_date": "1901-01-01"}, ("assessment_before_birth",)),
        *(({"assessment_date": text}, (rule,)) for text, rule in BAD_DATES),
    )
    number = 9_000_000
    for change, rules in broken:
        number += 1
        scan = {"assessment_id": f"SYN-{profile.code}A{number:07d}"}
        yield Fault("imaging_assessments", {**scan, **sound, **change}, rules)
    twice = {"assessment_id": f"SYN-{profile.code}A{number + 1:07d}", **sound}
    yield Fault("imaging_assessments", twice, ("duplicate_key",))
    yield Fault("imaging_assessments", {**twice, "modality": "XRAY"}, ("duplicate_key",))


def _lesions(profile: Profile, cast: Cast) -> Iterator[Fault]:
    sound = {
        "assessment_id": cast.scan_with_lesions,
        "lesion_id": "L80",
        "site": "rib",
        "morphology": "osteoblastic",
        "status": "stable",
        "lysis_change": None,
        "is_equivocal": None,
    }
    broken: tuple[tuple[Row, str], ...] = (
        ({"site": None}, "required_value_missing"),
        ({"morphology": "sclerotic"}, "code_unknown"),
        ({"is_equivocal": "perhaps"}, "code_unknown"),
        ({"assessment_id": f"SYN-{profile.code}A9999999"}, "unknown_assessment"),
        # This scan is there, and refused: it has no date.
        ({"assessment_id": f"SYN-{profile.code}A9000001"}, "unknown_assessment"),
    )
    for number, (change, rule) in enumerate(broken, start=81):
        yield Fault("bone_lesions", {**sound, "lesion_id": f"L{number}", **change}, (rule,))
    yield Fault("bone_lesions", sound, ("duplicate_key",))
    yield Fault("bone_lesions", {**sound, "site": "skull"}, ("duplicate_key",))

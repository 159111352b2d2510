"""The rows that break a rule, one by one: what is written into them and which rules they must break.

How they enter the tables is in defects.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import polars as pl

from bpp_etl.demo.profiles import Profile

Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Cast:
    """Who carries the faults."""

    refused_patient: str
    refused_scan: str
    living_patient: str
    scan_with_lesions: str
    dead_patient: str
    death_date: date
    unmeasured_patient: str  # admitted, and without any laboratory result


@dataclass(frozen=True)
class Fault:
    """One added row: the rules it breaks (none = it is kept), the flag it gets, the row it repeats."""

    table: str
    row: Row
    rules: tuple[str, ...] = ()
    flag: str | None = None
    twin_row_number: int | None = None


# The same faults in every table that has a date: text, and the rule it breaks.
BAD_DATES = (("2021-02-30", "date_invalid"), ("2021-03", "date_is_partial"))


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
        *_labs(profile, cast, nobody, later),
        *_her2(cast, nobody, later),
    ):
        yield replace(fault, row={**constant.get(fault.table, {}), **fault.row})
    for name, frame in tables.items():
        number = _repeatable(name, frame, cast)
        yield Fault(name, frame.row(number - 1, named=True), ("duplicate_row",), twin_row_number=number)


def _repeatable(name: str, frame: pl.DataFrame, cast: Cast) -> int:
    """Finds a sound row to repeat."""
    key, value = "patient_id", cast.living_patient
    if name == "bone_lesions":
        key, value = "assessment_id", cast.scan_with_lesions
    return int((frame[key] == value).arg_true()[0]) + 1


def _patients(profile: Profile, delivery_date: date, later: str) -> Iterator[Fault]:
    """Patients without any other row, so that nothing is dragged along."""

    day = partial(_day_before, delivery_date)
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


def _day_before(delivery_date: date, days: int) -> str:
    return (delivery_date - timedelta(days=days)).isoformat()


def _therapy_lines(cast: Cast, nobody: str, delivery_date: date, later: str) -> Iterator[Fault]:
    sound = {
        "patient_id": cast.living_patient,
        "line_number": "8",
        "regimen": "capecitabine",
        "start_date": _day_before(delivery_date, 700),
        "end_date": None,
        "end_reason": None,
        "cycle_length_days": "21",
    }
    broken: tuple[tuple[Row, str], ...] = (
        ({"regimen": None}, "required_value_missing"),
        ({"start_date": later}, "date_in_future"),
        ({"cycle_length_days": "monthly"}, "number_invalid"),
        ({"patient_id": nobody}, "unknown_patient"),
        ({"end_date": _day_before(delivery_date, 701)}, "end_before_start"),
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
        "assessment_date": _day_before(delivery_date, 700),
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


def _labs(profile: Profile, cast: Cast, nobody: str, later: str) -> Iterator[Fault]:
    """Samples of a patient without an event, on days of their own."""
    sound = {
        "patient_id": cast.living_patient,
        "analyte": "ALP_TOTAL",
        "value": "101.0",
        "unit": "U/L",
        "upper_limit_normal": "104.0",
        "laboratory": profile.laboratories[0],
    }
    after_death = (cast.death_date + timedelta(days=1)).isoformat()
    broken: tuple[tuple[Row, tuple[str, ...]], ...] = (
        ({"specimen_date": None}, ("required_value_missing",)),
        ({"value": None}, ("required_value_missing",)),
        ({"specimen_date": later}, ("date_in_future",)),
        ({"value": "haemolysed"}, ("number_invalid",)),
        ({"patient_id": nobody}, ("unknown_patient",)),
        ({"value": "0"}, ("value_not_positive",)),
        ({"value": "-12.5"}, ("value_not_positive",)),
        ({"value": "20000.5"}, ("value_implausible",)),
        ({"upper_limit_normal": "0"}, ("limit_not_positive",)),
        ({"unit": None}, ("unit_missing",)),
        ({"unit": "King-Armstrong"}, ("unit_not_convertible",)),
        ({"unit": "xULN", "value": "1.4", "upper_limit_normal": None}, ("unit_not_convertible",)),
        ({"value": "<5"}, ("value_is_censored",)),
        ({"patient_id": cast.dead_patient, "specimen_date": after_death}, ("specimen_after_death",)),
        ({"unit": None, "specimen_date": later}, ("date_in_future", "unit_missing")),
        *(({"specimen_date": text}, (rule,)) for text, rule in BAD_DATES),
    )
    # The days lie before any treatment, so that no sample of these is anyone's baseline.
    first = date(1999, 1, 1)
    for number, (change, rules) in enumerate(broken):
        drawn = {"specimen_date": (first + timedelta(days=number)).isoformat()}
        yield Fault("lab_results", {**sound, **drawn, **change}, rules)
    # Two results that are kept with a flag: far below, and about 60 times, this patient's other results.
    for number, value in enumerate(("100.0", "1.7", "101.0", "6060.0", "102.0")):
        drawn = {"specimen_date": (first + timedelta(days=100 + number)).isoformat()}
        row = {**sound, **drawn, "patient_id": cast.unmeasured_patient, "value": value}
        yield Fault("lab_results", row, flag="unit_suspect" if number in {1, 3} else None)


def _her2(cast: Cast, nobody: str, later: str) -> Iterator[Fault]:
    sound = {
        "patient_id": cast.living_patient,
        "test_date": "1999-01-01",
        "specimen_site": "unknown",
        "ihc_score": "2+",
        "ish_result": "negative",
        "her2_cep17_ratio": "1.2",
        "her2_copy_number": "2.4",
        "reported_status": "negative",
    }
    broken: tuple[tuple[Row, str], ...] = (
        ({"specimen_site": None}, "required_value_missing"),
        ({"test_date": later}, "date_in_future"),
        ({"ihc_score": "4+"}, "code_unknown"),
        ({"her2_cep17_ratio": "amplified"}, "number_invalid"),
        ({"patient_id": nobody}, "unknown_patient"),
        ({"her2_cep17_ratio": "60.0"}, "ratio_out_of_range"),
        ({"her2_copy_number": "250.0"}, "copy_number_out_of_range"),
        *(({"test_date": text}, rule) for text, rule in BAD_DATES),
    )
    for number, (change, rule) in enumerate(broken):
        drawn = {"test_date": (date(1999, 1, 1) + timedelta(days=number)).isoformat()}
        yield Fault("her2_tests", {**sound, **drawn, **change}, (rule,))

"""Defects of a delivery as a whole: tables, scales, codes, days, and what was there before.

Not here: those of one patient's rows (`row_defects.py`, `laboratory_defects.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tests.mutations.defect import DeliveryDefect
from tests.mutations.record import DELIVERY_DAY, OWNER, Record, Row, day

Change = Callable[[Row], object]
BEFORE = "the delivery before"


def each(table: str, change: Change) -> Callable[[Record], None]:
    """Change every row of a table."""

    def plant(record: Record) -> None:
        for row in record[table]:
            change(row)

    return plant


def says(table: str, **cells: str | None) -> Callable[[Record], None]:
    """Have every row of a table say the same in some columns."""
    return each(table, lambda row: row.update(cells))


def recoded(table: str, column: str, codes: dict[str | None, str | None]) -> Callable[[Record], None]:
    """Exchange the codes of a column."""
    return each(table, lambda row: row.update({column: codes.get(row[column], row[column])}))


def scaled(column: str, factor: float, laboratory: str | None = None) -> Callable[[Record], None]:
    """Multiply the numbers of total ALP, of one laboratory or all."""

    def change(row: Row) -> None:
        if row["analyte"] == "ALP_TOTAL" and laboratory in (None, row["laboratory"]):
            row[column] = f"{float(str(row[column])) * factor:.4g}"

    return each("lab_results", change)


def moved(table: str, column: str, days: int) -> Callable[[Record], None]:
    """Move every day of a column."""
    return each(
        table,
        lambda row: row.update({column: row[column] and day(dt.date.fromisoformat(str(row[column])), days)}),
    )


def first_of_month(table: str, column: str) -> Callable[[Record], None]:
    """Put every day of a column on the first of its month."""
    return each(table, lambda row: row.update({column: row[column] and f"{str(row[column])[:8]}01"}))


def kept(*tables: str, every: int = 2) -> Callable[[Record], None]:
    """Keep one row in so many of some tables."""

    def plant(record: Record) -> None:
        for table in tables:
            record[table] = record[table][::every]

    return plant


def _half_of_patients(record: Record) -> None:
    gone = {row["patient_id"] for row in record["patients"][::2]}
    for table, rows in record.items():
        record[table] = [row for row in rows if row[OWNER] not in gone]


def _stops_in_the_middle(record: Record) -> None:
    rows = record["bone_lesions"]
    record["bone_lesions"] = rows[: int(len(rows) * 0.85)]


def _day_and_month_exchanged(row: Row) -> None:
    year, month, of_month = str(row["assessment_date"]).split("-")
    if int(of_month) <= 12:
        row["assessment_date"] = f"{year}-{of_month}-{month}"


def _values_and_limits_exchanged(row: Row) -> None:
    row["value"], row["upper_limit_normal"] = row["upper_limit_normal"], row["value"]


def _other_pseudonyms(record: Record) -> None:
    for rows in record.values():
        for row in rows:
            for column, cell in row.items():
                row[column] = cell.replace("MUT-", "OTH-") if cell else cell


def _men(record: Record) -> None:
    for row in record["patients"][::5]:
        row["sex"] = "male"


def _without_column(table: str, column: str) -> Callable[[Record], None]:
    return each(table, lambda row: row.pop(column))


def _contact_is_today(row: Row) -> None:
    if not row["death_date"]:
        row["last_contact_date"] = DELIVERY_DAY.isoformat()


def _default_births(record: Record) -> None:
    for row in record["patients"][::8]:
        row["birth_date"] = "1950-01-01"


DELIVERY_DEFECTS = (
    DeliveryDefect(
        "half of the patients are gone",
        "patients",
        "patients_dropped",
        plant=_half_of_patients,
        against=BEFORE,
    ),
    DeliveryDefect(
        "deaths are dropped",
        "patients",
        "deaths_withdrawn",
        plant=says("patients", death_date=None),
        against=BEFORE,
    ),
    DeliveryDefect(
        "births are moved by a year",
        "patients",
        "dates_moved",
        plant=moved("patients", "birth_date", 365),
        against=BEFORE,
    ),
    DeliveryDefect(
        "lines are moved by a month",
        "patients",
        "dates_moved",
        plant=moved("therapy_lines", "start_date", -30),
        against=BEFORE,
    ),
    DeliveryDefect(
        "the last contact is the day of the export",
        "patients",
        "contact_is_extraction",
        plant=each("patients", _contact_is_today),
    ),
    DeliveryDefect("a fifth of the patients are men", "patients", "sex_implausible", plant=_men),
    DeliveryDefect(
        "receptors are lost",
        "patients",
        "distribution_moved",
        plant=says("patients", er_status=None),
        against=BEFORE,
    ),
    DeliveryDefect(
        "receptors are exchanged",
        "patients",
        "distribution_moved",
        plant=recoded("patients", "er_status", {"positive": "negative", "negative": "positive"}),
        against=BEFORE,
    ),
    DeliveryDefect(
        "births are first days of months",
        "patients",
        "dates_on_one_day",
        plant=first_of_month("patients", "birth_date"),
    ),
    DeliveryDefect(
        "unknown births are a default day", "patients", "birth_date_default", plant=_default_births
    ),
    DeliveryDefect(
        "the patients are another registry's under other pseudonyms",
        "delivery",
        "patients_of_another_registry",
        plant=_other_pseudonyms,
        against="another registry",
    ),
    DeliveryDefect(
        "the delivery is that of before", "delivery", "delivery_repeats", plant=lambda _: None, against=BEFORE
    ),
    DeliveryDefect(
        "all lines start on one day",
        "therapy_lines",
        "dates_on_one_day",
        plant=says("therapy_lines", start_date="2022-01-03"),
    ),
    DeliveryDefect(
        "all lines are line 1",
        "therapy_lines",
        "refused_share_exceeded",
        plant=says("therapy_lines", line_number="1"),
    ),
    DeliveryDefect(
        "cycles are in weeks",
        "therapy_lines",
        "refused_share_exceeded",
        plant=says("therapy_lines", cycle_length_days="3"),
    ),
    DeliveryDefect(
        "ends of lines are lost",
        "therapy_lines",
        "distribution_moved",
        plant=says("therapy_lines", end_date=None, end_reason=None),
        against=BEFORE,
    ),
    DeliveryDefect(
        "half of the lines are gone",
        "therapy_lines",
        "table_shrunk",
        plant=kept("therapy_lines"),
        against=BEFORE,
    ),
    DeliveryDefect(
        "cycles are of another length",
        "therapy_lines",
        "distribution_moved",
        plant=says("therapy_lines", cycle_length_days="28"),
        against=BEFORE,
    ),
    DeliveryDefect(
        "every image is an x-ray",
        "imaging_assessments",
        "no_eligible_ct",
        plant=says("imaging_assessments", modality="XRAY"),
    ),
    DeliveryDefect(
        "no CT has a bone window",
        "imaging_assessments",
        "no_eligible_ct",
        plant=says("imaging_assessments", is_bone_window="false"),
    ),
    DeliveryDefect(
        "no CT can be judged",
        "imaging_assessments",
        "no_eligible_ct",
        plant=says("imaging_assessments", is_evaluable="false"),
    ),
    DeliveryDefect(
        "responses are lost",
        "imaging_assessments",
        "response_not_recorded",
        plant=says("imaging_assessments", extraosseous_response=None),
    ),
    DeliveryDefect(
        "responses are all NE",
        "imaging_assessments",
        "response_not_recorded",
        plant=says("imaging_assessments", extraosseous_response="NE"),
    ),
    DeliveryDefect(
        "progression is lost",
        "therapy_lines",
        "progression_without_imaging",
        plant=recoded("imaging_assessments", "extraosseous_response", {"PD": "SD"}),
    ),
    DeliveryDefect(
        "stable is progression",
        "imaging_assessments",
        "progression_everywhere",
        plant=recoded("imaging_assessments", "extraosseous_response", {"SD": "PD", "PD": "SD"}),
    ),
    DeliveryDefect(
        "half of the images are gone",
        "imaging_assessments",
        "table_shrunk",
        plant=kept("imaging_assessments"),
        against=BEFORE,
    ),
    DeliveryDefect(
        "every second CT is gone", "delivery", "cadence_not_kept", plant=kept("imaging_assessments")
    ),
    DeliveryDefect(
        "day and month are exchanged",
        "delivery",
        "cadence_not_kept",
        plant=each("imaging_assessments", _day_and_month_exchanged),
    ),
    DeliveryDefect(
        "CTs are first days of months",
        "imaging_assessments",
        "dates_on_one_day",
        plant=first_of_month("imaging_assessments", "assessment_date"),
    ),
    DeliveryDefect(
        "CTs are MRI",
        "imaging_assessments",
        "no_eligible_ct",
        plant=recoded("imaging_assessments", "modality", {"CT": "MRI", "PET_CT": "MRI"}),
    ),
    DeliveryDefect(
        "CTs are PET-CT",
        "imaging_assessments",
        "distribution_moved",
        plant=recoded("imaging_assessments", "modality", {"CT": "PET_CT"}),
        against=BEFORE,
    ),
    DeliveryDefect(
        "changes of lysis are lost",
        "bone_lesions",
        "lysis_not_recorded",
        plant=says("bone_lesions", lysis_change=None),
    ),
    DeliveryDefect(
        "no change of lysis is more lysis",
        "bone_lesions",
        "distribution_moved",
        plant=recoded("bone_lesions", "lysis_change", {"none": "increased"}),
        against=BEFORE,
    ),
    DeliveryDefect(
        "half of the lesions are gone",
        "bone_lesions",
        "table_shrunk",
        plant=kept("bone_lesions"),
        against=BEFORE,
    ),
    DeliveryDefect(
        "the lesions stop in the middle",
        "bone_lesions",
        "table_shrunk",
        plant=_stops_in_the_middle,
        against=BEFORE,
    ),
    DeliveryDefect(
        "every lesion is dense",
        "bone_lesions",
        "distribution_moved",
        plant=says("bone_lesions", morphology="osteoblastic"),
        against=BEFORE,
    ),
    DeliveryDefect(
        "every lesion is new", "bone_lesions", "new_again", plant=says("bone_lesions", status="new")
    ),
    DeliveryDefect(
        "new lesions are stable",
        "bone_lesions",
        "not_seen_before",
        plant=recoded("bone_lesions", "status", {"new": "stable"}),
    ),
    DeliveryDefect(
        "lesions lose their status",
        "bone_lesions",
        "column_missing",
        plant=_without_column("bone_lesions", "status"),
    ),
    DeliveryDefect(
        "total ALP is in ukat/L under U/L",
        "lab_results",
        "alp_scale_implausible",
        plant=scaled("value", 1 / 60),
    ),
    DeliveryDefect(
        "total ALP has lost its decimal mark",
        "lab_results",
        "alp_scale_implausible",
        plant=scaled("value", 100),
    ),
    DeliveryDefect(
        "one laboratory is in ukat/L under U/L",
        "lab_results",
        "laboratory_scale_differs",
        plant=scaled("value", 1 / 60, "North"),
    ),
    DeliveryDefect(
        "limits are ten times too high",
        "lab_results",
        "alp_against_limit",
        plant=scaled("upper_limit_normal", 10),
    ),
    DeliveryDefect(
        "values and limits are exchanged",
        "lab_results",
        "distribution_moved",
        plant=each("lab_results", _values_and_limits_exchanged),
        against=BEFORE,
    ),
    DeliveryDefect(
        "limits are lost",
        "lab_results",
        "distribution_moved",
        plant=says("lab_results", upper_limit_normal=None),
        against=BEFORE,
    ),
    DeliveryDefect(
        "analytes are spelt otherwise",
        "lab_results",
        "nothing_used",
        plant=says("lab_results", analyte="Alk Phos"),
    ),
    DeliveryDefect(
        "units are lost", "lab_results", "refused_share_exceeded", plant=says("lab_results", unit=None)
    ),
    DeliveryDefect(
        "HER2 scores are exchanged",
        "her2_tests",
        "distribution_moved",
        plant=recoded(
            "her2_tests", "ihc_score", {"0": "3+", "3+": "0", "1+": "2+", "2+": "1+"} | {"1+": "3+"}
        ),
        against=BEFORE,
    ),
    DeliveryDefect(
        "all HER2 tests are of the primary",
        "her2_tests",
        "distribution_moved",
        plant=says("her2_tests", specimen_site="primary"),
        against=BEFORE,
    ),
    DeliveryDefect(
        "half of the HER2 tests are gone",
        "her2_tests",
        "table_shrunk",
        plant=kept("her2_tests"),
        against=BEFORE,
    ),
)

"""A clean delivery of made-up patients whose record is whole: courses, lesions, ALP and HER2 that fit.

Not here: what is wrong with it once a defect is planted (`row_defects.py`, `delivery_defects.py`).

All are synthetic. Each patient has a baseline CT, CTs every two cycles of line 1, and a lytic, a mixed and a
dense lesion that stay; every third has a new dense lesion that is confirmed. Every second progresses outside
bone on the last CT and goes on to line 2; every fourth dies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

Row = dict[str, str | None]
Record = dict[str, list[Row]]

DELIVERY_DAY = dt.date(2026, 6, 30)
CTS_ON_TREATMENT = 6
INTERVAL = 42
LABORATORIES = ("North", "West", "South")
SITES = ("femur", "humerus", "scapula", "skull", "sternum")
TABLES = (
    "patients",
    "therapy_lines",
    "imaging_assessments",
    "bone_lesions",
    "lab_results",
    "her2_tests",
)
OWNER = "owner"
"""Beside its columns a row keeps whose it is; that is not delivered."""

LINE = "line"
"""A row may also keep the line of csv that is delivered for it, where that is not one with its cells."""


def clean_record(patients: int, *, prefix: str = "MUT", shift: int = 0) -> Record:
    """Write the record of so many patients; `shift` moves all of their days."""
    record: Record = {table: [] for table in TABLES}
    for number in range(patients):
        _add_patient(record, number, f"{prefix}-{number:04d}", shift)
    return record


def day(start: dt.date, days: int) -> str:
    """Write the day so many days later."""
    return (start + dt.timedelta(days=days)).isoformat()


def _add_patient(record: Record, number: int, name: str, shift: int) -> None:
    diagnosis = dt.date(2021, 1, 4) + dt.timedelta(days=7 * number % 1100 + number % 5 + shift)
    start = diagnosis + dt.timedelta(days=20 + number % 4)
    last_ct = INTERVAL * CTS_ON_TREATMENT
    score = ("0", "1+", "2+", "3+")[number % 4]
    progresses, dies = number % 2 == 0, number % 4 == 0
    last = last_ct + (98 if progresses else 14) + number % 9
    death = day(start, last + 30) if dies else None

    def add(table: str, **cells: str | None) -> None:
        record[table].append({**cells, OWNER: name})

    add(
        "patients",
        patient_id=name,
        sex="female",
        birth_date=day(dt.date(1944, 2, 7), 151 * number % 11000),
        metastatic_diagnosis_date=diagnosis.isoformat(),
        er_status="negative" if number % 5 == 0 else "positive",
        pr_status="negative" if number % 3 == 0 else "positive",
        last_contact_date=death or day(start, last),
        death_date=death,
    )
    add(
        "therapy_lines",
        patient_id=name,
        line_number="1",
        regimen="docetaxel, trastuzumab and pertuzumab" if score == "3+" else "letrozole and ribociclib",
        start_date=start.isoformat(),
        end_date=day(start, last_ct) if progresses else None,
        end_reason="progression" if progresses else None,
        cycle_length_days="21",
    )
    if progresses:
        add(
            "therapy_lines",
            patient_id=name,
            line_number="2",
            regimen="capecitabine",
            start_date=day(start, last_ct + 7),
            end_date=None,
            end_reason=None,
            cycle_length_days="21",
        )
    days = [-10 - number % 3, *(INTERVAL * visit + number % 3 for visit in range(1, CTS_ON_TREATMENT + 1))]
    days[-1] = last_ct
    for visit, on in enumerate(days):
        _add_ct(record, number, name, visit, day(start, on), progresses=progresses)
        for analyte, base in (("ALP_TOTAL", 70), ("ALP_BONE", 14)):
            spread = (number * 7 + visit * (3 + number % 4)) % (base // 2)
            add(
                "lab_results",
                patient_id=name,
                analyte=analyte,
                specimen_date=day(start, on),
                value=f"{base + spread}.{(number + 3 * visit) % 10}",
                unit="U/L",
                upper_limit_normal="105" if analyte == "ALP_TOTAL" else "21",
                laboratory=LABORATORIES[number % 3],
            )
    add(
        "her2_tests",
        patient_id=name,
        test_date=day(diagnosis, -3),
        specimen_site="metastasis" if number % 3 == 0 else "primary",
        ihc_score=score,
        ish_result="negative" if score == "2+" else None,
        her2_cep17_ratio="1.2" if score == "2+" else None,
        her2_copy_number="3.1" if score == "2+" else None,
        reported_status="positive" if score == "3+" else "negative",
    )


def _add_ct(record: Record, number: int, name: str, visit: int, on: str, *, progresses: bool) -> None:
    assessment = f"{name}-ct{visit}"
    is_last = visit == CTS_ON_TREATMENT
    response = "NON_CR_NON_PD" if number % 3 == 1 else "SD"
    record["imaging_assessments"].append(
        {
            "assessment_id": assessment,
            "patient_id": name,
            "assessment_date": on,
            "modality": "PET_CT" if number % 7 == 3 else "CT",
            "is_bone_window": "true",
            "is_evaluable": "true",
            "extraosseous_response": "PD" if is_last and progresses else response if visit else None,
            OWNER: name,
        }
    )
    lesions = [
        ("lytic", "spine", "osteolytic", "baseline" if visit == 0 else "stable"),
        ("mixed", "pelvis", "mixed", "baseline" if visit == 0 else "stable"),
        ("dense", SITES[number % 5], "osteoblastic", "baseline" if visit == 0 else "stable"),
    ]
    if number % 3 == 0 and visit >= 2:
        lesions.append(("fresh", "rib", "osteoblastic", "new" if visit == 2 else "stable"))
    for lesion, site, morphology, status in lesions:
        record["bone_lesions"].append(
            {
                "assessment_id": assessment,
                "lesion_id": f"{name}-{lesion}",
                "site": site,
                "morphology": morphology,
                "status": status,
                "lysis_change": None if visit == 0 else "none",
                "is_equivocal": "false",
                OWNER: name,
            }
        )


@dataclass(frozen=True)
class Course:
    """One patient's rows in a record, to plant a defect in; a row that is added becomes the patient's."""

    record: Record
    name: str

    def of(self, table: str) -> list[Row]:
        """List the patient's rows of a table, in their order."""
        return [row for row in self.record[table] if row[OWNER] == self.name]

    @property
    def person(self) -> Row:
        """Return the row of patients."""
        return self.of("patients")[0]

    def line(self, number: int = 1) -> Row:
        """Return a line of therapy."""
        return self.of("therapy_lines")[number - 1]

    def ct(self, visit: int) -> Row:
        """Return a CT; 0 is the baseline."""
        return self.of("imaging_assessments")[visit]

    def lesion(self, visit: int, which: str) -> Row:
        """Return a lesion on a CT: lytic, mixed, dense or fresh."""
        return next(
            row
            for row in self.of("bone_lesions")
            if (row["assessment_id"], row["lesion_id"])
            == (self.ct(visit)["assessment_id"], f"{self.name}-{which}")
        )

    def alp(self, visit: int, analyte: str = "ALP_TOTAL") -> Row:
        """Return an ALP result of a visit."""
        return [row for row in self.of("lab_results") if row["analyte"] == analyte][visit]

    def add(self, table: str, like: Row, **cells: str | None) -> Row:
        """Add a row that says what another says but for some cells."""
        row = {**like, **cells, OWNER: self.name}
        self.record[table].append(row)
        return row

    def moved(self, row: Row, column: str, days: int) -> str:
        """Write a row's day moved by so many days."""
        return day(dt.date.fromisoformat(str(row[column])), days)


def write_record(folder: Path, record: Mapping[str, list[Row]]) -> Path:
    """Write a delivery as csv."""
    folder.mkdir(parents=True)
    for table, rows in record.items():
        frame = pl.DataFrame([cells_of(row) for row in rows], infer_schema_length=None)
        lines = frame.write_csv().splitlines()
        for place, row in enumerate(rows, start=1):
            lines[place] = row.get(LINE) or lines[place]
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def cells_of(row: Row) -> Row:
    """Return what a row delivers, by its columns."""
    return {column: cell for column, cell in row.items() if column not in {OWNER, LINE}}

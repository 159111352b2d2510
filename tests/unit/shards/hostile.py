"""A landing that tries to come apart where it is cut: rows that belong together by what they mean alone.

Not here: judging it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from schemas.contract import delivered_columns
from schemas.tables import TABLES
from tests.gates.test_conservation import EVERYTHING_GOES, RECODE
from tests.gates.test_dirt_in_any_order import Lines, drawn
from tests.support.deliveries import write_texts

OURS = {"theirs-1": "P1", "P2": "P3"}
"""Of results and scans: how ids of patients are told, and what they mean; who is P2 there is P3 elsewhere."""
TOML = (
    EVERYTHING_GOES
    + RECODE
    + "".join(
        f"[recode.{table}.patient_id]\n" + "".join(f'"{one}" = "{ours}"\n' for one, ours in OURS.items())
        for table in ("lab_results", "imaging_assessments")
    )
    + '[recode.her2_tests.patient_id]\n"" = "P4"\n'
    + '[recode.bone_lesions.assessment_id]\n"scan 3" = "S3"\n'
)
SERIES = (("2024-01-02", "101"), ("2024-02-02", "102"), ("2024-03-02", "103"), ("2024-04-02", "104.5"))


def hostile_lines(rows: int, seed: int) -> Lines:
    """Draw dirt of every kind, and add what crosses from patient to patient."""
    made = drawn(rows, seed)
    _add(
        made,
        "patients",
        *({"patient_id": one} for one in ("p-0007", "P 7", "P7a", " P8 ", "P8", "\u00a0P9", "P-10", "p10")),
        *({"patient_id": "", "sex": "male"} for _ in range(2)),
        *({"patient_id": f"B{place}", "birth_date": "1950-01-01"} for place in range(40)),
    )
    _add(
        made,
        "imaging_assessments",
        # Claimed by two patients, by one in three spellings, by a patient and nobody, and by two nobodies.
        *({"assessment_id": "S1", "patient_id": one} for one in ("P5", "P6")),
        *({"assessment_id": "own 1", "patient_id": one} for one in ("theirs-1", "P1", " P1")),
        *({"assessment_id": " own 2", "patient_id": one} for one in ("P11", "NA")),
        *({"assessment_id": "own 3", "patient_id": "n/a"} for _ in range(2)),
        *({"assessment_id": f"B{place}", "patient_id": f"B{place}"} for place in range(40)),
        *({"assessment_id": "", "patient_id": one} for one in ("P12", "P12", "P13")),
    )
    _add(
        made,
        "bone_lesions",
        *({"assessment_id": one, "lesion_id": "shared"} for one in ("S1", "own 1", "own 2", "own 3", "S2")),
        *({"assessment_id": one, "lesion_id": "twice"} for one in ("scan 3", "S3", " S3 ")),
        *({"assessment_id": "nowhere", "lesion_id": "orphan"} for _ in range(2)),
        *({"assessment_id": "", "lesion_id": "lost"} for _ in range(3)),
        *(
            {"assessment_id": f"B{place}", "lesion_id": f"only {place} {number}"}
            for place in range(40)
            for number in range(8)
        ),
        *({"assessment_id": f"B{place}", "lesion_id": "of two"} for place in (1, 2)),
    )
    _add(
        made,
        "lab_results",
        *(
            {"patient_id": one, "specimen_date": day, "value": value}
            for one in ("B1", "B2", "B3")
            for day, value in SERIES
        ),
        *({"patient_id": one, "value": "77"} for one in ("", "theirs-1", "P2", "NULL", "NULL")),
    )
    return made


def _add(made: Lines, table: str, *rows: dict[str, str]) -> None:
    """Add rows of which only what is told differs from a sound row."""
    for told in rows:
        sound = {
            "sex": "female",
            "last_contact_date": "2024-06-01",
            "assessment_date": "2024-01-05",
            "modality": "CT",
            "site": "spine",
            "morphology": "osteoblastic",
            "status": "stable",
            "analyte": "ALP_TOTAL",
            "specimen_date": "2024-01-05",
            "unit": "U/L",
        }
        names = [column.name for column in delivered_columns(TABLES[table].contract)]
        made[table].append([{**sound, **told}.get(name, "") for name in names])


def write_hostile(
    landing: Path, rows: int = 700, seed: int = 5, beside: Mapping[str, pl.DataFrame] | None = None
) -> Path:
    """Write the landing, with sound rows `beside` the others; return the delivery's folder."""
    texts = {}
    for name, lines in hostile_lines(rows, seed).items():
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([one.name for one in delivered_columns(TABLES[name].contract)])
        writer.writerows(lines)
        if beside:
            out.write(beside[name].write_csv(include_header=False))
        texts[f"{name}.csv"] = out.getvalue()
    return write_texts(landing, texts, toml=TOML)

"""Tiny literal deliveries: six tables of three made-up patients, written as CSV into a landing.

Not here: generated registries (`bpp_etl/demo`).

Line 1 of each patient starts on 2024-01-01 in cycles of 21 days. A shows a new osteoblastic lesion on day 42
that two further CTs confirm, and progresses on day 168; B shows one on day 42 and progresses on day 84; C
shows none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

DAY = "2024-12-31"
TINY: Mapping[str, str] = {
    "patients": """\
patient_id,sex,last_contact_date
A,female,2024-12-01
B,female,2024-12-01
C,female,2024-12-01
""",
    "therapy_lines": """\
patient_id,line_number,regimen,start_date,end_date,cycle_length_days
A,1,made up,2024-01-01,2024-06-17,21
B,1,made up,2024-01-01,2024-03-25,21
C,1,made up,2024-01-01,,21
""",
    "imaging_assessments": """\
assessment_id,patient_id,assessment_date,modality,is_bone_window,extraosseous_response
A0,A,2023-12-20,CT,true,
A1,A,2024-02-12,CT,true,SD
A2,A,2024-03-25,CT,true,SD
A3,A,2024-05-06,CT,true,SD
A4,A,2024-06-17,CT,true,PD
B0,B,2023-12-20,CT,true,
B1,B,2024-02-12,CT,true,SD
B2,B,2024-03-25,CT,true,PD
C0,C,2023-12-20,CT,true,
C1,C,2024-02-12,CT,true,SD
""",
    "bone_lesions": """\
assessment_id,lesion_id,site,morphology,status,lysis_change,is_equivocal
A1,L1,spine,osteoblastic,new,none,false
B1,L1,rib,osteoblastic,new,none,false
""",
    "lab_results": """\
patient_id,analyte,specimen_date,value,unit,upper_limit_normal
A,ALP_TOTAL,2023-12-28,120,U/L,104
A,ALP_TOTAL,2024-02-12,90,U/L,104
A,ALP_TOTAL,2024-06-17,150,U/L,104
""",
    "her2_tests": """\
patient_id,test_date,specimen_site,ihc_score
A,2023-12-01,primary,0
""",
}


def write_texts(
    landing: Path, texts: Mapping[str, str], *, registry: str = "made", day: str = DAY, toml: str = ""
) -> Path:
    """Write a delivery's files by their names, and registry.toml where anything is said in it."""
    folder = landing / registry / day
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    if toml:
        (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return folder


def write_delivery_of(landing: Path, registry: str = "tiny", day: str = DAY, **changed: str | None) -> Path:
    """Write a delivery of the tiny tables; `changed` replaces a table's text, None leaves the table out."""
    tables = {**TINY, **changed}
    texts = {f"{table}.csv": text for table, text in tables.items() if text is not None}
    return write_texts(landing, texts, registry=registry, day=day)


def with_rows(table: str, *rows: str) -> str:
    """Return a tiny table with rows added at its end."""
    return TINY[table] + "".join(f"{row}\n" for row in rows)

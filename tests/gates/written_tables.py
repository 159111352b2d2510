"""One delivery in the words of several registries and databases: the same rows, written in other ways.

Not here: reading them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from schemas.contract import delivered_columns
from schemas.tables import TABLES
from tests.support.deliveries import TINY, with_rows

ROWS: Mapping[str, str] = {
    **TINY,
    "patients": """\
patient_id,sex,birth_date,metastatic_diagnosis_date,er_status,pr_status,last_contact_date,death_date
A,female,1960-02-29,2023-10-01,positive,unknown,2024-12-01,
B,female,,,,,2024-12-01,2024-12-01
C,male,1955-12-31,,negative,negative,2024-12-31,
""",
    "lab_results": with_rows(
        "lab_results", "A,ALP_TOTAL,2024-03-01,1234.5,U/L,104.25", "B,ALP_TOTAL,2024-03-01,1.14,ukat/L,"
    ),
    "her2_tests": """\
patient_id,test_date,specimen_site,ihc_score,ish_result,her2_cep17_ratio,her2_copy_number,reported_status
A,2023-12-01,primary,2+,,2.1,4.5,
B,2023-12-01,metastasis,0,negative,,,negative
""",
}
KINDS = {
    column.name: column.kind for table in TABLES.values() for column in delivered_columns(table.contract)
}
TYPED: Mapping[str, Callable[[str], Any]] = {
    "date": dt.date.fromisoformat,
    "boolean": lambda text: text == "true",
    "integer": int,
    "number": float,
}


def table_of(name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(ROWS[name])))


def value_of(text: str, column: str) -> Any:
    """Give a cell the type that a registry's database would have."""
    return TYPED.get(KINDS[column], str)(text) if text else None


def frame_of(name: str) -> pl.DataFrame:
    header, *rows = table_of(name)
    return pl.DataFrame(
        {c: [value_of(row[at], c) for row in rows] for at, c in enumerate(header)}, infer_schema_length=None
    )


def write_parquet_of_moments(folder: Path, zone: str | None = None) -> None:
    """Dates as timestamps at midnight, small integers, 32-bit categories: what other databases export."""
    for name in ROWS:
        frame = frame_of(name)
        moments = [column for column, kind in frame.schema.items() if kind == pl.Date]
        frame = frame.with_columns(
            pl.col(moments).cast(pl.Datetime("ns")),
            *(pl.col(c).cast(pl.Int8) for c in ("line_number", "cycle_length_days") if c in frame.columns),
            *(pl.col(c).cast(pl.Categorical) for c in ("sex", "modality") if c in frame.columns),
        )
        if zone is not None:
            frame = frame.with_columns(pl.col(moments).dt.replace_time_zone(zone))
        frame.write_parquet(folder / f"{name}.parquet")


def german(name: str, text: str) -> str:
    """Semicolons, decimal commas, day before month, and another name and code for a few things."""
    text = text.replace(",", ";")
    text = re.sub(r"(\d{4})-(\d{2})-(\d{2})", r"\3.\2.\1", text)
    if name in {"lab_results", "her2_tests"}:
        text = re.sub(r"(?<=;)(\d+)\.(\d+)(?=[;\n])", r"\1,\2", text)
    if name == "patients":
        text = text.replace("patient_id", "Fall").replace("female", "w").replace("male", "m")
    if name == "lab_results":
        text = text.replace("ALP_TOTAL", "AP")
    return text


GERMAN = """
delimiter = ";"
decimal = ","
date_format = "%d.%m.%Y"
[rename.patients]
Fall = "patient_id"
[recode.patients.sex]
w = "female"
m = "male"
[recode.lab_results.analyte]
AP = "ALP_TOTAL"
"""

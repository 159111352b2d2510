"""Core tables for tests: created from the contracts, filled from made-up patients.

Not here: the patients themselves (`patients.py`, `timeline.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import duckdb
import polars as pl

from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.ddl import create_table
from bpp_etl.warehouse.select import has_table
from schemas.contract import columns_of
from schemas.event import EVENT_TABLES
from schemas.tables import TABLES
from tests.support.patients import Patient

REGISTRY = "test_registry"
FILLERS: Mapping[str, object] = {
    "registry": REGISTRY,
    "flags": [],
    "sex": "female",
    "regimen": "made up",
    "unit": "U/L",
    "status": "stable",
    "site": "spine",
    "morphology": "osteoblastic",
    "modality": "CT",
    "analyte": "ALP_TOTAL",
    "specimen_site": "primary",
    "last_contact_date": date(2021, 1, 1),
}
"""What a test that does not care about a required column gets."""


DERIVED = (
    *(("event", table) for table in EVENT_TABLES),
    ("core", "assessment_cadence"),
)


def open_core() -> Connection:
    """Open a database in memory with the six empty core tables."""
    con = duckdb.connect(":memory:", config={"threads": 1})
    for table in TABLES.values():
        create_table(con, "core", table.name, table.contract)
    return con


def insert_rows(con: Connection, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows into a core table; what they leave out is null, or a filler where null is not allowed."""
    if not rows:
        return
    columns = [column.name for column in columns_of(TABLES[table].contract)]
    complete = [
        {
            name: row.get(name) if row.get(name) is not None or name in row else FILLERS.get(name)
            for name in columns
        }
        | {"row_number": place}
        for place, row in enumerate(rows, start=1)
    ]
    types = {column.name: _TYPES[column.dtype] for column in columns_of(TABLES[table].contract)}
    frame = pl.DataFrame(complete, schema=types)
    con.register("inserted", frame)
    con.execute(f"insert into core.{table} by name select * from inserted")
    con.unregister("inserted")


def insert_patients(con: Connection, patients: Iterable[Patient]) -> None:
    """Insert everything about made-up patients."""
    tables = rows_of(patients)
    for table, rows in tables.items():
        insert_rows(con, table, rows)


def clear(con: Connection) -> None:
    """Empty the core tables and whatever was derived from them."""
    for table in TABLES:
        con.execute(f"delete from core.{table}")
    for schema, table in DERIVED:
        if has_table(con, schema, table):
            con.execute(f"delete from {schema}.{table}")


def rows_of(patients: Iterable[Patient]) -> dict[str, list[dict[str, object]]]:
    """Lay made-up patients out as rows of the core tables."""
    tables: dict[str, list[dict[str, object]]] = {name: [] for name in TABLES}
    for patient in patients:
        key = patient.patient_id
        tables["patients"].append(
            {"patient_id": key, "last_contact_date": patient.last_contact, "death_date": patient.death}
        )
        for line in patient.lines:
            tables["therapy_lines"].append(
                {
                    "patient_id": key,
                    "line_number": line.number,
                    "start_date": line.start,
                    "end_date": line.end,
                    "cycle_length_days": line.cycle_days,
                }
            )
        for scan in patient.scans:
            tables["imaging_assessments"].append(
                {
                    "patient_id": key,
                    "assessment_id": scan.assessment_id,
                    "assessment_date": scan.day,
                    "modality": scan.modality,
                    "is_bone_window": scan.is_bone_window,
                    "is_evaluable": scan.is_evaluable,
                    "extraosseous_response": scan.response,
                }
            )
            tables["bone_lesions"].extend(
                {
                    "assessment_id": scan.assessment_id,
                    "lesion_id": lesion.lesion_id,
                    "site": lesion.site,
                    "morphology": lesion.morphology,
                    "status": lesion.status,
                    "lysis_change": lesion.lysis_change,
                    "is_equivocal": lesion.is_equivocal,
                }
                for lesion in scan.lesions
            )
        tables["lab_results"].extend(
            {
                "patient_id": key,
                "analyte": lab.analyte,
                "specimen_date": lab.day,
                "value": lab.value,
                "unit": "U/L" if lab.analyte == "ALP_TOTAL" else "ug/L",
                "laboratory": lab.laboratory,
            }
            for lab in patient.labs
        )
        tables["her2_tests"].extend(
            {
                "patient_id": key,
                "test_date": test.day,
                "specimen_site": test.site,
                "her2_status": test.status,
            }
            for test in patient.her2
        )
    return tables


_TYPES: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "String": pl.String,
    "Int64": pl.Int64,
    "Int32": pl.Int32,
    "Float64": pl.Float64,
    "Boolean": pl.Boolean,
    "Date": pl.Date,
    "List(String)": pl.List(pl.String),
}

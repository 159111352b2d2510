"""Core tables for tests: created from the contracts, filled from made-up patients.

Not here: the patients themselves (`patients.py`, `timeline.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.ddl import create_table
from bpp_etl.warehouse.select import has_table
from schemas.event import EVENT_TABLES
from schemas.tables import TABLES
from tests.support.patients import Her2Test, Lab, Lesion, Line, Patient, Scan
from tests.support.relations import insert_rows

DERIVED = (*(("event", table) for table in EVENT_TABLES), ("core", "assessment_cadence"))
NAMES: Mapping[type, Mapping[str, str]] = {
    Line: {
        "number": "line_number",
        "start": "start_date",
        "end": "end_date",
        "cycle_days": "cycle_length_days",
    },
    Scan: {"day": "assessment_date", "response": "extraosseous_response"},
    Lab: {"day": "specimen_date"},
    Her2Test: {"day": "test_date", "site": "specimen_site", "status": "her2_status"},
    Lesion: {},
}
"""The columns whose names are longer than those that descriptions of patients use."""


def open_core() -> Connection:
    """Open a database in memory with the six empty core tables."""
    con = duckdb.connect(":memory:", config={"threads": 1})
    for table in TABLES.values():
        create_table(con, "core", table.name, table.contract)
    return con


def insert_patients(con: Connection, patients: Iterable[Patient]) -> None:
    """Insert everything about made-up patients."""
    for table, rows in rows_of(patients).items():
        insert_rows(con, f"core.{table}", rows)


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
        key = {"patient_id": patient.patient_id}
        tables["patients"].append(
            key | {"last_contact_date": patient.last_contact, "death_date": patient.death}
        )
        # Each line has a regimen of its own, unless a test says otherwise.
        tables["therapy_lines"] += [
            key | _row(line) | {"regimen": line.regimen or f"regimen {line.number}"} for line in patient.lines
        ]
        for scan in patient.scans:
            row = _row(scan)
            del row["lesions"]
            tables["imaging_assessments"].append(key | row)
            tables["bone_lesions"] += [
                {"assessment_id": scan.assessment_id} | _row(lesion) for lesion in scan.lesions
            ]
        tables["lab_results"] += [
            key | _row(lab) | {"unit": "U/L" if lab.analyte == "ALP_TOTAL" else "ug/L"}
            for lab in patient.labs
        ]
        tables["her2_tests"] += [key | _row(test) for test in patient.her2]
    return tables


def _row(part: Line | Scan | Lab | Her2Test | Lesion) -> dict[str, object]:
    names = NAMES[type(part)]
    return {names.get(name, name): value for name, value in vars(part).items()}

"""Release files for tests of the report: every published relation, with rows written by hand.

Not here: how a release is built and measured.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from bpp_etl.events import SHIPPED, Protocol, load_protocol
from bpp_etl.release.protocols import write_protocols
from bpp_etl.warehouse.connection import Connection, opened
from bpp_etl.warehouse.ddl import create_table
from schemas.catalog import relations
from schemas.contract import columns_of
from tests.support.report_metrics import (
    alp_changes,
    alp_groups,
    baseline,
    cadence,
    concordance,
    course_groups,
    curves,
    estimates,
    flows,
    paper_comparison,
    questions,
    sites,
)
from tests.support.report_rows import (
    PROTOCOL,
    column,
    delivery,
    estimate,
    flow,
    history,
    judgement,
    release_row,
)

PATIENT_IDS = ("ZQ-PATIENT-1", "ZQ-PATIENT-2")
ASSESSMENT_ID, LESION_ID = "ZQ-SCAN-1", "ZQ-LESION-1"
ALP_VALUE = 98765.4
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
"""What a registry might put into a name of a column or a message."""

Rows = Sequence[Mapping[str, object]]
_TYPES: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "String": pl.String,
    "Int64": pl.Int64,
    "Int32": pl.Int32,
    "Float64": pl.Float64,
    "Boolean": pl.Boolean,
    "Date": pl.Date,
    "List(String)": pl.List(pl.String),
}
_FILLERS: Mapping[str, object] = {
    "warnings": [],
    "is_suppressed": False,
    "flags": [],
    "protocol": PROTOCOL,
    "delivery_status": "admitted",
}


def write_release(path: Path, tables: Mapping[str, Rows]) -> Path:
    """Write a release file with every published relation; what is not given is empty."""
    with opened(path) as con:
        for schema, table, contract in relations():
            create_table(con, schema, table, contract)
        for name, rows in tables.items():
            _insert(con, name, rows)
        told = [str(one) for row in tables.get("meta.release", ()) for one in row["protocols"]]  # type: ignore[attr-defined]
        if told:
            write_protocols(con, [_protocol(*one.rsplit(":", 1)) for one in told])
    return path


def _protocol(name: str, digest: str) -> Protocol:
    """Return a protocol that comes with the software, or one of somebody's own."""
    known = name if name in SHIPPED else PROTOCOL
    return replace(load_protocol(known), name=name, digest=digest)


def _insert(con: Connection, name: str, rows: Rows) -> None:
    schema, table = name.split(".")
    contract = next(found for at, called, found in relations() if (at, called) == (schema, table))
    columns = columns_of(contract)
    complete = [
        {column.name: row.get(column.name, _FILLERS.get(column.name)) for column in columns} for row in rows
    ]
    types = {column.name: _TYPES.get(column.dtype, pl.Datetime("us")) for column in columns}
    con.register("inserted", pl.DataFrame(complete, schema=types))
    con.execute(f'insert into "{schema}"."{table}" by name select * from inserted')
    con.unregister("inserted")


def full_release(path: Path) -> Path:
    """Write a release in which every part of the report has something to show."""
    tables: dict[str, list[dict[str, object]]] = {
        "meta.release": [release_row()],
        "metric.estimate": estimates(),
        "metric.survival_curve": curves(),
        "metric.flow": flows(),
        "metric.baseline": baseline(),
        "metric.lesion_site": sites(),
        "metric.alp_change": alp_changes(),
        "metric.concordance": concordance(),
        "metric.cadence": cadence(),
        "metric.open_question": questions(),
        "metric.course_group": course_groups(),
        "metric.alp_group": alp_groups(),
        "metric.paper_comparison": paper_comparison(),
        "quality.delivery": [
            delivery("north"),
            delivery(
                "south", is_shut=True, messages=[f"lab_results is refused {HOSTILE}"], why=["lab_results.x"]
            ),
        ],
        "quality.extra_column": [
            column("north", "scanner", is_identifier=False),
            column("north", HOSTILE, is_identifier=False),
            column("north", "patient_name", is_identifier=True),
        ],
        "quality.history": [
            {"release_id": release} | history(registry, status)
            for release in ("20240305T140700Z-0a1b2c3d", "20240105T140700Z-9f9f9f9f")
            for registry, status in (("north", "admitted"), ("south", "shut"))
        ],
        "quality.rule_result": [],
        "quality.table_count": [],
        **people(),
    }
    broken = {
        ("patients", "date_invalid"): 12,
        ("bone_lesions", "code_unknown"): 7,
        ("lab_results", "unit_suspect"): 6,
    }
    for told in (
        judgement("north", broken=broken, absent=("her2_tests",)),
        judgement("south", broken={("lab_results", "refused_share_exceeded"): 60}, is_shut=True),
    ):
        for name, rows in told.items():
            tables[name] += rows
    return write_release(path, tables)


def empty_release(path: Path, **lesion: str) -> Path:
    """Write a release of one registry in which nobody has an event; `lesion` is its one lesion, if any."""
    tables: dict[str, Rows] = {
        "meta.release": [release_row()],
        "metric.flow": flow({"admitted": 60, "no_new_osteoblastic_lesion": 60}),
        "metric.estimate": [
            estimate("pseudoprogression_share", None, "share", patients=0, events=0, warnings=["no_patients"])
        ],
        "quality.delivery": [delivery("north")],
        "core.patients": people()["core.patients"],
        **judgement("north"),
    }
    if lesion:
        row = {"registry": "north", "assessment_id": ASSESSMENT_ID, "lesion_id": LESION_ID, "row_number": 1}
        tables["core.bone_lesions"] = [row | {"status": "new"} | lesion]
    return write_release(path, tables)


def people() -> dict[str, list[dict[str, object]]]:
    """Write patients whose ids, if they were on the page, a test would find."""
    day = dt.date(2023, 1, 1)
    patients = [
        {
            "registry": "north",
            "patient_id": name,
            "sex": "female",
            "last_contact_date": day,
            "row_number": place,
        }
        for place, name in enumerate(PATIENT_IDS)
    ]
    lab = {"registry": "north", "patient_id": PATIENT_IDS[0], "analyte": "ALP_TOTAL", "specimen_date": day}
    result = {
        "value": ALP_VALUE,
        "unit": "U/L",
        "raw_value": str(ALP_VALUE),
        "raw_unit": "IU/L",
        "unit_factor": 1.0,
    }
    lesion = {"registry": "north", "assessment_id": ASSESSMENT_ID, "lesion_id": LESION_ID, "status": "new"}
    kind = {"site": "spine", "morphology": "osteoblastic", "row_number": 1}
    flows = [
        {"registry": "north", "patient_id": name, "left_at": "candidate", "state": "pseudoprogression"}
        for name in PATIENT_IDS
    ]
    return {
        "core.patients": patients,
        "core.lab_results": [lab | result | {"row_number": 1}],
        "core.bone_lesions": [lesion | kind],
        "event.patient_flow": flows,
    }

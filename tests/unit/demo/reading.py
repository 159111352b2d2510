"""Reading a synthetic registry back, for tests: typed tables without the planted rows, and patients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from bpp_etl.demo import SyntheticRegistry
from schemas.codes import ANALYTE_LOINC
from schemas.contract import Column, delivered_columns
from schemas.tables import TABLES
from schemas.units import alp_units, fold_unit
from tests.support.patients import Her2Test, Lab, Lesion, Line, Patient, Scan

DELIVERY_DATE = date(2026, 6, 30)
TYPES = {"date": pl.Date, "number": pl.Float64, "integer": pl.Int32, "boolean": pl.Boolean}
FACTORS = {unit.folded_unit: unit.factor for unit in alp_units() if unit.analyte == "ALP_TOTAL"}


def admissible(registry: SyntheticRegistry) -> dict[str, pl.DataFrame]:
    """Drops the planted rows and types the rest; a required cell that cannot be read is an error."""
    tables = {}
    for name, frame in registry.tables.items():
        planted = registry.planted.filter(pl.col("table") == name)["row_number"]
        kept = frame.with_row_index("row_number", offset=1).filter(
            ~pl.col("row_number").is_in(planted.implode())
        )
        columns = delivered_columns(TABLES[name].contract)
        tables[name] = kept.select(_typed(kept, column) for column in columns)
    return tables


def _typed(frame: pl.DataFrame, column: Column) -> pl.Expr:
    name, kind = column.name, column.kind
    if frame.schema[name] != pl.String or kind not in TYPES:
        return pl.col(name)
    if kind == "date":
        return pl.col(name).str.to_date("%Y-%m-%d")
    if kind == "boolean":
        return pl.col(name).replace_strict({"true": True, "false": False}, return_dtype=pl.Boolean)
    number = pl.col(name).cast(TYPES[kind], strict=column.unreadable is None)
    return number if column.codes_from is None else pl.when(number < column.codes_from).then(number)


def patients_of(tables: dict[str, pl.DataFrame]) -> Iterator[Patient]:
    """Describes each patient in the words of the naive reference."""
    lesions = _grouped(tables["bone_lesions"], "assessment_id")
    scans = _grouped(tables["imaging_assessments"], "patient_id")
    lines = _grouped(tables["therapy_lines"], "patient_id")
    labs = _grouped(tables["lab_results"], "patient_id")
    tests = _grouped(tables["her2_tests"], "patient_id")
    for row in tables["patients"].iter_rows(named=True):
        key = row["patient_id"]
        yield Patient(
            patient_id=key,
            last_contact=row["last_contact_date"],
            death=row["death_date"],
            lines=tuple(
                Line(one["line_number"], one["start_date"], one["end_date"], one["cycle_length_days"])
                for one in lines[key]
            ),
            scans=tuple(_scan(one, lesions[one["assessment_id"]]) for one in scans[key]),
            labs=tuple(
                Lab(one["specimen_date"], _activity(one), laboratory=one["laboratory"])
                for one in labs[key]
                if ANALYTE_LOINC.get(one["analyte"], one["analyte"]) == "ALP_TOTAL"
            ),
            her2=tuple(Her2Test(one["test_date"], one["specimen_site"], _status(one)) for one in tests[key]),
        )


def _grouped(frame: pl.DataFrame, key: str) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in frame.iter_rows(named=True):
        groups[row[key]].append(row)
    return groups


def _scan(row: dict[str, Any], lesions: list[dict[str, Any]]) -> Scan:
    return Scan(
        assessment_id=row["assessment_id"],
        day=row["assessment_date"],
        modality=row["modality"],
        is_bone_window=row["is_bone_window"],
        is_evaluable=row["is_evaluable"],
        response=row["extraosseous_response"],
        lesions=tuple(
            Lesion(
                one["lesion_id"],
                one["morphology"],
                one["status"],
                one["site"],
                one["lysis_change"],
                one["is_equivocal"],
            )
            for one in lesions
        ),
    )


def _activity(row: dict[str, Any]) -> float:
    factor = FACTORS[fold_unit(row["unit"])]
    return float(row["value"]) * float(row["upper_limit_normal"] if factor is None else factor)


def _status(row: dict[str, Any]) -> str:
    """Reads the only findings the generator makes."""
    if row["ihc_score"] == "2+":
        return row["ish_result"] or "indeterminate"
    return "positive" if row["ihc_score"] == "3+" else "negative"

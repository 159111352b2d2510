"""Runs the harmonising SQL over a handful of rows, as the tests write them.

Not here: assertions.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from bpp_etl.gate.select_rules import breaking, stood_on
from bpp_etl.harmonise.units import register_units
from bpp_etl.harmonise.upper_limits import register_limits
from bpp_etl.landing.deliveries import Delivery
from schemas.laws import SelectLaw
from schemas.rules import rule_of
from schemas.stated import NOTHING_STATED

DAY = dt.date(2024, 3, 1)

PARSED_LAB: dict[str, Any] = {
    "row_number": pl.Int64,
    "registry": pl.String,
    "patient_id": pl.String,
    "analyte": pl.String,
    "specimen_date": pl.Date,
    "value": pl.Float64,
    "value_text": pl.String,
    "unit_text": pl.String,
    "upper_limit_normal": pl.Float64,
    "laboratory": pl.String,
    "problems": pl.List(pl.String),
}
PARSED_HER2: dict[str, Any] = {
    "row_number": pl.Int64,
    "registry": pl.String,
    "patient_id": pl.String,
    "test_date": pl.Date,
    "specimen_site": pl.String,
    "ihc_score": pl.String,
    "ish_result": pl.String,
    "her2_cep17_ratio": pl.Float64,
    "her2_copy_number": pl.Float64,
    "reported_status": pl.String,
    "problems": pl.List(pl.String),
}


def read_query(name: str) -> str:
    """Return the text of one harmonising query."""
    return files("bpp_etl.harmonise").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def as_frame(
    rows: Iterable[Mapping[str, Any]], schema: dict[str, Any], defaults: Mapping[str, Any]
) -> pl.DataFrame:
    """Number the rows and fill what a test leaves out."""
    filled = [{"row_number": number, **defaults, **row} for number, row in enumerate(rows, start=1)]
    return pl.DataFrame(
        {name: [row.get(name) for row in filled] for name in schema}, schema=schema, strict=True
    )


def harmonise_lab(*rows: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Harmonise laboratory results; the rows come back in their order."""
    defaults = {
        "registry": "north",
        "patient_id": "P1",
        "analyte": "ALP_TOTAL",
        "specimen_date": DAY,
        "value": 100.0,
        "value_text": "100",
        "unit_text": "U/L",
    }
    return _run("lab_results", "parsed_lab_results", as_frame(rows, PARSED_LAB, defaults))


def harmonise_her2(*rows: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Harmonise HER2 tests; the rows come back in their order."""
    defaults = {"registry": "north", "patient_id": "P1", "test_date": DAY, "specimen_site": "metastasis"}
    return _run("her2_tests", "parsed_her2_tests", as_frame(rows, PARSED_HER2, defaults))


def suspect_rows(*rows: Mapping[str, Any]) -> list[int]:
    """Return the row numbers that deserve `unit_suspect` among admitted results."""
    schema = {name: PARSED_LAB[name] for name in ("row_number", "registry", "patient_id", "analyte", "value")}
    defaults = {"registry": "north", "patient_id": "P1", "analyte": "ALP_TOTAL"}
    admitted = as_frame(rows, schema, defaults)
    with duckdb.connect() as con:
        con.register("admitted", admitted)
        con.execute("create schema core")
        con.execute("create table core.lab_results as from admitted")
        law = rule_of("lab_results", "unit_suspect").law
        assert isinstance(law, SelectLaw)
        delivery = Delivery("north", "2024-12-31", DAY, 0, Path())
        with stood_on(con, [law], delivery, NOTHING_STATED):
            return sorted(breaking(con, law, delivery, NOTHING_STATED).to_list())


def _run(query: str, relation: str, frame: pl.DataFrame) -> list[dict[str, Any]]:
    with duckdb.connect() as con:
        con.register("parsed_frame", frame)
        con.execute(f"create table {relation} as from parsed_frame")
        if relation == "parsed_lab_results":
            register_units(con)
            register_limits(con)
        cursor = con.execute(read_query(query))
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return sorted(rows, key=lambda row: int(row["row_number"]))

"""A synthetic cohort as exports of the kit's own REDCap project: the rows and events of the canonical one.

Not here: projects of a registry's own (`tests/unit/adapters`).
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.demo import CLEAN, generate_registry
from bpp_etl.warehouse.connection import opened_read_only, quoted
from schemas.catalog import catalog
from schemas.contract import columns_of
from schemas.tables import TABLES
from tests.conftest import MadeOnce
from tests.support.redcap import Rows, numbered, write_export
from tests.support.warehouses import admit

DAY = dt.date(2026, 6, 30)
PATIENTS, SEED = 40, 15
STYLES: Mapping[str, dict[str, Any]] = {
    "flat": {"style": "flat"},
    "flat-labels": {"style": "flat", "labels": True},
    "eav": {"style": "eav"},
    "eav-labels": {"style": "eav", "labels": True},
}
OF_THE_DELIVERY = {"registry", "row_number"}
"""Columns that tell where a row was read."""


def cohort() -> Rows:
    """Draw a cohort, and name its examinations as the adapter does."""
    drawn = generate_registry(PATIENTS, SEED, CLEAN, DAY)
    return numbered(
        {
            name: [
                {
                    column: ""
                    if value is None
                    else f"{value}".lower()
                    if isinstance(value, bool)
                    else f"{value}"
                    for column, value in row.items()
                }
                for row in frame.iter_rows(named=True)
            ]
            for name, frame in drawn.tables.items()
        }
    )


def write_canonical(folder: Path, tables: Rows) -> None:
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def admit_cohort(home: Path) -> None:
    """Admit the cohort as it is, and as each export: apart, for they are one another's patients."""
    tables = cohort()
    write_canonical(home / "landing" / "canonical" / f"{DAY}", tables)
    for name, style in STYLES.items():
        write_export(home / "landing" / name / f"{DAY}", tables, **style)
        (home / "landing" / name / "registry.toml").write_text('format = "redcap"\n', encoding="utf-8")
    for name in ("canonical", *STYLES):
        decision = admit(home / "landing", home / name, name)
        assert decision.is_open, decision.causes


@pytest.fixture(scope="module")
def house(made_once: MadeOnce) -> Path:
    return made_once("redcap-kit", admit_cohort)[0]


def rows_of(home: Path, registry: str, schema: str, table: str) -> list[str]:
    """Return the rows of a table but for where they were read, in an order of their own."""
    columns = [
        column.name
        for column in columns_of(catalog()[schema][table])
        if column.name not in OF_THE_DELIVERY and not column.name.endswith("row_numbers")
    ]
    with opened_read_only(WorkingFiles.of(home / registry, registry).admitted) as con:
        found = con.execute(
            f"select {', '.join(map(quoted, columns))} from {schema}.{quoted(table)}"
        ).fetchall()
    return sorted(map(repr, found))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("style", STYLES)
def test_the_same_rows_are_admitted(house: Path, style: str, table: str) -> None:
    delivered = rows_of(house, "canonical", "core", table)
    assert delivered
    assert rows_of(house, style, "core", table) == delivered


@pytest.mark.parametrize("table", ["pseudoprogression", "patient_flow", "open_question"])
@pytest.mark.parametrize("style", STYLES)
def test_the_same_events_are_derived(house: Path, style: str, table: str) -> None:
    delivered = rows_of(house, "canonical", "event", table)
    assert delivered
    assert rows_of(house, style, "event", table) == delivered


@pytest.mark.parametrize("style", STYLES)
def test_no_row_is_refused_and_no_column_of_the_export_is_left_out(house: Path, style: str) -> None:
    with opened_read_only(WorkingFiles.of(house / style, style).admitted) as con:
        for table in TABLES:
            assert con.execute(f"select count(*) from quarantine.{quoted(table)}").fetchall() == [(0,)]
        left = con.execute('select "column" from quality.extra_column where "table" = $t', {"t": "data"})
        # A long export tells the record id among the fields too.
        assert {name for (name,) in left.fetchall()} <= {"record_id"}

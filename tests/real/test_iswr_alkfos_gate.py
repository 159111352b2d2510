"""Serial ALP of 43 real patients (ISwR alkfos) without a unit: refused until the registry states one.

Not here: any single result. The study counts months: month 0 is 1 January 1990 here, for everybody.
"""

import datetime as dt
import statistics
from pathlib import Path

import polars as pl
import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.warehouse.connection import opened_read_only
from tests.real.pipeline import (
    REGISTRY,
    SHARED,
    admit,
    admitted_rows,
    deliver,
    refusals,
    rows_where_they_went,
    with_required_tables,
)

LONG = SHARED / "iswr_alkfos" / "alkfos_long.csv"
MONTH_0 = dt.date(1990, 1, 1)
MONTH_3 = dt.date(1990, 4, 1)
DAY = "1994-06-01"
STATED = '[constants.lab_results]\nunit = "U/L"\n'
TAMOXIFEN = "2"
MISSED_VISITS = 12

pytestmark = pytest.mark.skipif(
    not LONG.exists(), reason="the alkfos data of ISwR are not beside this checkout (../shared/data)"
)


def study() -> pl.DataFrame:
    return pl.read_csv(LONG, infer_schema=False)


def study_tables() -> dict[str, pl.DataFrame]:
    month = pl.format("{}mo", pl.col("month"))
    results = study().select(
        "patient_id",
        analyte=pl.lit("ALP_TOTAL"),
        specimen_date=pl.lit(MONTH_0).dt.offset_by(month),
        value="alp",
    )
    patients = results.select("patient_id", sex=pl.lit("female"), last_contact_date=pl.lit(DAY)).unique()
    return with_required_tables(DAY, patients, lab_results=results)


@pytest.mark.parametrize("stated", ["", STATED], ids=["nothing stated", "a constant stated"])
def test_results_in_an_empty_unit_column_are_all_refused(tmp_path: Path, stated: str) -> None:
    """A constant speaks for a column that the export lacks, never for cells that it left empty."""
    tables = study_tables()
    tables["lab_results"] = tables["lab_results"].with_columns(unit=pl.lit(""))
    decision = admit(tmp_path, deliver(tmp_path, tables, day=DAY, configuration=stated))
    assert not decision.is_open
    assert {(reason.table, reason.rule) for reason in decision.causes} == {
        ("lab_results", "refused_share_exceeded")
    }
    assert refusals(decision) == {
        ("lab_results", "unit_missing"): 301,
        ("lab_results", "required_value_missing"): MISSED_VISITS,
    }


def test_without_a_unit_column_the_gate_is_shut(tmp_path: Path) -> None:
    decision = admit(tmp_path, deliver(tmp_path, study_tables(), day=DAY))
    assert not decision.is_open
    assert {(reason.table, reason.rule) for reason in decision.causes} == {("lab_results", "column_missing")}


def test_with_a_stated_unit_every_result_is_admitted_and_alp_falls_by_36_under_tamoxifen(
    tmp_path: Path,
) -> None:
    decision = admit(tmp_path, deliver(tmp_path, study_tables(), day=DAY, configuration=STATED))
    assert decision.is_open
    assert rows_where_they_went(decision)["lab_results"] == (301, 289, MISSED_VISITS, 0)
    assert refusals(decision) == {("lab_results", "required_value_missing"): MISSED_VISITS}
    units = admitted_rows(tmp_path, "select raw_unit, unit, unit_factor, flags from core.lab_results")
    assert units == {("U/L", "U/L", 1.0, ("constant_declared",)): 289}
    treated = study().filter(grp=TAMOXIFEN)["patient_id"].unique().to_list()
    with opened_read_only(WorkingFiles.of(tmp_path, REGISTRY).admitted) as con:
        changes = con.execute(
            """
            select later.value - before.value
            from core.lab_results as before
            join core.lab_results as later using (registry, patient_id)
            where before.specimen_date = $month_0 and later.specimen_date = $month_3
                and list_contains($treated, patient_id)
            """,
            {"month_0": MONTH_0, "month_3": MONTH_3, "treated": treated},
        ).fetchall()
    assert len(changes) == 20
    assert statistics.median(change for (change,) in changes) == -36

"""Sound monthly deliveries of small and large registries are told by no rule of what is new, and defects are.

Not here: the limits of these rules (`test_new_rows_differ.py`, `test_days_of_tables.py`).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bpp_etl.gate.decision import GateDecision
from tests.gates.series import Series, Staff, Tables

JUDGING = {"new_rows_differ", "contacts_go_back", "records_stop", "day_read_as_month"}


def told(decision: GateDecision) -> set[tuple[str, str]]:
    assert decision.is_open
    return {(one.table, one.rule) for one in decision.warnings if one.rule in JUDGING}


@pytest.mark.parametrize(
    ("patients", "seed", "staff"),
    [
        (8, 1, Staff()),
        (60, 2, Staff(responses=20, lesions=60)),
        (200, 3, Staff(responses=45, receptors=40)),
    ],
)
def test_a_sound_series_is_told_by_none_of_them(
    tmp_path: Path, patients: int, seed: int, staff: Staff
) -> None:
    series = Series(tmp_path, patients, seed, staff=staff)
    for day in series.days:
        assert told(series.delivered(day, series.known_on(day))) == set()


def of_new(before: pl.DataFrame, now: pl.DataFrame, key: str, **cells: pl.Expr) -> pl.DataFrame:
    is_new = ~pl.col(key).is_in(before[key].to_list())
    return now.with_columns(
        pl.when(is_new).then(cell).otherwise(pl.col(name)).alias(name) for name, cell in cells.items()
    )


def with_defects(before: Tables, now: Tables) -> Tables:
    """Record new CTs as x-rays without a response, new lesions as equivocal and unread, new ALP in ukat/L."""
    known = (
        before["lab_results"].select("patient_id", "specimen_date").with_columns(is_known=pl.lit(value=True))
    )
    labs = now["lab_results"].join(known, on=["patient_id", "specimen_date"], how="left")
    return {
        **now,
        "imaging_assessments": of_new(
            before["imaging_assessments"],
            now["imaging_assessments"],
            "assessment_id",
            modality=pl.lit("XRAY"),
            extraosseous_response=pl.lit(None),
        ),
        "bone_lesions": of_new(
            before["bone_lesions"],
            now["bone_lesions"],
            "assessment_id",
            is_equivocal=pl.lit(value=True),
            status=pl.lit("baseline"),
            lysis_change=pl.lit(None),
        ),
        "lab_results": labs.with_columns(
            pl.when("is_known").then(pl.col("value")).otherwise(pl.col("value") / 60)
        ).drop("is_known"),
    }


def test_what_is_wrong_with_all_new_rows_of_a_growing_registry_is_told_by_column(tmp_path: Path) -> None:
    series = Series(tmp_path, 160, 5, months=2)
    first, second = series.days
    before = series.known_on(first)
    assert told(series.delivered(first, before)) == set()
    decision = series.delivered(second, with_defects(before, series.known_on(second)))
    differing = {one.table: one.columns for one in decision.rules if one.rule == "new_rows_differ"}
    assert differing["imaging_assessments"] == ("modality", "extraosseous_response")
    assert differing["bone_lesions"] == ("status", "lysis_change", "is_equivocal")
    assert differing["lab_results"] == ("value",)

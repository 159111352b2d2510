"""The demonstration exported: what analysts read from it is what the release tells.

Not here: made patients of every kind, and the folder (tests/unit/export).
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import duckdb
import pyreadstat
import pytest
from lifelines import KaplanMeierFitter

from bpp_etl.export import Exported, export_release
from bpp_etl.export.formats import FORMATS
from bpp_etl.export.make import SYNTHETIC
from tests.unit.export.cbioportal_rules import broken

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
METRICS = {
    "TTBPP": "time_to_pseudoprogression",
    "TBPPPD": "pseudoprogression_to_progression",
    "PFS": "progression_free_survival",
    "OS": "overall_survival",
}


@pytest.fixture(scope="module")
def made(demo, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exported]:
    warehouse, out = demo[0] / "warehouse", tmp_path_factory.mktemp("out")
    return {form: export_release(warehouse, out / form, form, now=NOW) for form in FORMATS}


def adam(made: dict[str, Exported], name: str):
    frame, _ = pyreadstat.read_xport(str(made["adam"].folder / f"{name}.xpt"))
    return frame


@pytest.mark.parametrize("parameter", METRICS)
def test_a_median_of_the_transport_file_is_that_of_the_release(
    parameter: str, made: dict[str, Exported], release: duckdb.DuckDBPyConnection
) -> None:
    ((median, patients, events),) = release.execute(
        "select estimate, patients, events from metric.estimate"
        " where protocol = 'xu2025' and stratum = 'all' and metric = $metric",
        {"metric": METRICS[parameter]},
    ).fetchall()
    times = adam(made, "adtte").query(f"PARAMCD == '{parameter}'")
    curve = KaplanMeierFitter().fit(times["AVAL"], times["CNSR"] == 0)
    assert (len(times), int((times["CNSR"] == 0).sum())) == (patients, events)
    assert curve.median_survival_time_ == median


def test_every_patient_is_there_with_an_age_of_whole_years(
    made: dict[str, Exported], release: duckdb.DuckDBPyConnection
) -> None:
    told = adam(made, "adsl").set_index("USUBJID")["AGE"]
    known = release.execute(
        "select patients.registry || '/' || patients.patient_id,"
        " floor((line.therapy_start_date - patients.birth_date + 0.5) / 365.25)"
        " from core.patients as patients left join event.first_line as line"
        " on line.registry = patients.registry and line.patient_id = patients.patient_id"
    ).fetchall()
    assert told.index.size == len(known)
    # Counted in mean years, a birthday may be missed by a day.
    for subject, years in known:
        assert told[subject] != told[subject] if years is None else abs(told[subject] - years) <= 1
    differ = sum(years is not None and told[subject] != years for subject, years in known)
    assert differ < 5


def test_each_table_of_the_release_is_whole_in_parquet(
    made: dict[str, Exported], release: duckdb.DuckDBPyConnection
) -> None:
    folder: Path = made["parquet"].folder
    for schema, table, rows in release.execute('select schema, "table", rows from meta."table"').fetchall():
        if schema != "quarantine":
            file = folder / schema / f"{table}.parquet"
            assert release.execute(f"select count(*) from '{file}'").fetchall() == [(rows,)], table


def test_the_study_breaks_no_rule(made: dict[str, Exported]) -> None:
    assert broken(made["cbioportal"].folder) == {}


def test_every_call_is_an_episode(made: dict[str, Exported], release: duckdb.DuckDBPyConnection) -> None:
    told = release.execute(
        "select registry, count(*) from event.pseudoprogression"
        " where state = 'pseudoprogression' group by registry"
    ).fetchall()
    assert told
    for registry, calls in told:
        with (made["omop"].folder / registry / "EPISODE.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert sum(row["episode_source_value"] == "bpp:pseudoprogression:xu2025" for row in rows) == calls


def test_every_format_says_that_its_patients_are_made_up(made: dict[str, Exported]) -> None:
    for one in made.values():
        told = json.loads((one.folder / "export.json").read_text(encoding="utf-8"))
        assert told["is_synthetic"] is True
        assert one.notes[0] == told["notes"][0] == SYNTHETIC
    assert set(adam(made, "adtte")["STUDYID"]) == {"BPP SYNTHETIC"}
    about = (made["cbioportal"].folder / "meta_study.txt").read_text(encoding="utf-8")
    assert "description: Synthetic: there are no such patients." in about

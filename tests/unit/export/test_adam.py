"""What the ADaM datasets say, read back from the transport files: the calls and the times of the release.

Not here: the folder that they are in (`test_make.py`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyreadstat
import pytest
from lifelines import KaplanMeierFitter

from bpp_etl.events import load_protocol
from bpp_etl.export import Exported, export_release
from bpp_etl.export.adam_tables import ADSL, DATASETS, RESPONSES
from bpp_etl.export.dataset import Dataset
from bpp_etl.measure.run import measure
from bpp_etl.release.shelf import Shelf
from bpp_etl.warehouse.connection import opened, opened_read_only
from tests.support.releases import MadeRelease, publish_made
from tests.unit.export.conftest import COURSES, NOW, REGIMEN

METRICS = {
    "TTBPP": "time_to_pseudoprogression",
    "TBPPPD": "pseudoprogression_to_progression",
    "PFS": "progression_free_survival",
    "OS": "overall_survival",
}
PATIENTS = sum(len(courses) for courses in COURSES.values())
Rows = list[dict[str, Any]]


def read_back(folder: Path, name: str) -> Rows:
    """Read a transport file; a missing value is None, as in the release."""
    rows, _ = pyreadstat.read_xport(str(folder / f"{name.lower()}.xpt"), output_format="dict")
    frame = pl.DataFrame(rows, strict=False)
    return [
        {name: None if is_missing(told) else told for name, told in row.items()} for row in frame.to_dicts()
    ]


def is_missing(told: object) -> bool:
    return told in ("", None) or (isinstance(told, float) and math.isnan(told))


@pytest.fixture(scope="module")
def read(export: Callable[[str], Exported]) -> dict[str, Rows]:
    folder = export("adam").folder
    return {dataset.name: read_back(folder, dataset.name) for dataset in DATASETS}


@pytest.fixture(scope="module")
def release(warehouse: Path):
    with opened_read_only(Shelf.of(warehouse).current) as con:
        yield con


def of(rows: Rows, **cells: object) -> Rows:
    return [row for row in rows if all(row[name] == value for name, value in cells.items())]


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda one: one.name)
def test_names_and_labels_are_as_short_as_a_transport_file_takes_them(dataset: Dataset) -> None:
    names = [column.name for column in dataset.columns]
    assert len(set(names)) == len(names)
    assert all(len(name) <= 8 and name.isascii() and name.isupper() for name in (dataset.name, *names))
    assert all(0 < len(column.label) <= 40 for column in dataset.columns)
    assert set(dataset.key) <= set(names)


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda one: one.name)
def test_a_transport_file_has_the_declared_columns_with_labels_and_dates(
    dataset: Dataset, export: Callable[[str], Exported]
) -> None:
    path = export("adam").folder / f"{dataset.name.lower()}.xpt"
    _, meta = pyreadstat.read_xport(str(path), metadataonly=True)
    assert meta.column_names_to_labels == {column.name: column.label for column in dataset.columns}
    dates = {column.name for column in dataset.columns if column.kind == "date"}
    assert {name for name, kind in meta.original_variable_types.items() if kind == "DATE9"} == dates
    assert (meta.table_name, meta.file_label) == (dataset.name, dataset.title)
    # A file of version 5 says so in its first record.
    assert path.read_bytes()[:80].startswith(b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!")


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda one: one.name)
def test_parquet_beside_it_says_the_same(
    dataset: Dataset, read: dict[str, Rows], export: Callable[[str], Exported]
) -> None:
    frame = pl.read_parquet(export("adam").folder / f"{dataset.name.lower()}.parquet")
    assert frame.to_dicts() == read[dataset.name]
    assert frame.columns == [column.name for column in dataset.columns]


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda one: one.name)
def test_the_key_names_one_row(dataset: Dataset, read: dict[str, Rows]) -> None:
    keys = [tuple(row[name] for name in dataset.key) for row in read[dataset.name]]
    assert keys
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("parameter", METRICS)
def test_the_median_of_a_time_is_that_of_the_metric(
    parameter: str, read: dict[str, Rows], release: duckdb.DuckDBPyConnection
) -> None:
    measured = measure(release, [load_protocol("xu2025")])
    (median,) = [
        row.values["estimate"]
        for row in measured.rows
        if row.table == "estimate"
        and (row.values["metric"], row.values["stratum"]) == (METRICS[parameter], "all")
    ]
    times = of(read["ADTTE"], PARAMCD=parameter)
    curve = KaplanMeierFitter().fit([one["AVAL"] for one in times], [one["CNSR"] == 0 for one in times])
    reached = curve.median_survival_time_
    assert (reached if math.isfinite(reached) else None) == median


def test_times_from_and_to_a_pseudoprogression_are_those_of_the_event_table(
    read: dict[str, Rows], release: duckdb.DuckDBPyConnection
) -> None:
    events = release.execute(
        "select registry || '/' || patient_id, days_to_event, days_event_to_progression, has_progression,"
        " coalesce(progression_date, censor_date) - event_date from event.pseudoprogression"
        " where state = 'pseudoprogression' and strlen(patient_id) < 200 and not contains(patient_id, chr(9))"
    ).fetchall()
    assert len(events) == 5
    for subject, to_event, to_progression, has_progression, followed in events:
        (start,) = of(read["ADTTE"], USUBJID=subject, PARAMCD="TTBPP")
        (end,) = of(read["ADTTE"], USUBJID=subject, PARAMCD="TBPPPD")
        assert (start["AVAL"], start["CNSR"]) == (to_event, 0)
        assert (end["AVAL"], end["CNSR"] == 0) == (
            to_progression if has_progression else followed,
            has_progression,
        )
    assert len(of(read["ADTTE"], PARAMCD="TTBPP")) == len(of(read["ADBPP"], BPPFL="Y")) == 7


def test_a_time_is_from_its_start_to_its_end_and_its_end_stands_where_it_says(read: dict[str, Rows]) -> None:
    for row in read["ADTTE"]:
        assert row["AVAL"] == (row["ADT"] - row["STARTDT"]).days >= 0
        assert (row["CNSDTDSC"] is None) == (row["CNSR"] == 0)
        cells = {"USUBJID": row["USUBJID"]}
        if row["SRCSEQ"] is not None:
            cells["ASEQ"] = row["SRCSEQ"]
        (source,) = of(read[row["SRCDOM"]], **cells)
        assert source[row["SRCVAR"]] == row["ADT"]
    assert {row["SRCDOM"] for row in read["ADTTE"]} == {"ADSL", "ADBPP", "ADRS"}


def test_a_death_without_its_day_is_a_death_without_a_date(tmp_path: Path) -> None:
    root = tmp_path / "warehouse"
    released = publish_made(root, MadeRelease({"one": {"dead": "day 42 CT", "alive": "day 42 CT"}}))
    with opened(Shelf.of(root).folder(released) / "bpp.duckdb") as con:
        con.execute("update core.patients set flags = ['death_without_date'] where patient_id = 'dead'")
    Shelf.of(root).put_in_service(released)
    rows = read_back(export_release(root, tmp_path / "out", "adam", now=NOW).folder, "ADSL")
    assert {row["SUBJID"]: (row["DTHFL"], row["DTHDT"]) for row in rows} == {
        "dead": ("Y", None),
        "alive": ("N", None),
    }


def test_what_is_not_known_stays_missing(read: dict[str, Rows]) -> None:
    (without_line,) = of(read["ADSL"], USUBJID="south_2/no line")
    assert [without_line[name] for name in ("AGE", "AGEU", "ARM", "TRTSDT", "METDT", "DTHDT")] == [None] * 6
    assert not of(read["ADTTE"], USUBJID="south_2/no line")
    (open_one,) = of(read["ADBPP"], USUBJID="north/open")
    assert [open_one[name] for name in ("CONFDT", "PROGDT", "CT2ID", "ALPBL", "HER2ST")] == [None] * 5
    (known,) = of(read["ADBPP"], USUBJID="north/P1")
    assert (known["ALPBL"], known["ALPEV"], known["ALPDEV"], known["HER2ST"]) == (
        120,
        96.5,
        -23.5,
        "positive",
    )


def test_a_candidate_has_its_three_cts(read: dict[str, Rows]) -> None:
    (row,) = of(read["ADBPP"], USUBJID="north/P3")
    start = dt.date(2020, 1, 1)
    days = {name: (row[name] - start).days for name in ("BASECTDT", "CT1DT", "CT2DT", "CT3DT", "CONFDT")}
    assert days == {"BASECTDT": -10, "CT1DT": 60, "CT2DT": 100, "CT3DT": 140, "CONFDT": 140}
    assert (row["CT1ID"], row["CT3ID"]) == ("P3:CT day 60", "P3:CT day 140")


def test_response_by_time_point_is_as_the_protocol_reads_it(read: dict[str, Rows]) -> None:
    def told(patient: str, parameter: str) -> list[tuple[object, ...]]:
        rows = of(read["ADRS"], USUBJID=f"north/{patient}", PARAMCD=parameter)
        return [(row["AVISIT"], row["AVALC"], row["ANL01FL"], row["NEWOBFL"]) for row in rows]

    # A bone scan alone is no progression; one that cannot be judged, and a radiograph, say nothing.
    assert told("bone scan", "OVR") == [
        ("BASELINE", "NON-CR/NON-PD", None, None),
        ("TIME POINT 1", "NE", "Y", None),
        ("TIME POINT 2", "NE", "Y", None),
    ]
    assert told("old", "OVR") == [
        ("BEFORE BASELINE", "SD", None, None),
        ("BASELINE", "NON-CR/NON-PD", None, None),
        ("TIME POINT 1", "PD", "Y", None),
    ]
    assert [row[1] for row in told("old", "BONE")] == ["NE", "NE", "PD"]
    assert [row[1] for row in told("alive", "BONE")] == ["NON-CR/NON-PD", "NON-CR/NON-PD"]
    assert told("P1", "OVR")[1] == ("TIME POINT 1", "NON-CR/NON-PD", "Y", "Y")
    assert all(RESPONSES[int(row["AVAL"]) - 1] == row["AVALC"] for row in read["ADRS"] if row["AVISIT"])


def test_what_happened_is_yes_with_its_day_or_no_without(read: dict[str, Rows]) -> None:
    def told(patient: str) -> dict[str, tuple[object, object]]:
        rows = of(read["ADRS"], USUBJID=f"north/{patient}")
        days = {row["PARAMCD"]: row for row in rows if row["AVALC"] in "YN"}
        return {
            name: (row["AVALC"], row["ADT"] and (row["ADT"] - dt.date(2020, 1, 1)).days)
            for name, row in days.items()
        }

    assert told("P1") == {"PD": ("Y", 200), "BPP": ("Y", 42), "CBPP": ("Y", 42)}
    assert told("true") == {"PD": ("Y", 84), "BPP": ("Y", 42), "CBPP": ("N", None)}
    assert told("alive") == {"PD": ("N", None), "BPP": ("N", None), "CBPP": ("N", None)}


def test_a_text_is_cut_between_letters_and_an_id_is_kept_whole_or_replaced(
    read: dict[str, Rows], export: Callable[[str], Exported]
) -> None:
    (row,) = of(read["ADSL"], USUBJID="north/P1")
    assert row["ARM"] == REGIMEN[:98] + "..."
    subjects = {row["USUBJID"] for row in read["ADSL"]}
    assert len(subjects) == PATIENTS
    assert {"south_2/Ünï 病人", "south_2/quote \" and '", "south_2/comma, semi;"} <= subjects
    assert sorted(len(one) for one in subjects if one.startswith("sha256-")) == [47, 47]
    longest = max(
        len(value.encode())
        for rows in read.values()
        for row in rows
        for value in row.values()
        if isinstance(value, str)
    )
    assert longest <= 200
    digests, cut = export("adam").notes
    assert digests.startswith(f"2 of {PATIENTS} patients are called by a digest")
    assert cut.endswith("longer than 200 bytes, and are cut")


def test_age_is_of_whole_years_and_left_out_where_that_is_asked(warehouse: Path, tmp_path: Path) -> None:
    # Nobody's birth is known here; the demonstration's are (tests/graph).
    made = export_release(warehouse, tmp_path / "out", "adam", without_age=True, now=NOW)
    assert "AGE" in [column.name for column in ADSL.columns]
    assert {row["AGE"] for row in read_back(made.folder, "ADSL")} == {None}

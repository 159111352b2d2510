"""Public REDCap exports through the redcap adapter: every row of every file is accounted for.

Not here: what single answers become (`tests/unit/adapters`). Sources: demonstration projects of REDCapR and
PyCap (MIT) and of redcapAPI (GPL-2), without any patient; the files lie beside the checkout. None of them
is of oncology, so what is mapped here stands for a column and is none.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.warehouse.connection import opened
from schemas.contract import delivered_columns
from schemas.tables import TABLES
from tests.real.exports import confirmed, planted
from tests.real.pipeline import SHARED
from tests.support.gating import Gated, gated
from tests.support.redcap_project import broken_rules

FORMATS = SHARED / "formats" / "redcap"
pytestmark = pytest.mark.skipif(not FORMATS.is_dir(), reason="the public files lie beside the checkout")

NOT_READ = {"odm-project-xml"}
"""A project file alone: REDCap exports data as csv."""
ANALYTE = '[constants.lab_results]\nanalyte = "ALP_TOTAL"\nunit = "U/L"\n'
MAPPED = {
    "arm-multiple-delete": '[redcap.map.patients]\nbirth_date = "birth_date"\n',
    "blank-for-gray-status": '[redcap]\nstatuses = ["complete"]\n[redcap.map.patients]\nsex = "sex"\n',
    "checkboxes-1": '[redcap.map.therapy_lines]\ncheck_one = "regimen"\n',
    "clinical-trial-1": '[redcap.map.patients]\ngender = "sex"\ndob = "birth_date"\n',
    "decimal-comma": '[redcap.map.lab_results]\nheight = "value"\nbmi = "upper_limit_normal"\n' + ANALYTE,
    "eav-simple": '[redcap.map.patients]\nsex = "sex"\n',
    "longitudinal-repeating-dag": '[redcap.map.lab_results]\ndate_dmy_test = "specimen_date"\n'
    'number_1dp_comma_test = "value"\nnumber_1dp_test = "upper_limit_normal"\n' + ANALYTE,
    "repeating-instruments": '[redcap.map.lab_results]\ndate_bp = "specimen_date"\nbp_systolic = "value"\n'
    '[redcap.map.patients]\nsex = "sex"\ndate_enrolled = "last_contact_date"\n' + ANALYTE,
    "repeating-instruments-sparse": '[redcap.map.lab_results]\ndate_bp = "specimen_date"\n'
    'bp_systolic = "value"\n[redcap.map.patients]\nsex = "sex"\ndate_enrolled = "last_contact_date"\n'
    + ANALYTE,
    "russian": '[redcap.map.patients]\ndate_interview = "last_contact_date"\n',
    "validation-types-1": '[redcap.map.lab_results]\nv_number = "value"\n',
    "vignette-repeating": '[redcap.map.lab_results]\nlab = "laboratory"\nconc = "value"\n' + ANALYTE,
}
EXPORTS = [
    (folder.name, data.name)
    for folder in (sorted(FORMATS.iterdir()) if FORMATS.is_dir() else ())
    if folder.is_dir() and folder.name not in NOT_READ
    for data in sorted(folder.glob("*.csv"))
    if data.stem.lower().split("_")[-1].startswith(("data", "records"))
    and "dictionary" not in data.stem.lower()
]


def delivered(tmp_path: Path, name: str, data: str = "data.csv", stated: str | None = None) -> Path:
    """Deliver an export with its dictionary, and state what is mapped of it."""
    delivery = tmp_path / "landing" / "real" / "2026-01-01"
    delivery.mkdir(parents=True)
    shutil.copy(FORMATS / name / data, delivery / "data.csv")
    exported = {data for folder, data in EXPORTS if folder == name}
    for beside in FORMATS.joinpath(name).iterdir():
        if beside.name not in exported:
            shutil.copy(
                beside, delivery / ("data_dictionary.csv" if "ictiona" in beside.name else beside.name)
            )
    toml = f'format = "redcap"\n{MAPPED[name] if stated is None else stated}'
    (delivery.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return delivery


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def raw_rows(folder: Path, table: str) -> list[tuple[object, ...]]:
    """Return the rows of a table as the adapter makes them, but for where they come from."""
    delivery = delivery_of(folder)
    assert delivery is not None
    columns = ", ".join(f'"{column.name}"' for column in delivered_columns(TABLES[table].contract))
    with opened(folder.parent.parent.parent / f"{table}.duckdb", is_working_file=True) as con:
        read = read_delivery(con, delivery, scratch_root=folder.parent.parent.parent)
        assert read.problems == ()
        return con.execute(f'select {columns} from raw."{table}" order by all').fetchall()


def refused(one: Gated) -> Counter[tuple[str, str]]:
    """Count the refused rows of each table by each rule."""
    return Counter((table, rule) for (table, _), rules in one.refused.items() for rule in rules)


def test_every_folder_is_read() -> None:
    assert {name for name, _ in EXPORTS} == {
        path.name for path in FORMATS.iterdir() if path.is_dir()
    } - NOT_READ
    assert {name for name, _ in EXPORTS} == {*MAPPED}


@pytest.mark.parametrize("stated", ["", None], ids=["nothing mapped", "mapped"])
@pytest.mark.parametrize(("name", "data"), EXPORTS)
def test_each_row_of_each_file_has_a_meaning_and_an_end(
    tmp_path: Path, name: str, data: str, stated: str | None
) -> None:
    folder = delivered(tmp_path, name, data, stated)
    one = gated(folder)
    assert one.read.problems == ()
    told: Counter[str] = Counter()
    for (source, _), rows in one.meanings.items():
        told[source] += rows
    files = {path.name for path in folder.iterdir()}
    read = files & {"data.csv", "data_dictionary.csv"}
    there = {Path(file).stem: len(rows_in(folder / file)) for file in read}
    assert told == {source: rows for source, rows in there.items() if rows}
    # Arms, events and the like, and project files: of each it is said that nothing of it is read.
    assert {*one.read.passed_over} == files - read
    assert one.read.unknown_files == ()
    for count in one.decision.tables:
        assert count.is_conserved
        # A shut gate admits no row; each that breaks a rule is in quarantine with it.
        assert len(
            [rules for (table, _), rules in one.refused.items() if table == count.table and rules]
        ) == (count.broken)


@pytest.mark.parametrize(("name", "data"), EXPORTS)
def test_no_field_that_the_dictionary_calls_an_identifier_is_loaded(
    tmp_path: Path, name: str, data: str
) -> None:
    folder = delivered(tmp_path, name, data)
    dictionary = folder / "data_dictionary.csv"
    flagged = {
        row["Variable / Field Name"]
        for row in (rows_in(dictionary) if dictionary.is_file() else ())
        if row["Identifier?"] == "y"
    }
    there = {*rows_in(folder / "data.csv")[0]}
    if "field_name" in there:
        there = {row["field_name"] for row in rows_in(folder / "data.csv")}
    told = {name for table, name in gated(folder).read.identifier_columns if table == "data"}
    assert flagged & there <= told


def test_long_and_flat_exports_of_one_project_make_the_same_rows(tmp_path: Path) -> None:
    # R wrote the flat one, and its truths for the codes of a field with two choices.
    stated = """
[redcap.map.patients]
dob = "birth_date"
[redcap.map.therapy_lines]
race = "regimen"
weight = "cycle_length_days"
ethnicity = "line_number"
[redcap.map.lab_results]
bmi = "value"
height = "upper_limit_normal"
"""
    long = delivered(tmp_path / "long", "eav-simple", "data.csv", stated)
    flat = delivered(tmp_path / "flat", "eav-simple", "data-flat.csv", stated)
    for table in ("therapy_lines", "lab_results"):
        rows = raw_rows(long, table)
        assert len(rows) == 5
        assert rows == raw_rows(flat, table)
    assert raw_rows(long, "patients") == raw_rows(flat, "patients") == []  # dob is an identifier


def test_ticked_boxes_of_a_long_export_are_joined(tmp_path: Path) -> None:
    stated = '[redcap.map.therapy_lines]\nrace = "regimen"\n'
    rows = raw_rows(delivered(tmp_path, "eav-simple", "data.csv", stated), "therapy_lines")
    assert {row[0]: row[2] for row in rows} == {
        "1": "White",
        "2": "Native Hawaiian or Other Pacific Islander + White",
        "3": "Black or African American + White",
        "4": "Asian + White",
        "5": "American Indian/Alaska Native + Unknown / Not Reported",
    }


def test_repeats_are_admitted_and_records_without_base_data_are_no_error(tmp_path: Path) -> None:
    one = gated(delivered(tmp_path, "repeating-instruments-sparse"))
    assert one.meanings["data", "with a field of lab_results"] == 4
    assert one.meanings["data", "with a field of patients"] == 4
    assert one.meanings["data", "without a filled field that is mapped"] == 1
    assert refused(one)["patients", "required_value_missing"] == 2
    assert ("lab_results", "required_value_missing") not in refused(one)


def test_a_decimal_comma_is_read_in_the_fields_that_have_it(tmp_path: Path) -> None:
    rows = raw_rows(delivered(tmp_path, "decimal-comma"), "lab_results")
    assert [(row[3], row[5]) for row in rows] == [
        ("1.54", "22.1"),
        ("1.84", "27.3"),
        ("1.95", "32.5"),
        ("1.61", "17.7"),
    ]


def test_decimal_commas_and_points_stand_side_by_side(tmp_path: Path) -> None:
    name = "longitudinal-repeating-dag"
    rows = raw_rows(delivered(tmp_path, name, "TestRedcapAPI_Records.csv"), "lab_results")
    told = {row[0]: (row[2], row[3], row[5]) for row in rows}
    assert told["2"] == ("2024-02-22", "36.5", "40.2")
    assert all("," not in str(row[3]) for row in rows)


def test_a_patient_is_one_however_many_arms_tell_of_the_patient(tmp_path: Path) -> None:
    rows = raw_rows(delivered(tmp_path, "arm-multiple-delete"), "patients")
    assert [row[0] for row in rows] == [f"{number}" for number in range(101, 121)]


def test_a_form_without_the_status_that_counts_is_left_out(tmp_path: Path) -> None:
    one = gated(delivered(tmp_path, "blank-for-gray-status"))
    assert one.meanings["data", "with a field of patients"] == 5
    rows = raw_rows(delivered(tmp_path / "again", "blank-for-gray-status"), "patients")
    assert Counter(row[1] for row in rows) == {"female": 2, "male": 3}


def test_dates_and_choices_of_a_table_of_hundreds_of_columns_need_no_dictionary(tmp_path: Path) -> None:
    rows = raw_rows(delivered(tmp_path, "russian"), "patients")
    assert len(rows) == len({row[0] for row in rows}) > 0


@pytest.mark.parametrize("path", sorted(FORMATS.glob("*/*.xml")), ids=lambda path: path.parent.name)
def test_the_project_files_of_redcap_itself_keep_the_rules_that_ours_is_held_to(path: Path) -> None:
    assert broken_rules(ET.parse(path).getroot()) == []


def test_a_planted_event_is_found_and_every_cell_is_that_of_its_answer(tmp_path: Path) -> None:
    folder, starts = FORMATS / "repeating-instruments", {"1": "2019-10-20"}
    files = {"data.csv": folder / "data.csv", "data_dictionary.csv": folder / "dictionary.csv"}
    contacts = "patient_id,last_contact_date\n1,2021-01-01\n2,2021-01-01\n"
    toml = MAPPED["repeating-instruments"].replace("last_contact_date", "metastatic_diagnosis_date")
    one = planted(tmp_path, "redcap", files, starts, toml=toml, patients=contacts)
    assert one.events == confirmed(starts)
    told = rows_in(folder / "data.csv")
    base = [row for row in told if not row["redcap_repeat_instrument"]]
    assert one.rows("core.patients", "patient_id", "sex", "metastatic_diagnosis_date", "birth_date") == [
        (row["record_id"], {"0": "female", "1": "male"}[row["sex"]], row["date_enrolled"], None)
        for row in base
    ]
    assert one.rows("core.lab_results", "patient_id", "specimen_date", "raw_value", "unit") == sorted(
        (row["record_id"], row["date_bp"], row["bp_systolic"], "U/L")
        for row in told
        if row["redcap_repeat_instrument"] == "bp"
    )

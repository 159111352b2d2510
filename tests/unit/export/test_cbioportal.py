"""The exported study keeps every documented rule, each seen to fail, and tells the calls of the release.

Not here: the rules (`cbioportal_rules.py`), and reading the study back (`test_round_trip.py`).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from bpp_etl.export import Exported, export_release
from bpp_etl.export.cbioportal import study_id
from bpp_etl.release.shelf import Shelf
from bpp_etl.warehouse.connection import opened, opened_read_only
from tests.support.releases import MadeRelease, publish_made
from tests.unit.export.cbioportal_rules import RULES, Study, broken
from tests.unit.export.conftest import COURSES, NOW

STUDY, PATIENT, SAMPLE = "meta_study.txt", "data_clinical_patient.txt", "data_clinical_sample.txt"
IMAGING, SPECIMEN, CASES = (
    "data_timeline_imaging.txt",
    "data_timeline_specimen.txt",
    "case_lists/cases_all.txt",
)
PATIENTS = sum(len(courses) for courses in COURSES.values())

MUTATIONS: list[tuple[str, str, str, str]] = [
    ("a_study_describes_itself", STUDY, r"^name: .*$", "name: "),
    ("a_study_describes_itself", STUDY, r"^description: .*$", "description: " + "x" * 1025),
    ("a_study_describes_itself", STUDY, r"\Z", "release: 1\n"),
    (
        "a_study_is_named_in_small_letters_digits_and_underscores",
        STUDY,
        r"identifier: bpp",
        "identifier: BPP",
    ),
    ("every_file_is_of_the_same_study", "meta_clinical_sample.txt", r"identifier: bpp", "identifier: other"),
    ("every_file_is_of_the_same_study", CASES, r"identifier: bpp", "identifier: other"),
    ("a_meta_file_says_what_its_data_is_and_where", "meta_clinical_sample.txt", "SAMPLE_A", "SAMPEL_A"),
    ("a_meta_file_says_what_its_data_is_and_where", "meta_timeline_imaging.txt", "imaging.txt", "none.txt"),
    ("every_data_file_has_a_meta_file", "meta_timeline_imaging.txt", "imaging.txt", "specimen.txt"),
    (
        "there_is_one_file_of_samples_and_at_most_one_of_patients",
        "meta_clinical_sample.txt",
        "SAMPLE_",
        "PATIENT_",
    ),
    ("clinical_data_has_four_lines_above_its_header", PATIENT, r"\A#.*\n", ""),
    ("clinical_data_has_four_lines_above_its_header", PATIENT, r"\A#Patient Identifier\t", "#\t"),
    ("a_data_type_and_a_priority_are_of_those_that_there_are", PATIENT, r"^#STRING", "#TEXT"),
    ("a_data_type_and_a_priority_are_of_those_that_there_are", SAMPLE, r"^#1", "#1.5"),
    ("a_known_attribute_has_its_own_data_type_and_file", PATIENT, r"NUMBER", "STRING"),
    ("a_known_attribute_has_its_own_data_type_and_file", SAMPLE, r"HER2_IHC", "AGE"),
    (
        "an_attribute_is_in_capital_letters_once_and_not_one_that_is_computed",
        PATIENT,
        r"\tREGIMEN\t",
        "\tRegimen\t",
    ),
    (
        "an_attribute_is_in_capital_letters_once_and_not_one_that_is_computed",
        SAMPLE,
        r"HER2_IHC",
        "ER_STATUS",
    ),
    (
        "an_attribute_is_in_capital_letters_once_and_not_one_that_is_computed",
        SAMPLE,
        "HER2_IHC",
        "MUTATION_COUNT",
    ),
    (
        "a_file_of_patients_has_no_samples_and_one_of_samples_has_both",
        PATIENT,
        r"\tREGIMEN\t",
        "\tSAMPLE_ID\t",
    ),
    ("every_line_has_as_many_cells_as_the_header", IMAGING, r"\tIMAGING\t", "\tIMAGING\t\t"),
    ("no_line_is_blank_or_a_remark", IMAGING, r"\Z", "\t" * 7 + "\n"),
    ("no_line_is_blank_or_a_remark", PATIENT, r"^north", "#north"),
    (
        "an_id_is_there_short_and_of_letters_digits_points_underscores_and_hyphens",
        PATIENT,
        r"^north\.",
        "north ",
    ),
    (
        "an_id_is_there_short_and_of_letters_digits_points_underscores_and_hyphens",
        SAMPLE,
        r"^north",
        "n" * 60,
    ),
    ("a_patient_and_a_sample_have_one_line", PATIENT, r"^(north.*\n)", r"\1\1"),
    ("every_patient_has_a_sample_and_every_sample_a_patient", PATIENT, r"^north.*\n", ""),
    ("a_number_is_one", PATIENT, r"\t1:DECEASED\t", "\t1:DECEASED\tabout "),
    ("a_survival_status_says_0_or_1_and_what_it_means", PATIENT, r"0:LIVING", "alive"),
    ("a_survival_status_says_0_or_1_and_what_it_means", PATIENT, r"0:CENSORED", "CENSORED"),
    ("who_has_a_survival_status_has_months", PATIENT, r"0:LIVING\t[\d.]+", "0:LIVING\t"),
    ("nothing_looks_like_a_date_of_a_spreadsheet", PATIENT, r"\tregimen 1\t", "\tJan-99\t"),
    (
        "a_timeline_begins_with_patient_days_and_type",
        IMAGING,
        r"START_DATE\tSTOP_DATE",
        "STOP_DATE\tSTART_DATE",
    ),
    ("a_day_is_a_whole_number_and_the_first_is_there", IMAGING, r"\t42\t", "\t42.5\t"),
    ("a_day_is_a_whole_number_and_the_first_is_there", IMAGING, r"\t42\t", "\t\t"),
    ("an_event_has_a_type_and_no_timeline_is_without_events", IMAGING, r"\tIMAGING\t", "\t\t"),
    ("an_event_has_a_type_and_no_timeline_is_without_events", SPECIMEN, r"^(?!PATIENT).*\n", ""),
    ("an_event_is_of_a_patient_and_a_specimen_of_a_sample_of_the_study", IMAGING, r"^north\.P1", "north.P9"),
    ("an_event_is_of_a_patient_and_a_specimen_of_a_sample_of_the_study", SPECIMEN, r"-01$", "-77"),
    ("a_case_list_says_what_it_is_of_and_is_named_after_the_study", CASES, r"^case_list_name.*\n", ""),
    (
        "a_case_list_says_what_it_is_of_and_is_named_after_the_study",
        CASES,
        r"stable_id: bpp",
        "stable_id: all",
    ),
    ("a_case_list_says_what_it_is_of_and_is_named_after_the_study", CASES, r"all_cases_in_study", "everyone"),
    ("one_list_has_all_samples_once", STUDY, r"\Z", "add_global_case_list: true\n"),
    ("one_list_has_all_samples_once", CASES, r"\tnorth.P2-01", ""),
]
"""Rule -> what is changed in a file, everywhere, to break it."""


@pytest.fixture(scope="module")
def folder(export: Callable[[str], Exported]) -> Path:
    return export("cbioportal").folder


@pytest.fixture(scope="module")
def release(warehouse: Path):
    with opened_read_only(Shelf.of(warehouse).current) as con:
        yield con


def test_the_exported_study_breaks_no_rule(folder: Path) -> None:
    assert broken(folder) == {}


@pytest.mark.parametrize(("name", "file", "found", "instead"), MUTATIONS)
def test_a_rule_is_broken_by_what_it_forbids(
    name: str, file: str, found: str, instead: str, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "study")
    path = tmp_path / "study" / file
    changed, times = re.subn(found, instead, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert times
    path.write_text(changed, encoding="utf-8")
    assert name in broken(tmp_path / "study")


def test_every_rule_has_been_seen_to_fail() -> None:
    assert {name for name, *_ in MUTATIONS} == RULES.keys()


def test_the_example_of_the_adapter_is_a_study_by_the_same_rules_but_for_what_it_leaves_out() -> None:
    example = Path(export_release.__code__.co_filename).parents[1] / "adapters" / "cbioportal" / "example"
    assert {"a_study_describes_itself", "one_list_has_all_samples_once"} <= broken(example).keys()


def test_a_study_is_named_after_its_release() -> None:
    assert study_id("20210301T120000Z-00000000") == "bpp_20210301t120000z_00000000"


def table(folder: Path, name: str) -> list[dict[str, str]]:
    (data,) = [one for one in Study(folder).data if one.name == name]
    return [dict(zip(data.header, row, strict=True)) for row in data.rows]


def test_days_are_counted_from_the_day_zero_that_is_declared(folder: Path) -> None:
    about = Study(folder).about["description"]
    assert "Day zero of every timeline is the start of line 1 of therapy" in about
    assert [row["START_DATE"] for row in table(folder, IMAGING) if row["PATIENT_ID"] == "north.P3"] == [
        *("-10", "60", "100", "140", "300")
    ]
    zero = {row["PATIENT_ID"]: row["DAY_ZERO"] for row in table(folder, PATIENT)}
    assert zero["north.P1"] == "start of line 1"
    undated = {name for name, what in zero.items() if not what}
    assert len(undated) == 1
    for data in Study(folder).of("TIMELINE"):
        assert not undated & {*data.cells("PATIENT_ID")}


def test_what_happened_is_told_on_its_day(folder: Path) -> None:
    def told(patient: str) -> list[tuple[str, str]]:
        rows = table(folder, "data_timeline_status.txt")
        return [(row["START_DATE"], row["STATUS"]) for row in rows if row["PATIENT_ID"] == patient]

    assert told("north.P1") == [
        ("42", "Bone pseudoprogression candidate"),
        ("126", "Bone pseudoprogression confirmed"),
        ("200", "Progression"),
    ]
    assert told("north.true") == [("42", "Bone pseudoprogression candidate"), ("84", "Progression")]
    assert told("north.alive") == []


def test_a_result_has_its_unit_behind_its_name_and_a_number(folder: Path) -> None:
    rows = [row for row in table(folder, "data_timeline_lab_test.txt") if row["PATIENT_ID"] == "north.P1"]
    assert [(row["START_DATE"], row["TEST"], row["RESULT"]) for row in rows] == [
        ("-5", "ALP (U/L)", "120.0"),
        ("44", "ALP (U/L)", "96.5"),
        ("44", "Bone ALP (ug/L)", "22.0"),
    ]


def test_survival_is_that_of_the_release(folder: Path, export: Callable[[str], Exported]) -> None:
    rows = table(folder, PATIENT)
    assert len(rows) == PATIENTS
    with duckdb.connect() as con:
        times = con.execute(
            "select paramcd, sum(aval), count(*), sum(1 - cnsr)"
            f" from '{export('adam').folder}/adtte.parquet' group by paramcd"
        ).fetchall()
    for name, days, patients, events in times:
        prefix = {"TBPPPD": "BPP_PFS", "PFS": "PFS", "OS": "OS"}.get(name)
        if prefix is not None:
            there = [row for row in rows if row[f"{prefix}_STATUS"]]
            assert len(there) == patients
            assert sum(row[f"{prefix}_STATUS"].startswith("1:") for row in there) == events
            assert sum(round(float(row[f"{prefix}_MONTHS"]) * 30.4375) for row in there) == days
    assert sum(bool(row["DAYS_TO_BPP"]) for row in rows) == 10


def test_a_death_without_its_day_is_a_death_without_months(tmp_path: Path) -> None:
    root = tmp_path / "warehouse"
    courses = {"dead": "day 42 CT", "alive": "day 42 CT", "no line": "no line 1\nday -3 CT"}
    released = publish_made(root, MadeRelease({"one": courses}))
    with opened(Shelf.of(root).folder(released) / "bpp.duckdb") as con:
        con.execute("update core.patients set flags = ['death_without_date'] where patient_id <> 'alive'")
    Shelf.of(root).put_in_service(released)
    made = export_release(root, tmp_path / "out", "cbioportal", now=NOW)
    rows = table(made.folder, PATIENT)
    assert sorted((row["OS_STATUS"], bool(row["OS_MONTHS"])) for row in rows) == [
        *(("", False), ("0:LIVING", True), ("1:DECEASED", False))
    ]
    assert broken(made.folder) == {}


def test_a_text_stays_on_its_line(tmp_path: Path) -> None:
    courses = {"one": {"P1": 'day 0 line 1 starts with a\tb "c" #d, é\nday -3 CT\nday 42 CT'}}
    publish_made(tmp_path / "warehouse", MadeRelease(courses))
    made = export_release(tmp_path / "warehouse", tmp_path / "out", "cbioportal", now=NOW)
    (row,) = table(made.folder, "data_timeline_treatment.txt")
    assert row["AGENT"] == 'a b "c" #d, é'
    assert broken(made.folder) == {}


def test_what_cannot_be_told_is_told(export: Callable[[str], Exported]) -> None:
    digests, undated, cut = export("cbioportal").notes
    assert digests.startswith(f"10 of {PATIENTS} patients are called by a digest of their id")
    assert undated == "without a line 1 and a metastatic diagnosis: 1 patient, of whom no day is told"
    assert cut.endswith("too long, and are cut")

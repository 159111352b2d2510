"""Public cBioPortal studies through the cbioportal adapter: every row of every file read is accounted for.

Not here: what single rows become (`tests/unit/adapters`). Sources: test studies of cBioPortal (AGPL-3.0), and
one that is made up; the files lie beside the checkout.
"""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from schemas.tables import TABLES
from tests.real.exports import LESIONS, confirmed, lesions_of, planted
from tests.real.pipeline import SHARED, refusals
from tests.support.gating import Gated, gated

FORMATS = SHARED / "formats" / "cbioportal"
pytestmark = pytest.mark.skipif(not FORMATS.is_dir(), reason="the public files lie beside the checkout")

READ = {"patient": "*clinical_patient*", "sample": "*clinical_sample*", "timeline": "*timeline*"}
STUDIES = ("study_es_0_import_export", "study_es_0_inc", "template_bpp_study")


def delivered(tmp_path: Path, name: str) -> Gated:
    """Judge the files of a study as they are."""
    delivery = Path(shutil.copytree(FORMATS / name, tmp_path / "landing" / name / "2026-01-01"))
    (delivery.parent / "registry.toml").write_text('format = "cbioportal"\n', encoding="utf-8")
    return gated(delivery)


def rows_in(name: str) -> dict[str, int]:
    """Count the rows of the files of each source, below comments and header."""
    told: Counter[str] = Counter()
    for source, pattern in READ.items():
        for file in (FORMATS / name).glob(f"data_{pattern}.txt"):
            lines = file.read_text(encoding="utf-8").splitlines()
            told[source] += len([line for line in lines if line and not line.startswith("#")]) - 1
    return dict(told)


@pytest.mark.parametrize("name", STUDIES)
def test_each_row_that_is_read_has_a_meaning_and_no_file_is_strange(tmp_path: Path, name: str) -> None:
    one = delivered(tmp_path, name)
    told: Counter[str] = Counter()
    for (source, _), rows in one.meanings.items():
        told[source] += rows
    assert told == rows_in(name)
    assert set(one.read.unknown_files) <= {"README.txt", "cna_long"}


def test_each_event_of_a_study_is_counted_by_what_it_is(tmp_path: Path) -> None:
    assert delivered(tmp_path, "template_bpp_study").meanings == {
        ("patient", "a patient"): 2,
        ("sample", "a sample with HER2 without a day"): 2,
        ("timeline", "a row of an image"): 2,
        ("timeline", "a result of alkaline phosphatase"): 2,
        ("timeline", "a status"): 2,
        ("timeline", "an agent of a treatment"): 1,
    }


@pytest.mark.parametrize("name", STUDIES)
def test_without_a_day_zero_every_row_with_a_day_is_refused_and_the_gate_is_shut(
    tmp_path: Path, name: str
) -> None:
    one = delivered(tmp_path, name)
    assert not one.decision.is_open
    refused = Counter(table for table, _ in one.refused)
    judged = {table: rows for table, rows in one.read.rows.items() if rows and table in TABLES}
    assert refused == judged


DAYS = """[dates]
relative_to = "metastatic_diagnosis_date"
unit = "days"
[therapy_lines]
derive = "gap_and_new_agent"
[constants.therapy_lines]
cycle_length_days = 26
[cbioportal]
her2_day = 0
"""
LAB = "PATIENT_ID\tSTART_DATE\tSTOP_DATE\tEVENT_TYPE\tTEST\tRESULT"
BESIDE = {
    "patients": "patient_id,metastatic_diagnosis_date\nP1,2020-01-01\nP2,2020-02-01\n",
    "imaging_assessments": """\
assessment_id,patient_id,assessment_date,modality,is_bone_window,extraosseous_response
P1|-10|CT,,,,true,
P1|52|CT,,,,true,SD
S2,P1,2020-04-20,CT,true,SD
S3,P1,2020-06-15,CT,true,SD
""",
    "bone_lesions": f"{LESIONS}\n{lesions_of(['P1|-10|CT', 'P1|52|CT', 'S2', 'S3'])}",
    "therapy_lines": None,
}
"""Side tables that complete the two scans of the study, and add two."""


@pytest.mark.parametrize(
    ("lab", "toml", "units", "values"),
    [
        ("", "", ("U/L", "U/L"), ("120", "100")),  # as it is: the unit stands behind the name of the test
        (
            f"{LAB}\tUNIT\nP1\t-5\t\tLAB_TEST\tALP\t2\tukat/L\nP1\t50\t\tLAB_TEST\tALP\t100\tU/L\n",
            "",
            ("ukat/L", "U/L"),
            ("2", "100"),
        ),
        (
            f"{LAB}\nP1\t-5\t\tLAB_TEST\tALP\t120\nP1\t50\t\tLAB_TEST\tALP\t100\n",
            '[constants.lab_results]\nunit = "U/L"\n',
            ("U/L", "U/L"),
            ("120", "100"),
        ),
    ],
    ids=["behind the name", "a column of the site", "a constant"],
)
def test_a_planted_event_is_found_with_the_days_and_units_that_are_stated(
    tmp_path: Path, lab: str, toml: str, units: tuple[str, str], values: tuple[str, str]
) -> None:
    one = planted(tmp_path, "cbioportal", study(tmp_path, lab), {}, toml=DAYS + toml, **BESIDE)
    days = (52, 110, 166)
    assert one.events == confirmed({"P1": "2020-01-01"}, days)
    # OS_MONTHS of 20.1 and 10.4, of 30.4375 days each; the line ends on day 480.
    assert one.rows("core.patients", "patient_id", "sex", "last_contact_date", "death_date") == [
        ("P1", "female", "2021-09-04", "2021-09-04"),
        ("P2", "female", "2020-12-14", None),
    ]
    assert one.rows("core.therapy_lines", "regimen", "start_date", "end_date", "cycle_length_days") == [
        ("Letrozole + Palbociclib", "2020-01-01", "2021-04-25", "26")
    ]
    found = one.rows("core.lab_results", "specimen_date", "value", "raw_unit", "raw_value")
    assert found == [
        ("2019-12-27", "120.0", units[0], values[0]),
        ("2020-02-20", "100.0", units[1], values[1]),
    ]
    assert one.rows("core.her2_tests", "patient_id", "test_date", "reported_status") == [
        ("P1", "2020-01-01", "negative"),
        ("P2", "2020-02-01", "positive"),
    ]


def test_a_result_without_a_unit_is_refused_also_where_others_have_one(tmp_path: Path) -> None:
    lab = f"{LAB}\tUNIT\nP1\t-5\t\tLAB_TEST\tALP\t120\tU/L\nP1\t50\t\tLAB_TEST\tALP\t100\t\n"
    constant = '[constants.lab_results]\nunit = "U/L"\n[limits]\nlab_results = 1\n'
    one = planted(tmp_path, "cbioportal", study(tmp_path, lab), {}, toml=DAYS + constant, **BESIDE)
    assert refusals(one.decision) == {("lab_results", "unit_missing"): 1}


def study(tmp_path: Path, lab: str) -> dict[str, Path]:
    """Find the files of the study made up here, with another timeline of results where one is given."""
    files = {path.name: path for path in (FORMATS / "template_bpp_study").iterdir()}
    if lab:
        (tmp_path / "lab.txt").write_text(lab, encoding="utf-8")
        files["data_timeline_lab.txt"] = tmp_path / "lab.txt"
    return files

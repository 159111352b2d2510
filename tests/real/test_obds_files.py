"""The public oBDS files of bzkf/obds-to-fhir, made-up patients: alone and together, every report is counted.

Not here: what single letters become (`tests/unit/adapters/test_obds.py`).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.real.exports import FORMATS, confirmed, planted, take
from tests.real.pipeline import admitted_rows, refusals, rows_where_they_went

FOLDER = FORMATS / "obds"
pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="the public oBDS files are not beside this checkout (../shared/data/formats)"
)

# The patient, a last contact that the file does not tell; how many reports there are, and how many with HER2.
EXPORTS = {
    "Folgepaket_Testpatient_Mamma.xml": ("60", "2024-09-19", 2, 0),
    "Priopatient_1.xml": ("10", "2024-09-19", 1, 1),
    "Test_SysT_1.xml": ("10", "2024-09-19", 1, 0),
    "Test_SysT_2.xml": ("10", "2024-09-19", 1, 0),
    "Test_Verlauf_1.xml": ("10", "2024-09-19", 1, 1),
    "Test_Verlauf_2.xml": ("10", "2024-09-19", 1, 0),
    "Testpatient_1.xml": ("10", "2022-08-01", 14, 2),
    "Testpatient_Mamma.xml": ("60", "2021-11-27", 10, 2),
}


def test_no_export_is_forgotten() -> None:
    assert {path.name for path in FOLDER.glob("*.xml")} == set(EXPORTS)


@pytest.mark.parametrize("name", EXPORTS)
def test_every_report_has_a_meaning_and_the_gate_opens(tmp_path: Path, name: str) -> None:
    patient, contact, reports, her2 = EXPORTS[name]
    taken = take(
        tmp_path, "obds", [FOLDER / name], patient=patient, day="2021-10-01", contacts={patient: contact}
    )
    assert (taken.rows_of("patient"), taken.rows_of("meldung")) == (1, reports)
    assert taken.rows_of("substanz") == (FOLDER / name).read_text(encoding="utf-8").count("<Substanz>")
    assert taken.decision.is_open
    assert refusals(taken.decision) == {}
    went = rows_where_they_went(taken.decision)
    assert went["patients"] == (1, 1, 0, 0)
    assert went.get("her2_tests", (0, 0, 0, 0)) == (her2, her2, 0, 0)


def test_all_packages_together_are_two_patients(tmp_path: Path) -> None:
    files = sorted(FOLDER.glob("*.xml"))
    dead = {"10": "2022-08-01", "60": "2021-11-27"}
    taken = take(tmp_path, "obds", files, patient="60", day="2021-10-01", contacts=dead)
    assert taken.decision.is_open
    assert admitted_rows(
        tmp_path,
        "select patient_id, sex, metastatic_diagnosis_date::varchar, er_status, death_date::varchar"
        " from core.patients",
    ) == Counter(
        [
            ("10", "female", "2020-03-01", "positive", "2022-08-01"),
            ("60", "female", "2021-09-14", "positive", "2021-11-27"),
        ]
    )
    told = {(meaning, table): rows for (_, meaning, table), rows in taken.meanings.items()}
    assert told == {
        ("a patient", "patients"): 2,
        ("a patient who was sent again since", None): 6,
        ("a death", "patients"): 2,
        ("a diagnosis, with a HER2 status", "her2_tests"): 2,
        ("a course, with a HER2 status", "her2_tests"): 1,
        ("a course with progression, with a HER2 status", "her2_tests"): 1,
        ("a course", None): 1,
        ("a palliative systemic therapy", "drug_exposures"): 2,
        ("a systemic therapy", "drug_exposures"): 2,
        ("a further report of the same therapy", "drug_exposures"): 2,
        ("a substance of a systemic therapy", "drug_exposures"): 8,
        ("a substance of a report that does not count, or told again", None): 4,
        ("an operation", None): 2,
        ("an operation, with receptors", "patients"): 1,
        ("a radiotherapy", None): 2,
        ("a tumor conference", None): 3,
        ("a report on a tumor of another site", None): 6,
        ("a report that was sent again since", None): 4,
    }


def test_a_planted_event_of_a_derived_line_is_found_and_every_cell_is_that_of_its_element(
    tmp_path: Path,
) -> None:
    names = ("Folgepaket_Testpatient_Mamma.xml", "Testpatient_1.xml", "Testpatient_Mamma.xml")
    starts, days = {"10": "2020-05-01"}, (50, 100, 150)  # the therapy ends after 167 days
    toml = (
        '[last_contact]\nfrom = "reported"\n[therapy_lines]\nderive = "gap_and_new_agent"\n'
        "[constants.therapy_lines]\ncycle_length_days = 25\n"
    )
    files = {name: FOLDER / name for name in names}
    one = planted(tmp_path, "obds", files, starts, toml=toml, days=(-10, *days), therapy_lines=None)
    assert one.events == confirmed(starts, days)
    assert one.rows(
        "core.patients",
        *("patient_id", "sex", "birth_date", "metastatic_diagnosis_date", "er_status", "pr_status"),
        *("last_contact_date", "death_date"),
    ) == [
        ("10", "female", "1950-05-01", "2020-03-01", "positive", "positive", "2022-08-01", "2022-08-01"),
        ("60", "female", "1950-10-15", "2021-09-14", "positive", "positive", "2021-11-27", "2021-11-27"),
    ]
    assert one.rows(
        "core.therapy_lines", "regimen", "start_date", "end_date", "cycle_length_days", "flags"
    ) == [
        (
            "L01FF05",
            "2020-05-01",  # Datumsgenauigkeit T
            "2020-10-15",
            "25",
            "[constant_declared, line_derived, value_approximated]",
        )
    ]
    assert one.rows("core.her2_tests", "patient_id", "test_date", "reported_status") == [
        ("10", "2020-03-05", "negative"),
        ("10", "2021-06-01", "negative"),
        ("60", "2020-02-16", "negative"),
        ("60", "2021-09-14", "negative"),
    ]

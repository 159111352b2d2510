"""Rows without a patient whose id the table of patients writes otherwise are told, by counts alone.

Not here: two patients whose ids look alike (`schemas/patients.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.test_declared_rows import OPEN
from tests.support.deliveries import write_delivery_of
from tests.support.gating import Gated, gated

PATIENTS = "patient_id,sex,last_contact_date\n"
RESULTS = "patient_id,analyte,specimen_date,value,unit\n"


def delivered(tmp_path: Path, patients: tuple[str, ...], results: tuple[str, ...]) -> Gated:
    texts = {
        "patients": PATIENTS + "".join(f"{one},female,2024-12-01\n" for one in patients),
        "lab_results": RESULTS
        + "".join(f"{one},ALP_TOTAL,2024-02-{day:02},90,U/L\n" for day, one in enumerate(results, start=1)),
    }
    folder = write_delivery_of(tmp_path, **texts)
    (folder.parent / "registry.toml").write_text(OPEN, encoding="utf-8")
    return gated(folder)


@pytest.mark.parametrize(
    ("patient", "other", "told"),
    {
        "zeros": ("P001", "P1", "zeros before a number in 1 row"),
        "zeros of numbers": ("0012", "12", "zeros before a number in 1 row"),
        "case": ("p7", "P7", "upper and lower case in 1 row"),
        "dashes": ("P-7", "P7", "blanks or punctuation in 1 row"),
        "blanks": ("AB 7", "AB7", "blanks or punctuation in 1 row"),
        "all of it": ("p-007", "P7", "zeros before a number in 1 row"),
        "parted in two ways": ("1-11", "11-1", ""),
        "parted and joined": ("1-11", "111", "blanks or punctuation in 1 row"),
        "zeros after": ("P10", "P1", ""),
        "another": ("P1", "P2", ""),
    }.values(),
)  # fmt: skip
def test_an_id_that_is_the_patient_s_but_for_its_spelling_is_told(
    tmp_path: Path, patient: str, other: str, told: str
) -> None:
    one = delivered(tmp_path, (patient, "Z"), (other, "Z"))
    found = one.result("lab_results", "ids_written_otherwise")
    assert (found.judged, found.broken, found.severity) == (1, int(bool(told)), "warn")
    messages = [
        message.message for message in one.decision.warnings if message.rule == "ids_written_otherwise"
    ]
    expected = f"1 of 1 row of lab_results without a patient (1 id): a patient has the id but for {told}"
    assert messages == ([expected] if told else [])


def test_rows_and_ids_are_counted(tmp_path: Path) -> None:
    one = delivered(tmp_path, ("P001", "p2", "Z"), ("P1", "P1", "P2", "Q", "Z"))
    found = one.result("lab_results", "ids_written_otherwise")
    assert (found.judged, found.broken) == (4, 3)
    (message,) = (told.message for told in one.decision.warnings if told.rule == "ids_written_otherwise")
    assert message == (
        "3 of 4 rows of lab_results without a patient (2 ids): a patient has the id but for upper and lower"
        " case in 1 row and zeros before a number in 2 rows"
    )


def test_a_row_of_a_patient_who_was_refused_is_not_told(tmp_path: Path) -> None:
    folder = write_delivery_of(
        tmp_path,
        patients=f"{PATIENTS}P1,female,2024-12-01\nP01,w,2024-12-01\n",
        lab_results=f"{RESULTS}P01,ALP_TOTAL,2024-02-12,90,U/L\n",
    )
    (folder.parent / "registry.toml").write_text(OPEN, encoding="utf-8")
    found = gated(folder).result("lab_results", "ids_written_otherwise")
    assert (found.judged, found.broken) == (1, 0)


def test_where_every_row_has_its_patient_nothing_is_judged(tmp_path: Path) -> None:
    one = delivered(tmp_path, ("A", "B", "C"), ("A",))
    assert one.result("lab_results", "ids_written_otherwise").status == "not_applicable"

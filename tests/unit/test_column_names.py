"""Names of columns are told where they are needed, and a first row that may be a patient's never is.

Not here: names that speak of a person (`test_identifiers.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.check.run import delivery_in, gated
from bpp_etl.check.show import as_html, as_text
from bpp_etl.reading.problems import is_of_names
from tests.support.deliveries import TINY, write_delivery_of

PATIENTS = TINY["patients"]
WITHHELD = "(name withheld)"


def told(tmp_path: Path, patients: str, toml: str = "") -> str:
    """Check a delivery, and return all that is told of it, for people and for programs."""
    folder = write_delivery_of(tmp_path, patients=patients)
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    checked = gated(delivery_in(folder))
    return f"{as_text(checked)}\n{as_html(checked)}"


def test_an_unknown_column_is_named_where_a_column_is_missing(tmp_path: Path) -> None:
    text = told(tmp_path, PATIENTS.replace("sex", "Merkmal"))
    words = " ".join(text.split())
    assert "patients: Merkmal (not known here)" in words
    assert '"..." = "sex" # which of their columns is it? Merkmal' in words


def test_it_is_named_too_where_registry_toml_names_the_only_known_one(tmp_path: Path) -> None:
    patients = "Kennung,Merkmal,Tag\nA,w,2024-12-01\n"
    assert "Merkmal" not in told(tmp_path / "unstated", patients)
    assert "Merkmal" in told(tmp_path / "stated", patients, '[rename.patients]\nKennung = "patient_id"\n')


@pytest.mark.parametrize(
    "first",
    [
        "Schmidt,weiblich,2024-12-01",
        "Schmidt,weiblich,Dezember",
        "SCHMIDT,unit,Berlin",
        "sex,Schmidt,Berlin",
        "patient_id,sex,Schmidt 4711",
        "patient_id,sex,1",
        "patient_id,Schmidt,01.12.24",
        "patient_id,Schmidt,P0012345",
        "A,Schmidt,",
    ],
)
def test_of_a_first_row_that_may_be_a_patient_s_no_cell_is_told(tmp_path: Path, first: str) -> None:
    text = told(tmp_path, f"{first}\nB,female,2024-12-01\n")
    for cell in ("Schmidt", "SCHMIDT", "weiblich", "Berlin", "Dezember", "4711", "P0012345", "01.12.24"):
        assert cell not in text
    assert WITHHELD in text


def test_a_name_that_is_none_is_withheld_among_those_that_are_told(tmp_path: Path) -> None:
    text = " ".join(told(tmp_path, PATIENTS.replace("sex", "Merkmal,_x;=,") + "").split())
    assert "Merkmal" in text
    assert "_x;=" not in text


@pytest.mark.parametrize(
    ("header", "known", "is_header"),
    [
        (["patient_id", "Tag"], {"patient_id"}, True),
        (["site", "Tag"], {"site"}, False),
        (["site", "status", "Tag"], {"site", "status"}, True),
        (["Tag", "Ort"], set(), False),
        (["patient_id", "2024"], {"patient_id"}, False),
        (["patient_id", "12"], {"patient_id"}, False),
        (["patient_id", "HER2_status", "CA15-3"], {"patient_id"}, True),
        (["patient_id", ""], {"patient_id"}, True),
        (["patient_id", "5-Mar-24"], {"patient_id"}, True),
        ([], set(), False),
    ],
)
def test_a_header_is_known_by_columns_of_ours_and_by_no_value_among_them(
    header: list[str], known: set[str], is_header: bool
) -> None:
    assert is_of_names(header, known) is is_header

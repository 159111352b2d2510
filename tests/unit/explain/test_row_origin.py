"""`bpp raw` on rows that an adapter made: the row or document of the export, and what filled the other cells.

Not here: rows of our own files (`test_delivered_row.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bpp_etl.adapters import CANONICAL, adapter_names, find_adapter
from bpp_etl.adapters.tryout import EXAMPLE
from bpp_etl.admission.intake import take_in
from bpp_etl.explain.delivered_row import tell_row
from bpp_etl.explain.row_fate import Which
from bpp_etl.explain.row_origin import origin_of
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.settings import Places
from bpp_etl.warehouse.connection import opened_read_only
from tests.support.deliveries import write_texts

SHIPPED = [name for name in adapter_names() if name != CANONICAL]
DAY = "2024-12-31"
CONSTANTS = 'format = "sdtm"\n[constants.lab_results]\nlaboratory = "made up"\n'


def example(landing: Path, name: str) -> Path:
    """Lay the worked delivery of a format into a landing."""
    folder = find_adapter(name)
    assert isinstance(folder, Path)
    place = Path(shutil.copytree(folder / EXAMPLE, landing / name / DAY))
    if (place / "registry.toml").exists():
        shutil.move(place / "registry.toml", place.parent)
    else:
        (place.parent / "registry.toml").write_text(f'format = "{name}"\n', encoding="utf-8")
    return place


def told(home: Path, registry: str, table: str, number: int, file: str | None = None) -> list[str]:
    places = Places(home / "landing", home / "warehouse")
    return tell_row(places, Which(registry, DAY, table, number, file)).splitlines()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_row_that_an_adapter_made_leads_to_filled_cells_of_the_export(
    name: str, tmp_path: Path
) -> None:
    delivery = delivery_of(example(tmp_path / "landing", name))
    assert delivery is not None
    read = take_in(tmp_path / "raw.duckdb", delivery, tmp_path)
    seen = 0
    with opened_read_only(tmp_path / "raw.duckdb") as con:
        for table in read.rows:
            rows = con.execute(f"select file, file_row_number, source_row_number from raw.{table}").fetchall()
            for file, number, source_number in rows:
                origin = origin_of(con, table, file, number, source_number)
                is_side = Path(file).stem == table
                assert bool(origin.source) != is_side
                assert origin.called == ("as delivered" if is_side else f"as the adapter {name} made it")
                seen += 1
    assert seen > 10


def test_a_document_is_told_by_its_kind_and_place_and_a_cell_of_a_side_table_by_its_row(
    tmp_path: Path,
) -> None:
    example(tmp_path / "landing", "fhir")
    lines = told(tmp_path, "fhir", "patients", 1)
    assert lines[1] == "  in patient-1.json, patient 1, which is document 1 of all"
    assert "  birth_date  1961-03-05" in lines, "as delivered"
    assert "  last_contact_date          2024-12-20  (from patients.csv, row 1)" in lines
    assert "Cells that do not stand there come of rows of condition and observation that" in lines


def test_rows_of_other_sources_are_named_by_their_numbers_and_a_day_by_the_row_it_stands_in(
    tmp_path: Path,
) -> None:
    example(tmp_path / "landing", "omop")
    lines = told(tmp_path, "omop", "patients", 1)
    assert "  metastatic_diagnosis_date  2023-12-20  (from condition_occurrence.csv, row 2)" in lines
    note = " ".join(lines[lines.index(next(one for one in lines if one.startswith("Cells that do not"))) :])
    assert "condition_occurrence: condition_occurrence.csv, rows 1, 2;" in note
    assert "measurement: measurement.csv, rows 1, 2, 3" in note
    lines = told(tmp_path, "omop", "patients", 3)
    assert "  death_date                 2024-06-11  (from death.csv, row 1)" in lines


def test_a_document_of_another_kind_is_named_by_its_place(tmp_path: Path) -> None:
    example(tmp_path / "landing", "fhir")
    note = " ".join(told(tmp_path, "fhir", "patients", 1))
    assert "Those of the same patient are condition: patient-1.json, document" in note


def test_a_document_that_makes_no_row_of_the_table_is_told_as_that(tmp_path: Path) -> None:
    example(tmp_path / "landing", "fhir")
    assert told(tmp_path, "fhir", "imaging_assessments", 1)[-1] == (
        "  no row of imaging_assessments is made of patient 1, which is document 1 of all in patient-1.json"
    )


def test_a_row_of_a_side_table_is_told_as_delivered(tmp_path: Path) -> None:
    example(tmp_path / "landing", "fhir")
    lines = told(tmp_path, "fhir", "bone_lesions", 3)
    assert lines[1:4] == ["  in bone_lesions.csv, row 3", "", "as delivered"]
    assert "as the adapter fhir made it" not in lines


def test_a_cell_that_registry_toml_states_is_told_as_stated(tmp_path: Path) -> None:
    texts = {
        "dm.csv": "USUBJID,SEX,RFSTDTC,RFPENDTC\nS1,F,2024-01-01,2024-12-01\n",
        "ex.csv": "USUBJID,EXTRT,EXSTDTC,EXENDTC\nS1,made up,2024-01-01,\n",
        "tu.csv": "USUBJID,TUTESTCD,TUDTC,TUMETHOD,TUSTRESC,TULOC,TULNKID,VISITNUM\n",
        "rs.csv": "USUBJID,RSTESTCD,RSDTC,RSSTRESC,RSMETHOD,VISITNUM\n",
        "lb.csv": "USUBJID,LBTESTCD,LBDTC,LBORRES,LBORRESU\nS1,ALP,2024-01-01,90,U/L\n",
    }
    write_texts(tmp_path / "landing", texts, registry="trial", day=DAY, toml=CONSTANTS)
    lines = told(tmp_path, "trial", "lab_results", 1)
    assert "  in lb.csv, row 1" in lines
    assert "  lborres   90" in lines, "as delivered"
    assert "  laboratory          made up  (stated in registry.toml)" in lines

"""Beside the rules that a refused row broke, quarantine names the columns that they are about.

Not here: which rows break which rule (`test_row_rules.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.contract import delivered_columns
from schemas.laws import LineLaw
from schemas.rules import RULES, Rule, rule_of
from schemas.tables import TABLES
from tests.support.deliveries import TINY, with_rows, write_delivery_of, write_texts
from tests.support.gating import Gated, gated
from tests.support.row_cases import DAY, case_delivery, row_cases

LIMITS = "[limits]\ncadence = 1\n" + "".join(f"{table} = 1\n" for table in TABLES)
REFUSING = [rule for rule in RULES if rule.severity == "refuse" and rule.table in TABLES]
OF_CELLS = [one for one in row_cases() if rule_of(one.table, one.rule).is_of_cells]
OF_THE_ROW = {"duplicate_row", "field_count_differs"}


def about(tmp_path: Path, toml: str = LIMITS, **tables: str) -> Gated:
    folder = write_delivery_of(tmp_path, **tables)
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return gated(folder)


@pytest.mark.parametrize("rule", REFUSING, ids=lambda rule: f"{rule.table}-{rule.id}")
def test_a_rule_that_refuses_names_columns_of_its_table_or_is_about_cells_or_whole_rows(rule: Rule) -> None:
    known = {column.name for column in delivered_columns(TABLES[rule.table].contract)}
    assert known.issuperset(rule.columns)
    assert bool(rule.columns) + rule.is_of_cells + (rule.id in OF_THE_ROW) == 1
    assert rule.id != "field_count_differs" or isinstance(rule.law, LineLaw)


def test_each_case_of_a_cell_names_its_column_alone(tmp_path: Path) -> None:
    made = case_delivery(OF_CELLS)
    texts = {f"{table}.csv": made.text_of(table) for table in TABLES}
    found = gated(write_texts(tmp_path, texts, day=DAY, toml=LIMITS))
    told = {
        (one.id, number): found.about[one.table, number] for one in OF_CELLS for number in made.bad[one.id]
    }
    assert told == {(one, number): [about_column(one)] for one, number in told}


def about_column(case: str) -> str:
    """Read the column off the name of a case of a kind of cells."""
    (one,) = (one for one in OF_CELLS if one.id == case)
    return one.about.split()[0]


def test_a_row_names_every_column_that_breaks_a_rule_and_no_other(tmp_path: Path) -> None:
    found = about(
        tmp_path,
        imaging_assessments=with_rows("imaging_assessments", "X1,A,2024-13-01,XX,perhaps,SD"),
    )
    (place,) = found.refused
    assert found.refused[place] == ["code_unknown", "date_invalid"]
    assert found.about[place] == ["assessment_date", "is_bone_window", "modality"]


def test_a_row_without_its_cells_names_those_that_are_empty(tmp_path: Path) -> None:
    found = about(tmp_path, patients=with_rows("patients", ",,2024-12-01"))
    (columns,) = found.about.values()
    assert columns == ["patient_id", "sex"]


def test_two_dates_out_of_order_are_both_named(tmp_path: Path) -> None:
    found = about(
        tmp_path,
        patients="patient_id,sex,last_contact_date,death_date\nZ,female,2024-12-01,2024-11-01\n",
        imaging_assessments=None,
    )
    assert found.about["patients", 1] == ["death_date", "last_contact_date"]


def test_a_copy_is_about_no_column_and_a_shared_key_about_the_key(tmp_path: Path) -> None:
    row = "Z,female,2024-12-01"
    copy = about(tmp_path / "copy", patients=with_rows("patients", row, row))
    assert list(copy.refused.values()) == [["duplicate_row"]]
    assert list(copy.about.values()) == [[]]
    key = about(tmp_path / "key", patients=with_rows("patients", row, row.replace("female", "male")))
    assert list(key.about.values()) == [["patient_id"], ["patient_id"]]


def test_a_line_that_is_not_read_is_about_no_column(tmp_path: Path) -> None:
    found = about(tmp_path, patients=with_rows("patients", "Z,female"))
    assert list(found.refused.values()) == [["field_count_differs"]]
    assert list(found.about.values()) == [[]]


def test_a_row_without_a_parent_names_the_column_that_leads_to_it(tmp_path: Path) -> None:
    found = about(
        tmp_path,
        imaging_assessments=TINY["imaging_assessments"] + "X1,nobody,2024-03-01,CT,true,SD\n",
        bone_lesions=TINY["bone_lesions"] + "X1,L9,rib,osteoblastic,new,none,false\n",
    )
    assert {table: columns for (table, _), columns in found.about.items()} == {
        "imaging_assessments": ["patient_id"],
        "bone_lesions": ["assessment_id"],
    }


def test_a_last_contact_that_follows_from_other_records_is_not_named_as_missing(tmp_path: Path) -> None:
    toml = LIMITS + '[last_contact]\nfrom = "any_record"\n'
    patients = TINY["patients"].replace("A,female,2024-12-01", "A,,")
    found = about(tmp_path / "known", toml, patients=patients)
    assert found.about["patients", 1] == ["sex"]
    nobody = about(tmp_path / "nobody", toml, patients=TINY["patients"] + "N,,\n")
    assert list(nobody.about.values()) == [["last_contact_date", "sex"]]

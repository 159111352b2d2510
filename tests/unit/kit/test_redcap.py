"""The REDCap project of the kit: every column once, in a dictionary and a project file that say the same."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bpp_etl.errors import UsageError
from bpp_etl.kit.odm import ODM, REDCAP, project
from bpp_etl.kit.redcap import data_dictionary, instruments
from bpp_etl.kit.write import write_redcap
from bpp_etl.reading.problems import looks_like_identifier
from schemas.contract import delivered_columns
from schemas.tables import TABLES
from tests.support.commands import bpp

MADE_AT = dt.datetime(2026, 1, 31, 12, 0, tzinfo=dt.UTC)
ROWS = list(csv.DictReader(io.StringIO(data_dictionary())))
ROOT = ET.fromstring(project(MADE_AT))
LONGEST_VARIABLE = 26
"""What REDCap advises: some of its exports cut a longer name."""
NOT_ASKED = {
    ("imaging_assessments", "assessment_id"),
    *((name, "patient_id") for name in TABLES if name != "patients"),
}
"""The record is the patient, and an examination is known by the number of its instance."""


def items() -> list[ET.Element]:
    return ROOT.findall(f".//{{{ODM}}}ItemDef")


def own(element: ET.Element, name: str) -> str:
    return element.get(f"{{{REDCAP}}}{name}", "")


def test_every_column_is_asked_for_once_but_what_the_record_itself_says() -> None:
    annotated = [row["Field Annotation"] for row in ROWS]
    wanted = {
        f"bpp:{name}.{column.name}"
        for name, table in TABLES.items()
        for column in delivered_columns(table.contract)
        if (name, column.name) not in NOT_ASKED
    }
    assert sorted(annotated) == sorted(wanted)


def test_the_record_id_comes_first_and_no_field_identifies_anybody() -> None:
    assert ROWS[0]["Variable / Field Name"] == "record_id"
    assert not any(row["Identifier?"] for row in ROWS)
    assert not any(looks_like_identifier(row["Variable / Field Name"]) for row in ROWS)


def test_a_variable_is_named_as_redcap_can_name_it_and_as_no_other() -> None:
    names = [row["Variable / Field Name"] for row in ROWS]
    assert len({*names}) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", name) for name in names)
    assert max(map(len, names)) <= LONGEST_VARIABLE


def test_choices_are_our_codes_where_redcap_can_hold_them_else_their_labels_are() -> None:
    for name, table in TABLES.items():
        for column in delivered_columns(table.contract):
            rows = [row for row in ROWS if row["Field Annotation"] == f"bpp:{name}.{column.name}"]
            if not column.codes or not rows:
                continue
            choices = [
                one.split(", ", 1) for one in rows[0]["Choices, Calculations, OR Slider Labels"].split(" | ")
            ]
            told = tuple(code if code in column.codes else label for code, label in choices)
            assert told in (column.codes, tuple(label for _, label in choices))
            assert [*told] == [*column.codes]
            assert all(re.fullmatch(r"\w+", code, re.ASCII) for code, _ in choices)


def test_required_columns_are_required_fields() -> None:
    required = {row["Field Annotation"] for row in ROWS if row["Required Field?"] == "y"}
    assert required == {
        f"bpp:{name}.{column.name}"
        for name, table in TABLES.items()
        for column in delivered_columns(table.contract)
        if column.required and (name, column.name) not in NOT_ASKED
    }


def test_all_instruments_but_that_of_the_patient_repeat() -> None:
    repeating = ROOT.findall(f".//{{{REDCAP}}}RepeatingInstrument")
    assert [own(one, "RepeatInstrument") for one in repeating] == [*TABLES][1:]
    known = {row["Variable / Field Name"] for row in ROWS}
    for one in repeating:
        assert {*re.findall(r"\[(\w+)\]", own(one, "CustomLabel"))} <= known


def test_the_project_file_defines_the_fields_of_the_dictionary_and_the_status_of_each_form() -> None:
    stated = {own(item, "Variable"): own(item, "FieldAnnotation") for item in items()}
    statuses = {f"{instrument.name}_complete": "" for instrument in instruments()}
    assert stated == {row["Variable / Field Name"]: row["Field Annotation"] for row in ROWS} | statuses


def test_the_project_file_has_the_choices_of_the_dictionary() -> None:
    lists = {
        own(one, "Variable"): [
            (item.get("CodedValue"), item.findtext(f".//{{{ODM}}}TranslatedText"))
            for item in one.findall(f"{{{ODM}}}CodeListItem")
        ]
        for one in ROOT.findall(f".//{{{ODM}}}CodeList")
    }
    for instrument in instruments():
        for field in instrument.fields:
            if field.choices:
                assert lists[field.variable] == [(one.code, one.label) for one in field.choices]
    assert lists["scan_is_bone_window"] == [("1", "Yes"), ("0", "No")]


def test_every_reference_in_the_project_file_leads_somewhere() -> None:
    defined = {one.get("OID") for one in ROOT.iter() if one.tag.endswith(("Def", "CodeList"))}
    named = {
        value
        for one in ROOT.iter()
        if one.tag.endswith("Ref")
        for name, value in one.attrib.items()
        if name.endswith("OID")
    }
    assert named
    assert named <= defined


def test_the_project_file_holds_no_data() -> None:
    assert ROOT.find(f".//{{{ODM}}}ClinicalData") is None


def test_the_kit_is_written_once_and_never_over_what_is_there(tmp_path: Path) -> None:
    write_redcap(tmp_path, MADE_AT)
    assert (tmp_path / "data_dictionary.csv").read_text(encoding="utf-8") == data_dictionary()
    (tmp_path / "project.xml").unlink()
    with pytest.raises(UsageError, match=r"data_dictionary\.csv .* is there already"):
        write_redcap(tmp_path, MADE_AT)
    assert not (tmp_path / "project.xml").exists()


def test_the_commands_write_both_kits_where_they_are_told(tmp_path: Path) -> None:
    for kind in ("excel", "redcap"):
        said = bpp("kit", kind, "--to", tmp_path / "kit")
        assert (said.code, said.err) == (0, "")
    assert {path.name for path in (tmp_path / "kit").iterdir()} == {
        "delivery.xlsx",
        "data_dictionary.csv",
        "project.xml",
    }
    again = bpp("kit", "excel", "--to", tmp_path / "kit")
    assert again.code == 2
    assert "is there already" in again.err

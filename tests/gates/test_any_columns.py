"""Exports whose columns have any names: what is loaded of them, what is withheld, and how rows are counted.

Not here: what their answers mean (`tests/unit/adapters`). REDCap's exports are such ones.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.reading.limits import DEFAULTS
from bpp_etl.reading.terms import Terms
from bpp_etl.warehouse.connection import opened
from tests.support.deliveries import write_texts
from tests.support.gating import Gated, gated, problems_of

DICTIONARY = """\
field_name,form_name,field_type,select_choices_or_calculations,identifier,field_annotation
record_id,base,text,,,
ward,base,text,,y,bpp:patients.er_status
first_name,base,text,,,bpp:patients.pr_status
sex,base,text,,,bpp:patients.sex
seen,base,text,,,bpp:patients.last_contact_date
note,base,notes,,,
flags,base,checkbox,"1, one | 2, two",y,
"""
SECRET = "Ward-Seven"
FLAT = f"""\
record_id,ward,first_name,Sex,seen,note,flags___1,redcap_data_access_group,base_complete
1,{SECRET},{SECRET},female,2024-12-01,{SECRET},1,{SECRET},2
2,,{SECRET},,,,,,
3,,,female,2024-12-02,,,,
"""
LONG = "record,field_name,value\n" + "".join(
    f"{record},{name},{value}\n"
    for record, name, value in (
        ("1", "record_id", "1"),
        ("1", "ward", SECRET),
        ("1", "first_name", SECRET),
        ("1", "sex", "female"),
        ("1", "seen", "2024-12-01"),
        ("1", "note", SECRET),
        ("1", "flags", "1"),
        ("1", "Nobody knows", SECRET),
        ("3", "SEX", "female"),
        ("3", "seen", "2024-12-02"),
    )
)


def write(tmp_path: Path, data: str, toml: str = "", **files: str) -> Path:
    texts = {"data.csv": data, "data_dictionary.csv": DICTIONARY, **files}
    return write_texts(tmp_path, texts, toml=f'format = "redcap"\n{toml}')


def patients(one: Gated) -> list[tuple[object, ...]]:
    """Return id, sex and last contact of the admitted patients."""
    return [(row[1], row[2], row[7]) for row in one.core["patients"]]


def everything_in(folder: Path, tmp_path: Path) -> str:
    """Read a delivery, and return the text of all that its working file holds."""
    delivery = delivery_of(folder)
    assert delivery is not None
    with opened(tmp_path / "read.duckdb", is_working_file=True) as con:
        read_delivery(con, delivery, scratch_root=tmp_path)
        tables = con.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        assert ("raw_source_data", "data") in tables
        return repr([con.execute(f'from "{schema}"."{table}"').fetchall() for schema, table in tables])


@pytest.mark.parametrize("data", [FLAT, LONG], ids=["flat", "long"])
def test_nothing_is_loaded_but_the_fields_that_are_mapped(tmp_path: Path, data: str) -> None:
    told = everything_in(write(tmp_path, data), tmp_path)
    assert "2024-12-01" in told
    assert SECRET not in told


def test_fields_that_identify_somebody_are_reported_and_others_are_told_apart(tmp_path: Path) -> None:
    one = gated(write(tmp_path, FLAT))
    assert [name for table, name in one.read.identifier_columns if table == "data"] == [
        "ward",
        "first_name",
        "flags___1",
    ]
    assert [name for table, name in one.read.extra_columns if table == "data"] == [
        "note",
        "redcap_data_access_group",
    ]


def test_a_long_export_tells_the_same_of_its_fields_and_no_name_that_nobody_knows(tmp_path: Path) -> None:
    one = gated(write(tmp_path, LONG))
    assert [name for table, name in one.read.identifier_columns if table == "data"] == [
        "first_name",
        "flags",
        "ward",
    ]
    assert [name for table, name in one.read.extra_columns if table == "data"] == [
        "column 2 (name withheld)",
        "note",
    ]


def test_a_flat_and_a_long_export_make_the_same_patients(tmp_path: Path) -> None:
    flat, long = (gated(write(tmp_path / name, data)) for name, data in (("flat", FLAT), ("long", LONG)))
    assert patients(flat) == patients(long)
    assert len(patients(flat)) == 2


def test_every_row_of_a_file_is_counted_whatever_of_it_is_loaded(tmp_path: Path) -> None:
    told = gated(write(tmp_path, FLAT)).meanings
    assert {key: rows for key, rows in told.items() if key[0] == "data"} == {
        ("data", "with a field of patients"): 2,
        ("data", "without a filled field that is mapped"): 1,
    }
    told = gated(write(tmp_path / "long", LONG)).meanings
    assert sum(rows for key, rows in told.items() if key[0] == "data") == LONG.count("\n") - 1


def test_a_field_named_twice_shuts_the_gate(tmp_path: Path) -> None:
    one = gated(write(tmp_path, "record_id,sex,SEX\n1,female,male\n"))
    assert one.message("column_duplicated") == "data.csv names columns twice: sex"


def test_a_column_that_is_not_read_may_be_there_twice_or_without_a_name(tmp_path: Path) -> None:
    one = gated(write(tmp_path, ",record_id,sex,seen,x,x\n1,1,female,2024-12-01,2,3\n"))
    assert [row[:2] for row in patients(one)] == [("1", "female")]


def test_an_export_with_labels_for_a_header_is_told_that_no_field_is_there(tmp_path: Path) -> None:
    one = gated(write(tmp_path, "Study number,Sex of the patient\n1,female\n"))
    assert one.message("column_missing") == (
        "data.csv has none of the columns that are read of data: its header must name them by their"
        " variables, not by their labels"
    )


def test_an_export_of_another_delimiter_is_told_what_is_to_be_stated_and_then_read(tmp_path: Path) -> None:
    text = "record_id;sex;seen\n1;female;2024-12-01\n"
    assert gated(write(tmp_path / "a", text)).message("column_missing") == (
        "data.csv has none of the columns that are read of data: a header of one cell wants its delimiter"
        " stated in [read.data] of registry.toml"
    )
    one = gated(write(tmp_path / "b", text, '[read.data]\ndelimiter = ";"\n'))
    assert [row[:2] for row in patients(one)] == [("1", "female")]


def test_a_column_may_be_renamed_to_its_variable(tmp_path: Path) -> None:
    renamed = '[rename.data]\n"Study number" = "record_id"\n"Sex of the patient" = "sex"\n'
    one = gated(write(tmp_path, "Study number,Sex of the patient,seen\n1,female,2024-12-01\n", renamed))
    assert [row[:2] for row in patients(one)] == [("1", "female")]


def test_an_export_in_parts_is_one_whose_rows_are_known_by_their_files(tmp_path: Path) -> None:
    folder = write(tmp_path, FLAT)
    (folder / "data").mkdir()
    (folder / "data.csv").rename(folder / "data" / "a.csv")
    (folder / "data" / "b.csv").write_text("record_id,sex,seen\n4,fem,2024-12-01\n5,female,2024-12-03\n")
    one = gated(folder)
    assert [row[0] for row in patients(one)] == ["1", "3", "5"]
    assert one.refused == {("patients", 1): ["code_unknown"]}


def test_an_export_may_be_a_workbook(tmp_path: Path) -> None:
    folder = write(tmp_path, FLAT)
    (folder / "data.csv").unlink()
    book = openpyxl.Workbook()
    for row in (line.split(",") for line in FLAT.splitlines()):
        book.active.append(row)
    book.save(folder / "data.xlsx")
    assert patients(gated(folder)) == patients(gated(write(tmp_path / "csv", FLAT)))


def test_rows_without_a_filled_cell_are_no_rows(tmp_path: Path) -> None:
    one = gated(write(tmp_path, FLAT + "," * 8 + "\n"))
    assert sum(rows for key, rows in one.meanings.items() if key[0] == "data") == 3


@pytest.mark.parametrize(("limit", "most"), [("columns", 8), ("rows", 3), ("cell_bytes", 20)])
def test_the_limits_of_a_file_hold_for_it(tmp_path: Path, limit: str, most: int) -> None:
    mapped = "field_name,field_annotation\nsex,bpp:patients.sex\n"
    folder = write(tmp_path, f"{FLAT}4,,,{'x' * 21},,,,,\n", **{"data_dictionary.csv": mapped})
    delivery = delivery_of(folder)
    assert delivery is not None
    terms = Terms(limits=replace(DEFAULTS, **{limit: most}))
    with opened(tmp_path / "read.duckdb", is_working_file=True) as con:
        (problem,) = read_delivery(con, delivery, scratch_root=tmp_path, terms=terms).problems
    assert problem.message.startswith("data.csv has ")
    assert problem.message.endswith(f"(limit {limit})")


def test_a_delivery_whose_dictionary_cannot_be_read_is_told_of_that_alone(tmp_path: Path) -> None:
    folder = write(tmp_path, FLAT, **{"data_dictionary.csv": ""})
    assert problems_of(folder) == [
        ("delivery", "file_unreadable", "data_dictionary.csv is empty"),
    ]

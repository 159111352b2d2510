"""Files of another standard: domains in parts, encodings, and what registry.toml states of them.

Not here: what their rows mean (`tests/unit/adapters`, `tests/real`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import polars as pl
import pyreadstat
import pytest

from tests.support.deliveries import write_texts
from tests.support.gating import Gated, gated

DM = {"USUBJID": ["A", "B"], "SEX": ["F", "F"], "RFPENDTC": ["2024-12-01"] * 2}
EX = {"USUBJID": ["A", "B"], "EXTRT": ["X"] * 2, "EXSTDTC": ["2024-01-01"] * 2}
RS = {"USUBJID": ["A"], "RSTESTCD": ["OVRLRESP"], "RSDTC": ["2024-02-12"], "RSSTRESC": ["SD"]}
TU = {
    "USUBJID": ["A"],
    "TUTESTCD": ["TUMIDENT"],
    "TUDTC": ["2023-12-20"],
    "TUMETHOD": ["CT SCAN"],
    "TUSTRESC": ["TARGET"],
}
LB = {
    "USUBJID": ["A", "B"],
    "LBTESTCD": ["ALP", "ALP"],
    "LBDTC": ["2024-01-01", "2024-01-01"],
    "LBORRES": ["100", "110"],
    "LBORRESU": ["U/L", "U/L"],
    "LBNAM": ["Zürich", "Zürich"],
}


def trial(tmp_path: Path, toml: str = "", **domains: Mapping[str, Sequence[object]]) -> Path:
    """Write a trial of two subjects, its laboratory as stated."""
    folder = write_texts(tmp_path, {}, toml=f'format = "sdtm"\n{toml}')
    for name, columns in {"dm": DM, "ex": EX, "rs": RS, "tu": TU, **domains}.items():
        pyreadstat.write_xport(pl.DataFrame(columns), folder / f"{name}.xpt", file_format_version=5)
    return folder


def results(one: Gated) -> list[tuple[object, ...]]:
    """Return patient, value, unit, laboratory and row of the admitted results."""
    return [(row[1], row[4], row[5], row[7], row[-1]) for row in one.core["lab_results"]]


def test_a_domain_in_parts_is_one_and_its_rows_are_known_apart(tmp_path: Path) -> None:
    refused = {**LB, "LBORRES": ["101", "<5"]}
    one = gated(trial(tmp_path, lbch=LB, lbhe=refused))
    assert results(one) == [
        ("A", 100, "U/L", "Zürich", 1),
        ("B", 110, "U/L", "Zürich", 2),
        ("A", 101, "U/L", "Zürich", 3),
    ]
    # Named with its file, the row is that of the file.
    assert one.refused == {("lab_results", 2): ["value_is_censored"]}
    assert one.read.unknown_files == ()


def test_a_domain_both_whole_and_in_parts_is_ambiguous(tmp_path: Path) -> None:
    one = gated(trial(tmp_path, lb=LB, lbch=LB))
    assert one.message("file_ambiguous") == "lb is delivered in 2 files, folders or sheets"


def test_a_domain_that_cannot_be_split_has_one_name(tmp_path: Path) -> None:
    folder = trial(tmp_path, dmxx=DM)
    assert gated(folder).read.unknown_files == ("dmxx.xpt",)


def write_book(folder: Path, sheet: str, columns: Mapping[str, Sequence[object]]) -> None:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in (list(columns), *zip(*columns.values(), strict=True)):
        book.active.append(row)
    book.save(folder / f"{sheet}.xlsx")


@pytest.mark.parametrize("kind", ["xpt", "parquet", "xlsx"])
def test_a_comma_that_is_stated_of_text_leaves_numbers_by_type_alone(tmp_path: Path, kind: str) -> None:
    mixed = {**LB, "LBORRES": ["100,5", "110"], "LBORNRHI": [105.5, 1045.25]}
    folder = trial(tmp_path, 'decimal = ","\n', **({"lb": mixed} if kind == "xpt" else {}))
    if kind == "parquet":
        pl.DataFrame(mixed).write_parquet(folder / "lb.parquet")
    elif kind == "xlsx":
        write_book(folder, "lb", {**mixed, "LBORRES": ["100,5", 110.25]})
    one = gated(folder)
    assert one.refused == {}
    second = 110.25 if kind == "xlsx" else 110
    assert [(row[4], row[6]) for row in one.core["lab_results"]] == [(100.5, 105.5), (second, 1045.25)]


def test_the_encoding_that_is_stated_reaches_a_transport_file(tmp_path: Path) -> None:
    folder = trial(tmp_path, "[read.lb]\nencoding = 'latin-1'\n", lb={**LB, "LBNAM": ["Z#rich"] * 2})
    path = folder / "lb.xpt"
    path.write_bytes(path.read_bytes().replace(b"Z#rich", "Zürich".encode("latin-1")))
    assert [row[3] for row in results(gated(folder))] == ["Zürich", "Zürich"]
    (folder.parent / "registry.toml").write_text('format = "sdtm"', encoding="utf-8")
    assert gated(folder).message("file_unreadable") == "lb.xpt is not text in utf-8"


def test_a_constant_stands_for_a_column_that_is_empty_in_every_row_of_an_adapted_table(
    tmp_path: Path,
) -> None:
    toml = """decimal = ','
[constants.lab_results]
unit = 'U/L'
laboratory = 'main'
upper_limit_normal = 104.5
"""
    one = gated(trial(tmp_path, toml, lb={**LB, "LBORRESU": ["", " "], "LBNAM": ["", "own"]}))
    assert results(one) == [("A", 100, "U/L", None, 1), ("B", 110, "U/L", "own", 2)]
    assert [row[6] for row in one.core["lab_results"]] == [104.5, 104.5]


def test_empty_rows_of_a_domain_are_no_rows(tmp_path: Path) -> None:
    one = gated(trial(tmp_path, lb={name: [cells[0], "", cells[1]] for name, cells in LB.items()}))
    assert [row[-1] for row in results(one)] == [1, 3]
    assert one.read.empty_rows == {"lb": 1}


@pytest.mark.parametrize("section", ["rename.labs", "read.labs"])
def test_a_section_of_a_table_that_nobody_delivers_is_named(tmp_path: Path, section: str) -> None:
    one = gated(trial(tmp_path, f"[{section}]\nsheet = 'x'\n", lb=LB))
    kind = section.removesuffix(".labs")
    assert one.message("configuration_invalid").startswith(
        f"registry.toml: unknown table in [{kind}]: 'labs'; known: patients, "
    )


def test_sources_and_side_tables_may_be_sheets_of_one_workbook(tmp_path: Path) -> None:
    folder = trial(tmp_path)
    book = openpyxl.Workbook()
    book.active.title = "LB"
    book.active.append(list(LB))
    for row in zip(*LB.values(), strict=True):
        book.active.append(row)
    tests, notes = book.create_sheet("her2_tests"), book.create_sheet("notes")
    tests.append(["patient_id", "test_date", "specimen_site"])
    tests.append(["A", "2023-12-01", "primary"])
    notes.append(["a note"])
    book.save(folder / "delivery.xlsx")
    one = gated(folder)
    assert [row[0] for row in results(one)] == ["A", "B"]
    assert [row[1] for row in one.core["her2_tests"]] == ["A"]
    assert one.read.unknown_files == ("delivery.xlsx/notes",)

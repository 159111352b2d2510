"""A row of csv with another number of fields than its header has names is refused by its line, never read.

Not here: files that cannot be read at all (`tests/faults/test_hostile_files.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.tables import TABLES
from tests.support.deliveries import TINY, with_rows, write_delivery_of
from tests.support.gating import Gated, gated, problems_of

OPEN = "[limits]\ncadence = 1\n" + "".join(f"{name} = 1\n" for name in TABLES)


def judged(tmp_path: Path, toml: str = "", **changed: str) -> Gated:
    folder = write_delivery_of(tmp_path, **changed)
    (folder.parent / "registry.toml").write_text(toml + OPEN, encoding="utf-8")
    return gated(folder)


def test_a_row_of_another_width_is_refused_by_its_line_in_every_table(tmp_path: Path) -> None:
    changed = {}
    more = with_rows("her2_tests", "B,2023-12-01,primary,0", "C,2023-12-01,primary,0")
    sound = {**TINY, "her2_tests": more}
    for name, text in sound.items():
        head, first, *rest = text.splitlines()
        # The neighbours hold the rule: one has as many fields as the header, the other is quoted.
        changed[name] = "\n".join([head, f"{first},", first.rpartition(",")[0], *rest, first]) + "\n"
    one = judged(tmp_path, **changed)
    assert one.decision.is_open
    for name, text in sound.items():
        rows = len(text.splitlines()) - 2 + 3
        assert {row: rules for (table, row), rules in one.refused.items() if table == name} == {
            1: ["field_count_differs"],
            2: ["field_count_differs"],
        }, name
        counted = next(found for found in one.decision.tables if found.table == name)
        assert (counted.delivered, counted.admitted, counted.refused) == (rows, rows - 2, 2)
        result = one.result(name, "field_count_differs")
        assert (result.judged, result.broken, result.status) == (rows, 2, "failed")
        assert one.result(name, "rows_not_conserved").status == "passed"


def test_a_comma_in_quotes_is_text_as_the_rule_says(tmp_path: Path) -> None:
    line = "A,2,{},2024-07-01,,21"
    broken = with_rows("therapy_lines", line.format("letrozole, ribociclib"))
    mended = with_rows("therapy_lines", line.format('"letrozole, ribociclib"'))
    assert judged(tmp_path / "a", therapy_lines=broken).refused == {
        ("therapy_lines", 4): ["field_count_differs"]
    }
    assert judged(tmp_path / "b", therapy_lines=mended).refused == {}


def test_rows_are_numbered_as_the_file_has_them_whatever_is_refused_or_empty(tmp_path: Path) -> None:
    text = TINY["patients"] + "\n  \n,,,,,\nD,female,2024-12-01,more\n,,\nE,,2024-12-01\n"
    for place, (packed, lines) in enumerate({"\n": text, "\r\n": text.replace("\n", "\r\n")}.items()):
        one = judged(tmp_path / f"{place}", patients=lines)
        assert one.refused == {
            ("patients", 6): ["field_count_differs"],
            ("patients", 8): ["required_value_missing"],
        }, packed
        assert one.read.empty_rows == {"patients": 3}


def test_two_such_rows_are_no_copies_and_a_parent_that_is_one_takes_its_children(tmp_path: Path) -> None:
    patients = TINY["patients"].replace("A,female,2024-12-01", "A,female,2024-12-01,x\nA,female,2024-12-01,x")
    one = judged(tmp_path, patients=patients)
    of_patients = {row: rules for (table, row), rules in one.refused.items() if table == "patients"}
    assert of_patients == {1: ["field_count_differs"], 2: ["field_count_differs"]}
    assert one.refused["therapy_lines", 1] == ["unknown_patient"]


WHOLE = {
    "the names of R's rows have no name": (
        lambda rows: [f'"{place}",{row}' for place, row in enumerate(rows, start=1)],
        "has a field more in every row than its header has names (line 2): R's write.table does not name"
        " its row names; write row.names = FALSE, or col.names = NA, there",
    ),
    "a delimiter at the end": (
        lambda rows: [f"{row}," for row in rows],
        "ends every row with a delimiter that its header does not end with (line 2)",
    ),
    "most rows": (
        lambda rows: [rows[0], f"{rows[1]},x", f"{rows[2]},x,y"],
        "has another number of columns than its header in most rows (line 3)",
    ),
    "torn": (
        lambda rows: [*rows[:-1], rows[-1].partition(",")[0]],
        "has a row with another number of columns than its header (line 4)",
    ),
    "a quote that takes in the lines after it": (
        lambda rows: [*rows, '"D,female,2024-12-01', 'E,female,2024-12-01"', *rows],
        "has a row with another number of columns than its header (line 5)",
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_is_odd_throughout_is_unreadable_and_says_why(tmp_path: Path, name: str) -> None:
    change, why = WHOLE[name]
    head, *rows = TINY["patients"].splitlines()
    folder = write_delivery_of(tmp_path, patients="\n".join([head, *change(rows)]))
    assert problems_of(folder) == [("patients", "file_unreadable", f"patients.csv {why}")]


def test_row_names_of_r_are_read_over_where_the_header_names_them(tmp_path: Path) -> None:
    head, *rows = TINY["patients"].splitlines()
    named = [f'"",{head}', *(f'"{place}",{row}' for place, row in enumerate(rows, start=1))]
    assert judged(tmp_path, patients="\n".join(named) + "\n").refused == {}


def test_such_a_row_of_another_standard_leaves_its_file_unreadable(tmp_path: Path) -> None:
    folder = tmp_path / "trial" / "2024-12-31"
    folder.mkdir(parents=True)
    (folder / "dm.csv").write_text("USUBJID,SEX\nA,F\nB,F\nC,F,x\n", encoding="utf-8")
    (folder.parent / "registry.toml").write_text('format = "sdtm"\n', encoding="utf-8")
    told = "dm.csv has a row with another number of columns than its header (line 4)"
    assert ("delivery", "file_unreadable", told) in problems_of(folder)


def test_a_file_of_another_width_is_read_in_its_encoding(tmp_path: Path) -> None:
    text = with_rows("therapy_lines", "A,2,Größe, zwei,2024-07-01,,21")
    folder = write_delivery_of(tmp_path, therapy_lines=text)
    (folder / "therapy_lines.csv").write_bytes(text.encode("latin-1"))
    (folder.parent / "registry.toml").write_text("encoding = 'latin-1'\n" + OPEN, encoding="utf-8")
    assert gated(folder).refused == {("therapy_lines", 4): ["field_count_differs"]}


@pytest.mark.parametrize("blank", [",,,,,,,", ",", '""', "  ", "NULL,.,-,?,n/a", "\u200e,\u00ad"])
def test_lines_without_a_filled_cell_are_no_rows_whatever_their_width(tmp_path: Path, blank: str) -> None:
    for place, end in enumerate(("\n", "")):
        text = TINY["patients"] + "\n".join([blank] * 9) + end
        one = judged(tmp_path / f"{place}", patients=text)
        assert one.refused == {}
        assert one.read.empty_rows == {"patients": 9}


def test_lines_without_a_filled_cell_leave_a_file_of_another_standard_readable(tmp_path: Path) -> None:
    folder = tmp_path / "trial" / "2024-12-31"
    folder.mkdir(parents=True)
    (folder / "dm.csv").write_text("USUBJID,SEX\nA,F\nB,F\n,,,\n,,,\n,,,\n", encoding="utf-8")
    (folder.parent / "registry.toml").write_text('format = "sdtm"\n', encoding="utf-8")
    assert not [one for one in problems_of(folder) if one[1] == "file_unreadable"]

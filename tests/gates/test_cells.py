"""What single cells say: words that mean empty, marks, ranges, short years, moments, spellings of one row.

Not here: each rule's own examples (`test_row_rules.py`), and how files are written (`test_formats.py`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bpp_etl.check.run import check_delivery
from schemas.codes import NULL_WORDS
from schemas.contract import columns_of
from schemas.tables import TABLES
from tests.support.deliveries import TINY, with_rows, write_delivery_of, write_texts
from tests.support.gating import NOT_COMPARED, Gated, gated

OPEN = "[limits]\n" + "".join(f"{name} = 1\n" for name in ("cadence", *TABLES))


def judged(tmp_path: Path, toml: str = "", **changed: str) -> Gated:
    folder = write_delivery_of(tmp_path, **changed)
    # Keys come before sections.
    (folder.parent / "registry.toml").write_text(toml + "\n" + OPEN, encoding="utf-8")
    return gated(folder)


def cells(one: Gated, table: str, column: str) -> list[Any]:
    """Return a column's admitted cells in the order of the rows."""
    names = [known.name for known in columns_of(TABLES[table].contract) if known.name not in NOT_COMPARED]
    return [row[names.index(column)] for row in one.core[table]]


def laboratory(*rows: str) -> str:
    return "patient_id,analyte,specimen_date,value,unit,upper_limit_normal\n" + "".join(
        f"A,ALP_TOTAL,2024-0{place}-01,{row}\n" for place, row in enumerate(rows, start=1)
    )


@pytest.fixture(scope="module")
def written_by_laboratories(tmp_path_factory: pytest.TempPathFactory) -> Gated:
    """One delivery with each way to write an upper limit, a value or a unit in a result of one patient."""
    people = [f"P{number}" for number in range(len(WRITTEN))]
    rows = (f"{one},ALP_TOTAL,2024-02-12,{row}\n" for one, row in zip(people, WRITTEN, strict=True))
    return judged(
        tmp_path_factory.mktemp("written"),
        patients=with_rows("patients", *(f"{one},female,2024-12-01" for one in people)),
        lab_results=laboratory() + "".join(rows),
    )


WORDS = [*NULL_WORDS, "NULL", "Na", "N/A", "NaN", "[Not Available]"]
NO_RANGES = ["105-35", ">35", "35-", "35-105-120", "35-105 mg/dL", "a-b"]
BOUNDS = ["<5", "< 5 L", "≥500", "＞５"]
WRITTEN = [
    "90,U/L,104",
    *(row for word in WORDS for row in (f"110,U/L,{word}", f"{word},U/L,104", f"90,{word},104")),
    *(f"110,U/L,{limit}" for limit in NO_RANGES),
    *(f"{value},U/L,104" for value in BOUNDS),
]


def found(one: Gated, row: str) -> tuple[list[str], list[str], list[Any]]:
    """Return by what rules a result was refused and flagged, and the upper limit that was admitted."""
    key = ("lab_results", WRITTEN.index(row) + 1)
    numbers, limits = (cells(one, "lab_results", column) for column in ("row_number", "upper_limit_normal"))
    kept = [limit for number, limit in zip(numbers, limits, strict=True) if number == key[1]]
    return one.refused.get(key, []), one.flagged.get(key, []), kept


def test_a_plain_number_among_them_is_read(written_by_laboratories: Gated) -> None:
    assert found(written_by_laboratories, WRITTEN[0]) == ([], [], [104.0])


@pytest.mark.parametrize("word", WORDS)
def test_a_null_word_is_an_empty_cell_whatever_its_case(written_by_laboratories: Gated, word: str) -> None:
    one = written_by_laboratories
    assert found(one, f"110,U/L,{word}") == ([], [], [None])
    assert found(one, f"{word},U/L,104") == (["required_value_missing"], [], [])
    assert found(one, f"90,{word},104") == (["unit_missing"], [], [])


def test_the_word_null_is_no_patient_who_collects_the_rows_of_others(tmp_path: Path) -> None:
    one = judged(
        tmp_path,
        patients=with_rows("patients", "NULL,female,2024-12-01"),
        her2_tests=with_rows("her2_tests", "NULL,2023-12-01,primary,3+", "null,2023-12-02,primary,0"),
    )
    assert set(cells(one, "patients", "patient_id")) == {"A", "B", "C"}
    assert set(map(tuple, one.refused.values())) == {("required_value_missing",)}


def test_a_code_that_is_spelt_like_a_null_word_stays_a_code(tmp_path: Path) -> None:
    one = judged(tmp_path)
    assert cells(one, "bone_lesions", "lysis_change") == ["none", "none"]
    changed = judged(tmp_path / "b", bone_lesions=TINY["bone_lesions"].replace("none", "None"))
    assert set(map(tuple, changed.refused.values())) == {("code_unknown",)}


def test_a_null_word_that_is_recoded_says_what_the_registry_says(tmp_path: Path) -> None:
    imaging = TINY["imaging_assessments"].replace(",true,SD", ",true,NA").replace(",true,\n", ",true,n/a\n")
    toml = '[recode.imaging_assessments.extraosseous_response]\nNA = "SD"\n"" = "NE"\n'
    one = judged(tmp_path, toml, imaging_assessments=imaging)
    assert Counter(cells(one, "imaging_assessments", "extraosseous_response")) == {"SD": 5, "PD": 2, "NE": 3}


def test_a_registry_adds_words_of_its_own(tmp_path: Path) -> None:
    toml = 'null_words = [-99, 9999-12-31, "Not Done"]\n'
    lines = TINY["therapy_lines"].replace(
        "A,1,made up,2024-01-01,2024-06-17,21", "A,1,made up,2024-01-01,,-99"
    )
    lines = lines.replace("2024-03-25,21", "9999-12-31,21")
    one = judged(tmp_path, toml, therapy_lines=lines, lab_results=laboratory("110,U/L,not done"))
    assert (one.refused, one.flagged) == ({}, {})
    assert cells(one, "therapy_lines", "end_date") == [None, None, None]
    assert cells(one, "therapy_lines", "cycle_length_days") == [None, 21, 21]
    assert cells(one, "lab_results", "upper_limit_normal") == [None]


def test_an_added_word_is_found_in_a_typed_number(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path, lab_results=None)
    results = pl.read_csv(laboratory("110,U/L,-99", "90,U/L,104").encode())
    results.with_columns(pl.col("upper_limit_normal").cast(pl.Float64)).write_parquet(
        folder / "lab_results.parquet"
    )
    (folder.parent / "registry.toml").write_text('null_words = ["-99"]\n' + OPEN)
    assert cells(gated(folder), "lab_results", "upper_limit_normal") == [None, 104.0]


def test_nan_in_parquet_is_an_empty_cell(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path, lab_results=None)
    results = pl.read_csv(laboratory("110,U/L,104").encode())
    results.with_columns(upper_limit_normal=float("nan")).write_parquet(folder / "lab_results.parquet")
    one = gated(folder)
    assert (one.refused, cells(one, "lab_results", "upper_limit_normal")) == ({}, [None])


def test_null_words_are_counted_by_column_for_all_who_ask(tmp_path: Path) -> None:
    folder = write_delivery_of(
        tmp_path,
        lab_results=laboratory("110,U/L,NA", "90,U/L,n/a", "80,U/L,-"),
        her2_tests=with_rows("her2_tests", "B,2023-12-01,primary,NULL"),
    )
    told = json.loads(check_delivery(folder, "json")[0])["null_words"]
    assert told == [
        {"table": "lab_results", "column": "upper_limit_normal", "cells": 3},
        {"table": "her2_tests", "column": "ihc_score", "cells": 1},
    ]
    for output in ("text", "html"):
        assert "lab_results: upper_limit_normal 3" in check_delivery(folder, output)[0]


def test_what_laboratories_write_around_a_number_leaves_the_number(tmp_path: Path) -> None:
    one = judged(
        tmp_path,
        lab_results=laboratory(
            "110 H,U/L,35-105", "120↑,U/L,35 – 105", "95*,U/L,＜105", "１１０,U/L,haemolysed"
        ),
    )
    assert one.refused == {}
    assert cells(one, "lab_results", "value") == [110.0, 120.0, 95.0, 110.0]
    assert cells(one, "lab_results", "upper_limit_normal") == [105.0, 105.0, 105.0, None]
    both = ["mark_dropped", "upper_limit_from_range"]
    assert [one.flagged["lab_results", row] for row in (1, 2, 3)] == [both] * 3
    assert one.flagged["lab_results", 4] == ["upper_limit_unreadable"]


@pytest.mark.parametrize("limit", NO_RANGES)
def test_what_is_no_range_is_no_limit(written_by_laboratories: Gated, limit: str) -> None:
    assert found(written_by_laboratories, f"110,U/L,{limit}") == ([], ["upper_limit_unreadable"], [None])


def test_ranges_and_marks_are_read_with_the_registrys_decimal_mark(tmp_path: Path) -> None:
    results = laboratory("110;5 H,U/L,35;0-105;5").replace(",", "|").replace(";", ",")
    one = judged(tmp_path, 'decimal = ","\n[read.lab_results]\ndelimiter = "|"\n', lab_results=results)
    assert cells(one, "lab_results", "value") == [110.5]
    assert cells(one, "lab_results", "upper_limit_normal") == [105.5]


@pytest.mark.parametrize("value", BOUNDS)
def test_a_bound_is_no_number_whatever_stands_around_it(written_by_laboratories: Gated, value: str) -> None:
    assert found(written_by_laboratories, f"{value},U/L,104") == (["value_is_censored"], [], [])


def test_full_width_digits_are_digits_in_days_codes_and_truth_values(tmp_path: Path) -> None:
    one = judged(
        tmp_path,
        imaging_assessments=TINY["imaging_assessments"].replace(
            "A0,A,2023-12-20,CT,true", "A0,A,２０２３-12-20,CT,１"
        ),
        her2_tests="patient_id,test_date,specimen_site,ihc_score\nA,２０２３－１２－０１,primary,２＋\n",
    )
    assert one.refused == {}
    assert cells(one, "her2_tests", "test_date") == [dt.date(2023, 12, 1)]
    assert cells(one, "her2_tests", "ihc_score") == ["2+"]
    assert cells(one, "imaging_assessments", "is_bone_window")[0] is True


BORN = """\
patient_id,sex,birth_date,metastatic_diagnosis_date,last_contact_date
A,female,12/05/20,11/12/22,01/12/24
"""
SHORT = '[read.patients]\ndate_format = "%d/%m/%y"\n'


def test_a_short_year_is_of_no_century_until_the_registry_says_so(tmp_path: Path) -> None:
    one = judged(tmp_path, SHORT, patients=BORN)
    assert one.refused["patients", 1] == ["date_century_unknown"]


@pytest.mark.parametrize("pivot", [24, 30, 60])
def test_a_birth_lies_further_back_than_other_days_of_the_same_pivot(tmp_path: Path, pivot: int) -> None:
    one = judged(tmp_path, f"{SHORT}century_pivot = {pivot}\n", patients=BORN)
    assert cells(one, "patients", "birth_date") == [dt.date(1920, 5, 12)]
    assert cells(one, "patients", "metastatic_diagnosis_date") == [dt.date(2022, 12, 11)]


def test_years_above_the_pivot_are_of_the_last_century_and_leap_days_are_days(tmp_path: Path) -> None:
    header = "patient_id,sex,birth_date,last_contact_date\n"
    rows = "A,female,29/02/60,29/02/24\nB,female,01/01/09,01/01/24\nC,female,01/01/10,01/01/2024\n"
    one = judged(tmp_path, f"{SHORT}century_pivot = 24\n", patients=header + rows)
    assert cells(one, "patients", "birth_date") == [
        dt.date(1960, 2, 29),
        dt.date(2009, 1, 1),
        dt.date(1910, 1, 1),
    ]
    assert cells(one, "patients", "last_contact_date")[-1] == dt.date(2024, 1, 1)
    other = judged(
        tmp_path / "b", f"{SHORT}century_pivot = 24\n", patients=header + "A,female,29/02/00,30/02/24\n"
    )
    assert other.refused["patients", 1] == ["date_invalid"]


PARTS = ("1962-04", "1962", "196204", "19620400", "00.04.1962", "UN-APR-1962", "1962-UN-UN", "1962---14")
WHOLE, NO_DAY = "1962-04-14", "14th of April"
KEPT = '[patients]\npartial_birth_date = "empty"\n'


def births(tmp_path: Path, toml: str) -> Gated:
    """Judge patients of whom all but the last two were born on a part of a day."""
    rows = (f"P{place},female,{text},2024-12-01" for place, text in enumerate((*PARTS, WHOLE, NO_DAY)))
    header = "patient_id,sex,birth_date,last_contact_date\n"
    return judged(tmp_path, toml, patients=header + "A,female,,2024-12-01\n" + "\n".join(rows) + "\n")


def test_a_birth_without_its_day_is_kept_without_an_age_where_the_registry_says_so(tmp_path: Path) -> None:
    named = range(2, 2 + len(PARTS))
    refused = births(tmp_path, "").refused
    assert [refused["patients", one] for one in named] == [["date_is_partial"]] * len(PARTS)
    one = births(tmp_path / "kept", KEPT)
    assert {at: rules for at, rules in one.refused.items() if at[0] == "patients"} == {
        ("patients", 3 + len(PARTS)): ["date_invalid"]
    }
    assert cells(one, "patients", "birth_date") == [None] * (1 + len(PARTS)) + [dt.date(1962, 4, 14)]
    assert [one.flagged.get(("patients", at)) for at in named] == [["birth_date_partial"]] * len(PARTS)
    assert ("patients", 2 + len(PARTS)) not in one.flagged
    (told,) = one.decision.declared
    assert (told.declaration.section, told.rows) == ("[patients]", len(PARTS))


def test_no_other_day_is_kept_in_part(tmp_path: Path) -> None:
    header = "patient_id,sex,birth_date,last_contact_date,death_date\n"
    one = judged(tmp_path, KEPT, patients=header + "A,female,1962,2024-12-01,2024-12\n")
    assert one.refused["patients", 1] == ["date_is_partial"]


MOMENTS = "patient_id,analyte,specimen_date,value,unit\n" + "".join(
    f"A,ALP_TOTAL,{moment},11{place},U/L\n"
    for place, moment in enumerate(
        ("2024-01-04T23:30:00Z", "2024-01-05 07:30+08:00", "2024-01-05T00:10:00.123-0500")
    )
)


def test_a_moment_with_a_zone_is_of_no_day_until_the_registry_states_its_own(tmp_path: Path) -> None:
    one = judged(tmp_path, lab_results=MOMENTS)
    assert set(map(tuple, one.refused.values())) == {("date_has_zone",)}
    told = judged(tmp_path / "b", '[read]\ntimezone = "Asia/Shanghai"\n', lab_results=MOMENTS)
    assert cells(told, "lab_results", "specimen_date") == [dt.date(2024, 1, 5)] * 3


def test_rows_that_differ_in_spelling_alone_are_copies_and_the_first_stays(tmp_path: Path) -> None:
    one = judged(
        tmp_path,
        imaging_assessments=with_rows(
            "imaging_assessments", "A1,A,2024-02-12,CT,TRUE,SD", "A2,A,2024-03-25,CT,1,PD"
        ),
        lab_results=with_rows(
            "lab_results", "A,ALP_TOTAL,2023-12-28,120.0,u/l,104", "A,ALP_TOTAL,2023-12-28,120,U/L,N/A"
        ),
    )
    assert one.refused == {
        ("imaging_assessments", 11): ["duplicate_row"],
        ("imaging_assessments", 3): ["duplicate_key"],
        ("imaging_assessments", 12): ["duplicate_key"],
        ("lab_results", 4): ["duplicate_row"],
    }


def test_rows_whose_cells_cannot_be_read_are_copies_only_to_the_letter(tmp_path: Path) -> None:
    rows = [f"A,ALP_TOTAL,2024-05-01,{value},U/L,104" for value in ("lost", "broken", "lost")]
    one = judged(tmp_path, lab_results=with_rows("lab_results", *rows))
    assert one.refused == {
        ("lab_results", 4): ["number_invalid"],
        ("lab_results", 5): ["number_invalid"],
        ("lab_results", 6): ["duplicate_row", "number_invalid"],
    }


def test_the_name_of_a_test_may_be_renamed_to_a_code_and_a_persons_number_to_nothing(tmp_path: Path) -> None:
    results = TINY["lab_results"].replace("patient_id,analyte,", "patient_id,name,")
    one = judged(tmp_path, '[rename.lab_results]\nname = "analyte"\n', lab_results=results)
    assert cells(one, "lab_results", "analyte") == ["ALP_TOTAL"] * 3
    numbered = TINY["therapy_lines"].replace("cycle_length_days", "hospital_no")
    other = judged(
        tmp_path / "b", '[rename.therapy_lines]\nhospital_no = "cycle_length_days"\n', therapy_lines=numbered
    )
    assert other.read.identifier_columns == (("therapy_lines", "hospital_no"),)


def test_no_null_word_and_no_mark_reaches_what_may_be_shown(tmp_path: Path) -> None:
    folder = write_texts(
        tmp_path,
        {f"{name}.csv": text for name, text in TINY.items()}
        | {"lab_results.csv": laboratory("4711 H,U/L,35-4712", "4713,U/L,n/a 4714")},
    )
    assert "471" not in gated(folder).told()


def test_two_results_of_one_day_with_the_same_value_are_copies_only_at_the_same_time(tmp_path: Path) -> None:
    header = "patient_id,analyte,specimen_date,value,unit,upper_limit_normal\n"
    times = ("08:00:00", "17:30:00", "17:30:00")
    rows = "".join(f"A,ALP_TOTAL,2024-02-12 {time},90,U/L,104\n" for time in times)
    folder = write_delivery_of(tmp_path, lab_results=header + rows)
    toml = '[read.lab_results]\ndate_format = "%Y-%m-%d %H:%M:%S"\n[limits]\nlab_results = 1\n'
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    assert gated(folder).refused == {("lab_results", 3): ["duplicate_row"]}

"""Dates that are counted from a day zero: read where that is declared, flagged, and no days of the calendar.

Not here: what may be stated (`test_declarations.py`).
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.warehouse.connection import opened_read_only
from bpp_etl.warehouse.select import named_rows
from schemas.rules import RULES
from tests.gates.test_declared_rows import OPEN, delivered, rows, told
from tests.support.deliveries import TINY, write_texts
from tests.support.gating import Gated, gated
from tests.support.warehouses import admit

FROM_DIAGNOSIS = "[dates]\nrelative_to = 'metastatic_diagnosis_date'\nunit = 'days'\n"
STANDS_IN = f"{FROM_DIAGNOSIS}day_zero = 2000-01-01\n"
PATIENTS = "patient_id,sex,birth_date,metastatic_diagnosis_date,last_contact_date\n"
TABLES_OF_ONE = {
    "patients": f"{PATIENTS}A,female,-20000,,400\n",
    "therapy_lines": "patient_id,line_number,regimen,start_date,end_date\nA,1,made up,10,200\n",
    "imaging_assessments": "assessment_id,patient_id,assessment_date,modality\nA1,A,52,CT\n",
    "bone_lesions": "assessment_id,lesion_id,site,morphology,status\nA1,L,rib,osteoblastic,new\n",
    "lab_results": "patient_id,analyte,specimen_date,value,unit\nA,ALP_TOTAL,8,90,U/L\n",
    "her2_tests": "patient_id,test_date,specimen_site,ihc_score\nA,-30,primary,0\n",
}


def of_one(tmp_path: Path, toml: str, **tables: str) -> Gated:
    return delivered(tmp_path, toml, **{**TABLES_OF_ONE, **tables})


def days(one: Gated) -> list[str]:
    """Return diagnosis, last contact, start and end of line 1, scan, specimen and test."""
    columns = (
        ("patients", "metastatic_diagnosis_date"),
        ("patients", "last_contact_date"),
        ("therapy_lines", "start_date"),
        ("therapy_lines", "end_date"),
        ("imaging_assessments", "assessment_date"),
        ("lab_results", "specimen_date"),
        ("her2_tests", "test_date"),
    )
    return [str(row[0]) for table, column in columns for row in rows(one, table, column)]


def flags(one: Gated, table: str) -> list[str]:
    ((found,),) = rows(one, table, "flags")
    return list(found)


@pytest.mark.parametrize(
    ("patients", "cause"),
    [(None, "table_missing"), ("another\n1\n", "column_missing"), ("", "file_unreadable")],
)
def test_days_that_are_counted_without_patients_shut_the_gate(
    tmp_path: Path, patients: str | None, cause: str
) -> None:
    texts = {
        f"{table}.csv": text
        for table, text in {**TABLES_OF_ONE, "patients": patients}.items()
        if text is not None
    }
    one = gated(write_texts(tmp_path, texts, toml=STANDS_IN))
    assert ("patients", cause) in one.causes()
    assert not one.decision.is_open


def test_without_a_declaration_numbers_are_no_dates(tmp_path: Path) -> None:
    one = of_one(tmp_path, "")
    assert one.refused["patients", 1] == ["date_invalid"]
    assert not any(map(len, one.core.values()))


def test_a_day_zero_that_is_delivered_makes_them_days_of_the_calendar(tmp_path: Path) -> None:
    one = of_one(tmp_path, FROM_DIAGNOSIS, patients=f"{PATIENTS}A,female,-20000,2020-03-01,400\n")
    assert one.refused == {}
    assert days(one) == [
        *("2020-03-01", "2021-04-05", "2020-03-11", "2020-09-17", "2020-04-22", "2020-03-09", "2020-01-31")
    ]
    for table in TABLES_OF_ONE:
        expected = [] if table == "bone_lesions" else ["date_relative"]
        assert flags(one, table) == expected
    assert {(rows, flag) for *_, flag, rows in told(one)} == {(1, "date_relative")}
    assert len(told(one)) == 7


def test_without_one_the_declared_day_stands_in_and_every_row_says_so(tmp_path: Path) -> None:
    one = of_one(tmp_path, STANDS_IN)
    assert one.refused == {}
    assert days(one) == [
        *("2000-01-01", "2001-02-04", "2000-01-11", "2000-07-19", "2000-02-22", "2000-01-09", "1999-12-02")
    ]
    for table in TABLES_OF_ONE:
        expected = [] if table == "bone_lesions" else ["date_relative", "day_zero_declared"]
        assert flags(one, table)[: len(expected)] == expected


def test_without_either_the_row_is_refused(tmp_path: Path) -> None:
    one = of_one(tmp_path, FROM_DIAGNOSIS)
    assert one.refused["patients", 1] == ["day_zero_unknown"]
    # The days that are counted: nobody delivered a diagnosis.
    assert one.about["patients", 1] == ["birth_date", "last_contact_date"]
    assert one.result("patients", "day_zero_unknown").severity == "refuse"


def test_it_stands_in_for_nobody_of_whom_a_date_of_the_calendar_is_delivered(tmp_path: Path) -> None:
    one = of_one(tmp_path, STANDS_IN, her2_tests=TABLES_OF_ONE["her2_tests"].replace("-30", "2019-02-01"))
    assert one.refused["patients", 1] == ["day_zero_unknown"]


def test_the_start_of_line_1_and_the_birth_may_be_the_day_zero(tmp_path: Path) -> None:
    line = TABLES_OF_ONE["therapy_lines"].replace(",10,", ",2020-03-01,") + "A,2,made up,2022-01-01,\n"
    toml = FROM_DIAGNOSIS.replace("metastatic_diagnosis_date", "start_of_line_1")
    assert days(of_one(tmp_path / "a", toml, therapy_lines=line))[-1] == "2020-01-31"
    patients = f"{PATIENTS}A,female,1960-01-01,21000,21400\n"
    toml = FROM_DIAGNOSIS.replace("metastatic_diagnosis_date", "birth_date")
    one = of_one(
        tmp_path / "b",
        toml,
        patients=patients,
        **{
            table: text.replace(",10,200", ",21010,21200")
            .replace(",52,", ",21052,")
            .replace(",8,", ",21008,")
            for table, text in TABLES_OF_ONE.items()
            if table not in {"patients", "her2_tests"}
        },
        her2_tests=TABLES_OF_ONE["her2_tests"].replace("-30", "20970"),
    )
    assert days(one)[0] == "2017-06-30"
    assert one.refused == {}


@pytest.mark.parametrize(
    ("unit", "cell", "expected", "in_months"),
    [
        ("days", "52", "2020-04-22", False),
        ("days", "52.0", "2020-04-22", False),
        ("days", "+52", "2020-04-22", False),
        ("days", "-1", "2020-02-29", False),
        ("days", "0", "2020-03-01", False),
        ("days", "52.5", None, False),
        ("days", "45001", None, False),
        ("days", "2 months", "2020-05-01", True),
        ("days", "1.7 months", "2020-04-22", True),
        ("months", "1.7", "2020-04-22", True),
        ("months", "-0.5", "2020-02-15", True),
        ("months", "52 days", "2020-04-22", False),
        ("months", "1 day", "2020-03-02", False),
        ("days", "2020-04-22", "2020-04-22", None),
        ("days", "2020-04", None, None),
        ("days", "1e2", None, None),
    ],
)
def test_a_cell_is_read_in_its_unit(
    tmp_path: Path, unit: str, cell: str, expected: str | None, in_months: bool | None
) -> None:
    one = of_one(
        tmp_path,
        FROM_DIAGNOSIS.replace("'days'", f"'{unit}'"),
        patients=f"{PATIENTS}A,female,,2020-03-01,2021-01-01\n",
        imaging_assessments=f"assessment_id,patient_id,assessment_date,modality\nA1,A,{cell},CT\n",
    )
    if expected is None:
        assert {*one.refused["imaging_assessments", 1]} <= {"date_invalid", "date_is_partial"}
        return
    ((day, found),) = rows(one, "imaging_assessments", "assessment_date", "flags")
    assert str(day) == expected
    assert ("date_in_months" in found) == bool(in_months)
    assert ("date_relative" in found) == (in_months is not None)


def test_a_comma_that_is_stated_is_that_of_months_too(tmp_path: Path) -> None:
    toml = f'decimal = ","\n{OPEN}{FROM_DIAGNOSIS}'.replace("'days'", "'months'")
    tables = {**TABLES_OF_ONE, "patients": f'{PATIENTS}A,female,,2020-03-01,"10,5"\n'}
    one = gated(write_texts(tmp_path, {f"{name}.csv": text for name, text in tables.items()}, toml=toml))
    assert rows(one, "patients", "last_contact_date")[0][0].isoformat() == "2021-01-15"


def many(tmp_path: Path, toml: str, patients: int = 40, birth: int = -20000) -> Gated:
    """Gate patients of whom all is the same but the id: as relative as an export can be."""
    texts: dict[str, str] = {}
    for table, text in TABLES_OF_ONE.items():
        header, row = text.splitlines()
        row = row.replace("-20000", str(birth))
        lines = [row.replace("A1", f"{n}-1").replace("A,", f"{n},") for n in range(patients)]
        texts[f"{table}.csv"] = "\n".join([header, *lines, ""])
    return gated(write_texts(tmp_path, texts, toml=OPEN + toml))


@pytest.mark.parametrize("day", ["1900-01-01", "2000-01-01", "2024-12-31"])
def test_a_day_that_stands_in_raises_no_alarm_of_the_calendar(tmp_path: Path, day: str) -> None:
    """In the past or, counted on from the delivery's own day, in the future."""
    one = many(tmp_path, STANDS_IN.replace("2000-01-01", day))
    assert one.refused == {}
    broken = {rule.rule for rule in one.decision.rules if rule.is_breach}
    assert not broken & {rule.id for rule in RULES if rule.law.is_of_calendar}
    assert {"date_relative", "day_zero_declared"} <= broken


def test_the_same_days_with_a_day_zero_of_their_own_are_judged_by_the_calendar(tmp_path: Path) -> None:
    patients = f"{PATIENTS}A,female,-20000,2024-12-01,20\n"
    one = of_one(tmp_path, STANDS_IN, patients=patients)
    assert one.refused["imaging_assessments", 1] == ["date_in_future"]
    old = f"{PATIENTS}A,female,-44000,2020-03-01,400\n"
    assert one.refused.get(("patients", 1)) is None
    assert of_one(tmp_path / "b", STANDS_IN, patients=old).refused["patients", 1] == ["birth_before_1900"]


def test_the_patients_other_dates_are_compared_all_the_same(tmp_path: Path) -> None:
    patients = f"{PATIENTS}A,female,100,,400\n"
    assert of_one(tmp_path, STANDS_IN, patients=patients).refused["patients", 1] == ["birth_after_diagnosis"]


def test_a_limit_that_is_valid_from_a_day_does_not_hold_on_a_day_that_stands_in(tmp_path: Path) -> None:
    limit = "[upper_limit_normal.ALP_TOTAL]\nvalue = 120\nunit = 'U/L'\nsource = 'made up'\n"
    dated = f"{limit}valid_from = 1990-01-01\n"
    known = f"{PATIENTS}A,female,-20000,2020-03-01,400\n"
    found = [
        rows(of_one(tmp_path / str(n), toml, **more), "lab_results", "upper_limit_normal")
        for n, (toml, more) in enumerate(
            [(STANDS_IN + limit, {}), (STANDS_IN + dated, {}), (STANDS_IN + dated, {"patients": known})]
        )
    ]
    assert found == [[(120,)], [(None,)], [(120,)]]


def test_a_last_contact_follows_from_dates_that_are_counted(tmp_path: Path) -> None:
    toml = f"{STANDS_IN.replace('2000-01-01', '2024-12-20')}[last_contact]\nfrom = 'any_record'\n"
    one = of_one(tmp_path, toml, patients=f"{PATIENTS}A,female,-20000,,\n")
    assert rows(one, "patients", "last_contact_date")[0][0].isoformat() == "2025-02-10"
    assert {"last_contact_derived", "day_zero_declared"} <= set(flags(one, "patients"))


ZERO, NOT_MOVED = dt.date(2023, 11, 1), dt.timedelta(0)


def counted(text: str) -> str:
    """Write the days of a table as numbers of days since one."""
    return re.sub(r"\d{4}-\d\d-\d\d", lambda day: str((dt.date.fromisoformat(day[0]) - ZERO).days), text)


def events(tmp_path: Path, stands_in: str | None) -> list[dict[str, Any]]:
    """Derive the events of the tiny tables, as they are or counted from a day for which another stands in."""
    texts = {f"{name}.csv": counted(text) if stands_in else text for name, text in TINY.items()}
    toml = (
        f"[dates]\nrelative_to = 'another_day'\nunit = 'days'\nday_zero = {stands_in}\n" if stands_in else ""
    )
    write_texts(tmp_path / "landing", texts, toml=OPEN + toml)
    assert admit(tmp_path / "landing", tmp_path / "warehouse", "made").is_open
    with opened_read_only(WorkingFiles.of(tmp_path / "warehouse", "made").admitted) as con:
        return list(named_rows(con.execute("select * from event.pseudoprogression order by patient_id")))


def test_the_same_course_counted_from_a_day_gives_the_same_events_moved_by_as_many_days(
    tmp_path: Path,
) -> None:
    plain = events(tmp_path / "a", None)
    assert [row["state"] for row in plain] == ["pseudoprogression", "true_progression"]
    for folder, day in (("b", ZERO), ("c", dt.date(1950, 6, 1))):
        moved = events(tmp_path / folder, day.isoformat())
        assert [day_zero_moved(row, day - ZERO) for row in moved] == [day_zero_moved(row) for row in plain]
        assert all({"date_relative", "day_zero_declared"} <= set(row["flags"]) for row in moved)


def day_zero_moved(row: dict[str, Any], by: dt.timedelta = NOT_MOVED) -> dict[str, Any]:
    """Move the days of an event back, and leave out what was declared."""
    kept = {name: cell for name, cell in row.items() if name not in {"flags", "delivery"}}
    return {name: cell - by if isinstance(cell, dt.date) else cell for name, cell in kept.items()} | {
        "flags": [flag for flag in row["flags"] if flag not in {"date_relative", "day_zero_declared"}]
    }

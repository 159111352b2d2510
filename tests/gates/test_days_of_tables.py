"""Days that a delivery shows to be wrong by itself: tables that stop before others, and days that are months.

Not here: days that are heaped (`test_days_of_the_record.py`), and series of deliveries (`test_series.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.gates.many_patients import judged

SCANNED = ("2023-12-04", "2024-01-03", "2024-02-01")
LAST, OVER = "2024-05-02", "2024-05-03"
"""The last of them is 91 days after the last scan, and 92."""


def text(header: str, rows: Sequence[str]) -> str:
    return "\n".join((header, *rows)) + "\n"


def tables(
    people: int,
    *,
    scans: Sequence[str] = SCANNED,
    lesions: Sequence[str] = SCANNED,
    results: Sequence[str] = SCANNED,
    contact: str = "2024-02-01",
    line: str = "1,made up,2023-12-10,,21",
    death: str = "",
) -> dict[str, str]:
    """Write patients who were all scanned, seen and measured on the same days."""
    names = [f"P{number}" for number in range(people)]
    return {
        "patients": text(
            "patient_id,sex,last_contact_date,death_date",
            [f"{one},female,{contact},{death}" for one in names],
        ),
        "therapy_lines": text(
            "patient_id,line_number,regimen,start_date,end_date,cycle_length_days",
            [f"{one},{line}" for one in names],
        ),
        "imaging_assessments": text(
            "assessment_id,patient_id,assessment_date,modality",
            [f"{one} {day},{one},{day},CT" for one in names for day in scans],
        ),
        "bone_lesions": text(
            "assessment_id,lesion_id,site,morphology,status",
            [f"{one} {day},L1,rib,osteoblastic,stable" for one in names for day in lesions],
        ),
        "lab_results": text(
            "patient_id,analyte,specimen_date,value,unit",
            [
                f"{one},ALP_TOTAL,{day},{100 + place},U/L"
                for one in names
                for place, day in enumerate(results)
            ],
        ),
        "her2_tests": text("patient_id,test_date,specimen_site", [f"{names[0]},2023-12-01,primary"]),
    }


def status(home: Path, made: dict[str, str], table: str, rule: str, toml: str = "") -> str:
    one = judged(home, f"[limits]\ndates_on_one_day = 1\n{toml}", **made)
    told = [(breach.table, breach.rule) for breach in one.decision.warnings]
    found = one.result(table, rule).status
    assert ((table, rule) in told) == (found == "failed")
    return found


def written(home: Path, people: int, table: str, **days: str | Sequence[str]) -> str:
    return status(home, tables(people, **days), table, "records_stop")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("people", "last", "found"), [(10, OVER, "failed"), (9, OVER, "passed"), (10, LAST, "not_applicable")]
)
def test_a_table_that_ends_over_a_quarter_before_another_is_told(
    tmp_path: Path, people: int, last: str, found: str
) -> None:
    scans = (*SCANNED, last)
    lesions = written(tmp_path / "lesions", people, "bone_lesions", scans=scans, contact=last, results=scans)
    results = written(tmp_path / "results", people, "lab_results", scans=scans, contact=last, lesions=scans)
    images = written(tmp_path / "scans", people, "imaging_assessments", contact=last, results=scans)
    assert (lesions, results, images) == (found,) * 3


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ({"contact": OVER}, "failed"),
        ({"contact": LAST}, "not_applicable"),
        ({"contact": OVER, "death": OVER}, "not_applicable"),
        ({"contact": OVER, "line": "1,made up,2023-12-10,2024-02-01,21"}, "not_applicable"),
        ({"contact": OVER, "scans": SCANNED[1:], "lesions": SCANNED[1:]}, "not_applicable"),
        ({"contact": OVER, "scans": ("2023-06-01", *SCANNED[1:]), "lesions": SCANNED[1:]}, "not_applicable"),
    ],
)
def test_scans_stop_where_the_living_on_line_one_were_scanned_often_and_are_still_seen(
    tmp_path: Path, days: dict[str, str], found: str
) -> None:
    assert written(tmp_path, 12, "imaging_assessments", **days) == found


def test_who_rarely_had_lesions_or_results_may_have_none(tmp_path: Path) -> None:
    scans, some = (*SCANNED, OVER), SCANNED[2:]
    told = {"scans": scans, "contact": OVER}
    assert written(tmp_path / "a", 12, "bone_lesions", lesions=some, **told) == "not_applicable"
    far = ("2023-09-04", "2023-10-20", *SCANNED[2:])
    assert written(tmp_path / "b", 12, "lab_results", results=far[2:], **told) == "not_applicable"


def test_two_patients_with_later_rows_hide_nothing(tmp_path: Path) -> None:
    told = tables(12, scans=(*SCANNED, OVER), contact=OVER, results=(*SCANNED, OVER))
    later = "".join(f"P{number} {OVER},L1,rib,osteoblastic,stable\n" for number in range(2))
    told["bone_lesions"] += later
    assert status(tmp_path, told, "bone_lesions", "records_stop") == "failed"


def births(dates: int, days: int, months: int) -> list[str]:
    return [f"{1940 + place}-{1 + place % months:02d}-{1 + place % days:02d}" for place in range(dates)]


@pytest.mark.parametrize(
    ("born", "toml", "found"),
    [
        (births(20, 8, 6), "", "failed"),
        (births(20, 8, 6), "day_read_as_month = 1\n", "passed"),
        (births(19, 8, 6), "", "passed"),
        (births(20, 7, 6), "", "passed"),
        (births(20, 8, 5), "", "passed"),
        ([*births(20, 8, 6), "1950-01-12"], "", "failed"),
        ([*births(20, 8, 6), "1950-01-13"], "", "passed"),
    ],
)
def test_a_column_whose_days_end_with_the_twelfth_is_told(
    tmp_path: Path, born: Sequence[str], toml: str, found: str
) -> None:
    told = tables(3)
    rows = [f"B{place},female,2024-02-01,,{day}" for place, day in enumerate(born)]
    told["patients"] = (
        told["patients"].replace("death_date\n", "death_date,birth_date\n").replace(",\n", ",,\n")
    )
    told["patients"] += text("", rows).lstrip("\n")
    assert status(tmp_path, told, "patients", "day_read_as_month", toml) == found


def test_a_laboratory_whose_days_end_with_the_twelfth_is_told(tmp_path: Path) -> None:
    rows = [
        f"P{place % 3},ALP_TOTAL,2024-{1 + place % 6:02d}-{1 + place % 11 + later:02d},{90 + place},U/L,{one}"
        for one, later in (("one", 0), ("two", 15))
        for place in range(24)
    ]
    told = tables(3, contact="2024-07-01")
    told["lab_results"] = text("patient_id,analyte,specimen_date,value,unit,laboratory", rows)
    assert status(tmp_path, told, "lab_results", "day_read_as_month") == "failed"


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ([(11, 1), (11, 2), (11, 3)] * 3 + [(12, 1)], "failed"),
        ([(11, 1), (11, 2), (11, 3)] * 3, "not_applicable"),
        ([(11, 1), (11, 2)] * 5, "passed"),
        ([(11, 1), (11, 2), (11, 3)] * 3 + [(11, 13)], "passed"),
        # Exchanged it is after the last contact still.
        ([(11, 1), (11, 2), (11, 3)] * 3 + [(12, 11)], "passed"),
    ],
)
def test_days_after_the_last_contact_that_are_not_with_day_and_month_exchanged_are_told(
    tmp_path: Path, days: Sequence[tuple[int, int]], found: str
) -> None:
    rows = [
        f"P{place},ALP_TOTAL,2024-{month:02d}-{day:02d},100,U/L" for place, (month, day) in enumerate(days)
    ]
    told = tables(12, contact="2024-10-01")
    told["lab_results"] = text("patient_id,analyte,specimen_date,value,unit", rows)
    assert status(tmp_path, told, "lab_results", "day_read_as_month") == found

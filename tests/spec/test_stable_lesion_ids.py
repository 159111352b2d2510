"""Stable lesion ids: where a registry states them, a lesion that was reported before is not new.

A lytic lesion that turns dense is repair, whatever its report calls it. Not here: the flags of such rows
(`tests/gates`).
"""

from __future__ import annotations

import pytest

from tests.support.timeline import Judge

HEALED = """
    day -10  CT: baseline osteolytic spine #A
    day 42   CT: new osteoblastic spine #A
    day 84   CT: stable osteoblastic spine #A
    day 126  CT: stable osteoblastic spine #A
"""


@pytest.fixture(scope="module")
def stable(judge: Judge) -> Judge:
    """Judge as for a registry that states `ids = "stable"`."""
    return judge.stating(has_stable_lesion_ids=True)


def test_a_lytic_lesion_that_turns_dense_under_its_id_is_no_candidate(judge: Judge, stable: Judge) -> None:
    assert stable(HEALED).left_at == "no_new_osteoblastic_lesion"
    assert judge(HEALED).state == "pseudoprogression"


def test_whatever_was_reported_before_under_the_id_the_lesion_is_not_new(stable: Judge) -> None:
    befores = [
        f"day {day} {scan}: {lesion} #A"
        for day in (-200, -10, 34)
        for scan in ("CT", "bone scan", "X-ray")
        for lesion in ("stable osteoblastic rib", "new unknown", "resolved mixed", "equivocal new mixed")
    ]
    rows = stable.table(
        [*befores, "day -10 CT: not evaluable, stable #A"], lambda before: f"{before}\n{HEALED}"
    )
    assert {row.left_at for row in rows.values()} == {"no_new_osteoblastic_lesion"}


def test_an_image_of_the_same_time_point_says_nothing_of_before(stable: Judge) -> None:
    course = "day -10 CT\n day {} bone scan: new osteoblastic spine #A\n day 42 CT: new osteoblastic spine #A"
    cases = {34: "no_new_osteoblastic_lesion", 35: "candidate", 40: "candidate", 41: "candidate"}
    rows = stable.table(cases, course.format)
    assert {day: row.left_at for day, row in rows.items()} == cases
    # A chain of images, each at most a week after the one before, is one time point.
    chain = stable(course.format(30) + "\n day 36 X-ray")
    assert (chain.left_at, chain.event_date) == ("candidate", 42)


def test_another_id_or_a_report_of_the_day_or_later_says_nothing_of_before(stable: Judge) -> None:
    course = "day -10 CT: {}\n day 42 CT: new osteoblastic spine #A\n day 84 CT\n day 126 CT\n"
    rows = stable.each(
        [
            course.format("baseline osteolytic spine #B"),
            course.format("") + "day 42 bone scan: stable osteoblastic spine #A",
            course.format("") + "day 43 bone scan: stable osteoblastic spine #A",
            course.format("") + "day 100 CT: new osteoblastic spine #A",
        ]
    )
    assert [(row.state, row.event_date) for row in rows] == [("pseudoprogression", 42)] * 4


def test_an_id_of_another_patient_says_nothing(stable: Judge) -> None:
    other, one = stable.each(
        ["day -10 CT: baseline osteolytic #A\n day 42 CT", "day -10 CT\n day 42 CT: new osteoblastic #A"]
    )
    assert (other.left_at, one.left_at) == ("no_new_osteoblastic_lesion", "candidate")


def test_the_candidate_is_the_first_time_point_with_a_lesion_that_is_truly_new(stable: Judge) -> None:
    row = stable(
        HEALED + "day 168 CT: new osteoblastic rib #B, new osteoblastic spine #A\n day 210 CT\n day 252 CT"
    )
    assert (row.state, row.event_date) == ("pseudoprogression", 168)
    assert (row.candidate_lesion_ids, row.sites, row.new_lesion_count) == (["B"], ["rib"], 1)


def test_a_lytic_lesion_of_before_that_is_called_new_is_no_progression(judge: Judge, stable: Judge) -> None:
    text = """
        day -10  CT: baseline mixed pelvis #A
        day 42   CT: new osteoblastic rib #B
        day 84   CT: new osteolytic pelvis #A
        day 126  CT
    """
    assert judge(text).reason == "pd_before_confirmation"
    assert stable(text).reason == "confirmed"
    # More lysis in it is progression all the same.
    assert stable(text + "day 60 CT: lysis pelvis #A").reason == "pd_before_confirmation"


def test_no_rule_set_counts_a_lesion_of_before_as_new(judge: Judge, stable: Judge) -> None:
    text = """
        day -10  CT: baseline unknown pelvis #A, baseline unknown spine #C
        day -9   bone scan: baseline unknown skull #D, baseline unknown femur #E
        day 42   CT: equivocal new osteoblastic rib #B
        day 60   bone scan: new unknown pelvis #A, new unknown spine #C
        day 102  bone scan: new unknown skull #D, new unknown femur #E
        day 126  CT: new unknown pelvis #A
    """
    row = judge(text)
    assert (row.verdict_recist11, row.verdict_irecist, row.verdict_pcwg3) == ("PD", "iUPD", "PD")
    row = stable(text)
    assert (row.verdict_recist11, row.verdict_irecist, row.verdict_pcwg3) == ("NON_PD", "NON_iUPD", "NON_PD")

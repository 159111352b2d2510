"""Protocol lin2021: new lesions on bone scan, settled by a CT four months after the start."""

from tests.support.timeline import Judge

COURSE = """
    day -10  bone scan
    day 60   bone scan: new osteoblastic
    day {}  CT
"""


def test_a_ct_from_day_120_without_progression_before_it_confirms(judge: Judge) -> None:
    cases = {119: "indeterminate", 120: "pseudoprogression"}
    rows = judge.table(cases, COURSE.format, "lin2021")
    assert {day: row.state for day, row in rows.items()} == cases
    assert {row.event_date for row in rows.values()} == {60}


def test_progression_before_the_landmark_is_true_progression(judge: Judge) -> None:
    row = judge(COURSE.format(130) + "day 90 CT: PD", "lin2021")
    assert (row.state, row.reason) == ("true_progression", "pd_before_confirmation")


def test_a_new_lesion_on_ct_alone_is_no_candidate(judge: Judge) -> None:
    row = judge("day -10 bone scan\n day 60 bone scan\n day 90 CT: new osteoblastic", "lin2021")
    assert row.left_at == "no_new_osteoblastic_lesion"


def test_a_bone_scan_does_not_confirm(judge: Judge) -> None:
    row = judge("day -10 bone scan\n day 60 bone scan: new osteoblastic\n day 130 bone scan", "lin2021")
    assert row.reason == "awaiting_ct"

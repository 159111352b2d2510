"""indeterminate, no_baseline_ct: no eligible CT in the 42 days up to and including the start of line 1."""

from tests.support.timeline import Judge

COURSE = """
    day {}   {}
    day 42   CT: new osteoblastic
    day 84   CT
    day 126  CT
"""


def test_the_baseline_ct_lies_0_to_42_days_before_the_start(judge: Judge) -> None:
    cases = {-43: "no_baseline_ct", -42: "confirmed", 0: "confirmed", 1: "no_baseline_ct"}
    rows = judge.table(cases, lambda day: COURSE.format(day, "CT"))
    assert {day: row.reason for day, row in rows.items()} == cases


def test_the_baseline_ct_is_an_eligible_one(judge: Judge) -> None:
    others = ["MRI", "bone scan", "CT: no bone window", "CT: not evaluable", "CT: NE"]
    rows = judge.table(others, lambda image: COURSE.format(-10, image))
    assert {row.reason for row in rows.values()} == {"no_baseline_ct"}
    assert all(row.baseline_assessment_ids == [] for row in rows.values())


def test_it_comes_before_confirmation_and_before_later_progression(judge: Judge) -> None:
    row = judge("""
        day 42   CT: new osteoblastic
        day 84   CT
        day 126  CT: PD
    """)
    assert row.reason == "no_baseline_ct"
    assert (row.progression_date, row.confirmation_date, row.has_progression) == (None, None, False)


def test_every_ct_of_the_window_is_named_as_evidence(judge: Judge) -> None:
    row = judge("""
        day -60  CT
        day -40  CT
        day -3   PET-CT
        day 42   CT: new osteoblastic
    """)
    assert row.baseline_assessment_ids == ["CT day -40", "PET-CT day -3"]

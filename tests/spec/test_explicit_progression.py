"""Explicit progression: outside bone, more lysis, or a new lytic or mixed lesion, on CT, PET-CT or MRI."""

from itertools import product

from tests.support.timeline import Judge

COURSE = """
    day -10  CT
    day 42   CT: new osteoblastic
    day 84   {}
    day 126  CT
    day 168  CT
"""


KINDS = {
    "PD": "extraosseous",
    "lysis": "lysis",
    "lysis mixed": "lysis",
    "lysis osteoblastic": "lysis",
    "new osteolytic": "new_lytic",
    "new mixed": "new_lytic",
    "PD, lysis, new osteolytic": "extraosseous+lysis+new_lytic",
}


def test_each_kind_of_progression_on_each_cross_sectional_modality(judge: Judge) -> None:
    rows = judge.table(
        product(("CT", "PET-CT", "MRI"), KINDS), lambda case: COURSE.format(f"{case[0]}: {case[1]}")
    )
    for (modality, finding), row in rows.items():
        assert (row.state, row.reason) == ("true_progression", "pd_before_confirmation"), (modality, finding)
        assert (row.progression_date, row.progression_kind) == (84, KINDS[finding]), (modality, finding)


def test_what_is_not_explicit_progression(judge: Judge) -> None:
    findings = [
        "CT: equivocal lysis",
        "CT: equivocal new osteolytic",
        "CT: equivocal new mixed",
        "CT: new osteoblastic",
        "CT: new unknown",
        "CT: lysis unknown",
        "CT: larger osteoblastic",
        "CT: larger osteolytic",
        "CT: stable osteolytic",
        "bone scan: PD, lysis, new osteolytic",
        "X-ray: PD, lysis, new osteolytic",
    ]
    rows = judge.table(findings, COURSE.format)
    assert {row.state for row in rows.values()} == {"pseudoprogression"}
    assert not any(row.has_progression for row in rows.values())


def test_the_worst_finding_of_a_time_point_wins(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT
        day 126  CT
        day 130  MRI: PD
    """)
    assert (row.state, row.progression_date) == ("true_progression", 126)


def test_a_ct_without_bone_window_can_still_progress(judge: Judge) -> None:
    row = judge(COURSE.format("CT: PD, no bone window"))
    assert row.state == "true_progression"


def test_lysis_in_a_lesion_of_unknown_morphology_is_flagged(judge: Judge) -> None:
    assert "unclear_lysis" in judge(COURSE.format("CT: lysis unknown")).flags
    assert "unclear_lysis" not in judge(COURSE.format("CT: lysis")).flags

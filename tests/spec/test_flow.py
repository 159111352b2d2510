"""The flow: every admitted patient leaves the course in exactly one place."""

from tests.support.timeline import Judge


def test_where_patients_leave(judge: Judge) -> None:
    rows = judge.each(
        [
            "no line 1",
            "no line 1\n day 0 line 2 starts\n day -10 CT\n day 42 CT: new osteoblastic",
            "",
            "day -10 CT",
            "day -10 CT\n day 42 MRI: new osteoblastic",
            "day -10 CT\n day 42 CT: no bone window",
            "day -10 CT\n day 42 CT",
            "day -10 CT\n day 42 CT: PD",
            "day -10 CT\n day 42 CT: PD\n day 84 CT: new osteoblastic",
            "day -10 CT\n day 42 CT: PD, new osteoblastic",
        ]
    )
    assert [row.left_at for row in rows] == [
        "no_first_line",
        "no_first_line",
        "no_on_treatment_ct",
        "no_on_treatment_ct",
        "no_on_treatment_ct",
        "no_on_treatment_ct",
        "no_new_osteoblastic_lesion",
        "no_new_osteoblastic_lesion",
        "progression_first",
        "candidate",
    ]
    assert [row.state for row in rows] == [None] * 9 + ["true_progression"]

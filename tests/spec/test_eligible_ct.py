"""Eligible CT: CT or PET-CT, evaluable, and not without the bone window."""

from tests.support.timeline import Judge


def test_only_an_eligible_ct_shows_a_candidate(judge: Judge) -> None:
    cases = {
        "CT: new osteoblastic": "candidate",
        "PET-CT: new osteoblastic": "candidate",
        "CT: new osteoblastic, bone window unknown": "candidate",
        "CT: new osteoblastic, no bone window": "no_new_osteoblastic_lesion",
        "CT: new osteoblastic, not evaluable": "no_new_osteoblastic_lesion",
        "MRI: new osteoblastic": "no_new_osteoblastic_lesion",
        "bone scan: new osteoblastic": "no_new_osteoblastic_lesion",
        "X-ray: new osteoblastic": "no_new_osteoblastic_lesion",
    }
    rows = judge.table(cases, lambda image: f"day -10 CT\n day 42 {image}\n day 84 CT")
    assert {image: row.left_at for image, row in rows.items()} == cases


def test_only_an_eligible_ct_confirms(judge: Judge) -> None:
    cases = {
        "CT": 2,
        "PET-CT": 2,
        "CT: bone window unknown": 2,
        "CT: no bone window": 1,
        "CT: not evaluable": 1,
        "MRI": 1,
        "bone scan": 1,
        "X-ray": 1,
    }
    rows = judge.table(
        cases, lambda image: f"day -10 CT\n day 42 CT: new osteoblastic\n day 84 CT\n day 126 {image}"
    )
    assert {image: row.confirming_ct_count for image, row in rows.items()} == cases


def test_an_unknown_bone_window_is_flagged_where_it_carries_the_call(judge: Judge) -> None:
    baseline, candidate, confirming, neither = judge.each(
        [
            "day -10 CT: bone window unknown\n day 42 CT: new osteoblastic\n day 84 CT",
            "day -10 CT\n day 42 CT: new osteoblastic, bone window unknown\n day 84 CT",
            "day -10 CT\n day 42 CT: new osteoblastic\n day 84 CT: bone window unknown",
            "day -10 CT\n day 42 CT: new osteoblastic\n day 50 CT: bone window unknown\n day 84 CT",
        ]
    )
    assert "bone_window_unknown" in baseline.flags
    assert "bone_window_unknown" in candidate.flags
    assert "bone_window_unknown" in confirming.flags
    assert "bone_window_unknown" not in neither.flags

"""Protocol coleman1988: new lesions within six months are flare, later ones progression; nothing confirms."""

from tests.support.timeline import Judge

COLEMAN = "coleman1988"


def test_a_new_lesion_is_flare_for_six_months_and_progression_after_them(judge: Judge) -> None:
    cases = {
        183: ("pseudoprogression", "confirmed", None),
        184: ("true_progression", "pd_at_detection", 184),
    }
    rows = judge.table(cases, lambda day: f"day -10 CT\n day {day} CT: new osteoblastic", COLEMAN)
    found = {day: (row.state, row.reason, row.progression_date) for day, row in rows.items()}
    assert found == cases
    assert [row.confirmation_date for row in rows.values()] == [183, None]
    assert [row.progression_kind for row in rows.values()] == [None, "late_lesion"]


def test_a_new_lesion_of_any_kind_on_a_bone_scan_counts(judge: Judge) -> None:
    shown = ("new unknown", "new osteoblastic", "larger unknown", "new unknown, not evaluable")
    rows = judge.table(shown, lambda lesion: f"day -10 bone scan\n day 60 bone scan: {lesion}", COLEMAN)
    assert [row.state for row in rows.values()] == ["pseudoprogression", "pseudoprogression", None, None]
    ct = judge("day -10 CT\n day 60 CT: new unknown", COLEMAN)
    assert ct.left_at == "no_new_osteoblastic_lesion", "a CT tells the kind"


def test_a_flare_progresses_with_the_first_new_lesion_after_six_months(judge: Judge) -> None:
    row = judge(
        """
        day -10  CT
        day 60   CT: new osteoblastic spine
        day 120  bone scan: new unknown rib
        day 240  bone scan: new unknown pelvis
        """,
        COLEMAN,
    )
    assert (row.state, row.event_date, row.confirmation_date) == ("pseudoprogression", 60, 60)
    assert (row.progression_date, row.progression_kind) == (240, "late_lesion")
    assert row.progression_assessment_ids == ["bone scan day 240"]
    assert row.sites == ["rib", "spine"], "what is progression is no lesion of the flare"


def test_a_late_lesion_in_doubt_is_neither(judge: Judge) -> None:
    text = "day -10 CT\n day 240 CT: equivocal new osteoblastic"
    assert judge(text, COLEMAN).left_at == "no_new_osteoblastic_lesion"
    text = "day -10 CT\n day 60 CT: new osteoblastic\n day 240 CT: equivocal new osteoblastic"
    row = judge(text, COLEMAN)
    assert (row.state, row.progression_date) == ("pseudoprogression", None)


def test_explicit_progression_and_the_baseline_come_first_as_ever(judge: Judge) -> None:
    row = judge("day -10 CT\n day 60 CT: new osteoblastic, PD", COLEMAN)
    assert (row.state, row.reason) == ("true_progression", "pd_at_detection")
    row = judge("day 60 CT: new osteoblastic", COLEMAN)
    assert (row.state, row.reason, row.confirmation_date) == ("indeterminate", "no_baseline_ct", None)

"""Protocol kanaoka2023_obr: a new or denser lesion on the first CT on treatment; nothing confirms."""

from tests.support.timeline import Judge

KANAOKA = "kanaoka2023_obr"


def test_a_denser_lesion_counts_and_no_other(judge: Judge) -> None:
    cases = {
        "new osteoblastic": "pseudoprogression",
        "larger osteoblastic": "pseudoprogression",
        "less lysis": "pseudoprogression",
        "less lysis mixed": "pseudoprogression",
        "stable osteoblastic": None,
        "smaller osteoblastic": None,
        "larger unknown": None,
        "stable osteolytic": None,
    }
    rows = judge.table(cases, lambda lesion: f"day -10 CT\n day 42 CT: {lesion}", KANAOKA)
    assert {lesion: row.state for lesion, row in rows.items()} == cases
    denser = rows["less lysis"]
    assert (denser.event_date, denser.confirmation_date, denser.new_lesion_count) == (42, 42, 1)
    assert denser.candidate_lesion_ids == ["L10"]


def test_a_bone_scan_shows_no_density(judge: Judge) -> None:
    row = judge("day -10 CT\n day 42 CT\n day 42 bone scan: larger osteoblastic", KANAOKA)
    assert row.left_at == "no_new_osteoblastic_lesion"


def test_only_the_first_ct_on_treatment_shows_it(judge: Judge) -> None:
    row = judge("day -10 CT\n day 42 CT\n day 84 CT: new osteoblastic", KANAOKA)
    assert row.left_at == "no_new_osteoblastic_lesion"
    first = judge("day -10 CT\n day 30 CT: not evaluable\n day 42 CT: new osteoblastic", KANAOKA)
    assert first.event_date == 42, "what cannot be judged is not the first"


def test_a_lesion_with_a_lasting_id_that_is_called_new_is_denser(judge: Judge) -> None:
    text = "day -10 CT: baseline osteolytic #A\n day 42 CT: new osteoblastic #A"
    row = judge.stating(has_stable_lesion_ids=True)(text, KANAOKA)
    assert (row.state, row.candidate_lesion_ids) == ("pseudoprogression", ["A"])
    assert (row.verdict_recist11, row.verdict_mda) == ("NON_PD", "PR")
    assert judge.stating(has_stable_lesion_ids=True)(text).left_at == "no_new_osteoblastic_lesion"


def test_other_rule_sets_see_no_new_lesion_in_a_denser_one(judge: Judge) -> None:
    text = "day -10 CT\n day 42 CT: {}\n day 84 CT\n day 126 CT"
    shown = ("new osteoblastic", "less lysis", "larger osteoblastic", "equivocal less lysis")
    rows = judge.table(shown, text.format, KANAOKA)
    found = {
        lesion: (row.verdict_recist11, row.verdict_irecist, row.verdict_irecist_line, row.verdict_mda)
        for lesion, row in rows.items()
    }
    assert found == {
        "new osteoblastic": ("PD", "iUPD", "iUPD", "PR"),
        "less lysis": ("NON_PD", "NON_iUPD", "NON_iUPD", "PR"),
        "larger osteoblastic": ("NON_PD", "NON_iUPD", "NON_iUPD", "PD"),
        "equivocal less lysis": ("NON_PD", "NON_iUPD", "NON_iUPD", "PR"),
    }


def test_progression_on_that_ct_or_before_it_is_progression(judge: Judge) -> None:
    row = judge("day -10 CT\n day 42 CT: less lysis, PD", KANAOKA)
    assert (row.state, row.reason) == ("true_progression", "pd_at_detection")
    row = judge("day -10 CT\n day 20 MRI: PD\n day 42 CT: less lysis", KANAOKA)
    assert row.left_at == "progression_first"


def test_what_is_new_or_gone_or_of_unknown_build_is_not_denser(judge: Judge) -> None:
    shown = ("less lysis unknown", "resolved osteolytic", "new osteolytic")
    rows = judge.table(shown, lambda lesion: f"day -10 CT\n day 42 CT: {lesion}", KANAOKA)
    assert [row.state for row in rows.values()] == [None, None, None]


def test_later_cts_add_no_lesion_and_leave_no_gap(judge: Judge) -> None:
    row = judge("day -10 CT\n day 42 CT: less lysis\n day 300 CT: new osteoblastic rib", KANAOKA)
    assert (row.new_lesion_count, row.sites) == (1, ["spine"])
    assert "long_gap" not in row.flags

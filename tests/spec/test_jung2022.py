"""Protocol jung2022: a worse bone scan is flare if a later one is better before any is worse again."""

from pathlib import Path

from tests.support.timeline import Judge

JUNG = "jung2022"
COURSE = """
    day -10  bone scan
    day 60   bone scan: new unknown spine #A
    day 120  bone scan: {}
"""


def test_the_next_scan_that_is_better_or_worse_decides(judge: Judge) -> None:
    cases = {
        "smaller unknown #A": ("pseudoprogression", "confirmed", None),
        "resolved unknown #A": ("pseudoprogression", "confirmed", None),
        "smaller unknown #A, stable unknown #B": ("pseudoprogression", "confirmed", None),
        "smaller unknown #A, new unknown #B": ("true_progression", "pd_before_confirmation", 120),
        "larger unknown #A": ("true_progression", "pd_before_confirmation", 120),
        "smaller unknown #A, equivocal new unknown #B": ("indeterminate", "awaiting_ct", None),
        "equivocal larger unknown #A": ("indeterminate", "awaiting_ct", None),
        "stable unknown #A": ("indeterminate", "awaiting_ct", None),
        "": ("indeterminate", "awaiting_ct", None),
        "smaller unknown #A, not evaluable": ("indeterminate", "awaiting_ct", None),
    }
    rows = judge.table(cases, COURSE.format, JUNG)
    found = {shown: (row.state, row.reason, row.progression_date) for shown, row in rows.items()}
    assert found == cases
    assert rows["larger unknown #A"].progression_kind == "worse_again"
    better = rows["resolved unknown #A"]
    assert (better.event_date, better.confirmation_date) == (60, 120)
    assert better.confirming_assessment_ids == ["bone scan day 120"]
    assert "response_not_recorded" not in better.flags, "a bone scan records none"


def test_a_scan_without_a_change_leaves_it_to_the_one_after(judge: Judge) -> None:
    text = COURSE.format("stable unknown #A") + "day 180 bone scan: {}"
    rows = judge.table(("smaller unknown #A", "larger unknown #A"), text.format, JUNG)
    assert [row.state for row in rows.values()] == ["pseudoprogression", "true_progression"]


def test_larger_lesions_look_worse_too(judge: Judge) -> None:
    text = "day -10 bone scan\n day 60 bone scan: larger unknown #A\n day 120 bone scan: smaller unknown #A"
    row = judge(text, JUNG)
    assert (row.state, row.sites) == ("pseudoprogression", ["spine"])
    assert (row.verdict_recist11, row.verdict_irecist, row.verdict_mda) == ("NON_PD", "NON_iUPD", "NON_PD")


def test_a_ct_neither_shows_nor_confirms_but_progresses(judge: Judge) -> None:
    assert judge("day -10 CT\n day 60 CT: new osteoblastic", JUNG).left_at == "no_on_treatment_ct"
    row = judge(COURSE.format("stable unknown #A") + "day 130 CT: smaller osteoblastic #A", JUNG)
    assert row.reason == "awaiting_ct"
    row = judge(COURSE.format("smaller unknown #A") + "day 90 CT: PD", JUNG)
    assert (row.reason, row.progression_kind) == ("pd_before_confirmation", "extraosseous")


def test_worse_again_after_a_flare_is_progression_of_another_day(judge: Judge) -> None:
    row = judge(COURSE.format("smaller unknown #A") + "day 180 bone scan: new unknown rib #B", JUNG)
    assert (row.state, row.confirmation_date, row.progression_date) == ("pseudoprogression", 120, 180)
    assert row.progression_assessment_ids == ["bone scan day 180"]
    assert row.sites == ["spine"]


def test_one_image_of_a_visit_that_is_worse_outweighs_one_that_is_better(judge: Judge) -> None:
    text = COURSE.format("smaller unknown #A") + "day 123 bone scan: new unknown rib #B"
    row = judge(text, JUNG)
    assert (row.state, row.progression_date) == ("true_progression", 120)


def test_what_is_missing_is_a_bone_scan(judge: Judge) -> None:
    question = judge.questions(COURSE.format("stable unknown #A"), JUNG)["confirming_ct"]
    assert (question.lacking, question.since) == (1, 60)
    assert "bone scan" in question.closed_by


def test_worse_is_a_new_or_larger_lesion_whatever_makes_a_candidate(judge: Judge, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        """
        name = "own"
        extends = "xu2025"
        title = "A denser lesion, better on the next CT"
        summary = "As it says."
        [citation]
        text = "Our own"
        [parameters.candidate_findings]
        value = ["denser"]
        source = "Our own"
        [parameters.confirming_finding]
        value = "better"
        source = "Our own"
        [parameters.confirming_cts]
        value = 1
        source = "Our own"
        """,
        encoding="utf-8",
    )
    cases = {
        "smaller mixed": "pseudoprogression",
        "smaller mixed, larger unknown": "true_progression",
        "smaller mixed, new unknown": "true_progression",
        "less lysis": "indeterminate",
    }
    rows = judge.table(
        cases, lambda seen: f"day -10 CT\n day 42 CT: less lysis\n day 84 CT: {seen}", str(own)
    )
    assert {seen: row.state for seen, row in rows.items()} == cases


def test_where_no_scan_can_confirm_a_worse_one_still_decides(judge: Judge) -> None:
    text = "day -10 bone scan\n day 60 bone scan: new unknown #A\n day 62 line 1 ends"
    asked = judge.questions(text, JUNG)["progression_evidence"]
    assert "Only a bone scan that is worse again" in asked.closed_by
    row = judge(text + "\n day 80 bone scan: larger unknown #A", JUNG)
    assert (row.reason, row.progression_date) == ("pd_before_confirmation", 80)

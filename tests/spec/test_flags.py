"""Flags of an event: none decides, each warns of what the call rests on."""

from dataclasses import replace

from bpp_etl.events import derive_events, load_protocol
from schemas.event_flags import EVENT_FLAGS
from tests.support.relations import REGISTRY
from tests.support.timeline import DELIVERY_DAY, Judge, on

CONFIRMED = """
    day -10  CT
    day 42   CT: new osteoblastic spine #A
    day 84   CT
    day 126  CT
"""


def flagged(judge: Judge, flag: str, cases: dict[str, bool]) -> None:
    """Hold for each course whether it is flagged; without the flag nothing else of the call is different."""
    assert flag in EVENT_FLAGS
    rows = judge.table(cases, lambda text: text)
    assert {text: flag in row.flags for text, row in rows.items()} == cases


def test_the_bone_of_a_new_lesion_that_was_lytic_before_is_flagged(judge: Judge) -> None:
    cases = {
        CONFIRMED.replace("day -10  CT", "day -10  CT: baseline osteolytic spine #B"): True,
        CONFIRMED.replace("day -10  CT", "day -10  CT: baseline osteolytic rib #A"): False,
        # Only what was reported before the candidate.
        CONFIRMED.replace("day 84   CT", "day 84   CT: stable osteolytic spine #B"): False,
    }
    flagged(judge, "same_site_lytic_before", cases)


def test_a_larger_lytic_lesion_of_unread_lysis_is_flagged(judge: Judge) -> None:
    later = "day 140 CT: larger {} pelvis #B{}"
    cases = {
        CONFIRMED + later.format("osteolytic", " with lysis unread"): True,
        CONFIRMED + later.format("mixed", " with lysis unread"): True,
        CONFIRMED + later.format("osteolytic", ""): False,
        CONFIRMED + later.format("osteoblastic", " with lysis unread"): False,
        CONFIRMED.replace("day -10  CT", "day -10  CT: larger osteolytic pelvis #B with lysis unread"): False,
    }
    flagged(judge, "larger_lytic_unread", cases)


def test_a_ct_without_response_from_the_candidate_on_is_flagged(judge: Judge) -> None:
    cases = {
        CONFIRMED: False,
        CONFIRMED.replace("day -10  CT", "day -10  CT: no response"): False,
        CONFIRMED.replace("spine #A", "spine #A, no response"): True,
        CONFIRMED + "day 140 CT: no response": True,
        CONFIRMED + "day 140 MRI: no response": False,
        CONFIRMED + "day 130 line 1 ends\n day 140 CT: no response": False,
        CONFIRMED + "day 140 CT: PD\n day 160 CT: no response": False,
    }
    flagged(judge, "response_not_recorded", cases)


def test_another_kind_of_ct_than_at_baseline_is_flagged(judge: Judge) -> None:
    pet = CONFIRMED.replace("day -10  CT", "day -10  PET-CT")
    cases = {
        CONFIRMED: False,
        pet: True,
        CONFIRMED.replace("day 126  CT", "day 126  PET-CT"): True,
        pet + "day -12 CT": False,
        CONFIRMED + "day 44 bone scan": False,
    }
    flagged(judge, "modality_changed", cases)


def test_an_onset_within_two_weeks_is_flagged(judge: Judge) -> None:
    days = {13: True, 14: False}
    cases = {f"day -10 CT\n day {day} CT: new osteoblastic": early for day, early in days.items()}
    flagged(judge, "early_onset", cases)


def test_more_than_two_expected_intervals_without_a_confirming_ct_are_flagged(judge: Judge) -> None:
    # Two intervals of two cycles of 21 days are 84 days.
    candidate = "day -10 CT\n day 42 CT: new osteoblastic\n"
    cases = {
        candidate + "day 126 CT\n day 168 CT": False,
        candidate + "day 127 CT\n day 168 CT": True,
        candidate + "day 84 CT\n day 168 CT": False,
        candidate + "day 84 CT\n day 169 CT": True,
        candidate: False,
    }
    flagged(judge, "long_gap", cases)


def test_a_first_record_long_after_the_start_is_flagged(judge: Judge) -> None:
    course = "day 50 CT: new osteoblastic\n"
    cases = {
        course: True,
        course + "day 42 CT": False,
        course + "day 43 CT": True,
        course + "day 42 ALP 100": False,
        course + "day -10 HER2 primary negative": True,  # a test of the primary follows nobody
    }
    flagged(judge, "entered_late", cases)


def test_an_assumed_cycle_length_is_flagged(judge: Judge) -> None:
    cases = {
        CONFIRMED + f"day 0 line 1 starts, cycles of {cycle} days": cycle == "unknown"
        for cycle in ("28", "unknown")
    }
    flagged(judge, "cadence_fallback", cases)


def test_a_line_that_ended_for_another_reason_than_progression_is_flagged(judge: Judge) -> None:
    reasons = {
        " for toxicity": True,
        " for completed": True,
        " for patient_choice": True,
        " for death": True,
        " for other": True,
        " for progression": False,
        " for unknown": False,
        "": False,
    }
    cases = {CONFIRMED + f"day 130 line 1 ends{reason}": other for reason, other in reasons.items()}
    flagged(judge, "switched_for_other_reason", cases)


def test_a_line_that_ended_for_a_progression_that_no_scan_shows_is_flagged(judge: Judge) -> None:
    course = CONFIRMED + "day 130 line 1 ends for progression\n"
    cases = {
        course: True,
        course + "day 190 MRI: PD": False,  # 60 days after it
        course + "day 191 MRI: PD": True,
        course + "day 120 MRI: PD": False,
        course + "day 150 bone scan: PD": True,
        CONFIRMED + "day 130 line 1 ends for toxicity": False,
        CONFIRMED: False,
    }
    flagged(judge, "progression_without_imaging", cases)


ON_MAINTENANCE = (
    CONFIRMED
    + """
    day 0    line 1 starts with docetaxel + Trastuzumab + pertuzumab
    day 90   line 1 ends
    day 91   line 2 starts with {}
"""
)
SECOND = {
    "pertuzumab + trastuzumab": True,
    "TRASTUZUMAB": True,
    "docetaxel/trastuzumab/pertuzumab": True,
    "trastuzumab and capecitabine": False,
    "capecitabine": False,
}


def test_a_second_line_out_of_the_first_ones_agents_is_maintenance(judge: Judge) -> None:
    flagged(judge, "maintenance", {ON_MAINTENANCE.format(regimen): same for regimen, same in SECOND.items()})
    # Line 1 ended on day 90 all the same, so the CT of day 126 confirms nothing.
    row = judge(ON_MAINTENANCE.format("trastuzumab"))
    assert (row.state, row.reason) == ("indeterminate", "therapy_changed")


def test_under_a_protocol_that_lets_it_maintenance_continues_line_1(judge: Judge) -> None:
    default = load_protocol("xu2025")
    setting = replace(default.settings["maintenance_continues"], value="yes")
    own = replace(default, name="own", settings={**default.settings, "maintenance_continues": setting})
    for regimen, is_maintenance in SECOND.items():
        judge(ON_MAINTENANCE.format(regimen) + "day 150 line 3 starts\n day 160 CT: PD")
        derive_events(judge.con, REGISTRY, on(DELIVERY_DAY), [own])
        (row,) = judge.con.table("event.pseudoprogression").pl().rows(named=True)
        assert (row["state"] == "pseudoprogression") == is_maintenance, regimen
        # It goes on until line 3: what progresses after that is not of line 1.
        assert row["observed_progression_date"] is None


def test_a_flag_that_the_gate_gave_a_row_of_the_evidence_reaches_the_event(judge: Judge) -> None:
    judge(CONFIRMED + "day -5 ALP 100\n day 42 ALP 90\n day 300 ALP 6\n day 300 MRI")
    for table, row in (
        ("patients", "patient_id = 'p000'"),
        ("therapy_lines", "line_number = 1"),
        ("imaging_assessments", "assessment_id like '%day 84'"),
        ("bone_lesions", "assessment_id like '%day 42'"),
        ("lab_results", "value = 90"),
    ):
        judge.con.execute(f"update core.{table} set flags = ['unit_suspect', 'of_no_rule'] where {row}")
        derive_events(judge.con, REGISTRY, on(DELIVERY_DAY))
        (event,) = judge.con.table("event.pseudoprogression").pl().rows(named=True)
        assert "unit_suspect" in event["flags"], table
        assert "of_no_rule" not in event["flags"], "what only annotates a row is not one of its faults"
        judge.con.execute(f"update core.{table} set flags = []")
    judge.con.execute("update core.lab_results set flags = ['unit_suspect'] where value = 6")
    judge.con.execute("update core.imaging_assessments set flags = ['unit_suspect'] where modality = 'MRI'")
    derive_events(judge.con, REGISTRY, on(DELIVERY_DAY))
    (event,) = judge.con.table("event.pseudoprogression").pl().rows(named=True)
    assert "unit_suspect" not in event["flags"], "it is no evidence of the call"

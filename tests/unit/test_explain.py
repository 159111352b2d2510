"""`bpp explain`: the ordered evidence of one patient, the rule that fired, and what would change the call.

Not here: the rules themselves (`tests/spec`). Day 0 is 2020-01-01; the registry delivers on day 400.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.errors import NotFoundError, UsageError
from bpp_etl.events import FLOW_RULES, RULES, load_protocol
from bpp_etl.explain import explain_patient
from bpp_etl.explain.change import ADVICE
from bpp_etl.explain.evidence import gather
from bpp_etl.explain.findings import Evidence, Source
from bpp_etl.explain.labels import Labels
from bpp_etl.plain_text import cells_of
from bpp_etl.warehouse.connection import opened
from bpp_etl.warehouse.ddl import create_table
from schemas.quarantine import quarantine_contract
from tests.support.core_tables import REGISTRY, insert_patients, open_core
from tests.support.releases import MadeRelease, publish_made
from tests.support.timeline import DELIVERY_DAY, on, read_timeline

CANDIDATE = """
    day -10  CT
    day 42   CT: new osteoblastic spine, equivocal new osteoblastic rib, SD
"""
LABS = """
    day -5   ALP 110
    day 42   ALP 95
    day 165  ALP 150
    day -20  HER2 primary negative
    day 60   HER2 metastasis positive
"""
COURSES = {
    "awaiting": CANDIDATE + "day 84 CT: SD",
    "confirmed": CANDIDATE
    + LABS
    + """
    day 44   bone scan: new osteoblastic skull
    day 60   CT: SD
    day 84   CT: SD
    day 110  MRI: SD
    day 126  CT: bone window unknown
    day 170  CT: lysis femur, PD
    """,
    "detected": CANDIDATE + "day 44 MRI: PD",
    "progressed": CANDIDATE + "day 84 CT: SD\n day 100 CT: PD",
    "without baseline": "day 42 CT: new osteoblastic",
    "without lesion": "day -10 CT\n day 42 CT: SD",
    "without CT": "day -10 CT\n day 42 CT: not evaluable\n day 60 bone scan: new osteoblastic",
    "without line": "no line 1\n day 4 CT",
    "progression first": "day -10 CT\n day 42 CT: PD\n day 84 CT: new osteoblastic",
    "died": CANDIDATE + "day 200 dies",
    "changed": CANDIDATE + "day 100 line 1 ends",
    "lost": CANDIDATE + "day 100 last contact",
}
SECRET = "SECRET-7Q"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("warehouse")
    made = MadeRelease({"east": COURSES, "west": {"awaiting": "day 42 CT"}}, shut=("south",))
    release = publish_made(folder, made)
    with opened(folder / "published" / "bpp.duckdb") as con:
        for table, patient, delivery, rules in (
            ("patients", f" {SECRET} ", "2021-02-04", ["birth_before_1900", "code_unknown"]),
            ("imaging_assessments", " awaiting", "2021-02-04", ["date_invalid"]),
            ("imaging_assessments", "confirmed", "2021-03-04", ["date_invalid"]),
        ):
            con.execute(
                f"insert into quarantine.{table} by name select 'east' as registry, ? as delivery,"
                " 'f.csv' as file, 1 as row_number, ? as broken_rules, ? as patient_id",
                [delivery, rules, patient],
            )
    assert release
    return folder


def told(warehouse: Path, patient: str, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(explain_patient(warehouse, "east", patient, output="json", **options))
    return found


def judged(text: str, protocol: str = "xu2025") -> Evidence:
    """Gather the evidence of a course that lies in core tables, without a release."""
    con = open_core()
    try:
        insert_patients(con, [read_timeline(text, "p")])
        for table in ("imaging_assessments", "therapy_lines", "bone_lesions", "lab_results", "her2_tests"):
            create_table(con, "quarantine", table, quarantine_contract(table))
        source = Source("r", REGISTRY, "p", "d", on(DELIVERY_DAY))
        return gather(con, source, load_protocol(protocol))
    finally:
        con.close()


@pytest.mark.parametrize(
    ("patient", "state", "reason", "left_at", "rule"),
    [
        ("awaiting", "indeterminate", "awaiting_ct", "candidate", "awaiting_ct"),
        ("confirmed", "pseudoprogression", "confirmed", "candidate", "confirmed"),
        ("progressed", "true_progression", "pd_before_confirmation", "candidate", "pd_before_confirmation"),
        ("without lesion", None, None, "no_new_osteoblastic_lesion", "no_new_osteoblastic_lesion"),
        ("progression first", None, None, "progression_first", "progression_first"),
    ],
)
def test_the_call_and_the_rule_that_fired_are_told(
    warehouse: Path, patient: str, state: str | None, reason: str | None, left_at: str, rule: str
) -> None:
    found = told(warehouse, patient)
    assert (found["state"], found["reason"], found["left_at"]) == (state, reason, left_at)
    assert found["rule"]["id"] == rule
    by_id = {one.id: one for one in (*FLOW_RULES, *RULES)}
    assert found["rule"]["sentence"] == by_id[rule].sentence
    assert found["rule"]["citation"] == by_id[rule].citation


def test_time_points_come_in_order_with_what_each_does_for_the_call(warehouse: Path) -> None:
    points = told(warehouse, "confirmed")["time_points"]
    assert [(point["date"], point["place"], point["marks"]) for point in points] == [
        ("2019-12-22", "before", ["baseline"]),
        ("2020-02-12", "on", ["candidate"]),
        ("2020-03-01", "on", ["clean_too_soon"]),
        ("2020-03-25", "on", ["confirms"]),
        ("2020-04-20", "on", []),
        ("2020-05-06", "on", ["confirms"]),
        ("2020-06-19", "on", ["progression"]),
    ]


def test_assessments_say_what_they_show_and_what_they_can_be_used_for(warehouse: Path) -> None:
    text = explain_patient(warehouse, "east", "confirmed")
    for line in (
        "  2020-02-12  day 42  on line 1  ** candidate **",
        "      CT, eligible: new osteoblastic spine; equivocal new osteoblastic rib;",
        "      bone scan of 2020-02-14, not eligible: new osteoblastic skull",
        "      MRI, progression only: response SD",
        "  2020-05-06  day 126  on line 1  ** confirms, 2 of 2 **",
        "      CT, eligible, bone window unknown: nothing new",
        "      CT, eligible: more lysis in osteolytic femur; PD: outside bone and more",
    ):
        assert line in text.splitlines()


def test_a_scan_that_is_not_evaluable_says_so(warehouse: Path) -> None:
    assert (
        "      CT, not evaluable: nothing new"
        in explain_patient(warehouse, "east", "without CT").splitlines()
    )


def test_progression_counted_for_nothing_is_marked_so() -> None:
    evidence = judged(CANDIDATE + "day 60 line 1 ends\n day 70 line 2 starts\n day 84 CT: PD")
    assert evidence.rule.id == "therapy_changed"
    assert evidence.points[-1].place == "after"
    assert evidence.points[-1].marks == ("progression_not_counted",)


def test_a_course_without_candidate_marks_where_it_was_left(warehouse: Path) -> None:
    points = told(warehouse, "progression first")["time_points"]
    assert [point["marks"] for point in points] == [[], ["first_progression"], ["first_new_lesion"]]


def test_alp_is_told_in_order_against_its_upper_limit(warehouse: Path) -> None:
    found = told(warehouse, "confirmed")
    assert [(one["date"], one["value"]) for one in found["alp_results"]] == [
        ("2019-12-27", 110.0),
        ("2020-02-12", 95.0),
        ("2020-06-14", 150.0),
    ]
    assert (found["alp"]["alp_baseline"], found["alp"]["alp_delta_event"]) == (110.0, -15.0)
    text = " ".join(explain_patient(warehouse, "east", "confirmed").split())
    assert "baseline 110, event 95, progression 150 U/L; at the event -15 (-13.6 %), stable" in text


def test_an_upper_limit_gives_its_multiple() -> None:
    con = open_core()
    try:
        insert_patients(con, [read_timeline(CANDIDATE + "day 1 ALP 156", "p")])
        for table in ("imaging_assessments", "therapy_lines", "bone_lesions", "lab_results", "her2_tests"):
            create_table(con, "quarantine", table, quarantine_contract(table))
        con.execute("update core.lab_results set upper_limit_normal = 104")
        evidence = gather(con, Source("r", REGISTRY, "p", "d", on(DELIVERY_DAY)), load_protocol("xu2025"))
    finally:
        con.close()
    assert evidence.alp[0].times_upper_limit == 1.5


def test_her2_is_told_as_known_on_the_event_day(warehouse: Path) -> None:
    found = told(warehouse, "confirmed")
    assert found["her2_status"] == "negative"
    assert [(test["her2_status"], test["counts"]) for test in found["her2_tests"]] == [
        ("negative", True),
        ("positive", False),
    ]


# Each course, what is advised, and courses that follow the advice to the day, or miss it by one.
@pytest.mark.parametrize(
    ("course", "advice", "followed", "missed"),
    [
        (
            "awaiting",
            "One more evaluable CT without progression, at least 28 days after day 84 (on day 112 or later),"
            " confirms it.",
            "day 112 CT",
            "day 111 CT",
        ),
        (
            "lost",
            "Two more evaluable CTs without progression, 28 days or more apart, the first at least 28 days"
            " after day 42 (on day 70 or later), confirm it.",
            "day 70 CT\n day 98 CT",
            "day 70 CT\n day 97 CT",
        ),
        (
            "changed",
            "Two more evaluable CTs without progression, 28 days or more apart, the first at least 28 days"
            " after day 42 (on day 70 or later), the last not after day 100, would have confirmed it.",
            "day 70 CT\n day 100 CT",
            "day 70 CT\n day 101 CT",
        ),
        (
            "changed",
            "Explicit progression at a time point from day 42 to day 128 would make it true progression.",
            "day 128 CT: PD",
            "day 129 CT: PD",
        ),
        (
            "died",
            "Explicit progression at a time point from day 42 to day 200 would make it true progression.",
            "day 200 CT: PD",
            "day 200 CT",
        ),
        (
            "confirmed",
            "Explicit progression at a time point from day 42 to day 126 would make it true progression.",
            "day 126 MRI: PD",
            "day 134 MRI: PD",
        ),
        (
            "progressed",
            "Another reading of assessment 4 (outside bone): the confirming CTs that are lacking do not fit"
            " before day 100.",
            None,
            None,
        ),
        (
            "without baseline",
            "An evaluable CT with bone window from day -42 to day 0 would let the later CTs decide.",
            "day -42 CT",
            "day -43 CT",
        ),
        (
            "without lesion",
            "A new osteoblastic lesion on an evaluable CT with bone window on day 1 or later.",
            "day 84 CT: new osteoblastic",
            "day -1 CT: new osteoblastic",
        ),
        ("without CT", "An evaluable CT with bone window on day 1 or later.", "day 30 CT", "day -30 CT"),
        ("without line", "An admitted line 1 of therapy.", "day 0 line 1 starts", None),
    ],
)
def test_the_advice_followed_changes_the_call(
    course: str, advice: str, followed: str | None, missed: str | None
) -> None:
    text = COURSES[course]
    evidence = judged(text)
    assert advice in ADVICE[evidence.rule.id](evidence, Labels(evidence, is_shifted=True))
    if followed is not None:
        changed = judged(f"{text.replace('no line 1', '')}\n{followed}")
        assert changed.rule.id != evidence.rule.id
    if missed is not None:
        assert judged(f"{text}\n{missed}").rule.id == evidence.rule.id


def test_confirming_cts_that_fit_before_the_progression_are_the_advice() -> None:
    text = CANDIDATE + "day 84 CT: SD\n day 130 CT: PD"
    evidence = judged(text)
    assert evidence.rule.id == "pd_before_confirmation"
    advice = ADVICE[evidence.rule.id](evidence, Labels(evidence, is_shifted=True))
    assert "(from day 112 to day 122), would have confirmed it before the progression" in advice
    assert judged(f"{text}\n day 122 CT").rule.id == "confirmed"
    # A day later the CT would be read together with the one that shows the progression.
    assert judged(f"{text}\n day 123 CT").rule.id == "pd_before_confirmation"


def test_the_reading_that_shows_progression_at_the_candidate_is_named() -> None:
    evidence = judged(COURSES["detected"])
    advice = ADVICE[evidence.rule.id](evidence, Labels(evidence))
    assert advice == (
        "If p:MRI day 44 showed no explicit progression (outside bone), the CTs that follow would decide."
    )
    assert judged(COURSES["detected"].replace("MRI: PD", "MRI: SD")).rule.id == "awaiting_ct"


def test_the_advice_is_in_the_words_of_the_protocol() -> None:
    text = COURSES["without lesion"] + "\n day -20 bone scan\n day 50 bone scan"
    evidence = judged(text, "lin2021")
    assert "on an evaluable bone scan" in ADVICE[evidence.rule.id](evidence, Labels(evidence))


def test_every_rule_has_advice() -> None:
    leaving = {rule.id for rule in FLOW_RULES} - {"candidate"}
    assert set(ADVICE) == leaving | {rule.id for rule in RULES}


def test_shifted_dates_leave_no_date_id_registry_or_release(warehouse: Path) -> None:
    for patient in COURSES:
        for output in ("text", "json", "html"):
            text = explain_patient(warehouse, "east", patient, output=output, shift_dates=True)
            assert not re.search(r"\d{4}-\d{2}-\d{2}|\d{8}T", text)
            assert not re.search(r"\beast\b", text)
            assert f"{patient}:" not in text
    assert told(warehouse, "confirmed", shift_dates=True)["patient"] == "patient"


def test_shifted_dates_count_days_from_the_start_of_line_1(warehouse: Path) -> None:
    found = told(warehouse, "confirmed", shift_dates=True)
    assert [point["date"] for point in found["time_points"]] == [-10, 42, 60, 84, 110, 126, 170]
    assert found["course"]["event_date"] == 42
    assert [one["date"] for one in found["alp_results"]] == [-5, 42, 165]
    assert found["dates"] == "days from the start of line 1"


def test_days_that_follow_from_the_delivery_are_not_told_shifted(warehouse: Path) -> None:
    plain = " ".join(explain_patient(warehouse, "east", "lost").split())
    assert "A last contact on 2020-11-12 or later would make it awaiting_ct." in plain
    shifted = " ".join(explain_patient(warehouse, "east", "lost", shift_dates=True).split())
    assert "A last contact later would make it awaiting_ct." in shifted
    assert "day 316" not in shifted
    assert "day 400" not in shifted


@pytest.mark.parametrize("patient", list(COURSES))
@pytest.mark.parametrize("is_shifted", [False, True])
def test_text_fits_a_terminal_of_80_columns(warehouse: Path, patient: str, is_shifted: bool) -> None:
    text = explain_patient(warehouse, "east", patient, shift_dates=is_shifted)
    assert max(cells_of(line) for line in text.splitlines()) <= 80


def test_the_page_is_escaped_and_needs_no_network(tmp_path: Path) -> None:
    publish_made(tmp_path, MadeRelease({"east": {"<b>p</b>": CANDIDATE}}))
    html = explain_patient(tmp_path, "east", "<b>p</b>", output="html")
    assert "&lt;b&gt;p&lt;/b&gt;" in html
    assert "<b>" not in html
    assert "<script" not in html
    assert "src=" not in html
    assert "href=" not in html


def test_the_page_draws_every_time_point(warehouse: Path) -> None:
    html = explain_patient(warehouse, "east", "confirmed", output="html")
    assert html.count("translate(") == 7
    assert html.count('r="3.5"') == 3


def test_refused_rows_of_the_patient_and_delivery_are_noted(warehouse: Path) -> None:
    note = "Rows of this patient were refused at the gate (1 breach): imaging_assessments date_invalid 1."
    assert told(warehouse, "awaiting")["notes"] == [f"{note} Evidence may be missing."]
    assert told(warehouse, "confirmed")["notes"] == []


def test_a_protocol_that_the_release_was_not_built_with_is_applied_and_said(warehouse: Path) -> None:
    found = told(warehouse, "awaiting", protocol="xu2025_one_ct")
    assert found["state"] == "pseudoprogression"
    assert found["notes"][0] == (
        "The release was not built with protocol xu2025_one_ct; the call was worked out now."
    )


def test_a_release_that_says_otherwise_is_contradicted_openly(tmp_path: Path) -> None:
    publish_made(tmp_path, MadeRelease({"east": {"p": COURSES["awaiting"]}}))
    with opened(tmp_path / "published" / "bpp.duckdb") as con:
        con.execute("update event.pseudoprogression set reason = 'death'")
    (note,) = told(tmp_path, "p")["notes"]
    assert note == (
        "The release says otherwise: candidate indeterminate death (the release was built by another version"
        " of the software). Refresh to bring it up to date."
    )


def test_an_unknown_patient_is_not_named(warehouse: Path) -> None:
    with pytest.raises(NotFoundError) as error:
        explain_patient(warehouse, "east", "NOBODY-9")
    assert error.value.exit_code == 4
    assert "NOBODY-9" not in f"{error.value.message} {error.value.hint}"
    with pytest.raises(NotFoundError, match="no such patient"):
        explain_patient(warehouse, "west", "confirmed")


def test_a_patient_who_was_refused_is_told_by_rules_only(warehouse: Path) -> None:
    with pytest.raises(NotFoundError, match="refused at the gate") as error:
        explain_patient(warehouse, "east", SECRET)
    assert error.value.hint == "broken: birth_before_1900, code_unknown; the rows are in quarantine.patients"
    assert SECRET not in error.value.message


@pytest.mark.parametrize("registry", ["north", "south", SECRET])
def test_an_unknown_or_shut_registry_is_told_with_those_there_are(warehouse: Path, registry: str) -> None:
    with pytest.raises(NotFoundError, match="no admitted delivery of that registry") as error:
        explain_patient(warehouse, registry, "confirmed")
    assert error.value.hint == "it has east and west"


def test_an_empty_warehouse_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nothing is published"):
        explain_patient(tmp_path, "east", "confirmed")


def test_unknown_formats_and_protocols_are_usage_errors(warehouse: Path) -> None:
    with pytest.raises(UsageError, match="there is no format pdf"):
        explain_patient(warehouse, "east", "confirmed", output="pdf")
    with pytest.raises(UsageError, match="neither a shipped protocol nor"):
        explain_patient(warehouse, "east", "confirmed", "xu2030")

"""`bpp explain`: the ordered evidence of one patient, the rule that fired, and what would change the call.

Not here: the rules themselves (`tests/spec`). Day 0 is 2020-01-01; the registry delivers on day 400.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from assets.cli import app
from bpp_etl.errors import NotFoundError, UsageError
from bpp_etl.events import FLOW_RULES, RULES, load_protocol
from bpp_etl.explain import explain_patient
from bpp_etl.explain.change import ADVICE
from bpp_etl.explain.findings import Evidence
from bpp_etl.explain.labels import Labels
from bpp_etl.explain.run import WRITERS, evidence_of
from bpp_etl.plain_text import cells_of
from bpp_etl.warehouse.connection import opened
from tests.support.core_tables import open_core
from tests.support.releases import DELIVERY, MadeRelease, publish_made
from tests.support.timeline import Judge

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
    "progressed late": CANDIDATE + "day 84 CT: SD\n day 130 CT: PD",
    "without baseline": "day 42 CT: new osteoblastic",
    "without lesion": "day -10 CT\n day 42 CT: SD",
    "without CT": "day -10 CT\n day 42 CT: not evaluable\n day 60 bone scan: new osteoblastic",
    "without line": "no line 1\n day 4 CT",
    "progression first": "day -10 CT\n day 42 CT: PD\n day 84 CT: new osteoblastic",
    "died": CANDIDATE + "day 200 dies",
    "changed": CANDIDATE + "day 100 line 1 ends",
    "second line": CANDIDATE + "day 100 line 2 starts",
    "off protocol": CANDIDATE + "day 60 line 1 ends\n day 70 line 2 starts\n day 84 CT: PD",
    "lost": CANDIDATE + "day 100 last contact",
}
SECRET = "SECRET-7Q"
TWO_MORE = (
    "Two more evaluable CTs without progression, 28 days or more apart, the first at least 28 days after"
    " day 42 (on day 70 or later)"
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("warehouse")
    made = MadeRelease({"east": COURSES, "west": {"awaiting": "day 42 CT"}}, shut=("south",))
    publish_made(folder, made)
    with opened(folder / "published" / "bpp.duckdb") as con:
        for table, patient, delivery, rules in (
            ("patients", f" {SECRET} ", DELIVERY, ["birth_before_1900", "code_unknown"]),
            ("imaging_assessments", " awaiting", DELIVERY, ["date_invalid"]),
            ("imaging_assessments", "confirmed", "2021-03-04", ["date_invalid"]),
        ):
            con.execute(
                f"insert into quarantine.{table} by name select 'east' as registry, ? as delivery,"
                " 'f.csv' as file, 1 as row_number, ? as broken_rules, ? as patient_id",
                [delivery, rules, patient],
            )
        con.execute("update core.lab_results set upper_limit_normal = 100")
    return folder


@pytest.fixture(scope="module")
def explained(warehouse: Path) -> dict[str, Evidence]:
    return {name: evidence_of(warehouse, "east", name, load_protocol("xu2025")) for name in COURSES}


FOLLOWED: list[tuple[str, str, str, str | None]] = [
    # Course, what is advised, the advice followed to the day, the advice missed by a day.
    (
        "awaiting",
        "One more evaluable CT without progression, at least 28 days after day 84 (on day 112 or later),"
        " confirms it.",
        "day 112 CT",
        "day 111 CT",
    ),
    ("lost", f"{TWO_MORE}, confirm it.", "day 70 CT\n day 98 CT", "day 70 CT\n day 97 CT"),
    (
        "changed",
        f"{TWO_MORE}, the last not after day 100, would have confirmed it.",
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
        "second line",
        f"{TWO_MORE}, the last not after day 99, would have confirmed it.",
        "day 70 CT\n day 99 CT",
        "day 70 CT\n day 100 CT",
    ),
    (
        "died",
        "Explicit progression at a time point from day 42 to day 200 would make it true progression.",
        "day 200 CT: PD",
        None,
    ),
    (
        "confirmed",
        "Explicit progression at a time point from day 42 to day 126 would make it true progression.",
        "day 126 MRI: PD",
        "day 134 MRI: PD",
    ),
    (
        # A day later the CT would be read together with the one that shows the progression.
        "progressed late",
        "(from day 112 to day 122), would have confirmed it before the progression.",
        "day 122 CT",
        "day 123 CT",
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
    ("without CT", "An evaluable CT with bone window on day 1 or later.", "day 30 CT", "day 0 CT"),
    ("without line", "An admitted line 1 of therapy.", "day 0 line 1 starts", None),
]


@pytest.fixture(scope="module")
def followed() -> dict[tuple[str, str | None], SimpleNamespace]:
    """Judge every course with its advice followed and missed, all as patients of one registry."""
    pairs = [(course, more) for course, _, *both in FOLLOWED for more in both if more is not None]
    con = open_core()
    try:
        texts = [f"{COURSES[course].replace('no line 1', '')}\n{more}" for course, more in pairs]
        return dict(zip(pairs, Judge(con).each(texts), strict=True))
    finally:
        con.close()


def told(evidence: Evidence, *, is_shifted: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(WRITERS["json"](evidence, Labels(evidence, is_shifted=is_shifted)))
    return found


def text_of(evidence: Evidence, *, is_shifted: bool = False) -> str:
    return WRITERS["text"](evidence, Labels(evidence, is_shifted=is_shifted))


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
    explained: Mapping[str, Evidence],
    patient: str,
    state: str | None,
    reason: str | None,
    left_at: str,
    rule: str,
) -> None:
    found = told(explained[patient])
    assert (found["state"], found["reason"], found["left_at"]) == (state, reason, left_at)
    assert found["rule"]["id"] == rule
    by_id = {one.id: one for one in (*FLOW_RULES, *RULES)}
    assert found["rule"]["sentence"] == by_id[rule].sentence
    assert found["rule"]["citation"] == by_id[rule].citation


def test_time_points_come_in_order_with_what_each_does_for_the_call(
    explained: Mapping[str, Evidence],
) -> None:
    points = told(explained["confirmed"])["time_points"]
    assert [(point["date"], point["place"], point["marks"]) for point in points] == [
        ("2019-12-22", "before", ["baseline"]),
        ("2020-02-12", "on", ["candidate"]),
        ("2020-03-01", "on", ["clean_too_soon"]),
        ("2020-03-25", "on", ["confirms"]),
        ("2020-04-20", "on", []),
        ("2020-05-06", "on", ["confirms"]),
        ("2020-06-19", "on", ["progression"]),
    ]


def test_assessments_say_what_they_show_and_what_they_can_be_used_for(
    explained: Mapping[str, Evidence],
) -> None:
    lines = text_of(explained["confirmed"]).splitlines()
    for line in (
        "  2020-02-12  day 42  on line 1  ** candidate **",
        "      CT, eligible: new osteoblastic spine; equivocal new osteoblastic rib;",
        "      bone scan of 2020-02-14, not eligible: new osteoblastic skull",
        "      MRI, progression only: response SD",
        "  2020-05-06  day 126  on line 1  ** confirms, 2 of 2 **",
        "      CT, eligible, bone window unknown: nothing new",
        "      CT, eligible: more lysis in osteolytic femur; PD: outside bone and more",
    ):
        assert line in lines


def test_a_scan_that_is_not_evaluable_says_so(explained: Mapping[str, Evidence]) -> None:
    assert "      CT, not evaluable: nothing new" in text_of(explained["without CT"]).splitlines()


def test_progression_that_counts_for_nothing_is_marked_so(explained: Mapping[str, Evidence]) -> None:
    last = explained["off protocol"].points[-1]
    assert explained["off protocol"].rule.id == "therapy_changed"
    assert (last.place, last.marks) == ("after", ("progression_not_counted",))


def test_a_course_without_candidate_marks_where_it_was_left(explained: Mapping[str, Evidence]) -> None:
    points = told(explained["progression first"])["time_points"]
    assert [point["marks"] for point in points] == [[], ["first_progression"], ["first_new_lesion"]]


def test_alp_is_told_in_order_against_its_upper_limit(explained: Mapping[str, Evidence]) -> None:
    found = told(explained["confirmed"])
    assert [(one["date"], one["value"], one["times_upper_limit"]) for one in found["alp_results"]] == [
        ("2019-12-27", 110.0, 1.1),
        ("2020-02-12", 95.0, 0.95),
        ("2020-06-14", 150.0, 1.5),
    ]
    assert (found["alp"]["alp_baseline"], found["alp"]["alp_delta_event"]) == (110.0, -15.0)
    words = " ".join(text_of(explained["confirmed"]).split())
    assert "baseline 110, event 95, progression 150 U/L; at the event -15 (-13.6 %), stable" in words


def test_her2_is_told_as_known_on_the_event_day(explained: Mapping[str, Evidence]) -> None:
    found = told(explained["confirmed"])
    assert found["her2_status"] == "negative"
    assert [(test["her2_status"], test["counts"]) for test in found["her2_tests"]] == [
        ("negative", True),
        ("positive", False),
    ]


@pytest.mark.parametrize(("course", "advice", "more", "missed"), FOLLOWED)
def test_the_advice_followed_to_the_day_changes_the_call(
    explained: Mapping[str, Evidence],
    followed: Mapping[tuple[str, str | None], SimpleNamespace],
    course: str,
    advice: str,
    more: str,
    missed: str | None,
) -> None:
    evidence = explained[course]
    before = (evidence.left_at, evidence.event.get("rule"))
    assert advice in ADVICE[evidence.rule.id](evidence, Labels(evidence, is_shifted=True))
    assert (followed[course, more].left_at, followed[course, more].rule) != before
    if missed is not None:
        assert (followed[course, missed].left_at, followed[course, missed].rule) == before


def test_where_no_ct_fits_before_the_progression_only_its_reading_can_change(
    explained: Mapping[str, Evidence],
) -> None:
    evidence = explained["progressed"]
    assert ADVICE[evidence.rule.id](evidence, Labels(evidence)) == (
        "Another reading of progressed:CT day 100 (outside bone): the confirming CTs that are lacking do not"
        " fit before 2020-04-10."
    )


def test_the_reading_that_shows_progression_at_the_candidate_is_named(
    explained: Mapping[str, Evidence],
) -> None:
    evidence = explained["detected"]
    assert ADVICE[evidence.rule.id](evidence, Labels(evidence)) == (
        "If detected:MRI day 44 showed no explicit progression (outside bone), the CTs that follow would"
        " decide."
    )


def test_every_rule_has_advice() -> None:
    leaving = {rule.id for rule in FLOW_RULES} - {"candidate"}
    assert set(ADVICE) == leaving | {rule.id for rule in RULES}


def test_shifted_dates_leave_no_date_id_registry_or_release(explained: Mapping[str, Evidence]) -> None:
    for evidence in explained.values():
        for writer in WRITERS.values():
            text = writer(evidence, Labels(evidence, is_shifted=True))
            assert not re.search(r"\d{4}-\d{2}-\d{2}|\d{8}T", text)
            assert not re.search(r"\beast\b", text)
            for point in evidence.points:
                assert not any(one.assessment_id in text for one in point.assessments)


def test_shifted_dates_count_days_from_the_start_of_line_1(warehouse: Path) -> None:
    found = json.loads(explain_patient(warehouse, "east", "confirmed", output="json", shift_dates=True))
    assert found["patient"] == "patient"
    assert found["dates"] == "days from the start of line 1"
    assert [point["date"] for point in found["time_points"]] == [-10, 42, 60, 84, 110, 126, 170]
    assert found["course"]["event_date"] == 42
    assert [one["date"] for one in found["alp_results"]] == [-5, 42, 165]


def test_days_that_follow_from_the_delivery_are_not_told_shifted(explained: Mapping[str, Evidence]) -> None:
    plain = " ".join(text_of(explained["lost"]).split())
    assert "A last contact on 2020-11-12 or later would make it awaiting_ct." in plain
    shifted = " ".join(text_of(explained["lost"], is_shifted=True).split())
    assert "A last contact later would make it awaiting_ct." in shifted
    assert "day 316" not in shifted
    assert "day 100" not in shifted


def test_text_fits_a_terminal_of_80_columns(explained: Mapping[str, Evidence]) -> None:
    for evidence in explained.values():
        for is_shifted in (False, True):
            assert max(cells_of(line) for line in text_of(evidence, is_shifted=is_shifted).splitlines()) <= 80


def test_the_page_is_escaped_and_needs_no_network(tmp_path: Path) -> None:
    publish_made(tmp_path, MadeRelease({"east": {"<b>p</b>": CANDIDATE}}))
    html = explain_patient(tmp_path, "east", "<b>p</b>", output="html")
    assert "&lt;b&gt;p&lt;/b&gt;" in html
    for part in ("<b>", "<script", "src=", "href="):
        assert part not in html


def test_the_page_draws_every_time_point_and_alp(explained: Mapping[str, Evidence]) -> None:
    html = WRITERS["html"](explained["confirmed"], Labels(explained["confirmed"]))
    assert html.count("translate(") == 7
    assert html.count('r="3.5"') == 3


def test_a_patient_with_nothing_but_a_laboratory_result_is_explained(tmp_path: Path) -> None:
    publish_made(tmp_path, MadeRelease({"east": {"\x1b[2Jp": "no line 1\n day 4 ALP 90"}}))
    text = explain_patient(tmp_path, "east", "\x1b[2Jp")
    assert text.startswith("?[2Jp of east: no candidate (no_first_line)")
    assert "  2020-01-05    0  ALP_TOTAL     90  U/L" in text.splitlines()
    shifted = explain_patient(tmp_path, "east", "\x1b[2Jp", shift_dates=True)
    assert "counted from the first finding" in " ".join(shifted.split())


def test_the_command_passes_its_options_on(warehouse: Path) -> None:
    words = ["explain", "confirmed", "--registry", "east", "--warehouse", str(warehouse)]
    result = CliRunner().invoke(app, [*words, "--format", "json", "--shift-dates"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["patient"] == "patient"


def test_refused_rows_of_the_patient_and_delivery_are_noted(explained: Mapping[str, Evidence]) -> None:
    note = "Rows of this patient were refused at the gate (1 breach): imaging_assessments date_invalid 1."
    assert explained["awaiting"].notes == (f"{note} Evidence may be missing.",)
    assert explained["confirmed"].notes == ()


def test_a_protocol_that_the_release_was_not_built_with_is_applied_and_said(warehouse: Path) -> None:
    found = json.loads(explain_patient(warehouse, "east", "awaiting", "xu2025_one_ct", "json"))
    assert found["state"] == "pseudoprogression"
    assert found["notes"][0] == (
        "The release was not built with protocol xu2025_one_ct; the call was worked out now."
    )


def test_the_advice_is_in_the_words_of_the_protocol(warehouse: Path) -> None:
    text = " ".join(explain_patient(warehouse, "east", "without lesion", "lin2021").split())
    assert "An evaluable bone scan on 2020-01-02 or later." in text


def test_a_release_that_says_otherwise_is_contradicted_openly(tmp_path: Path) -> None:
    publish_made(tmp_path, MadeRelease({"east": {"p": COURSES["awaiting"]}}))
    with opened(tmp_path / "published" / "bpp.duckdb") as con:
        con.execute("update event.pseudoprogression set reason = 'death'")
    assert evidence_of(tmp_path, "east", "p", load_protocol("xu2025")).notes == (
        "The release says otherwise: candidate indeterminate death (the release was built by another version"
        " of the software). Refresh to bring it up to date.",
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

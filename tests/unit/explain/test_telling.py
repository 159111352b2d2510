"""`bpp explain`: shifted dates, pages, refusals and errors; nobody is named who must not be."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets.cli import app
from bpp_etl.errors import NotFoundError, UsageError
from bpp_etl.events import Window, load_protocol
from bpp_etl.explain import explain_patient
from bpp_etl.explain.change import would_change
from bpp_etl.explain.facts import Evidence
from bpp_etl.explain.labels import Labels
from bpp_etl.explain.run import WRITERS, evidence_of
from bpp_etl.pages.plain_text import cells_of
from bpp_etl.warehouse.connection import opened
from tests.support.releases import MadeRelease, publish_made
from tests.support.timeline import on
from tests.unit.explain.explained import CANDIDATE, COURSES, SECRET, text_of


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
    assert "A last contact or record on 2020-11-12 or later would make it awaiting_ct." in plain
    shifted = " ".join(text_of(explained["lost"], is_shifted=True).split())
    assert "A last contact or record later would make it awaiting_ct." in shifted
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
    # For a desk and for a telephone: 7 time points, and the CT that is due.
    assert html.count("translate(") == 2 * (7 + 1)
    assert html.count('r="3.5"') == 2 * 3


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


def test_shifted_dates_leave_out_the_days_of_a_calendar_window(warehouse: Path) -> None:
    evidence = evidence_of(warehouse, "east", "awaiting", load_protocol("xu2025").within(Window(on(3))))
    told = {
        shifted: would_change(evidence, Labels(evidence, is_shifted=shifted)) for shifted in (True, False)
    }
    assert told == {
        True: "A start of line 1 in the calendar window.",
        False: "A start of line 1 in the calendar window, from 2020-01-04.",
    }


def test_a_release_that_says_otherwise_is_contradicted_openly(tmp_path: Path) -> None:
    publish_made(tmp_path, MadeRelease({"east": {"p": COURSES["awaiting"]}}))
    with opened(tmp_path / "published" / "bpp.duckdb") as con:
        con.execute("update event.pseudoprogression set reason = 'death'")
    assert evidence_of(tmp_path, "east", "p", load_protocol("xu2025")).notes == (
        "The release says otherwise: candidate indeterminate death (the release was built by another version"
        " of the software). Refresh to bring it up to date.",
    )


def test_a_release_with_another_reading_of_a_rule_set_is_said_to_have_one(tmp_path: Path) -> None:
    publish_made(tmp_path, MadeRelease({"east": {"p": COURSES["awaiting"]}}))
    with opened(tmp_path / "published" / "bpp.duckdb") as con:
        con.execute("update event.pseudoprogression set verdict_mda = 'PD'")
    (note,) = evidence_of(tmp_path, "east", "p", load_protocol("xu2025")).notes
    assert note.startswith("The release gives another verdict of another rule set: by a protocol file")


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

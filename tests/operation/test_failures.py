"""A step fails in our own words, waits for a file in use, and never tries a shut gate again."""

from __future__ import annotations

import shlex

import dagster as dg
import duckdb
import pytest

from assets import core, event, failures
from assets.alerts import alert_of
from assets.failures import AT_TERMINAL
from bpp_etl.errors import BppError, BusyError
from tests.operation.conftest import SECRET, Project


def failure_of(done: dg.ExecuteInProcessResult) -> tuple[str, dict[str, object]]:
    (told,) = (
        found.step_failure_data.user_failure_data for found in done.all_events if found.is_step_failure
    )
    return str(told.description), {name: value.value for name, value in told.metadata.items()}


def retries(done: dg.ExecuteInProcessResult) -> int:
    return sum(found.event_type_value == "STEP_UP_FOR_RETRY" for found in done.all_events)


def test_a_shut_gate_says_what_where_how_much_and_how_to_see_the_rows(project: Project) -> None:
    folder = project.deliver(bone_lesions="assessment_id,lesion_id,site,morphology,status\nA1,L1,,,\n")
    done = project.refresh()
    text, metadata = failure_of(done)
    assert text.splitlines()[0] == "gate shut: tiny delivery 2024-12-31"
    assert "1 of 1 rows of bone_lesions are refused (100.0 %, limit 5 %)" in text
    assert "- bone_lesions: 1 delivered, 1 refused (required_value_missing 1)" in text
    assert f"bpp check {folder}" in text
    program, option, file, sql = shlex.split(str(metadata["rows"]))
    assert (program, option) == ("duckdb", "-readonly")
    assert f"The rows of bone_lesions: {metadata['rows']}" in text
    with duckdb.connect(file, read_only=True) as con:
        (told,) = con.execute(sql).fetchall()
    assert told == ("bone_lesions.csv", 1, ["required_value_missing"], ["morphology", "site", "status"])
    assert metadata["kind"] == "shut"
    assert metadata["tables"] == "bone_lesions"
    assert "bone_lesions.refused_share_exceeded" in str(metadata["rules"])
    assert retries(done) == 0


def test_a_file_in_use_is_waited_for_and_the_run_ends_well(project: Project, monkeypatch) -> None:
    monkeypatch.setattr(failures, "WAIT_SECONDS", 0)
    honest, calls = event.derive, []

    def busy_once(*words: object) -> object:
        calls.append(words)
        if len(calls) == 1:
            raise BusyError("admitted.duckdb is in use by another process", "wait")
        return honest(*words)

    monkeypatch.setattr(event, "derive", busy_once)
    project.deliver()
    done = project.refresh()
    assert done.success
    assert retries(done) == 1


def test_somebody_at_a_terminal_is_told_at_once(project: Project) -> None:
    project.deliver()
    with project.warehouse.files("tiny").locked():
        done = project.refresh(tags={AT_TERMINAL: "yes"})
    text, metadata = failure_of(done)
    assert text.splitlines()[0] == "registry tiny is being refreshed by another process"
    assert metadata["kind"] == "foreseen"
    assert retries(done) == 0


@pytest.mark.parametrize("error", [BppError("found this", "do that"), RuntimeError(SECRET)])
def test_no_other_error_is_tried_again_nor_told_in_foreign_words(
    project: Project, monkeypatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(core, "gate", fail)
    project.deliver()
    done = project.refresh()
    text, _ = failure_of(done)
    assert retries(done) == 0
    assert SECRET not in text
    assert text.splitlines()[0] in {"found this", "unexpected RuntimeError"}
    alert = alert_of(done.dagster_run, [found for found in done.all_events if found.is_step_failure])
    assert alert.text == text
    assert alert.kind == ("foreseen" if isinstance(error, BppError) else "unforeseen")

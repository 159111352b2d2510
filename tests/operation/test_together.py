"""One run of many registries: it tells of each what a run of it alone tells, and none holds up another.

Not here: storing what is told (`test_run_storage.py`), and what is due (`tests/unit/admission`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._core.events import DagsterEventType, JobFailureData, RunFailureReason
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status
from dagster._serdes import serialize_value
from dagster._utils.error import SerializableErrorInfo

from assets.alerts import alert_of
from assets.refresh import QUIET, _stop_if_interrupted
from assets.together import NAME, STEP, steps_of
from assets.watch import watch
from bpp_etl.landing.arrival import look_at
from bpp_etl.landing.deliveries import survey
from tests.operation.conftest import REGISTRY, SECRET, Project, Settled, started
from tests.support.deliveries import TINY

TOLD = {
    dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
}
CHECK = dg.AssetCheckKey(dg.AssetKey(["core", "patients"]), "birth_before_1900")


@dataclass(frozen=True)
class Together:
    """A project whose registries were refreshed in one run: one admitted, one shut, one that is not there."""

    project: Project
    run: dg.ExecuteInProcessResult


@pytest.fixture(scope="module")
def together(settled: Settled, tmp_path_factory, storage) -> Iterator[Together]:
    with started(tmp_path_factory.mktemp("together"), storage) as made:
        made.deliver("bad", patients=TINY["patients"].replace("female", SECRET), bone_lesions=None)
        made.deliver("good")
        judge = {name: newest.name for name, newest in survey(made.landing).newest.items()}
        config = {"ops": {"each": {"config": {"judge": {"lost": "2024-12-31", **judge}}}}}
        run = made.definitions.resolve_job_def(NAME).execute_in_process(
            instance=made.instance, run_config=QUIET | config, raise_on_error=False
        )
        yield Together(made, run)


def told_of(instance: dg.DagsterInstance, registry: str) -> Mapping[tuple[str, ...], list[str]]:
    """Gather what was told of a registry's assets and checks; numbers of records and names of jobs apart."""
    found: dict[tuple[str, ...], list[str]] = {}
    for run in instance.get_runs():
        for entry in instance.all_logs(run.run_id, of_type=TOLD):
            event = entry.get_dagster_event()
            data = event.event_specific_data
            partition = event.partition or getattr(data, "partition", None)
            if partition == registry:
                key = event.asset_key or data.asset_key  # type: ignore[union-attr]
                name = (event.event_type_value, key.to_user_string(), getattr(data, "check_name", ""))
                told = re.sub(r'(event_pointer/[^"]*": )"\d+"', r"\1", serialize_value(data))
                message = str(event.message).removeprefix(f"{run.job_name} ")
                found.setdefault(name, []).extend([told, message])
    return found


@pytest.mark.parametrize("registry", ["good", "bad"])
def test_it_tells_of_each_asset_and_check_what_a_run_of_one_registry_tells(
    together: Together, settled: Settled, registry: str
) -> None:
    ours = told_of(together.project.instance, registry)
    theirs = told_of(settled.project.instance, registry)
    assert len(ours) > 200
    assert ours == theirs


def test_what_fails_stops_none_of_the_others_and_says_why(together: Together) -> None:
    assert not together.run.success
    failed = {
        str(event.step_key): str(event.step_failure_data.user_failure_data.description)  # type: ignore[union-attr]
        for event in together.run.all_events
        if event.is_step_failure
    }
    assert failed.keys() == {f"{STEP}[bad]", f"{STEP}[lost]"}
    assert failed[f"{STEP}[bad]"].startswith("gate shut: bad delivery")
    assert "lost has no delivery" in failed[f"{STEP}[lost]"]
    assert together.project.warehouse.files("good").admitted.exists()
    assert together.project.warehouse.files("bad").shut.exists()
    run = together.run.dagster_run
    alert = alert_of(run, [event for event in together.run.all_events if event.is_step_failure])
    assert all(said in alert.text for said in failed.values())


def test_checks_that_a_step_could_not_come_to_count_as_not_carried_out(together: Together) -> None:
    storage = together.project.instance.event_log_storage
    found = {
        record.partition: record.status
        for record in storage.get_asset_check_execution_history(CHECK, limit=10)
    }
    assert found == {"good": Status.SUCCEEDED, "bad": Status.SUCCEEDED, "lost": Status.PLANNED}


def test_no_sensor_runs_again_what_it_has_worked_off(together: Together) -> None:
    project = together.project
    with dg.build_sensor_context(instance=project.instance) as context:
        asked = watch(
            context, project.warehouse, project.operation, dt.datetime.now(dt.UTC) + dt.timedelta(hours=6)
        )
    assert asked.run_requests == []
    arrival = look_at(survey(project.landing).newest["good"])
    tags = project.instance.get_runs()[0].tags
    assert tags["bpp.worked_off/good"] == f"{arrival.delivery.name}/{arrival.fingerprint}"
    assert "bpp.worked_off/lost" not in tags
    assert set(project.instance.get_dynamic_partitions(REGISTRY)) == {"good", "bad", "lost"}


def test_names_that_differ_by_their_hyphens_have_steps_of_their_own() -> None:
    assert steps_of(["a-b", "a_b"]) == {"a_b": "a-b", "a_b_": "a_b"}


def test_ctrl_c_between_two_steps_ends_the_refresh_too() -> None:
    """Dagster then fails the run, and no step."""
    error = SerializableErrorInfo("", [], dg.DagsterExecutionInterruptedError.__name__)
    event = dg.DagsterEvent(
        event_type_value=DagsterEventType.RUN_FAILURE.value,
        job_name=NAME,
        event_specific_data=JobFailureData(error, RunFailureReason.UNEXPECTED_TERMINATION),
    )
    with pytest.raises(KeyboardInterrupt):
        _stop_if_interrupted(SimpleNamespace(all_events=[event]))  # type: ignore[arg-type]

"""At night what was missed is caught up with, and nothing else; once a week what has changed is published."""

from __future__ import annotations

import datetime as dt
import os

import dagster as dg

from assets.event import EVENTS
from assets.operation import Operation
from assets.resources import Warehouse
from assets.schedules import catch_up, publish_what_changed, schedules
from assets.status import look_from_inside
from bpp_etl.admission import due
from bpp_etl.landing.arrival import look_at
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.seal import sha256_of
from bpp_etl.release.shelf import FILE, Shelf
from tests.operation.conftest import Project
from tests.support.add_adapter import NAME, deliver_example, write_page
from tests.support.warehouses import admit

NIGHT = dt.datetime.now(dt.UTC) + dt.timedelta(hours=12)


def asked(project: Project) -> dict[str, bool]:
    """Return the registries that are asked for, and whether their delivery is read again."""
    found = catch_up(project.instance, project.warehouse, project.operation, NIGHT)
    if isinstance(found, dg.SkipReason):
        return {}
    return {str(request.partition_key): request.asset_selection != EVENTS for request in found}


def tagged(project: Project, registry: str) -> dict[str, str]:
    from assets.tags import delivery_tags  # noqa: PLC0415

    return delivery_tags(look_at(survey(project.landing).newest[registry]))


def test_what_was_missed_is_caught_up_with_and_what_is_done_is_left_alone(
    project: Project, monkeypatch
) -> None:
    assert asked(project) == {}
    project.deliver("good")
    project.deliver("bad", patients=None)
    assert asked(project) == {"good": True, "bad": True}
    assert project.refresh("good", tagged(project, "good")).success
    assert not project.refresh("bad", tagged(project, "bad")).success
    # Shut is worked off too: the same delivery would be shut again.
    assert asked(project) == {}

    # New protocols derive again; new rules of the gate judge again.
    before = project.warehouse
    project.warehouse = Warehouse(**{**before.model_dump(), "protocols": ["xu2025_one_ct"]})
    assert asked(project) == {"good": False}
    project.warehouse = before
    (project.landing / "good" / "2024-12-31" / "patients.csv").touch()
    assert asked(project) == {"good": True}
    job = project.definitions.resolve_job_def("refresh_registry")
    project.instance.create_run_for_job(
        job, tags={"dagster/partition": "good"}, status=dg.DagsterRunStatus.STARTED
    )
    assert asked(project) == {}

    assert isinstance(publish_what_changed(project.warehouse), dg.RunRequest)
    assert project.run("publish_release").success
    told = publish_what_changed(project.warehouse)
    assert isinstance(told, dg.SkipReason)
    assert "nothing new" in told.skip_message
    monkeypatch.setattr("assets.schedules.judged_with", lambda *_: "other")
    assert asked(project) == {"bad": True}
    assert due.judged_with("") != "other"


def test_a_changed_adapter_from_outside_is_caught_up_with_for_its_registries_alone(
    project: Project, tmp_path, monkeypatch
) -> None:
    adapters = write_page(tmp_path / "site")
    monkeypatch.setenv("BPP_ADAPTERS", str(adapters))
    project.deliver("good")
    deliver_example(project.landing, "north")
    for registry in ("good", "north"):
        assert project.refresh(registry, tagged(project, registry)).success
    assert asked(project) == {}
    select = adapters / NAME / "patients.sql"
    select.write_text(f"{select.read_text(encoding='utf-8')}\n", encoding="utf-8")
    assert asked(project) == {"north": True}
    assert project.refresh("north", tagged(project, "north")).success
    assert asked(project) == {}


def test_a_registry_that_was_never_admitted_is_nothing_to_publish(project: Project) -> None:
    project.deliver("bad", patients=None)
    assert not admit(project.landing, project.warehouse.root(), registry="bad").is_open
    told = publish_what_changed(project.warehouse)
    assert isinstance(told, dg.SkipReason)
    assert told.skip_message == "no registry has an admitted delivery"


def test_both_schedules_state_their_timezone() -> None:
    made = schedules(Operation(timezone="Europe/Oslo", nightly_refresh="30 1 * * *"))
    assert {one.name: (one.cron_schedule, one.execution_timezone) for one in made} == {
        "nightly_refresh": ("30 1 * * *", "Europe/Oslo"),
        "weekly_publish": ("0 6 * * 1", "Europe/Oslo"),
    }


def a_night(project: Project) -> None:
    """Let the schedule itself look, as the daemon has it look."""
    (nightly,) = (one for one in schedules(project.operation) if one.name == "nightly_refresh")
    context = dg.build_schedule_context(
        instance=project.instance,
        scheduled_execution_time=NIGHT,
        resources={"warehouse": project.warehouse},
        repository_def=project.definitions.get_repository_def(),
    )
    with context:
        nightly.evaluate_tick(context)


def test_a_damaged_file_in_service_is_put_back_at_night_without_anybody(project: Project, capfd) -> None:
    a_night(project)  # nothing is published, and nothing is said
    project.deliver()
    assert project.refresh().success
    assert project.run("publish_release").success
    shelf = Shelf.of(project.warehouse.root())
    whole = sha256_of(shelf.current)
    shelf.current.chmod(0o644)
    with shelf.current.open("r+b") as file:
        file.seek(shelf.current.stat().st_size // 2)
        file.write(b"\xff" * 100)
    places = project.warehouse.places()
    found = look_from_inside(project.instance, places, NIGHT).needs
    assert ("release", f"{FILE}, the file in service, is damaged") in {(one.about, one.what) for one in found}
    a_night(project)
    assert sha256_of(shelf.current) == whole
    assert f"is damaged: put back from release {shelf.newest()}" in capfd.readouterr().err
    for path in (shelf.current, shelf.folder(str(shelf.newest())) / FILE):
        path.chmod(0o644)
        os.truncate(path, 5000)
    a_night(project)
    assert "is damaged, and so is its release" in capfd.readouterr().err

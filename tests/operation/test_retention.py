"""The history of runs does not grow for ever: events of old runs go, what is known of each asset stays.

Not here: ticks, which Dagster removes by itself; two hundred refreshes (`tests/soak/test_many_refreshes.py`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg

from assets.core import CHECKS
from assets.instance import ADMITTED, days_since_admitted
from assets.retention import forget_old_runs
from tests.operation.conftest import Project, stored_in

NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


def shards(project: Project) -> set[str]:
    folder = Path(project.instance.event_log_storage.path_for_shard("any")).parent  # type: ignore[attr-defined]
    return {path.stem for path in folder.glob("*.db")} - {"index"}


def test_the_events_of_old_runs_go_and_what_is_known_of_each_asset_stays(project: Project) -> None:
    project.deliver()
    first, second = (project.refresh().run_id for _ in range(2))
    third = project.run("derive_registry", "tiny").run_id
    instance = project.instance
    assert {first, second, third} <= shards(project)
    before = days_since_admitted(instance, NOW)
    assert [forget_old_runs(instance, 1) for _ in range(2)] == [2, 0]
    assert shards(project) == {third}
    assert {run.run_id for run in instance.get_runs()} == {first, second, third}
    with stored_in(Path(instance.root_directory)) as opened_anew:
        assert opened_anew.all_logs(second) == []
        assert opened_anew.all_logs(third)
    assert days_since_admitted(instance, NOW) == before
    assert before["tiny"] is not None
    (kept,) = instance.fetch_materializations(ADMITTED, limit=10).records
    assert kept.run_id == second, "the last of its registry, though its run is old"
    check = CHECKS[0]
    history = instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(check.asset, check.name), limit=10
    )
    assert [record.run_id for record in history] == [second]
    assert project.refresh().success


def test_a_run_that_has_not_ended_keeps_its_events(project: Project) -> None:
    project.deliver()
    done = project.refresh().run_id
    with project.instance.run_storage.connect() as con:  # type: ignore[attr-defined]
        con.exec_driver_sql("update runs set status = 'STARTED' where run_id = ?", (done,))
    project.run("derive_registry", "tiny")
    assert forget_old_runs(project.instance, 1) == 0
    assert done in shards(project)

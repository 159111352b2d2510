"""Under the real daemon: eight registries delivered together are refreshed, then published.

One of them is shut. Not here: each part by itself (`test_watch.py`, `test_automation.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from bpp_etl.demo.landing import write_benchmark_landing
from bpp_etl.release import Shelf
from tests.support.daemon import daemon, until

REGISTRIES = [f"synthetic-bench-{number:02d}" for number in range(1, 9)]
SHUT = REGISTRIES[-1]
pytestmark = pytest.mark.soak
"""More than a minute; a day under the daemon is also driven, shorter, in `tests/browser`."""
ENDED = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE}


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dg.DagsterInstance, Path]]:
    """Let the daemon work off eight registries and publish; return their runs and the published file."""
    home = tmp_path_factory.mktemp("operated")
    landing, warehouse, log = home / "landing", home / "warehouse", home / "daemon.log"
    write_benchmark_landing(landing, 8 * 8, seed=5, registries=8)
    for registry in REGISTRIES:
        (folder,) = (path for path in (landing / registry).iterdir() if path.is_dir())
        if registry == SHUT:
            (folder / "bone_lesions.csv").unlink()
        (folder / "_COMPLETE").touch()
    shelf = Shelf.of(warehouse)
    with daemon(landing, warehouse, log) as instance:
        until(shelf.current.exists, "a release is in service", log)
        until(lambda: all(run.status in ENDED for run in instance.get_runs()), "all runs have ended", log)
        yield instance, shelf.current


def refreshes(instance: dg.DagsterInstance) -> list[dg.RunRecord]:
    return list(instance.get_run_records(dg.RunsFilter(job_name="refresh_registry")))


def test_every_registry_is_refreshed_once_and_only_the_shut_one_fails(operated) -> None:
    instance, _ = operated
    ended = {run.dagster_run.tags["dagster/partition"]: run.dagster_run.status for run in refreshes(instance)}
    assert len(refreshes(instance)) == 8
    assert ended == {
        registry: dg.DagsterRunStatus.FAILURE if registry == SHUT else dg.DagsterRunStatus.SUCCESS
        for registry in REGISTRIES
    }


def test_several_registries_are_written_at_once_and_none_waits_for_a_lock(operated) -> None:
    instance, _ = operated
    spans = [(run.start_time, run.end_time) for run in refreshes(instance)]
    assert any(one[0] < other[1] and other[0] < one[1] for one, other in combinations(spans, 2))
    for run in instance.get_runs():
        retried = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_UP_FOR_RETRY)
        assert not retried, run.tags


def test_one_release_follows_with_all_but_the_shut_registry(operated) -> None:
    _, published = operated
    with duckdb.connect(str(published), read_only=True) as con:
        found = con.execute("select distinct registry from core.patients order by all").fetchall()
        status = con.execute("select registry, status from quality.delivery order by all").fetchall()
    assert [name for (name,) in found] == REGISTRIES[:-1]
    assert status == [(name, "shut" if name == SHUT else "admitted") for name in REGISTRIES]


def test_a_failed_run_is_not_started_again(operated) -> None:
    instance, _ = operated
    assert not instance.get_runs(dg.RunsFilter(tags={"dagster/is_resume_retry": "true"}))
    assert not [run for run in instance.get_runs() if "dagster/retry_number" in run.tags]

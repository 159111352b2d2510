"""Under the real daemon: eight registries delivered together are refreshed, then published.

One of them is shut, and one delivers once more while its first delivery is worked on.
Not here: each part by itself (`test_watch.py`, `test_automation.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from assets.tags import DELIVERY
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.demo.landing import write_benchmark_landing
from bpp_etl.release.shelf import Shelf
from tests.support.daemon import daemon, until

REGISTRIES = [f"synthetic-bench-{number:02d}" for number in range(1, 9)]
SHUT = REGISTRIES[-1]
HASTY = REGISTRIES[0]
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
        # Its first run waits for a file in use until the second is requested.
        with WorkingFiles.of(warehouse, HASTY).locked():
            until(lambda: bool(refreshes(instance, HASTY)), "the first run is requested", log)
            (first,) = (path for path in (landing / HASTY).iterdir() if path.is_dir())
            shutil.copytree(first, first.with_name(f"{first.name}-2"))
            until(lambda: len(refreshes(instance, HASTY)) == 2, "the second run is requested", log)
        until(shelf.current.exists, "a release is in service", log)
        until(lambda: all(run.status in ENDED for run in instance.get_runs()), "all runs have ended", log)
        yield instance, shelf.current


def refreshes(instance: dg.DagsterInstance, registry: str | None = None) -> list[dg.RunRecord]:
    """List the runs that refresh any registry, or the one; newest first."""
    tags = {"dagster/partition": registry} if registry else None
    return list(instance.get_run_records(dg.RunsFilter(job_name="refresh_registry", tags=tags)))


def span(run: dg.RunRecord) -> tuple[float, float]:
    assert run.start_time is not None
    assert run.end_time is not None
    return run.start_time, run.end_time


def overlap(one: dg.RunRecord, other: dg.RunRecord) -> bool:
    return span(one)[0] < span(other)[1] and span(other)[0] < span(one)[1]


def test_every_delivery_is_refreshed_once_and_only_the_shut_one_fails(operated) -> None:
    instance, _ = operated
    ended = [
        (run.dagster_run.tags["dagster/partition"], run.dagster_run.status) for run in refreshes(instance)
    ]
    assert sorted(ended) == sorted(
        (registry, dg.DagsterRunStatus.FAILURE if registry == SHUT else dg.DagsterRunStatus.SUCCESS)
        for registry in [*REGISTRIES, HASTY]
    )


def test_several_registries_are_written_at_once_and_only_the_one_held_up_waits(operated) -> None:
    instance, _ = operated
    assert any(overlap(one, other) for one, other in combinations(refreshes(instance), 2))
    held_up = refreshes(instance, HASTY)[-1].dagster_run.run_id
    for run in instance.get_runs():
        retried = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_UP_FOR_RETRY)
        assert bool(retried) == (run.run_id == held_up), run.tags


def test_one_registry_has_one_writer_at_a_time(operated) -> None:
    instance, _ = operated
    second, first = refreshes(instance, HASTY)
    assert not overlap(first, second)
    assert first.dagster_run.tags[DELIVERY] < second.dagster_run.tags[DELIVERY]


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

"""Publishing follows when registries have settled, and nothing passes a shut gate.

Not here: the same under the real daemon (`test_daemon.py`).
"""

from __future__ import annotations

import dagster as dg
import duckdb
import pytest

from assets.event import EVENTS
from assets.resources import Warehouse
from bpp_etl.release.shelf import Shelf
from schemas.metric import METRIC_TABLES
from tests.operation.conftest import Project

PUBLISHING = {(f"metric/{name}", None) for name in METRIC_TABLES} | {("release/bpp", None)}


def deriving(registry: str) -> set[tuple[str, str | None]]:
    return {(key.to_user_string(), registry) for key in EVENTS}


def in_release(project: Project, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(Shelf.of(project.warehouse.root()).current), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_release_follows_what_was_admitted_and_a_shut_gate_moves_and_stops_nothing(
    project: Project,
) -> None:
    assert project.tick() == set()
    # A registry whose very first delivery is shut has no events; nothing follows, and nobody waits for it.
    project.deliver("bad", patients=None)
    assert not project.refresh("bad").success
    assert project.tick() == set()
    project.deliver("good")
    assert project.refresh("good").success
    assert project.tick() == PUBLISHING
    assert project.run("publish_release").success
    assert in_release(project, "select distinct registry from core.patients") == [("good",)]
    told = "select registry, delivery, status from quality.delivery order by all"
    assert in_release(project, told) == [("bad", "2024-12-31", "shut"), ("good", "2024-12-31", "admitted")]

    # A registry that was admitted before and is shut now stays in service as it was.
    project.deliver("good", day="2025-02-28", patients=None)
    assert not project.refresh("good").success
    assert project.tick() == set()
    project.deliver("bad", day="2025-02-28")
    assert project.refresh("bad").success
    assert project.tick() == PUBLISHING
    assert project.run("publish_release").success
    assert in_release(project, told) == [
        ("bad", "2025-02-28", "admitted"),
        ("good", "2024-12-31", "admitted"),
        ("good", "2025-02-28", "shut"),
    ]
    assert in_release(project, "select registry, count(*) from core.patients group by all order by all") == [
        ("bad", 3),
        ("good", 3),
    ]
    assert project.tick() == set()


@pytest.mark.soak
def test_new_rules_derive_admitted_registries_again_and_read_no_delivery(project: Project) -> None:
    project.deliver("good")
    project.deliver("bad", patients=None)
    assert project.refresh("good").success
    assert not project.refresh("bad").success
    assert project.run("publish_release").success
    assert project.tick() == set()
    project.warehouse = Warehouse(**{**project.warehouse.model_dump(), "protocols": ["xu2025_one_ct"]})
    assert project.tick() == deriving("good")
    before = project.warehouse.files("good").judgements()
    assert project.run("derive_registry", "good").success
    assert project.tick() == PUBLISHING
    assert project.run("publish_release").success
    assert in_release(project, "select distinct protocol from event.patient_flow") == [("xu2025_one_ct",)]
    assert project.warehouse.files("good").judgements() == before
    assert not project.warehouse.files("good").building.exists()


def test_publishing_waits_for_registries_on_their_way(project: Project) -> None:
    assert project.tick() == set()
    # What was made does not matter here, only that it was: no delivery is read.
    project.instance.add_dynamic_partitions("registry", ["first", "second"])
    for key in EVENTS:
        project.instance.report_runless_asset_event(dg.AssetMaterialization(key, partition="first"))
    job = project.definitions.resolve_job_def("refresh_registry")
    waiting = project.instance.create_run_for_job(
        job,
        tags={"dagster/partition": "second"},
        status=dg.DagsterRunStatus.STARTED,
        asset_selection=frozenset(EVENTS),
    )
    assert project.tick() == set()
    project.instance.report_run_canceled(waiting)
    assert project.tick() == PUBLISHING

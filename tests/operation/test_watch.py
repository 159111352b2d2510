"""The sensor takes every delivery that has arrived whole, once, and lets no bad folder hold up the others.

Not here: the sensor under the real daemon (`test_daemon.py`).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.definitions import build_defs
from assets.operation import Operation
from assets.refresh import refresh
from assets.resources import Warehouse
from assets.tags import DELIVERY, FINGERPRINT
from assets.watch import watch
from bpp_etl.landing import arrival
from bpp_etl.landing.deliveries import UNFIT
from tests.operation.conftest import instance_in
from tests.support.deliveries import TINY, write_delivery_of

OPERATION = Operation()
NOW = dt.datetime.now(dt.UTC)
LATER = NOW + dt.timedelta(hours=6)
"""Quiet for long, even where the tests themselves take an hour."""


class Watcher:
    """The sensor, look after look, as the daemon calls it."""

    def __init__(self, home: Path, instance: dg.DagsterInstance) -> None:
        self.landing = home / "landing"
        self.landing.mkdir(parents=True)
        self.warehouse = Warehouse(landing=str(self.landing), warehouse=str(home / "warehouse"))
        self.instance = instance
        self.cursor: str | None = None

    def look(self, now: dt.datetime = LATER) -> dg.SensorResult:
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            found = watch(context, self.warehouse, OPERATION, now)
        self.cursor = found.cursor
        return found

    def taken(self, now: dt.datetime = LATER) -> list[str]:
        return [str(request.run_key).rpartition("/")[0] for request in self.look(now).run_requests or []]


@pytest.fixture
def watcher(tmp_path: Path, storage: Path) -> Iterator[Watcher]:
    with instance_in(tmp_path, storage) as instance:
        yield Watcher(tmp_path / "home", instance)


def test_a_marked_delivery_is_taken_at_once_and_its_registry_becomes_a_partition(watcher) -> None:
    folder = write_delivery_of(watcher.landing)
    assert watcher.taken(NOW) == []
    (folder / "_COMPLETE").touch()
    found = watcher.look(NOW)
    (request,) = found.run_requests
    assert request.partition_key == "tiny"
    assert request.tags[DELIVERY] == "2024-12-31"
    assert request.run_key == f"tiny/2024-12-31/{request.tags[FINGERPRINT]}"
    (added,) = found.dynamic_partitions_requests
    assert (added.partitions_def_name, added.partition_keys) == ("registry", ["tiny"])


def test_a_delivery_without_a_mark_is_taken_once_it_was_quiet_for_the_set_time(watcher) -> None:
    folder = write_delivery_of(watcher.landing)
    last = max(path.stat().st_ctime for path in [*folder.iterdir(), folder])
    quiet = dt.datetime.fromtimestamp(last, dt.UTC) + dt.timedelta(minutes=OPERATION.quiet_minutes)
    early = watcher.look(quiet - dt.timedelta(seconds=1))
    assert not early.run_requests
    assert "still arriving: tiny/2024-12-31" in early.skip_reason.skip_message
    assert watcher.taken(quiet + dt.timedelta(seconds=1)) == ["tiny/2024-12-31"]


def test_a_copy_that_keeps_the_old_times_of_its_files_still_has_to_be_quiet(watcher) -> None:
    folder = write_delivery_of(watcher.landing)
    for path in [*folder.iterdir(), folder]:
        os.utime(path, (0, 0))
    assert watcher.taken(NOW) == []
    assert watcher.taken(LATER) == ["tiny/2024-12-31"]


def test_an_empty_folder_is_no_delivery_yet(watcher) -> None:
    (watcher.landing / "tiny" / "2024-12-31").mkdir(parents=True)
    assert watcher.taken() == []


def test_the_same_delivery_is_never_taken_twice_and_a_changed_one_again(watcher) -> None:
    folder = write_delivery_of(watcher.landing)
    assert watcher.taken() == ["tiny/2024-12-31"]
    assert watcher.taken() == []
    (folder / "patients.csv").write_text(TINY["patients"] + "D,female,2024-12-01\n", encoding="utf-8")
    assert watcher.taken() == ["tiny/2024-12-31"]
    (folder.parent / "registry.toml").write_text("[limits]\nbone_lesions = 0.1\n", encoding="utf-8")
    assert watcher.taken() == ["tiny/2024-12-31"]
    (folder / "_COMPLETE").touch()
    assert watcher.taken() == []


def test_without_its_cursor_the_sensor_asks_by_the_same_key(watcher) -> None:
    write_delivery_of(watcher.landing)
    first = watcher.look().run_requests
    watcher.cursor = "not a cursor"
    assert [request.run_key for request in watcher.look().run_requests] == [
        request.run_key for request in first
    ]


def test_the_newest_delivery_counts(watcher) -> None:
    write_delivery_of(watcher.landing, day="2024-12-30")
    write_delivery_of(watcher.landing, day="2024-12-31")
    write_delivery_of(watcher.landing, day="2024-12-31-2")
    assert watcher.taken() == ["tiny/2024-12-31-2"]


def test_what_does_not_fit_is_told_once_and_left_alone(watcher, caplog) -> None:
    write_delivery_of(watcher.landing)
    (watcher.landing / "a b").mkdir()
    (watcher.landing / "tiny" / "*").mkdir()
    assert watcher.taken() == ["tiny/2024-12-31"]
    told = watcher.look().skip_reason.skip_message
    assert f"left alone: entry 1 of the landing {UNFIT}; entry 1 of tiny {UNFIT}" in told
    # Each is logged when it is first seen; at every look it is in the tick's words.
    assert watcher.cursor is not None
    assert f'"unfit": ["entry 1 of the landing {UNFIT}", "entry 1 of tiny {UNFIT}"]' in watcher.cursor


def test_one_bad_folder_never_stops_the_look(watcher, monkeypatch) -> None:
    write_delivery_of(watcher.landing)
    write_delivery_of(watcher.landing, registry="worse")
    honest = arrival.files_of

    def closed(delivery):
        if delivery.registry == "tiny":
            raise PermissionError(13, "Permission denied", str(delivery.path))
        return honest(delivery)

    monkeypatch.setattr(arrival, "files_of", closed)
    assert watcher.taken() == ["worse/2024-12-31"]
    assert "tiny/2024-12-31 (its folder cannot be opened" in watcher.look().skip_reason.skip_message


def test_a_landing_that_is_not_there_is_told_and_waited_for(watcher) -> None:
    watcher.landing.rmdir()
    assert "does not exist" in watcher.look().skip_reason.skip_message


def test_a_look_opens_no_file(watcher, monkeypatch) -> None:
    folder = write_delivery_of(watcher.landing)
    watcher.look()
    (folder / "patients.csv").write_text("changed\n", encoding="utf-8")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file was opened")

    with monkeypatch.context() as closed:
        closed.setattr(Path, "open", refuse)
        closed.setattr("builtins.open", refuse)
        assert watcher.taken() == ["tiny/2024-12-31"]


def test_what_the_command_line_refreshed_is_not_refreshed_again(tmp_path: Path) -> None:
    from assets.instance import instance_of  # noqa: PLC0415

    home = tmp_path / "home"
    write_delivery_of(home / "landing", patients=None)
    warehouse = Warehouse(landing=str(home / "landing"), warehouse=str(home / "warehouse"))
    assert refresh(warehouse).shut
    with instance_of(home / "warehouse") as instance, dg.build_sensor_context(instance=instance) as context:
        assert not watch(context, warehouse, OPERATION, LATER).run_requests


def test_a_run_reads_the_delivery_it_was_requested_for(tmp_path: Path, storage: Path) -> None:
    landing = tmp_path / "landing"
    write_delivery_of(landing, day="2024-12-30")
    write_delivery_of(landing, day="2024-12-31", patients="half a fi")
    warehouse = Warehouse(landing=str(landing), warehouse=str(tmp_path / "warehouse"))
    job = build_defs(warehouse, OPERATION).resolve_job_def("refresh_registry")
    with instance_in(tmp_path, storage) as instance:
        instance.add_dynamic_partitions("registry", ["tiny"])
        done = job.execute_in_process(
            instance=instance, partition_key="tiny", tags={DELIVERY: "2024-12-30"}, raise_on_error=False
        )
    assert done.success
    judged = warehouse.files("tiny").judgements()
    assert judged["admitted"].delivery == "2024-12-30"

"""The sensor that watches the landing: a delivery that has arrived whole is refreshed, once.

What is left alone is told by its place: a name that fits nothing may be a person's.

Not here: what "whole" means (`bpp_etl/landing/arrival.py`), and what a refresh does (`jobs.py`).
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field

import dagster as dg

from assets.jobs import refresh_registry
from assets.operation import Operation
from assets.partitions import registries
from assets.resources import Warehouse
from assets.tags import delivery_tags, worked_off
from bpp_etl.errors import BppError
from bpp_etl.landing.arrival import Arrival, look_at
from bpp_etl.storage.look import look_at_landing

RUNS_AT_ONCE = 200
"""Runs requested in one look; the rest follow at the next."""


@dataclass
class Seen:
    """What the last look knew: the fingerprint of each registry's delivery in hand, and names left alone."""

    taken: dict[str, str] = field(default_factory=dict)
    unfit: list[str] = field(default_factory=list)

    @classmethod
    def from_cursor(cls, cursor: str | None) -> Seen:
        """Read a cursor; one that cannot be read is as good as none, for a run key is never run twice."""
        try:
            told = json.loads(cursor or "{}")
            return cls(dict(told.get("taken", {})), list(told.get("unfit", [])))
        except (ValueError, TypeError, AttributeError):
            return cls()

    def as_cursor(self) -> str:
        """Write the cursor."""
        return json.dumps({"taken": self.taken, "unfit": self.unfit}, sort_keys=True)


def deliveries_sensor(operation: Operation) -> dg.SensorDefinition:
    """Make the sensor that watches the landing."""

    @dg.sensor(
        name="new_deliveries",
        job=refresh_registry,
        minimum_interval_seconds=operation.watch_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Refreshes a registry when a delivery has arrived whole: it holds `_COMPLETE`, or nothing in it"
            f" changed for {operation.quiet_minutes:g} minutes. The same delivery is refreshed once, a"
            " changed one again. No file is opened; what lies elsewhere is copied. What is left alone,"
            " and why, is in the tick's words."
        ),
    )
    def new_deliveries(context: dg.SensorEvaluationContext, warehouse: Warehouse) -> dg.SensorResult:
        return watch(context, warehouse, operation, dt.datetime.now(dt.UTC))

    return new_deliveries


def watch(
    context: dg.SensorEvaluationContext, warehouse: Warehouse, operation: Operation, now: dt.datetime
) -> dg.SensorResult:
    """Look at the landing once: request what is new, say what is waited for and what is left alone."""
    seen = Seen.from_cursor(context.cursor)
    quiet = dt.timedelta(minutes=operation.quiet_minutes)
    try:
        landing = look_at_landing(warehouse.places())
    except (BppError, OSError) as error:
        told = (
            error.message
            if isinstance(error, BppError)
            else f"the landing cannot be opened: {error.strerror}"
        )
        return dg.SensorResult(skip_reason=told, cursor=seen.as_cursor())
    waiting: list[str] = []
    left = [one.told for one in landing.left_alone]
    new: list[Arrival] = []
    for registry, delivery in landing.newest.items():
        try:
            arrival = look_at(delivery)
        except OSError as error:
            # One registry's folder that is closed to us is no reason to leave the others waiting.
            left.append(f"{registry}/{delivery.name} (its folder cannot be opened: {error.strerror})")
            continue
        if seen.taken.get(registry) == arrival.fingerprint:
            continue
        if not arrival.is_whole(now, quiet):
            waiting.append(f"{registry}/{delivery.name}")
        elif len(new) < RUNS_AT_ONCE:
            new.append(arrival)
            seen.taken[registry] = arrival.fingerprint
    if left != seen.unfit:
        for name in left:
            context.log.warning("left alone: %s", name)
        seen.unfit = left
    requests = [_request(arrival) for arrival in new if not _was_run(context.instance, arrival)]
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else _words(waiting, left),
        # Of registries that are known already, the daemon adds none again.
        dynamic_partitions_requests=(
            [registries.build_add_request([str(request.partition_key) for request in requests])]
            if requests
            else []
        ),
        cursor=seen.as_cursor(),
    )


def _request(arrival: Arrival) -> dg.RunRequest:
    delivery = arrival.delivery
    return dg.RunRequest(
        run_key=f"{delivery.registry}/{delivery.name}/{arrival.fingerprint}",
        partition_key=delivery.registry,
        tags=delivery_tags(arrival),
    )


def _was_run(instance: dg.DagsterInstance, arrival: Arrival) -> bool:
    """Say whether another door, such as `bpp refresh`, has run this very delivery."""
    return any(
        instance.get_runs(dg.RunsFilter(tags=tags), limit=1)
        for tags in (delivery_tags(arrival), worked_off(arrival))
    )


def _words(waiting: list[str], left: list[str]) -> str:
    parts = ["no new delivery"]
    if waiting:
        parts.append(f"still arriving: {', '.join(waiting[:20])}")
    if left:
        parts.append(f"left alone: {'; '.join(left[:20])}")
    return ". ".join(parts)

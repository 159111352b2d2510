"""The schedules: at night what was missed is caught up with; once a week what has changed is published.

Not here: what happens at once (`watch.py`, `automation.py`). The timezone is stated in the settings.
"""

from __future__ import annotations

import datetime as dt

import dagster as dg

from assets.event import EVENTS
from assets.jobs import publish_release, refresh_registry
from assets.operation import Operation
from assets.partitions import registries
from assets.resources import Warehouse
from assets.retention import forget_old_runs
from assets.tags import DELIVERY, delivery_tags, worked_off
from bpp_etl.admission.due import derivation, judged_with
from bpp_etl.admission.treatment import treatment_of
from bpp_etl.errors import BppError, BusyError
from bpp_etl.landing.arrival import Arrival, look_at
from bpp_etl.reading.inputs import adapter_digest
from bpp_etl.release.inputs import is_published, lost_delivery, registries_in, release_input
from bpp_etl.release.shelf import Shelf
from bpp_etl.storage.look import look_at_landing

UNDER_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def schedules(operation: Operation) -> list[dg.ScheduleDefinition]:
    """Make both schedules."""

    @dg.schedule(
        name="nightly_refresh",
        job=refresh_registry,
        cron_schedule=operation.nightly_refresh,
        execution_timezone=operation.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=(
            "Refreshes each registry with a delivery, rules or protocols not worked off yet; puts the file in"
            " service back from its release where it is damaged."
        ),
    )
    def nightly_refresh(
        context: dg.ScheduleEvaluationContext, warehouse: Warehouse
    ) -> list[dg.RunRequest] | dg.SkipReason:
        forget_old_runs(context.instance, operation.keep_runs)
        put_back_what_is_served(context, warehouse)
        return catch_up(context.instance, warehouse, operation, context.scheduled_execution_time)

    @dg.schedule(
        name="weekly_publish",
        job=publish_release,
        cron_schedule=operation.weekly_publish,
        execution_timezone=operation.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Publishes what is admitted, unless the release in service was made of just that.",
    )
    def weekly_publish(warehouse: Warehouse) -> dg.RunRequest | dg.SkipReason:
        return publish_what_changed(warehouse)

    return [nightly_refresh, weekly_publish]


def put_back_what_is_served(context: dg.ScheduleEvaluationContext, warehouse: Warehouse) -> None:
    """Put the file in service back where it is damaged and its release is whole; say so in the tick's log.

    Where both are damaged a person has to step back; `bpp status` says so until somebody has.
    """
    try:
        told = Shelf.of(warehouse.root()).put_back()
    except BppError as error:
        context.log.warning("%s; %s", error.message, error.hint)
        return
    if told is not None:
        context.log.warning("%s", told)


def catch_up(
    instance: dg.DagsterInstance, warehouse: Warehouse, operation: Operation, now: dt.datetime
) -> list[dg.RunRequest] | dg.SkipReason:
    """Request a run of each registry that is behind. One that is shut and unchanged is not run again."""
    night = f"{now:%Y-%m-%dT%H:%M}"
    requests: dict[str, dg.RunRequest] = {}
    try:
        newest = look_at_landing(warehouse.places()).newest
    except BppError as error:
        return dg.SkipReason(error.message)
    quiet = dt.timedelta(minutes=operation.quiet_minutes)
    for registry, delivery in newest.items():
        try:
            arrival = look_at(delivery)
        except OSError:
            continue  # the sensor tells of it at every look
        lost = lost_delivery(warehouse.root(), delivery)
        if lost is not None:  # the newest is judged after it, the night after
            requests[registry] = dg.RunRequest(
                run_key=f"{registry}/{night}", partition_key=registry, tags={DELIVERY: lost.name}
            )
        elif arrival.is_whole(now, quiet) and _has_to_be_judged(instance, warehouse, arrival):
            requests[registry] = dg.RunRequest(
                run_key=f"{registry}/{night}", partition_key=registry, tags=delivery_tags(arrival)
            )
    for registry in registries_in(warehouse.root()):
        if registry not in requests and _has_to_be_derived(warehouse, registry):
            requests[registry] = dg.RunRequest(
                run_key=f"{registry}/{night}", partition_key=registry, asset_selection=EVENTS
            )
    requests = {name: request for name, request in requests.items() if not _is_under_way(instance, name)}
    if not requests:
        return dg.SkipReason("every registry is up to date, or on its way")
    instance.add_dynamic_partitions(str(registries.name), list(requests))
    return list(requests.values())


def publish_what_changed(warehouse: Warehouse) -> dg.RunRequest | dg.SkipReason:
    """Request a release, unless the one in service was made of just what is admitted now."""
    root, shelf = warehouse.root(), Shelf.of(warehouse.root())
    try:
        inputs = release_input(root, warehouse.loaded_protocols())
    except BusyError:
        return dg.RunRequest()  # a registry is being written just now; the run waits for it
    if not any(":admitted:" in delivery for delivery in inputs.deliveries):
        return dg.SkipReason("no registry has an admitted delivery")
    if is_published(shelf, inputs):
        return dg.SkipReason(f"nothing new: release {shelf.newest()} was made of what is admitted now")
    return dg.RunRequest()


def _has_to_be_judged(instance: dg.DagsterInstance, warehouse: Warehouse, arrival: Arrival) -> bool:
    """Compare a delivery from outside with what was judged, and with what became of the runs that did."""
    delivery = arrival.delivery
    try:
        judged = warehouse.files(delivery.registry).judgements()
    except BusyError:
        return False
    except BppError:
        return True  # judging anew puts a sound file in the place of a broken one
    last = judged.get("shut") or judged.get("admitted")
    if last is None or last.delivery != delivery.name:
        return True
    try:
        treated = treatment_of(warehouse.root(), delivery).told
    except BppError:
        return True  # the run says what is wrong with the key
    if last.code_version != judged_with(adapter_digest(delivery), treated):
        return True
    # A run that found the gate shut has failed, and has done its work.
    ended = [dg.DagsterRunStatus.SUCCESS]
    if last.status == "shut":
        ended.append(dg.DagsterRunStatus.FAILURE)
    alone = dg.RunsFilter(tags=delivery_tags(arrival), statuses=ended)
    # A run of many may have failed for another registry; it is tagged with what it worked off.
    together = dg.RunsFilter(tags=worked_off(arrival))
    return not any(instance.get_runs(runs, limit=1) for runs in (alone, together))


def _has_to_be_derived(warehouse: Warehouse, registry: str) -> bool:
    try:
        admitted = warehouse.files(registry).in_place().judged.get("admitted")
    except BppError:
        return False
    return admitted is not None and admitted.derived != derivation(warehouse.loaded_protocols())


def _is_under_way(instance: dg.DagsterInstance, registry: str) -> bool:
    tags = {"dagster/partition": registry}
    return bool(instance.get_runs(dg.RunsFilter(tags=tags, statuses=UNDER_WAY), limit=1))

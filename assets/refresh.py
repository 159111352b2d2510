"""Running the graph in this process, registry by registry, then a release: what `bpp refresh` does.

Not here: printing, which the command line does; how it begins, and that it has nothing to do (`begin.py`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import dagster as dg

from assets.begin import (
    Begun,
    Refreshed,
    Say,
    begin,
    note_shut,
    tell_nothing_new,
    tell_unchanged,
    to_derive,
)
from assets.definitions import build_defs
from assets.failures import AT_TERMINAL, kind_of
from assets.instance import LOCATION, instance_of
from assets.operation import load_operation
from assets.partitions import registries
from assets.preview import runs_named_after
from assets.resources import Warehouse
from assets.retention import forget_old_runs
from assets.tags import delivery_tags
from bpp_etl.admission.due import Due, due_for
from bpp_etl.admission.told import admitted_in_words
from bpp_etl.admission.working import WorkingFiles, warnings_of
from bpp_etl.landing.arrival import look_at
from bpp_etl.reading import forks
from bpp_etl.release.inputs import is_published, lost_delivery, registries_in, release_input
from bpp_etl.release.shelf import Shelf
from bpp_etl.settings import PROJECT

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Keeps Dagster's event stream for the UI; a terminal gets our own lines."""
BY_A_PERSON = {AT_TERMINAL: "yes", "dagster/max_retries": "0"}
"""Tags of our runs: whoever started them sees them fail, and a daemon beside is not to start them again."""
INTERRUPTS = (dg.DagsterExecutionInterruptedError.__name__, KeyboardInterrupt.__name__)
"""How a run ends by Ctrl-C: by Dagster's handler, or by a query that it stopped."""


def refresh(
    warehouse: Warehouse, *, only: Sequence[str] = (), full: bool = False, say: Say = lambda _: None
) -> Refreshed:
    """Admit new deliveries, derive, measure and publish, each as a run that the UI shows."""
    begun = begin(warehouse.places(), warehouse.protocols, warehouse.window(), only, say)
    return carry_out(warehouse, begun, full=full, say=say)


def carry_out(warehouse: Warehouse, begun: Begun, *, full: bool, say: Say) -> Refreshed:
    """Do what is due once a refresh has begun."""
    places, protocols, done = begun.places, begun.protocols, begun.done
    definitions = build_defs(warehouse)
    repository = definitions.get_repository_def().name
    with (
        instance_of(places.warehouse) as instance,
        runs_named_after(instance, LOCATION, repository),
    ):
        for registry, delivery in begun.wanted.items():
            lost = lost_delivery(places.warehouse, delivery)
            if lost is not None:
                due = Due(lost, "judge", "admitted.duckdb is damaged")
                _run_due(definitions, instance, places.warehouse, due, done, say)
            due = due_for(places.warehouse, delivery, protocols, full=full)
            done.due.append(due)
            if due.action == "judge":
                forks.start()  # what it loads, it loads while the run begins
            _run_due(definitions, instance, places.warehouse, due, done, say)
            if due.action == "derive" and _is_damaged(places.warehouse, registry):
                done.failed.pop(registry, None)
                due = due_for(places.warehouse, delivery, protocols, full=full)
                _run_due(definitions, instance, places.warehouse, due, done, say)
        tell_unchanged(
            {one.delivery.registry: one.delivery for one in done.due if one.action == "nothing"}, say
        )
        _derive_the_rest(definitions, instance, warehouse, done, say)
        note_shut(places, done, say)
        _publish(definitions, instance, warehouse, done, say, full=full)
        _note_found_damaged(places.warehouse, done, say)
        forget_old_runs(instance, load_operation(PROJECT, os.environ).keep_runs)
    return done


def _is_damaged(root: Path, registry: str) -> bool:
    return bool(WorkingFiles.of(root, registry).in_place().damaged)


def _run_due(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    root: Path,
    due: Due,
    done: Refreshed,
    say: Say,
) -> None:
    registry = due.delivery.registry
    if due.action == "nothing":
        return
    say(f"{registry}: {due.delivery.name} {'judging' if due.action == 'judge' else 'deriving'} ({due.why})")
    job = "refresh_registry" if due.action == "judge" else "derive_registry"
    _run_job(definitions, instance, job, registry, done, tags=_tags_of(due))
    if due.action == "judge" and registry not in done.failed:
        for line in warnings_of(WorkingFiles.of(root, registry)):
            say(f"  warning: {line}")
    told = admitted_in_words(WorkingFiles.of(root, registry)) if registry not in done.failed else None
    if told is not None:
        say(f"{registry}: {told}")


def _tags_of(due: Due) -> dict[str, str]:
    """Tag a run that judges with its delivery, so that the sensor does not run it once more."""
    if due.action != "judge":
        return {}
    try:
        return delivery_tags(look_at(due.delivery))
    except OSError:
        return {}


def _derive_the_rest(
    definitions: dg.Definitions, instance: dg.DagsterInstance, warehouse: Warehouse, done: Refreshed, say: Say
) -> None:
    """Derive registries that were not asked for, or no longer deliver, by the protocols of this release too.

    A release never mixes protocols.
    """
    for registry in to_derive(warehouse.root(), warehouse.loaded_protocols(), done.failed):
        say(f"{registry}: deriving again (protocols or rules changed)")
        _run_job(definitions, instance, "derive_registry", registry, done)


def _run_job(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    job: str,
    registry: str,
    done: Refreshed,
    *,
    tags: Mapping[str, str] | None = None,
) -> None:
    instance.add_dynamic_partitions(str(registries.name), [registry])
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        partition_key=registry,
        raise_on_error=False,
        run_config=QUIET,
        tags={**BY_A_PERSON, **(tags or {})},
    )
    _stop_if_interrupted(result)
    failure = _unexpected(result)
    if failure is not None:
        done.failed[registry] = failure


def _stop_if_interrupted(result: dg.ExecuteInProcessResult) -> None:
    """Pass Ctrl-C on: Dagster ends one run by it, and who pressed it meant all of them."""
    for event in result.all_events:
        data = event.step_failure_data if event.is_step_failure else None
        error = data.error if data is not None else None
        if error is not None and error.cls_name in INTERRUPTS:
            raise KeyboardInterrupt


def _unexpected(result: dg.ExecuteInProcessResult) -> str | None:
    """Return the reason of a failed run in one line, or None where it succeeded or the gate is shut."""
    if result.success:
        return None
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        told = event.step_failure_data.user_failure_data
        if told is None:
            return "a step failed"
        if kind_of(told.metadata) == "shut":
            return None
        return str(told.description).splitlines()[0]
    return "the run failed before its first step"


def _note_found_damaged(root: Path, done: Refreshed, say: Say) -> None:
    """Tell of working files that turned out to be damaged when the release copied their rows."""
    for registry in registries_in(root):
        files = WorkingFiles.of(root, registry)
        told = done.shut.get(registry, [])
        for error in files.in_place().damaged.values():
            if not any(line.startswith(error.message) for line in told):
                done.shut[registry] = [error.message, *told]
                say(f"{registry}: shut: {error.message}")
                say(f"  what to do: {error.hint}")


def _publish(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    warehouse: Warehouse,
    done: Refreshed,
    say: Say,
    *,
    full: bool,
) -> None:
    shelf = Shelf.of(warehouse.root())
    inputs = release_input(warehouse.root(), warehouse.loaded_protocols())
    if not any(":admitted:" in delivery for delivery in inputs.deliveries):
        say("nothing to release: no registry has an admitted delivery")
        return
    if is_published(shelf, inputs) and not full:
        tell_nothing_new(shelf, done, say)
        return
    result = definitions.resolve_job_def("publish_release").execute_in_process(
        instance=instance, raise_on_error=False, run_config=QUIET, tags=BY_A_PERSON
    )
    _stop_if_interrupted(result)
    failure = _unexpected(result)
    if failure is not None or not result.success:
        done.failed["release"] = failure or "the release failed"
        return
    done.release_id = shelf.in_service()
    done.is_new = True
    say(f"release {done.release_id} is in service")

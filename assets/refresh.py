"""Running the graph in this process, registry by registry, then a release: what `bpp refresh` does.

Not here: printing, which the command line does; deciding what is due (`bpp_etl/admission/due.py`).
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg

from assets.definitions import build_defs
from assets.failures import AT_TERMINAL, kind_of
from assets.instance import instance_of
from assets.operation import load_operation
from assets.partitions import registries
from assets.resources import Warehouse
from assets.retention import forget_old_runs
from assets.tags import delivery_tags
from bpp_etl.admission.due import Due, derivation, derived_with, due_for
from bpp_etl.admission.working import WorkingFiles, shut_story, sweep, warnings_of
from bpp_etl.erasure import finish_erasures
from bpp_etl.errors import DamagedError, UsageError
from bpp_etl.events.derive import sort_protocols
from bpp_etl.landing.arrival import look_at
from bpp_etl.landing.deliveries import survey
from bpp_etl.reading import forks
from bpp_etl.release import Shelf
from bpp_etl.release.inputs import is_published, lost_delivery, registries_in, release_input
from bpp_etl.settings import PROJECT

Say = Callable[[str], None]
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Keeps Dagster's event stream for the UI; a terminal gets our own lines."""
INTERRUPTS = (dg.DagsterExecutionInterruptedError.__name__, KeyboardInterrupt.__name__)
"""How a run ends by Ctrl-C: by Dagster's handler, or by a query that it stopped."""


@dataclass
class Refreshed:
    """What a refresh did."""

    due: list[Due] = field(default_factory=list)
    shut: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    unfit: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    release_id: str | None = None
    is_new: bool = False

    @property
    def exit_code(self) -> int:
        """Return 0 when all are admitted, 3 when some registry is not, 4 with nothing to release, else 1.

        A registry whose folder cannot be opened is not admitted either.
        """
        if self.failed:
            return 1
        if self.release_id is None:
            return 4
        return 3 if self.shut or self.closed else 0


def refresh(
    warehouse: Warehouse, *, only: Sequence[str] = (), full: bool = False, say: Say = lambda _: None
) -> Refreshed:
    """Admit new deliveries, derive, measure and publish, each as a run that the UI shows."""
    places = warehouse.places()
    protocols = warehouse.loaded_protocols()
    sort_protocols(protocols)
    landing = survey(places.landing)
    unknown = sorted(set(only) - set(landing.newest))
    if unknown:
        raise UsageError(
            f"no delivery of {', '.join(unknown)} in the landing",
            f"known: {', '.join(landing.newest) or 'none'}",
        )
    done = Refreshed(unfit=landing.unfit, closed=landing.closed)
    for protocol in protocols:
        if not protocol.window.is_open:
            say(f"{protocol.name}: only patients whose line 1 started {protocol.window.told}")
    for name in landing.unfit:
        say(f"left alone: {name}")
    definitions = build_defs(warehouse)
    finish_erasures(places, say)
    sweep(places.warehouse)
    Shelf.of(places.warehouse).sweep()
    _put_back(Shelf.of(places.warehouse), done, say)
    with instance_of(places.warehouse) as instance:
        for registry, delivery in landing.newest.items():
            if only and registry not in only:
                continue
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
        _derive_the_rest(definitions, instance, warehouse, done, say)
        note_shut(warehouse, done, say)
        _publish(definitions, instance, warehouse, done, say, full=full)
        _note_found_damaged(places.warehouse, done, say)
        forget_old_runs(instance, load_operation(PROJECT, os.environ).keep_runs)
    return done


def _put_back(shelf: Shelf, done: Refreshed, say: Say) -> None:
    """Mend the file in service where it is damaged; where that cannot be, the next release mends it."""
    try:
        told = shelf.put_back()
    except DamagedError as error:
        done.failed["release"] = f"{error.message}; {error.hint}"
        return
    if told is not None:
        say(told)


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
        say(f"{registry}: {due.delivery.name} unchanged")
        return
    say(f"{registry}: {due.delivery.name} {'judging' if due.action == 'judge' else 'deriving'} ({due.why})")
    job = "refresh_registry" if due.action == "judge" else "derive_registry"
    _run_job(definitions, instance, job, registry, done, tags=_tags_of(due))
    if due.action == "judge" and registry not in done.failed:
        for line in warnings_of(WorkingFiles.of(root, registry)):
            say(f"  warning: {line}")


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
    wanted = derivation(warehouse.loaded_protocols())
    for registry in registries_in(warehouse.root()):
        files = WorkingFiles.of(warehouse.root(), registry)
        if registry in done.failed or "admitted" not in files.in_place().judged:
            continue
        if derived_with(files) == wanted:
            continue
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
        tags={AT_TERMINAL: "yes", **(tags or {})},
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


def note_shut(warehouse: Warehouse, done: Refreshed, say: Say) -> None:
    for registry in registries_in(warehouse.root()):
        files = WorkingFiles.of(warehouse.root(), registry)
        found = files.in_place()
        if found.damaged:
            told = files.damage_of(found.damaged[0])
            done.shut[registry] = [f"{told.message}, and none of its deliveries could take its place"]
            say(f"{registry}: shut: {done.shut[registry][0]}")
            say("  what to do: have its last delivery sent again, or put the file back from a backup")
        story = shut_story(files) if "shut" in found.judged else None
        if story is not None:
            done.shut[registry] = [*done.shut.get(registry, []), *story[1]]
            say(f"{registry}: gate shut for {story[0]}")
            for line in story[1]:
                say(f"  - {line}")
            place = warehouse.places().landing / registry / story[0]
            if place.is_dir():
                say(f"  how to mend it: bpp check {shlex.quote(str(place))}")


def _note_found_damaged(root: Path, done: Refreshed, say: Say) -> None:
    """Tell of working files that turned out to be damaged when the release copied their rows."""
    for registry in registries_in(root):
        files = WorkingFiles.of(root, registry)
        told = done.shut.get(registry, [])
        for error in map(files.damage_of, files.in_place().damaged):
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
        done.release_id = shelf.in_service()
        say(f"nothing new: release {done.release_id} stays in service")
        return
    result = definitions.resolve_job_def("publish_release").execute_in_process(
        instance=instance, raise_on_error=False, run_config=QUIET, tags={AT_TERMINAL: "yes"}
    )
    _stop_if_interrupted(result)
    failure = _unexpected(result)
    if failure is not None or not result.success:
        done.failed["release"] = failure or "the release failed"
        return
    done.release_id = shelf.in_service()
    done.is_new = True
    say(f"release {done.release_id} is in service")

"""Running the graph in this process, one run for all registries, then a release: what `bpp refresh` does.

Not here: printing, which the command line does; how it begins, and that it has nothing to do (`begin.py`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
from assets.preview import runs_named_after
from assets.resources import Warehouse
from assets.retention import forget_old_runs
from assets.runners import RUNNERS
from assets.together import AHEAD, HEARD, NAME, STEP, Turn, steps_of
from bpp_etl.admission.ahead import Ahead
from bpp_etl.admission.due import Due, due_for
from bpp_etl.admission.told import admitted_in_words
from bpp_etl.admission.unanswered import carried_by
from bpp_etl.admission.working import WorkingFiles, warnings_of
from bpp_etl.landing.deliveries import Delivery
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
        run = _Runner(definitions, instance, places.warehouse, done, say, begun.ahead)
        _judge_the_lost(run, begun)
        done.due += [
            due_for(places.warehouse, delivery, protocols, full=full) for delivery in begun.wanted.values()
        ]
        run.together(done.due)
        again = [
            due_for(places.warehouse, due.delivery, protocols, full=full)
            for due in done.due
            if due.action == "derive" and _is_damaged(places.warehouse, due.delivery.registry)
        ]
        for due in again:
            done.failed.pop(due.delivery.registry, None)
        run.together(again)
        tell_unchanged(
            {one.delivery.registry: one.delivery for one in done.due if one.action == "nothing"}, say
        )
        run.derive_the_rest(to_derive(warehouse.root(), warehouse.loaded_protocols(), done.failed))
        note_shut(places, done, say)
        _publish(definitions, instance, warehouse, done, say, full=full)
        _note_found_damaged(places.warehouse, done, say)
        forget_old_runs(instance, load_operation(PROJECT, os.environ).keep_runs)
    begun.ahead.close()
    return done


def _is_damaged(root: Path, registry: str) -> bool:
    return bool(WorkingFiles.of(root, registry).in_place().damaged)


def _judge_the_lost(run: _Runner, begun: Begun) -> None:
    """Judge anew the delivery before of a registry whose working file is damaged; the newest comes after."""
    lost = [lost_delivery(run.root, delivery) for delivery in begun.wanted.values()]
    run.together([Due(one, "judge", "admitted.duckdb is damaged") for one in lost if one is not None])


@dataclass(frozen=True)
class _Runner:
    """Runs what is due for many registries as one run, and keeps what became of each."""

    definitions: dg.Definitions
    instance: dg.DagsterInstance
    root: Path
    done: Refreshed
    say: Say
    ahead: Ahead

    def together(self, due: Sequence[Due]) -> None:
        """Do what is due, one registry after the other, in one run; what fails stops none of the others."""
        wanted = {one.delivery.registry: one for one in due if one.action != "nothing"}
        judge = {name: one.delivery for name, one in wanted.items() if one.action == "judge"}

        def heard(registry: str, turn: Turn) -> None:
            one = wanted[registry]
            if turn == "begins":
                doing = "judging" if one.action == "judge" else "deriving"
                self.say(f"{registry}: {one.delivery.name} {doing} ({one.why})")
            else:
                self._tell_of(one)

        if judge:
            forks.start()  # what it loads, it loads while the run begins
        self._run(judge, [name for name in wanted if name not in judge], heard)

    def derive_the_rest(self, names: Sequence[str]) -> None:
        """Derive registries that were not asked for, or no longer deliver, by the release's protocols too.

        A release never mixes protocols.
        """

        def heard(registry: str, turn: Turn) -> None:
            if turn == "begins":
                self.say(f"{registry}: deriving again (protocols or rules changed)")

        self._run({}, names, heard)

    def _tell_of(self, due: Due) -> None:
        files = WorkingFiles.of(self.root, due.delivery.registry)
        if due.action == "judge":
            for line in (*warnings_of(files), *(one.in_words() for one in carried_by(files))):
                self.say(f"  warning: {line}")
        told = admitted_in_words(files)
        if told is not None:
            self.say(f"{due.delivery.registry}: {told}")

    def _run(
        self, judge: Mapping[str, Delivery], derive: Sequence[str], heard: Callable[[str, Turn], None]
    ) -> None:
        if not judge and not derive:
            return
        named = {registry: delivery.name for registry, delivery in judge.items()}
        config = {"ops": {"each": {"config": {"judge": named, "derive": list(derive)}}}}
        self.ahead.line_up(list(judge.values()), RUNNERS)
        tokens = HEARD.set(heard), AHEAD.set(self.ahead)
        try:
            result = self.definitions.resolve_job_def(NAME).execute_in_process(
                instance=self.instance, raise_on_error=False, run_config=QUIET | config, tags=BY_A_PERSON
            )
        finally:
            HEARD.reset(tokens[0])
            AHEAD.reset(tokens[1])
        _stop_if_interrupted(result)
        steps = steps_of([*judge, *derive])
        failures = {} if result.success else _failures_of(result)
        for step, failure in failures.items():
            registry = steps.get(step.removeprefix(f"{STEP}[").removesuffix("]"))
            for name in [registry] if registry is not None else steps.values():
                if failure is not None:
                    self.done.failed[name] = failure


def _stop_if_interrupted(result: dg.ExecuteInProcessResult) -> None:
    """Pass Ctrl-C on: Dagster ends one run by it, and who pressed it meant all of them."""
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
        elif event.is_run_failure:  # it came between two steps
            error = event.job_failure_data.error
        else:
            continue
        if error is not None and error.cls_name in INTERRUPTS:
            raise KeyboardInterrupt


def _failures_of(result: dg.ExecuteInProcessResult) -> dict[str, str | None]:
    """Return of each step that failed the reason in one line, or None where a gate is shut.

    Errors of Dagster itself are those of no step.
    """
    found: dict[str, str | None] = {}
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        told = event.step_failure_data.user_failure_data
        if told is None:
            found[str(event.step_key)] = "a step failed"
        elif kind_of(told.metadata) == "shut":
            found[str(event.step_key)] = None
        else:
            found[str(event.step_key)] = str(told.description).splitlines()[0]
    return found or {"": "the run failed before its first step"}


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
    if not result.success:
        told = [reason for reason in _failures_of(result).values() if reason is not None]
        done.failed["release"] = told[0] if told else "the release failed"
        return
    done.release_id = shelf.in_service()
    done.is_new = True
    say(f"release {done.release_id} is in service")

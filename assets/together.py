"""One run for all registries that are due: a step for each, whose assets and checks are told by partition.

A run by itself costs as much as a small registry, and each of its events as much as a rule. What fails in one
step stops none of the others. Not here: what is due (`bpp_etl/admission/due.py`), and the runs of one
registry that sensors and people start (`jobs.py`).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Literal

import dagster as dg

from assets.core import CHECKS, check_spec, judging
from assets.core import SPECS as CORE
from assets.event import EVENTS, deriving
from assets.failures import kind_of
from assets.partition_events import PartitionEvents
from assets.partitions import registries
from assets.raw import reading
from assets.resources import Warehouse
from assets.tags import worked_off
from bpp_etl.admission.ahead import Ahead
from bpp_etl.errors import BppError
from bpp_etl.landing.arrival import look_at
from schemas.tables import TABLES

NAME = "refresh_registries"
STEP = "refresh_one"
Turn = Literal["begins", "ends"]
HEARD: ContextVar[Callable[[str, Turn], None]] = ContextVar("heard", default=lambda *_: None)
"""Hears, in the process that runs them, when the turn of a registry begins, and when it has ended well."""
AHEAD: ContextVar[Ahead | None] = ContextVar("ahead", default=None)
"""What is read and judged before its turn, in the process that runs them."""
CHECK_SPECS = {(spec := check_spec(check)).key: spec for check in CHECKS}
FROM_RAW = [*(dg.AssetKey(["raw", name]) for name in TABLES), *(spec.key for spec in CORE), *EVENTS]


def refresh_registries(layers: Sequence[dg.AssetsDefinition]) -> dg.JobDefinition:
    """Make the job; `layers` hold the assets that it tells of, as the graph has them."""
    specs = {spec.key: spec for layer in layers for spec in layer.specs}

    @dg.op(
        out=dg.DynamicOut(dict),
        config_schema={
            "judge": dg.Field(dict, default_value={}),
            "derive": dg.Field([str], default_value=[]),
        },
        description="Names the registries: with a delivery those to judge, and those to derive again.",
    )
    def each(context: dg.OpExecutionContext) -> Iterator[dg.DynamicOutput[dict[str, str]]]:
        judge: Mapping[str, str] = context.op_config["judge"]
        asked = {name: {"registry": name, "delivery": judge[name]} for name in judge}
        asked |= {name: {"registry": name} for name in context.op_config["derive"]}
        context.instance.add_dynamic_partitions(str(registries.name), list(asked))
        for step, registry in steps_of(asked).items():
            yield dg.DynamicOutput(asked[registry], mapping_key=step)

    @dg.op(name=STEP, description="Reads, judges and derives a delivery of a registry, or derives it again.")
    def refresh_one(context: dg.OpExecutionContext, warehouse: Warehouse, asked: dict[str, str]) -> None:
        registry, delivery = asked["registry"], asked.get("delivery")
        HEARD.get()(registry, "begins")
        events = PartitionEvents(context, registry, specs, CHECK_SPECS)
        events.announce(EVENTS if delivery is None else FROM_RAW)
        with _noted(context, warehouse, registry, delivery):
            if delivery is not None:
                ahead = AHEAD.get() or Ahead(warehouse.root())
                try:
                    read = reading(context, warehouse, registry, delivery, ahead)
                    _tell_judgement(events, read, judging(context, warehouse, registry, delivery, ahead))
                except Exception:
                    ahead.go_on(registry)
                    raise
                ahead.go_on(registry)
            events.tell(list(deriving(context, warehouse, registry)))
        HEARD.get()(registry, "ends")

    @dg.job(
        name=NAME, executor_def=dg.in_process_executor, description="Refreshes all registries that are due."
    )
    def job() -> None:
        each().map(refresh_one)

    return job


@contextmanager
def _noted(
    context: dg.OpExecutionContext, warehouse: Warehouse, registry: str, delivery: str | None
) -> Iterator[None]:
    """Note on the run that a delivery is worked off, which a shut gate is too: no sensor runs it again."""
    tags: dict[str, str] = {}
    if delivery is not None:
        with suppress(OSError, BppError):
            tags = worked_off(look_at(warehouse.delivery(registry, delivery)))
    try:
        yield
    except dg.Failure as failure:
        if kind_of(failure.metadata) == "shut":
            context.instance.add_run_tags(context.run.run_id, tags)
        raise
    context.instance.add_run_tags(context.run.run_id, tags)


def _tell_judgement(events: PartitionEvents, read: Iterable[Any], results: Iterable[Any]) -> None:
    """Tell what was read, and what the gate found, also where it is then shut.

    Where the step breaks down before that, its checks count as not carried out.
    """
    told: list[Any] = []
    try:
        events.tell(list(read))
        for one in results:
            told.append(one)  # what came before an error is kept
    finally:
        if told:
            events.tell(told)
        else:
            events.announce_checks()


def steps_of(names: Iterable[str]) -> dict[str, str]:
    """Name the step of each registry: Dagster takes no hyphen in it."""
    steps: dict[str, str] = {}
    for name in names:
        step = re.sub(r"\W", "_", name)
        while step in steps:
            step += "_"
        steps[step] = name
    return steps

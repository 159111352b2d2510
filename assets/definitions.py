"""The whole graph, assembled by hand: read top to bottom it is the data flow.

raw (text as delivered) -> core (the gate) -> event (calls) -> metric (numbers) -> release (in service)
"""

import os

import dagster as dg

from assets.alerts import alert_sensor
from assets.automation import follow_sensor
from assets.core import core
from assets.event import event
from assets.freshness import freshness_check
from assets.jobs import JOBS
from assets.operation import Operation, load_operation
from assets.policy import policy_of
from assets.raw import raw
from assets.release import metric, release
from assets.resources import Warehouse
from assets.schedules import schedules
from assets.together import refresh_registries
from assets.watch import deliveries_sensor
from bpp_etl.settings import PROJECT, places
from bpp_etl.warehouse.private import keep_private


def build_defs(warehouse: Warehouse | None = None, operation: Operation | None = None) -> dg.Definitions:
    """Assemble the graph; tests and the command line pass a warehouse of their own."""
    operation = operation or load_operation(PROJECT, os.environ)
    warehouse = warehouse or Warehouse(protocols=operation.protocol_names)
    policy = policy_of(operation, warehouse)
    layers = [layer.map_asset_specs(policy) for layer in (raw, core, event, metric, release)]
    return dg.Definitions(
        assets=layers,
        asset_checks=[freshness_check(operation)],
        jobs=[*JOBS, refresh_registries(layers)],
        sensors=[deliveries_sensor(operation), follow_sensor(operation), alert_sensor()],
        schedules=schedules(operation),
        resources={"warehouse": warehouse},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The graph of this project, when Dagster asks for it: in a process that serves or runs nothing else."""
    chosen = places(os.environ)
    keep_private(chosen.warehouse, chosen.landing, os.environ)
    return build_defs()

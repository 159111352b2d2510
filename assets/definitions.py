"""The whole graph, assembled by hand: read top to bottom it is the data flow.

raw (text as delivered) -> core (the gate) -> event (verdicts) -> metric (numbers) -> release (in service)
"""

import dagster as dg

from assets.core import core
from assets.event import event
from assets.jobs import JOBS
from assets.raw import raw
from assets.release import metric, release
from assets.resources import Warehouse


def build_defs(warehouse: Warehouse | None = None) -> dg.Definitions:
    """Assemble the graph; tests and the command line pass a warehouse of their own."""
    return dg.Definitions(
        assets=[raw, core, event, metric, release],
        jobs=JOBS,
        resources={"warehouse": warehouse or Warehouse()},
        executor=dg.in_process_executor,
    )


defs = build_defs()

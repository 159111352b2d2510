"""The event assets: one verdict for each candidate of a registry, by each protocol.

Not here: the rules (`bpp_etl/events`).
"""

from collections.abc import Iterator

import dagster as dg

from assets.describe import spec_for
from assets.partitions import registries
from assets.resources import Warehouse
from bpp_etl.admit import derive
from bpp_etl.events import EventSummary
from bpp_etl.measure.disclosure import told_parts
from schemas.event import PatientFlow, Pseudoprogression
from schemas.tables import TABLES

CORE = [dg.AssetKey(["core", name]) for name in (*TABLES, "assessment_cadence")]
TABLES_OF_EVENT = {"pseudoprogression": Pseudoprogression, "patient_flow": PatientFlow}


@dg.multi_asset(
    name="derive_events",
    specs=[
        spec_for(
            "event",
            name,
            contract,
            trust="Derived from the registry's admitted rows by the protocols of the release. Trust it as far"
            " as its flags allow.",
            deps=CORE,
            partitions=registries,
        )
        for name, contract in TABLES_OF_EVENT.items()
    ],
    pool="registry_file",
)
def event(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Derive the registry's events from its admitted tables."""
    files, threshold = warehouse.files(context.partition_key), warehouse.disclosure_threshold
    with files.locked():
        summary = derive(files, context.partition_key, warehouse.loaded_protocols())
    for name in TABLES_OF_EVENT:
        yield dg.MaterializeResult(asset_key=["event", name], metadata=counts_of(summary, name, threshold))


def counts_of(summary: EventSummary, table: str, threshold: int) -> dict[str, int | str]:
    """Count rows, and how often each rule fired, by protocol; small counts of patients are suppressed."""
    fired = summary.by_rule if table == "pseudoprogression" else summary.by_left_at
    told: dict[str, int | str] = {"dagster/row_count": sum(sum(rules.values()) for rules in fired.values())}
    for protocol, rules in fired.items():
        # The rows of pseudoprogression are the candidates, so that their number is known.
        parts = told_parts(rules, threshold, public=("candidate",))
        told |= {
            f"{protocol}/{rule}": "suppressed" if count is None else count for rule, count in parts.items()
        }
    return told

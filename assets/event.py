"""The event assets: one call for each candidate of a registry, by each protocol.

Not here: the rules (`bpp_etl/events`).
"""

from collections.abc import Iterator

import dagster as dg

from assets.describe import spec_for
from assets.failures import Context, told_in_words
from assets.lineage import lineage_of
from assets.partitions import registries
from assets.resources import Warehouse
from assets.runners import RUNNERS
from bpp_etl.admission.admit import derive
from bpp_etl.disclosure import DEFAULT_THRESHOLD
from bpp_etl.disclosure.hiding import told_parts
from bpp_etl.events import EventSummary
from bpp_etl.measure.tally import is_small
from schemas.event import EVENT_TABLES, NOT_IN_COHORT
from schemas.tables import TABLES

CORE = [dg.AssetKey(["core", name]) for name in (*TABLES, "assessment_cadence")]
EVENTS = [dg.AssetKey(["event", name]) for name in EVENT_TABLES]


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
        for name, contract in EVENT_TABLES.items()
    ],
)
def event(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Derive the registry's events from its admitted tables."""
    yield from deriving(context, warehouse, context.partition_key)


def deriving(context: Context, warehouse: Warehouse, registry: str) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Derive a registry's events, and report each table."""
    files = warehouse.files(registry)
    with told_in_words(context), files.locked():
        summary = derive(files, registry, warehouse.loaded_protocols(), context.log.info, RUNNERS)
    for key in EVENTS:
        counts = counts_of(summary, key.path[-1])
        yield dg.MaterializeResult(asset_key=key, metadata={**counts, **lineage_of(key)})


def counts_of(summary: EventSummary, table: str, threshold: int = DEFAULT_THRESHOLD) -> dict[str, int | str]:
    """Count rows, and by protocol how often each rule fired, or what is missing how often.

    Whoever watches the runs need not hold the patients: small counts are suppressed, with what would give
    them away.
    """
    by_table = {
        "pseudoprogression": summary.by_rule,
        "patient_flow": summary.by_left_at,
        "first_line": {name: {"patients": number} for name, number in summary.first_lines.items()},
        "open_question": summary.by_missing,
    }
    if table == "first_line" and any(
        is_small(left.get(step, 0), threshold)
        for left in summary.by_left_at.values()
        for step in NOT_IN_COHORT
    ):
        # Everyone, less who has a first line, would tell the few who have none, or one outside the window.
        return {}
    found = by_table[table]
    rows = sum(sum(counts.values()) for counts in found.values())
    told: dict[str, int | str] = {} if is_small(rows, threshold) else {"dagster/row_count": rows}
    for protocol, counts in found.items():
        # The rows of pseudoprogression are the candidates, so that their number is known, unless it is small.
        is_known = not is_small(counts.get("candidate", 0), threshold)
        parts = told_parts(counts, threshold, public=("candidate",) if is_known else ())
        told |= {
            f"{protocol}/{code}": "suppressed" if count is None else count for code, count in parts.items()
        }
    return told

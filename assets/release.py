"""The metric and release assets: all registries' admitted data, measured, verified and put in service.

Not here: how (`bpp_etl/measure`, `bpp_etl/release`).
"""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from assets.describe import OWNER, spec_for
from assets.event import EVENTS
from assets.failures import told_in_words
from assets.resources import Warehouse
from bpp_etl.release import assemble, publish
from bpp_etl.release.shelf import REPORT
from schemas.metric import METRIC_TABLES

RELEASE = dg.AssetKey(["release", "bpp"])


@dg.multi_asset(
    name="measure",
    specs=[
        spec_for(
            "metric",
            name,
            contract,
            trust="Over all registries, under disclosure control. Trust each as far as its warnings allow.",
            deps=EVENTS,
        )
        for name, contract in METRIC_TABLES.items()
    ],
    pool="release_file",
)
def metric(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Copy every registry's tables into a file apart, and measure there."""
    with told_in_words(context):
        counts = assemble(
            warehouse.root(), warehouse.loaded_protocols(), threshold=warehouse.disclosure_threshold
        )
    for name in METRIC_TABLES:
        yield dg.MaterializeResult(asset_key=["metric", name], metadata={"dagster/row_count": counts[name]})


@dg.asset(
    key=RELEASE,
    description="The published DuckDB file: verified, described, swapped in atomically. Trust it.",
    group_name="release",
    owners=[OWNER],
    kinds={"duckdb"},
    deps=[dg.AssetKey(["metric", name]) for name in METRIC_TABLES],
    pool="release_file",
)
def release(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Verify the assembled file and put it in service."""
    with told_in_words(context):
        made = publish(warehouse.root(), created_at=dt.datetime.now(dt.UTC))
    context.log.info("release %s is in service", made.release_id)
    return dg.MaterializeResult(
        metadata={
            "release_id": made.release_id,
            "content_digest": made.content_digest,
            "report": dg.MetadataValue.path(str(made.folder / REPORT)),
            "dagster/row_count": made.rows["event.pseudoprogression"],
        }
    )

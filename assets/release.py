"""The metric and release assets: all registries' admitted data, measured, verified and put in service.

Not here: how (`bpp_etl/measure`, `bpp_etl/release`).
"""

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.describe import OWNER, spec_for
from assets.event import EVENTS
from assets.failures import AT_TERMINAL, told_in_words
from assets.lineage import lineage_of
from assets.resources import Warehouse
from assets.runners import RUNNERS
from assets.status import look_from_inside
from bpp_etl.disclosure import DEFAULT_THRESHOLD, rows_told
from bpp_etl.erasure import finish_erasures
from bpp_etl.errors import BppError
from bpp_etl.measure.tally import is_small
from bpp_etl.release.build import assemble, publish
from bpp_etl.release.copied import copy_in_service
from bpp_etl.release.shelf import FILE, REPORT, Shelf
from bpp_etl.report.pictures import pictures_of
from bpp_etl.report.tables import told_tables
from bpp_etl.settings import is_report_shared
from schemas.metric import METRIC_TABLES

RELEASE = dg.AssetKey(["release", "bpp"])


@dg.multi_asset(
    name="measure",
    specs=[
        spec_for(
            "metric",
            name,
            contract,
            trust="Over all registries, exact. Trust each as far as its warnings allow.",
            deps=EVENTS,
        )
        for name, contract in METRIC_TABLES.items()
    ],
    pool="release_file",
)
def metric(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Copy every registry's tables into a file apart, measure there, and show the main plots.

    Whoever watches the runs need not hold the patients, so what is shown has been through disclosure control.
    """
    with told_in_words(context):
        finish_erasures(warehouse.places(), context.log.info, RUNNERS)
        made = assemble(
            warehouse.root(),
            warehouse.loaded_protocols(),
            is_report_controlled=is_report_shared(os.environ),
            say=context.log.info,
            runners=RUNNERS,
        )
        for registry, words in made.damaged.items():
            context.log.warning("%s: %s", registry, words)
        told = rows_told(made.measured)
        pictures = pictures_of(told_tables(Shelf.of(warehouse.root()).building / FILE, told))
        rows_of = Counter(row.table for row in told)
    for name in METRIC_TABLES:
        key = dg.AssetKey(["metric", name])
        metadata: dict[str, Any] = dict(lineage_of(key))
        if made.rows[name] == rows_of[name]:  # else the rows are patients, or their days
            metadata["dagster/row_count"] = made.rows[name]
        if name in pictures:
            metadata["picture"] = dg.MetadataValue.md(pictures[name])
        yield dg.MaterializeResult(asset_key=key, metadata=metadata)


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
    if AT_TERMINAL not in context.run.tags:  # who refreshes at a terminal is told there
        _copy_away(context, warehouse)
    needs = look_from_inside(context.instance, warehouse.places(), dt.datetime.now(dt.UTC)).kinds()
    candidates = made.rows["event.pseudoprogression"]
    told = {} if is_small(candidates, DEFAULT_THRESHOLD) else {"dagster/row_count": candidates}
    return dg.MaterializeResult(
        metadata={
            "needs_a_person": dg.MetadataValue.md("\n".join(f"- {need}" for need in needs) or "nothing"),
            "how_to_mend_it": "bpp status",
            "release_id": made.release_id,
            "content_digest": made.content_digest,
            "report": dg.MetadataValue.path(str(made.folder / REPORT)),
            **told,
        }
    )


def _copy_away(context: dg.AssetExecutionContext, warehouse: Warehouse) -> None:
    """Copy what is in service to where it is published, if anywhere; here it is in service anyway."""
    try:
        told = copy_in_service(warehouse.root(), os.environ)
    except BppError as error:
        context.log.warning("publish_to: %s; %s", error.message, error.hint)
    else:
        context.log.info("%s", told or "no copy to make")

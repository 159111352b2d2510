"""The raw assets: a delivery as text, exactly as it was sent, in the registry's working file.

Not here: judging it; a file that cannot be read is noted and decided on by the gate.
"""

from collections.abc import Iterator

import dagster as dg

from assets.describe import spec_for
from assets.failures import Context, told, told_in_words
from assets.partitions import registries
from assets.resources import Warehouse
from assets.tags import delivery_in
from bpp_etl.admission.ahead import Ahead
from bpp_etl.admission.intake import read
from schemas.quarantine import raw_contract
from schemas.tables import TABLES

TRUST = "Text as delivered. Trust nothing in it yet: the gate has not judged it."


@dg.multi_asset(
    name="read_delivery",
    specs=[
        spec_for("raw", name, raw_contract(name), trust=TRUST, deps=[], partitions=registries)
        for name in TABLES
    ],
)
def raw(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Read the registry's newest delivery into a new working file."""
    yield from reading(context, warehouse, context.partition_key, delivery_in(context.run.tags))


def reading(
    context: Context, warehouse: Warehouse, registry: str, named: str | None, ahead: Ahead | None = None
) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Read a registry's delivery of a name, else its newest, and report each table."""
    files = warehouse.files(registry)
    with told_in_words(context):
        delivery = warehouse.delivery(registry, named)
        found = ahead.was_read(delivery) if ahead is not None else None
        if found is None:
            with files.locked():
                found = read(files, delivery)
    context.log.info(
        "read delivery %s of %s: %d rows in %d tables",
        delivery.name,
        delivery.registry,
        sum(found.rows.values()),
        len(found.rows),
    )
    for problem in found.problems:
        words = told(problem.table, problem.rule, problem.message)
        context.log.warning("%s.%s: %s", problem.table, problem.rule, words)
    for name in TABLES:
        yield dg.MaterializeResult(
            asset_key=["raw", name],
            metadata={
                "dagster/row_count": found.rows.get(name, 0),
                "delivery": delivery.name,
                "is_delivered": name in found.rows,
                "columns_not_loaded": len([table for table, _ in found.extra_columns if table == name]),
                "identifier_columns_not_loaded": len(
                    [table for table, _ in found.identifier_columns if table == name]
                ),
            },
        )

"""What Dagster shows of a table, taken from its contract: columns, keys, owner, kinds.

Not here: any column named by hand, and any value.
"""

from __future__ import annotations

import dagster as dg

from assets.lineage import told_sources
from bpp_etl.warehouse.ddl import describe, sql_type
from schemas.contract import Contract, columns_of, grain_of, key_of

OWNER = "team:registry-data"


def table_schema(contract: type[Contract], relation: str) -> dg.TableSchema:
    """Write a contract's key and columns as Dagster shows them, each with the columns that it comes from."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                sql_type(column),
                " ".join(filter(None, (describe(column), told_sources(relation, column.name)))),
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in columns_of(contract)
        ],
        constraints=dg.TableConstraints(other=[f"key ({', '.join(key_of(contract))})"]),
    )


def spec_for(
    schema: str,
    table: str,
    contract: type[Contract],
    *,
    trust: str,
    deps: list[dg.AssetKey],
    partitions: dg.PartitionsDefinition | None = None,
    code_version: str | None = None,
    skippable: bool = False,
) -> dg.AssetSpec:
    """Make the spec of an asset: key = relation, group = schema, columns from the contract."""
    return dg.AssetSpec(
        key=dg.AssetKey([schema, table]),
        description=f"{grain_of(contract)}\n\n{trust}",
        group_name=schema,
        owners=[OWNER],
        kinds={"duckdb"},
        deps=deps,
        partitions_def=partitions,
        code_version=code_version,
        skippable=skippable,
        metadata={
            "dagster/column_schema": table_schema(contract, f"{schema}.{table}"),
            "dagster/table_name": f"{schema}.{table}",
        },
    )

"""The contracts of the `meta` schema: the release itself, its inputs, and its dictionary.

Not here: how a release is built.
"""

from typing import Annotated

import polars as pl

from schemas.contract import Contract, derived


class Release(Contract, key=("release_id",)):
    """One row: the release that this file is."""

    release_id: pl.String = derived("Stable id of the release.", nullable=False)
    created_at: Annotated[pl.Datetime, "us", None] = derived("When it was built, in UTC.", nullable=False)
    protocols: Annotated[pl.List, pl.String] = derived(
        "Protocols applied, as name:digest; the first is the default.", nullable=False
    )
    first_line_from: pl.Date = derived(
        "First day on which line 1 may have started under the first protocol; empty where that side is open."
    )
    first_line_to: pl.Date = derived(
        "Last day on which line 1 may have started under the first protocol; empty where that side is open."
    )
    code_version: pl.String = derived("Version of engine and contracts.", nullable=False)
    content_digest: pl.String = derived(
        "SHA-256 over all rows outside meta, quality.audit and the histories of quality; the same inputs and "
        "code give the same.",
        nullable=False,
    )
    is_synthetic: pl.Boolean = derived(
        "Whether all patients are made up, as their registries state; empty where those of some registries "
        "are and of others not: `quality.delivery` says which."
    )
    input_digests: Annotated[pl.List, pl.String] = derived(
        "Deliveries it is built on, as registry/delivery:status:digest of its files:version of the code that"
        " judged it, and of an admitted one, :version of the code that derived its events.",
        nullable=False,
    )


class PublishedTable(Contract, key=("schema", "table")):
    """One row per table of the release, those of `meta` left out."""

    schema: pl.String = derived("Schema of the table.", nullable=False)
    table: pl.String = derived("Name of the table.", nullable=False)
    grain: pl.String = derived("What one row is.", nullable=False)
    key_columns: Annotated[pl.List, pl.String] = derived(
        "Columns that together name one row: no two rows hold the same in all of them.", nullable=False
    )
    rows: pl.Int64 = derived("Rows in the table.", nullable=False)
    digest: pl.String = derived("Digest of the rows, whatever their order.", nullable=False)


class PublishedColumn(Contract, key=("schema", "table", "column")):
    """One row per column of the release."""

    schema: pl.String = derived("Schema of the table.", nullable=False)
    table: pl.String = derived("Name of the table.", nullable=False)
    column: pl.String = derived("Name of the column.", nullable=False)
    type: pl.String = derived("DuckDB type.", nullable=False)
    is_nullable: pl.Boolean = derived("Whether it may be empty.", nullable=False)
    description: pl.String = derived("What it holds, with unit and codes.", nullable=False)


class AppliedProtocol(Contract, key=("protocol",)):
    """One row per protocol that was applied, those that only give a verdict included."""

    position: pl.Int32 = derived("Order: the protocol of the report first.", nullable=False)
    protocol: pl.String = derived("Name of the protocol.", nullable=False)
    kind: pl.String = derived(
        "event where it gives a state; else the rule set it gives a verdict of.", nullable=False
    )
    digest: pl.String = derived("Digest of its parameters.", nullable=False)
    title: pl.String = derived("What it calls pseudoprogression, in a line.", nullable=False)
    summary: pl.String = derived("The definition in words.", nullable=False)
    limits: Annotated[pl.List, pl.String] = derived(
        "What it leaves open, or was chosen here.", nullable=False
    )
    citation: pl.String = derived("Where it was published.", nullable=False)
    doi: pl.String = derived("Its digital object identifier.")


class ProtocolParameter(Contract, key=("protocol", "parameter")):
    """One row per protocol and parameter: the number or codes that it sets, and where they come from."""

    protocol: pl.String = derived("Name of the protocol.", nullable=False)
    position: pl.Int32 = derived("Order within the protocol.", nullable=False)
    parameter: pl.String = derived("Name of the parameter.", nullable=False)
    value: pl.String = derived("What the protocol sets it to; codes are separated by commas.", nullable=False)
    unit: pl.String = derived("Unit of the value; empty for codes.")
    source: pl.String = derived("Where the value comes from.", nullable=False)


META_TABLES = {
    "release": Release,
    "table": PublishedTable,
    "column": PublishedColumn,
    "protocol": AppliedProtocol,
    "protocol_parameter": ProtocolParameter,
}

"""The contracts of rows as delivered: the raw tables, and the quarantine with every rule its rows broke.

Not here: which rows are refused.
"""

from functools import cache
from typing import Annotated, Any

import polars as pl

from schemas.contract import Contract, delivered_columns, derived
from schemas.quality import delivery_status
from schemas.tables import TABLES


@cache
def quarantine_contract(table: str) -> type[Contract]:
    """Build the contract of `quarantine.<table>`: the stamp, the rules, then the row as text."""
    annotations: dict[str, Any] = {
        "registry": pl.String,
        "delivery": pl.String,
        "delivery_status": pl.String,
        "file": pl.String,
        "row_number": pl.Int64,
        "broken_rules": Annotated[pl.List, pl.String],
        "broken_columns": Annotated[pl.List, pl.String],
    }
    fields: dict[str, Any] = {
        "registry": derived("Registry that sent the row.", nullable=False),
        "delivery": derived("Delivery that held the row.", nullable=False),
        "delivery_status": delivery_status(),
        "file": derived("File that held the row.", nullable=False),
        "row_number": derived("Data row in the delivered file, counted from 1.", nullable=False),
        "broken_rules": derived("Every rule that the row broke, sorted.", nullable=False),
        "broken_columns": derived(
            "Every column that those rules are about, sorted; none where they are about the row as a whole. "
            "Null of a delivery that was judged before this was kept."
        ),
    }
    grain = f"One row per refused row of {table}, as delivered."
    key = ("registry", "delivery", "delivery_status", "file", "row_number")
    return _with_delivered(table, grain, "Quarantined", annotations, fields, key)


@cache
def raw_contract(table: str) -> type[Contract]:
    """Build the contract of `raw.<table>` in a registry's working file: the stamp, then the row as text."""
    stamp = {
        "registry": "Registry that sent the row.",
        "delivery": "Delivery that held the row.",
        "file": "File that held the row.",
        "file_digest": "SHA-256 of the file.",
    }
    annotations: dict[str, Any] = dict.fromkeys(stamp, pl.String) | {"row_number": pl.Int64}
    fields: dict[str, Any] = {name: derived(text, nullable=False) for name, text in stamp.items()}
    fields["row_number"] = derived("Data row in the delivered file, counted from 1.", nullable=False)
    grain, key = f"One row per delivered row of {table}.", ("registry", "delivery", "row_number")
    return _with_delivered(table, grain, "Raw", annotations, fields, key)


def _with_delivered(
    table: str,
    grain: str,
    prefix: str,
    annotations: dict[str, Any],
    fields: dict[str, Any],
    key: tuple[str, ...],
) -> type[Contract]:
    for column in delivered_columns(TABLES[table].contract):
        annotations[column.name] = pl.String
        fields[column.name] = derived(f"As delivered: {column.description}")
    name = prefix + TABLES[table].contract.__name__
    made: type[Contract] = type(
        name,
        (Contract,),
        {"__doc__": grain, "__annotations__": annotations, "__module__": __name__, **fields},
        key=key,
    )
    return made

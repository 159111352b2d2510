"""A contract as pandera judges it: columns, types and codes, and as checks the laws that refuse a row.

Not here: any particular contract. Nobody but who judges needs this, and pandera takes a second to load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandera.polars as pa

from schemas.contract import columns_of, grain_of, laws_of, types_of
from schemas.laws import RowLaw

if TYPE_CHECKING:
    from schemas.contract import Contract


def schema_of(contract: type[Contract]) -> pa.DataFrameSchema:
    """Build the schema of a contract; what the contract does not name is not judged."""
    columns = {
        column.name: pa.Column(
            kind,
            pa.Check.isin(list(column.codes)) if column.codes else None,
            nullable=column.nullable,
            description=column.description,
        )
        for column, kind in zip(columns_of(contract), types_of(contract), strict=True)
    }
    refusing = [law for law in laws_of(contract) if isinstance(law, RowLaw) and law.severity == "refuse"]
    return pa.DataFrameSchema(
        columns,
        checks=[pa.Check(law.judge, name=law.id) for law in refusing],
        name=contract.__name__,
        description=grain_of(contract),
    )

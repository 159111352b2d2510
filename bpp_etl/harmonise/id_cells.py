"""Reads cells of ids as the gate reads them, beside the rows that hold them.

Not here: how a cell of any kind is read (`harmonise/parse.py`), and what becomes of an id.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpp_etl.harmonise.parse import ParsedSelect, text_levels
from bpp_etl.landing.registry_config import RegistryConfig
from schemas.contract import delivered_columns
from schemas.tables import DeliveredTable


def with_ids(
    table: DeliveredTable, columns: Sequence[str], config: RegistryConfig, relation: str
) -> ParsedSelect:
    """Write the SELECT of a relation's rows, and beside them what each column of ids says, as `t_<column>`.

    An empty cell says NULL. Each column must be one of the table's ids.
    """
    declared = [one for one in delivered_columns(table.contract) if one.name in columns]
    parameters: dict[str, object] = {}
    sql = relation
    for level in text_levels(table.name, declared, config, parameters):
        made = ", ".join(f"{told} as {name}" for name, told in level.items())
        sql = f"(select *, {made} from {sql})"
    return ParsedSelect(sql, {name: value for name, value in parameters.items() if f"${name}" in sql})

"""Which columns of a published table name a row of another: what documents call a foreign key.

Not here: the parents that the gate looks for in a delivery (`schemas/tables.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.contract import Contract, columns_of
from schemas.tables import TABLES, Parent


@dataclass(frozen=True)
class Reference:
    """Columns of a table that name a row of another by columns of the same names."""

    columns: tuple[str, ...]
    schema: str
    table: str


_SHARED = (
    (("core", "event"), Reference(("registry", "patient_id"), "core", "patients")),
    (("event", "metric", "meta"), Reference(("protocol",), "meta", "protocol")),
)
"""In these schemas, a table that has the columns. Refused rows may have no parent, histories an older one."""


def references_of(schema: str, table: str, contract: type[Contract]) -> Iterator[Reference]:
    """Yield what the columns of a published table refer to."""
    names = {column.name for column in columns_of(contract)}
    for schemas, reference in _SHARED:
        is_itself = (reference.schema, reference.table) == (schema, table)
        if schema in schemas and not is_itself and names.issuperset(reference.columns):
            yield reference
    if schema == "core" and table in TABLES:
        parent = TABLES[table].parent
        # What is found by its patient has been told above.
        if isinstance(parent, Parent) and parent.table != "patients":
            yield Reference(("registry", parent.column), "core", parent.table)

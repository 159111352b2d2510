"""Traces each column of a SELECT to the columns that its expression names, through every step between.

Filters and joins are left out. Not here: which SELECT files make which table (`from_sql.py`,
`from_metrics.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import MappingSchema, exp, parse_one
from sqlglot.lineage import Node
from sqlglot.lineage import lineage as lineage_of
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

Source = tuple[str, str]
"""A table such as `core.patients`, and a column of it."""
Columns = Mapping[str, frozenset[Source]]
Relations = dict[str, Columns]
TEMPORARY = "step"
"""Stands for the schema of what the steps leave to one another."""


def trace(sql: str, relations: Mapping[str, Columns]) -> Columns:
    """Trace each output column of a SELECT to the sources of the relations that it reads."""
    tables: dict[str, dict[str, dict[str, str]]] = {}
    for name, columns in relations.items():
        place, _, table = name.rpartition(".")
        tables.setdefault(place or TEMPORARY, {})[table] = dict.fromkeys(columns, "text")
    schema = MappingSchema(tables, dialect="duckdb")
    tree = qualify(
        parse_one(sql, dialect="duckdb"),
        dialect="duckdb",
        schema=schema,
        db=TEMPORARY,
        quote_identifiers=False,
    )
    scope = build_scope(tree)
    if scope is None:
        raise ValueError("not a SELECT")
    # All columns at once, and untrimmed: what they share is traced once, and no tree is copied.
    found = lineage_of(None, tree, schema, dialect="duckdb", scope=scope, trim_selects=False, copy=False)
    return {column: frozenset().union(*_leaves(node, relations)) for column, node in found.items()}


def _leaves(root: Node, relations: Mapping[str, Columns]) -> Iterable[frozenset[Source]]:
    for node in root.walk():
        if isinstance(node.expression, exp.Table):
            table = node.expression
            name = table.name if table.db == TEMPORARY else f"{table.db}.{table.name}"
            yield relations[name][node.name.rpartition(".")[2]]

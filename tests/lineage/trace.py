"""Traces each column of a SELECT to the columns that its expression names, through every step between.

Filters and joins are left out. Not here: which SELECT files make which table (`from_sql.py`,
`from_metrics.py`).
"""

from __future__ import annotations

import re
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
        _listed(parse_one(sql, dialect="duckdb"), relations),
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


def _listed(tree: exp.Expr, relations: Mapping[str, Columns]) -> exp.Expr:
    """List the columns that `columns('...')` stands for: those of the relations beside it that fit."""
    for found in tree.find_all(exp.Columns):
        select = found.find_ancestor(exp.Select)
        read = select.find_all(exp.Table) if select is not None else ()
        fits = re.compile(found.this.name)
        named = [(table.name, name) for table in read for name in relations.get(table.name, ())]
        listed = [exp.column(name, table=table) for table, name in named if fits.search(name)]
        found.replace(listed)
    return tree


def _leaves(root: Node, relations: Mapping[str, Columns]) -> Iterable[frozenset[Source]]:
    for node in root.walk():
        if isinstance(node.expression, exp.Table):
            table = node.expression
            name = table.name if table.db == TEMPORARY else f"{table.db}.{table.name}"
            yield relations[name][node.name.rpartition(".")[2]]

"""Which columns a column is worked out from, as the UI shows it; read from `column_lineage.json`.

Dagster's open UI keeps column lineage and draws none, so each column's description says it in words too.
Not here: reading the SELECT files, which `python -m tests.lineage` does; a test holds the file to them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import dagster as dg

MOST_NAMED = 8
"""Columns named in the words of one column; of more, only their tables."""
FILE = Path(__file__).with_name("column_lineage.json")


@cache
def column_lineage() -> Mapping[str, Mapping[str, list[str]]]:
    """Read for each table, for each of its columns, the columns it is worked out from."""
    told: dict[str, dict[str, list[str]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return told


def lineage_of(key: dg.AssetKey) -> dict[str, dg.TableColumnLineage]:
    """Return the metadata entry of an asset's column lineage; nothing where none is known."""
    columns = column_lineage().get(".".join(key.path))
    if not columns:
        return {}
    return {
        "dagster/column_lineage": dg.TableColumnLineage(
            {column: [_dependency(source) for source in sources] for column, sources in columns.items()}
        )
    }


def told_sources(relation: str, column: str) -> str:
    """Say in words which columns a column comes from; nothing where none is known."""
    by_table: dict[str, list[str]] = {}
    sources = column_lineage().get(relation, {}).get(column, [])
    for source in sources:
        table, _, name = source.rpartition(".")
        by_table.setdefault(table, []).append(name)
    if not by_table:
        return ""
    if len(sources) > MOST_NAMED:
        return f"From columns of {', '.join(by_table)}."
    named = [f"{table} ({', '.join(names)})" for table, names in by_table.items()]
    return f"From {', '.join(named)}."


def _dependency(source: str) -> dg.TableColumnDep:
    schema, table, column = source.split(".")
    return dg.TableColumnDep(asset_key=dg.AssetKey([schema, table]), column_name=column)

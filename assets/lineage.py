"""Which columns a column is worked out from, as the UI shows it; read from `column_lineage.json`.

Not here: reading the SELECT files, which `python -m tests.lineage` does; a test holds the file to them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import dagster as dg

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


def _dependency(source: str) -> dg.TableColumnDep:
    schema, table, column = source.split(".")
    return dg.TableColumnDep(asset_key=dg.AssetKey([schema, table]), column_name=column)

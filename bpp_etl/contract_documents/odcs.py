"""The contracts in the Open Data Contract Standard: one contract for each part, as YAML.

A contract of ODCS stands for one schema of a server, so a reference to a table of another part has no place
in it. Not here: what is said of a table (`described.py`). Source: Bitol, ODCS v3.1.0,
https://bitol-io.github.io/open-data-contract-standard/v3.1.0/.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from bpp_etl import __version__
from bpp_etl.contract_documents.described import LANDING, PURPOSE, Described, Field, Kind, tables_of
from schemas.codes import Category, Severity
from schemas.laws import Law
from schemas.references import Reference

API_VERSION = "v3.1.0"
RELEASE_FILE = "bpp.duckdb"
WIDTH = 110

_TYPES: Mapping[Kind, str] = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "moment": "timestamp",
    "list": "array",
}
_DIMENSIONS: Mapping[Category, str] = {
    "conformance": "conformity",
    "completeness": "completeness",
    "plausibility": "accuracy",
}
"""Category by Kahn et al. -> the dimension of ODCS that means the same, or is nearest to it."""
_SEVERITIES: Mapping[Severity, str] = {
    "refuse": "error",
    "shut": "error",
    "flag": "warning",
    "warn": "warning",
}


def as_yaml(part: str) -> str:
    """Write the contract of a part as YAML, the same text each time."""
    import yaml  # noqa: PLC0415 - of all commands only one writes it

    return str(yaml.safe_dump(contract_of(part), sort_keys=False, allow_unicode=True, width=WIDTH))


def contract_of(part: str) -> dict[str, Any]:
    """Return the contract of a part, its keys in the order in which a reader wants them."""
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": f"bpp-etl.{part}",
        "name": f"bpp-etl {part}",
        "version": __version__,
        "status": "active",
        "description": _description(part),
        "servers": [_server(part)],
        "schema": [_table(table) for table in tables_of(part)],
    }


def _description(part: str) -> dict[str, str]:
    if part == LANDING:
        return {
            "purpose": PURPOSE[part],
            "limitations": "A registry states in registry.toml where its exports differ: other names, codes,"
            " units, dates and formats are then read as these.",
        }
    return {
        "purpose": PURPOSE[part],
        "limitations": "A release is exact and holds every patient: it stays in the house.",
    }


def _server(part: str) -> dict[str, str]:
    if part == LANDING:
        return {"server": "delivery", "type": "local", "path": "{model}.csv", "format": "csv"}
    return {"server": "release", "type": "duckdb", "database": RELEASE_FILE, "schema": part}


def _table(table: Described) -> dict[str, Any]:
    within = [one for one in table.references if one.schema == table.part]
    composite = [_relationship(table, one) for one in within if len(one.columns) > 1]
    single = {one.columns[0]: one for one in within if len(one.columns) == 1}
    told: dict[str, Any] = {
        "name": table.name,
        "physicalName": table.name,
        "physicalType": "file" if table.part == LANDING else "table",
        "description": table.grain,
        "properties": [_property(one, table.key, single.get(one.name)) for one in table.fields],
    }
    if composite:
        told["relationships"] = composite
    if table.laws:
        told["quality"] = [_rule(law) for law in table.laws]
    return told


def _relationship(table: Described, reference: Reference) -> dict[str, Any]:
    return {
        "type": "foreignKey",
        "from": [f"{table.name}.{column}" for column in reference.columns],
        "to": [f"{reference.table}.{column}" for column in reference.columns],
    }


def _property(field: Field, key: tuple[str, ...], reference: Reference | None) -> dict[str, Any]:
    told: dict[str, Any] = {"name": field.name, "logicalType": _TYPES[field.kind]}
    if field.sql_type is not None:
        told["physicalType"] = field.sql_type
    told["description"] = field.description
    told["required"] = field.is_required
    if field.name in key:
        told |= {"primaryKey": True, "primaryKeyPosition": key.index(field.name) + 1}
    if options := dict(_options(field)):
        told["logicalTypeOptions"] = options
    if field.item is not None:
        told["items"] = {"logicalType": _TYPES[field.item]}
    if reference is not None:
        (column,) = reference.columns
        told["relationships"] = [{"type": "foreignKey", "to": f"{reference.table}.{column}"}]
    if field.codes:
        told["quality"] = [
            {
                "type": "library",
                "metric": "invalidValues",
                "arguments": {"validValues": list(field.codes)},
                "mustBe": 0,
                "dimension": _DIMENSIONS["conformance"],
            }
        ]
    stated = {"unit": field.column.unit, "default": field.column.default}
    if own := [{"property": name, "value": value} for name, value in stated.items() if value is not None]:
        told["customProperties"] = own
    return told


def _options(field: Field) -> Iterator[tuple[str, object]]:
    if field.kind == "date" and field.sql_type is None:
        yield "format", "yyyy-MM-dd"
    if field.kind == "moment":
        yield "timezone", False
    if field.bounds is not None and field.bounds.low is not None:
        low = field.bounds.low
        name = "exclusiveMinimum" if field.bounds.is_low_excluded else "minimum"
        yield name, low.isoformat() if isinstance(low, dt.date) else low
    if field.bounds is not None and field.bounds.high is not None:
        high = field.bounds.high
        yield "maximum", high.isoformat() if isinstance(high, dt.date) else high


def _rule(law: Law) -> dict[str, str]:
    return {
        "type": "text",
        "name": law.id,
        "description": " ".join(filter(None, (law.sentence, law.exactly))),
        "dimension": _DIMENSIONS[law.category],
        "severity": _SEVERITIES[law.severity],
    }

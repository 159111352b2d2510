"""The contracts as a Data Package: a resource for each table, with its table schema, as JSON.

Not here: what is said of a table (`described.py`), and the package beside a release (`bpp_etl/release`).
Source: Data Package 2.0, https://datapackage.org/standard/data-package/.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from bpp_etl import __version__
from bpp_etl.contract_documents.described import (
    LANDING,
    PURPOSE,
    Described,
    Field,
    Kind,
    null_words,
    spellings_of,
    tables_of,
)
from schemas.codes import FALSE_WORDS, TRUE_WORDS
from schemas.references import Reference

FILE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
SCHEMA_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"
MEDIA_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
"""Ending of the files of tables -> its media type."""
DUCKDB = "application/vnd.duckdb.file"
"""The media type of a database that holds all tables."""

_TYPES: Mapping[Kind, str] = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "moment": "datetime",
    "list": "array",
}

Place = Callable[[Described], Mapping[str, Any]]
"""Says of a table where its rows lie: the keys of a resource that begin with its path."""


def as_json(package: Mapping[str, Any]) -> str:
    """Write a package as JSON, the same text each time."""
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def package_of(
    parts: Sequence[str],
    place: Place,
    only: Mapping[str, Collection[str]] | None = None,
    **about: object,
) -> dict[str, Any]:
    """Return the package of these parts, of `only` some tables by part where they are stated.

    `about` is said of the package as a whole.
    """
    parts = [part for part in parts if only is None or part in only]
    told = {
        "$schema": PROFILE,
        "name": "bpp-etl-" + (parts[0] if len(parts) == 1 else "release"),
        "title": "Bone pseudoprogression in metastatic breast cancer: " + ", ".join(parts),
        "description": " ".join(PURPOSE[part] for part in parts),
        "version": __version__,
    }
    tables = [
        table for part in parts for table in tables_of(part) if only is None or table.name in only[part]
    ]
    return {**told, **about, "resources": [_resource(table, place) for table in tables]}


def in_files(ending: str) -> Place:
    """Lay each table in a file of its own: in a folder for each schema, those of a delivery side by side."""

    def place(table: Described) -> Mapping[str, Any]:
        file = f"{table.name}.{ending}"
        return {
            "path": file if table.part == LANDING else f"{table.part}/{file}",
            "format": ending,
            "mediatype": MEDIA_TYPES[ending],
        } | ({"encoding": "utf-8"} if ending == "csv" else {})

    return place


def in_database(path: str, **about: object) -> Place:
    """Lay every table in one DuckDB file; `about` is said of that file, such as its size and digest."""

    def place(table: Described) -> Mapping[str, Any]:
        return {
            "path": path,
            "format": "duckdb",
            "mediatype": DUCKDB,
            **about,
            "dialect": {"table": f"{table.part}.{table.name}"},
        }

    return place


def name_of(part: str, table: str) -> str:
    """Name the resource of a table; in a delivery no part stands before it."""
    return table if part == LANDING else f"{part}.{table}"


def _resource(table: Described, place: Place) -> dict[str, Any]:
    return {
        "name": name_of(table.part, table.name),
        "type": "table",
        "description": table.grain,
        **place(table),
        "schema": _schema(table),
    }


def _schema(table: Described) -> dict[str, Any]:
    told: dict[str, Any] = {"$schema": SCHEMA_PROFILE}
    if table.part == LANDING:
        # Columns come in any order, those that may be empty may be lacking, and others are left aside.
        told["fieldsMatch"] = "partial"
        told["missingValues"] = list(null_words())
    told["fields"] = [_field(field) for field in table.fields]
    if table.key:
        told["primaryKey"] = list(table.key)
    if table.references:
        told["foreignKeys"] = [_foreign_key(reference) for reference in table.references]
    return told


def _field(field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {"name": field.name, "type": _TYPES[field.kind], "description": field.description}
    if field.item is not None:
        told["arrayItem"] = {"type": _TYPES[field.item]}
    if field.column.unit is not None:
        told["unit"] = field.column.unit
    if field.sql_type is None:
        if null_words(field.column.codes) != null_words():
            told["missingValues"] = list(null_words(field.column.codes))
        if field.kind == "boolean":
            told["trueValues"] = list(spellings_of(TRUE_WORDS))
            told["falseValues"] = list(spellings_of(FALSE_WORDS))
        if field.column.default is not None:
            told["default"] = field.column.default
    if constraints := dict(_constraints(field)):
        told["constraints"] = constraints
    return told


def _constraints(field: Field) -> Iterator[tuple[str, object]]:
    if field.is_required:
        yield "required", True
    if field.codes:
        yield "enum", list(field.codes)
    if field.bounds is None:
        return
    low, high = field.bounds.low, field.bounds.high
    if low is not None:
        yield "exclusiveMinimum" if field.bounds.is_low_excluded else "minimum", _told(low)
    if high is not None:
        yield "maximum", _told(high)


def _told(bound: float | dt.date) -> float | str:
    return bound.isoformat() if isinstance(bound, dt.date) else bound


def _foreign_key(reference: Reference) -> dict[str, Any]:
    columns = list(reference.columns)
    resource = name_of(reference.schema, reference.table)
    return {"fields": columns, "reference": {"resource": resource, "fields": columns}}

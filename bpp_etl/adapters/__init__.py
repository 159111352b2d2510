"""Finds and loads adapters: folders of SQL and a description that read another standard as canonical tables.

Not here: loading files and running the SQL (`bpp_etl/reading`). Adding an adapter is adding a folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from bpp_etl.errors import BppError
from schemas.tables import TABLES

CANONICAL = "canonical"
"""The format of the tables themselves: there is nothing to adapt, so it has no folder."""

DESCRIPTION = "adapter.toml"
SOURCE_ROWS = "source_rows"


class AdapterError(BppError):
    """An adapter is unknown, or its folder does not say what it must."""


@dataclass(frozen=True)
class Source:
    """One file that the standard delivers: its name, and the columns that the adapter's SQL reads."""

    name: str
    is_required: bool
    required_columns: tuple[str, ...]
    optional_columns: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column that the SQL reads; it must exist in the source's relation, null or not."""
        return self.required_columns + self.optional_columns


@dataclass(frozen=True)
class Adapter:
    """How one standard becomes canonical tables.

    `tables` holds one SELECT per canonical table, over relations named after the sources: each with the
    source's columns as VARCHAR, `row_number` (BIGINT, from 1) and `file`. It yields the canonical columns as
    VARCHAR, and the `row_number` and `file` that a result comes from. These name the result: a source row
    makes at most one row of a table. `derived_from` and `scope` say from which sources, and which of their
    rows. `source_rows`, where there is one, counts every source row by what becomes of it: source, meaning,
    table_name (null: nothing), source_rows.
    """

    name: str
    description: str
    standard: str
    version: str
    citation: str
    sources: tuple[Source, ...]
    tables: Mapping[str, str]
    derived_from: Mapping[str, tuple[str, ...]]
    scope: Mapping[str, str]
    source_rows: str | None

    def tables_from(self, delivered: Collection[str]) -> tuple[str, ...]:
        """Return the tables whose every source is among those delivered."""
        return tuple(table for table in self.tables if set(self.derived_from[table]) <= set(delivered))


def adapter_names() -> tuple[str, ...]:
    """Return the formats that a registry may state, the canonical one first."""
    found = sorted(entry.name for entry in _home().iterdir() if entry.joinpath(DESCRIPTION).is_file())
    return (CANONICAL, *found)


def load_adapter(name: str) -> Adapter:
    """Read one adapter's folder; AdapterError where it is unknown or incomplete."""
    if name == CANONICAL:
        raise AdapterError("the canonical format needs no adapter", "read its tables as they are")
    if name not in adapter_names():
        raise AdapterError(f"there is no adapter {name!r}", f"known formats: {', '.join(adapter_names())}")
    return adapter_in(_home().joinpath(name))


def adapter_in(folder: Traversable) -> Adapter:
    """Read the adapter in any folder, checked key by key."""
    try:
        told = tomllib.loads(folder.joinpath(DESCRIPTION).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise AdapterError(
            f"{folder.name}/{DESCRIPTION} cannot be read as TOML in UTF-8", "check its quotes and brackets"
        ) from None
    where = f"{folder.name}/{DESCRIPTION}"
    _exactly(told, ("name", "description", "standard", "sources", "tables"), where)
    _exactly(told["standard"], ("name", "version", "citation"), f"{where} [standard]")
    if told["name"] != folder.name:
        raise AdapterError(f"{where} calls itself by another name than its folder", "give both one name")
    sources = tuple(_source(name, spec, where) for name, spec in told["sources"].items())
    tables = _tables(told["tables"], {source.name for source in sources}, where)
    queries = {entry.name.removesuffix(".sql") for entry in folder.iterdir() if entry.name.endswith(".sql")}
    if queries - {SOURCE_ROWS} != tables.keys():
        odd = sorted((queries - {SOURCE_ROWS}) ^ tables.keys())
        raise AdapterError(
            f"{where} and the SQL files beside it do not name the same tables: {', '.join(odd)}",
            "give each [tables.<table>] one <table>.sql",
        )
    return Adapter(
        name=folder.name,
        description=told["description"].strip(),
        standard=told["standard"]["name"],
        version=told["standard"]["version"],
        citation=told["standard"]["citation"].strip(),
        sources=sources,
        tables={table: _sql(folder, table) for table in tables},
        derived_from={table: tuple(spec["sources"]) for table, spec in tables.items()},
        scope={table: spec["scope"].strip() for table, spec in tables.items()},
        source_rows=_sql(folder, SOURCE_ROWS) if SOURCE_ROWS in queries else None,
    )


def _home() -> Traversable:
    return files("bpp_etl.adapters")


def _sql(folder: Traversable, table: str) -> str:
    return folder.joinpath(f"{table}.sql").read_text(encoding="utf-8")


def _source(name: str, told: Mapping[str, Any], where: str) -> Source:
    _exactly(told, ("required", "columns"), f"{where} [sources.{name}]")
    columns: Mapping[str, bool] = told["columns"]
    if any(not isinstance(required, bool) for required in (told["required"], *columns.values())):
        raise AdapterError(
            f"{where} [sources.{name}]: required and every column must be true or false",
            "mend the description",
        )
    return Source(
        name=name,
        is_required=told["required"],
        required_columns=tuple(column for column, required in columns.items() if required),
        optional_columns=tuple(column for column, required in columns.items() if not required),
    )


def _tables(told: Mapping[str, Any], sources: Collection[str], where: str) -> dict[str, Mapping[str, Any]]:
    """Return the described tables in the order in which a gate judges them: parents first."""
    for table, spec in told.items():
        if table not in TABLES:
            raise AdapterError(
                f"{where} [tables.{table}] is no canonical table", f"known: {', '.join(TABLES)}"
            )
        _exactly(spec, ("sources", "scope"), f"{where} [tables.{table}]")
        unknown = sorted(set(spec["sources"]) - set(sources))
        if unknown:
            raise AdapterError(
                f"{where} [tables.{table}] names sources without a description: {', '.join(unknown)}",
                "describe each under [sources.<name>]",
            )
    return {table: told[table] for table in TABLES if table in told}


def _exactly(told: Mapping[str, Any], keys: Collection[str], where: str) -> None:
    odd = sorted(set(told) ^ set(keys))
    if odd:
        raise AdapterError(
            f"{where}: keys are missing or unknown: {', '.join(odd)}", f"it has exactly: {', '.join(keys)}"
        )

"""Finds the rows of patients in an attached file of ours: which cells of ids are theirs, and are to go.

Not here: writing the file anew without them (`working.py`, `releases.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from bpp_etl.admission.ids import read_cells
from bpp_etl.gate.row_numbers import shown
from bpp_etl.identity.erased import ASSESSMENT, PATIENT
from bpp_etl.identity.pseudonyms import Pseudonyms
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.warehouse.connection import Connection, literal, quoted
from schemas.contract import delivered_columns
from schemas.tables import DELIVERABLE

DELIVERED = ("raw", "quarantine")
"""Schemas whose cells are as delivered; in all others ids are as the gate read them."""
KEYS = (PATIENT, ASSESSMENT)


class Who(Protocol):
    """Knows whose ids are looked for."""

    def has(self, column: str, told: str) -> bool:
        """Say whether an id is one of them."""


@dataclass(frozen=True)
class Named:
    """One patient of a registry, by the id as told; where the key is at hand, by its pseudonym and of it."""

    registry: str
    told: str
    pseudonyms: Pseudonyms | None = None

    def has(self, column: str, told: str) -> bool:
        """Say whether it is an id of the patient."""
        if column != PATIENT:
            return False
        if told == self.told or self.pseudonyms is None:
            return told == self.told
        named = {self.told, self.pseudonyms.of(self.registry, PATIENT, self.told)}
        return told in named or self.pseudonyms.of(self.registry, PATIENT, told) in named


@dataclass
class Found:
    """What was found in one file: ids as they are read, and the cells that say them, by kind of schema."""

    patients: set[str] = field(default_factory=set)
    assessments: set[str] = field(default_factory=set)
    cells: dict[tuple[bool, str], set[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Say whether anything of them is there."""
        return bool(self.patients or self.assessments)


def find(con: Connection, alias: str, registry: str, who: Who, config: RegistryConfig) -> Found:
    """Look for patients of a registry in the file attached as `alias`.

    With a patient go the patient's assessments, and what else bears their ids. `config` is how the registry's
    ids were read.
    """
    places = list(_places(con, alias, registry))
    read: dict[tuple[str, str], Mapping[str, str]] = {}
    for place in places:
        for column in place.keys:
            if place.is_delivered:
                cells = read_cells(con, place.relation, place.table, column, config)
            else:
                rows = con.execute(
                    f"select distinct {column} from {place.relation} where {column} is not null"
                )
                cells = {str(one): str(one) for (one,) in rows.fetchall()}
            read[place.relation, column] = cells
    found = Found()
    by_id: dict[str, bool] = {}
    for place in places:
        if PATIENT in place.keys:
            for told in read[place.relation, PATIENT].values():
                if told not in by_id:
                    by_id[told] = who.has(PATIENT, told)
    found.patients = {told for told, is_theirs in by_id.items() if is_theirs}
    _note_cells(found, PATIENT, found.patients, places, read)
    for place in places:
        if place.keys == KEYS:
            found.assessments |= _assessments(con, place, found, read[place.relation, ASSESSMENT])
        if ASSESSMENT in place.keys:
            told_here = {*read[place.relation, ASSESSMENT].values()} - found.assessments
            found.assessments |= {told for told in told_here if who.has(ASSESSMENT, told)}
    _note_cells(found, ASSESSMENT, found.assessments, places, read)
    # Of a shut delivery there is no core, and yet what was worked out of it.
    for column, ids in ((PATIENT, found.patients), (ASSESSMENT, found.assessments)):
        found.cells.setdefault((False, column), set()).update(ids)
    return found


def show_found(con: Connection, found: Found) -> None:
    """Make the temporary table `gone` of the cells that were found, for `is_gone`."""
    con.execute("create or replace temp table gone (is_delivered boolean, id_column varchar, cell varchar)")
    rows = [
        (is_delivered, column, cell)
        for (is_delivered, column), cells in found.cells.items()
        for cell in sorted(cells)
    ]
    frame = pl.DataFrame(
        rows,
        schema={"is_delivered": pl.Boolean, "id_column": pl.String, "cell": pl.String},
        orient="row",
    )
    with shown(con, "found_cells", frame):
        con.execute("insert into temp.gone from found_cells")


def is_gone(schema: str, columns: Collection[str], registry: str | None = None) -> str | None:
    """Write the predicate of the rows that go; None for a table whose rows are no patient's."""
    told = [
        f"coalesce({column} in (select cell from temp.gone where id_column = '{column}'"
        f" and is_delivered = {str(schema in DELIVERED).lower()}), false)"
        for column in KEYS
        if column in columns
    ]
    if not told:
        return None
    of_registry = f"registry = {literal(registry)} and " if registry and "registry" in columns else ""
    return f"{of_registry}({' or '.join(told)})"


def is_attached(con: Connection, alias: str, schema: str, name: str) -> bool:
    """Say whether an attached file has a table or a view."""
    found = con.execute(
        "select count(*) from"
        " (select database_name, schema_name, table_name as name from duckdb_tables()"
        " union all select database_name, schema_name, view_name from duckdb_views())"
        " where database_name = $alias and schema_name = $schema and name = $name",
        {"alias": alias, "schema": schema, "name": name},
    ).fetchall()
    return found != [(0,)]


@dataclass(frozen=True)
class _Place:
    """One table that has ids: its rows, and which kinds of ids."""

    relation: str
    table: str
    keys: tuple[str, ...]
    is_delivered: bool


def _places(con: Connection, alias: str, registry: str) -> Iterator[_Place]:
    for schema in (*DELIVERED, "core"):
        for table, declared in DELIVERABLE.items():
            if not is_attached(con, alias, schema, table):
                continue
            keys = tuple(one.name for one in delivered_columns(declared.contract) if one.name in KEYS)
            name = f"{alias}.{schema}.{quoted(table)}"
            relation = f"(from {name} where registry = {literal(registry)})"
            yield _Place(relation, table, tuple(sorted(keys, reverse=True)), schema in DELIVERED)


def _note_cells(
    found: Found,
    column: str,
    ids: Collection[str],
    places: Collection[_Place],
    read: Mapping[tuple[str, str], Mapping[str, str]],
) -> None:
    for place in places:
        if column in place.keys:
            cells = {cell for cell, told in read[place.relation, column].items() if told in ids}
            found.cells.setdefault((place.is_delivered, column), set()).update(cells)


def _assessments(con: Connection, place: _Place, found: Found, told: Mapping[str, str]) -> set[str]:
    """List the assessments of the patients who were found, as one table has them."""
    cells = sorted(found.cells.get((place.is_delivered, PATIENT), ()))
    if not cells:
        return set()
    rows = con.execute(
        f"select distinct {ASSESSMENT} from {place.relation} where {PATIENT} in (select unnest($cells))"
        f" and {ASSESSMENT} is not null",
        {"cells": cells},
    ).fetchall()
    return {told[str(cell)] for (cell,) in rows if str(cell) in told}

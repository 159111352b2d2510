"""Reads what the report may show out of a release file: the metric, quality and meta tables, and plain facts.

Not here: any row of a patient. The facts are yes or no for a whole registry (`sql/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bpp_etl.measure.rows import Row as Told
from bpp_etl.report.applied import Applied, applied_protocols
from bpp_etl.report.figures import Figure
from bpp_etl.report.numbers import whole
from bpp_etl.report.words import steps_of
from bpp_etl.warehouse.connection import Connection, opened_read_only, quoted
from schemas.catalog import catalog
from schemas.contract import columns_of, key_of
from schemas.metric import METRIC_TABLES

if TYPE_CHECKING:
    from bpp_etl.difference.releases import Difference

Row = Mapping[str, Any]

SHOWN = (
    *(f"metric.{table}" for table in METRIC_TABLES),
    "quality.rule_result",
    "quality.delivery",
    "quality.table_count",
    "quality.extra_column",
    "quality.null_word",
    "quality.declaration",
    "quality.source_row",
    "quality.waiver",
    "quality.history",
    "quality.change",
    "meta.release",
    "meta.table",
    "meta.column",
    "meta.protocol",
    "meta.protocol_parameter",
)
"""The relations that the report shows."""

HIDDEN = "suppressed"


@dataclass(frozen=True)
class Table:
    """One relation of the release, read whole, in the order of its rows."""

    name: str
    key: tuple[str, ...]
    rows: tuple[Row, ...]

    def where(self, **wanted: object) -> list[Row]:
        """List the rows that hold all of these values."""
        names = tuple(wanted)
        if names not in self._held:
            held = self._held[names] = {}
            for row in self.rows:
                held.setdefault(tuple(row[name] for name in names), []).append(row)
        return list(self._held[names].get(tuple(wanted.values()), ()))

    @cached_property
    def _held(self) -> dict[tuple[str, ...], dict[tuple[object, ...], list[Row]]]:
        """Hold the rows by what they say in columns that were asked for: a report asks a thousand times."""
        return {}

    @cached_property
    def _by_key(self) -> Mapping[tuple[object, ...], Row]:
        return {tuple(row[name] for name in self.key): row for row in self.rows}

    def first(self, **wanted: object) -> Row | None:
        """Return the first such row; None where there is none."""
        if wanted.keys() == set(self.key):
            return self._by_key.get(tuple(wanted[name] for name in self.key))
        return next(iter(self.where(**wanted)), None)

    def figure(self, row: Row, field: str, write: Callable[[Any], str], missing: str = HIDDEN) -> Figure:
        """Show one cell; `missing` is the word for an empty one."""
        value = row[field]
        keys = tuple((name, str(row[name])) for name in self.key)
        words = missing if value is None else write(value)
        return Figure(words, value, self.name, keys, field)

    def count(self, row: Row, field: str) -> Figure:
        """Show a cell that holds a count."""
        return self.figure(row, field, whole)


@dataclass(frozen=True)
class ReleaseTables:
    """Everything that the report is drawn from.

    `since` is what changed since the release before, or why the two cannot be compared, if there is one. With
    `is_controlled` the metrics have been through disclosure control; those of a release are exact.
    """

    tables: Mapping[str, Table]
    registry_facts: Mapping[str, Row]
    alp_units: Mapping[str, tuple[str, ...]]
    since: Difference | str | None = None
    is_controlled: bool = False

    def __getitem__(self, name: str) -> Table:
        """Return a relation by its full name."""
        return self.tables[name]

    @property
    def release(self) -> Row:
        """Return the row that describes the release."""
        return self.tables["meta.release"].rows[0]

    @property
    def protocol(self) -> str:
        """Return the protocol that the report is about: the release's first."""
        return self.applied[0].name

    @cached_property
    def applied(self) -> tuple[Applied, ...]:
        """Return the protocols that were applied, that of the report first."""
        return applied_protocols(self["meta.protocol"].rows, self["meta.protocol_parameter"].rows)

    @cached_property
    def steps(self) -> Mapping[str, str]:
        """Return the words for each step, with the scans and lesions of the report's protocol."""
        return steps_of(self.applied[0])

    def told(self, parameter: str) -> str:
        """Return a number of the report's protocol in words."""
        return self.applied[0].told(parameter)


def read_release(path: Path) -> ReleaseTables:
    """Read a release file."""
    with opened_read_only(path) as con:
        tables = {name: _read(con, name) for name in SHOWN}
        protocol = ReleaseTables(tables, {}, {}).protocol
        facts = {row["registry"]: row for row in _select(con, "registry_fact", {"protocol": protocol})}
        units: dict[str, tuple[str, ...]] = {}
        for row in _select(con, "alp_unit"):
            units[row["registry"]] = (*units.get(row["registry"], ()), row["raw_unit"])
    return ReleaseTables(tables, facts, units)


def read_tables(path: Path, names: Sequence[str]) -> dict[str, Table]:
    """Read some relations of a file by their full names."""
    with opened_read_only(path) as con:
        return {name: _read(con, name) for name in names}


def told_tables(path: Path, told: Sequence[Told]) -> ReleaseTables:
    """Take metric tables from rows that disclosure control let through, and the protocols from a file."""
    with opened_read_only(path) as con:
        tables = {name: _read(con, name) for name in SHOWN if name.startswith("meta.protocol")}
    for name, contract in METRIC_TABLES.items():
        rows = tuple(row.values for row in told if row.table == name)
        tables[f"metric.{name}"] = Table(f"metric.{name}", key_of(contract), rows)
    return ReleaseTables(tables, {}, {}, is_controlled=True)


def _read(con: Connection, name: str) -> Table:
    schema, table = name.split(".")
    contract = catalog()[schema][table]
    names = [column.name for column in columns_of(contract)]
    found = con.table(f"{quoted(schema)}.{quoted(table)}").select(*map(quoted, names)).fetchall()
    return Table(name, key_of(contract), tuple(_rows(names, found)))


def _select(con: Connection, name: str, parameters: Mapping[str, object] | None = None) -> Iterator[Row]:
    sql = (files("bpp_etl.report") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    cursor = con.execute(sql, parameters or {})
    names = [column[0] for column in cursor.description or ()]
    yield from _rows(names, cursor.fetchall())


def _rows(names: Sequence[str], found: Sequence[tuple[Any, ...]]) -> Iterator[Row]:
    return (dict(zip(names, values, strict=True)) for values in found)

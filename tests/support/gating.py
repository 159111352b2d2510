"""Gating a delivery in a folder of its own, and keeping what came of it: decision, quarantine, core.

Not here: deliveries (`tests/support/deliveries.py`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bpp_etl.adapters.description import SOURCE_ROWS
from bpp_etl.gate.decision import GateDecision, RuleResult
from bpp_etl.gate.delivery_rule import NOTHING_KNOWN, Known
from bpp_etl.gate.judge import judge
from bpp_etl.gate.stage import stage
from bpp_etl.landing.deliveries import Delivery, delivery_of
from bpp_etl.reading.apart import read_apart
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.reading.limits import Limits
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.timeline.cadence import derive_cadence
from bpp_etl.warehouse.connection import Connection, in_memory, opened, quoted
from bpp_etl.warehouse.ddl import create_table
from schemas.catalog import catalog
from schemas.contract import columns_of
from schemas.tables import TABLES

NOT_COMPARED = ("raw_value", "raw_unit", "unit_factor")
"""Columns that tell how a result was written; one result may be written in several ways."""

Rows = dict[str, list[tuple[Any, ...]]]
"""The rows of each table in the order of their numbers; the number comes last."""


@dataclass
class Gated:
    """What a gate made of one delivery. Rows are known by table and row number."""

    decision: GateDecision
    read: ReadDelivery
    refused: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    about: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    """Of refused rows: the columns that the broken rules are about."""
    flagged: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    core: Rows = field(default_factory=dict)
    meanings: dict[tuple[str, str], int] = field(default_factory=dict)
    """Of an adapter's sources: how many rows have which meaning."""

    def result(self, table: str, rule: str) -> RuleResult:
        """Find how one rule fared on one table."""
        (found,) = (one for one in self.decision.rules if (one.table, one.rule) == (table, rule))
        return found

    def causes(self) -> set[tuple[str, str]]:
        """Name the rules for which the gate is shut."""
        return {(cause.table, cause.rule) for cause in self.decision.causes}

    def message(self, rule: str) -> str:
        """Return the words of the only cause of a rule."""
        (message,) = (cause.message for cause in self.decision.causes if cause.rule == rule)
        return message

    def breaches(self) -> dict[str, str]:
        """Return the words of each rule that shuts the gate or is told."""
        return {one.rule: one.message for one in (*self.decision.causes, *self.decision.warnings)}

    def told(self) -> str:
        """Join everything that may be shown to people."""
        return repr(
            (self.decision, self.read.problems, self.read.extra_columns, self.read.identifier_columns)
        )


@contextmanager
def empty_core() -> Iterator[Connection]:
    """Open a database with every table of `core`, and no row in any."""
    with in_memory() as con:
        for table, contract in catalog()["core"].items():
            create_table(con, "core", table, contract)
        derive_cadence(con, "nobody", keep=True)
        yield con


def gated(folder: Path, known: Known = NOTHING_KNOWN, *, apart: Limits | None = None) -> Gated:
    """Read and judge the delivery in a folder, in a child process as the refresh does where that matters."""
    with _reading(folder, apart=apart) as (con, delivery, read):
        made = Gated(judge(con, delivery, read, known), read)
        for table in TABLES:
            _keep(con, table, made)
        if con.execute(f"from duckdb_tables() where table_name = '{SOURCE_ROWS}'").fetchall():
            counted = con.execute(f"select source, meaning, source_rows from raw.{SOURCE_ROWS}").fetchall()
            made.meanings = {(source, meaning): rows for source, meaning, rows in counted if rows}
    return made


def problems_of(folder: Path) -> list[tuple[str, str, str]]:
    """Read a delivery without judging it; return table, rule and message of what is wrong with its files."""
    with _reading(folder) as (_, _, read):
        return [(problem.table, problem.rule, problem.message) for problem in read.problems]


def typed(folder: Path) -> Rows:
    """Read a delivery and type its rows, without judging any; a cell that cannot be read is an error."""
    with _reading(folder) as (con, delivery, read):
        assert read.problems == ()
        con.execute("create schema core")
        for table in TABLES.values():
            stage(con, table, read.config, delivery)
            unread = con.execute(
                f"select row_number, problems from core.{quoted(table.name)} where problems is not null"
            ).fetchall()
            assert unread == []
        return {table: _rows_of(con, table) for table in TABLES}


@contextmanager
def _reading(
    folder: Path, *, apart: Limits | None = None
) -> Iterator[tuple[Connection, Delivery, ReadDelivery]]:
    """Read the delivery in a folder into a database apart; nothing else of the reading may be left behind."""
    delivery = delivery_of(folder)
    assert delivery is not None, folder
    with tempfile.TemporaryDirectory(prefix="bpp-test-") as scratch:
        place = Path(scratch) / "gate.duckdb"
        read = read_apart(place, delivery, Path(scratch), limits=apart) if apart else None
        with opened(place, is_working_file=True) as con:
            yield con, delivery, read or read_delivery(con, delivery, scratch_root=Path(scratch))
        left = [entry.name for entry in Path(scratch).iterdir() if entry.name != "gate.duckdb"]
        assert not left, f"reading left {left} behind"


def _keep(con: Connection, table: str, made: Gated) -> None:
    for number, rules, columns in con.execute(
        f"select row_number, broken_rules, broken_columns from quarantine.{quoted(table)}"
    ).fetchall():
        made.refused[table, number] = rules
        made.about[table, number] = columns
    for number, flags in con.execute(
        f"select row_number, flags from core.{quoted(table)} where len(flags) > 0"
    ).fetchall():
        made.flagged[table, number] = flags
    made.core[table] = _rows_of(con, table)


def _rows_of(con: Connection, table: str) -> list[tuple[Any, ...]]:
    columns = [c.name for c in columns_of(catalog()["core"][table]) if c.name not in NOT_COMPARED]
    return con.execute(
        f"select {', '.join(map(quoted, columns))} from core.{quoted(table)} order by row_number"
    ).fetchall()

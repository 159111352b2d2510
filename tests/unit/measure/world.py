"""Writes made-up patients into a DuckDB in memory, measures them and reads what came of it.

Not here: the patients (`patients.py`) and any expectation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bpp_etl.disclosure import MetricSummary, publish_metrics
from bpp_etl.measure.write import MEASURED
from bpp_etl.warehouse.connection import Connection, in_memory, quoted
from bpp_etl.warehouse.ddl import create_table, sql_type
from schemas.cadence import AssessmentCadence
from schemas.contract import Contract, columns_of
from schemas.event import OpenQuestion, PatientFlow, Pseudoprogression
from schemas.quality import QUALITY_TABLES
from schemas.quarantine import quarantine_contract
from schemas.tables import TABLES
from tests.unit.measure.patients import PROTOCOL, Candidate, Other, Rows, add_candidate, add_other

CONTRACTS: dict[str, type[Contract]] = {
    **{table.name: table.contract for table in TABLES.values()},
    "assessment_cadence": AssessmentCadence,
    "pseudoprogression": Pseudoprogression,
    "patient_flow": PatientFlow,
    "open_question": OpenQuestion,
}


@contextmanager
def release(
    candidates: Sequence[Candidate] = (), others: Sequence[Other] = (), *, protocol: str = PROTOCOL
) -> Iterator[Connection]:
    """Open a database that holds these patients, ready to be measured."""
    with in_memory() as con:
        for table in TABLES.values():
            create_table(con, "core", table.name, table.contract)
        create_table(con, "core", "assessment_cadence", AssessmentCadence)
        create_table(con, "event", "pseudoprogression", Pseudoprogression)
        create_table(con, "event", "patient_flow", PatientFlow)
        create_table(con, "event", "open_question", OpenQuestion)
        create_table(con, "quarantine", "patients", quarantine_contract("patients"))
        create_table(con, "quality", "delivery", QUALITY_TABLES["delivery"])
        add(con, candidates, others, protocol=protocol)
        yield con


def add(
    con: Connection,
    candidates: Sequence[Candidate],
    others: Sequence[Other] = (),
    *,
    protocol: str = PROTOCOL,
) -> None:
    """Write the patients; under a further protocol the core tables are there already."""
    rows: Rows = defaultdict(list)
    for number, candidate in enumerate(candidates):
        add_candidate(rows, candidate, f"C{number:04}", protocol)
    for number, other in enumerate(others):
        add_other(rows, other, f"O{number:04}", protocol)
    is_first = not con.execute("select count(*) from core.patients").fetchall()[0][0]
    for (schema, table), found in rows.items():
        if is_first or schema == "event":
            _insert(con, schema, table, found)


def measured(
    candidates: Sequence[Candidate] = (), others: Sequence[Other] = (), *, threshold: int = 0
) -> Measured:
    """Measure these patients and return what came of it."""
    with release(candidates, others) as con:
        summary = publish_metrics(con, protocols=[PROTOCOL], threshold=threshold)
        return Measured(con, summary)


class Measured:
    """The metric tables, read into dictionaries."""

    def __init__(self, con: Connection, summary: MetricSummary) -> None:
        self.summary = summary
        self.tables = {table: rows_of(con, table) for table in summary.rows}

    def estimate(self, metric: str, stratum: str = "all") -> dict[str, Any]:
        """Return the one row of a metric and stratum."""
        return self.one("estimate", metric=metric, stratum=stratum)

    def one(self, table: str, **where: object) -> dict[str, Any]:
        """Return the one row of a table with these values."""
        found = self.some(table, **where)
        assert len(found) == 1, f"{len(found)} rows of {table} where {where}"
        return found[0]

    def some(self, table: str, **where: object) -> list[dict[str, Any]]:
        """Return the rows of a table with these values."""
        return [row for row in self.tables[table] if all(row[key] == value for key, value in where.items())]


def rows_of(con: Connection, table: str) -> list[dict[str, Any]]:
    """Read a measured table in the order in which it was written."""
    schema, _ = MEASURED[table]
    found = con.execute(f"select * from {schema}.{quoted(table)}")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _insert(con: Connection, schema: str, table: str, rows: list[dict[str, object]]) -> None:
    columns = columns_of(CONTRACTS[table])
    assert all(set(row) <= {column.name for column in columns} for row in rows)
    lists = ", ".join(
        f"unnest(cast(${place} as {sql_type(column)}[])) as {quoted(column.name)}"
        for place, column in enumerate(columns, start=1)
    )
    defaults = {"flags": [], "row_number": 1}
    con.execute(
        f"insert into {schema}.{table} by name select {lists}",
        [[row.get(column.name, defaults.get(column.name)) for row in rows] for column in columns],
    )

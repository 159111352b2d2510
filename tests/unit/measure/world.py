"""Writes made-up patients into a DuckDB in memory, measures them and reads what came of it.

Not here: the patients (`patients.py`) and any expectation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bpp_etl.disclosure import publish_metrics
from bpp_etl.events import Protocol, load_protocol
from bpp_etl.events.derive import CANDIDATE_STEPS, COURSE_STEPS, EVENTS, bind_parameters, sort_protocols
from bpp_etl.measure.write import MEASURED, MetricSummary
from bpp_etl.warehouse.connection import Connection, in_memory, quoted
from bpp_etl.warehouse.ddl import create_table
from bpp_etl.warehouse.select import Select, drop_relations, fill_table, run_step
from schemas.catalog import catalog
from tests.support.relations import insert_rows
from tests.unit.measure.patients import PROTOCOL, Candidate, Other, Rows, add_candidate, add_other


@contextmanager
def release(
    candidates: Sequence[Candidate] = (), others: Sequence[Other] = (), *, protocol: str = PROTOCOL
) -> Iterator[Connection]:
    """Open a database that holds these patients, ready to be measured."""
    with in_memory() as con:
        for schema in ("core", "event"):
            for name, contract in catalog()[schema].items():
                create_table(con, schema, name, contract)
        for schema, name in (("quarantine", "patients"), ("quality", "delivery")):
            create_table(con, schema, name, catalog()[schema][name])
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
            insert_rows(con, f"{schema}.{table}", found)
    for (registry,) in con.execute("select distinct registry from core.patients").fetchall():
        _fill_first_line(con, registry, protocol)


def measured(
    candidates: Sequence[Candidate] = (), others: Sequence[Other] = (), *, threshold: int = 0
) -> Measured:
    """Measure these patients and return what came of it: exactly, or under disclosure control."""
    return _measured(tuple(candidates), tuple(others), threshold)


@lru_cache(maxsize=4)
def _measured(candidates: tuple[Candidate, ...], others: tuple[Other, ...], threshold: int) -> Measured:
    # The cases of a parametrized test ask of the same patients, one after the other.
    with release(candidates, others) as con:
        return publish(con, threshold=threshold)


def publish(con: Connection, *, threshold: int = 0) -> Measured:
    """Measure whoever is in an open database and return what came of it."""
    return Measured(con, publish_metrics(con, protocols=[named(PROTOCOL)], threshold=threshold))


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


def named(name: str, **values: float) -> Protocol:
    """Return the default protocol under a name, with other numbers where they are given."""
    protocol = load_protocol("xu2025")
    settings = {
        key: replace(setting, value=values.get(key, setting.value))
        for key, setting in protocol.settings.items()
    }
    return replace(protocol, name=name, settings=settings)


def _fill_first_line(con: Connection, registry: str, protocol: str) -> None:
    """Let the engine's own steps describe the lines; who is a candidate is as the patients say."""
    _, comparisons = sort_protocols(None)
    parameters = {**bind_parameters(named(protocol), comparisons), "registry": registry}
    con.execute(
        "create or replace temp table flow as select patient_id, left_at from event.patient_flow"
        " where protocol = $protocol and registry = $registry",
        {"protocol": protocol, "registry": registry},
    )
    steps = (*COURSE_STEPS, *CANDIDATE_STEPS[: [step.name for step in CANDIDATE_STEPS].index("follow_up")])
    for step in steps:
        run_step(con, step, parameters)
    fill_table(con, "event", "first_line", Select(EVENTS, "first_line"), parameters)
    drop_relations(con, [*(step.name for step in steps), "flow"])
    # Who is made up with an event has its ALP, its progression and its follow-up in the line too.
    con.execute(
        "update event.first_line as line set"
        " alp_baseline = coalesce(event.alp_baseline, line.alp_baseline),"
        " first_progression_date = event.observed_progression_date,"
        " last_evaluated_date = coalesce(event.progression_date, event.censor_date)"
        " from event.pseudoprogression as event"
        " where event.registry = line.registry and event.patient_id = line.patient_id"
        " and event.protocol = line.protocol"
    )

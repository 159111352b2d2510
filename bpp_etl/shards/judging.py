"""Judges a delivery shard by shard, and puts what was found together in its working file.

What holds patients to each other, and what concerns the delivery as a whole, is judged there, once, by the
same functions as of a delivery in one piece. Not here: which rows are in a shard (`shards/routing.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bpp_etl.errors import BppError
from bpp_etl.gate.flags import Scope
from bpp_etl.gate.judge import Finding, Part, find, flag
from bpp_etl.gate.judged import JudgedDelivery, JudgedTable, RuleCount, added
from bpp_etl.gate.stage import stage_nothing
from bpp_etl.landing.deliveries import Delivery, delivery_of
from bpp_etl.reading.remembered import ReadDelivery, as_told, recalled
from bpp_etl.shards.bounds import Bounds, rows_in, shard_file, written
from bpp_etl.shards.rounds import Rounds, Told
from bpp_etl.shards.routing import ASSESSMENT, IMAGING, routed
from bpp_etl.timeline.kept import keep_rows, kept_rows
from bpp_etl.warehouse.connection import Connection, count_of, quoted
from bpp_etl.warehouse.ddl import column_list, create_table, sql_type, working_column
from schemas.cadence import AssessmentCadence
from schemas.contract import columns_of
from schemas.laws import SelectLaw
from schemas.quarantine import quarantine_contract
from schemas.rules import RULES
from schemas.tables import TABLES, DeliveredTable

RAW_ROW = "raw_row_number"
SHARED = "shared_assessment"
CADENCE = "assessment_cadence"
NEEDED = frozenset(table for rule in RULES if isinstance(rule.law, SelectLaw) for table in rule.law.needs)
"""The tables without which some rule that flags is not judged."""


def find_in_shards(
    rounds: Rounds, file: Path, delivery: Delivery, read: ReadDelivery, shards: int
) -> Finding:
    """Judge a delivery that lies in a working file, which nobody has open, in so many shards.

    Returns what puts it together there: `core` and `quarantine` are then as if it were judged in one piece.
    """
    found = routed(rounds, file, read, shards)
    told = [
        {
            "delivery": str(delivery.path),
            "read": as_told(read),
            "columns": found.columns,
            "rows": found.of(shard),
            "shared": found.shared,
        }
        for shard in range(shards)
    ]
    with_rows = frozenset(table for table, rows in read.rows.items() if rows)
    while True:
        judged = rounds.run("judge", [{**one, "with_rows": sorted(with_rows)} for one in told])
        tables = _added(judged)
        empty = {table for table in with_rows & NEEDED if not tables[table].admitted}
        if not empty:
            break
        # No row of it is admitted anywhere, and the rules that need one were judged as if some were.
        with_rows -= empty

    def settle(con: Connection, delivery: Delivery, read: ReadDelivery) -> JudgedDelivery:
        return _settled(con, delivery, JudgedDelivery(read, tables), judged)

    return settle


def judge_shard(asked: Mapping[str, Any], folder: Path, bounds: Bounds) -> Told:
    """Judge a shard in a task: files of the rows admitted, refused and kept for the events, and counts."""
    delivery = delivery_of(Path(asked["delivery"]))
    if delivery is None:
        raise BppError("a task was told no delivery", "report this as a fault")
    read = recalled(asked["read"])
    with shard_file(bounds) as con:
        con.execute("create schema raw")
        rows = {
            table: _show(con, table, columns, asked["rows"]) for table, columns in asked["columns"].items()
        }
        # The tables are judged side by side, and none would see a temporary one.
        con.execute(f"create view raw.{SHARED} as select {ASSESSMENT} from {rows_in(asked['shared'])}")
        part = Part(
            Scope(is_whole=False, with_rows=frozenset(asked["with_rows"])), {IMAGING: f"raw.{SHARED}"}
        )
        counted = find(con, delivery, replace(read, rows=rows), part)
        core = {
            name: written(con, f"from core.{quoted(name)}", folder / f"core-{name}.parquet")
            for name in (*TABLES, CADENCE)
        }
        return {
            "core": core,
            "quarantine": {table: _refused(con, table, folder) for table in rows if table in TABLES},
            "timeline": {
                step: (
                    told,
                    written(con, f"from timeline.{quoted(step)}", folder / f"timeline-{step}.parquet"),
                )
                for step, told in kept_rows(con).items()
            },
            "tables": {name: asdict(table) for name, table in counted.tables.items()},
        }


def _show(con: Connection, table: str, columns: Mapping[str, str], files: Mapping[str, Sequence[str]]) -> int:
    """Show a shard's rows of a table as `raw` has them; return how many there are."""
    relation = f"raw.{quoted(table)}"
    declared = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
    if files[table]:
        listed = ", ".join(map(quoted, columns))
        con.execute(f"create view {relation} as select {listed} from {rows_in(files[table])}")
    else:
        con.execute(f"create table {relation} ({declared})")
    return count_of(con, f"select count(*) from {relation}")


def _refused(con: Connection, table: str, folder: Path) -> str:
    """Write the refused rows of a table, each with its number: it may be known by its place alone."""
    return written(
        con,
        f"select refused.*, raw.row_number as {RAW_ROW} from quarantine.{quoted(table)} as refused"
        f" join raw.{quoted(table)} as raw"
        " on raw.file = refused.file and raw.file_row_number = refused.row_number",
        folder / f"quarantine-{table}.parquet",
    )


def _added(judged: Sequence[Told]) -> dict[str, JudgedTable]:
    """Add up what was counted of each table."""
    return {name: added([_table(one["tables"][name]) for one in judged]) for name in judged[0]["tables"]}


def _table(told: Mapping[str, Any]) -> JudgedTable:
    counts = {rule: RuleCount(**count) for rule, count in told["counts"].items()}
    return JudgedTable(**{**told, "counts": counts})


def _settled(
    con: Connection, delivery: Delivery, counted: JudgedDelivery, judged: Sequence[Told]
) -> JudgedDelivery:
    """Put the shards' rows into a working file, in the order of their numbers, and judge what is left."""
    for schema in ("core", "quarantine"):
        con.execute(f"create schema {schema}")
    for table in TABLES.values():
        create_table(con, "quarantine", table.name, quarantine_contract(table.name))
        if table.name in counted.tables:
            _settle_table(con, table, counted.of(table.name), judged)
        else:
            stage_nothing(con, table)
    create_table(con, "core", CADENCE, AssessmentCadence)
    con.execute(
        f"insert into core.{CADENCE} by name from {rows_in([one['core'][CADENCE] for one in judged])}"
        " order by patient_id, line_number, time_point_date"
    )
    for step, (told, _) in judged[0]["timeline"].items():
        keep_rows(con, step, rows_in([one["timeline"][step][1] for one in judged]), told)
    flag(con, delivery, counted, Scope(is_apart=False))
    return counted


def _settle_table(
    con: Connection, table: DeliveredTable, counts: JudgedTable, judged: Sequence[Told]
) -> None:
    name, columns = quoted(table.name), columns_of(table.contract)
    declared = ", ".join(working_column(column.name, sql_type(column)) for column in columns)
    con.execute(f"create table core.{name} ({declared})")
    con.execute(
        f"insert into core.{name} select {column_list(columns)}"
        f" from {rows_in([one['core'][table.name] for one in judged])} order by row_number"
    )
    con.execute(
        f"insert into quarantine.{name} select {column_list(columns_of(quarantine_contract(table.name)))}"
        f" from {rows_in([one['quarantine'][table.name] for one in judged])} order by {RAW_ROW}"
    )
    for schema, expected in (("core", counts.admitted), ("quarantine", counts.broken_rows)):
        if count_of(con, f"select count(*) from {schema}.{name}") != expected:
            raise BppError(f"rows of {table.name} were lost between shards", "report this as a fault")

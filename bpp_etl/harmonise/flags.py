"""Flags on admitted rows that need the patient's other rows.

Not here: flags that one row earns by itself, which its table's SQL sets.
"""

from __future__ import annotations

from importlib import resources

from bpp_etl.warehouse.connection import Connection, count_of


def flag_suspect_units(con: Connection) -> int:
    """Add `unit_suspect` to the admitted results that earn it; return how many did."""
    sql = resources.files("bpp_etl.harmonise").joinpath("sql/unit_suspect.sql").read_text("utf-8")
    con.execute(f"create or replace temp table suspect as {sql}")
    flagged = count_of(con, "select count(*) from suspect")
    con.execute(
        "update core.lab_results set flags = list_sort(list_append(flags, 'unit_suspect'))"
        " where row_number in (select row_number from suspect)"
    )
    con.execute("drop table suspect")
    return flagged

"""Finds for each result without an upper limit the one that its registry declares, in the harmonised unit.

Not here: what may be declared (`bpp_etl/landing/upper_limits.py`), and its use (`sql/lab_results.sql`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import duckdb

from bpp_etl.landing.declared import mark
from bpp_etl.landing.upper_limits import UpperLimit
from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.select import Select, read_select
from schemas.declared_laws import DAY_ZERO, UPPER_LIMIT

DECLARED_LIMIT = Select("bpp_etl.harmonise", "declared_limit")


def register_limits(con: Connection | duckdb.DuckDBPyConnection, limits: Sequence[UpperLimit] = ()) -> None:
    """Create the temporary table `declared_limit` on this connection: row_number, upper_limit_normal, mark.

    `parsed_lab_results` and the tables of units (`harmonise/units.py`) must exist, and where any limit is
    declared `core.patients`, for the patients' sex.
    """
    con.execute(
        "create or replace temp table declared_limit"
        " (row_number bigint, upper_limit_normal double, mark varchar)"
    )
    if not limits:
        return
    con.execute(
        "create or replace temp table stated_limit (analyte varchar, harmonised_unit varchar, sex varchar,"
        " laboratory varchar, valid_from date, upper_limit_normal double, mark varchar)"
    )
    for place, one in enumerate(limits):
        for sex, limit in one.by_sex.items():
            told = mark(UPPER_LIMIT, "upper_limit_normal", place)
            unit = one.known_unit
            # In decimals, as results are: 1.14 x 60 is 68.4.
            exact = float(Decimal(repr(limit)) * (unit.factor or 1))
            con.execute(
                "insert into temp.stated_limit values (?, ?, ?, ?, ?, ?, ?)",
                [one.analyte, unit.harmonised_unit, sex, one.laboratory, one.valid_from, exact, told],
            )
    con.execute(
        f"insert into temp.declared_limit {read_select(DECLARED_LIMIT)}",
        {"day_zero_mark": mark(DAY_ZERO, "day_zero")},
    )
    con.execute("drop table temp.stated_limit")

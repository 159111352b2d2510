"""Puts the unit table, and the spellings found in a delivery, where the SQL of `lab_results` reads them.

Not here: the units themselves (`schemas/units.py`) and the conversion (`sql/lab_results.sql`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.units import alp_units, fold_unit

if TYPE_CHECKING:
    import duckdb


def register_units(con: duckdb.DuckDBPyConnection) -> None:
    """Create the temporary tables `alp_unit` and `unit_spelling` on this connection.

    `parsed_lab_results` must exist: a delivery spells its units in few ways, so each spelling is folded once,
    in Python, where NFKC is at hand. A cursor of the connection does not see temporary tables.
    """
    units = pl.DataFrame(
        [(u.analyte, u.folded_unit, u.factor, u.kind, u.harmonised_unit) for u in alp_units()],
        schema={
            "analyte": pl.String,
            "folded_unit": pl.String,
            "factor": pl.Decimal(10, 2),
            "kind": pl.String,
            "harmonised_unit": pl.String,
        },
        orient="row",
    )
    delivered = con.execute(
        "select distinct unit_text from parsed_lab_results where unit_text is not null order by unit_text"
    ).fetchall()
    spellings = pl.DataFrame(
        [(text, fold_unit(text)) for (text,) in delivered],
        schema={"unit_text": pl.String, "folded_unit": pl.String},
        orient="row",
    )
    con.register("alp_unit_frame", units)
    con.register("unit_spelling_frame", spellings)
    try:
        con.execute(
            "create or replace temp table alp_unit as "
            "select analyte, folded_unit, factor, kind, harmonised_unit from alp_unit_frame"
        )
        con.execute(
            "create or replace temp table unit_spelling as "
            "select unit_text, folded_unit from unit_spelling_frame"
        )
    finally:
        con.unregister("alp_unit_frame")
        con.unregister("unit_spelling_frame")

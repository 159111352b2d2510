"""Makes `raw.therapy_lines` of the drugs of a delivery that has no lines, where its registry declares it.

The derived lines are then judged as delivered ones are. Every drug is counted by what became of it. Not here:
when a line begins (`bpp_etl/harmonise/lines.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

import polars as pl

from bpp_etl.adapters.run import APPROXIMATED
from bpp_etl.errors import BppError
from bpp_etl.gate.row_numbers import shown
from bpp_etl.harmonise.lines import Drug, derive_lines
from bpp_etl.harmonise.parse import parsed_select
from bpp_etl.harmonise.relative_dates import with_relative_dates
from bpp_etl.landing.declared import mark
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.landing.line_derivation import LineDerivation
from bpp_etl.reading.raw_tables import (
    DECLARED,
    IS_MISALIGNED,
    STAMP,
    UNDISPUTED,
    marks,
    may_be_typed,
    typedness,
)
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.warehouse.connection import Connection, literal, quoted
from bpp_etl.warehouse.select import Select, read_select
from schemas.contract import delivered_columns
from schemas.declared_laws import CONSTANT, DAY_ZERO, DECLARED_LAWS, LINE
from schemas.general_laws import GENERAL_LAWS
from schemas.tables import DRUGS, TABLES

LINES = TABLES["therapy_lines"]
DRUG_MEANING = Select("bpp_etl.gate", "drug_meaning")
OF_A_LINE = "a drug of a line"


def has_derived_lines(read: ReadDelivery) -> bool:
    """Say whether lines are derived: where any is delivered, or nothing is declared, none is."""
    is_declared = read.config.therapy_lines is not None and DRUGS.name in read.rows
    return is_declared and not read.rows.get(LINES.name)


def with_derived_lines(
    con: Connection, delivery: Delivery, read: ReadDelivery
) -> tuple[ReadDelivery, Mapping[str, int]]:
    """Derive the lines of the admitted patients; return what is then read, and the drugs by their meaning.

    `core.patients` must be judged.
    """
    how = read.config.therapy_lines
    if how is None or not has_derived_lines(read):
        return read, {}
    counted = _read_drugs(con, delivery, read, how)
    if sum(counted.values()) != read.rows[DRUGS.name]:
        raise BppError("drugs were lost while lines were derived of them", "report this as a fault")
    made = _lines_of(con, how)
    _write(con, made, read.config.constants.get(LINES.name, {}))
    con.execute("drop table temp.drug")
    return replace(read, rows={**read.rows, LINES.name: made.height}), counted


def _read_drugs(
    con: Connection, delivery: Delivery, read: ReadDelivery, how: LineDerivation
) -> dict[str, int]:
    """Type the drugs into the temporary table `drug`, each with its meaning; count them by it."""
    typed = parsed_select(DRUGS, read.config, delivery.date)
    typed = with_relative_dates(DRUGS, typed, read.config, ())
    con.execute(f"create or replace temp table typed_drug as {typed.sql}", typed.parameters)
    con.execute(
        f"create or replace temp table drug as {read_select(DRUG_MEANING)}",
        {
            "delivery_date": delivery.date,
            "day_zero_mark": mark(DAY_ZERO, "day_zero"),
            "ignored": list(how.ignore),
            "from_diagnosis": how.start == "metastatic_diagnosis",
            "of_a_line": OF_A_LINE,
            "refusing": [law.id for law in (*GENERAL_LAWS, *DECLARED_LAWS) if law.severity == "refuse"],
        },
    )
    con.execute("drop table temp.typed_drug")
    rows = con.execute("select meaning, count(*) from temp.drug group by meaning order by meaning").fetchall()
    return {str(meaning): int(count) for meaning, count in rows}


def _lines_of(con: Connection, how: LineDerivation) -> pl.DataFrame:
    """Derive the lines of every patient: one row each, with the row of the drug that it is known from."""
    drugs = con.execute(
        "select patient_id, row_number, agent, start_date, end_date from temp.drug"
        " where meaning = $meaning order by patient_id",
        {"meaning": OF_A_LINE},
    ).fetchall()
    found = [
        (patient, number, line.regimen, line.start, line.end, line.row)
        for patient, own in groupby(drugs, key=itemgetter(0))
        for number, line in enumerate(derive_lines((Drug(*drug) for _, *drug in own), how), start=1)
    ]
    return pl.DataFrame(
        found,
        schema={
            "patient_id": pl.String,
            "line_number": pl.Int64,
            "regimen": pl.String,
            "start_date": pl.Date,
            "end_date": pl.Date,
            "drug_row": pl.Int64,
        },
        orient="row",
    )


def _write(con: Connection, made: pl.DataFrame, constants: Mapping[str, str]) -> None:
    """Write the lines as a raw table: as text in our own words, with the file and the row of a drug.

    A constant fills a column that no line has anything in.
    """
    delivered = delivered_columns(LINES.contract)
    empty = [one.name for one in delivered if one.name not in made.columns or made[one.name].is_null().all()]
    filled = {name: literal(value) for name, value in constants.items() if name in empty}
    cells = [
        f"{filled.get(one.name, 'null' if one.name in empty else f'line.{quoted(one.name)}')}::varchar"
        f" as {quoted(one.name)}"
        for one in delivered
    ]
    cells += [f"true as {typedness(one.name)}" for one in delivered if may_be_typed(one)]
    cells += [UNDISPUTED, f"false as {IS_MISALIGNED}"]
    # A line begins on a day as well known as its first drug's.
    is_near = f"list_contains(raw.{APPROXIMATED}, 'start_date')"
    cells += [f"case when {is_near} then ['start_date'] end as {APPROXIMATED}"]
    own = marks([mark(LINE, "line_number"), *(mark(CONSTANT, name) for name in filled)])
    stamp = ", ".join(f"raw.{name}" for name in STAMP)
    _drop(con)
    with shown(con, "derived_line", made):
        con.execute(
            f"create table raw.{quoted(LINES.name)} as select {stamp},"
            " row_number() over (order by line.patient_id, line.line_number) as row_number,"
            f" raw.source_row_number, raw.file_row_number, {', '.join(cells)},"
            f" list_concat({own}, drug.declared) as {DECLARED}"
            " from derived_line as line"
            " join temp.drug as drug on drug.row_number = line.drug_row"
            f" join raw.{quoted(DRUGS.name)} as raw on raw.row_number = line.drug_row"
            " order by line.patient_id, line.line_number"
        )


def _drop(con: Connection) -> None:
    """Make room for the lines: what stands there, a view or a table, has no row."""
    for kind in ("view", "table"):
        named = con.execute(
            f"select count(*) from duckdb_{kind}s() where database_name = current_database()"
            f" and schema_name = 'raw' and {kind}_name = {literal(LINES.name)}"
        ).fetchall()
        if named != [(0,)]:
            con.execute(f"drop {kind} raw.{quoted(LINES.name)}")

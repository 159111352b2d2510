"""How many cells each code of theirs in [recode] has, and which texts of the same column are left unread.

Counted once all of a delivery lies in `raw`, column by column among its different texts: whoever judged it in
parts has nothing to add up. Not here: recoding (`bpp_etl/harmonise/parse.py`), and what follows of it
(`gate/rules_of_stating.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from bpp_etl.harmonise.parse import text_levels
from bpp_etl.landing.declared import AS_DRUGS, LINES, Declaration, column_of, recodes
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.raw_tables import IS_MISALIGNED
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.warehouse.connection import Connection, quoted
from bpp_etl.warehouse.select import used_parameters
from schemas.codes import ANALYTE_LOINC, FALSE_WORDS, TRUE_WORDS
from schemas.contract import Column, delivered_columns
from schemas.tables import DELIVERABLE, DRUGS

MOST_TEXTS = 200
"""So many different texts that are not ours are looked at, the commonest; more are no codes."""


@dataclass(frozen=True)
class RecodedColumn:
    """What became of the cells of one column that [recode] speaks of.

    `cells` has those of each entry, `filled` those that are not empty. `others` are texts that no entry
    recodes and that are no code of ours, the commonest first; of plain words all that no entry recodes.
    `ours` counts the cells that are codes of ours as they are delivered.
    """

    column: Column
    cells: Mapping[Declaration, int]
    filled: int = 0
    ours: int = 0
    others: tuple[str, ...] = ()


def recoded(con: Connection, read: ReadDelivery) -> tuple[RecodedColumn, ...]:
    """Count what each entry of [recode] recoded, of the tables that were read."""
    return tuple(_each(con, read))


def texts_of(config: RegistryConfig, table: str, column: Column) -> tuple[str, dict[str, object]]:
    """Write the relation of the different texts of a raw column with their `cells`, and its parameters.

    `e_<column>` is the text before it is recoded, `t_<column>` the one that is read.
    """
    parameters: dict[str, object] = {}
    name = quoted(column.name)
    relation = (
        f"(select {name}, count(*) as cells from raw.{quoted(table)}"
        f" where not {IS_MISALIGNED} group by {name})"
    )
    for level in text_levels(table, (column,), config, parameters):
        relation = (
            f"(select *, {', '.join(f'{sql} as {made}' for made, sql in level.items())} from {relation})"
        )
    return relation, parameters


def read_as(column: Column, text: str) -> str | None:
    """Return the code of ours that a text is read as; None where it is none."""
    told = text.casefold()
    if column.kind == "boolean":
        return "true" if told in TRUE_WORDS else "false" if told in FALSE_WORDS else None
    text = ANALYTE_LOINC.get(text, text) if column.name == "analyte" else text
    return text if text in column.codes else None


def _each(con: Connection, read: ReadDelivery) -> Iterator[RecodedColumn]:
    config, rows = read.config, read.rows
    for (table, name), entries in groupby(recodes(config), key=lambda one: (one.table, one.column)):
        stated = tuple(entries)
        read_from = _read_from(config, table, name) if DRUGS.name in rows else (table, name)
        if read_from[0] not in rows:
            yield RecodedColumn(column_of(stated[0]), dict.fromkeys(stated, 0))
            continue
        yield _counted(con, config, stated, *read_from)


def _read_from(config: RegistryConfig, table: str, column: str) -> tuple[str, str]:
    """Name the table and column whose cells are recoded: a file of lines may have been taken for drugs."""
    drug = AS_DRUGS.get(column, column)
    codes = config.recode.get(DRUGS.name, {}).get(drug)
    is_of_drugs = (
        table == LINES and config.therapy_lines is not None and codes == config.recode[table][column]
    )
    return (DRUGS.name, drug) if is_of_drugs else (table, column)


def _counted(
    con: Connection, config: RegistryConfig, stated: tuple[Declaration, ...], table: str, name: str
) -> RecodedColumn:
    (column,) = (one for one in delivered_columns(DELIVERABLE[table].contract) if one.name == name)
    relation, parameters = texts_of(config, table, column)
    theirs = [one.theirs for one in stated]
    sql = (
        f"with told as materialized (select e_{name} as told, sum(cells)::bigint as cells from {relation}"
        " group by all),"
        " marked as (select *, told is null or list_contains($theirs, told) as is_stated,"
        " coalesce(sum(cells) filter (where told is not null) over (), 0)::bigint as filled from told)"
        " select coalesce(told, ''), cells, filled from marked"
        " qualify is_stated or row_number() over (partition by is_stated order by cells desc, told)"
        f" <= {MOST_TEXTS} order by cells desc, told"
    )
    rows = con.execute(sql, used_parameters(sql, {"theirs": theirs, **parameters})).fetchall()
    found = {str(text): int(cells) for text, cells, _ in rows}
    filled = int(rows[0][2]) if rows else 0
    left = {text: cells for text, cells in found.items() if text and text not in theirs}
    ours = {text: cells for text, cells in left.items() if read_as(column, text) is not None}
    return RecodedColumn(
        column_of(stated[0]),
        {one: found.get(one.theirs, 0) for one in stated},
        filled,
        sum(ours.values()),
        tuple(text for text in left if text not in ours),
    )

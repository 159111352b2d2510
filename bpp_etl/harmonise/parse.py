"""Reading delivered text as dates, numbers, booleans and codes: one law for every table, written as SQL.

Not here: how each kind of cell is read (`harmonise/{dates,numbers,words}.py`), what a table works out beyond
its own columns (`harmonise/sql`), and refusing anything: a cell that cannot be read becomes NULL and leaves
the id of the rule it breaks in `problems`, for the gate to judge.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from bpp_etl.harmonise.dates import BIRTH, date_reading
from bpp_etl.harmonise.null_words import null_word_bits, without_null_words
from bpp_etl.harmonise.numbers import number_reading
from bpp_etl.harmonise.reading import Reading
from bpp_etl.harmonise.row_lists import declared, listed, near
from bpp_etl.harmonise.words import word_reading
from bpp_etl.landing.read_settings import ReadSettings
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.header import BLANK, BLANKS
from bpp_etl.reading.raw_tables import DISPUTED, IS_MISALIGNED
from bpp_etl.warehouse.connection import literal, quoted
from bpp_etl.warehouse.ddl import sql_type
from schemas.codes import ANALYTE_LOINC
from schemas.contract import Column, delivered_columns
from schemas.declared_laws import DAY_ZERO_UNKNOWN
from schemas.tables import DeliveredTable

BLANK_END = f"^{BLANK}|{BLANK}$"


@dataclass(frozen=True)
class ParsedSelect:
    """A SELECT that types one raw table, and the parameters it takes."""

    sql: str
    parameters: Mapping[str, object]


def may_lack(table: DeliveredTable, config: RegistryConfig) -> tuple[str, ...]:
    """Name the columns of a table of which nothing is read where all their cells are empty."""
    recode = config.recode.get(table.name, {})
    return tuple(
        column.name
        for column in delivered_columns(table.contract)
        if not column.required and column.default is None and "" not in recode.get(column.name, {})
    )


def parsed_select(
    table: DeliveredTable,
    config: RegistryConfig,
    delivered_on: dt.date,
    relation: str = "",
    lacking: Collection[str] = (),
) -> ParsedSelect:
    """Write the SELECT from `raw.<table>` to typed columns, `problems`, `null_words`, `declared`, or null.

    Rows whose cells are not in their columns (`IS_MISALIGNED`) are left out.
    Another `relation` may hold some of the rows of `raw.<table>` in its place. Columns that are `lacking`, of
    those that may, are not read: planning that takes a small delivery longer than all of its rows.
    `null_words` has the bit of each column (1, 2, 4, ... in their order) whose cell held a word that means
    empty. Columns named `<column>_text` carry the text of value and unit on to the laboratory's own SQL; of
    dates that are counted from a day zero `<column>_counted` has the days, `<column>_in_months` whether they
    were months.
    """
    delivered = delivered_columns(table.contract)
    columns = tuple(column for column in delivered if column.name not in lacking)
    parameters: dict[str, object] = {}
    levels, found, marks = _levels(table, columns, config, delivered_on, parameters)
    # What fills the last contact says itself where it is missing yet.
    told_later = CONTACT if config.last_contact else None
    problems = [
        (f"{DISPUTED} is not null", literal("side_table_disagrees")),
        *near(table, lacking),
        *(
            (one.predicate, one.rule)
            for one in found
            if one.rule != MISSING or (table.name, one.column) != told_later
        ),
    ]
    broken, rules = listed(problems)
    relation = _levelled(table, relation, [*levels, broken])
    typed = [
        f"{f'null::{sql_type(column)}' if column.name in lacking else f'v_{column.name}'}"
        f" as {quoted(column.name)}"
        for column in delivered
    ]
    kept = [f"t_{name} as {name}_text" for name in _KEPT.get(table.name, ()) if name not in lacking]
    if config.dates is not None:
        kept += [
            f"{made}_{column.name} as {column.name}_{said}"
            for column in columns
            if column.kind == "date"
            for made, said in (("r", "counted"), ("m", "in_months"))
        ]
    sql = (
        f"select registry, {', '.join((*typed, *kept))}, row_number, {rules} as problems,"
        f" {null_word_bits(delivered, lacking)} as null_words, {declared(marks)} from {relation}"
    )
    return ParsedSelect(sql, parameters)


def unread_cells(
    table: DeliveredTable, config: RegistryConfig, delivered_on: dt.date, relation: str
) -> ParsedSelect:
    """Write the SELECT of the cells of a raw table's rows that cannot be read: `row_number`, rule and column.

    A cell may be named that is filled later: a day that is counted from a day zero, a last contact.
    """
    columns = delivered_columns(table.contract)
    parameters: dict[str, object] = {}
    levels, found, _ = _levels(table, columns, config, delivered_on, parameters)
    if config.dates is not None:
        found += [
            Problem(f"r_{one.name} is not null", literal(DAY_ZERO_UNKNOWN), one.name)
            for one in columns
            if one.kind == "date"
        ]
    cells = ", ".join(
        f"case when {one.predicate} then {{'rule': {one.rule}, 'column_name': {literal(one.column)}}} end"
        for one in found
    )
    disputed = (
        f"list_transform({DISPUTED}, lambda name: {{'rule': 'side_table_disagrees', 'column_name': name}})"
    )
    sql = (
        f"select row_number, unnest(list_concat([{cells}], {disputed}), recursive := true)"
        f" from {_levelled(table, relation, levels)}"
    )
    return ParsedSelect(f"from ({sql}) where rule is not null", parameters)


@dataclass(frozen=True)
class Problem:
    """Where a predicate holds, the cell of a column breaks a rule, which is SQL."""

    predicate: str
    rule: str
    column: str


def _levels(
    table: DeliveredTable,
    columns: Collection[Column],
    config: RegistryConfig,
    delivered_on: dt.date,
    parameters: dict[str, object],
) -> tuple[list[Mapping[str, str]], list[Problem], list[tuple[str, str]]]:
    """Write how the cells of a table are read, level by level, which cannot be, and what is declared."""
    settings = config.reading(table.name)
    readings = {one.name: _reading(one, settings, delivered_on, parameters, config) for one in columns}
    levels = [
        *text_levels(table.name, columns, config, parameters),
        *(
            {name: sql for level in together for name, sql in level.items()}
            for together in zip_longest(*(reading.levels for reading in readings.values()), fillvalue={})
        ),
    ]
    problems = [
        Problem(f"t_{column.name} is null", MISSING, column.name)
        for column in columns
        # An empty unit has a rule of its own, which the laboratory's SQL tells.
        if column.required and (table.name, column.name) != ("lab_results", "unit")
    ]
    problems += [
        Problem(predicate, rule, name)
        for name, reading in readings.items()
        for predicate, rule in reading.problems
    ]
    return levels, problems, [one for reading in readings.values() for one in reading.declared]


def _levelled(table: DeliveredTable, relation: str, levels: Iterable[Mapping[str, str]]) -> str:
    """Lay levels on the rows whose cells are in their columns.

    Each names its cells once, for the next to read: what is named twice in one is worked out twice.
    """
    relation = f"(from {relation or f'raw.{quoted(table.name)}'} where not {IS_MISALIGNED})"
    for level in levels:
        made = ", ".join(f"{sql} as {name}" for name, sql in level.items())
        relation = f"(select *, {made} from {relation})"
    return relation


def text_levels(
    table: str, columns: Collection[Column], config: RegistryConfig, parameters: dict[str, object]
) -> tuple[Mapping[str, str], ...]:
    """Write how a cell becomes the text to read, level by level: bare, without null words, recoded.

    The last level makes `t_<column>`, NULL where the cell is empty; `parameters` takes what the SQL names.
    """
    recode = config.recode.get(table, {})
    parameters |= {"blanks": BLANKS, "blank_end": BLANK_END}
    return (
        {f"s_{column.name}": _trimmed(column) for column in columns},
        {
            f"e_{column.name}": without_null_words(
                f"s_{column.name}", column, config.null_words, recode.get(column.name)
            )
            for column in columns
        },
        {f"t_{column.name}": _recoded(table, column, config, parameters) for column in columns},
    )


_KEPT = {"lab_results": ("value", "unit"), "patients": ("last_contact_date",)}
CONTACT = ("patients", "last_contact_date")
MISSING = literal("required_value_missing")


def _reading(
    column: Column,
    settings: ReadSettings,
    delivered_on: dt.date,
    parameters: dict[str, object],
    config: RegistryConfig,
) -> Reading:
    if column.kind == "date":
        is_partial_empty = bool(config.patients) and column.name == BIRTH
        return date_reading(
            column, settings, delivered_on, parameters, config.dates, is_partial_empty=is_partial_empty
        )
    if column.kind in {"number", "integer"}:
        return number_reading(column, settings.decimal, parameters)
    return word_reading(column)


def _trimmed(column: Column) -> str:
    """Strip blanks of every kind from both ends; what is empty then is NULL.

    Three tests, each slower than the one before: most cells begin and end with a printing ASCII character,
    few others with a blank.
    """
    name = quoted(column.name)
    plain = " and ".join(f"{end} >= '!' and {end} < '\x7f'" for end in (name, f"reverse({name})"))
    return (
        f"nullif(case when {plain} then {name}"
        f" when regexp_matches({name}, $blank_end) then trim({name}, $blanks) else {name} end, '')"
    )


def _recoded(table: str, column: Column, config: RegistryConfig, parameters: dict[str, object]) -> str:
    text = f"e_{column.name}"
    codes: dict[str, str] = {}
    if (table, column.name) == ("lab_results", "analyte"):
        codes.update(ANALYTE_LOINC)
    codes.update(config.recode.get(table, {}).get(column.name, {}))
    of_empty = codes.pop("", None)
    if codes:
        whens = []
        for position, (theirs, ours) in enumerate(codes.items()):
            parameters[f"theirs_{column.name}_{position}"] = theirs
            parameters[f"ours_{column.name}_{position}"] = ANALYTE_LOINC.get(ours, ours)
            whens.append(f"when $theirs_{column.name}_{position} then $ours_{column.name}_{position}")
        text = f"nullif(case {text} {' '.join(whens)} else {text} end, '')"
    if of_empty is not None:
        parameters[f"empty_{column.name}"] = of_empty
        text = f"coalesce({text}, nullif($empty_{column.name}, ''))"
    if column.default is not None:
        text = f"coalesce({text}, '{column.default}')"
    return text

"""Which declarations of registry.toml come to nothing, as a mistyped one does, and what may be meant.

One that only waits for what is rare is none: a code of theirs that no cell has, where nothing is left unread
that it may be. Not here: telling it (`gate/rules_of_stating.py`, and at a terminal `bpp_etl/check`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bpp_etl.errors import shown
from bpp_etl.gate.decision import DeclaredRows
from bpp_etl.gate.likeness import near
from bpp_etl.gate.recoded import RecodedColumn, texts_of
from bpp_etl.landing.declared import LINES, Declaration, column_of, renames, says_nothing_of_whom
from bpp_etl.pages.plain_text import counted
from bpp_etl.reading.problems import looks_like_identifier
from bpp_etl.reading.raw_tables import DECLARED
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.warehouse.connection import Connection, literal, one_row, quoted
from schemas.codes import FALSE_WORDS, TRUE_WORDS
from schemas.declared_laws import CONSTANT, UPPER_LIMIT

MOST_NEAR = 3
"""So many names or texts are told that may be meant."""


@dataclass(frozen=True)
class Unused:
    """A declaration that comes to nothing, in words without any cell of the delivery.

    `near` are names of columns or texts of cells that may be meant: for whoever stands at the terminal.
    """

    words: str
    near: tuple[str, ...] = ()


def can_be_unused(declared: Iterable[DeclaredRows]) -> int:
    """Count the declarations of which it is said whether they come to nothing."""
    return sum(one.declaration.flag in {"", CONSTANT, UPPER_LIMIT} for one in declared)


def unused(
    con: Connection, read: ReadDelivery, declared: Sequence[DeclaredRows], columns: Iterable[RecodedColumn]
) -> tuple[Unused, ...]:
    """List the declarations that come to nothing in a working file whose delivery was judged."""
    idle = [one.declaration for one in declared if not one.rows]
    return (
        *_renames(read),
        *(found for column in columns for found in _recodes(column)),
        *_constants(con, read, [one for one in idle if one.flag == CONSTANT]),
        *_limits(con, read, [one for one in idle if one.flag == UPPER_LIMIT]),
    )


def _renames(read: ReadDelivery) -> Iterator[Unused]:
    for one in renames(read.config):
        if one.table not in read.renamed or one.theirs in read.renamed[one.table]:
            continue
        names = [name for name in read.headers.get(one.table, ()) if not looks_like_identifier(name)]
        yield Unused(
            f"{one.section} {shown(one.theirs)}, a column that no file has", _first(near(one.theirs, names))
        )


def _recodes(column: RecodedColumn) -> Iterator[Unused]:
    """Tell of codes that no cell has, where a cell that is not read may be meant."""
    if not says_nothing_of_whom(column.column) or not column.filled:
        return
    own = column.column
    # A result may be of any other analyte: none of them need be ours.
    is_of_others = own.name == "analyte" or own.kind == "text"
    entries = [one for one in column.cells if one.theirs]
    likely = {
        one: found
        for one in entries
        if not column.cells[one]
        and (found := near(one.theirs, column.others, is_spelling_alone=is_of_others))
    }
    codes = [one for one in entries if one.ours]
    is_left = bool(column.others) and not (own.name == "analyte" and column.ours)
    if len(codes) > len(likely) and is_left and not any(column.cells.values()):
        told = _first([*(text for found in likely.values() for text in found), *column.others])
        yield Unused(f"{codes[0].section}, none of whose codes a cell has", told)
        return
    for one, found in likely.items():
        yield Unused(f"{one.section} {one.states}, a code that no cell has", _first(found))


def _constants(con: Connection, read: ReadDelivery, idle: Iterable[Declaration]) -> Iterator[Unused]:
    """Tell of constants of columns that the export has, whatever it says in them."""
    for one in idle:
        if not read.rows.get(one.table) or (one.table == LINES and read.config.therapy_lines):
            continue
        column = column_of(one)
        is_used = f"list_contains({DECLARED}, {literal(one.mark)})"
        rows, used = one_row(
            con, f"select count(*), count(*) filter (where {is_used}) from raw.{quoted(one.table)}"
        )
        if used:  # in rows that are ignored
            continue
        relation, given = texts_of(read.config, one.table, column)
        text = f"lower(t_{column.name})"
        if column.kind == "boolean":
            yes, no = (", ".join(map(literal, words)) for words in (TRUE_WORDS, FALSE_WORDS))
            text = (
                f"case when {text} in ({yes}) then 'true' when {text} in ({no}) then 'false' else {text} end"
            )
        stated = read.config.constants[one.table][one.column].lower()
        filled, otherwise = one_row(
            con,
            f"select coalesce(sum(cells), 0), coalesce(sum(cells) filter (where {text} <> $stated), 0)"
            f" from {relation} where e_{column.name} is not null",
            {"stated": stated, **given},
        )
        told = f"fills in {filled} of {counted(rows, 'row')}, in {otherwise} of them otherwise"
        yield Unused(
            f"{one.section} {one.column}, a column that the export"
            f" {told if filled else 'has, and leaves empty in every row'}"
        )


def _limits(con: Connection, read: ReadDelivery, idle: Iterable[Declaration]) -> Iterator[Unused]:
    """Tell of limits of a laboratory that no result of their analyte names."""
    for one in idle:
        limit = read.config.upper_limit_normal[one.place]
        if limit.laboratory is None or not read.rows.get(one.table):
            continue
        found = con.execute(
            "select laboratory from core.lab_results where analyte = $analyte"
            " group by laboratory order by count(*) desc, laboratory",
            {"analyte": limit.analyte},
        ).fetchall()
        names = [str(name) for (name,) in found if name is not None]
        if found and limit.laboratory not in names:
            told = near(limit.laboratory, names) or names
            yield Unused(
                f"{one.section} laboratory {shown(limit.laboratory)}, which no result names", _first(told)
            )


def _first(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(shown, dict.fromkeys(texts)))[:MOST_NEAR]

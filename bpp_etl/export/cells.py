"""How a cell becomes one that the output may hold: ids whole or by their digest, texts of a bounded length.

Not here: which columns there are (`dataset.py`).
"""

from __future__ import annotations

from bpp_etl.export.dataset import Column, Dataset
from bpp_etl.warehouse.connection import Connection, count_of, quoted

LONGEST = 200
"""Bytes that a text may have in a SAS transport file of version 5."""
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
DIGEST = "sha256-"
"""What an id begins with that stands for one which the output cannot hold."""

MACROS = (
    # A blank at the end would be lost in a file that pads its cells.
    rf"""
    create or replace temp macro is_kept(told) as
        strlen(told) <= {LONGEST} and regexp_full_match(told, '[^\p{{Cc}}]*[^\p{{Cc}}\s]')
    """,
    f"create or replace temp macro digest_of(told) as '{DIGEST}' || left(sha256(told), 40)",
    "create or replace temp macro kept_id(told) as if(is_kept(told), told, digest_of(told))",
    r"""
    create or replace temp macro on_one_line(told) as
        nullif(trim(regexp_replace(told, '[\p{Cc}\p{Zl}\p{Zp}]+', ' ', 'g')), '')
    """,
    f"""
    create or replace temp macro cut_text(told) as
        case
            when strlen(told) <= {LONGEST} then told
            else left(
                told,
                list_max(list_filter(range({LONGEST}), lambda n: strlen(left(told, n)) <= {LONGEST} - 3))
            ) || '...'
        end
    """,
    # What two words and a hyphen make of a month is taken for a date that a spreadsheet has spoilt.
    rf"""
    create or replace temp macro no_month(told) as
        case
            when regexp_full_match(told, '(?i)({MONTHS})-[^-,.:;]*|[^-,.:;]*-({MONTHS})')
                then replace(told, '-', ' - ')
            else told
        end
    """,
    # Who is only said to be dead has no date of death, and is dead.
    """
    create or replace temp macro is_dead(death_date, flags) as
        death_date is not null or coalesce(list_contains(flags, 'death_without_date'), false)
    """,
)


def make_macros(con: Connection) -> None:
    """Let SELECT files and columns use the ways in which cells are written; nulls stay null."""
    for macro in MACROS:
        con.execute(macro)


def shaped(dataset: Dataset) -> str:
    """Return the SELECT that shows a dataset's rows, which stand in a temporary table of its name."""
    columns = ", ".join(f"{_cell(column)} as {quoted(column.name)}" for column in dataset.columns)
    return f"select {columns} from temp.{quoted(dataset.select.name)}"


def cut_texts(con: Connection, dataset: Dataset) -> int:
    """Count the cells of a dataset whose text is longer than the output can hold."""
    texts = [column.selected for column in dataset.columns if column.kind == "text"]
    if not texts:
        return 0
    counts = " + ".join(f"count(*) filter (where strlen({quoted(name)}) > {LONGEST})" for name in texts)
    return count_of(con, f"select {counts} from temp.{quoted(dataset.select.name)}")


def _cell(column: Column) -> str:
    name = quoted(column.selected)
    return {
        "id": f"case when {name} is not null then kept_id({name}) end",
        "text": f"cut_text(on_one_line({name}))",
        "exact": name,
        "number": f"cast({name} as double)",
        "count": f"cast({name} as integer)",
        "whole": f"cast({name} as bigint)",
        "date": f"cast({name} as date)",
    }[column.kind]

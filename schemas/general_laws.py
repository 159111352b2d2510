"""The laws of rows that hold for many tables, and for which of them each does.

Not here: the laws of one table, which stand in its contract.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from schemas.contract import Column, delivered_columns
from schemas.examples import Cell
from schemas.laws import CellLaw, Law, LineLaw, NearLaw, SetLaw, SideLaw, Tables, TextLaw

if TYPE_CHECKING:
    from schemas.tables import DeliveredTable


def every_table(tables: Mapping[str, DeliveredTable]) -> tuple[str, ...]:
    """Choose all tables."""
    return tuple(tables)


def with_column_of(*kinds: str) -> Tables:
    """Choose the tables that have a column of one of these kinds."""

    def chosen(tables: Mapping[str, DeliveredTable]) -> tuple[str, ...]:
        return tuple(
            name
            for name, table in tables.items()
            if any(column.kind in kinds for column in delivered_columns(table.contract))
        )

    return chosen


def with_required_number(tables: Mapping[str, DeliveredTable]) -> tuple[str, ...]:
    """Choose the tables with a number that must be there: one that need not be refuses no row."""
    return tuple(
        name
        for name, table in tables.items()
        if any(
            column.kind in {"number", "integer"} and column.required
            for column in delivered_columns(table.contract)
        )
    )


def with_codes(tables: Mapping[str, DeliveredTable]) -> tuple[str, ...]:
    """Choose the tables with codes that must be in their list.

    An analyte outside the code list is another test, and ignored; so lab results have none.
    """
    return tuple(name for name in with_column_of("code", "boolean")(tables) if name != "lab_results")


def with_key(tables: Mapping[str, DeliveredTable]) -> tuple[str, ...]:
    """Choose the tables whose rows have a key."""
    return tuple(name for name, table in tables.items() if table.delivered_key)


def with_parent(rule: str) -> Tables:
    """Choose the tables whose rows must find a parent, or break this rule."""

    def chosen(tables: Mapping[str, DeliveredTable]) -> tuple[str, ...]:
        return tuple(name for name, table in tables.items() if table.parent and table.parent.rule == rule)

    return chosen


def _key_of(table: DeliveredTable) -> tuple[str, ...]:
    return table.delivered_key


def _link_of(table: DeliveredTable) -> tuple[str, ...]:
    return (table.parent.column,) if table.parent else ()


def _not_after(column: Column, day: dt.date) -> pl.Expr | None:
    return pl.col(column.name) <= day if column.kind == "date" else None


def _in_list(column: Column, _: dt.date) -> pl.Expr | None:
    return pl.col(column.name).is_in(list(column.codes)) if column.codes and column.delivered else None


GENERAL_LAWS: tuple[Law, ...] = (
    LineLaw(
        "field_count_differs",
        sentence="Every row of csv has a field for each column.",
        exactly="A row with more or fewer fields than the header has names is not read: nobody knows which "
        "cell belongs to which column. Where most rows are such, the file is unreadable.",
        severity="refuse",
        category="conformance",
        mend="Put text that holds the delimiter in double quotes, and write empty cells at the end of a row "
        "too.",
        on=every_table,
    ),
    TextLaw(
        "required_value_missing",
        sentence="Every required column is filled.",
        severity="refuse",
        category="completeness",
        mend="Fill the empty cells at the source. A constant in [constants.<table>] stands in for a column "
        "that the export lacks; it fills no empty cell. What a last contact that nobody recorded follows "
        "from is stated in [last_contact].",
        on=every_table,
    ),
    TextLaw(
        "date_invalid",
        sentence="Every date can be read.",
        severity="refuse",
        category="conformance",
        mend="Deliver ISO days (2021-03-05), or state date_format in registry.toml. Days counted from a "
        "day zero need [dates].",
        on=with_column_of("date"),
        cells={
            "date": (
                Cell("2023-02-29", "2024-02-29"),
                Cell("05.03.2024", "2024-03-05"),
                Cell("0024-03-05", "２０２４-０３-０５"),
            )
        },
    ),
    TextLaw(
        "date_has_zone",
        sentence="No date is a moment in another time zone than the registry's.",
        exactly="A moment with a zone or an offset (2024-03-05T23:30:00Z) is of one day here and of the next "
        "elsewhere.",
        severity="refuse",
        category="conformance",
        mend="State timezone in [read] of registry.toml, by its name in the IANA list "
        '(timezone = "Europe/Berlin"): the local day is then read. Or deliver the day alone.',
        on=with_column_of("date"),
        cells={
            "date": (
                Cell("2024-03-05T07:30:00+08:00", "2024-03-05"),
                Cell("2024-03-05 23:30Z", "2024-03-05"),
            )
        },
    ),
    TextLaw(
        "date_century_unknown",
        sentence="Every year has four digits.",
        severity="refuse",
        category="conformance",
        mend="Deliver years of four digits. Or state date_format with %y (%d.%m.%y), and century_pivot, in "
        "[read] of registry.toml: short years up to it are of this century, those above it of the last.",
        on=with_column_of("date"),
        cells={"date": (Cell("05.03.24", "2024-03-05"), Cell("5-Mar-24", "2024-03-05"))},
    ),
    TextLaw(
        "date_is_partial",
        sentence="Every date names its day.",
        severity="refuse",
        category="conformance",
        mend="Find the day at the source; a partial date is never completed here. Of births that are "
        'delivered without their day, partial_birth_date = "empty" in [patients] of registry.toml keeps the '
        "patient.",
        on=with_column_of("date"),
        cells={"date": (Cell("2024-03", "2024-03-05"), Cell("2024", "2024-03-05"))},
    ),
    CellLaw(
        "date_in_future",
        is_of_calendar=True,
        sentence="No date is after the delivery's date.",
        severity="refuse",
        category="plausibility",
        mend="Correct the date, or the date in the delivery's folder name.",
        on=with_column_of("date"),
        holds=_not_after,
        cells={"date": (Cell("{delivery:+1}", "{delivery}"),)},
    ),
    CellLaw(
        "code_unknown",
        sentence="Every code is in its list; codes are case-sensitive.",
        severity="refuse",
        category="conformance",
        mend="Add the code to [recode.<table>.<column>] in registry.toml, or correct it.",
        on=with_codes,
        holds=_in_list,
        seen_in_text=True,
        cells={"boolean": (Cell("perhaps", "YES"),)},
    ),
    TextLaw(
        "number_invalid",
        sentence="Every number that must be there can be read.",
        severity="refuse",
        category="conformance",
        mend="Deliver plain numbers, and state decimal in registry.toml where it is a comma.",
        on=with_required_number,
        cells={
            "number": (
                Cell("many", "1"),
                Cell("1,5", "1.5"),
                Cell("1 2", "12"),
                Cell("1.2.3", "1e1"),
                Cell("1e999", "2e1"),
                Cell("-inf", "3e0"),
                Cell("1_000", "4.000"),
                Cell("1,000", "+5"),
                Cell("0x1F", "6."),
                Cell("7d", ".7"),
                Cell("８ ８", "８"),
            ),
            "integer": (Cell("many", "9"), Cell("21.5", "21.0")),
        },
    ),
    TextLaw(
        "mark_dropped",
        sentence="A number stands alone in its cell.",
        exactly="What a laboratory writes after it (110 H, 120↑, 95*) is dropped.",
        severity="flag",
        category="conformance",
        ordinary="A laboratory may mark every result.",
        mend="Nothing to mend where the mark only says high, low or abnormal; leave it out of the export.",
        on=with_column_of("number"),
        cells={
            "number": (
                Cell("11 H", "11"),
                Cell("12L", "12"),
                Cell("13↑↑", "13"),
                Cell("14*", "14"),
                Cell("15 (HH)", "15"),
                Cell("16 ++", "+16"),
                Cell("17 H*", "17"),
            )
        },
    ),
    SideLaw(
        "side_table_disagrees",
        sentence="Where an export and a side table both say something, they say the same.",
        exactly="A side table is a canonical file beside those of another standard; rows of one key are "
        "compared cell by cell. The code unknown says nothing.",
        severity="refuse",
        category="conformance",
        mend="Correct the side table or the export; leave empty in the side table what the export says.",
        on=with_key,
    ),
    NearLaw(
        "value_approximated",
        sentence="Every cell was recorded as what its column asks for.",
        exactly="The format has only something near it, which stands in its place, such as the date of "
        "diagnosis for that of a test, or a date that is marked as estimated; its page says what.",
        severity="flag",
        category="completeness",
        mend="Nothing to mend where nobody recorded it; else deliver it in a side table, which then counts. "
        "ALP results and HER2 tests are added there, and such a row stays flagged.",
        on=every_table,
    ),
    SetLaw(
        "duplicate_row",
        sentence="No row is delivered twice; the first of identical rows is kept.",
        severity="refuse",
        category="conformance",
        mend="Remove the copies from the export.",
        on=every_table,
    ),
    SetLaw(
        "duplicate_key",
        sentence="Rows that share a key agree.",
        severity="refuse",
        category="conformance",
        mend="Decide at the source which of the rows is right. Where ids are counted anew for each patient, "
        "make the key of both columns in [compose.<table>] of registry.toml.",
        on=with_key,
        columns=_key_of,
    ),
    SetLaw(
        "unknown_patient",
        sentence="Every row belongs to an admitted patient.",
        severity="refuse",
        category="conformance",
        mend="Deliver the patient, or mend the patient's own row, which was refused.",
        on=with_parent("unknown_patient"),
        columns=_link_of,
    ),
    SetLaw(
        "unknown_assessment",
        sentence="Every lesion belongs to an admitted assessment.",
        severity="refuse",
        category="conformance",
        mend="Deliver the assessment, or mend its own row, which was refused.",
        on=with_parent("unknown_assessment"),
        columns=_link_of,
    ),
)

"""Changes of a whole delivery: codes exchanged, numbers scaled, days moved, rows left out.

Not here: which of them are defects, and what notices them (`delivery_defects.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tests.mutations.record import DELIVERY_DAY, OWNER, Record, Row, day

Change = Callable[[Row], object]


def each(table: str, change: Change) -> Callable[[Record], None]:
    """Change every row of a table."""

    def plant(record: Record) -> None:
        for row in record[table]:
            change(row)

    return plant


def says(table: str, **cells: str | None) -> Callable[[Record], None]:
    """Have every row of a table say the same in some columns."""
    return each(table, lambda row: row.update(cells))


def recoded(table: str, column: str, codes: dict[str | None, str | None]) -> Callable[[Record], None]:
    """Exchange the codes of a column."""
    return each(table, lambda row: row.update({column: codes.get(row[column], row[column])}))


def scaled(column: str, factor: float, laboratory: str | None = None) -> Callable[[Record], None]:
    """Multiply the numbers of total ALP, of one laboratory or all."""

    def change(row: Row) -> None:
        if row["analyte"] == "ALP_TOTAL" and laboratory in (None, row["laboratory"]):
            row[column] = f"{float(str(row[column])) * factor:.4g}"

    return each("lab_results", change)


def moved(table: str, column: str, days: int) -> Callable[[Record], None]:
    """Move every day of a column."""
    return each(
        table,
        lambda row: row.update({column: row[column] and day(dt.date.fromisoformat(str(row[column])), days)}),
    )


def first_of_month(table: str, column: str) -> Callable[[Record], None]:
    """Put every day of a column on the first of its month."""
    return on_day_of_month(table, column, 1)


def on_day_of_month(table: str, column: str, of_month: int) -> Callable[[Record], None]:
    """Put every day of a column on one day of its month."""
    return each(
        table, lambda row: row.update({column: row[column] and f"{str(row[column])[:8]}{of_month:02d}"})
    )


def kept(*tables: str, every: int = 2) -> Callable[[Record], None]:
    """Keep one row in so many of some tables."""

    def plant(record: Record) -> None:
        for table in tables:
            record[table] = record[table][::every]

    return plant


def half_of_patients(record: Record) -> None:
    gone = {row["patient_id"] for row in record["patients"][::2]}
    for table, rows in record.items():
        record[table] = [row for row in rows if row[OWNER] not in gone]


def stops_in_the_middle(table: str) -> Callable[[Record], None]:
    """Cut a table off: of the last patients it has no row."""

    def plant(record: Record) -> None:
        record[table] = record[table][: int(len(record[table]) * 0.85)]

    return plant


def day_and_month_exchanged(row: Row) -> None:
    year, month, of_month = str(row["assessment_date"]).split("-")
    if int(of_month) <= 12:
        row["assessment_date"] = f"{year}-{of_month}-{month}"


def exchanged(table: str, one: str, other: str) -> Callable[[Record], None]:
    """Exchange the cells of two columns."""
    return each(table, lambda row: row.update({one: row[other], other: row[one]}))


def values_and_limits_exchanged(row: Row) -> None:
    row["value"], row["upper_limit_normal"] = row["upper_limit_normal"], row["value"]


def other_pseudonyms(record: Record) -> None:
    for rows in record.values():
        for row in rows:
            for column, cell in row.items():
                row[column] = cell.replace("MUT-", "OTH-") if cell else cell


def next_patient_s(table: str) -> Callable[[Record], None]:
    """Give each patient the rows of the next."""

    def plant(record: Record) -> None:
        names = [str(row["patient_id"]) for row in record["patients"]]
        after = dict(zip(names, [*names[1:], names[0]], strict=True))
        for row in record[table]:
            row["patient_id"] = after[str(row["patient_id"])]

    return plant


def sorted_alone(table: str, column: str) -> Callable[[Record], None]:
    """Sort a column by itself, as a spreadsheet does where one is selected."""

    def plant(record: Record) -> None:
        cells = sorted((row[column] for row in record[table]), key=lambda cell: cell or "")
        for row, cell in zip(record[table], cells, strict=True):
            row[column] = cell

    return plant


def receptors_exchanged(row: Row) -> None:
    other = {"positive": "negative", "negative": "positive"}
    for column in ("er_status", "pr_status"):
        row[column] = other[str(row[column])]


def men(record: Record) -> None:
    for row in record["patients"][::5]:
        row["sex"] = "male"


def without_column(table: str, column: str) -> Callable[[Record], None]:
    return each(table, lambda row: row.pop(column))


def contact_is_today(row: Row) -> None:
    if not row["death_date"]:
        row["last_contact_date"] = DELIVERY_DAY.isoformat()


def contact_is_diagnosis(row: Row) -> None:
    row["last_contact_date"] = row["metastatic_diagnosis_date"]


def default_births(record: Record) -> None:
    for row in record["patients"][::8]:
        row["birth_date"] = "1950-01-01"


def under_a_second_id(record: Record) -> None:
    """Deliver the first patient once more, all rows under another id."""
    first = record["patients"][0][OWNER]
    for rows in record.values():
        twins = [row for row in rows if row[OWNER] == first]
        rows += [{key: cell and cell.replace("MUT-", "TWIN-") for key, cell in row.items()} for row in twins]

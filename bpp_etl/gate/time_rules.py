"""The rules of time order, which are data: a date of the row against one of the same patient elsewhere.

Not here: the rules, which stand in their table's contract, and dates of one row (`gate/row_rules.py`).
"""

from __future__ import annotations

from bpp_etl.gate.row_numbers import Numbers, select_numbers
from bpp_etl.warehouse.connection import Connection, quoted
from schemas.laws import TimeLaw

BEYOND = {
    "at_or_before": "own.{own} > other.{other} + {slack}",
    "at_or_after": "own.{own} < other.{other} - {slack}",
}
"""When a row breaks the order; a date that is not known is on neither side."""


def out_of_order(con: Connection, relation: str, law: TimeLaw) -> Numbers:
    """Find the rows of a relation whose date lies on the wrong side of the other table's admitted date."""
    beyond = BEYOND[law.order].format(
        own=quoted(law.column), other=quoted(law.other_column), slack=int(law.slack_days)
    )
    of_line = "" if law.line is None else f" and other.line_number = {int(law.line)}"
    return select_numbers(
        con,
        f"""
        select own.row_number from {relation} as own
        semi join core.{quoted(law.other_table)} as other
            on other.patient_id = own.patient_id and {beyond}{of_line}
        """,
    )

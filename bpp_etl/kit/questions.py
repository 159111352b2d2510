"""What a form asks: a question for each column that a registry delivers, from the contracts.

Not here: how a workbook or REDCap puts it (`kit/excel.py`, `kit/redcap.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.contract import Column, delivered_columns
from schemas.tables import DeliveredTable
from schemas.units import units_on_forms

NOT_KNOWN = "Leave empty what is not known, and what does not apply: an empty cell is an answer."
NO_NAMES = "A patient is known by a pseudonym: no name, and no number of a hospital or an insurance."


@dataclass(frozen=True)
class Question:
    """One column of a table as a form asks for it; with `is_closed` nothing but the choices is an answer."""

    table: str
    column: Column
    choices: tuple[str, ...] = ()
    is_closed: bool = False

    @property
    def name(self) -> str:
        """Return the column's name."""
        return self.column.name

    @property
    def sentence(self) -> str:
        """Return what is asked for, with the unit of a number where that is one and the same."""
        told, unit = self.column.asked or self.column.description, self.column.unit
        return told if unit is None or unit in told else f"{told} Unit: {unit}."


def questions_of(table: DeliveredTable) -> tuple[Question, ...]:
    """List what a form asks of one row of a table, in the contract's order."""
    return tuple(_question(table.name, column) for column in delivered_columns(table.contract))


def _question(table: str, column: Column) -> Question:
    if column.codes:
        return Question(table, column, column.codes, is_closed=True)
    if (table, column.name) == ("lab_results", "unit"):
        return Question(table, column, units_on_forms())
    return Question(table, column)

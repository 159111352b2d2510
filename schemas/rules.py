"""Every rule of the gate: its stable id, sentence, severity, category and how to mend a breach.

Not here: how a rule is judged (contracts, `bpp_etl/gate`), and what a gate then does (`gate/decide.py`).
The laws in words are in `schemas/laws.py` and `schemas/table_laws.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.contract import delivered_columns
from schemas.laws import DELIVERY, GENERAL_LAWS, Category, Law, Severity
from schemas.table_laws import TABLE_LAWS
from schemas.tables import TABLES


@dataclass(frozen=True)
class Rule:
    """One rule of one table: a row that breaks it is refused or flagged, or the gate shuts."""

    id: str
    table: str
    sentence: str
    severity: Severity
    category: Category
    mend: str


_FILE_RULES = {
    "table_missing",
    "column_missing",
    "column_duplicated",
    "file_unreadable",
    "file_ambiguous",
    "file_outside_landing",
    "file_changed_while_read",
}
"""Rules that an adapter's source files can break too; those are not one table's, but the delivery's."""


def _has_kind(table: str, *kinds: str) -> bool:
    return any(column.kind in kinds for column in delivered_columns(TABLES[table].contract))


def _tables_for(rule: str) -> tuple[str, ...]:
    """Name the tables that a general rule can be broken in, so that none passes vacuously."""
    if rule in {"date_invalid", "date_is_partial", "date_in_future"}:
        return tuple(name for name in TABLES if _has_kind(name, "date"))
    if rule == "number_invalid":
        return tuple(name for name in TABLES if _has_kind(name, "number", "integer"))
    if rule == "code_unknown":
        # An analyte outside the code list is another test, and ignored; so lab results have no such rule.
        return tuple(name for name in TABLES if _has_kind(name, "code", "boolean") and name != "lab_results")
    if rule == "duplicate_key":
        return tuple(name for name, table in TABLES.items() if table.delivered_key)
    if rule in {"unknown_patient", "unknown_assessment"}:
        return tuple(
            name for name, table in TABLES.items() if table.parent is not None and table.parent.rule == rule
        )
    if rule in _FILE_RULES:
        return (*TABLES, DELIVERY)
    if rule == "required_table_empty":
        return tuple(name for name, table in TABLES.items() if table.is_required)
    return tuple(TABLES)


def _lay(law: Law, table: str) -> Rule:
    return Rule(law.id, table, law.sentence, law.severity, law.category, law.mend)


RULES: tuple[Rule, ...] = tuple(
    [_lay(law, table) for law in GENERAL_LAWS for table in _tables_for(law.id)]
    + [_lay(law, table) for table, laws in TABLE_LAWS.items() for law in laws]
)
"""Every rule on every table it holds for, in the order in which reports list them."""


def rules_of(table: str) -> tuple[Rule, ...]:
    """List the rules of one table, or of `DELIVERY`."""
    return tuple(rule for rule in RULES if rule.table == table)


def rule_of(table: str, rule_id: str) -> Rule:
    """Find one rule; a KeyError says that no such rule holds for the table."""
    for rule in RULES:
        if rule.table == table and rule.id == rule_id:
            return rule
    raise KeyError(f"no rule {rule_id} on {table}")

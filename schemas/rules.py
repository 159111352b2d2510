"""Every rule of the gate: a law laid on a table.

Not here: how a rule is judged (contracts, `bpp_etl/gate`), and what a gate then does (`gate/decide.py`).
What there is to say of a law stands in its one declaration (`schemas/laws.py` says where).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from schemas.before_laws import BEFORE_LAWS, REPEAT_LAWS
from schemas.codes import Category, Severity
from schemas.consistency_laws import CONSISTENCY_LAWS
from schemas.contract import delivered_columns, laws_of
from schemas.day_laws import DAY_LAWS
from schemas.declared_laws import DECLARED_LAWS
from schemas.delivery_laws import TABLE_LAWS, WHOLE_LAWS
from schemas.first_line_laws import FIRST_LINE_LAWS
from schemas.general_laws import GENERAL_LAWS
from schemas.increment_laws import INCREMENT_LAWS
from schemas.laws import (
    CellLaw,
    DeclaredLaw,
    DeliveryLaw,
    Law,
    NearLaw,
    RowLaw,
    SelectLaw,
    SetLaw,
    SideLaw,
    TextLaw,
    TimeLaw,
)
from schemas.record_laws import RECORD_LAWS, WIDE_LAWS
from schemas.stating_laws import STATING_LAWS
from schemas.tables import TABLES


@dataclass(frozen=True)
class Rule:
    """One rule of one table: a breach refuses or flags the row, is told, or shuts the gate."""

    table: str
    law: Law

    @property
    def id(self) -> str:
        """The law's stable id."""
        return self.law.id

    @property
    def sentence(self) -> str:
        """What holds."""
        return self.law.sentence

    @property
    def severity(self) -> Severity:
        """What a breach does."""
        return self.law.severity

    @property
    def category(self) -> Category:
        """Category by Kahn et al. 2016."""
        return self.law.category

    @property
    def mend(self) -> str:
        """How to mend a breach."""
        return self.law.mend

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that the law is about, whatever the row.

        Empty where it is about whichever cells break it (`is_of_cells`), about the row as a whole, or about
        more than one table.
        """
        match self.law:
            case RowLaw() | SelectLaw() | DeliveryLaw() | NearLaw():
                return self.law.columns
            case TextLaw():
                return self.law.columns or self._read_otherwise
            case TimeLaw():
                return (self.law.column,)
            case SetLaw():
                return self.law.columns(TABLES[self.table])
        return ()

    @property
    def _read_otherwise(self) -> tuple[str, ...]:
        columns = delivered_columns(TABLES[self.table].contract)
        return tuple(one.name for one in columns if self.id in (one.unreadable, one.from_range))

    @property
    def is_of_cells(self) -> bool:
        """Whether the law is about whichever cells of a row break it."""
        is_of_text = isinstance(self.law, CellLaw | DeclaredLaw | SideLaw | TextLaw)
        return is_of_text and self.severity == "refuse" and not self.columns

    @property
    def limit_name(self) -> str:
        """The key of [limits] that sets the highest share of breaches; empty where none does."""
        return self.law.limit_name.format(table=self.table) if isinstance(self.law, DeliveryLaw) else ""

    @property
    def parameters(self) -> Mapping[str, float]:
        """The numbers that the law goes by beside its limit, by their names."""
        return self.law.parameters if isinstance(self.law, DeliveryLaw) else {}


def _laid(laws: Iterable[Law]) -> list[Rule]:
    return [Rule(table, law) for law in laws for table in (law.on(TABLES) if law.on else ())]


RULES: tuple[Rule, ...] = (
    *_laid(GENERAL_LAWS),
    *_laid(DECLARED_LAWS),
    *_laid(TABLE_LAWS),
    *_laid(FIRST_LINE_LAWS),
    *_laid(RECORD_LAWS),
    *_laid(CONSISTENCY_LAWS),
    *_laid(DAY_LAWS),
    *_laid(BEFORE_LAWS),
    *_laid(INCREMENT_LAWS),
    *(Rule(name, law) for name, table in TABLES.items() for law in laws_of(table.contract)),
    *_laid(WHOLE_LAWS),
    *_laid(STATING_LAWS),
    *_laid(WIDE_LAWS),
    *_laid(REPEAT_LAWS),
)
"""Every rule on every table it holds for, in the order in which reports list them."""

LIMITS: Mapping[str, float] = MappingProxyType(
    {
        rule.limit_name: rule.law.limit
        for rule in RULES
        if isinstance(rule.law, DeliveryLaw) and rule.limit_name
    }
)
"""Key of [limits] -> the share that stands where a registry sets none."""

_BY_NAME = {(rule.table, rule.id): rule for rule in RULES}


def rules_of(table: str) -> tuple[Rule, ...]:
    """List the rules of one table, or of `DELIVERY`."""
    return tuple(rule for rule in RULES if rule.table == table)


def rule_of(table: str, rule_id: str) -> Rule:
    """Find one rule; a KeyError says that no such rule holds for the table."""
    try:
        return _BY_NAME[table, rule_id]
    except KeyError:
        raise KeyError(f"no rule {rule_id} on {table}") from None

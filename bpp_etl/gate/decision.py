"""What judging a delivery found: counts for each rule and table, and whether the gate is open.

Not here: values. Everything in here may be shown.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

RuleStatus = Literal["passed", "failed", "not_applicable", "error"]
DeliveryStatus = Literal["admitted", "shut"]


@dataclass(frozen=True)
class RuleResult:
    """How one rule fared on one table: numerator, denominator, limit."""

    table: str
    rule: str
    severity: str
    category: str
    judged: int
    broken: int
    limit: float
    status: RuleStatus


@dataclass(frozen=True)
class TableCount:
    """Where the delivered rows of a table went; `broken` counts rows that broke a refusing rule."""

    table: str
    delivered: int
    admitted: int
    refused: int
    ignored: int
    broken: int
    refused_share_limit: float

    @property
    def is_conserved(self) -> bool:
        """Say whether no row was lost or made."""
        return self.delivered == self.admitted + self.refused + self.ignored


@dataclass(frozen=True)
class Breach:
    """One broken rule of a table or of the whole delivery, in words that hold no value."""

    table: str
    rule: str
    message: str


@dataclass(frozen=True)
class ShutCause(Breach):
    """A breach for which the gate is shut."""


@dataclass(frozen=True)
class GateDecision:
    """The gate's decision on one delivery: why it is shut, if it is, and what everyone is told anyway."""

    registry: str
    delivery: str
    delivery_date: dt.date
    status: DeliveryStatus
    causes: tuple[ShutCause, ...]
    warnings: tuple[Breach, ...]
    rules: tuple[RuleResult, ...]
    tables: tuple[TableCount, ...]

    @property
    def is_open(self) -> bool:
        """Say whether the delivery is admitted."""
        return self.status == "admitted"

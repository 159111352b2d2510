"""What judging a delivery found: counts for each rule and table, and whether the gate is open.

Not here: values. Everything in here may be shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bpp_etl.landing.declared import Declaration
from bpp_etl.landing.waivers import Waiver
from bpp_etl.pages.plain_text import counted

RuleStatus = Literal["passed", "failed", "waived", "not_applicable", "error"]
BREACHES: frozenset[RuleStatus] = frozenset({"failed", "waived", "error"})
DeliveryStatus = Literal["admitted", "shut"]


@dataclass(frozen=True)
class RuleResult:
    """How one rule fared on one table: numerator, denominator, limit; and the columns that broke it, where
    it looks at many and finds some."""

    table: str
    rule: str
    severity: str
    category: str
    judged: int
    broken: int
    limit: float
    status: RuleStatus
    columns: tuple[str, ...] = ()

    @property
    def is_breach(self) -> bool:
        """Say whether the rule was broken, be it accepted or not."""
        return self.status in BREACHES


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
    def sound(self) -> int:
        """Count the rows that broke no rule: admitted once the gate is open."""
        return self.delivered - self.broken - self.ignored

    @property
    def is_conserved(self) -> bool:
        """Say whether no row was lost or made."""
        return self.delivered == self.admitted + self.refused + self.ignored


@dataclass(frozen=True)
class NullWords:
    """How many cells of a column held a word that means empty."""

    table: str
    column: str
    cells: int


@dataclass(frozen=True)
class DeclaredRows:
    """A declaration of registry.toml, and how many rows it filled, refused ones among them.

    Of one that renames a column they are the rows of the files that have it, of one that recodes the cells
    that were recoded.
    """

    declaration: Declaration
    rows: int

    def in_words(self) -> str:
        """Say what it filled, and how often."""
        one = self.declaration
        states = f" ({one.states})" if one.states else ""
        rows = counted(self.rows, "row")
        flagged = f", flagged {one.flag}" if one.flag else ""
        return f"{one.section}{states}: {one.table}.{one.column} in {rows}{flagged}"


@dataclass(frozen=True)
class Breach:
    """One broken rule of a table or of the whole delivery, in words that hold no value."""

    table: str
    rule: str
    message: str


@dataclass(frozen=True)
class Unanswered(Breach):
    """A warning of an earlier delivery against the one before it, which nobody has answered.

    `can_be_compared`: what came before it, or earlier, is still kept.
    """

    since: str
    can_be_compared: bool = True

    @classmethod
    def of(cls, place: str, since: str, message: str) -> Unanswered:
        """Make one of its fields as `quality.delivery` has them; the place is table.rule."""
        table, rule = place.split(".")
        return cls(table, rule, message, since)

    def in_words(self) -> str:
        """Say what was said, and of which delivery."""
        return f"not answered: {self.rule} of {self.since} ({self.table}): {self.message}"


@dataclass(frozen=True)
class ShutCause(Breach):
    """A breach for which the gate is shut."""


@dataclass(frozen=True)
class Accepted:
    """A waiver of the registry: whether it covers the delivery, and the breaches that it accepts."""

    waiver: Waiver
    is_in_force: bool
    breaches: tuple[Breach, ...]

    def in_words(self) -> list[str]:
        """Say of each breach until when it is accepted."""
        return [f"{breach.message} ({breach.rule}), until {self.waiver.until}" for breach in self.breaches]


@dataclass(frozen=True)
class GateDecision:
    """The gate's decision on one delivery: why it is shut, if it is, and what everyone is told anyway.

    `drugs` has the drugs that lines of therapy were derived from, by what they are to them. `of_year` has the
    patients of this delivery and of those admitted within a year before, by the names of deliveries.
    """

    registry: str
    delivery: str
    delivery_date: dt.date
    status: DeliveryStatus
    causes: tuple[ShutCause, ...]
    warnings: tuple[Breach, ...]
    accepted: tuple[Accepted, ...]
    rules: tuple[RuleResult, ...]
    tables: tuple[TableCount, ...]
    null_words: tuple[NullWords, ...] = ()
    declared: tuple[DeclaredRows, ...] = ()
    drugs: Mapping[str, int] = field(default_factory=dict)
    unanswered: tuple[Unanswered, ...] = ()
    of_year: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Say whether the delivery is admitted."""
        return self.status == "admitted"

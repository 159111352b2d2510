"""What following a mend text is: a defect, the words that are followed, and what is then done.

Not here: any of them (`row_mends.py` and those beside it), and telling one (`telling.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.gate.decision import GateDecision
from schemas.rules import RULES
from tests.mutations.defect import Against, DeliveryDefect, RowDefect
from tests.mutations.delivery_defects import DELIVERY_DEFECTS
from tests.mutations.increment_defects import INCREMENT_DEFECTS
from tests.mutations.kept_defects import KEPT_DEFECTS
from tests.mutations.laboratory_defects import LABORATORY_DEFECTS
from tests.mutations.record import Course, Record
from tests.mutations.row_defects import ROW_DEFECTS

ROWS = {defect.wrong: defect for defect in (*ROW_DEFECTS, *LABORATORY_DEFECTS)}
DELIVERIES = {defect.wrong: defect for defect in (*DELIVERY_DEFECTS, *KEPT_DEFECTS, *INCREMENT_DEFECTS)}

HELD_BY = {rule.id: tuple(other.table for other in RULES if other.id == rule.id) for rule in RULES}
"""Rule -> the tables that it holds for."""

InCourse = Callable[[Course, Course], object]
"""Mends one patient's rows; the second is the same patient as the source has it."""


@dataclass(frozen=True)
class Mend:
    """Words of a rule's mend text that are followed. `leaves` are the rules that are then still broken.

    `tables` are those in which the rule is broken; without them it is a rule of one table, or broken in some.
    """

    rule: str
    says: str
    leaves: frozenset[str] = frozenset()
    tables: tuple[str, ...] = ()

    @property
    def places(self) -> frozenset[tuple[str, str]]:
        """Return table and rule of each breach that is mended."""
        held = HELD_BY[self.rule]
        return frozenset((table, self.rule) for table in self.tables or (held if len(held) == 1 else ()))

    def is_after(self, found: Iterable[tuple[str, str]]) -> bool:
        """Say whether what was found to be broken before is what is mended."""
        found = set(found)
        return self.places <= found and self.rule in {rule for _, rule in found}

    @property
    def is_nothing(self) -> bool:
        """Say whether the text has nothing mended: the rule is broken as before, and the gate open."""
        return self.rule in self.leaves


@dataclass(frozen=True, kw_only=True)
class RowMend(Mend):
    """Rows of one patient are mended; all such mends stand in one delivery."""

    defect: RowDefect
    follow: InCourse


@dataclass
class Export:
    """A delivery in the making, with what its registry states and what the gate has said of it so far."""

    record: Record
    source: Record
    toml: str = ""
    said: str = ""

    @classmethod
    def of(cls, record: Record) -> Export:
        """Begin with a record that is right at its source."""
        return cls(deepcopy(record), record)


@dataclass(frozen=True, kw_only=True)
class DeliveryMend(Mend):
    """An export is mended, or its registry.toml. A defect that `is_known` is one that others plant too."""

    plant: Callable[[Export], object]
    follow: Callable[[Export], object]
    against: Against = "nothing"
    is_known: bool = False


Tale = Callable[[Path], Iterator[GateDecision]]
"""Delivers what breaks a rule, gives what the gate decides, mends it, and gives what it decides then."""


@dataclass(frozen=True, kw_only=True)
class ToldMend(Mend):
    """A tale of files, settings or warehouses."""

    tell: Tale


def of_row(
    wrong: str,
    says: str,
    follow: InCourse,
    *,
    rule: str = "",
    tables: tuple[str, ...] = (),
    leaves: tuple[str, ...] = (),
) -> RowMend:
    """Follow a text after a defect of rows; `rule` is another than its own where more are broken by it."""
    defect = ROWS[wrong]
    places = tables or (() if rule else (defect.table,))
    return RowMend(rule or defect.rule, says, frozenset(leaves), places, defect=defect, follow=follow)


def of_delivery(
    wrong: str, says: str, follow: Callable[[Export], object], *, leaves: tuple[str, ...] = ()
) -> DeliveryMend:
    """Follow a text after a known defect of a delivery."""
    defect: DeliveryDefect = DELIVERIES[wrong]
    return DeliveryMend(
        defect.rule,
        says,
        frozenset(leaves),
        (defect.table,),
        plant=lambda export: defect.plant(export.record),
        follow=follow,
        against=defect.against,
        is_known=True,
    )

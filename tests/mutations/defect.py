"""What a planted defect is: what is wrong, in words, and the rule that must notice it.

Not here: the defects (`row_defects.py`, `delivery_defects.py`), and judging them (`score.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.mutations.record import Course, Record

Against = Literal["nothing", "the delivery before", "another registry"]


@dataclass(frozen=True)
class Defect:
    """One defect. `rule` must notice it; where none can, `why_not` says why."""

    wrong: str
    table: str
    rule: str
    why_not: str = ""


@dataclass(frozen=True)
class RowDefect(Defect):
    """A defect of one patient's rows: several are planted in one delivery, each in a patient of its own."""

    plant: Callable[[Course], object] = lambda _: None


@dataclass(frozen=True)
class DeliveryDefect(Defect):
    """A defect of a delivery as a whole; `against` is what it has to be compared with to be seen."""

    plant: Callable[[Record], object] = lambda _: None
    against: Against = "nothing"

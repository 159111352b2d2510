"""The definitions that are compared: what each calls a patient, and which calls are progression or not.

Not here: counting and comparing them (`concordance.py`, `overlap.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from schemas.event import STATE
from schemas.verdicts import VERDICT_SETS

VERDICTS: Mapping[str, tuple[str, ...]] = {one.name: one.codes for one in VERDICT_SETS.values()}
"""Verdict set -> its codes."""


@dataclass(frozen=True)
class Definition:
    """One definition of what a candidate is: the column with its calls, and how they read.

    A call that is neither is open: it decides nothing and is left out where two definitions are compared.
    """

    column: str
    calls: tuple[str, ...]
    none: tuple[str, ...]
    progression: tuple[str, ...]

    def group(self, call: str) -> str:
        """Name the group of candidates that are called so; the states are counted already."""
        return call if self.column == "state" else f"{self.column} {call}"


OWN = Definition("state", STATE, ("pseudoprogression",), ("true_progression",))
RULE_SETS = tuple(
    Definition(one.name, one.codes, one.codes_that_read("none"), one.codes_that_read("progression"))
    for one in VERDICT_SETS.values()
)


def pairs() -> Iterator[tuple[Definition, Definition]]:
    """Yield every two definitions, the protocol's own state first."""
    yield from combinations((OWN, *RULE_SETS), 2)

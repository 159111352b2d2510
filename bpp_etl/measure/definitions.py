"""The definitions that are compared: what each calls a patient, and which calls are progression or not.

Not here: counting and comparing them (`concordance.py`, `overlap.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from schemas.event import IRECIST_VERDICT, MDA_VERDICT, PCWG3_VERDICT, RECIST11_VERDICT, STATE

VERDICTS: Mapping[str, tuple[str, ...]] = {
    "recist11": RECIST11_VERDICT,
    "irecist": IRECIST_VERDICT,
    "mda": MDA_VERDICT,
    "pcwg3": PCWG3_VERDICT,
}


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
RULE_SETS = (
    Definition("recist11", RECIST11_VERDICT, ("NON_PD",), ("PD",)),
    Definition("irecist", IRECIST_VERDICT, ("iUPD", "NON_iUPD"), ("iCPD",)),
    Definition("mda", MDA_VERDICT, ("PR",), ("PD",)),
    Definition("pcwg3", PCWG3_VERDICT, ("NON_PD",), ("PD",)),
)


def pairs() -> Iterator[tuple[Definition, Definition]]:
    """Yield every two definitions, the protocol's own state first."""
    yield from combinations((OWN, *RULE_SETS), 2)

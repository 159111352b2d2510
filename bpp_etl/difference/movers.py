"""Says which registries moved an estimate: those whose rows differ in what the estimate is measured of.

Not here: counting rows (`changes.py`) and measuring (`bpp_etl/measure`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bpp_etl.difference.changes import RowChange, is_in_both, registries_that_differ
from bpp_etl.pages.plain_text import joined
from bpp_etl.warehouse.connection import Connection
from schemas.metrics import METRICS
from schemas.metrics.record import Basis
from schemas.metrics.strata import stratum_of


def basis_of(metric: str, stratum: str) -> Basis:
    """Return what an estimate is measured of: what its metric declares, and what its stratum reads beside.

    Raises KeyError for a metric or stratum that nobody declared.
    """
    basis, more = METRICS[metric].basis, stratum_of(stratum).reads
    return basis | more if more else basis


@dataclass
class Movers:
    """Finds the movers of estimates between two attached releases; what was compared once is kept."""

    con: Connection
    changes: Sequence[RowChange]
    known: dict[tuple[str, tuple[str, ...], str | None], set[str]] = field(default_factory=dict)

    def registries(self, basis: Basis, protocol: str) -> list[str]:
        """Name the registries whose rows differ in what is measured."""
        found: set[str] = set()
        for relation, columns in basis.reads.items():
            of_protocol = protocol if relation.startswith("event.") else None
            key = (relation, tuple(columns), of_protocol)
            if key not in self.known:
                self.known[key] = registries_that_differ(self.con, relation, columns, of_protocol)
            found |= self.known[key]
        return sorted(found)

    def told(self, metric: str, stratum: str, protocol: str) -> list[str]:
        """Say in words, registry by registry, what moved an estimate."""
        basis = basis_of(metric, stratum)
        if not all(is_in_both(self.con, *one) for one in basis.reads.items()):
            return ["rows that are not in both releases: another version of the software made one of them"]
        registries = self.registries(basis, protocol)
        if not registries:
            return ["no row: what it is measured of is the same, so measuring changed"]
        return [f"{registry}: {self._rows_told(registry, basis.tables)}" for registry in registries]

    def _rows_told(self, registry: str, tables: Sequence[str]) -> str:
        parts = []
        for change in self.changes:
            if change.registry != registry or change.table not in tables:
                continue
            words = change_told(change)
            if words:
                parts.append(f"{change.table} {words}")
        return "; ".join(parts) or "the same rows, judged or derived otherwise (code or protocol)"


def change_told(change: RowChange) -> str:
    """Tell how rows changed: added, corrected, gone, and refused more or less."""
    words = [
        f"{number} {verb}"
        for number, verb in (
            (change.added, "added"),
            (change.corrected, "corrected"),
            (change.gone, "gone"),
        )
        if number
    ]
    if change.refused_before != change.refused_after:
        words.append(f"refused {change.refused_before} -> {change.refused_after}")
    return joined(words)

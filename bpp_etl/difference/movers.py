"""Says what moved an estimate: registries whose rows differ in what it is measured of, and why they do.

Not here: counting rows (`changes.py`) and measuring (`bpp_etl/measure`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bpp_etl.difference.changes import RowChange, is_in_both, registries_that_differ
from bpp_etl.pages.plain_text import joined
from bpp_etl.warehouse.connection import Connection
from schemas.metrics import METRICS
from schemas.metrics.record import Basis
from schemas.metrics.strata import stratum_of
from schemas.release_quality import CHANGE_CAUSE


def basis_of(metric: str, stratum: str) -> Basis:
    """Return what an estimate is measured of: what its metric declares, and what its stratum reads beside.

    Raises KeyError for a metric or stratum that nobody declared.
    """
    basis, more = METRICS[metric].basis, stratum_of(stratum).reads
    return basis | more if more else basis


@dataclass(frozen=True)
class MovedBy:
    """What moved an estimate: registries whose rows did, the causes (`CHANGE_CAUSE`), and both in words."""

    registries: tuple[str, ...]
    causes: tuple[str, ...]
    told: tuple[str, ...]


@dataclass
class Movers:
    """Finds the movers of estimates between the releases that are compared; what was compared once is kept.

    `sent` are the registries that count by another delivery, or by none on one side; `judged` those whose
    delivery is the same, judged anew; `protocols` those with other parameters.
    """

    con: Connection
    changes: Sequence[RowChange]
    sent: Collection[str]
    judged: Collection[str]
    protocols: Collection[str]
    known: dict[tuple[str, tuple[str, ...], str | None], set[str]] = field(default_factory=dict)
    found: dict[tuple[object, ...], MovedBy] = field(default_factory=dict)

    def of(self, row: Mapping[str, Any]) -> MovedBy:
        """Say what moved the estimate of a row of `estimate_change`."""
        basis, protocol = basis_of(row["metric"], row["stratum"]), row["protocol"]
        key = (tuple(basis.reads.items()), basis.tables, protocol)
        if key not in self.found:
            self.found[key] = self._found(basis, protocol)
        return self.found[key]

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

    def _found(self, basis: Basis, protocol: str) -> MovedBy:
        if not all(is_in_both(self.con, *one) for one in basis.reads.items()):
            told = "rows that are not in both releases: another version of the software made one of them"
            return MovedBy((), ("code",), (told,))
        by_protocol = protocol in self.protocols
        registries = self.registries(basis, protocol)
        if not registries:
            told = "no row: what it is measured of is the same, so measuring changed"
            return MovedBy((), ("protocol" if by_protocol else "code",), (told,))
        rows = {one: self._rows_told(one, basis.tables) for one in registries}
        causes = {self._cause(one, told, is_derived_otherwise=by_protocol) for one, told in rows.items()}
        # Other parameters act on every registry, whatever else its rows do.
        causes |= {"protocol"} if by_protocol else set()
        words = tuple(f"{one}: {told or self._unmoved(one)}" for one, told in rows.items())
        return MovedBy(tuple(registries), tuple(one for one in CHANGE_CAUSE if one in causes), words)

    def _cause(self, registry: str, rows: str, *, is_derived_otherwise: bool) -> str:
        if registry in self.sent:
            return "delivery"
        if registry in self.judged and rows:
            return "rules"
        return "protocol" if is_derived_otherwise else "code"

    def _unmoved(self, registry: str) -> str:
        if registry in self.sent:
            return "the same rows, of another delivery's day"
        return "the same rows, judged or derived otherwise (code or protocol)"

    def _rows_told(self, registry: str, tables: Sequence[str]) -> str:
        parts = []
        for change in self.changes:
            if change.registry != registry or change.table not in tables:
                continue
            words = change_told(change)
            if words:
                parts.append(f"{change.table} {words}")
        return "; ".join(parts)


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

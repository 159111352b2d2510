"""What a metric is: id, sentence, unit, basis, and what is said of every row of it.

Not here: the metrics themselves (the modules beside), and how one is worked out (`bpp_etl/measure`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from schemas.metric_codes import UNIT, WARNINGS


@dataclass(frozen=True)
class Basis:
    """What is measured: columns of derived relations, and the delivered tables that they come from.

    Rows that differ in none of these columns have not moved the metric, whatever else moved in them.
    """

    reads: Mapping[str, tuple[str, ...]]
    tables: tuple[str, ...]

    def __or__(self, more: Basis) -> Basis:
        """Return what is measured where both are."""
        relations = dict.fromkeys((*self.reads, *more.reads))
        reads = {
            name: tuple(dict.fromkeys((*self.reads.get(name, ()), *more.reads.get(name, ()))))
            for name in relations
        }
        return Basis(reads, tuple(dict.fromkeys((*self.tables, *more.tables))))


@dataclass(frozen=True)
class Metric:
    """One metric of `metric.estimate`.

    `warnings` are said of every row; what depends on the data is added where it is measured. `headlines` are
    the strata in which it is one of the numbers that a reader looks at first. `has_curve` says that it is a
    time with a survival curve, `is_compatible` that it follows the conventions of the published papers.
    """

    id: str
    sentence: str
    unit: str
    basis: Basis
    warnings: tuple[str, ...] = ()
    headlines: tuple[str, ...] = ()
    has_curve: bool = False
    is_compatible: bool = False

    def __post_init__(self) -> None:
        """Refuse a metric that is not wholly declared, or in words that nobody declared."""
        if not self.basis.reads or not self.basis.tables:
            raise ValueError(f"metric {self.id} is measured of nothing: declare its basis")
        unknown = {self.unit} - set(UNIT) | set(self.warnings) - set(WARNINGS)
        if unknown:
            raise ValueError(f"metric {self.id} names {', '.join(sorted(unknown))}, which is no code")

    def variant(
        self,
        ending: str,
        sentence: str,
        *,
        unit: str | None = None,
        more: tuple[str, ...] = (),
        without: tuple[str, ...] = (),
    ) -> Metric:
        """Declare the same in another way: of the same basis, with warnings more or fewer, no headline."""
        kept = tuple(code for code in self.warnings if code not in without)
        return replace(
            self,
            id=f"{self.id}_{ending}",
            sentence=sentence,
            unit=unit or self.unit,
            warnings=(*kept, *more),
            headlines=(),
            has_curve=False,
        )

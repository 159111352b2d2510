"""Adds up the sums of several shares, and gives back what the statistics of `bpp_etl.metrics` are made of.

Not here: writing sums (`sums.py`). Patients who are in two shares are counted twice: nothing here can tell.

What may be added exactly: counts; times and incidences, whose patients come back as days; moments of changes;
and the parts of a log-rank test, which then is stratified by share. What may not: rank tests, areas under a
curve, medians of values, intervals between scans, models with several covariates, imputed incidences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np

from bpp_etl.measure.cohort import REGISTRY
from bpp_etl.measure.steps import CAUSES, Place
from bpp_etl.metrics.inputs import Flags, Floats, Integers
from bpp_etl.share.sums import Line
from bpp_etl.warehouse.connection import in_memory, literal
from bpp_etl.warehouse.ddl import column_list
from schemas.contract import columns_of
from schemas.sums import INCIDENCE, Sums

RowKey = tuple[str, str, tuple[str, ...]]
"""Protocol, table and row."""
Sum = Mapping[tuple[str, int], float | None]
"""Quantity and day -> the sum; None where a share keeps it."""


@dataclass(frozen=True)
class Moments:
    """Number, mean and variance of changes; the variance is None of fewer than two."""

    patients: int
    mean: float
    variance: float | None


@dataclass(frozen=True)
class StratifiedLogRank:
    """A log-rank test stratified by share: the parts of each, added."""

    observed: float
    expected: float
    variance: float
    statistic: float
    p_value: float


@dataclass(frozen=True)
class Pool:
    """The sums of a share, or of several, by their rows."""

    rows: Mapping[RowKey, Sum]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Pool:
        """Take the lines of one share."""
        rows: dict[RowKey, dict[tuple[str, int], float | None]] = {}
        for protocol, table, row, quantity, day, value in lines:
            rows.setdefault((protocol, table, row), {})[quantity, day] = value
        return cls(rows)

    @classmethod
    def read(cls, file: Path) -> Pool:
        """Read the sums of a share from their file."""
        with in_memory() as con:
            names = column_list(columns_of(Sums))
            lines = con.execute(f"select {names} from read_parquet({literal(str(file))})").fetchall()
        return cls.of(
            (protocol, table, tuple(row), quantity, day, value)
            for protocol, table, row, quantity, day, value in lines
        )

    def value(self, protocol: str, table: str, row: Sequence[str], quantity: str) -> float | None:
        """Return a sum that is of no day; None where a share keeps it, or none has it."""
        return self.rows.get((protocol, table, tuple(row)), {}).get((quantity, 0))

    def count(self, protocol: str, table: str, row: Sequence[str], quantity: str = "patients") -> int | None:
        """Return a count; None where a share keeps it, or none has it."""
        value = self.value(protocol, table, row, quantity)
        return None if value is None else round(value)

    def times(self, place: Place) -> tuple[Floats, Flags] | None:
        """Return the days of a time and whether each is an event; None where a share keeps its steps.

        Who left on no step is followed to the day after the last.
        """
        found = self._left(place)
        return None if found is None else (found[0], found[1] == CAUSES["events"])

    def outcomes(self, metric: str, protocol: str, stratum: str) -> tuple[Floats, Integers] | None:
        """Return the days and causes of an incidence, as `bpp_etl.metrics.incidence_at` takes them."""
        return self._left(Place(INCIDENCE, protocol, metric, stratum))

    def moments(self, protocol: str, comparison: str, stratum: str = "all") -> Moments | None:
        """Return mean and variance of a change of ALP; None where a share keeps a sum, or nobody has one."""
        row = (comparison, stratum)
        patients = self.count(protocol, "alp_change", row)
        total, squares = (self.value(protocol, "alp_change", row, name) for name in ("sum", "sum_of_squares"))
        if not patients or total is None or squares is None:
            return None
        mean = total / patients
        variance = None if patients == 1 else (squares - patients * mean**2) / (patients - 1)
        return Moments(patients, mean, variance)

    def stratified_log_rank(self, protocol: str, metric: str, stratum: str) -> StratifiedLogRank | None:
        """Return the test stratified by share; None where a share keeps its part, or nothing varies."""
        observed, expected, variance = (
            self.value(protocol, "estimate", (metric, stratum), name)
            for name in ("observed", "expected", "variance")
        )
        if observed is None or expected is None or not variance:
            return None
        statistic = (observed - expected) ** 2 / variance
        p_value = 2 * NormalDist().cdf(-(statistic**0.5))
        return StratifiedLogRank(observed, expected, variance, statistic, p_value)

    def _left(self, place: Place) -> tuple[Floats, Integers] | None:
        of = self.rows.get((place.protocol, place.table, (place.metric, place.stratum)), {})
        patients = of.get(("patients", 0))
        if patients is None:
            return None
        steps = sorted(
            (day, CAUSES[quantity], int(number))
            for (quantity, day), number in of.items()
            if quantity in CAUSES and number
        )
        sizes = [number for *_, number in steps]
        days = np.repeat([float(day) for day, *_ in steps], sizes)
        causes = np.repeat([cause for _, cause, _ in steps], sizes)
        rest = int(patients) - days.size
        beyond = np.full(rest, days.max(initial=0.0) + 1)
        return np.concatenate([days, beyond]), np.concatenate([causes, np.zeros(rest)]).astype(np.int64)


def pooled(pools: Sequence[Pool]) -> Pool:
    """Add up the sums of several shares.

    What one of them keeps is known of none together, nor is a row that one lacks, unless it is of a registry,
    which only its own share has.
    """
    added: dict[RowKey, dict[tuple[str, int], float | None]] = {}
    for row in dict.fromkeys(row for pool in pools for row in pool.rows):
        found = [pool.rows.get(row) for pool in pools]
        if None in found and not any(part.startswith(f"{REGISTRY}=") for part in row[2]):
            continue
        for sums in found:
            into = added.setdefault(row, {})
            for at, value in (sums or {}).items():
                before = into.get(at, 0.0)
                into[at] = None if before is None or value is None else before + value
    return Pool(added)

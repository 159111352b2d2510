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

import numpy as np

from bpp_etl.measure.cohort import REGISTRY
from bpp_etl.measure.steps import CAUSES, Place
from bpp_etl.metrics import Mean, mean_from_sums
from bpp_etl.metrics.inputs import Flags, Floats, Integers
from bpp_etl.share.sums import Line
from bpp_etl.warehouse.connection import in_memory, literal
from bpp_etl.warehouse.ddl import column_list
from schemas.contract import columns_of
from schemas.sums import INCIDENCE, MOMENTS, PARTS, Sums

RowKey = tuple[str, str, tuple[str, ...]]
"""Protocol, table and row."""
Sum = Mapping[tuple[str, int], float | None]
"""Quantity and day -> the sum; None where a share keeps it."""
Parts = tuple[float, float, float]
"""Observed and expected events of one of two groups, and the variance of their difference."""


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
        found = self.left(place)
        return None if found is None else (found[0], found[1] == CAUSES["events"])

    def outcomes(self, metric: str, protocol: str, stratum: str) -> tuple[Floats, Integers] | None:
        """Return the days and causes of an incidence, as `bpp_etl.metrics.incidence_at` takes them."""
        return self.left(Place(INCIDENCE, protocol, metric, stratum))

    def mean(self, protocol: str, comparison: str, stratum: str = "all") -> Mean | None:
        """Return mean and deviation of a change of ALP; None where a share keeps a sum, or has none."""
        row = (comparison, stratum)
        patients = self.count(protocol, "alp_change", row)
        total, squares = (self.value(protocol, "alp_change", row, name) for name in MOMENTS)
        if patients is None or total is None or squares is None:
            return None
        return mean_from_sums(patients, total, squares)

    def log_rank_parts(self, protocol: str, metric: str, stratum: str) -> Parts | None:
        """Return what a share adds to the test stratified by share; None where it keeps it, or has none.

        It has none where it has fewer than two groups to compare.
        """
        of = self.rows.get((protocol, "estimate", (metric, stratum)), {})
        parts = [of.get((name, 0)) for name in PARTS]
        observed, expected, variance = parts
        if observed is None or expected is None or variance is None:
            return None
        return observed, expected, variance

    def keeps_log_rank(self, protocol: str, metric: str, stratum: str) -> bool:
        """Say whether the share has such a test, and keeps its parts to itself."""
        of = self.rows.get((protocol, "estimate", (metric, stratum)), {})
        return any((name, 0) in of and of[name, 0] is None for name in PARTS)

    def left(self, place: Place) -> tuple[Floats, Integers] | None:
        """Return the days on which patients left a time, and by which cause; None where steps are kept."""
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

    What one of them keeps is known of none together, nor is a row that one lacks, unless it is of one
    registry, which only its own share has.
    """
    added: dict[RowKey, dict[tuple[str, int], float | None]] = {}
    for row in dict.fromkeys(row for pool in pools for row in pool.rows):
        found = [pool.rows.get(row) for pool in pools]
        if None in found and not is_of_one_registry(row[2]):
            continue
        for sums in found:
            into = added.setdefault(row, {})
            for at, value in (sums or {}).items():
                before = into.get(at, 0.0)
                into[at] = None if before is None or value is None else before + value
    return Pool(added)


def is_of_one_registry(row: Sequence[str]) -> bool:
    """Say whether a row is of one registry alone, and not of all of them beside one another."""
    return any(part.startswith(f"{REGISTRY}=") and part != f"{REGISTRY}=*" for part in row)

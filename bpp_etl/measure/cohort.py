"""The patients that are measured, as columns, with the strata that they fall into; counts them into a tally.

Not here: reading them (`sql/`) and what is measured of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bpp_etl.events import ALWAYS, Window
from bpp_etl.measure.tally import Cell, Tally
from bpp_etl.warehouse.select import Column

Mask = npt.NDArray[np.bool_]

REGISTRY, HER2, EVIDENCE = "registry", "her2", "evidence"
HER2_LABELS = ("positive", "negative", "indeterminate", "unknown")
EVIDENCE_LABELS = ("complete", "refused")
COMMON = ""
"""The protocol of counts that are the same under every protocol."""


@dataclass(frozen=True)
class Partition:
    """A property that puts every patient into one stratum: `codes` are places in `labels`."""

    key: str
    labels: tuple[str, ...]
    codes: Column

    @property
    def strata(self) -> tuple[str, ...]:
        """The names of the strata."""
        return tuple(f"{self.key}={label}" for label in self.labels)


@dataclass(frozen=True)
class Cohort:
    """Patients under one protocol, and in its calendar window: an array per column, an entry per patient."""

    protocol: str
    columns: Mapping[str, Column]
    partitions: Mapping[str, Partition]
    tally: Tally
    window: Window = ALWAYS

    def __getitem__(self, column: str) -> Column:
        """Return a column."""
        return self.columns[column]

    def cell(self, group: str, stratum: str = "all") -> Cell:
        """Name the count of a group in a stratum."""
        return Cell(self.protocol, group, stratum)

    def first_line(self, stratum: str = "all") -> Cell:
        """Name the count of everyone with a first line in the window, the same for all protocols of it."""
        return Cell(COMMON, f"first_line {self.window.told}".rstrip(), stratum)

    def cells(self, group: str, by: Sequence[str] = ()) -> list[Cell]:
        """Name the counts of a group in all strata of some properties, everyone first."""
        strata = [stratum for key in by for stratum in self.partitions[key].strata]
        return [self.cell(group, stratum) for stratum in ("all", *strata)]

    def strata(self, mask: Mask, by: Sequence[str] = ()) -> Iterator[tuple[str, Mask]]:
        """Yield the patients of a mask, all of them and then by stratum."""
        yield "all", mask
        for key in by:
            partition = self.partitions[key]
            for code, stratum in enumerate(partition.strata):
                yield stratum, mask & (partition.codes == code)

    def count(self, group: str, mask: Mask, by: Sequence[str] = ()) -> None:
        """Count a group, all of it and by stratum; the strata of one property add up to all."""
        total = self.tally.put(self.cell(group), int(np.count_nonzero(mask)))
        for key in by:
            partition = self.partitions[key]
            numbers = np.bincount(partition.codes[mask], minlength=len(partition.labels)).tolist()
            parts = [self.cell(group, stratum) for stratum in partition.strata]
            for part, number in zip(parts, numbers, strict=True):
                self.tally.put(part, number)
            self.tally.add_up(total, parts)

    def split(self, total: str, parts: Mapping[str, Mask], by: Sequence[str] = ()) -> None:
        """Count the groups that make up a group which is counted already."""
        for group, mask in parts.items():
            self.count(group, mask, by)
        for cell in self.cells(total, by):
            self.tally.add_up(cell, [cell._replace(group=group) for group in parts])

    def part(self, total: str, group: str, mask: Mask, by: Sequence[str] = ()) -> None:
        """Count a group that is part of another, which is counted already; the rest is known with it."""
        self.count(group, mask, by)
        for cell in self.cells(total, by):
            self.tally.put_rest(cell, cell._replace(group=group))

    def join(self, total: str, parts: Sequence[str], by: Sequence[str] = ()) -> None:
        """Count a group as what several groups, which are counted already, make up together."""
        for cell in self.cells(total, by):
            self.tally.handy.add(self.tally.put_total(cell, [cell._replace(group=group) for group in parts]))
        for key in by:
            self.tally.add_up(
                self.cell(total), [self.cell(total, stratum) for stratum in self.partitions[key].strata]
            )

"""The sums of all sites as the measuring room takes them: counts in its cells, days and causes of each time.

Not here: reading shares (`site.py`), and what is estimated (`estimates.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

import numpy as np

from bpp_etl.disclosure.publish import WITHOUT_ONE_FLAG
from bpp_etl.events import Protocol
from bpp_etl.measure.cohort import HER2, HER2_LABELS, REGISTRY, Cohort, Partition
from bpp_etl.measure.nobody import measure_nobody
from bpp_etl.measure.rows import Row
from bpp_etl.measure.run import Measured
from bpp_etl.measure.sensitivity import WITHOUT_ANY
from bpp_etl.measure.steps import CAUSES, Place
from bpp_etl.measure.tally import Cell, Tally
from bpp_etl.measure.write import MEASURED
from bpp_etl.metrics.inputs import Flags, Floats, Integers
from bpp_etl.pool.site import Site
from bpp_etl.share.pooling import Pool, is_of_one_registry, pooled
from schemas.contract import key_of
from schemas.event_flags import EVENT_FLAGS

NOBODY: Integers = np.zeros(0, dtype=np.int64)


class KeptError(Exception):
    """A site keeps a sum that is asked for, so that of all sites there is none."""


class Known(dict[Cell, int]):
    """The counts that every site tells; whoever asks for another is told, rather than given a zero."""

    def __missing__(self, cell: Cell) -> int:
        """Refuse a count that a site keeps."""
        raise KeptError


@dataclass(frozen=True)
class Together:
    """All sites; `nobody` has the rows that a release of their registries has, with the cells of counts."""

    sites: tuple[Site, ...]
    protocols: tuple[Protocol, ...]
    nobody: Measured

    @classmethod
    def of(cls, sites: Sequence[Site], protocols: Sequence[Protocol]) -> Together:
        """Put sites together, which may be pooled; `protocols` are theirs, in their order."""
        registries = sorted(name for site in sites for name in site.registries)
        completed = _with_every_flag([site.sums for site in sites])
        told = tuple(replace(site, sums=sums) for site, sums in zip(sites, completed, strict=True))
        return cls(told, tuple(protocols), measure_nobody(protocols, registries))

    @property
    def threshold(self) -> int:
        """Return the threshold of every share."""
        return self.sites[0].threshold

    @cached_property
    def sums(self) -> Pool:
        """Add the sums of the sites."""
        return pooled([site.sums for site in self.sites])

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """List the rows of a release, those without one flag that anybody carries among them."""
        carried = {
            row[1]
            for site in self.sites
            for _, table, row in site.sums.rows
            if table == "estimate" and row[1].startswith(WITHOUT_ONE_FLAG)
        }
        strata = [one for flag in EVENT_FLAGS if (one := f"{WITHOUT_ONE_FLAG}{flag}") in carried]
        listed: list[Row] = []
        for is_without_any, rows in groupby(
            self.nobody.rows, key=lambda row: row.values.get("stratum") == WITHOUT_ANY
        ):
            block = list(rows)
            listed += block
            listed += [_in_stratum(row, one) for one in strata if is_without_any for row in block]
        return tuple(listed)

    @cached_property
    def tally(self) -> Tally:
        """Put the counts that every site tells into their cells."""
        known = Known()
        for row in self.rows:
            place = row_key(row)
            for column, cell in row.counts.items():
                number = self.sums.count(*place, column)
                if number is not None:
                    known[cell] = number
        return Tally(counts=known)

    def ensure_told(self, *cells: Cell) -> None:
        """Refuse counts of which a site keeps its own; errors: KeptError."""
        if not self.tally.counts.keys() >= set(cells):
            raise KeptError

    def cohort(self, protocol: Protocol) -> Cohort:
        """Give the cohort of a protocol: its counts, and no patient."""
        registries = tuple(sorted(name for site in self.sites for name in site.registries))
        partitions = {
            REGISTRY: Partition(REGISTRY, registries, NOBODY),
            HER2: Partition(HER2, HER2_LABELS, NOBODY),
        }
        return Cohort(protocol.name, {}, partitions, self.tally, protocol.window)

    def sites_of(self, row: Sequence[str]) -> list[tuple[int, Site]]:
        """List the sites that a row is of, numbered from 1: all, or the one that has its registry."""
        every = list(enumerate(self.sites, start=1))
        if not is_of_one_registry(row):
            return every
        return [(number, site) for number, site in every if any(_names(row, one) for one in site.registries)]

    def outcomes(self, place: Place) -> tuple[Floats, Integers]:
        """Return the days and causes of a time or an incidence.

        Who left on no step is followed to the day after the last of the own site. Errors: KeptError where a
        site keeps its steps.
        """
        found = [site.sums.left(place) for _, site in self.sites_of((place.metric, place.stratum))]
        told = [one for one in found if one is not None]
        if len(told) < len(found) or not told:
            raise KeptError
        return np.concatenate([days for days, _ in told]), np.concatenate([causes for _, causes in told])

    def times(self, place: Place) -> tuple[Floats, Flags]:
        """Return the days of a time and whether each is an event; errors: as `outcomes`."""
        days, causes = self.outcomes(place)
        return days, causes == CAUSES["events"]

    def has_steps(self, place: Place) -> bool:
        """Say whether shares have the steps of a time, kept or told."""
        row = (place.protocol, place.table, (place.metric, place.stratum))
        return any(row in site.sums.rows for site in self.sites)


def row_key(row: Row) -> tuple[str, str, tuple[str, ...]]:
    """Name a row as sums do: protocol, table, and what its key holds after the protocol."""
    protocol, *named = (str(row.values[name]) for name in key_of(MEASURED[row.table][1]))
    return protocol, row.table, tuple(named)


def _names(row: Iterable[str], registry: str) -> bool:
    return f"{REGISTRY}={registry}" in row


def _in_stratum(row: Row, stratum: str) -> Row:
    counts: Mapping[str, Cell] = {
        column: cell._replace(stratum=stratum) for column, cell in row.counts.items()
    }
    subjects = tuple(cell._replace(stratum=stratum) for cell in row.subjects)
    return replace(row, values={**row.values, "stratum": stratum}, counts=counts, subjects=subjects)


def _with_every_flag(every: Sequence[Pool]) -> list[Pool]:
    """Give each share the rows without a flag that others have: those of all, where nobody carries it."""
    flagged = {key for sums in every for key in sums.rows if _is_without_flag(key)}
    completed = []
    for sums in every:
        lacking = {
            key: sums.rows[all_of]
            for key in flagged - sums.rows.keys()
            if (all_of := (*key[:2], (key[2][0], "all"))) in sums.rows
        }
        completed.append(Pool({**sums.rows, **lacking}))
    return completed


def _is_without_flag(key: tuple[str, str, tuple[str, ...]]) -> bool:
    return key[1] in ("estimate", "survival_curve") and key[2][1].startswith(WITHOUT_ONE_FLAG)

"""The follow-up of several groups, checked: what a comparison of their survival starts from.

Not here: any test or estimate made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bpp_etl.metrics.inputs import (
    Flags,
    Floats,
    Integers,
    Values,
    distinct_times,
    durations_from,
    flags_from,
    labels_from,
    require_same_length,
)


@dataclass(frozen=True, eq=False)
class GroupedTimes:
    """One entry per patient; times within rounding are one, and `member` is the place of the label.

    In the order of time, censorings before events, then of the groups: whatever order patients come in, sums
    over them end in the same last bit.
    """

    times: Floats
    is_event: Flags
    member: Integers
    labels: tuple[Any, ...]

    @classmethod
    def build(cls, durations: Values, observed: Values, groups: Values) -> GroupedTimes:
        times = durations_from(durations)
        is_event = flags_from(observed, "observed")
        labels, member = labels_from(groups, "groups")
        require_same_length(durations=times, observed=is_event, groups=member)
        distinct, position = distinct_times(times)
        k = max(len(labels), 1)
        position, rest = np.divmod(np.sort((position * 2 + is_event) * k + member), 2 * k)
        return cls(times=distinct[position], is_event=rest >= k, member=rest % k, labels=labels)

    def only(self, is_kept: Flags) -> GroupedTimes:
        """Leave out the patients of those groups for which `is_kept` does not hold."""
        kept = is_kept[self.member]
        return GroupedTimes(
            times=self.times[kept],
            is_event=self.is_event[kept],
            member=(np.cumsum(is_kept) - 1)[self.member[kept]],
            labels=tuple(label for label, stays in zip(self.labels, is_kept, strict=True) if stays),
        )

    def patients(self) -> Integers:
        """Count the patients of each group."""
        return np.bincount(self.member, minlength=len(self.labels))

    def events(self, is_counted: Flags) -> Integers:
        """Count those events of each group for which `is_counted` holds."""
        return np.bincount(self.member[is_counted], minlength=len(self.labels))

    def expected(self, is_counted: Flags) -> Floats:
        """Share out the counted events among the groups as if all had one hazard.

        Each patient expects the cumulative hazard of everybody, the sum of d / n over the event times, up to
        the end of follow-up. A group expects none just if it is followed for less time than the first event.
        """
        distinct, position, leaving = np.unique(self.times, return_inverse=True, return_counts=True)
        at_risk = self.times.size - np.cumsum(leaving) + leaving
        happening = np.bincount(position[is_counted], minlength=distinct.size)
        hazard = np.cumsum(happening / at_risk)
        shares: Floats = np.bincount(self.member, hazard[position], len(self.labels)).astype(np.float64)
        return shares

    def variance(self) -> float:
        """Return the hypergeometric variance of the events of one of two groups, summed over the times.

        At each time d (n-d)/(n-1) n_0 n_1/n^2; nothing where one patient is left. Source: Mantel 1966.
        """
        distinct, position = np.unique(self.times, return_inverse=True)
        leaving = np.bincount(position * 2 + self.member, minlength=2 * distinct.size).reshape(-1, 2)
        n_of = leaving[::-1].cumsum(axis=0)[::-1].astype(np.float64)
        d = np.bincount(position[self.is_event], minlength=distinct.size)
        n = n_of.sum(axis=1)
        terms = d * (n - d) / np.maximum(n - 1, 1) * n_of[:, 0] * n_of[:, 1] / n**2
        return float(terms.sum())

"""At each event time, who is at risk and who has the event, by group.

Not here: any test or estimate made from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from bpp_etl.metrics.inputs import (
    Floats,
    Integers,
    Values,
    distinct_times,
    durations_from,
    flags_from,
    labels_from,
    require_same_length,
)

# Cells of a group x time table made at once: bounds the memory.
_CHUNK = 1 << 20


@dataclass(frozen=True, eq=False)
class RiskTable:
    """The follow-up of every group, sorted, and the distinct times with an event."""

    labels: tuple[Any, ...]
    times_by_group: tuple[Floats, ...]
    event_times_by_group: tuple[Floats, ...]
    event_times: Floats
    observed: Integers

    @classmethod
    def build(cls, durations: Values, observed: Values, groups: Values) -> RiskTable:
        times = durations_from(durations)
        is_event = flags_from(observed, "observed")
        labels, member = labels_from(groups, "groups")
        require_same_length(durations=times, observed=is_event, groups=member)
        distinct, position = distinct_times(times)
        times = distinct[position]
        order = np.lexsort((position, member))
        ends = np.cumsum(np.bincount(member, minlength=len(labels)))[:-1]
        by_group = np.split(order, ends) if labels else []
        return cls(
            labels=labels,
            times_by_group=tuple(times[rows] for rows in by_group),
            event_times_by_group=tuple(times[rows][is_event[rows]] for rows in by_group),
            event_times=np.unique(times[is_event]),
            observed=np.bincount(member[is_event], minlength=len(labels)).astype(np.int64),
        )

    def chunks(self) -> Iterator[tuple[Floats, Floats]]:
        """Yield the numbers at risk and the numbers of events, group x event time, in runs of event times."""
        run = max(_CHUNK // max(len(self.labels), 1), 1)
        for start in range(0, max(self.event_times.size, 1), run):
            at = self.event_times[start : start + run]
            at_risk = np.empty((len(self.labels), at.size))
            events = np.empty_like(at_risk)
            for row, (times, event_times) in enumerate(
                zip(self.times_by_group, self.event_times_by_group, strict=True)
            ):
                at_risk[row] = times.size - np.searchsorted(times, at, side="left")
                events[row] = np.searchsorted(event_times, at, side="right") - np.searchsorted(
                    event_times, at, side="left"
                )
            yield at_risk, events

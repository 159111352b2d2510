"""Bone ALP: its change within patients, by the unit in which the laboratory gives it.

Not here: total ALP (`alp.py`), with which it is never mixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from schemas.metrics.alp import KNOWN
from schemas.metrics.bases import BONE_ALP as READ
from schemas.metrics.bases import CALL
from schemas.metrics.record import Metric

BONE_ALP_UNITS: Mapping[str, str] = MappingProxyType({"bone_alp": "ug/L", "bone_alp_activity": "U/L"})
"""How a metric begins -> its unit: bone ALP as a mass, and as an activity."""

_MOMENTS = {"event": "the event", "progression": "progression"}
_AS = {"ug/L": "a mass", "U/L": "an activity"}


def _changes(name: str, unit: str, moment: str, words: str) -> tuple[Metric, ...]:
    of = f"of bone ALP, as {_AS[unit]}, from baseline to {words}, in pseudoprogressions"
    shift = Metric(
        f"{name}_change_at_{moment}",
        f"Shift {of} (Hodges-Lehmann, of the changes that are not zero).",
        unit=unit,
        basis=CALL | READ,
        warnings=KNOWN,
    )
    return shift, shift.variant("median", f"Median change {of}.", more=("no_interval",))


BONE_ALP = tuple(
    metric
    for name, unit in BONE_ALP_UNITS.items()
    for moment, words in _MOMENTS.items()
    for metric in _changes(name, unit, moment, words)
)

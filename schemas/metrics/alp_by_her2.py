"""How the change of ALP differs between HER2-positive and HER2-negative pseudoprogressions.

Not here: the change within patients, of everyone and of each group (`alp.py`).
"""

from __future__ import annotations

from schemas.metrics.alp import KNOWN
from schemas.metrics.bases import ALP, CALL
from schemas.metrics.record import Metric

CHANGES = {
    "alp_change_at_event": ("alp_event", "from baseline to the event"),
    "alp_change_at_progression": ("alp_progression", "from baseline to progression"),
}
"""Metric of the change within patients -> the group of those with both values, and the change in words."""

ALP_BY_HER2 = tuple(
    Metric(
        f"{metric}_difference",
        f"Change of ALP {words} in one group of pseudoprogressions less that in another (Hodges-Lehmann).",
        unit="U/L",
        basis=CALL | ALP,
        warnings=KNOWN,
    )
    for metric, (_, words) in CHANGES.items()
)

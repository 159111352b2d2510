"""The tags that tell which delivery a run is of, whichever door it came through.

Not here: tags of assets (`describe.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from bpp_etl.landing.arrival import Arrival

DELIVERY = "bpp/delivery"
FINGERPRINT = "bpp/fingerprint"
WORKED_OFF = "bpp.worked_off"


def delivery_tags(arrival: Arrival) -> dict[str, str]:
    """Tag a run with the delivery it is of; the fingerprint tells a changed one from the one before."""
    return {DELIVERY: arrival.delivery.name, FINGERPRINT: arrival.fingerprint}


def worked_off(arrival: Arrival) -> dict[str, str]:
    """Tag a run of many registries with a delivery that it has worked off."""
    delivery = arrival.delivery
    return {f"{WORKED_OFF}/{delivery.registry}": f"{delivery.name}/{arrival.fingerprint}"}


def delivery_in(tags: Mapping[str, str]) -> str | None:
    """Name the delivery that a run was requested for; None where nobody said, and the newest counts."""
    return tags.get(DELIVERY)

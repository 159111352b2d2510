"""Time points and lines of therapy: the shared first steps of cadence and events.

Not here: what a time point shows or means (`bpp_etl/events`).
"""

from bpp_etl.timeline.cadence import derive_cadence

__all__ = ["derive_cadence"]

"""What is measured of the events of a release, exactly.

Not here: what may be told of it (`bpp_etl/disclosure`), the statistics themselves (`bpp_etl/metrics`), and
the events that are measured (`bpp_etl/events`).
"""

from bpp_etl.measure.run import Measured, measure

__all__ = ["Measured", "measure"]

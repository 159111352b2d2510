"""The metric tables of a release: what is measured of the events, and what may be shown of it.

Not here: the statistics themselves (`bpp_etl/metrics`), and the events that are measured (`bpp_etl/events`).
"""

from bpp_etl.measure.run import MeasureSummary, measure

__all__ = ["MeasureSummary", "measure"]

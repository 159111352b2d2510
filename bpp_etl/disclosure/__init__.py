"""What may be told outside the house: the one room that hides counts, and what would give them away.

Not here: what is measured (`bpp_etl/measure`) and what differs between releases (`bpp_etl/difference`).
"""

from bpp_etl.disclosure.publish import DEFAULT_THRESHOLD, publish_metrics, rows_told

__all__ = ["DEFAULT_THRESHOLD", "publish_metrics", "rows_told"]

"""Gating one delivery without a warehouse: `bpp check`.

Not here: judging (`bpp_etl/gate`).
"""

from bpp_etl.check.run import check_delivery

__all__ = ["check_delivery"]

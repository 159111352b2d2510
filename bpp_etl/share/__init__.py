"""What leaves the house: metrics under disclosure control, without any row, id or date of a patient.

Not here: which counts are hidden (`bpp_etl/disclosure`), and releases, which stay in the house.
"""

from bpp_etl.share.make import Share, make_share

__all__ = ["Share", "make_share"]

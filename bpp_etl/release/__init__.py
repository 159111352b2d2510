"""Building, verifying, publishing and rolling back releases.

Not here: what the tables hold, and what differs between two releases (`bpp_etl/difference`).
"""

from bpp_etl.release.build import Release, assemble, publish
from bpp_etl.release.shelf import Shelf

__all__ = ["Release", "Shelf", "assemble", "publish"]

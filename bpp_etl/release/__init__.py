"""Building, verifying, publishing, comparing and rolling back releases.

Not here: what the tables hold.
"""

from bpp_etl.release.build import Release, assemble, publish
from bpp_etl.release.shelf import Shelf

__all__ = ["Release", "Shelf", "assemble", "publish"]

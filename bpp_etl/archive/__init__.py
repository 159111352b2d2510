"""Delivered files, kept compressed by their digests as long as a release that is kept was made of them.

Not here: reading them (`bpp_etl/reading`), and telling a row of them (`bpp_etl/explain`).
"""

from bpp_etl.archive.deliveries import brought_back, forget_registry, keep_delivery, sweep_archive

__all__ = ["brought_back", "forget_registry", "keep_delivery", "sweep_archive"]

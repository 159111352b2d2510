"""A release in the forms of other standards, for whoever may hold its patients: it stays in the house.

Not here: what may leave it (`bpp_etl/share`), and reading these standards (`bpp_etl/adapters`).
"""

from bpp_etl.export.make import Exported, export_release

__all__ = ["Exported", "export_release"]

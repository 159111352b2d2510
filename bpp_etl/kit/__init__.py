"""Collection forms made from the contracts, so that form and gate never part: a workbook, a REDCap project.

Not here: reading what was collected (`bpp_etl/reading`, `bpp_etl/adapters`).
"""

"""The report of a release: one html file that loads nothing, drawn from the release file alone.

Not here: any number that is not in the release, and any patient's value or id.
"""

from bpp_etl.report.draw import write_report

__all__ = ["write_report"]

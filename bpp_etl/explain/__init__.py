"""Explaining one patient's call, or one delivered row: evidence, the rule that fired, what would change it.

Not here: the rules (`bpp_etl/events`), which are run again on that patient's published rows.
"""

from bpp_etl.explain.run import explain_patient

__all__ = ["explain_patient"]

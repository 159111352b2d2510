"""Columns that most tables of the `metric` schema share.

Not here: the tables (`schemas/metric.py`, `schemas/metric_groups.py`).
"""

from typing import Any

from schemas.contract import derived


def protocol_column() -> Any:
    """Describe the protocol."""
    return derived("Name of the protocol that was applied.", nullable=False)


def stratum_column() -> Any:
    """Describe the stratum."""
    return derived("Who is in it: all, or a property and its value, such as her2=positive.", nullable=False)


def is_suppressed_column() -> Any:
    """Describe the mark of disclosure control, which a release bears nowhere."""
    return derived(
        "Whether disclosure control withheld the number of the row: its estimate, median or share, or its "
        "count where it has none of these. A count that is empty beside one of them was withheld by itself. "
        "Never in a release, which is exact.",
        nullable=False,
    )


def warnings_column() -> Any:
    """Describe the warnings."""
    return derived("Codes of what a reader must know, in alphabetical order.", nullable=False)

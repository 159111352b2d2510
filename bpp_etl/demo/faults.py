"""What a fault is: one row to be added, the rules it breaks, and the patients and scans that carry faults.

The faults themselves are listed in fault_rows.py and fault_results.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Cast:
    """Who carries the faults."""

    refused_patient: str
    refused_scan: str
    living_patient: str
    scan_with_lesions: str
    dead_patient: str
    death_date: date
    unmeasured_patient: str  # admitted, and without any laboratory result


@dataclass(frozen=True)
class Fault:
    """One added row: the rules it breaks (none = it is kept), the flag it gets, the row it repeats."""

    table: str
    row: Row
    rules: tuple[str, ...] = ()
    flag: str | None = None
    twin_row_number: int | None = None


# Rows of any other analyte are ignored, and so cannot break a rule.
ALP_ANALYTES = ("ALP_TOTAL", "6768-6", "ALP_BONE", "17838-4")
# The same faults in every table that has a date: text, and the rule it breaks.
BAD_DATES = (("2021-02-30", "date_invalid"), ("2021-03", "date_is_partial"))


def day_before(delivery_date: date, days: int) -> str:
    """Writes the day so many days before the delivery."""
    return (delivery_date - timedelta(days=days)).isoformat()

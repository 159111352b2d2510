"""What a fault is: one row to be added, the rules it breaks, and the patients and scans that carry faults.

The faults themselves are listed in fault_rows.py, and beside the rules of one table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bpp_etl.demo.people import COMMON_BIRTH_DATE
from bpp_etl.demo.profiles import Profile
from schemas.examples import Day, Row


@dataclass(frozen=True)
class Cast:
    """Who carries the faults."""

    refused_patient: str
    refused_scan: str
    living_patient: str
    scan_with_lesions: str
    dead_patient: str
    birth_date: date  # of the dead patient
    death_date: date

    def names(self, delivery_date: date, profile: Profile) -> Mapping[str, object]:
        """Returns what the names in an example stand for in a registry of a profile."""
        return {
            "delivery": Day(delivery_date),
            "birth": Day(self.birth_date),
            "death": Day(self.death_date),
            "living": self.living_patient,
            "dead": self.dead_patient,
            "common_birth": Day(COMMON_BIRTH_DATE),
            "nobody": f"SYN-{profile.code}9999999",
            "scan": self.scan_with_lesions,
            "no_scan": f"SYN-{profile.code}A9999999",
            # The first scan that is added has no date.
            "refused_scan": f"SYN-{profile.code}A9000001",
            "laboratory": profile.laboratories[0],
        }


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

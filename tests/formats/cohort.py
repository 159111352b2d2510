"""One synthetic cohort as rows of text, cut to what the formats that are compared can carry.

Not here: writing it in a format. No patient stands behind any row.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from bpp_etl.demo.profiles import Profile
from bpp_etl.demo.registry import generate_registry
from bpp_etl.demo.write import write_delivery

Row = dict[str, str]
Tables = Mapping[str, list[Row]]
DAY = "2026-06-30"
PATIENTS = 120
LOST: Mapping[str, Mapping[str, str]] = {
    "her2_tests": {"specimen_site": "unknown"},
    "lab_results": {"laboratory": ""},
}
"""What no other format than the canonical one says of a row: every writer is given it as it will be read."""


def cohort(folder: Path) -> Tables:
    """Generate the cohort, by way of csv in a folder; an empty cell is an empty text."""
    made = generate_registry(PATIENTS, 11, Profile("synthetic-north", "N"), dt.date.fromisoformat(DAY))
    write_delivery(made, folder, "csv")
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            tables[path.stem] = [{**row, **LOST.get(path.stem, {})} for row in csv.DictReader(stream)]
    for row in tables["patients"]:
        # What is not known is written down by some formats, and by others not at all.
        for column in ("er_status", "pr_status"):
            row[column] = row[column].removesuffix("unknown")
    return tables


def write_csv(path: Path, rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Write some columns of rows, as a side table has them."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)

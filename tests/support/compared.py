"""Two made-up releases to compare.

Not here: what must be told of them (`tests/unit/difference`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from bpp_etl.difference.releases import Difference, RuleChange, difference_of
from bpp_etl.release.shelf import FILE, Shelf
from tests.support.relations import rows_in
from tests.support.releases import MadeRelease, publish_made

CANDIDATE = "day -10 CT\n day 42 CT: new osteoblastic\n day -5 ALP 110\n day 42 ALP 95"
CONFIRMED = CANDIDATE + "\n day 84 CT\n day 126 CT"
EAST = {
    "SECRET-1": CONFIRMED,
    "SECRET-2": CANDIDATE + "\n day 84 CT",
    "SECRET-3": "day -10 CT\n day 42 CT",
}
WEST = {"SECRET-4": CONFIRMED, "SECRET-5": "day -10 CT"}


ESTIMATES = """
    metric                     estimate  unit   patients  ci_low  ci_high  p_value  is_suppressed
    time_to_pseudoprogression  52.0      days   20        48.0    60.0     .        no
    alp_change_at_event        -20.0     U/L    20        .       .        0.0004   no
    pseudoprogression_share    .         share  .         .       .        .        yes
    candidate_to_progression   300.0     days   20        200.0   .        .        no
    cadence_interval           42.0      days   20        .       .        .        no
    cadence_deviation          1.0       days   20        .       .        .        no
"""
MOVED_ESTIMATES = """
    metric                     estimate  unit   patients  ci_low  ci_high  p_value  is_suppressed
    time_to_pseudoprogression  54.5      days   22        50.0    .        .        no
    alp_change_at_event        -22.0     U/L    20        .       .        0.03     no
    pseudoprogression_share    .         share  .         .       .        .        yes
    candidate_to_progression   300.0     days   20        200.0   .        .        no
    cadence_interval           42.0      days   20        .       .        .        no
    cadence_deviation          2.0       days   20        .       .        .        no
"""
BEFORE = MadeRelease(
    {"east": EAST, "west": WEST}, estimates=rows_in(ESTIMATES, stratum="all", method="made up")
)
AFTER = MadeRelease(
    {
        "east": {
            # A progression comes to the second; the third has left, a fourth has entered.
            "SECRET-1": CONFIRMED.replace("ALP 95", "ALP 80"),
            "SECRET-2": CANDIDATE + "\n day 84 CT: PD\n day 90 last contact",
            "SECRET-6": CANDIDATE,
        },
        "west": WEST,
    },
    created_at=dt.datetime(2021, 4, 1, 8, tzinfo=dt.UTC),
    delivery="2021-03-04",
    code_version="2.0",
    shut=("south",),
    refused={("east", "bone_lesions"): 3},
    estimates=rows_in(MOVED_ESTIMATES, stratum="all", method="made up"),
)


def changed_since(folder: Path) -> Difference:
    """Find what changed between two made-up releases, told of the registry `north`.

    They hold what became of rows, and not which rules they broke.
    """
    of_north = [replace(made, courses={"north": made.courses["east"]}) for made in (BEFORE, AFTER)]
    shelf = Shelf.of(folder)
    found = difference_of(*(shelf.folder(publish_made(folder, made)) / FILE for made in of_north))
    return replace(found, rules=(RuleChange("north", "bone_lesions", "code_unknown", 5, 17),))


def section(lines: list[str], heading: str) -> list[str]:
    """Return the lines under a heading, up to the next empty line."""
    start = lines.index(heading) + 1
    end = lines.index("", start) if "" in lines[start:] else len(lines)
    return lines[start:end]

"""A made release, with patients of every kind and ids of every kind, exported once in each format.

Not here: what it must come to.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from bpp_etl.export import Exported, export_release
from tests.support.releases import MadeRelease, publish_made

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
CONFIRMED = """
    day -10 CT
    day {0} CT: new osteoblastic spine
    day {1} CT
    day {2} CT
"""
REGIMEN = "ü" * 150
"""Text of 300 bytes."""
KNOWN = f"""
    day 0 line 1 starts with {REGIMEN}
    day 210 line 2 starts with capecitabine
    day -20 HER2 metastasis positive
    day -5 ALP 120
    day 44 ALP 96.5 at other
    day 44 bone ALP 22
"""
COURSES = {
    "north": {
        "P1": CONFIRMED.format(42, 84, 126) + "day 200 CT: PD" + KNOWN,
        "P2": CONFIRMED.format(40, 84, 126) + "day 168 MRI\nday 210 CT",
        "P3": CONFIRMED.format(60, 100, 140) + "day 300 CT: PD\nday 350 dies",
        "P4": CONFIRMED.format(84, 126, 168) + "day 250 CT: PD",
        "true": "day -3 CT\nday 42 CT: new osteoblastic rib\nday 84 CT: PD\nday 90 line 1 ends",
        "open": "day -3 CT\nday 390 CT: new osteoblastic rib",
        "PD first": "day -3 CT\nday 42 CT: PD",
        "no scan": "day 30 dies",
        "dead on line": "day -3 CT\nday 42 CT: SD\nday 70 dies",
        "alive": "day -3 CT: stable osteolytic pelvis\nday 44 CT: PR, stable osteolytic pelvis",
        "bone scan": "day -3 CT\nday 50 bone scan: PD\nday 52 CT: NE\nday 90 X-ray",
        "old": "day -90 CT: SD\nday -10 CT\nday 42 CT: lysis osteolytic spine",
    },
    "south_2": {
        "P1": CONFIRMED.format(49, 91, 133) + "day 140 CT: PD",
        "quote \" and '": "day -3 CT\nday 42 CT",
        "comma, semi;": "day -3 CT\nday 42 CT: SD",
        "tab\there": CONFIRMED.format(42, 84, 126) + "day 170 CT: PD",
        "Ünï 病人": CONFIRMED.format(43, 85, 127) + "day 240 CT",
        "x" * 300: CONFIRMED.format(42, 84, 126) + "day 170 CT: PD",
        "no line": "no line 1\nday -3 CT\nday 5 ALP 80",
    },
}
"""Registry -> patient -> course. Line 1 starts on day 0, but of one who has none."""


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made") / "warehouse"
    publish_made(root, MadeRelease(COURSES))
    return root


@pytest.fixture(scope="session")
def export(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Exported]:
    made: dict[str, Exported] = {}

    def once(form: str) -> Exported:
        if form not in made:
            target = tmp_path_factory.mktemp("out") / form
            made[form] = export_release(warehouse, target, form, now=NOW)
        return made[form]

    return once


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """Read a table of the OMOP export."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))

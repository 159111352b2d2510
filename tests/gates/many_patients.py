"""Deliveries of so many patients that rules of the record judge them, and judging one.

Not here: tests (`test_record_rules.py`, `test_days_of_the_record.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from tests.support.deliveries import TINY, write_delivery_of
from tests.support.gating import Gated, gated

LEAST = 20

FEW = 5
"""Of so few what would shut the gate is told."""


def added(table: str, rows: Iterable[str], *, alone: bool = False) -> str:
    """Write rows after those of the tiny table, or in their place."""
    before = TINY[table].split("\n", 1)[0] + "\n" if alone else TINY[table]
    return before + "".join(f"{row}\n" for row in rows)


def days(count: int) -> list[str]:
    """List days of which no two are the same, and none is the first of a month."""
    some = (dt.date(2015, 1, 2) + dt.timedelta(number) for number in range(2 * count))
    return [day.isoformat() for day in some if day.day > 1][:count]


def judged(landing: Path, toml: str = "", **tables: str | None) -> Gated:
    # No rule of this chapter looks at HER2: without its table a delivery is judged sooner.
    folder = write_delivery_of(landing, **{"her2_tests": None, **tables})
    if toml:
        (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return gated(folder)


def people(count: int) -> list[str]:
    return [f"P{number}" for number in range(count)]


def patients(count: int, rows: Iterable[str] = ()) -> str:
    """Write patients P0, P1, ... beside the tiny ones, and others as they are given."""
    told = [f"{one},female,{day}" for one, day in zip(people(count), days(count), strict=True)]
    return added("patients", [*told, *rows])


LABORATORY = "patient_id,analyte,specimen_date,value,unit,upper_limit_normal,laboratory\n"


def results(rows: Iterable[str]) -> str:
    return LABORATORY + "".join(f"{row}\n" for row in rows)

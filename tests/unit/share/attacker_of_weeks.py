"""A reader of the steps of curves: how many had left by which week, of everybody and of each stratum.

Not here: counts without a day (`attacker.py`). Groups are of as many as the threshold or more; events are
dated to the week of the last of a group, censorings to that of the middle one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tests.unit.share.attacker import Known, Name, Row, Tables

WEEK = 7
END = 10**6
"""A day after all others."""
KINDS = ("events", "censored")


def read_weeks(tables: Tables, metric: str, key: str) -> Known:
    """Read the steps of one time, of everybody and of the strata of one property.

    A name is what happened, the day up to which, and the stratum.
    """
    strata = ["all", *sorted(_strata(tables, metric, key))]
    steps = {one: [row for row in tables["survival_curve"] if _is(row, metric, one)] for one in strata}
    last = {END, *(row["time_days"] for rows in steps.values() for row in rows)}
    days = sorted({0, *last, *(day - WEEK for day in last if WEEK < day < END)})
    known = Known()
    for kind in KINDS:
        for stratum in strata:
            for earlier, later in pairwise(days):
                known.tell(_by(kind, earlier, stratum), None)
                known.limit(_by(kind, earlier, stratum), known.tell(_by(kind, later, stratum), None))
        for day in days:
            known.add(_by(kind, day, "all"), [_by(kind, day, stratum) for stratum in strata[1:]])
    for stratum, rows in steps.items():
        for kind in KINDS:
            for name, least, most in _limits(kind, stratum, rows):
                known.narrow(name, least=least, most=most)
        for row in tables["estimate"]:
            if _is(row, metric, stratum):
                _read_totals(known, row, stratum)
    return known


def _read_totals(known: Known, row: Row, stratum: str) -> None:
    events, censored = (_by(kind, END, stratum) for kind in KINDS)
    known.tell(events, row["events"])
    whole = known.tell(("patients", "", stratum), row["patients"])
    known.add(whole, (events, censored))


def _limits(kind: str, stratum: str, rows: Sequence[Row]) -> Iterator[tuple[Name, float, float]]:
    """Yield the least and most by a day that each step of groups tells."""
    sofar = 0
    listed = [row for row in rows if row[kind]]
    for row in listed:
        number, day = row[kind], row["time_days"]
        at = sofar + (number if kind == "events" else number - number // 2)
        yield _by(kind, day, stratum), at, 1e9
        if day > WEEK and (kind == "events" or row is not listed[-1]):
            yield _by(kind, day - WEEK, stratum), 0.0, at - 1
        sofar += number
        yield _by(kind, END, stratum), sofar, 1e9


def _strata(tables: Tables, metric: str, key: str) -> set[str]:
    rows: Sequence[Mapping[str, Any]] = tables["estimate"]
    return {
        row["stratum"] for row in rows if row["metric"] == metric and row["stratum"].startswith(f"{key}=")
    }


def _is(row: Row, metric: str, stratum: str) -> bool:
    return (row["metric"], row["stratum"]) == (metric, stratum)


def _by(kind: str, day: int, stratum: str) -> Name:
    return kind, f"by {day}", stratum

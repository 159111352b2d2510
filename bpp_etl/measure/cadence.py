"""How well first-line CTs kept to the schedule: everyone by registry, and pseudoprogressions by HER2 status.

Not here: the class of a single CT (`bpp_etl/timeline`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from bpp_etl.measure.cohort import HER2, REGISTRY, Cohort
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.measure.shares import share_row
from bpp_etl.measure.tally import Cell, Tally
from bpp_etl.warehouse.select import Column
from schemas.codes import CADENCE_CLASS

COUNTED = ("total", *CADENCE_CLASS)
DAYS = ("interval_days", "deviation_days", "time_points")


@dataclass(frozen=True)
class Schedule:
    """How CTs kept to the schedule: numbers of CTs, of patients behind each, and medians; by stratum."""

    counts: dict[str, tuple[int, ...]]
    people: dict[str, tuple[int, ...]]
    medians: dict[str, tuple[float, float]]


def schedule_from(counts: pl.DataFrame, days: pl.DataFrame, key: str) -> Schedule:
    """Read what two cadence SELECTs count by label: CTs and patients; and of each number of days, the CTs."""
    schedule = Schedule({}, {}, {})
    for label in (None, *counts["label"]):
        stratum, is_own = ("all", True) if label is None else (f"{key}={label}", pl.col("label") == label)
        own = counts.filter(is_own)
        schedule.counts[stratum] = tuple(int(own[name].sum()) for name in COUNTED)
        schedule.people[stratum] = tuple(int(own[f"people_{name}"].sum()) for name in COUNTED)
        found = days.filter(is_own)
        if found.height:
            intervals, deviations, numbers = (found[name].to_numpy() for name in DAYS)
            schedule.medians[stratum] = (_median(intervals, numbers), _median(deviations, numbers))
    return schedule


def _median(values: Column, numbers: Column) -> float:
    """Return the median of whole numbers, each of which is there so often."""
    order = np.argsort(values)
    up_to = np.cumsum(numbers[order])
    middle = np.searchsorted(up_to, [(up_to[-1] - 1) // 2, up_to[-1] // 2], side="right")
    return float(np.mean(values[order][middle]))


def cadence_rows(cohort: Cohort, first_line: Schedule, pseudoprogression: Schedule) -> list[Row]:
    """Build the rows of `metric.cadence` and the estimates of both populations."""
    rows: list[Row] = []
    for population, schedule, key, whole in (
        ("first_line", first_line, REGISTRY, cohort.first_line()),
        ("pseudoprogression", pseudoprogression, HER2, cohort.cell("pseudoprogression")),
    ):
        strata = ("all", *cohort.partitions[key].strata)
        base = whole._replace(group=f"cadence_{whole.group}")
        _count(cohort.tally, schedule, base, strata, whole)
        for stratum in strata:
            cell = base._replace(stratum=stratum)
            rows += _rows(cohort, population, cell, schedule.medians.get(stratum, (None, None)))
    return rows


def _named(cell: Cell, name: str) -> Cell:
    return cell._replace(group=f"{cell.group} {name}")


def _count(tally: Tally, schedule: Schedule, base: Cell, strata: tuple[str, ...], whole: Cell) -> None:
    """Count the CTs of each class and the patients who had any; the classes, and the strata, add up."""
    nothing = (0,) * len(COUNTED)
    for stratum in strata:
        cell = base._replace(stratum=stratum)
        counts, people = schedule.counts.get(stratum, nothing), schedule.people.get(stratum, nothing)
        for name, number, persons in zip(COUNTED, counts, people, strict=True):
            tally.put(_named(cell, name), number, people=persons)
        tally.add_up(_named(cell, "total"), [_named(cell, name) for name in CADENCE_CLASS])
        patients = tally.put(_named(cell, "patients"), people[0])
        tally.put_rest(whole._replace(stratum=stratum), patients)
    for name in (*COUNTED, "patients"):
        parts = [_named(base._replace(stratum=stratum), name) for stratum in strata[1:]]
        tally.add_up(_named(base, name), parts)


def _rows(
    cohort: Cohort, population: str, cell: Cell, medians: tuple[float | None, float | None]
) -> list[Row]:
    tally = cohort.tally
    prefix = "" if population == "first_line" else "pseudoprogression_"
    patients, total, on_time = (_named(cell, name) for name in ("patients", "total", "on_time"))
    classes = [
        Row(
            table="cadence",
            values={
                "protocol": cohort.protocol,
                "population": population,
                "stratum": cell.stratum,
                "cadence_class": name,
                "share": tally.counts[_named(cell, name)] / tally.counts[total]
                if tally.counts[total]
                else None,
            },
            counts={"time_points": _named(cell, name), "total": total},
            subjects=(patients,),
            statistics=("share",),
            tells_counts=True,
        )
        for name in CADENCE_CLASS
    ]
    estimates = [
        estimate_row(
            tally,
            f"{prefix}cadence_{name}",
            patients,
            Interval(median),
            protocol=cohort.protocol,
            method="Median over CT time points",
        )
        for name, median in zip(("interval", "deviation"), medians, strict=True)
    ]
    share = share_row(
        tally,
        f"{prefix}cadence_on_time_share",
        patients,
        on_time,
        of=total,
        protocol=cohort.protocol,
        method="Share of CT time points",
        has_interval=False,
    )
    return [*classes, *estimates, share]

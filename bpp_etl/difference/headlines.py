"""Tells the estimates that a reader looks at first: before, after, and what moved them.

Not here: finding what moved them (`movers.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bpp_etl.difference.movers import Movers
from bpp_etl.pages.plain_text import counted, wrapped
from schemas.metrics import HEADLINES

Row = Mapping[str, Any]
"""A row of `estimate_change`, or of `quality.change`."""

SUPPRESSED, UNCHANGED = "suppressed", "unchanged"
NOT_THERE = {"before": "appeared", "after": "gone"}
"""The course of a number that one side has not."""


@dataclass(frozen=True)
class Moved:
    """A headline number that moved: its name, what it was and is, and what moved it."""

    name: str
    before: str
    after: str
    movers: tuple[str, ...]


@dataclass(frozen=True)
class Headlines:
    """The headline numbers of one protocol: those that moved, those that did not, and how many others did."""

    moved: tuple[Moved, ...]
    unchanged: tuple[str, ...]
    suppressed: tuple[str, ...]
    others: int
    others_moved: int


def headlines_of(rows: Sequence[Row], movers: Movers) -> Headlines:
    """Sort out the headline estimates of one protocol, and find what moved them."""
    by_key = {(row["metric"], row["stratum"]): row for row in rows}
    moved, unchanged, suppressed = [], [], []
    for row in (by_key[key] for key in HEADLINES if key in by_key):
        before, after = value_told(row, "before"), value_told(row, "after")
        if before == after == SUPPRESSED:
            suppressed.append(name_told(row))
        elif row["course"] == UNCHANGED:
            unchanged.append(f"{name_told(row)} {after}")
        else:
            moved.append(Moved(name_told(row), before, after, movers.of(row).told))
    others = [row for row in rows if (row["metric"], row["stratum"]) not in HEADLINES]
    others_moved = sum(row["course"] != UNCHANGED for row in others)
    return Headlines(tuple(moved), tuple(unchanged), tuple(suppressed), len(others), others_moved)


def headlines_told(found: Headlines) -> list[str]:
    """Tell each headline estimate of one protocol on a terminal; count the others."""
    lines: list[str] = []
    for one in found.moved:
        lines += wrapped(one.name, "  ")
        lines += wrapped(f"{one.before} -> {one.after}", "    ")
        for told in one.movers:
            lines += wrapped(f"moved by {told}", "    ", hanging="      ")
    for heading, names in (("unchanged", found.unchanged), ("suppressed in both", found.suppressed)):
        if names:
            lines += wrapped(f"{heading}: {'; '.join(names)}", "  ", hanging="    ")
    further = counted(found.others, "further estimate")
    return lines + wrapped(
        f"{found.others_moved} of {further} moved; metric.estimate of both files has them", "  "
    )


def name_told(row: Row) -> str:
    """Name an estimate: its metric, and its stratum where it is not everyone."""
    return str(row["metric"]) if row["stratum"] == "all" else f"{row['metric']} [{row['stratum']}]"


def value_told(row: Row, side: str) -> str:
    """Tell an estimate with its interval, what was tested, and how many patients it rests on."""
    if row["course"] == NOT_THERE[side]:
        return "not there"
    value, low, high = (row[f"{name}_{side}"] for name in ("estimate", "ci_low", "ci_high"))
    if value is None:
        return SUPPRESSED if row[f"is_suppressed_{side}"] else "none"
    unit = row["unit"]
    told = [_with_unit(value, unit)]
    if low is not None or high is not None:
        limits = ("not reached" if limit is None else _number(limit, unit) for limit in (low, high))
        told[0] += f" ({' to '.join(limits)})"
    p_value = row[f"p_value_{side}"]
    if p_value is not None:
        told.append("p < 0.001" if p_value < 0.001 else f"p {p_value:.3f}")
    if row[f"patients_{side}"] is not None:
        told.append(counted(row[f"patients_{side}"], "patient"))
    return ", ".join(told)


def _number(value: float, unit: str) -> str:
    if unit == "share":
        return f"{100 * value:.1f}"
    return f"{value:.1f}".removesuffix(".0") if unit in {"days", "U/L", "ug/L"} else f"{value:.2f}"


def _with_unit(value: float, unit: str) -> str:
    """Write a number in its unit; statistics, ratios and areas have none."""
    word = {"share": " %", "days": " days", "U/L": " U/L", "ug/L": " ug/L"}.get(unit, "")
    return _number(value, unit) + word

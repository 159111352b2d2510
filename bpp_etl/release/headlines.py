"""Tells the estimates that a reader looks at first: before, after, and what moved them.

Not here: finding what moved them (`movers.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bpp_etl.plain_text import counted, wrapped
from bpp_etl.release.movers import Movers

HEADLINES: tuple[tuple[str, str], ...] = (
    ("time_to_pseudoprogression", "all"),
    ("pseudoprogression_to_progression", "all"),
    ("pseudoprogression_to_progression_log_rank", "her2=positive/negative"),
    ("candidate_to_progression", "all"),
    ("pseudoprogression_share", "all"),
    ("progression_incidence_365_days", "all"),
    ("alp_change_at_event", "all"),
    ("alp_change_at_progression", "all"),
    ("lesion_site_share_of_patients", "site=spine"),
    ("cadence_on_time_share", "all"),
)
"""Metric and stratum."""

Row = Mapping[str, Any]
"""A row of `estimate_change`."""

SUPPRESSED = "suppressed"


def headlines_told(rows: Sequence[Row], movers: Movers) -> list[str]:
    """Tell each headline estimate of one protocol; count the others."""
    by_key = {(row["metric"], row["stratum"]): row for row in rows}
    headlines = [by_key[key] for key in HEADLINES if key in by_key]
    lines: list[str] = []
    same: dict[str, list[str]] = {"unchanged": [], "suppressed in both": []}
    for row in headlines:
        before, after = value_told(row, "before"), value_told(row, "after")
        if before == after == SUPPRESSED:
            same["suppressed in both"].append(name_told(row))
        elif row["is_unchanged"]:
            same["unchanged"].append(f"{name_told(row)} {after}")
        else:
            lines += wrapped(name_told(row), "  ")
            lines += wrapped(f"{before} -> {after}", "    ")
            for told in movers.told(row["metric"], row["stratum"], row["protocol"]):
                lines += wrapped(f"moved by {told}", "    ", hanging="      ")
    for heading, names in same.items():
        if names:
            lines += wrapped(f"{heading}: {'; '.join(names)}", "  ", hanging="    ")
    others = [row for row in rows if (row["metric"], row["stratum"]) not in HEADLINES]
    moved = sum(not row["is_unchanged"] for row in others)
    further = counted(len(others), "further estimate")
    return lines + wrapped(f"{moved} of {further} moved; metric.estimate of both files has them", "  ")


def name_told(row: Row) -> str:
    """Name an estimate: its metric, and its stratum where it is not everyone."""
    return str(row["metric"]) if row["stratum"] == "all" else f"{row['metric']} [{row['stratum']}]"


def value_told(row: Row, side: str) -> str:
    """Tell an estimate with its interval, what was tested, and how many patients it rests on."""
    if not row[f"is_{side}"]:
        return "not there"
    value, low, high = (row[f"{name}_{side}"] for name in ("estimate", "low", "high"))
    if value is None:
        return SUPPRESSED if row[f"is_suppressed_{side}"] else "none"
    unit = row["unit"]
    told = [_with_unit(value, unit)]
    if low is not None or high is not None:
        limits = ("not reached" if limit is None else _number(limit, unit) for limit in (low, high))
        told[0] += f" ({' to '.join(limits)})"
    if row[f"p_{side}"] is not None:
        p_value = row[f"p_{side}"]
        told.append("p < 0.001" if p_value < 0.001 else f"p {p_value:.3f}")
    if row[f"patients_{side}"] is not None:
        told.append(counted(row[f"patients_{side}"], "patient"))
    return ", ".join(told)


def _number(value: float, unit: str) -> str:
    if unit == "share":
        return f"{100 * value:.1f}"
    return f"{value:.1f}".removesuffix(".0") if unit in {"days", "U/L"} else f"{value:.2f}"


def _with_unit(value: float, unit: str) -> str:
    """Write a number in its unit; statistics, ratios and areas have none."""
    word = {"share": " %", "days": " days", "U/L": " U/L"}.get(unit, "")
    return _number(value, unit) + word

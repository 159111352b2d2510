"""Writes numbers the way the report shows them: grouped, rounded for reading, with their unit.

Not here: which number is shown, and where it comes from (`figures.py`).
"""

from __future__ import annotations

import datetime as dt

from schemas import metric_codes

THIN = "\u202f"
"""Narrow no-break space: groups thousands, and keeps a number and its unit on one line."""

MINUS = "\u2212"
DAYS_PER_MONTH = metric_codes.DAYS_PER_MONTH
PAPER_DAYS_PER_MONTH = 30
"""The published papers divide days by 30; only the comparison with them does so here."""

MOST_DECIMALS = 9
"""More than usual; limits that are alike beyond are one number."""

UNIT_WORD = {"days": f"{THIN}days", "share": f"{THIN}%", "U/L": f"{THIN}U/L", "ug/L": f"{THIN}µg/L"}
"""What is written after a number; ratios, statistics and areas have no unit."""


def whole(value: int) -> str:
    """Write a count, thousands grouped."""
    return f"{value:,}".replace(",", THIN).replace("-", MINUS)


def decimal(value: float, places: int) -> str:
    """Write a number with at most so many decimals, none of them a trailing zero."""
    text = f"{value:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text == "-0":
        text = "0"
    return text.replace(",", THIN).replace("-", MINUS)


def fixed(value: float, places: int) -> str:
    """Write a number with just so many decimals."""
    text = f"{value:,.{places}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace(",", THIN).replace("-", MINUS)


def bare(value: float, unit: str, more: int = 0) -> str:
    """Write an estimate without its unit, with so many more decimals than usual."""
    if unit in {"days", "U/L", "ug/L", "events", "patients"}:
        return decimal(value, 1 + more)
    if unit == "share":
        return percent(value, more)
    return fixed(value, 2 + more)


def percent(share: float, more: int = 0) -> str:
    """Write a share as a percentage without its sign."""
    return fixed(100 * share, 1 + more) if 0 < share < 1 else fixed(100 * share, 0)


def decimals_apart(low: float, high: float, unit: str) -> int:
    """Say how many more decimals than usual it takes to tell two limits apart; an interval has a width."""
    return next((more for more in range(MOST_DECIMALS) if bare(low, unit, more) != bare(high, unit, more)), 0)


def with_unit(value: float, unit: str) -> str:
    """Write an estimate with its unit."""
    if unit == "days" and abs(value) == 1:
        return f"{bare(value, unit)}{THIN}day"
    return bare(value, unit) + UNIT_WORD.get(unit, "")


def months(days: float, days_per_month: float = DAYS_PER_MONTH) -> str:
    """Write days as months."""
    places = 2 if days_per_month == PAPER_DAYS_PER_MONTH else 1
    return fixed(days / days_per_month, places) + f"{THIN}months"


def p_value(value: float) -> str:
    """Write a p-value; below a thousandth only that it is."""
    if value < 0.001:
        return f"<{THIN}0.001"
    return fixed(value, 3 if value < 0.1 else 2)


def moment(value: dt.datetime) -> str:
    """Write a moment, which is in UTC, to the minute."""
    return f"{day(value.date())}, {value:%H:%M} UTC"


def day(value: dt.date) -> str:
    """Write a day so that nobody takes the month for the day."""
    return f"{value.day} {value:%B %Y}"

"""Numbers are written for reading: grouped, rounded once, with a true minus, their unit beside them.

Not here: where a number comes from.
"""

import datetime as dt

import pytest

from bpp_etl.report.numbers import (
    bare,
    day,
    decimal,
    decimals_apart,
    fixed,
    moment,
    months,
    p_value,
    percent,
    whole,
    with_unit,
)

THIN = "\u202f"


@pytest.mark.parametrize(
    ("value", "written"), [(0, "0"), (999, "999"), (1000, f"1{THIN}000"), (2386000, f"2{THIN}386{THIN}000")]
)
def test_counts_are_grouped_by_thousands(value: int, written: str) -> None:
    assert whole(value) == written


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [
        (52.0, 1, "52"),
        (19.5, 1, "19.5"),
        (-22.7, 1, "\u221222.7"),
        (-0.04, 1, "0"),
        (1234.56, 1, f"1{THIN}234.6"),
        (100.0, 0, "100"),
        (1000.0, 1, f"1{THIN}000"),
    ],
)
def test_decimals_that_are_zero_are_dropped(value: float, places: int, written: str) -> None:
    assert decimal(value, places) == written


def test_fixed_decimals_keep_their_zeros_and_lose_the_sign_of_nothing() -> None:
    assert fixed(1, 2) == "1.00"
    assert fixed(-0.001, 2) == "0.00"
    assert fixed(-0.29, 2) == "\u22120.29"


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (1.0, "days", f"1{THIN}day"),
        (-1.0, "days", f"\u22121{THIN}day"),
        (59.0, "days", f"59{THIN}days"),
        (-18.04, "U/L", f"\u221218{THIN}U/L"),
        (0.7826, "share", f"78.3{THIN}%"),
        (1.2156, "ratio", "1.22"),
        (0.7314, "area", "0.73"),
    ],
)
def test_an_estimate_is_written_with_its_unit(value: float, unit: str, written: str) -> None:
    assert with_unit(value, unit) == written


@pytest.mark.parametrize(("share", "written"), [(0.0, "0"), (1.0, "100"), (0.9999, "100.0"), (0.0004, "0.0")])
def test_only_none_and_all_are_written_without_a_decimal(share: float, written: str) -> None:
    assert percent(share) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.00099, f"<{THIN}0.001"), (0.001, "0.001"), (0.0653393, "0.065"), (0.79, "0.79"), (1.0, "1.00")],
)
def test_a_p_value_below_a_thousandth_only_says_that_it_is(value: float, written: str) -> None:
    assert p_value(value) == written


def test_months_of_the_papers_have_thirty_days_and_ours_do_not() -> None:
    assert months(428) == f"14.1{THIN}months"
    assert months(428, 30) == f"14.27{THIN}months"


def test_a_day_names_its_month() -> None:
    assert day(dt.date(2024, 3, 5)) == "5 March 2024"
    assert moment(dt.datetime(2024, 3, 5, 4, 7)) == "5 March 2024, 04:07 UTC"  # noqa: DTZ001


@pytest.mark.parametrize(
    ("low", "high", "unit", "written"),
    [
        (0.0004, 0.0031, "kappa", ("0.000", "0.003")),
        (-0.0011, 0.0012, "kappa", ("\u22120.001", "0.001")),
        (0.12, 0.34, "kappa", ("0.12", "0.34")),
        (0.00012, 0.00013, "share", ("0.012", "0.013")),
        (41.96, 42.04, "days", ("41.96", "42.04")),
    ],
)
def test_two_limits_are_written_with_as_many_decimals_as_tell_them_apart(
    low: float, high: float, unit: str, written: tuple[str, str]
) -> None:
    more = decimals_apart(low, high, unit)
    assert (bare(low, unit, more), bare(high, unit, more)) == written

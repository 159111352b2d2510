"""Turns what a caller passes into checked numpy arrays, and refuses the rest in one readable line.

Not here: any statistic. A refusal names the argument and counts what is wrong; it never repeats a value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = npt.ArrayLike | Sequence[object]
Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

# R's survival package takes times closer than this for one time (aeqSurv): days / 30.4375 must still tie.
TIME_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))

MOST_DAYS = 100_000
"""Days up to this, 270 years, are told apart by counting them."""


def refusal(found: str, hint: str) -> ValueError:
    """Word a refusal: what was found, and what to do about it."""
    return ValueError(f"{found}. Hint: {hint}.")


def count_of(number: int, noun: str) -> str:
    """Write `1 value` or `3 values`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def unmasked(values: Values) -> Values:
    """Return the values with None for every masked one, whose place may hold anything, often 0."""
    if isinstance(values, list | tuple):
        return [None if value is np.ma.masked else value for value in values]
    if not (isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values)):
        return values
    plain = values.data.astype(object)
    plain[np.ma.getmaskarray(values)] = None
    return plain


def tabled(values: npt.ArrayLike, name: str) -> Floats:
    """Return a float array of any shape; a masked value is refused, whose place may hold anything."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        gaps = int(np.ma.getmaskarray(values).sum())
        raise refusal(f"{name} has {count_of(gaps, 'missing value')}", "pass a table without gaps")
    return np.asarray(values, dtype=np.float64)


def numbers(values: Values, name: str, *, missing: float | None = None) -> Floats:
    """Return a one-dimensional float array; a missing value becomes `missing` or is refused."""
    array = np.asarray(unmasked(values))
    if array.ndim != 1:
        raise refusal(f"{name} is not one-dimensional", "pass a list, an array or a series of numbers")
    if array.dtype.kind == "O":
        array = np.array([_number(value, name) for value in array.tolist()], dtype=np.float64)
    elif array.dtype.kind not in "biuf":
        raise _not_numbers(name)
    floats = array.astype(np.float64)
    gaps = np.isnan(floats)
    if gaps.any():
        if missing is None:
            raise refusal(
                f"{name} has {count_of(int(gaps.sum()), 'missing value')}",
                "drop or complete these rows first, and report how many there were",
            )
        floats[gaps] = missing
    return floats


def durations_from(values: Values, name: str = "durations") -> Floats:
    """Return finite times of 0 or more."""
    times = numbers(values, name)
    infinite = int(np.isinf(times).sum())
    if infinite:
        raise refusal(f"{name} has {count_of(infinite, 'infinite value')}", "censor at the last date seen")
    negative = int((times < 0).sum())
    if negative:
        raise refusal(
            f"{name} has {count_of(negative, 'negative value')}",
            "a time to event is 0 or more; check which date each row starts from",
        )
    return times


def flags_from(values: Values, name: str) -> Flags:
    """Return booleans from true/false or 1/0."""
    raw = numbers(values, name)
    flags: Flags = raw == 1
    strange = int((~flags & (raw != 0)).sum())
    if strange:
        raise refusal(
            f"{name} has {count_of(strange, 'value')} other than true, false, 1 and 0",
            "recode it to 1 for yes and 0 for no",
        )
    return flags


def codes_from(values: Values, name: str) -> Integers:
    """Return whole-number codes of 0 or more."""
    raw = numbers(values, name)
    strange = int(((raw < 0) | (raw != np.floor(raw)) | np.isinf(raw)).sum())
    if strange:
        raise refusal(
            f"{name} has {count_of(strange, 'value')} that is no whole number of 0 or more",
            "code 0 for censored and 1, 2, ... for the causes",
        )
    return raw.astype(np.int64)


def labels_from(values: Values, name: str) -> tuple[tuple[Any, ...], Integers]:
    """Return the distinct labels in sorted order, and the position of each row's label among them."""
    # Left to itself numpy would turn a list of texts and gaps into texts, and the gaps into names.
    array = np.asarray(unmasked(values), dtype=object if isinstance(values, list | tuple) else None)
    if array.ndim != 1:
        raise refusal(f"{name} is not one-dimensional", "pass one label for each row")
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise _missing_labels(int(np.isnan(array).sum()), name)
    if array.dtype.kind in "biuf":
        distinct, position = np.unique(array, return_inverse=True)
        return tuple(distinct.tolist()), position.astype(np.int64)
    # A dictionary is an order of magnitude faster than sorting a million strings.
    places: dict[Any, int] = {}
    rows = array.tolist()
    found = np.fromiter(
        (places.setdefault(row, len(places)) for row in rows), dtype=np.int64, count=len(rows)
    )
    gaps = [place for label, place in places.items() if _is_missing(label)]
    if gaps:
        raise _missing_labels(int(np.isin(found, gaps).sum()), name)
    labels = list(places)
    try:
        order = sorted(range(len(labels)), key=labels.__getitem__)
    except TypeError:  # labels of several types have no order of their own
        order = sorted(
            range(len(labels)), key=lambda place: (type(labels[place]).__name__, str(labels[place]))
        )
    rank = np.empty(len(labels), dtype=np.int64)
    rank[order] = np.arange(len(labels))
    return tuple(labels[place] for place in order), rank[found]


def require_same_length(**columns: npt.NDArray[Any]) -> None:
    """Refuse columns of different lengths."""
    lengths = {column.shape[0] for column in columns.values()}
    if len(lengths) > 1:
        raise refusal(f"{' and '.join(columns)} differ in length", "pass one value per patient in each")


def is_count(value: object) -> bool:
    """Say whether this is a whole number of 0 or more."""
    if not isinstance(value, int | float | np.integer | np.floating):
        return False
    return bool(math.isfinite(value) and value >= 0 and value == int(value))


def normal_quantile(level: float) -> float:
    """Return z for a two-sided interval of this level: 1.959964 for 0.95."""
    if not 0 < level < 1:
        raise refusal("level is not between 0 and 1", "pass 0.95 for a 95 % interval")
    return NormalDist().inv_cdf(0.5 + level / 2)


def normal_p_value(z: float) -> float:
    """Return how probable a standard normal is as far from zero as `z`, on either side: 0.05 for 1.959964.

    By the complement of the error function: one less the distribution function keeps no digit beyond z = 8,
    and is 0 from 8.3 on.
    """
    return math.erfc(abs(z) / math.sqrt(2))


def distinct_times(times: Floats) -> tuple[Floats, Integers]:
    """Return the distinct times and each row's position among them; times within rounding are one."""
    if (days := _few_days(times)) is not None:
        return days
    distinct, position = np.unique(times, return_inverse=True)
    position = position.reshape(-1).astype(np.int64)
    finite = distinct[np.isfinite(distinct)]
    if finite.size < 2:
        return distinct, position
    gaps = np.diff(distinct)
    is_start = np.concatenate([[True], gaps > TIME_TOLERANCE * max(1.0, float(np.abs(finite).mean()))])
    return distinct[is_start], (np.cumsum(is_start) - 1)[position]


def _few_days(times: Floats) -> tuple[Floats, Integers] | None:
    """Tell whole days apart by counting, a tenth of the cost of sorting; None where they are not such.

    A difference of one is beyond rounding as long as the days are fewer than a million.
    """
    if not times.size or not 0 <= times.min() <= times.max() < MOST_DAYS:
        return None
    days = times.astype(np.int64)
    if (days != times).any():
        return None
    is_there = np.bincount(days) > 0
    return np.flatnonzero(is_there).astype(np.float64), (np.cumsum(is_there) - 1)[days]


def step_value(times: Floats, values: Floats, at: Floats, before: float) -> Floats:
    """Read right-continuous step functions: the last step's value at or before each time, else `before`.

    The steps are along the last axis of `values`.
    """
    if np.isnan(at).any():
        raise refusal(f"times has {count_of(int(np.isnan(at).sum()), 'missing value')}", "drop these times")
    if times.size == 0:
        return np.full((*values.shape[:-1], *at.shape), before)
    tolerance = TIME_TOLERANCE * max(1.0, float(np.abs(times).mean()))
    place = np.searchsorted(times, at + tolerance, side="right")
    read: Floats = np.where(place > 0, values[..., place - 1], before)
    return read


def _number(value: object, name: str) -> float:
    if _is_missing(value):
        return float("nan")
    if isinstance(value, str | bytes):
        raise _not_numbers(name)
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise _not_numbers(name) from error


def _is_missing(value: object) -> bool:
    # pandas marks a gap by NA, which answers neither yes nor no when compared.
    if value is None or value is np.ma.masked or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float) and math.isnan(value)


def _not_numbers(name: str) -> ValueError:
    return refusal(f"{name} is not made of numbers", "pass whole days, or other plain numbers")


def _missing_labels(number: int, name: str) -> ValueError:
    return refusal(f"{name} has {count_of(number, 'missing label')}", "drop these rows or name the group")

"""Array helpers of the generator: named random streams, inclusive draws, ids and days.

Nothing about patients, scans or laboratories.
"""

import zlib
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NONE = -1_000_000  # a day that does not exist: no line end, no death


def stream(seed: int, name: str) -> np.random.Generator:
    """Opens the random stream of one part, so that a change in one part leaves the others alone."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def between(rng: np.random.Generator, low: int, high: int, size: int) -> Ints:
    """Draws whole numbers from low to high, both included."""
    return rng.integers(low, high + 1, size, dtype=np.int64)


def between_each(rng: np.random.Generator, low: Ints, high: Ints) -> Ints:
    """Draws one whole number from each pair of bounds, both included; a high below its low gives the low."""
    return np.asarray(low + np.floor(rng.random(low.size) * np.maximum(high - low + 1, 1)), dtype=np.int64)


def chance(rng: np.random.Generator, share: float, size: int) -> Bools:
    """Draws true with the given share."""
    return np.asarray(rng.random(size) < share)


def pick(rng: np.random.Generator, weights: Sequence[float], size: int) -> Ints:
    """Draws positions in `weights` in proportion to them."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.searchsorted(edges / edges[-1], rng.random(size), side="right").astype(np.int64)


def labels(codes: Ints, names: Sequence[str | None]) -> pl.Series:
    """Turns positions into the text they stand for."""
    return pl.Series(list(names), dtype=pl.String).gather(pl.Series(codes))


def ids(prefix: str, numbers: Ints, width: int = 7) -> pl.Series:
    """Writes numbers as ids of equal length."""
    return pl.select(pl.lit(prefix) + pl.lit(pl.Series(numbers)).cast(pl.String).str.zfill(width)).to_series()


def days(numbers: Ints) -> pl.Series:
    """Turns days since 1970 into dates; a day far below any real one (NONE and near it) becomes null."""
    series = pl.Series(numbers).cast(pl.Int32)
    return pl.select(pl.when(series > NONE // 2).then(series)).to_series().cast(pl.Date)

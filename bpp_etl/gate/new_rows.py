"""New rows beside the rows before that they are held to, and what of a difference may be chance.

A row is held to rows at the same place of the course. A patient's rows speak of one course, so that as many
of one patient are worth little more than one: they are taken to be all alike.

Not here: which rows they are, and the limits (`gate/rules_of_new_rows.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import polars as pl

FEWEST_YOUNG = 5
"""Of fewer patients the youngest rows before do not tell what a registry knows by then."""

Shares = Mapping[object, float]


@dataclass(frozen=True)
class Held:
    """New rows and those before: `patient_id`, `place`, `cell`; `is_young` of those before."""

    new: pl.DataFrame
    before: pl.DataFrame

    def only(self, rows: pl.Expr) -> Held:
        """Return some rows of both."""
        return Held(self.new.filter(rows), self.before.filter(rows))

    def at_known_places(self, least: float) -> Held | None:
        """Leave out places at which few patients were before; None where few patients are left."""
        known = self.before.group_by("place").agg(pl.col("patient_id").n_unique())
        places = known.filter(pl.col("patient_id") >= least)["place"].to_list()
        held = self.only(pl.col("place").is_in(places))
        return None if held.new["patient_id"].n_unique() < least else held

    def patients(self) -> tuple[float, float]:
        """Return how many patients each side is worth; of those before, as the places of new rows weigh."""
        spread = sum(
            (rows / len(self.new)) ** 2 / _worth(self.before.filter(pl.col("place") == place))
            for place, rows in self.new.group_by("place").len().iter_rows()
        )
        return _worth(self.new), 1 / spread

    def shares(self) -> tuple[Shares, Shares]:
        """Return the share of each cell among new rows, and what rows before at their places let expect."""
        expected: dict[object, float] = {}
        for place, rows in self.new.group_by("place").len().sort("place").iter_rows():
            for cell, share in _shares(self.before.filter(pl.col("place") == place)).items():
                expected[cell] = expected.get(cell, 0.0) + share * rows / len(self.new)
        return _shares(self.new), expected

    def young(self) -> Shares | None:
        """Return the share of each cell among the youngest rows before; None of too few patients."""
        young = self.before.filter("is_young")
        return _shares(young) if young["patient_id"].n_unique() >= FEWEST_YOUNG else None

    def scales(self, least: float) -> list[float]:
        """Return by how much the median patient of each place is higher now."""
        found = []
        for place in self.new["place"].unique().sort():
            one = self.only((pl.col("place") == place) & pl.col("cell").is_not_null()).at_known_places(least)
            if one is not None and (before := _median(one.before)) > 0:
                found.append(_median(one.new) / before)
        return found


def apart(one: Shares, other: Shares) -> float:
    """Return the share of rows that would have to say otherwise for both to be spread alike."""
    return sum(abs(one.get(cell, 0.0) - other.get(cell, 0.0)) for cell in {**one, **other}) / 2


def apart_by_chance(now: Shares, expected: Shares, n: float, m: float, one_in: float) -> float:
    """Return how far apart two samples of one population are at most once in so many times.

    Their mean distance is at most half the sum of sqrt(2 p (1 - p) (1/n + 1/m) / pi) over cells; and one of n
    that says otherwise moves it by at most 1/n, so that it exceeds its mean by t with a probability of at
    most exp(-2 t^2 / (1/n + 1/m)) (McDiarmid, Surveys in Combinatorics 1989).
    """
    spread = 1 / n + 1 / m
    pooled = [
        (n * now.get(cell, 0.0) + m * expected.get(cell, 0.0)) / (n + m) for cell in {**now, **expected}
    ]
    mean = sum(math.sqrt(2 * p * max(0.0, 1 - p) * spread / math.pi) for p in pooled) / 2
    return mean + math.sqrt(math.log(one_in) * spread / 2)


def less_by_chance(now: float, expected: float, n: float, m: float) -> float:
    """Return at most how often a share is as much lower as this by chance alone.

    Chernoff's bound exp(-n D), D being the divergence of the share now from that expected; n is that of two
    samples, 1 / (1/n + 1/m). Source: Hoeffding, J Am Stat Assoc 1963.
    """
    if now >= expected:
        return 1.0
    # Half a patient more on each side: what nobody lacked may be lacking now and then.
    expected = (expected * m + 0.5) / (m + 1)
    divergence = sum(p * math.log(p / q) for p, q in ((now, expected), (1 - now, 1 - expected)) if p > 0)
    return math.exp(-divergence / (1 / n + 1 / m))


def _worth(rows: pl.DataFrame) -> float:
    """Return how many patients with as many rows each would tell as much (Kish 1965)."""
    counts = rows.group_by("patient_id").len()["len"].to_list()
    return float(sum(counts) ** 2 / sum(count * count for count in counts))


def _shares(rows: pl.DataFrame) -> dict[object, float]:
    return {cell: count / len(rows) for cell, count in rows.group_by("cell").len().iter_rows()}


def _median(rows: pl.DataFrame) -> float:
    return float(median(rows.group_by("patient_id").agg(pl.col("cell").median())["cell"]))

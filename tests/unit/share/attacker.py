"""What a reader of shares knows of counts, and the linear bounds of every one that is not told.

Not here: how it is read off tables (`attacker_of_tables.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]
Name = tuple[str, ...]
"""A count by what it counts, a stratum last; one name wherever it stands."""

MOST = 5000.0
"""More patients than any cohort here has."""


@dataclass
class Known:
    """What a share tells and the method says: values of counts, sums that they make, and parts."""

    values: dict[Name, float] = field(default_factory=dict)
    names: dict[Name, int] = field(default_factory=dict)
    sums: set[tuple[Name, tuple[Name, ...]]] = field(default_factory=set)
    within: set[tuple[Name, Name]] = field(default_factory=set)
    least: dict[Name, float] = field(default_factory=dict)
    most: dict[Name, float] = field(default_factory=dict)

    def tell(self, name: Name, value: object) -> Name:
        """Note a count, told or not."""
        self.names.setdefault(name, len(self.names))
        if value is not None:
            assert self.values.setdefault(name, float(str(value))) == float(str(value)), name
        return name

    def add(self, total: Name, parts: Iterable[Name]) -> None:
        """Note that parts make up a total, if all of them are counted anywhere."""
        listed = tuple(parts)
        if listed and total in self.names and all(part in self.names for part in listed):
            self.sums.add((total, listed))

    def limit(self, part: Name, whole: Name) -> None:
        """Note that a count is part of another: what it leaves is a count too."""
        if part in self.names and whole in self.names and (part, whole) not in self.within:
            self.within.add((part, whole))
            rest = self.tell((f"{' '.join(whole)} but", *part), None)
            if part in self.values and whole in self.values:
                self.tell(rest, self.values[whole] - self.values[part])
            self.add(whole, (part, rest))

    def narrow(self, name: Name, least: float = 0.0, most: float = MOST) -> None:
        """Note limits that follow from something else than a sum."""
        self.tell(name, None)
        self.least[name] = max(self.least.get(name, 0.0), least)
        self.most[name] = min(self.most.get(name, MOST), most)


def moves(before: Known, after: Known) -> dict[Name, tuple[float, float]]:
    """Return the least and most by which a count moved from one share to the next, where these are one."""
    both = Known()
    for side, known in (("before", before), ("after", after)):
        for name in known.names:
            both.tell((side, *name), known.values.get(name))
            both.narrow((side, *name), known.least.get(name, 0.0), known.most.get(name, MOST))
        both.sums |= {((side, *total), tuple((side, *one) for one in parts)) for total, parts in known.sums}
        both.within |= {((side, *part), (side, *whole)) for part, whole in known.within}
    for name in before.names.keys() & after.names.keys():
        # Moved by so much more than a number that is out of reach: no count is below 0.
        moved = both.tell(("moved", *name), None)
        start = both.tell(("far", *name), MOST)
        shifted = both.tell(("shifted", *name), None)
        both.sums |= {(shifted, (("after", *name), start)), (shifted, (moved, ("before", *name)))}
        both.most |= {moved: 3 * MOST, shifted: 3 * MOST}
    told = before.values.keys() & after.values.keys()
    found = {name: (after.values[name] - before.values[name],) * 2 for name in told}
    # Of few of these anything is known: to look for each takes the longest.
    wanted = [("moved", *name) for name in before.names.keys() & after.names.keys() - told]
    return found | {name[1:]: (low - MOST, high - MOST) for name, (low, high) in bounds(both, wanted).items()}


def bounds(known: Known, wanted: Iterable[Name] | None = None) -> dict[Name, tuple[float, float]]:
    """Return the least and most of each count that is not told, where these are less than 1 apart."""
    system = _System.of(known)
    unknown = [name for name in known.names if name not in known.values]
    wanted = list(unknown if wanted is None else wanted)
    rng = np.random.default_rng(0)
    seen = [system.solve(rng.normal(size=len(known.names))) for _ in range(6)]
    free = np.ptp(np.array(seen), axis=0) > 0.5
    found: dict[Name, tuple[float, float]] = {}
    for name in wanted:
        if name in known.values or free[known.names[name]]:
            continue
        aim = np.zeros(len(known.names))
        aim[known.names[name]] = 1
        low, high = (system.solve(sign * aim)[known.names[name]] for sign in (1, -1))
        if high - low < 0.99:
            found[name] = (float(low), float(high))
    return found


@dataclass
class _System:
    equal: Any
    right: np.ndarray
    less: Any
    limits: list[tuple[float, float | None]]

    @classmethod
    def of(cls, known: Known) -> _System:
        sums = [((total, 1.0), *((part, -1.0) for part in parts)) for total, parts in known.sums]
        within = [((part, 1.0), (whole, -1.0)) for part, whole in known.within]
        limits = [
            (
                known.values.get(name, known.least.get(name, 0.0)),
                known.values.get(name, known.most.get(name, MOST)),
            )
            for name in known.names
        ]
        return cls(_matrix(known, sums), np.zeros(len(sums)), _matrix(known, within), limits)

    def solve(self, aim: np.ndarray) -> np.ndarray:
        found = linprog(
            aim,
            A_eq=self.equal,
            b_eq=self.right,
            A_ub=self.less,
            b_ub=np.zeros(self.less.shape[0]),
            bounds=self.limits,
        )
        assert found.status == 0, found.message
        return np.asarray(found.x)


def _matrix(known: Known, rows: Sequence[Sequence[tuple[Name, float]]]) -> Any:
    entries = [(place, known.names[name], sign) for place, row in enumerate(rows) for name, sign in row]
    places, columns, signs = zip(*entries, strict=True) if entries else ((), (), ())
    return coo_array((signs, (places, columns)), shape=(len(rows), len(known.names))).tocsr()

"""A reader of shares who knows the method and nothing else: linear bounds of every count that is not told.

Not here: what is hidden and why: no relation is taken from the code. They are read off the dictionary: which
rows of which table add up to which, and what is a part of what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from bpp_etl.share.sums import Line
from schemas.sums import INCIDENCE

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]
Name = tuple[str, ...]
"""A count by what it counts, a stratum last; one name wherever it stands."""

STATES = ("pseudoprogression", "true_progression", "indeterminate")
HORIZONS = (182, 365, 730)
GROUPS = {
    "time_to_pseudoprogression": ("pseudoprogression", "pseudoprogression"),
    "pseudoprogression_to_progression": ("pseudoprogression", "progressed"),
    "confirmation_to_progression": ("pseudoprogression", "progressed"),
    "candidate_to_progression": ("candidate", "seen to progress"),
    "progression_free_survival": ("first_line", "progressed or died"),
    "overall_survival": ("first_line", "died on line 1"),
    "pseudoprogression_share": ("decided", "pseudoprogression"),
    "pseudoprogression_share_lowest": ("candidate", "pseudoprogression"),
    "pseudoprogression_share_highest": ("candidate", "not excluded"),
    "alp_fall_sensitivity": ("alp pseudoprogression", "fell pseudoprogression"),
    "alp_fall_specificity": ("alp true_progression", "kept true_progression"),
    "alp_fall_positive_predictive_value": ("fell", "fell pseudoprogression"),
    "alp_fall_negative_predictive_value": ("kept", "kept true_progression"),
    "alp_decreased_share": ("alp pseudoprogression", "alp decreased"),
    "alp_stable_share": ("alp pseudoprogression", "alp stable"),
    "alp_increased_share": ("alp pseudoprogression", "alp increased"),
    "alp_decreased_or_stable_share": ("alp pseudoprogression", "alp not increased"),
    "alp_change_at_event": ("alp pseudoprogression", ""),
}
"""Metric -> whom it is of, and whom it counts."""
INCIDENCES = {
    "progression_incidence": ("pseudoprogression", "progressed"),
    "death_incidence": ("pseudoprogression", "died"),
    "pseudoprogression_incidence": ("first_line", "pseudoprogression"),
    "pseudoprogression_incidence_lowest": ("first_line", "pseudoprogression"),
    "pseudoprogression_incidence_highest": ("first_line", "not excluded"),
}
MOST = 5000.0
"""More patients than any cohort here has."""
HER2_LABELS = ("positive", "negative", "indeterminate", "unknown")
PARTS = {
    "candidate": STATES,
    "decided": STATES[:2],
    "not excluded": ("pseudoprogression", "indeterminate"),
    "alp pseudoprogression": ("alp decreased", "alp stable", "alp increased"),
    "alp true_progression": ("alp decreased of true", "alp stable of true", "alp increased of true"),
    "alp not increased of true": ("alp decreased of true", "alp stable of true"),
    "alp not increased": ("alp decreased", "alp stable"),
}
WITHIN = (
    ("progressed", "pseudoprogression"),
    ("died", "pseudoprogression"),
    ("seen to progress", "candidate"),
    ("progressed or died", "first_line"),
    ("died on line 1", "first_line"),
    ("alp pseudoprogression", "pseudoprogression"),
    ("alp true_progression", "true_progression"),
)


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


def read(tables: Tables) -> Known:
    """Read the tables of a share of one protocol."""
    known = Known()
    for row in tables["flow"]:
        known.tell((row["step"], row["stratum"]), row["patients"])
    for row in tables["estimate"]:
        _read_estimate(known, row)
    _flow_sums(known, tables["flow"])
    _read_tables(known, tables)
    _read_pictures(known, tables)
    strata = {name[-1] for name in known.names}
    groups = {name[:-1] for name in known.names}
    for group in groups:
        for key in ("registry", "her2", "her2_at_start", "state", "status"):
            parts = [(*group, one) for one in sorted(strata) if one.startswith(f"{key}=")]
            parts = [part for part in parts if part in known.names]
            if parts and key.startswith("her2"):  # of a comparison two groups are told, of whoever is in one
                parts = [known.tell((*group, f"{key}={label}"), None) for label in HER2_LABELS]
            if key != "state":  # of the states of a course only two have strata
                known.add((*group, "all"), parts)
            known.within |= {(part, (*group, "all")) for part in parts if (*group, "all") in known.names}
    for stratum in strata:
        for total, parts in PARTS.items():
            known.add((total, stratum), [(part, stratum) for part in parts])
        for part, whole in WITHIN:
            known.limit((part, stratum), (whole, stratum))
        for events in ("progressed", "died", "pseudoprogression", "not excluded"):
            chain = [(f"{events} by {day}", stratum) for day in HORIZONS]
            for earlier, later in pairwise([*chain, (events, stratum)]):
                known.limit(earlier, later)
    return known


def read_sums(known: Known, lines: Iterable[Line]) -> None:
    """Read the file of sums too: who left a time, by which day, bounds what is not told of it."""
    of: dict[tuple[str, tuple[str, ...]], dict[tuple[str, int], float | None]] = {}
    for _, table, row, quantity, day, value in lines:
        of.setdefault((table, row), {})[quantity, day] = value
    for (table, row), sums in of.items():
        groups = GROUPS if table == "survival_curve" else INCIDENCES if table == INCIDENCE else {}
        if row[0] not in groups or (patients := sums["patients", 0]) is None:
            continue
        whole, events = ((group, row[1]) for group in groups[row[0]])
        known.tell(whole, patients)
        left = [(quantity, day, number or 0) for (quantity, day), number in sums.items() if day]
        known.narrow(
            events,
            least=sum(number for quantity, _, number in left if quantity == "events"),
            most=patients - sum(number for quantity, _, number in left if quantity != "events"),
        )
        for horizon in HORIZONS if table == INCIDENCE else ():  # other times begin on other days
            by = (f"{events[0]} by {horizon}", row[1])
            if by in known.names:
                sofar = [number for quantity, day, number in left if quantity == "events" and day <= horizon]
                known.narrow(by, least=sum(sofar))


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


def _flow_sums(known: Known, rows: Sequence[Row]) -> None:
    for stratum in {row["stratum"] for row in rows}:
        of = [row for row in rows if row["stratum"] == stratum]
        for parent in {row["parent_step"] for row in of} - {None}:
            parts = [(row["step"], stratum) for row in of if row["parent_step"] == parent]
            known.add((parent, stratum), parts)
        first = [
            (row["step"], stratum)
            for row in of
            if row["parent_step"] == "admitted" and row["step"] != "no_first_line"
        ]
        known.tell(("first_line", stratum), None)
        known.add(("first_line", stratum), first)


def _read_estimate(known: Known, row: Row) -> None:
    metric, stratum = row["metric"], row["stratum"]
    if stratum.startswith(("registry=*", "definition", "flag")) or "/" in stratum:
        return
    base = metric.removesuffix("_spss").removesuffix("_interval_censored").removesuffix("_log_rank")
    if base in GROUPS:
        patients, events = GROUPS[base]
        if stratum == "state=true_progression":  # beside everyone, who are the pseudoprogressions
            patients, events, stratum = "alp true_progression", f"{events} of true" if events else "", "all"
        is_test = base.startswith("alp_fall")
        known.tell((patients, "all" if is_test and " " in patients else stratum), row["patients"])
        if events:
            _read_events(known, row, known.tell((events, stratum), row["events"]))
        if is_test:
            _test_sums(known, stratum)
        return
    for day in HORIZONS:
        family = metric.removesuffix(f"_{day}_days")
        if family in INCIDENCES:
            patients, events = INCIDENCES[family]
            known.tell((patients, stratum), row["patients"])
            known.tell((f"{events} by {day}", stratum), row["events"])
            known.tell((events, stratum), None)
            return
        landmark = metric.removeprefix("landmark_")
        if landmark != metric and (stratum == "all" or stratum.startswith("status=")):
            at = "_".join(metric.split("_")[:2])
            outcome = "died" if "overall" in metric else "progressed"
            whole = known.tell((at, stratum), row["patients"])
            known.limit(known.tell((f"{at} {outcome}", stratum), row["events"]), whole)
            return


def _test_sums(known: Known, stratum: str) -> None:
    """Add up a test of ALP: who fell and who did not, of both states."""
    states = STATES[:2]
    for state in states:
        cells = [known.tell((f"{test} {state}", stratum), None) for test in ("fell", "kept")]
        known.add(known.tell((f"alp {state}", "all"), None), cells)
    for test in ("fell", "kept"):
        known.add(known.tell((test, stratum), None), [(f"{test} {state}", stratum) for state in states])


def _read_events(known: Known, row: Row, events: Name) -> None:
    """Read off the warnings how many events there were, where that is not told."""
    if row["events"] is None and "few_events" in row["warnings"]:
        known.narrow(events, most=4)
    if row["events"] is None and "limit_not_reached" in row["warnings"]:
        known.narrow(events, least=5)


def _read_pictures(known: Known, tables: Tables) -> None:
    """Read the sizes of groups and the steps of curves."""
    sizes: dict[Name, float] = {}
    for row in tables["course_group"]:
        sizes[row["outcome"], "all"] = sizes.get((row["outcome"], "all"), 0) + row["patients"]
    for row in tables["alp_group"]:
        if row["picture"] == "waterfall":
            state = "pseudoprogression" if row["stratum"] == "all" else "true_progression"
            name = (f"alp {state}", "all")
            sizes[name] = sizes.get(name, 0) + row["patients"]
    for name, size in sizes.items():
        known.tell(name, size)
    for row in tables["survival_curve"]:
        if row["metric"] in GROUPS:
            patients, events = ((group, row["stratum"]) for group in GROUPS[row["metric"]])
            known.narrow(patients, least=row["at_risk"])
            of = [
                one
                for one in tables["survival_curve"]
                if (one["metric"], one["stratum"]) == (row["metric"], row["stratum"])
            ]
            if row is of[0]:
                known.tell(patients, row["at_risk"])
                known.narrow(events, least=sum(one["events"] for one in of))
                if patients in known.values:
                    left = sum(one["censored"] for one in of)
                    known.narrow(events, most=known.values[patients] - left)


def _read_tables(known: Known, tables: Tables) -> None:
    levels: dict[tuple[str, str], list[Name]] = {}
    for row in tables["baseline"]:
        name = known.tell(("baseline", row["characteristic"], row["level"], row["stratum"]), row["patients"])
        known.tell(_whole_of(row["stratum"]), row["total"])
        levels.setdefault((row["characteristic"], row["stratum"]), []).append(name)
    for (_, stratum), parts in levels.items():
        known.add(_whole_of(stratum), parts)
    _read_concordance(known, tables["concordance"])
    totals: dict[Name, list[Name]] = {}
    for row in tables["cadence"]:
        key = (f"CTs {row['population']}", row["stratum"])
        known.tell(key, row["total"])
        name = (f"CTs {row['population']}", row["cadence_class"], row["stratum"])
        totals.setdefault(key, []).append(known.tell(name, row["time_points"]))
    for row in tables["alp_grade"]:
        state = "pseudoprogression" if row["stratum"] == "all" else row["stratum"].partition("=")[2]
        key = (f"graded {row['moment']} {state}", "all")
        known.tell(key, row["total"])
        totals.setdefault(key, []).append(
            known.tell((f"graded {row['moment']} {state} {row['grade']}", "all"), row["patients"])
        )
        known.limit(key, (state, "all"))
    for row in tables["lesion_site"]:
        whole = ("pseudoprogression", "all")
        key = (f"lesions {row['population']}", "all")
        part = known.tell((f"{row['level']} {row['population']} {row['site']}", "all"), row["counted"])
        if row["level"] == "lesion":
            known.tell(key, row["total"])
            totals.setdefault(key, []).append(part)
        else:
            known.limit(part, whole)
    for key, parts in totals.items():
        known.add(key, parts)
    for row in tables["open_question"]:
        name = known.tell((f"lacks {row['missing']}", row["stratum"]), row["patients"])
        known.limit(name, ("indeterminate", row["stratum"]))


def _whole_of(stratum: str) -> Name:
    """Name everybody of a stratum of the baseline table."""
    return ("first_line" if stratum == "all" else stratum.partition("=")[2], "all")


def _read_concordance(known: Known, rows: Sequence[Row]) -> None:
    own = rows[0]["protocol"] if rows else ""

    def call(definition: str, code: str) -> Name:
        return (code, "all") if definition == own else known.tell((f"{definition} {code}", "all"), None)

    sides: dict[Name, dict[str, list[Name]]] = {}
    for row in rows:
        one, other = row["definition"], row["other_definition"]
        cell = known.tell((f"{one} {row['call']} and {other} {row['other_call']}", "all"), row["patients"])
        sides.setdefault(call(one, row["call"]), {}).setdefault(other, []).append(cell)
        sides.setdefault(call(other, row["other_call"]), {}).setdefault(one, []).append(cell)
    for whole, of in sides.items():
        for parts in of.values():
            known.add(whole, parts)

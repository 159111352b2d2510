"""What several protocols call the same patients: their table, kappa and medians, and what must stay hidden.

Not here: rule sets beside the state of one protocol (`concordance.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, permutations

from bpp_etl.events import Window, flow_rules
from bpp_etl.measure.baseline import levels_of
from bpp_etl.measure.cohort import COMMON
from bpp_etl.measure.concordance import Median, shift_row
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.measure.tally import Cell, Tally
from bpp_etl.metrics import cohen_kappa
from schemas.event import LEFT_AT, NOT_IN_COHORT, STATE

_, OUTSIDE_WINDOW = NOT_IN_COHORT
CALLS = (*LEFT_AT[1:-1], *STATE)
PSEUDO = "pseudoprogression"
Courses = Sequence[tuple[str, Sequence[str], int]]
"""Registry, calls in the order of the protocols, patients."""


def overlap_rows(
    tally: Tally,
    courses: Courses,
    windows: Mapping[str, Window],
    medians: Mapping[str, Mapping[str, Median]],
) -> list[Row]:
    """Build the table and kappa of every two protocols, and how far each moves the medians of the other.

    `windows` are those of the protocols, in the order in which the courses list their calls.
    """
    rows = []
    calls = {name: _calls_in(window) for name, window in windows.items()}
    for (place, one), (other_place, other) in combinations(enumerate(windows), 2):
        _cross(tally, courses, (place, one), (other_place, other), calls)
        rows += [
            Row(
                table="concordance",
                values={
                    "protocol": one,
                    "definition": one,
                    "call": call,
                    "other_definition": other,
                    "other_call": other_call,
                },
                counts={"patients": _both(one, call, other, other_call)},
            )
            for call in calls[one]
            for other_call in calls[other]
        ]
        rows.append(agreement_row(tally, one, other, windows))
    for one, other in permutations(medians, 2):
        rows += [
            shift_row(tally, metric, median, medians[other][metric], other)
            for metric, median in medians[one].items()
        ]
    return rows


def link_same_patients(tally: Tally, courses: Courses, protocols: Sequence[str]) -> None:
    """Record the counts of two protocols that are of the same patients.

    A count kept under one must not be shown under another. Counts that only overlap are not linked.
    """
    both: Counter[tuple[Cell, Cell]] = Counter()
    for registry, calls, patients in courses:
        for first, second in combinations(range(len(protocols)), 2):
            if calls[first] == calls[second] and calls[first] in CALLS:
                for stratum in ("all", f"registry={registry}"):
                    one = Cell(protocols[first], calls[first], stratum)
                    both[one, one._replace(protocol=protocols[second])] += patients
    for (one, other), patients in sorted(both.items()):
        if tally.counts[one] == tally.counts[other] == patients:
            tally.add_up(one, [other])
            if one.stratum == "all":
                for level in levels_of(tally, one):
                    # Protocols that look for a characteristic otherwise count other patients.
                    if (same := level._replace(protocol=other.protocol)) in tally.counts:
                        tally.add_up(level, [same])


def link_stricter(tally: Tally, courses: Courses, protocols: Sequence[str]) -> None:
    """Record what a stricter protocol leaves of each count of another: whoever knows both counts knows that.

    One is stricter if it calls nobody a pseudoprogression whom the other does not. The two then count the
    same patients but for those between them, whatever is counted; counts that are equal are taken for one.
    """
    for first, second in combinations(range(len(protocols)), 2):
        calls = {(of[first] == PSEUDO, of[second] == PSEUDO) for _, of, _ in courses}
        if (True, True) not in calls or {(True, False), (False, True)} <= calls:
            continue
        for cell in [cell for cell in tally.counts if cell.protocol == protocols[first]]:
            other = cell._replace(protocol=protocols[second])
            if other in tally.counts:
                fewer, more = sorted((cell, other), key=tally.counts.__getitem__)
                tally.put_rest(more, fewer)


def _calls_in(window: Window) -> tuple[str, ...]:
    """List what a protocol can call a patient: outside its window only where it has one."""
    steps = {rule.reason for rule in flow_rules(window)}
    return tuple(call for call in CALLS if call in steps or call in STATE)


def _cross(
    tally: Tally,
    courses: Courses,
    one: tuple[int, str],
    other: tuple[int, str],
    calls_of: Mapping[str, Sequence[str]],
) -> None:
    own, theirs = calls_of[one[1]], calls_of[other[1]]
    found: Counter[tuple[str, str]] = Counter()
    for _, calls, patients in courses:
        found[calls[one[0]], calls[other[0]]] += patients
    for call in own:
        for other_call in theirs:
            tally.put(_both(one[1], call, other[1], other_call), found[call, other_call])
    for call in own:
        tally.add_up(Cell(one[1], call), [_both(one[1], call, other[1], to) for to in theirs])
    for call in theirs:
        tally.add_up(Cell(other[1], call), [_both(one[1], to, other[1], call) for to in own])


def agreement_row(tally: Tally, one: str, other: str, windows: Mapping[str, Window]) -> Row:
    """Build kappa over the patients whom both protocols judge; their calls are counted already."""
    calls_of = {name: _calls_in(window) for name, window in windows.items()}

    def side(protocol: str, is_pseudo: bool) -> Iterable[str]:
        judged = (call for call in calls_of[protocol] if call != OUTSIDE_WINDOW)
        return [call for call in judged if (call == PSEUDO) == is_pseudo]

    table = [
        [
            sum(
                tally.counts[_both(one, call, other, to)]
                for call in side(one, first)
                for to in side(other, second)
            )
            for second in (True, False)
        ]
        for first in (True, False)
    ]
    found = cohen_kappa(table)
    judged = Cell(COMMON, "first_line")
    if any(OUTSIDE_WINDOW in calls_of[name] for name in (one, other)):
        sides = [
            [call for is_pseudo in (True, False) for call in side(name, is_pseudo)] for name in (one, other)
        ]
        cells = [_both(one, call, other, to) for call in sides[0] for to in sides[1]]
        judged = tally.put_total(Cell(f"{one} beside {other}", "judged by both"), cells)
    row = estimate_row(
        tally,
        "agreement_protocol",
        judged,
        Interval(found.estimate, found.low, found.high, "large-sample"),
        method="Cohen's kappa; pseudoprogression against anything else",
        protocol=one,
        stratum=f"definition={other}",
        warnings=("not_estimable",) if found.n > 0 and found.estimate is None else (),
        tells_counts=True,
    )
    row.tells = (Cell(one, PSEUDO), Cell(other, PSEUDO), _both(one, PSEUDO, other, PSEUDO))
    return row


def _both(one: str, call: str, other: str, other_call: str) -> Cell:
    return Cell(f"{one} beside {other}", f"{call}, {other_call}")

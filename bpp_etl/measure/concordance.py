"""How definitions agree on the same candidates: who calls whom what, kappa, and how far the medians move.

Not here: the verdicts (`bpp_etl/events`), and two protocols beside each other (`overlap.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpp_etl.measure.cohort import Cohort, Mask
from bpp_etl.measure.definitions import OWN, RULE_SETS, Definition, pairs
from bpp_etl.measure.rows import OF_CONFIRMED, Interval, Row, estimate_row
from bpp_etl.measure.tally import Cell, Tally
from bpp_etl.measure.times import MEDIAN_METHOD, Time
from bpp_etl.metrics import cohen_kappa, median_survival

SHIFTED = ("time_to_pseudoprogression", "pseudoprogression_to_progression")

SHIFT_METHOD = "Difference of two Kaplan-Meier medians: the other definition's minus the protocol's"


@dataclass(frozen=True)
class Median:
    """A median with the cell of those it is of; None where it is not reached."""

    patients: Cell
    estimate: float | None


def concordance_rows(cohort: Cohort) -> list[Row]:
    """Build the tables of call against call, and the kappa, of every two definitions."""
    for definition in RULE_SETS:
        cohort.split(
            "candidate", {definition.group(call): _is(cohort, definition, call) for call in definition.calls}
        )
    rows = []
    for one, other in pairs():
        _cross(cohort, one, other)
        rows += [
            Row(
                table="concordance",
                values={
                    "protocol": cohort.protocol,
                    "definition": _name(cohort, one),
                    "call": call,
                    "other_definition": _name(cohort, other),
                    "other_call": other_call,
                },
                counts={"patients": cohort.cell(_both(one, call, other, other_call))},
            )
            for call in one.calls
            for other_call in other.calls
        ]
        rows.append(agreement_row(cohort, one, other))
    return rows


def shift_rows(cohort: Cohort, times: list[Time]) -> list[Row]:
    """Build the medians of those whom a rule set does not read as progression, and how far they moved."""
    own = own_medians(cohort, times)
    for definition in RULE_SETS:
        cohort.join(f"{definition.column} none", [definition.group(call) for call in definition.none])
        # It is no mere addition: hiding it would hide everybody's count rather than that of the progressed.
        cohort.tally.handy.discard(cohort.cell(f"{definition.column} none"))
        mask = _is_none(cohort, definition) & cohort["has_progression"]
        cohort.part(f"{definition.column} none", f"{definition.column} none progressed", mask)
    for one, other in pairs():
        _link_progressed(cohort, one, other)
    rows = []
    for definition in RULE_SETS:
        group, mask = f"{definition.column} none", _is_none(cohort, definition)
        for time in times:
            if time.metric in SHIFTED:
                is_progression = time.metric == "pseudoprogression_to_progression"
                found = median_survival(time.days[mask], time.observed[mask], "log-log")
                rows.append(
                    estimate_row(
                        cohort.tally,
                        time.metric,
                        cohort.cell(group),
                        Interval(found.estimate, found.low, found.high, "log-log"),
                        method=MEDIAN_METHOD,
                        stratum=f"definition={definition.column}",
                        events=cohort.cell(f"{group} progressed" if is_progression else group),
                        warnings=("median_not_reached",) if found.patients and found.estimate is None else (),
                        not_said=OF_CONFIRMED,
                        median_follow_up=time.follow_up(mask),
                    )
                )
                rows.append(
                    shift_row(
                        cohort.tally,
                        time.metric,
                        own[time.metric],
                        Median(cohort.cell(group), found.estimate),
                        definition.column,
                    )
                )
    return rows


def own_medians(cohort: Cohort, times: list[Time]) -> dict[str, Median]:
    """Return the protocol's own medians of the times that other definitions may move."""
    return {
        time.metric: Median(
            cohort.cell(time.group), median_survival(time.days[time.mask], time.observed[time.mask]).estimate
        )
        for time in times
        if time.metric in SHIFTED
    }


def shift_row(tally: Tally, metric: str, own: Median, other: Median, definition: str) -> Row:
    """Build the row that says how far another definition moves a median."""
    has_both = own.estimate is not None and other.estimate is not None
    is_missing = tally.counts[other.patients] > 0 and not has_both
    return estimate_row(
        tally,
        f"{metric}_shift",
        other.patients,
        Interval(other.estimate - own.estimate if has_both else None),  # type: ignore[operator]
        method=SHIFT_METHOD,
        protocol=own.patients.protocol,
        stratum=f"definition={definition}",
        subjects=(own.patients, other.patients),
        warnings=("median_not_reached",) if is_missing else (),
    )


def _cross(cohort: Cohort, one: Definition, other: Definition) -> None:
    """Count who gets both calls; along each side the counts add up to those of the other definition."""
    for call in one.calls:
        groups = {
            _both(one, call, other, other_call): _is(cohort, one, call) & _is(cohort, other, other_call)
            for other_call in other.calls
        }
        cohort.split(one.group(call), groups)
    for other_call in other.calls:
        cohort.tally.add_up(
            cohort.cell(other.group(other_call)),
            [cohort.cell(_both(one, call, other, other_call)) for call in one.calls],
        )


def _link_progressed(cohort: Cohort, one: Definition, other: Definition) -> None:
    """Count who progressed of those whom both, or one only, read as none: known from what is shown of each.

    A part without patients is known to be empty, and is left out.
    """
    is_one, is_other = _is_none(cohort, one), _is_none(cohort, other)
    parts = {
        f"{one.column} and {other.column} none progressed": is_one & is_other,
        f"{one.column} not {other.column} none progressed": is_one & ~is_other,
        f"{other.column} not {one.column} none progressed": is_other & ~is_one,
    }
    cells = []
    for group, mask in parts.items():
        cohort.count(group, mask & cohort["has_progression"])
        cells.append((cohort.cell(group), bool(mask.any())))
    both, first, second = cells
    for definition, members in ((one, (both, first)), (other, (both, second))):
        group = "progressed" if definition is OWN else f"{definition.column} none progressed"
        cohort.tally.add_up(cohort.cell(group), [cell for cell, has_patients in members if has_patients])


def _is_none(cohort: Cohort, definition: Definition) -> Mask:
    return np.asarray(np.logical_or.reduce([_is(cohort, definition, call) for call in definition.none]))


def agreement_row(cohort: Cohort, one: Definition, other: Definition) -> Row:
    """Build the kappa of two definitions, whose table of calls is counted already."""
    sides = (one.none, one.progression), (other.none, other.progression)
    parts = [
        [
            [cohort.cell(_both(one, a, other, b)) for a in calls for b in other_calls]
            for other_calls in sides[1]
        ]
        for calls in sides[0]
    ]
    told = [cell for row in parts for cells in row for cell in cells]
    compared = f"{one.column} {other.column} compared"
    cohort.join(compared, [cell.group for cell in told])
    found = cohen_kappa(
        [[sum(cohort.tally.counts[cell] for cell in cells) for cells in row] for row in parts]
    )
    is_missing = found.n > 0 and found.estimate is None
    first = "" if one is OWN else f"_{one.column}"
    row = estimate_row(
        cohort.tally,
        f"agreement{first}_{other.column}",
        cohort.cell(compared),
        Interval(found.estimate, found.low, found.high, "large-sample"),
        method=f"Cohen's kappa; {_read(one)}, {_read(other)}; open calls left out",
        warnings=("not_estimable",) if is_missing else (),
        tells_counts=True,
    )
    # Kappa and the number compared give the four counts away.
    row.tells = tuple(told)
    return row


def _is(cohort: Cohort, definition: Definition, call: str) -> Mask:
    return np.asarray(cohort[definition.column] == definition.calls.index(call))


def _both(one: Definition, call: str, other: Definition, other_call: str) -> str:
    return f"{one.column} {call}, {other.column} {other_call}"


def _name(cohort: Cohort, definition: Definition) -> str:
    return cohort.protocol if definition is OWN else definition.column


def _read(definition: Definition) -> str:
    return f"{' or '.join(definition.none)} against {' or '.join(definition.progression)}"

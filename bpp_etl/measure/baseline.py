"""Baseline characteristics of patients with a first line: everyone, pseudoprogressions and true progressions.

Not here: tests between the groups. They differ by what came later, and a p-value would say nothing of that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np

from bpp_etl.events import Protocol
from bpp_etl.measure.cohort import COMMON, Cohort, Mask
from bpp_etl.measure.rows import Row
from bpp_etl.measure.tally import Cell, Tally
from bpp_etl.warehouse.select import Column, Parameters
from schemas.codes import HER2_STATUS, RECEPTOR_STATUS, SEX
from schemas.event import LEFT_AT, NOT_IN_COHORT
from schemas.metric_codes import BASELINE_CHARACTERISTIC

STATE_KEY = "state"
SHOWN_STATES = ("pseudoprogression", "true_progression")
OTHER = "undecided or without candidate"
STATE_LABELS = (*SHOWN_STATES, OTHER)
"""The others are counted, not shown: were they, few of one kind in one state would cost the counts of all."""

CYCLE_LENGTHS = ("21_days", "28_days", "other")
LINE_COUNTS = ("1", "2", "3_or_more")
MISSING = "missing"
GROUP = "baseline "
"""How the name of every count here begins."""

NUMBERS: Mapping[str, str] = {
    "age_at_start": "years",
    "days_from_diagnosis": "days",
    "alp": "U/L",
    "bone_lesions": "lesions",
}
"""Characteristic that is a number -> its unit."""

CODES: Mapping[str, tuple[str, ...]] = {
    "sex": SEX,
    "er_status": RECEPTOR_STATUS,
    "pr_status": RECEPTOR_STATUS,
    "her2_status": HER2_STATUS,
    "cycle_length": CYCLE_LENGTHS,
    "recorded_lines": LINE_COUNTS,
}
"""Characteristic that is a code -> its values."""

NEVER_MISSING = ("sex", "recorded_lines")

LEVELS: Parameters = {
    "sexes": SEX,
    "receptors": RECEPTOR_STATUS,
    "her2_codes": HER2_STATUS,
    "cycle_lengths": CYCLE_LENGTHS,
    "line_counts": LINE_COUNTS,
}
"""The lists that codes are places in."""

WINDOWS: Mapping[str, tuple[str, ...]] = {
    "alp": ("alp_baseline_days",),
    "bone_lesions": ("baseline_window_days", "candidate_modalities"),
}
"""Characteristic -> the parameters of a protocol that it depends on, the window first."""


def baseline_rows(first_line: Cohort, protocol: Protocol) -> list[Row]:
    """Build the rows of `metric.baseline`; the flow is counted already."""
    others = ("indeterminate", *(step for step in LEFT_AT[:-1] if step not in NOT_IN_COHORT))
    first_line.tally.put_total(first_line.cell(OTHER), [first_line.cell(step) for step in others])
    levels = {name: _levels(first_line, name) for name in BASELINE_CHARACTERISTIC}
    for name, masks in levels.items():
        _count(first_line, protocol, name, masks)
    rows = []
    shown = {"all", *(f"{STATE_KEY}={state}" for state in SHOWN_STATES)}
    for stratum, members in first_line.strata(_everyone(first_line), (STATE_KEY,)):
        if stratum not in shown:
            continue
        places = [(name, level) for name, masks in levels.items() for level in masks]
        for position, (name, level) in enumerate(places, start=1):
            values = first_line[name][levels[name][level] & members] if name in NUMBERS else None
            rows.append(
                _row(
                    first_line,
                    protocol,
                    stratum,
                    position,
                    (name, level),
                    None if level == MISSING else values,
                )
            )
    return rows


def link_at_event(first_line: Cohort, protocol: Protocol) -> None:
    """Record which counts at the event are part of one at baseline: the rest is known to whoever knows both.

    Whoever has ALP at the event and at baseline has it at baseline; whoever has no HER2 test up to the event
    has none up to the start.
    """
    tally = first_line.tally
    for state, with_alp in (("pseudoprogression", "alp_event"), ("true_progression", "alp_event_true")):
        stratum = f"{STATE_KEY}={state}"
        for name, level, part in (
            ("alp", "known", first_line.cell(with_alp)),
            ("her2_status", MISSING, first_line.cell(state, "her2=unknown")),
        ):
            tally.put_rest(_cell(protocol, name, level, stratum), part)


def link_windows(tally: Tally, protocols: Sequence[Protocol]) -> None:
    """Record that who is known within a window is known within a wider one: the rest is few, or tells few."""
    for name, (window, *others) in WINDOWS.items():
        widths = {
            _cell(protocol, name, "known", "all"): (
                float(str(protocol.values[window])),
                [protocol.window, *(protocol.values[other] for other in others)],
            )
            for protocol in protocols
        }
        for (one, (width, rest)), (other, (wider, its_rest)) in permutations(widths.items(), 2):
            if rest == its_rest and width < wider:
                tally.put_rest(other, one)


def levels_of(tally: Tally, state: Cell) -> list[Cell]:
    """List the counts of levels among candidates of one state under one protocol."""
    stratum = f"{STATE_KEY}={state.group}"
    return [
        cell
        for cell in tally.counts
        if cell.group.startswith(GROUP) and (cell.protocol, cell.stratum) == (state.protocol, stratum)
    ]


def _everyone(first_line: Cohort) -> Mask:
    return np.ones(first_line[STATE_KEY].size, dtype=np.bool_)


def _levels(first_line: Cohort, name: str) -> dict[str, Mask]:
    """Return who is at each level of a characteristic; together they are everyone."""
    column = first_line[name]
    if name in NUMBERS:
        is_missing = np.isnan(column)
        return {"known": ~is_missing, MISSING: is_missing}
    levels = CODES[name] if name in NEVER_MISSING else (*CODES[name], MISSING)
    return {level: column == code for code, level in enumerate(levels)}


def _whole(first_line: Cohort, stratum: str) -> Cell:
    """Name the count of everyone in a stratum, which the flow shows too."""
    if stratum == "all":
        return first_line.first_line()
    return first_line.cell(stratum.partition("=")[2])


def _cell(protocol: Protocol, name: str, level: str, stratum: str) -> Cell:
    """Name the count of a level; over everyone it is the same under protocols that look for it alike."""
    values = (str(protocol.values[parameter]) for parameter in WINDOWS.get(name, ()))
    told = " ".join((*values, protocol.window.told)).rstrip()
    qualified = f"{name} ({told})" if told else name
    return Cell(COMMON if stratum == "all" else protocol.name, f"{GROUP}{qualified}={level}", stratum)


def _count(first_line: Cohort, protocol: Protocol, name: str, masks: Mapping[str, Mask]) -> None:
    """Count the levels of a characteristic; they add up to everyone, and the states to each level."""
    tally = first_line.tally
    everyone = _everyone(first_line)
    for stratum, members in first_line.strata(everyone, (STATE_KEY,)):
        parts = [
            tally.put(_cell(protocol, name, level, stratum), int(np.count_nonzero(mask & members)))
            for level, mask in masks.items()
        ]
        tally.add_up(_whole(first_line, stratum), parts)
        # Rather a level is kept than a count of the flow, on which the leading numbers rest.
        tally.handy.update(parts)
    for level in masks:
        strata = first_line.partitions[STATE_KEY].strata
        tally.add_up(
            _cell(protocol, name, level, "all"),
            [_cell(protocol, name, level, stratum) for stratum in strata],
        )


def _row(
    first_line: Cohort,
    protocol: Protocol,
    stratum: str,
    position: int,
    place: tuple[str, str],
    values: Column | None,
) -> Row:
    """Build one row; `values` are the numbers to summarise, and such a row gives no share."""
    tally, (name, level) = first_line.tally, place
    cell, whole = _cell(protocol, name, level, stratum), _whole(first_line, stratum)
    low = middle = high = None
    if values is not None and values.size:
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
    total = tally.counts[whole]
    return Row(
        table="baseline",
        values={
            "protocol": first_line.protocol,
            "stratum": stratum,
            "position": position,
            "characteristic": name,
            "level": level,
            "share": tally.counts[cell] / total if total and values is None else None,
            "unit": None if values is None else NUMBERS[name],
            "median": middle,
            "quartile_low": low,
            "quartile_high": high,
        },
        counts={"patients": cell, "total": whole},
        subjects=(cell,),
        statistics=("share",) if values is None else ("median", "quartile_low", "quartile_high"),
        tells_counts=values is None,
    )

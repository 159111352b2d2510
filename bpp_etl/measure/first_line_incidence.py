"""How often a pseudoprogression comes on line 1: estimate, bounds, and the decided only.

Not here: the estimators (`bpp_etl/metrics`), and what follows a pseudoprogression (`incidence.py`).

A candidate is a pseudoprogression or it is not, and after it the patient is at risk of none: it ends the
course on its own day, whatever it was. So of the undecided the cause is unknown and not the day; all but the
decided-only estimate share their risk sets, and the imputed one lies between the bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from bpp_etl.measure.cohort import REGISTRY, Cohort, Mask
from bpp_etl.measure.horizons import (
    COMPETING,
    OWN,
    FollowUp,
    Outcomes,
    by_horizon,
    count_by_horizon,
    incidence_rows,
)
from bpp_etl.measure.incidence import METHOD
from bpp_etl.measure.rows import Row
from bpp_etl.metrics import Incidence, draw_chances, draw_labels, imputed_incidence_at, incidence_at
from bpp_etl.metrics.imputation import IMPUTATIONS
from bpp_etl.warehouse.select import Column
from schemas.event import STATE
from schemas.metric_codes import HORIZON_DAYS

METRIC = "pseudoprogression_incidence"
LOWEST, HIGHEST, DECIDED_ONLY = (f"{METRIC}_{ending}" for ending in ("lowest", "highest", "decided_only"))
PSEUDO, OTHER = OWN, COMPETING
"""Codes of the cause: a pseudoprogression, and a progression, which a candidate that is none counts as."""

IMPUTED = (
    f"Aalen-Johansen, {IMPUTATIONS} imputations of the undecided from decided candidates of the same "
    "registry and reading state; Rubin's rules on the incidence, log-log interval"
)
NONE = f"{METHOD}; undecided candidates counted as progression on the event day"
ALL = f"{METHOD}; undecided candidates counted as pseudoprogression on the event day"
DECIDED = f"{METHOD}; undecided candidates censored on the event day"


@dataclass(frozen=True, eq=False)
class Imputed:
    """What the undecided are taken for, one column each, in the order of the patients, a row per imputation.

    `labels` are none where nobody is decided. `is_borrowed` marks the undecided, among all patients, whose
    registry has no decided candidate in their reading state.
    """

    labels: Mask | None
    is_borrowed: Mask


def pseudoprogression_incidences(first_line: Cohort) -> list[Outcomes]:
    """Name whose pseudoprogression counts, and what competes with it: both bounds, and the decided only.

    Each of everyone with a first line and by registry; they are counted here.
    """
    state, days, outcome = first_line["state"], first_line["days"], first_line["outcome"]
    is_pseudo, is_undecided = (state == STATE.index(name) for name in ("pseudoprogression", "indeterminate"))
    at, none = _lowest(first_line)
    every = np.where(is_undecided, PSEUDO, none)
    _count(first_line, at, is_pseudo, is_undecided)
    found: list[Outcomes] = []
    for stratum, members in first_line.strata(np.ones(state.size, dtype=np.bool_), (REGISTRY,)):
        patients = first_line.first_line(stratum)
        for metric, when, causes, events, method in (
            (LOWEST, at, none, "pseudoprogression", NONE),
            (HIGHEST, at, every, "not_excluded", ALL),
            (DECIDED_ONLY, days, _causes(outcome), "pseudoprogression", DECIDED),
        ):
            found.append(
                Outcomes(first_line, metric, patients, events, when[members], causes[members], method)
            )
    return found


def imputed_incidence_rows(first_line: Cohort) -> list[Row]:
    """Build the estimate between the bounds, of everyone and by registry; they are counted already."""
    state = first_line["state"]
    is_undecided = state == STATE.index("indeterminate")
    at, none = _lowest(first_line)
    imputed = impute_undecided(first_line)
    rows: list[Row] = []
    for stratum, members in first_line.strata(np.ones(state.size, dtype=np.bool_), (REGISTRY,)):
        estimate, warnings = _estimate(at, none, is_undecided, imputed, members)
        rows += incidence_rows(
            first_line,
            METRIC,
            estimate,
            FollowUp.of(at[members], none[members] == 0),
            patients=first_line.first_line(stratum),
            events="pseudoprogression",
            method=IMPUTED,
            warnings=warnings,
        )
    return rows


def _lowest(first_line: Cohort) -> tuple[Column, Column]:
    """Return the day on which each course ends, and how, no undecided candidate being a pseudoprogression."""
    state, days, outcome = first_line["state"], first_line["days"], first_line["outcome"]
    is_pseudo = state == STATE.index("pseudoprogression")
    at = np.where(state >= 0, first_line["days_to_candidate"], days)
    return at, np.where(is_pseudo, PSEUDO, np.where(state >= 0, OTHER, _causes(outcome)))


def _causes(outcome: Column) -> Column:
    """Take whatever ends a course other than a pseudoprogression for one cause."""
    return np.where(outcome > PSEUDO, OTHER, outcome)


def _count(first_line: Cohort, at: Column, is_pseudo: Mask, is_undecided: Mask) -> None:
    count_by_horizon(first_line, "pseudoprogression", at, is_pseudo, (REGISTRY,))
    count_by_horizon(first_line, "indeterminate", at, is_undecided, (REGISTRY,))
    enclosing = "not_excluded"
    for horizon in sorted(HORIZON_DAYS, reverse=True):
        parts = [by_horizon(group, horizon) for group in ("pseudoprogression", "indeterminate")]
        group = by_horizon("not_excluded", horizon)
        first_line.join(group, parts, (REGISTRY,))
        for cell in first_line.cells(enclosing, (REGISTRY,)):
            first_line.tally.put_rest(cell, cell._replace(group=group))
        enclosing = group


def _estimate(
    at: Column, none: Column, is_undecided: Mask, imputed: Imputed, members: Mask
) -> tuple[Incidence, tuple[str, ...]]:
    mine = is_undecided[members]
    if not mine.any():
        return incidence_at(at[members], none[members], PSEUDO, HORIZON_DAYS), ()
    if imputed.labels is None:
        unknown = np.full(len(HORIZON_DAYS), np.nan)
        patients = int(np.count_nonzero(members))
        return Incidence(unknown, unknown, unknown, unknown, unknown, patients, 0, 0.95), ("not_estimable",)
    found = imputed_incidence_at(
        at[members],
        none[members],
        PSEUDO,
        HORIZON_DAYS,
        is_unknown=mine,
        labels=imputed.labels[:, members[is_undecided]],
    )
    return found, ("imputed_from_others",) if imputed.is_borrowed[members].any() else ()


def impute_undecided(first_line: Cohort) -> Imputed:
    """Take each undecided candidate for what decided ones of its registry and reading state proved to be.

    A registry without a decided candidate in that reading state lends its others, and a registry without any
    those of all registries. The draws of a registry depend on its name and its own candidates.
    """
    state, registry, reading = first_line["state"], first_line["registry"], first_line["has_unread_ct"]
    is_pseudo, is_true, is_undecided = (state == place for place in range(len(STATE)))
    is_borrowed = np.zeros(state.size, dtype=np.bool_)
    if not (is_pseudo | is_true).any():
        return Imputed(None, is_borrowed)
    labels = np.zeros((IMPUTATIONS, int(np.count_nonzero(is_undecided))), dtype=np.bool_)
    column = np.cumsum(is_undecided) - 1
    # In the order of their days, so that the same patients get the same draws in whatever order they come.
    in_order = np.argsort(first_line["days_to_candidate"], kind="stable")
    everybody = np.ones(state.size, dtype=np.bool_)
    for place, name in enumerate(first_line.partitions[REGISTRY].labels):
        is_here, key = registry == place, crc32(name.encode())
        for has_unread in (False, True):
            is_cell = is_here & (reading == has_unread)
            unknown = in_order[(is_cell & is_undecided)[in_order]]
            if unknown.size == 0:
                continue
            pools = ((is_cell, (key, int(has_unread))), (is_here, (key,)), (everybody, ()))
            lender, source = next(one for one in pools if ((is_pseudo | is_true) & one[0]).any())
            yes, no = (int(np.count_nonzero(kind & lender)) for kind in (is_pseudo, is_true))
            chances = draw_chances(yes, no, source)
            labels[:, column[unknown]] = draw_labels(chances, unknown.size, (key, int(has_unread)))
            is_borrowed[unknown] = lender is not is_cell
    return Imputed(labels, is_borrowed)

"""Measures a release: counts and estimates what was gathered of its patients, for every protocol.

Not here: any SELECT (`gather.py`), any single metric, what may be told of it (`bpp_etl/disclosure`), and
writing tables (`write.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bpp_etl.events import Protocol
from bpp_etl.measure.adjusted import adjusted_rows
from bpp_etl.measure.alike import Alike, alike_patients
from bpp_etl.measure.alp import alp_rows
from bpp_etl.measure.alp_by_her2 import alp_by_her2_rows
from bpp_etl.measure.alp_levels import alp_level_rows, alp_trend_rows
from bpp_etl.measure.alp_test import alp_test_rows
from bpp_etl.measure.baseline import (
    STATE_KEY,
    STATE_LABELS,
    baseline_rows,
    link_at_event,
    link_windows,
)
from bpp_etl.measure.bone_alp import bone_alp_rows
from bpp_etl.measure.cadence import cadence_rows, schedule_from
from bpp_etl.measure.cohort import (
    EVIDENCE,
    EVIDENCE_LABELS,
    HER2,
    HER2_LABELS,
    REGISTRY,
    Cohort,
    Partition,
)
from bpp_etl.measure.comparisons import comparison_rows
from bpp_etl.measure.concordance import Median, concordance_rows, own_medians, shift_rows
from bpp_etl.measure.first_line import BY as BY_AT_START
from bpp_etl.measure.first_line import first_line_cohort, first_line_rows, first_line_times
from bpp_etl.measure.first_line_incidence import imputed_incidence_rows, pseudoprogression_incidences
from bpp_etl.measure.flow import count_candidates, count_flow, flow_rows, rule_rows
from bpp_etl.measure.gather import OVERLAP, Tables, gather, gather_in_common
from bpp_etl.measure.heterogeneity import heterogeneity_rows
from bpp_etl.measure.horizons import Outcomes
from bpp_etl.measure.incidence import progression_incidences
from bpp_etl.measure.merge import arrays_of, merge, of_candidates
from bpp_etl.measure.overlap import link_same_patients, link_stricter, overlap_rows
from bpp_etl.measure.paper import paper_rows
from bpp_etl.measure.planning import planning_rows
from bpp_etl.measure.questions import question_rows
from bpp_etl.measure.rows import OF_CONFIRMED, Row
from bpp_etl.measure.sensitivity import sensitivity_rows
from bpp_etl.measure.shares import onset_share_rows, pseudoprogression_share_rows, refused_bound_rows
from bpp_etl.measure.sites import site_rows
from bpp_etl.measure.status import STATUS, landmark_rows, landmarks_of, time_dependent_rows
from bpp_etl.measure.tally import Tally
from bpp_etl.measure.times import Curve, curves_of, interval_censored_rows, time_rows, times_of
from bpp_etl.warehouse.connection import Connection
from schemas.metric_codes import LESION_POPULATION


@dataclass(frozen=True)
class Part:
    """What one protocol gives: rows, curves, outcomes, groups of like patients, and medians to compare."""

    rows: list[Row]
    curves: list[Curve]
    outcomes: list[Outcomes]
    alike: list[Alike]
    medians: dict[str, Median]


@dataclass(frozen=True)
class Measured:
    """Everything that is measured of a release, exactly: what may be told of it is decided elsewhere.

    `rows` lack the counts of their cells, which `tally` holds.
    """

    protocols: tuple[str, ...]
    rows: tuple[Row, ...]
    curves: tuple[Curve, ...]
    outcomes: tuple[Outcomes, ...]
    alike: tuple[Alike, ...]
    tally: Tally


def measure(
    con: Connection, protocols: Sequence[Protocol], registries: Sequence[str] | None = None
) -> Measured:
    """Measure `core` and `event` of the catalog in use by the protocols that the events were derived with.

    Every number that a protocol sets is its own. The same tables give the same, in the same order.
    `registries` are those that have patients there, unless stated.
    """
    in_common = merge([gather_in_common(con, protocols)])
    return estimate(protocols, in_common, (merge([gather(con, one)]) for one in protocols), registries)


def estimate(
    protocols: Sequence[Protocol],
    in_common: Tables,
    by_protocol: Iterable[Tables],
    registries: Sequence[str] | None = None,
) -> Measured:
    """Measure what was gathered and put together: of all protocols, and of each in their order.

    The latter is asked for one by one.
    """
    names = [protocol.name for protocol in protocols]
    if registries is None:
        registries = in_common[REGISTRY][REGISTRY].to_list()
    tally = Tally()
    refused = in_common["refused_patients"].rows()
    parts: dict[str, Part] = {}
    for protocol, tables in zip(protocols, by_protocol, strict=True):
        parts[protocol.name] = _measure_protocol(tally, protocol, tables, refused, registries)
    rows = [row for part in parts.values() for row in part.rows]
    if len(protocols) > 1:
        link_windows(tally, protocols)
        courses = in_common[OVERLAP].rows()
        link_same_patients(tally, courses, names)
        link_stricter(tally, courses, names)
        windows = {protocol.name: protocol.window for protocol in protocols}
        medians = {name: part.medians for name, part in parts.items()}
        rows += overlap_rows(tally, courses, windows, medians)
    return Measured(
        protocols=tuple(names),
        rows=tuple(rows),
        curves=tuple(curve for part in parts.values() for curve in part.curves),
        outcomes=tuple(one for part in parts.values() for one in part.outcomes),
        alike=tuple(patients for part in parts.values() for patients in part.alike),
        tally=tally,
    )


def _measure_protocol(
    tally: Tally,
    protocol: Protocol,
    tables: Tables,
    refused: Sequence[tuple[Any, ...]],
    registries: Sequence[str],
) -> Part:
    cohort = _candidates(tally, protocol, tables, registries)
    count_candidates(cohort)
    count_flow(cohort, tables["left_at"].rows(), refused, registries)
    first_line_schedule, schedule = (
        schedule_from(tables[f"cadence_{whose}"], tables[f"cadence_days_{whose}"], key)
        for whose, key in (("first_line", REGISTRY), ("pseudoprogression", HER2))
    )
    times = times_of(cohort)
    first_line = _at_baseline(tally, protocol, tables, registries)
    survival = first_line_cohort(
        protocol.name,
        arrays_of(tables["first_line_survival"], registries),
        registries,
        tally,
        protocol.window,
    )
    survival_times = first_line_times(survival)
    landmarks = landmarks_of(survival)
    starts = _first_line(tally, protocol, tables, registries)
    outcomes = [*progression_incidences(cohort), *pseudoprogression_incidences(starts)]
    rows = [
        *flow_rows(cohort),
        *rule_rows(cohort, registries),
        *question_rows(cohort, tables["open_question"].rows(), registries),
        *baseline_rows(first_line, protocol),
        *pseudoprogression_share_rows(cohort),
        *onset_share_rows(cohort),
        *refused_bound_rows(cohort),
        *heterogeneity_rows(cohort),
        *time_rows(cohort, times),
        *interval_censored_rows(cohort, times),
        *comparison_rows(cohort, times, by_registry=first_line_schedule, by_her2=schedule),
        *first_line_rows(survival, survival_times),
        *landmark_rows(landmarks),
        *time_dependent_rows(survival),
        *adjusted_rows(cohort),
        *(row for one in outcomes for row in one.rows()),
        *imputed_incidence_rows(starts),
        *alp_rows(cohort),
        *alp_by_her2_rows(cohort),
        *bone_alp_rows(cohort),
        *alp_test_rows(cohort, protocol),
        *alp_level_rows(cohort),
        *alp_trend_rows(cohort, of_candidates(tables, "alp_trajectory")),
        *site_rows(cohort, {name: tables[f"site_of_{name}"].rows() for name in LESION_POPULATION}),
        *concordance_rows(cohort),
        *shift_rows(cohort, times),
        *cadence_rows(cohort, first_line_schedule, schedule),
        *sensitivity_rows(cohort, times, of_candidates(tables, "flagged")),
        *planning_rows(cohort),
    ]
    if protocol.confirms_itself:
        rows = [row.without(OF_CONFIRMED) for row in rows]
    link_at_event(first_line, protocol)
    return Part(
        rows=[*rows, *paper_rows(rows)],
        curves=[
            *curves_of(cohort, times),
            *curves_of(survival, survival_times, BY_AT_START),
            *(curve for one in landmarks for curve in curves_of(one.cohort, one.times, (STATUS,))),
        ],
        outcomes=outcomes,
        alike=alike_patients(cohort),
        medians=own_medians(cohort, times),
    )


def _candidates(tally: Tally, protocol: Protocol, tables: Tables, registries: Sequence[str]) -> Cohort:
    columns = {
        **arrays_of(tables["bone_alp"], registries),
        **arrays_of(tables["candidate"], registries),
    }
    partitions = {
        REGISTRY: Partition(REGISTRY, tuple(registries), columns["registry"]),
        HER2: Partition(HER2, HER2_LABELS, columns["her2"]),
        EVIDENCE: Partition(EVIDENCE, EVIDENCE_LABELS, columns["evidence"]),
    }
    return Cohort(protocol.name, columns, partitions, tally, protocol.window)


def _first_line(tally: Tally, protocol: Protocol, tables: Tables, registries: Sequence[str]) -> Cohort:
    columns = arrays_of(tables["first_line_outcome"], registries)
    partitions = {REGISTRY: Partition(REGISTRY, tuple(registries), columns["registry"])}
    return Cohort(protocol.name, columns, partitions, tally, protocol.window)


def _at_baseline(tally: Tally, protocol: Protocol, tables: Tables, registries: Sequence[str]) -> Cohort:
    columns = arrays_of(tables["baseline_state"], registries)
    partitions = {STATE_KEY: Partition(STATE_KEY, STATE_LABELS, columns["state"])}
    return Cohort(protocol.name, columns, partitions, tally, protocol.window)

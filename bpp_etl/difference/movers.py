"""Says which registries moved an estimate: those whose rows differ in what the estimate is measured of.

Not here: counting rows (`changes.py`) and measuring (`bpp_etl/measure`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bpp_etl.difference.changes import RowChange, compared_columns, registries_that_differ
from bpp_etl.disclosure.small import count_told
from bpp_etl.pages.plain_text import joined
from bpp_etl.warehouse.connection import Connection
from schemas.cadence import AssessmentCadence
from schemas.verdicts import VERDICT_SETS

CALL = (
    "patient_id",
    "state",
    "reason",
    "therapy_start_date",
    "event_date",
    "confirmation_date",
    "progression_date",
    "progression_kind",
    "censor_date",
    "onset_after",
    "progression_after",
)
ALP = ("alp_baseline", "alp_at_event", "alp_at_progression")
SITES = ("sites", "candidate_lesion_ids")
VERDICTS = tuple(one.column for one in VERDICT_SETS.values())
FOLLOW_UP = ("patient_id", "death_date", "last_contact_date")
LINES = ("patient_id", "line_number", "start_date", "end_date", "cycle_length_days")
PATHS = ("patients", "therapy_lines", "imaging_assessments", "bone_lesions")


@dataclass(frozen=True)
class Basis:
    """What a metric is measured of: columns of derived relations, and the delivered tables they come from."""

    reads: Mapping[str, Sequence[str]]
    tables: Sequence[str] = PATHS


CADENCE = {"core.assessment_cadence": compared_columns(AssessmentCadence)}
EVENTS = "event.pseudoprogression"

BASES: tuple[tuple[str, Basis], ...] = (
    ("alp_", Basis({EVENTS: (*CALL, *ALP)}, (*PATHS, "lab_results"))),
    ("lesion_site_", Basis({EVENTS: (*CALL, *SITES)})),
    (
        "agreement_protocol",
        Basis({EVENTS: CALL, "event.patient_flow": ("patient_id", "left_at", "state")}),
    ),
    ("agreement_", Basis({EVENTS: (*CALL, *VERDICTS)})),
    ("cadence_", Basis(CADENCE, ("therapy_lines", "imaging_assessments"))),
    ("pseudoprogression_cadence_", Basis({EVENTS: CALL, **CADENCE})),
    (
        "pseudoprogression_incidence_",
        Basis(
            {
                EVENTS: CALL,
                "event.patient_flow": ("patient_id", "left_at", "state", "progression_date"),
                "core.patients": FOLLOW_UP,
                "core.therapy_lines": LINES,
            }
        ),
    ),
    ("progression_incidence_", Basis({EVENTS: CALL, "core.patients": FOLLOW_UP})),
    ("death_incidence_", Basis({EVENTS: CALL, "core.patients": FOLLOW_UP})),
    ("", Basis({EVENTS: CALL})),
)
"""Beginning of a metric's id -> its basis; the first that fits counts."""

BY_STRATUM: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "her2": (("her2_status",), ("her2_tests",)),
    "definition": (VERDICTS, ()),
}
"""What a stratum reads beside the metric: columns of the events, and delivered tables."""


def basis_of(metric: str, stratum: str) -> Basis:
    """Return what an estimate is measured of; a stratum by HER2 or by definition adds to it."""
    basis = next(basis for start, basis in BASES if metric.startswith(start))
    key, _, _ = stratum.partition("=")
    if key not in BY_STRATUM:
        return basis
    more, tables = BY_STRATUM[key]
    reads = {name: (*columns, *more) if name == EVENTS else columns for name, columns in basis.reads.items()}
    return Basis(reads, (*basis.tables, *tables))


@dataclass
class Movers:
    """Finds the movers of estimates between two attached releases; what was compared once is kept."""

    con: Connection
    changes: Sequence[RowChange]
    threshold: int = 0
    known: dict[tuple[str, tuple[str, ...], str | None], set[str]] = field(default_factory=dict)

    def registries(self, basis: Basis, protocol: str) -> list[str]:
        """Name the registries whose rows differ in what is measured."""
        found: set[str] = set()
        for relation, columns in basis.reads.items():
            of_protocol = protocol if relation.startswith("event.") else None
            key = (relation, tuple(columns), of_protocol)
            if key not in self.known:
                self.known[key] = registries_that_differ(self.con, relation, columns, of_protocol)
            found |= self.known[key]
        return sorted(found)

    def told(self, metric: str, stratum: str, protocol: str) -> list[str]:
        """Say in words, registry by registry, what moved an estimate."""
        basis = basis_of(metric, stratum)
        registries = self.registries(basis, protocol)
        if not registries:
            return ["no row: what it is measured of is the same, so measuring or disclosure control changed"]
        return [f"{registry}: {self._rows_told(registry, basis.tables)}" for registry in registries]

    def _rows_told(self, registry: str, tables: Sequence[str]) -> str:
        parts = []
        for change in self.changes:
            if change.registry != registry or change.table not in tables:
                continue
            words = change_told(change, self.threshold)
            if words:
                parts.append(f"{change.table} {words}")
        return "; ".join(parts) or "the same rows, judged or derived otherwise (code or protocol)"


def change_told(change: RowChange, threshold: int = 0) -> str:
    """Tell how rows changed: added, corrected, gone, and refused more or less; small counts as words."""
    words = [
        f"{count_told(number, threshold)} {verb}"
        for number, verb in (
            (change.added, "added"),
            (change.corrected, "corrected"),
            (change.gone, "gone"),
        )
        if number
    ]
    if change.refused_before != change.refused_after:
        before, after = (
            count_told(number, threshold) for number in (change.refused_before, change.refused_after)
        )
        words.append(
            f"refused {before} -> {after}" if before != after else f"refused {after} before and after"
        )
    return joined(words)

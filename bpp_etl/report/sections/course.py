"""The course of patients: from delivered rows to admitted patients to what became of every candidate.

Not here: times and tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from bpp_etl.report.figures import NOTHING, Piece
from bpp_etl.report.grid import Grid, grid
from bpp_etl.report.section import Section
from bpp_etl.report.sections.reasons import Reason, reasons_for_none
from bpp_etl.report.tables import ReleaseTables, Row
from bpp_etl.report.words import MISSING, SHORT_STEPS, stratum_words
from schemas.event import NOT_IN_COHORT

_, OUTSIDE_WINDOW = NOT_IN_COHORT
CANDIDATE = "candidate"
STATES = ("pseudoprogression", "true_progression", "indeterminate")
COMPARED = (
    "admitted",
    "no_first_line",
    OUTSIDE_WINDOW,
    "no_on_treatment_ct",
    "no_new_osteoblastic_lesion",
    "progression_first",
)


@dataclass(frozen=True)
class Stage:
    """One box of the flow with what it divides into: one part goes on, of the others patients leave."""

    step: str
    name: str
    patients: Piece
    parts: tuple[Stage, ...]


@dataclass(frozen=True)
class Course:
    """What the part shows; without candidates the reasons say why."""

    delivered: Stage | None
    by_registry: Grid
    questions: Grid
    reasons: tuple[Reason, ...]

    @property
    def stages(self) -> tuple[tuple[Stage, tuple[Stage, ...]], ...]:
        """What goes on, from the delivered rows to before the candidates, each with the parts that leave.

        The delivered patients have no box of their own: rows that repeat one leave beside the refused.
        """
        found: list[tuple[Stage, tuple[Stage, ...]]] = []
        stage = self.delivered
        while stage is not None and stage.step != CANDIDATE:
            goes_on = next((part for part in stage.parts if part.parts), None)
            leaving = tuple(part for part in stage.parts if part is not goes_on)
            if stage.step == "delivered" and found:
                found[-1] = (found[-1][0], (*found[-1][1], *leaving))
            else:
                found.append((stage, leaving))
            stage = goes_on
        return tuple(found)

    @property
    def candidate(self) -> Stage | None:
        """The candidates."""
        last = self.stages[-1][0] if self.stages else None
        return next((part for part in last.parts if part.step == CANDIDATE), None) if last else None


def course(tables: ReleaseTables) -> Course:
    """Gather the flow of everyone and of each registry."""
    rows = tables["metric.flow"].where(protocol=tables.protocol, stratum="all")
    top = next((row for row in rows if row["parent_step"] is None), None)
    return Course(
        delivered=_stage(tables, top, rows) if top else None,
        by_registry=_by_registry(tables),
        questions=_questions(tables),
        reasons=reasons_for_none(tables),
    )


def _stage(tables: ReleaseTables, row: Row, rows: list[Row]) -> Stage:
    parts = sorted(
        (one for one in rows if one["parent_step"] == row["step"]), key=lambda one: int(one["position"])
    )
    return Stage(
        step=row["step"],
        name=tables.steps[row["step"]],
        patients=tables["metric.flow"].count(row, "patients"),
        parts=tuple(_stage(tables, part, rows) for part in parts),
    )


def _by_registry(tables: ReleaseTables) -> Grid:
    flow = tables["metric.flow"]
    strata = sorted({row["stratum"] for row in flow.where(protocol=tables.protocol)} - {"all"})
    measured = {row["step"] for row in flow.where(protocol=tables.protocol)}
    # Without a calendar window nobody lies outside it, and the flow has no such step.
    steps = [step for step in (*COMPARED, CANDIDATE, *STATES) if step in measured or step != OUTSIDE_WINDOW]

    def cell(stratum: str, step: str) -> Piece:
        row = flow.first(protocol=tables.protocol, stratum=stratum, step=step)
        return flow.count(row, "patients") if row else NOTHING

    return grid(
        "course-registries",
        "Patients by registry, and where they left the course",
        ("Registry", *(f"#{SHORT_STEPS[step]}" for step in steps)),
        [(stratum_words(stratum), *(cell(stratum, step) for step in steps)) for stratum in (*strata, "all")],
    )


def _questions(tables: ReleaseTables) -> Grid:
    table = tables["metric.open_question"]
    strata = sorted({row["stratum"] for row in table.where(protocol=tables.protocol)} - {"all"})

    def cell(stratum: str, missing: str) -> Piece:
        row = table.first(protocol=tables.protocol, stratum=stratum, missing=missing)
        return table.count(row, "patients") if row else NOTHING

    return grid(
        "course-questions",
        "Indeterminate patients by what is missing of them",
        ("Missing", *(f"#{stratum_words(stratum)}" for stratum in (*strata, "all"))),
        [
            (words, *(cell(stratum, missing) for stratum in (*strata, "all")))
            for missing, words in MISSING.items()
        ],
    )


SECTION = Section("course", "Course of patients", course)

"""The laws of a bone lesion among what was reported of it, and of its patient, before.

All flag: none decides what a lesion is. Before is an earlier time point: images of one see the same state of
the disease, and where they differ nothing has changed. Not here: what a row says by itself
(`schemas/lesion_row_laws.py`), the contract of the rows (`schemas/bone_lesions.py`), and the SELECTs that
find the rows (`bpp_etl/gate/sql`).
"""

from __future__ import annotations

from schemas.examples import Example
from schemas.laws import Law, SelectLaw
from schemas.lesion_examples import GIVEN, alone, history, seen
from schemas.lesion_row_laws import LESION_ROW_LAWS

COURSE = "lesion_course"
HISTORY = (COURSE, "lesion_history")
"""The relation that the laws stand on: each lesion row with what was reported before."""

BASELINE_DAYS = 42
"""A baseline CT lies at most so many days before the start of line 1, or on it.

Rows are judged before any protocol is applied: one with another window changes no flag of theirs. It is that
of the default one, which a test holds.
"""

MOST_SHARED = 0.05
"""Ids are unique in a delivery where at most this share of them is used by several patients."""

NAMED_SITE = "A bone given as other or unknown is no site."

LESION_LAWS: tuple[Law, ...] = (
    SelectLaw(
        "new_again",
        sentence="A lesion that is called new was not reported before.",
        exactly="Before is an earlier time point of the same patient, under the same id.",
        severity="flag",
        category="plausibility",
        mend='Call it stable, larger or smaller. Where ids last, state [lesions] ids = "stable": the row is '
        "then not counted as new, and stays flagged.",
        among="status = 'new'",
        stands_on=HISTORY,
        examples=(
            history(
                (seen("baseline", status="baseline"), seen("later", status="new")),
                (seen("later", status="baseline"), seen("later", "B", status="new")),
                is_planted=True,
            ),
            history(
                (seen("treated", status="new"), seen("next", status="new")),
                (seen("treated", status="new"), seen("next", status="stable")),
            ),
            history(
                (seen("start", status="baseline"), seen("next", status="new")),
                # A day later it is still the same time point.
                (seen("start", status="baseline"), seen("treated", status="new")),
            ),
        ),
        columns=("lesion_id", "status"),
    ),
    SelectLaw(
        "known_lesion_called_new",
        sentence="A new osteoblastic lesion was not reported lytic or mixed before, nor was its bone.",
        exactly=f"Healing makes a lytic lesion dense. Before is an earlier time point. {NAMED_SITE}",
        severity="flag",
        category="plausibility",
        ordinary="Lytic lesions that heal are common on treatment, and a bone may hold several.",
        widest=0.8,
        mend="Compare with the images before: a lytic lesion that turns dense is healing, not a new lesion.",
        among="status = 'new' and morphology = 'osteoblastic'",
        stands_on=HISTORY,
        examples=(
            history(
                (
                    seen("baseline", morphology="osteolytic", status="baseline", lysis_change="none"),
                    seen("later", status="new", site="skull"),
                ),
                (
                    seen("baseline", morphology="osteoblastic", status="baseline"),
                    seen("later", status="new", site="skull"),
                ),
            ),
            history(
                (
                    seen("baseline", "B", morphology="mixed", status="baseline", lysis_change="none"),
                    seen("later", status="new"),
                ),
                (
                    seen(
                        "baseline",
                        "B",
                        morphology="mixed",
                        status="baseline",
                        lysis_change="none",
                        site="other",
                    ),
                    seen("later", status="new", site="other"),
                ),
                is_planted=True,
            ),
            history(
                (
                    seen("treated", "B", morphology="osteolytic", status="new", lysis_change="none"),
                    seen("next", status="new"),
                ),
                (
                    seen("next", "B", morphology="osteolytic", status="new", lysis_change="none"),
                    seen("next", status="new"),
                ),
            ),
        ),
        columns=("morphology", "status"),
    ),
    SelectLaw(
        "not_seen_before",
        sentence="A lesion that is compared with before on treatment was reported before.",
        exactly=(
            "Stable, larger or smaller on line 1, without a report under its id on an earlier day; only "
            f"where a baseline CT, in the {BASELINE_DAYS} days up to and including the start of line 1, has "
            "lesions."
        ),
        severity="flag",
        category="plausibility",
        mend="Deliver the lesion's earlier rows under the same id, or call it new.",
        among="status in ('stable', 'larger', 'smaller')",
        parameters={"baseline_days": BASELINE_DAYS},
        stands_on=HISTORY,
        examples=(
            history(
                (seen("baseline", "B", status="baseline"), seen("treated", status="stable")),
                (seen("early", "B", status="baseline"), seen("treated", status="stable")),
                is_planted=True,
            ),
            history(
                (seen("start", "B", status="baseline"), seen("last", status="larger")),
                (seen("start", "B", status="baseline"), seen("after", status="larger")),
            ),
            history(
                (seen("start", "B", status="baseline"), seen("treated", status="smaller")),
                (seen("start", status="baseline"), seen("treated", status="smaller")),
            ),
        ),
        columns=("lesion_id", "status"),
    ),
    SelectLaw(
        "new_at_baseline",
        sentence="No lesion is called new on a baseline CT.",
        exactly=f"An eligible CT in the {BASELINE_DAYS} days up to and including the start of line 1.",
        severity="flag",
        category="plausibility",
        mend="Give it the status baseline: new is counted from the baseline on.",
        among="status = 'new'",
        parameters={"baseline_days": BASELINE_DAYS},
        stands_on=HISTORY,
        examples=(
            alone(seen("baseline", status="new"), seen("early", status="new"), is_planted=True),
            alone(seen("start", status="new"), seen("treated", status="new")),
        ),
        columns=("status",),
    ),
    SelectLaw(
        "baseline_on_treatment",
        sentence="No lesion has the status baseline on treatment.",
        exactly="After the start of line 1, up to its end and before the start of line 2.",
        severity="flag",
        category="plausibility",
        mend="Compare the lesion with the images before treatment: new, stable, larger, smaller or resolved.",
        among="status = 'baseline'",
        stands_on=HISTORY,
        parameters={"baseline_days": BASELINE_DAYS},
        examples=(
            alone(seen("treated", status="baseline"), seen("start", status="baseline"), is_planted=True),
            alone(seen("last", status="baseline"), seen("after", status="baseline")),
        ),
        columns=("status",),
    ),
    SelectLaw(
        "back_after_resolved",
        sentence="A lesion that was reported resolved stays resolved.",
        exactly="At an earlier time point, under the same id.",
        severity="flag",
        category="plausibility",
        mend="Check both reports: one that is back is rare, and a lesion out of view is not resolved.",
        stands_on=HISTORY,
        examples=(
            history(
                (seen("treated", status="resolved"), seen("next", status="stable")),
                (seen("treated", status="resolved"), seen("next", status="resolved")),
                is_planted=True,
            ),
            history(
                (seen("treated", status="resolved"), seen("next", status="new")),
                (seen("next", status="resolved"), seen("treated", status="new")),
            ),
        ),
        columns=("status",),
    ),
    *LESION_ROW_LAWS,
    SelectLaw(
        "site_changes",
        sentence="A lesion stays in the bone that was reported before.",
        exactly=f"At any earlier time point, under the same id. {NAMED_SITE}",
        severity="flag",
        category="plausibility",
        mend="Correct the bone, or give another lesion an id of its own.",
        stands_on=HISTORY,
        examples=(
            history(
                (seen("treated", site="rib"), seen("next", site="spine")),
                (seen("treated", site="unknown"), seen("next", site="spine")),
                is_planted=True,
            ),
            history(
                (seen("start", site="rib"), seen("next", site="spine")),
                (seen("start", site="rib"), seen("treated", site="spine")),
            ),
        ),
        columns=("site",),
    ),
    SelectLaw(
        "morphology_changes",
        sentence="A lesion that was reported osteoblastic does not turn osteolytic.",
        exactly=(
            "At any earlier time point, under the same id. Lytic to mixed to dense is healing, and mixed out "
            "of either, or lytic out of mixed, may be progression: neither is flagged."
        ),
        severity="flag",
        category="plausibility",
        mend="Correct the build, or give another lesion an id of its own.",
        stands_on=HISTORY,
        examples=(
            history(
                (
                    seen("treated", morphology="osteoblastic"),
                    seen("next", morphology="osteolytic", lysis_change="none"),
                ),
                (
                    seen("treated", morphology="osteoblastic"),
                    seen("next", morphology="mixed", lysis_change="none"),
                ),
                is_planted=True,
            ),
            history(
                (
                    seen("treated", morphology="osteoblastic"),
                    seen("last", morphology="osteolytic", lysis_change="none"),
                ),
                (
                    seen("treated", morphology="osteolytic", lysis_change="none"),
                    seen("last", morphology="osteoblastic"),
                ),
            ),
        ),
        columns=("morphology",),
    ),
    SelectLaw(
        "lesion_of_another_patient",
        sentence="No lesion id is used by several patients, where ids are unique in the delivery otherwise.",
        exactly=f"They are where at most {MOST_SHARED:.0%} of the ids are used by several patients.",
        severity="flag",
        across_patients=True,
        category="plausibility",
        mend="Check to which patient the examination belongs.",
        parameters={"most_shared": MOST_SHARED},
        stands_on=(COURSE,),
        examples=(
            Example(
                bad=(seen("twin"), seen("treated")),
                good=(seen("twin"), seen("treated", "B")),
                given={
                    **GIVEN,
                    "patients": ({"patient_id": "{own} twin", "last_contact_date": "{delivery:-30}"},),
                    "imaging_assessments": (
                        *GIVEN["imaging_assessments"],
                        {"assessment_id": "{scan} twin", "patient_id": "{own} twin"},
                    ),
                },
                is_planted=True,
            ),
        ),
        columns=("lesion_id",),
    ),
)

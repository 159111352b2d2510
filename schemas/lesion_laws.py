"""The laws of a bone lesion among what was reported of it, and of its patient, before.

All flag: none decides what a lesion is. Before is an earlier time point: images of one see the same state of
the disease, and where they differ nothing has changed. Not here: the contract of the rows
(`schemas/bone_lesions.py`), and the SELECTs that find the rows (`bpp_etl/gate/sql`).
"""

from __future__ import annotations

import polars as pl

from schemas.examples import Example, Row, example
from schemas.laws import Law, RowLaw, SelectLaw

HISTORY = "lesion_history"
"""The relation that the laws stand on: each lesion row with what was reported before."""

BASELINE_DAYS = 42
"""A baseline CT lies at most so many days before the start of line 1, or on it.

Rows are judged before any protocol is applied: one with another window changes no flag of theirs. It is that
of the default one, which a test holds.
"""

MOST_SHARED = 0.05
"""Ids are unique in a delivery where at most this share of them is used by several patients."""

NAMED_SITE = "A bone given as other or unknown is no site."

GIVEN = {
    "therapy_lines": (
        {
            "patient_id": "{living}",
            "line_number": "1",
            "start_date": "{delivery:-400}",
            "end_date": "{delivery:-200}",
        },
    ),
    "imaging_assessments": tuple(
        {"assessment_id": f"{{scan}} {name}", "assessment_date": f"{{delivery:{day}}}", "modality": "CT"}
        for name, day in (
            ("early", -443),
            ("baseline", -442),
            ("start", -400),
            ("treated", -399),
            ("next", -357),
            ("last", -200),
            ("after", -199),
            ("later", -150),
        )
    ),
}
"""Line 1 of the patient, a CT on each day that is a boundary of one of these laws, and a later one."""


def _seen(scan: str, lesion: str = "A", **cells: str) -> Row:
    return {"assessment_id": f"{{scan}} {scan}", "lesion_id": f"{{scan}} {lesion}", "site": "rib", **cells}


def _history(bad: tuple[Row, ...], good: tuple[Row, ...], *, is_planted: bool = False) -> Example:
    return Example(bad=bad, good=good, breaks=(1,), given=GIVEN, is_planted=is_planted)


def _alone(bad: Row, good: Row, *, is_planted: bool = False) -> Example:
    return Example(bad=(bad,), good=(good,), given=GIVEN, is_planted=is_planted)


LESION_LAWS: tuple[Law, ...] = (
    SelectLaw(
        "new_again",
        sentence="A lesion that is called new was not reported before.",
        exactly="Before is an earlier time point of the same patient, under the same id.",
        severity="flag",
        category="plausibility",
        mend='Call it stable, larger or smaller; or state [lesions] ids = "stable" where ids last.',
        among="status = 'new'",
        stands_on=HISTORY,
        examples=(
            _history(
                (_seen("baseline", status="baseline"), _seen("later", status="new")),
                (_seen("later", status="baseline"), _seen("later", "B", status="new")),
                is_planted=True,
            ),
            _history(
                (_seen("treated", status="new"), _seen("next", status="new")),
                (_seen("treated", status="new"), _seen("next", status="stable")),
            ),
            _history(
                (_seen("start", status="baseline"), _seen("next", status="new")),
                # A day later it is still the same time point.
                (_seen("start", status="baseline"), _seen("treated", status="new")),
            ),
        ),
    ),
    SelectLaw(
        "known_lesion_called_new",
        sentence="A new osteoblastic lesion was not reported lytic or mixed before, nor was its bone.",
        exactly=f"Healing makes a lytic lesion dense. Before is an earlier time point. {NAMED_SITE}",
        severity="flag",
        category="plausibility",
        mend="Compare with the images before: a lytic lesion that turns dense is healing, not a new lesion.",
        among="status = 'new' and morphology = 'osteoblastic'",
        stands_on=HISTORY,
        examples=(
            _history(
                (
                    _seen("baseline", morphology="osteolytic", status="baseline", lysis_change="none"),
                    _seen("later", status="new", site="skull"),
                ),
                (
                    _seen("baseline", morphology="osteoblastic", status="baseline"),
                    _seen("later", status="new", site="skull"),
                ),
            ),
            _history(
                (
                    _seen("baseline", "B", morphology="mixed", status="baseline", lysis_change="none"),
                    _seen("later", status="new"),
                ),
                (
                    _seen(
                        "baseline",
                        "B",
                        morphology="mixed",
                        status="baseline",
                        lysis_change="none",
                        site="other",
                    ),
                    _seen("later", status="new", site="other"),
                ),
                is_planted=True,
            ),
            _history(
                (
                    _seen("treated", "B", morphology="osteolytic", status="new", lysis_change="none"),
                    _seen("next", status="new"),
                ),
                (
                    _seen("next", "B", morphology="osteolytic", status="new", lysis_change="none"),
                    _seen("next", status="new"),
                ),
            ),
        ),
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
            _history(
                (_seen("baseline", "B", status="baseline"), _seen("treated", status="stable")),
                (_seen("early", "B", status="baseline"), _seen("treated", status="stable")),
                is_planted=True,
            ),
            _history(
                (_seen("start", "B", status="baseline"), _seen("last", status="larger")),
                (_seen("start", "B", status="baseline"), _seen("after", status="larger")),
            ),
            _history(
                (_seen("start", "B", status="baseline"), _seen("treated", status="smaller")),
                (_seen("start", status="baseline"), _seen("treated", status="smaller")),
            ),
        ),
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
            _alone(_seen("baseline", status="new"), _seen("early", status="new"), is_planted=True),
            _alone(_seen("start", status="new"), _seen("treated", status="new")),
        ),
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
            _alone(_seen("treated", status="baseline"), _seen("start", status="baseline"), is_planted=True),
            _alone(_seen("last", status="baseline"), _seen("after", status="baseline")),
        ),
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
            _history(
                (_seen("treated", status="resolved"), _seen("next", status="stable")),
                (_seen("treated", status="resolved"), _seen("next", status="resolved")),
                is_planted=True,
            ),
            _history(
                (_seen("treated", status="resolved"), _seen("next", status="new")),
                (_seen("next", status="resolved"), _seen("treated", status="new")),
            ),
        ),
    ),
    RowLaw(
        "resolved_but_lysis",
        sentence="A lesion that is resolved has no more lysis than before.",
        severity="flag",
        category="plausibility",
        mend="Correct status or lysis_change: both speak of the same examination.",
        holds=~((pl.col("status") == "resolved") & (pl.col("lysis_change") == "increased")),
        examples=(
            example(
                {"status": "resolved", "morphology": "unknown", "lysis_change": "increased"},
                {"status": "resolved", "morphology": "unknown", "lysis_change": "decreased"},
                planted=True,
            ),
            example(
                {"status": "resolved", "lysis_change": "increased"},
                {"status": "stable", "lysis_change": "increased"},
            ),
        ),
    ),
    SelectLaw(
        "site_changes",
        sentence="A lesion stays in the bone that was reported before.",
        exactly=f"At any earlier time point, under the same id. {NAMED_SITE}",
        severity="flag",
        category="plausibility",
        mend="Correct the bone, or give another lesion an id of its own.",
        stands_on=HISTORY,
        examples=(
            _history(
                (_seen("treated", site="rib"), _seen("next", site="spine")),
                (_seen("treated", site="unknown"), _seen("next", site="spine")),
                is_planted=True,
            ),
            _history(
                (_seen("start", site="rib"), _seen("next", site="spine")),
                (_seen("start", site="rib"), _seen("treated", site="spine")),
            ),
        ),
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
            _history(
                (
                    _seen("treated", morphology="osteoblastic"),
                    _seen("next", morphology="osteolytic", lysis_change="none"),
                ),
                (
                    _seen("treated", morphology="osteoblastic"),
                    _seen("next", morphology="mixed", lysis_change="none"),
                ),
                is_planted=True,
            ),
            _history(
                (
                    _seen("treated", morphology="osteoblastic"),
                    _seen("last", morphology="osteolytic", lysis_change="none"),
                ),
                (
                    _seen("treated", morphology="osteolytic", lysis_change="none"),
                    _seen("last", morphology="osteoblastic"),
                ),
            ),
        ),
    ),
    SelectLaw(
        "lesion_of_another_patient",
        sentence="No lesion id is used by several patients, where ids are unique in the delivery otherwise.",
        exactly=f"They are where at most {MOST_SHARED:.0%} of the ids are used by several patients.",
        severity="flag",
        category="plausibility",
        mend="Check to which patient the examination belongs.",
        parameters={"most_shared": MOST_SHARED, "baseline_days": BASELINE_DAYS},
        stands_on=HISTORY,
        examples=(
            Example(
                bad=(_seen("twin"), _seen("treated")),
                good=(_seen("twin"), _seen("treated", "B")),
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
    ),
)
